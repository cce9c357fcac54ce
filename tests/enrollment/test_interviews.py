"""Interviews: offered in time, chosen by one person each, held or missed."""

import threading
from datetime import timedelta

import pytest

from courses.refusals import Refusal
from enrollment.actions import interviews
from enrollment.actions.applications import withdraw_application
from enrollment.actions.interviews import (
    NOTICE,
    cancel_slot,
    choose_slot,
    offer_slots,
    record_turnout,
)
from enrollment.models import Application, InterviewSlot, Phase
from tests.factories import (
    a_call,
    a_member,
    a_score_sheet,
    a_scored_call,
    a_slot,
    an_application,
    rome,
    somebody_of_the_office,
)
from tests.together import all_at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

State, Ground, Turnout = Application.State, Application.Ground, InterviewSlot.Turnout
NOW = rome(2021, 12, 10, 9)
START = rome(2021, 12, 20, 10)
ROOM = "Aula Settembrini 2"


@pytest.fixture
def office():
    return somebody_of_the_office()


@pytest.fixture
def call():
    return a_call()


def eligible(call, **fields):
    return an_application(cohort=call.cohort, state=State.ELIGIBLE, **fields)


def offer(call, office, start=START, minutes=20, number=3, where=ROOM, at=NOW):
    return offer_slots(call=call, start=start, minutes=minutes, number=number, where=where, by=office, at=at)


def choose(application, slot, instead_of=None, at=NOW):
    return choose_slot(
        application=application,
        slot=slot,
        instead_of=instead_of and instead_of.pk,
        by=application.user,
        at=at,
    )


def test_interviews_are_offered_one_after_the_other(call, office):
    slots = offer(call, office)

    assert [(slot.starts_at, slot.ends_at, slot.where) for slot in slots] == [
        (START, START + timedelta(minutes=20), ROOM),
        (START + timedelta(minutes=20), START + timedelta(minutes=40), ROOM),
        (START + timedelta(minutes=40), START + timedelta(minutes=60), ROOM),
    ]
    assert set(InterviewSlot.objects.free()) == set(slots)


def test_the_same_offer_sent_twice_is_one(call, office):
    assert offer(call, office) == offer(call, office, at=NOW + timedelta(minutes=1))
    assert InterviewSlot.objects.count() == 3


@pytest.mark.parametrize(
    "change",
    [
        {"start": START + timedelta(minutes=10)},
        {"start": START - timedelta(minutes=10), "number": 1},
        {"minutes": 25},
        {"number": 4},
    ],
)
def test_two_interviews_never_overlap_at_one_place(call, office, change):
    offer(call, office)
    with pytest.raises(Refusal):
        offer(call, office, **change)
    assert InterviewSlot.objects.count() == 3


def test_elsewhere_and_right_after_there_is_room(call, office):
    offer(call, office)
    offer(call, office, where="https://meet.example.org/colloqui")
    offer(call, office, start=START + timedelta(minutes=60))
    assert InterviewSlot.objects.count() == 9


def test_an_interview_is_offered_at_least_four_days_before(call, office):
    with pytest.raises(Refusal, match="four days"):
        offer(call, office, at=START - NOTICE + timedelta(seconds=1))
    assert len(offer(call, office, at=START - NOTICE)) == 3


def test_four_days_are_96_hours_also_when_the_clocks_change(office):
    call, after = a_call(), rome(2022, 3, 29, 10)  # the night of 27 March has no hour from 2 to 3
    with pytest.raises(Refusal, match="four days"):
        offer(call, office, start=after, at=rome(2022, 3, 25, 10))
    assert offer(call, office, start=after, at=rome(2022, 3, 25, 9))


@pytest.mark.parametrize("change", [{"number": 0}, {"minutes": 0}, {"where": "  "}])
def test_nothing_is_offered_without_a_number_a_length_and_a_place(call, office, change):
    with pytest.raises(Refusal):
        offer(call, office, **change)


def test_an_interview_nobody_has_chosen_can_be_cancelled_once_or_twice(call, office):
    slot = a_slot(call)
    for _twice in range(2):
        cancel_slot(slot=slot, by=office, at=NOW)
    assert not InterviewSlot.objects.exists()


def test_one_that_was_chosen_cannot(call, office):
    slot = a_slot(call, application=eligible(call), chosen_at=NOW)
    with pytest.raises(Refusal, match="has chosen"):
        cancel_slot(slot=slot, by=office, at=NOW)


def test_an_applicant_takes_a_free_time_and_taking_it_again_changes_nothing(call):
    application, slot = eligible(call), a_slot(call)

    choose(application, slot)
    again = choose(application, slot, at=NOW + timedelta(hours=1))

    assert (again.application, again.chosen_at) == (application, NOW)


def test_another_free_time_instead_sets_the_first_one_free(call):
    application, first, second = eligible(call), a_slot(call), a_slot(call)

    choose(application, first)
    choose(application, second, instead_of=first)

    assert list(InterviewSlot.objects.free()) == [first]
    assert application.interview == second


def test_a_page_that_does_not_know_the_present_choice_does_not_undo_it(call):
    application, first, second, third = eligible(call), a_slot(call), a_slot(call), a_slot(call)
    choose(application, first)
    choose(application, second, instead_of=first)

    for overtaken in (None, first):
        with pytest.raises(Refusal, match="meanwhile"):
            choose(application, third, instead_of=overtaken)
    with pytest.raises(Refusal, match="meanwhile"):  # the first form, sent again
        choose(application, first)
    assert application.interview == second


def test_somebody_elses_time_is_not_to_be_had(call):
    slot = a_slot(call, application=eligible(call), chosen_at=NOW)
    with pytest.raises(Refusal, match="just been taken"):
        choose(eligible(call), slot)


@pytest.mark.parametrize("state", sorted(set(State) - {State.ELIGIBLE, State.DRAFT}))
def test_only_the_admissible_choose(call, state):
    application, slot = an_application(cohort=call.cohort, state=state), a_slot(call)
    with pytest.raises(Refusal):
        choose(application, slot)
    slot.refresh_from_db()
    assert slot.application is None


def test_a_time_is_chosen_until_24_hours_before(call):
    slot = a_slot(call, starts_at=START)
    with pytest.raises(Refusal, match="too close"):
        choose(eligible(call), slot, at=START - timedelta(hours=24) + timedelta(seconds=1))
    choose(eligible(call), slot, at=START - timedelta(hours=24))


def test_a_time_is_given_up_until_24_hours_before(call):
    application, later = eligible(call), a_slot(call, starts_at=START + timedelta(days=2))
    soon = a_slot(call, starts_at=START)
    choose(application, soon)

    with pytest.raises(Refusal, match="24 hours"):
        choose(application, later, instead_of=soon, at=START - timedelta(hours=23))

    choose(application, later, instead_of=soon, at=START - timedelta(hours=24))


def test_a_withdrawn_application_gives_back_its_time(call):
    application, slot = eligible(call), a_slot(call)
    choose(application, slot)

    withdraw_application(application=application, by=application.user, at=NOW)

    slot.refresh_from_db()
    assert (slot.application, slot.chosen_at) == (None, None)


@pytest.fixture
def chosen(call):
    """The interview of an admissible applicant."""
    return a_slot(call, starts_at=START, application=eligible(call), chosen_at=NOW)


def test_an_interview_held_is_written_down_once_it_has_begun(chosen, office):
    with pytest.raises(Refusal, match="not begun"):
        record_turnout(slot=chosen, turnout=Turnout.HELD, by=office, at=START - timedelta(seconds=1))

    for _twice in range(2):
        record_turnout(slot=chosen, turnout=Turnout.HELD, by=office, at=START)

    chosen.refresh_from_db()
    assert (chosen.turnout, chosen.application.state) == (Turnout.HELD, State.ELIGIBLE)


def test_whoever_is_absent_is_excluded_once(chosen, office):
    for _twice in range(2):
        record_turnout(slot=chosen, turnout=Turnout.ABSENT, by=office, at=chosen.ends_at)

    application = Application.objects.get()
    assert (application.state, application.ground) == (State.EXCLUDED, Ground.ABSENT)
    assert application.passages.filter(after=State.EXCLUDED, actor=office).count() == 1
    assert application.interview.turnout == Turnout.ABSENT


def test_an_absence_written_by_mistake_is_set_right_with_a_reason(chosen, office):
    record_turnout(slot=chosen, turnout=Turnout.ABSENT, by=office, at=chosen.ends_at)

    with pytest.raises(Refusal, match="why"):
        record_turnout(slot=chosen, turnout=Turnout.HELD, by=office, at=chosen.ends_at)
    record_turnout(slot=chosen, turnout=Turnout.HELD, reason="Wrong row.", by=office, at=chosen.ends_at)

    application = Application.objects.get()
    assert (application.state, application.interview.turnout) == (State.ELIGIBLE, Turnout.HELD)


def test_one_held_by_mistake_becomes_an_absence_until_its_sheet_is_signed(office):
    call = a_scored_call()
    application, member = eligible(call), a_member(call.cohort)
    slot = a_slot(call, starts_at=START, application=application, chosen_at=NOW, turnout=Turnout.HELD)

    a_score_sheet(application, member, 30, phase=Phase.INTERVIEW)
    with pytest.raises(Refusal, match="scored"):
        record_turnout(slot=slot, turnout=Turnout.ABSENT, by=office, at=slot.ends_at)
    slot.refresh_from_db()
    assert slot.turnout == Turnout.HELD


def test_nothing_comes_of_an_interview_nobody_chose(call, office):
    slot = a_slot(call, starts_at=START)
    with pytest.raises(Refusal, match="Nobody"):
        record_turnout(slot=slot, turnout=Turnout.HELD, by=office, at=START)


def test_of_an_application_no_longer_judged_no_turnout_is_written(chosen, office):
    Application.objects.filter(pk=chosen.application_id).update(state=State.WITHDRAWN)
    with pytest.raises(Refusal, match="no longer judged"):
        record_turnout(slot=chosen, turnout=Turnout.ABSENT, by=office, at=START)


def choose_at_once(applications, slot) -> list:
    """Everybody clicks the same time at the same moment: whose it is, or the refusal, for each."""
    return all_at_once(lambda one=one: choose(one, slot).application_id for one in applications)


@pytest.fixture
def crowd():
    """A time, and five who want it."""
    call = a_call()
    return [eligible(call) for _ in range(5)], a_slot(call)


@pytest.mark.django_db(transaction=True)
def test_of_five_who_click_the_same_time_one_gets_it(crowd):
    applications, slot = crowd

    outcomes = choose_at_once(applications, slot)

    slot.refresh_from_db()
    assert [one for one in outcomes if not isinstance(one, Refusal)] == [slot.application_id]


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_several_believe_they_have_it(crowd, monkeypatch):
    applications, slot = crowd
    everybody_has_looked = threading.Barrier(len(applications), timeout=30)
    write = InterviewSlot.save

    def write_after_all_have_looked(slot, **fields):
        everybody_has_looked.wait()
        write(slot, **fields)

    monkeypatch.setattr(interviews, "hold", lambda application: application)
    monkeypatch.setattr(InterviewSlot, "save", write_after_all_have_looked)

    assert choose_at_once(applications, slot) == [one.pk for one in applications]
