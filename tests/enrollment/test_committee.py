"""The committee's pages: what is to do, one's own sheet, and nothing of a colleague's before its time."""

import re

import pytest
import time_machine

from courses.models import Role
from enrollment.models import Application, Criterion, Evaluation, Phase
from enrollment.models.evaluation import EvaluationQuerySet
from tests.factories import (
    a_call,
    a_document,
    a_draft,
    a_file,
    a_member,
    a_person,
    a_score_sheet,
    a_scored_call,
    a_slot,
    an_application,
    an_organisation,
    rome,
    somebody_of_the_office,
)

pytestmark = pytest.mark.django_db

State = Application.State
NOW = rome(2021, 12, 15, 18)


@pytest.fixture(autouse=True)
def after_the_call():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def call():
    return a_scored_call()


@pytest.fixture
def cohort(call):
    return call.cohort


@pytest.fixture
def member(client, cohort):
    member = a_member(cohort, name="Ada Commissaria")
    client.force_login(member)
    client.cookies["django_language"] = "en"
    return member


@pytest.fixture
def application(cohort):
    return eligible(cohort, "Carla Candidata")


def eligible(cohort, name, **fields):
    return an_application(cohort=cohort, state=State.ELIGIBLE, user=a_person(name=name), **fields)


def sheet_of(application, phase="documents"):
    return f"/committee/{application.pk}/{phase}/"


def typed(application, *points, do="sign", remark="", phase=Phase.DOCUMENTS, seen=None):
    """What a form says that was opened just now, unless `seen` is an earlier revision of the sheet."""
    if seen is None:
        sheets = Evaluation.objects.filter(application=application, phase=phase)
        seen = max(sheets.values_list("revision", flat=True), default=0)
    criteria = Criterion.objects.filter(call__cohort=application.cohort, phase=phase)
    fields = {f"points-{criterion.pk}": value for criterion, value in zip(criteria, points, strict=True)}
    return fields | {"do": do, "remark": remark, "seen": seen}


def main_of(page):
    """What is on the page beside the frame, whose tokens are another each time."""
    text = re.search(r"<main.*</main>", page.text, re.S)[0]
    return re.sub(r'name="(csrfmiddlewaretoken|once)" value="[^"]*"', "", text)


def names_in_order(page):
    return re.findall(r'<th scope="row">\s*([\w ]+?)\s*<span', page.text)


def test_the_list_shows_what_is_admissible_in_the_members_edition(client, member, application, cohort):
    eligible(a_scored_call().cohort, "Di Un’Altra")
    for state in sorted(set(State) - {State.ELIGIBLE, State.DRAFT}):
        an_application(cohort=cohort, state=state, user=a_person(name=f"State {state}"))
    a_draft(cohort=cohort, user=a_person(name="State draft"))

    page = client.get("/committee/")

    assert "Carla Candidata" in page.text
    shown = {state for state in State if f"State {state}" in page.text}
    assert shown == {"admitted", "on_reserve", "not_suitable", "enrolled", "renounced"}
    assert "Di Un’Altra" not in page.text


def test_what_asks_for_work_comes_first_then_the_receipt_number(client, member, cohort):
    first, *_others = [eligible(cohort, f"Numero {word}") for word in ("Uno", "Due", "Tre")]
    assert names_in_order(client.get("/committee/")) == ["Numero Uno", "Numero Due", "Numero Tre"]

    a_score_sheet(first, member, 50)
    assert names_in_order(client.get("/committee/")) == ["Numero Due", "Numero Tre", "Numero Uno"]


def test_the_list_says_what_is_to_do_what_waits_and_what_is_done(client, member, cohort):
    colleague = a_member(cohort)
    to_do, waiting, done = (eligible(cohort, f"Numero {word}") for word in ("Uno", "Due", "Tre"))
    Evaluation.objects.create(application=to_do, member=member, phase=Phase.DOCUMENTS)
    a_score_sheet(waiting, member, 50)
    a_score_sheet(done, member, 50)
    a_score_sheet(done, colleague, 40)

    page = client.get("/committee/")

    assert (page.context["to_do"], page.context["waiting"], page.context["done"]) == (1, 1, 1)
    assert "your draft" in page.text
    assert "1 of 2 have signed" in " ".join(page.text.split())
    assert "2 of 2 have signed" in " ".join(page.text.split())


def test_the_interview_is_to_do_once_it_has_begun(client, member, call, application):
    assert "no time chosen" in client.get("/committee/").text
    slot = a_slot(call, application=application, chosen_at=NOW, starts_at=rome(2021, 12, 20, 10))
    page = client.get("/committee/")
    assert (page.context["to_do"], "Monday 20 December, 10:00" in page.text) == (1, True)

    with time_machine.travel(slot.starts_at, tick=False):
        client.force_login(member)
        assert client.get("/committee/").context["to_do"] == 2


def test_the_interviews_to_come_are_listed_by_time_with_their_place(client, member, call, cohort):
    own = an_application(cohort=cohort, state=State.ELIGIBLE, user=member)
    gone = an_application(cohort=cohort, state=State.WITHDRAWN)
    later, sooner, over = (eligible(cohort, f"Numero {word}") for word in ("Uno", "Due", "Tre"))
    for application, day in ((own, 16), (gone, 18), (later, 20), (sooner, 17), (over, 14)):
        a_slot(
            call,
            application=application,
            chosen_at=rome(2021, 12, 1),
            starts_at=rome(2021, 12, day, 10),
            where=f"Aula {day}",
        )

    page = client.get("/committee/")

    assert [slot.application for slot in page.context["interviews"]] == [sooner, later]
    assert "2 interviews to come, the next one on Friday 17 December, 10:00" in page.text
    assert "Aula 17" in client.get(sheet_of(sooner, "interview")).text


def test_the_front_page_of_a_member_counts_the_sheets_of_all_editions(client, member, call, cohort):
    other = a_scored_call().cohort
    Role.objects.create(user=member, cohort=other)
    a_slot(call, application=eligible(cohort, "A"), chosen_at=rome(2021, 12, 1), starts_at=NOW)
    a_score_sheet(eligible(other, "B"), member, 50)
    eligible(other, "C")
    an_application(cohort=other)

    page = client.get("/home/")

    assert "3 score sheets wait for you" in page.text  # two for A, one for C
    assert "Your place will be here" not in page.text
    listed = [client.get(f"/committee/?edition={one.code}").context["to_do"] for one in (cohort, other)]
    assert listed == [2, 1]


def test_each_edition_of_a_member_has_its_own_list(client, member, cohort, application):
    other = a_scored_call().cohort
    Role.objects.create(user=member, cohort=other)
    eligible(other, "Di Quell’Altra")

    assert "Carla Candidata" in client.get(f"/committee/?edition={cohort.code}").text
    assert "Di Quell’Altra" in client.get(f"/committee/?edition={other.code}").text
    assert client.get("/committee/?edition=another").status_code == 404


def test_only_members_of_a_committee_have_the_page_and_the_way_to_it(client, member, application):
    assert 'href="/committee/"' in client.get("/committee/").text
    for stranger in (a_person(), application.user, somebody_of_the_office()):
        client.force_login(stranger)
        assert client.get("/committee/").status_code == 403
        assert 'href="/committee/"' not in client.get("/programme/").text


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_sheet_of_another_edition_of_ones_own_or_not_to_be_judged_is_not_there(
    client, member, cohort, method
):
    own = an_application(cohort=cohort, state=State.ELIGIBLE, user=member)
    elsewhere = eligible(a_scored_call().cohort, "Di Un’Altra")
    unchecked = an_application(cohort=cohort)
    excluded = an_application(cohort=cohort, state=State.EXCLUDED)
    for application in (own, elsewhere, unchecked, excluded, a_draft(cohort=cohort)):
        answer = getattr(client, method)(sheet_of(application), {"do": "save"})
        assert answer.status_code == 404
    assert not Evaluation.objects.exists()


def test_a_phase_the_call_does_not_score_is_not_there(client, member, application):
    assert client.get(sheet_of(application, "beauty")).status_code == 404
    call = a_call()
    Role.objects.create(user=member, cohort=call.cohort)
    assert client.get(sheet_of(eligible(call.cohort, "Senza Criteri"))).status_code == 404


def test_who_left_the_committee_has_its_pages_no_longer(client, member, application):
    a_score_sheet(application, member, 50)
    member.roles.all().delete()
    assert client.get(sheet_of(application)).status_code == 404
    assert client.get("/committee/").status_code == 403


def test_the_sheet_shows_the_file_and_nothing_that_is_the_offices_alone(client, member, call):
    draft = a_draft(cohort=call.cohort, user=a_person(name="Carla Candidata", email="carla@example.org"))
    file = a_file(draft, a_document(call), name="curriculum.pdf")
    secrets = {
        "tax_code": "RSSMRA85E17Z999R",
        "phone": "+39 011 555 01 99",
        "special_needs": "Mi muovo in carrozzina.",
    }
    sent = an_application(cohort=call.cohort, user=a_person(), state=State.ELIGIBLE)
    Application.objects.filter(pk=draft.pk).update(
        state=State.SUBMITTED,
        number=77,
        **{
            name: getattr(sent, name)
            for name in (
                "employer",
                "employer_kind",
                "role",
                "sector",
                "region",
                "motivation",
                "born_on",
                "submitted_at",
                "privacy_read_at",
            )
        },
        **secrets,
    )
    Application.objects.filter(pk=draft.pk).update(state=State.ELIGIBLE)

    page = client.get(sheet_of(draft))

    for shown in (
        "Carla Candidata",
        "Comune di Torino",
        "mobility manager",
        "Piemonte",
        "curriculum.pdf",
        "Coordino gli spostamenti",
        f"/applications/{draft.pk}/files/{file.pk}/",
    ):
        assert shown in page.text
    for hidden in (*secrets.values(), "carla@example.org", "1985", "85E17"):
        assert hidden not in page.text
        assert hidden not in client.get("/committee/").text


def test_a_member_reads_the_files_until_the_ranking(client, member, call):
    draft = a_draft(cohort=call.cohort)
    file = a_file(draft, a_document(call))
    address = f"/applications/{draft.pk}/files/{file.pk}/"
    complete = {
        "employer": "Comune di Torino",
        "employer_kind": "public_body",
        "role": "x",
        "sector": "public",
        "region": "Piemonte",
        "motivation": "x",
        "born_on": NOW.date(),
        "foreign": True,
        "submitted_at": NOW,
        "privacy_read_at": NOW,
        "number": 1,
    }
    answers = {}
    Application.objects.filter(pk=draft.pk).update(state=State.SUBMITTED, **complete)
    answers["submitted"] = client.get(address).status_code
    Application.objects.filter(pk=draft.pk).update(state=State.ELIGIBLE)
    answers["eligible"] = client.get(address).status_code
    Application.objects.filter(pk=draft.pk).update(state=State.NOT_SUITABLE)
    answers["not_suitable"] = client.get(address).status_code
    Application.objects.filter(pk=draft.pk).update(state=State.EXCLUDED, ground="requirements")
    answers["excluded"] = client.get(address).status_code

    assert answers == {"submitted": 404, "eligible": 200, "not_suitable": 404, "excluded": 404}


def test_a_member_of_another_committee_reads_no_file(client, member, call):
    other = a_scored_call()
    draft = a_draft(cohort=other.cohort)
    file = a_file(draft, a_document(other))
    assert client.get(f"/applications/{draft.pk}/files/{file.pk}/").status_code == 404


def test_a_draft_is_saved_and_found_again(client, member, application):
    answer = client.post(sheet_of(application), typed(application, "", do="save", remark="Look again."))
    assert answer.url == sheet_of(application)

    client.post(sheet_of(application), typed(application, 45, do="save", remark="Look again."))
    page = client.get(sheet_of(application))

    assert page.context["form"].initial == {"remark": "Look again."}
    assert 'value="45"' in page.text
    assert Evaluation.objects.get().signed_at is None


def test_a_signed_sheet_is_shown_and_can_no_longer_be_typed_into(client, member, application):
    page = client.post(sheet_of(application), typed(application, 45, remark="Fine."), follow=True)

    assert Evaluation.objects.get().signed_at == NOW
    assert "Your score sheet is signed" in page.text
    assert "Fine." in page.text
    assert 'name="points-' not in page.text

    assert client.post(sheet_of(application), typed(application, 60)).status_code == 409
    assert Evaluation.objects.get().points.get().value == 45


@pytest.mark.parametrize("wrong", ["61", "-1", "4,5", "many", "1e1", "9" * 30])
@pytest.mark.parametrize("do", ["save", "sign"])
def test_points_outside_the_criterion_are_shown_again_with_422_and_nothing_is_lost(
    client, member, application, wrong, do
):
    answer = client.post(
        sheet_of(application), typed(application, wrong, do=do, remark="A remark worth keeping.")
    )

    assert answer.status_code == 422
    assert f'value="{wrong}"' in answer.text
    assert "A remark worth keeping." in answer.text
    assert not Evaluation.objects.exists()


def test_signing_with_a_criterion_left_out_says_so_and_keeps_the_rest(client, member, call, application):
    criterion = call.criteria.get(phase=Phase.DOCUMENTS)
    answer = client.post(sheet_of(application), typed(application, "", remark="Kept."))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [f"points-{criterion.pk}"]
    assert "Kept." in answer.text


def test_a_remark_is_as_long_as_the_minutes_take(client, member, application):
    assert client.post(sheet_of(application), typed(application, 1, remark="a" * 1001)).status_code == 422
    assert client.post(sheet_of(application), typed(application, 1, remark="a" * 1000)).status_code == 302


def test_points_for_criteria_of_another_call_or_phase_are_not_taken(client, member, application):
    other = a_scored_call()
    foreign = {
        f"points-{criterion.pk}": 40
        for criterion in Criterion.objects.exclude(call__cohort=application.cohort, phase=Phase.DOCUMENTS)
    }
    assert other.criteria.exists()

    client.post(sheet_of(application), typed(application, 30) | foreign)

    assert list(Evaluation.objects.get().points.values_list("value", flat=True)) == [30]


@pytest.mark.parametrize("do", ["", "publish"])
def test_a_form_cut_short_is_malformed(client, member, application, do):
    assert client.post(sheet_of(application), typed(application, 30, do=do)).status_code == 400
    assert not Evaluation.objects.exists()


def test_a_form_sent_again_after_a_later_draft_does_not_bring_back_the_earlier_one(
    client, member, application
):
    first = typed(application, 10, do="save") | {"once": "0d2a3c44-61c1-4f6a-9b53-0fbd6ff0a001"}
    client.post(sheet_of(application), first)
    client.post(sheet_of(application), typed(application, 50, do="save"))

    assert client.post(sheet_of(application), first).status_code == 302
    assert Evaluation.objects.get().points.get().value == 50


# Two windows.


@pytest.mark.parametrize("do", ["save", "sign"])
def test_what_another_window_has_saved_meanwhile_is_shown_beside_what_was_typed(
    client, member, application, do
):
    client.post(sheet_of(application), typed(application, 40, do="save", remark="First."))

    page = client.post(sheet_of(application), typed(application, 50, do=do, remark="Second.", seen=0))

    assert page.status_code == 409
    assert [value for _label, value in page.context["changed"]] == ["40", "First."]
    assert (page.context["form"]["remark"].value(), 'value="50"' in page.text) == ("Second.", True)
    sheet = Evaluation.objects.get()
    assert (sheet.points.get().value, sheet.remark, sheet.signed_at) == (40, "First.", None)
    seen = int(re.search(r'name="seen" value="(\d+)"', page.text)[1])
    again = client.post(sheet_of(application), typed(application, 50, do=do, remark="Second.", seen=seen))
    assert (again.status_code, sheet.points.get().value) == (302, 50)


def test_the_same_from_two_windows_is_no_conflict(client, member, application):
    client.post(sheet_of(application), typed(application, 40, do="save"))
    assert client.post(sheet_of(application), typed(application, 40, seen=0)).status_code == 302
    assert Evaluation.objects.signed().exists()


def test_a_zero_saved_meanwhile_is_shown_as_one(client, member, application):
    client.post(sheet_of(application), typed(application, 0, do="save"))
    page = client.post(sheet_of(application), typed(application, "", do="save", seen=0))
    assert [value for _label, value in page.context["changed"]] == ["0"]


def test_a_sheet_sent_without_what_it_was_typed_upon_is_malformed(client, member, application):
    form = typed(application, 40)
    del form["seen"]
    assert client.post(sheet_of(application), form).status_code == 400
    assert not Evaluation.objects.exists()


def test_the_interview_cannot_be_scored_before_it_begins(client, member, call, application):
    slot = a_slot(call, application=application, chosen_at=NOW, starts_at=rome(2021, 12, 20, 10))
    page = client.get(sheet_of(application, "interview"))
    assert "can be scored once it has begun" in page.text
    assert 'name="points-' not in page.text
    early = client.post(sheet_of(application, "interview"), typed(application, 30, phase=Phase.INTERVIEW))
    assert early.status_code == 409

    with time_machine.travel(slot.starts_at, tick=False):
        client.force_login(member)
        in_time = client.post(
            sheet_of(application, "interview"), typed(application, 30, phase=Phase.INTERVIEW)
        )
    assert in_time.status_code == 302


def test_a_conflict_of_interest_is_said_to_the_member_and_kept(client, cohort, application):
    member = a_member(cohort, organisation=an_organisation(name="COMUNE DI TORINO"))
    client.force_login(member)
    client.cookies["django_language"] = "en"

    page = client.get(sheet_of(application))
    assert "Conflict of interest" in page.text
    assert "COMUNE DI TORINO" in page.text

    client.post(sheet_of(application), typed(application, 30))
    assert Evaluation.objects.get().conflict


def test_no_conflict_is_said_where_there_is_none(client, member, application):
    assert "Conflict of interest" not in client.get(sheet_of(application)).text


def test_after_signing_the_next_one_is_a_click_away(client, member, cohort, application):
    following = eligible(cohort, "Dina Dopodilei")
    page = client.post(sheet_of(application), typed(application, 45), follow=True)
    assert f'href="{sheet_of(following)}"' in page.text

    page = client.post(sheet_of(following), typed(following, 45), follow=True)
    assert "Back to the list" in page.text


def pages_of(client, application):
    """Everything a member can look at, as text."""
    return [
        main_of(client.get(address))
        for address in ("/committee/", sheet_of(application), sheet_of(application, "interview"))
    ]


@pytest.fixture
def colleague(cohort):
    return a_member(cohort, name="Bea Collega")


def pages_if_the_colleague_gave(client, cohort, colleague, points, *, own_draft):
    """All pages for an application judged so; numbers other than the points themselves are left out."""
    application = eligible(cohort, "Carla Candidata")
    if own_draft:
        client.post(sheet_of(application), typed(application, 20, do="save"))
        client.get(sheet_of(application))  # reads the message
    a_score_sheet(application, colleague, points)
    texts = "".join(pages_of(client, application)[1:])
    return re.sub(rf"\b(?!{points}\b)\d+\b", "#", texts)


@pytest.mark.parametrize("own_draft", [False, True])
def test_until_one_has_signed_pages_are_the_same_whatever_the_colleague_gave(
    client, member, colleague, cohort, own_draft
):
    given = {"cohort": cohort, "colleague": colleague, "own_draft": own_draft}
    few = pages_if_the_colleague_gave(client, points=3, **given)
    many = pages_if_the_colleague_gave(client, points=58, **given)
    assert few == many
    assert "Bea Collega" not in few


def test_control_if_whatever_is_signed_were_open_they_would_differ(
    client, member, colleague, cohort, monkeypatch
):
    monkeypatch.setattr(EvaluationQuerySet, "open_to", lambda sheets, _member: sheets.signed())
    given = {"cohort": cohort, "colleague": colleague, "own_draft": False}
    few = pages_if_the_colleague_gave(client, points=3, **given)
    many = pages_if_the_colleague_gave(client, points=58, **given)
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
