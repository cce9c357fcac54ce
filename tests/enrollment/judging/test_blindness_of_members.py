"""Nothing of a colleague's sheet shows before one has signed one's own."""

import re

import pytest

from enrollment.models import Application, Criterion, Evaluation, Phase
from enrollment.models.evaluation import EvaluationQuerySet
from tests.factories import (
    a_member,
    a_score_sheet,
)
from tests.judging import eligible, main_of, names_in_order, sheet_of, typed

pytestmark = pytest.mark.django_db

State = Application.State


def pages_of(client, application):
    """Everything a member can look at, as text."""
    return [
        main_of(client.get(address))
        for address in ("/committee/", sheet_of(application), sheet_of(application, "interview"))
    ]


@pytest.fixture
def colleague(cohort):
    return a_member(cohort, name="Bea Collega")


def pages_if_the_colleague_gave(client, cohort, colleague, choose, *, own_draft):
    """All pages for an application judged so; numbers other than the points themselves are left out.

    `choose` picks the points among those no page shows for another reason, such as a key.
    """
    application = eligible(cohort, "Carla Candidata")
    if own_draft:
        client.post(sheet_of(application), typed(application, 20, do="save"))
        client.get(sheet_of(application))  # reads the message
    shown = set(map(int, re.findall(r"\d+", "".join(pages_of(client, application)[1:]))))
    points = choose(set(range(61)) - shown)
    a_score_sheet(application, colleague, points)
    texts = "".join(pages_of(client, application)[1:])
    return re.sub(rf"\b(?!{points}\b)\d+\b", "#", texts)


@pytest.mark.parametrize("own_draft", [False, True])
def test_until_one_has_signed_pages_are_the_same_whatever_the_colleague_gave(
    client, member, colleague, cohort, own_draft
):
    given = {"cohort": cohort, "colleague": colleague, "own_draft": own_draft}
    few = pages_if_the_colleague_gave(client, choose=min, **given)
    many = pages_if_the_colleague_gave(client, choose=max, **given)
    assert few == many
    assert "Bea Collega" not in few


def test_control_if_whatever_is_signed_were_open_they_would_differ(
    client, member, colleague, cohort, monkeypatch
):
    monkeypatch.setattr(EvaluationQuerySet, "open_to", lambda sheets, _member: sheets.signed())
    given = {"cohort": cohort, "colleague": colleague, "own_draft": False}
    few = pages_if_the_colleague_gave(client, choose=min, **given)
    many = pages_if_the_colleague_gave(client, choose=max, **given)
    assert few != many
    assert "Bea Collega" in few


def test_neither_order_nor_rows_of_the_list_follow_the_colleagues_points(client, member, colleague, cohort):
    words = "Uno", "Due", "Tre"
    for word, points in zip(words, (5, 30, 60), strict=True):
        a_score_sheet(eligible(cohort, f"Numero {word}"), colleague, points)

    page = client.get("/committee/")

    assert names_in_order(page) == ["Numero Uno", "Numero Due", "Numero Tre"]
    rows = re.findall(r"<tr>.*?</tr>", page.text, re.S)[1:]
    assert len(rows) == 3
    assert len({re.sub(rf"{'|'.join(words)}|/\d+/|SMTC-[\d/-]+", "", row) for row in rows}) == 1


def test_once_both_have_signed_each_sees_the_other(client, member, colleague, application):
    sheet = a_score_sheet(application, colleague, 58)
    assert "Bea Collega" not in client.get(sheet_of(application)).text

    page = client.post(sheet_of(application), typed(application, 45), follow=True)

    assert "Bea Collega" in page.text
    assert page.context["table"]["totals"] == [(member, 45), (sheet.member, 58)]


def test_a_colleagues_draft_stays_the_colleagues(client, member, colleague, application):
    a_score_sheet(application, member, 45)
    draft = Evaluation.objects.create(
        application=application, member=colleague, phase=Phase.DOCUMENTS, remark="Not ready."
    )
    draft.points.create(criterion=Criterion.objects.filter(phase=Phase.DOCUMENTS).get(), value=58)

    page = client.get(sheet_of(application))

    assert page.context["table"]["totals"] == [(member, 45)]
    assert "Bea Collega" not in page.text
    assert "Not ready." not in page.text


def test_after_the_ranking_the_sheet_stays_readable_and_the_file_does_not(
    client, member, colleague, application
):
    a_score_sheet(application, member, 45)
    a_score_sheet(application, colleague, 58)
    Application.objects.filter(pk=application.pk).update(state=State.NOT_SUITABLE)

    page = client.get(sheet_of(application))

    assert page.context["table"]["totals"] == [(member, 45), (colleague, 58)]
    assert "Coordino gli spostamenti" not in page.text
