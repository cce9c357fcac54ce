"""One's own score sheet: the file beside it, drafts, signing, and what is refused."""

import pytest
import time_machine

from enrollment.models import Application, Criterion, Evaluation, Phase
from tests.factories import (
    a_document,
    a_draft,
    a_file,
    a_member,
    a_person,
    a_scored_call,
    a_slot,
    an_application,
    an_organisation,
    rome,
)
from tests.judging import NOW, eligible, sheet_of, typed

pytestmark = pytest.mark.django_db

State = Application.State


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
