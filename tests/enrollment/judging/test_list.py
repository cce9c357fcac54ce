"""What a member of the committee finds to do, and who has these pages."""

import pytest
import time_machine

from courses.models import Role
from enrollment.models import Application, Evaluation, Phase
from tests.factories import (
    a_call,
    a_draft,
    a_member,
    a_person,
    a_score_sheet,
    a_scored_call,
    a_slot,
    an_application,
    rome,
    somebody_of_the_office,
)
from tests.judging import NOW, eligible, names_in_order, sheet_of

pytestmark = pytest.mark.django_db

State = Application.State


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
