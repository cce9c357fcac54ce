"""How a place ends: by its holder, by the office, each in its time, and once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from courses.refusals import Refusal
from enrollment.actions import offers
from enrollment.models import Application, Enrollment, Offer
from tests.factories import (
    rome,
)
from tests.seats import Selection, states

pytestmark = pytest.mark.django_db

State = Application.State
HOUR = rome(2021, 12, 23, 14)  # of the factory's offers
SECOND = timedelta(seconds=1)


# How a place ends.

BEFORE, FIRST_DAY = rome(2022, 1, 12, 9), rome(2022, 1, 13, 9)


@pytest.mark.parametrize("at", [BEFORE, FIRST_DAY])
@pytest.mark.parametrize(
    ("state", "possible"),
    [
        ("completed", {FIRST_DAY}),
        ("renounced", {BEFORE}),
        ("withdrawn", {FIRST_DAY}),
        ("forfeited", {BEFORE, FIRST_DAY}),
        ("excluded", {BEFORE, FIRST_DAY}),
    ],
)
def test_one_renounces_before_the_start_and_withdraws_from_the_first_day(state, possible, at):
    selection = Selection(seats=1, reserve=1)
    [place] = selection.places()
    end = {"enrollment": place, "state": state, "on": at.date(), "by": selection.office, "at": at}
    end |= {"reason": "Ha cambiato lavoro."}

    if at not in possible:
        with pytest.raises(IntegrityError, match=r"one_(renounces|withdraws)"), transaction.atomic():
            offers.end_enrollment(**end)
        return
    first, second = (offers.end_enrollment(**end) for _ in range(2))

    assert first == second
    assert (first.state, first.ends_on) == (state, at.date())
    assert (first.ended_at, first.ended_by, first.reason) == (at, selection.office, "Ha cambiato lavoro.")
    assert states(place.application) == ["enrolled"]
    assert selection.waiting() == ([] if state == "completed" else selection.reserve)
    assert Enrollment.objects.members_on(FIRST_DAY.date()).exists() == (at == FIRST_DAY)


@pytest.mark.parametrize("state", ["withdrawn", "forfeited", "excluded"])
def test_all_but_a_renunciation_and_the_end_of_the_course_have_a_reason(state):
    [place] = Selection(seats=1, reserve=0).places()
    end = {"enrollment": place, "state": state, "on": FIRST_DAY.date(), "by": None, "at": FIRST_DAY}

    for reason in ("", "  "):
        with (
            pytest.raises(IntegrityError, match="a_withdrawal_forfeiture_or_exclusion_has_its_reason"),
            transaction.atomic(),
        ):
            offers.end_enrollment(**end, reason=reason)


# Giving it up oneself.


def given_up(place: Enrollment, at, reason="Cambio lavoro.") -> Enrollment:
    return offers.give_up(place=place, reason=reason, by=place.user, at=at)


@pytest.mark.parametrize(("at", "state"), [(BEFORE, "renounced"), (FIRST_DAY, "withdrawn")])
def test_whoever_gives_a_place_up_frees_it_as_when_the_office_enters_it(at, state):
    own, office = (Selection(seats=1, reserve=2, refills_until=FIRST_DAY.date()) for _ in range(2))
    [mine], [theirs] = own.places(), office.places()

    first, _second = given_up(mine, at), given_up(mine, at)
    offers.end_enrollment(
        enrollment=theirs, state=state, on=at.date(), by=office.office, at=at, reason="Cambio lavoro."
    )

    assert (first.state, first.ends_on, first.ended_by) == (state, at.date(), mine.user)
    assert own.waiting() == [own.reserve[0], office.reserve[0]]
    assert len({offer.deadline for offer in Offer.objects.open()}) == 1


def test_a_seat_given_up_after_the_last_day_for_it_is_nobodys():
    selection = Selection(seats=1, reserve=1)
    [place] = selection.places()
    given_up(place, rome(2022, 2, 10, 9))
    assert (selection.waiting(), offers.seats_left(selection.cohort)) == ([], 1)


def test_a_withdrawal_is_in_writing_and_a_renunciation_need_not_be():
    [place] = Selection(seats=1, reserve=0).places()
    with pytest.raises(Refusal):
        given_up(place, FIRST_DAY, reason=" ")
    assert given_up(place, BEFORE, reason="").state == "renounced"


@pytest.mark.parametrize("ended", ["completed", "forfeited", "excluded"])
def test_what_has_ended_otherwise_cannot_be_given_up(ended):
    [place] = Selection(seats=1, reserve=0).places()
    end = {"on": FIRST_DAY.date(), "by": None, "at": FIRST_DAY, "reason": "Assenze."}
    offers.end_enrollment(enrollment=place, state=ended, **end)
    with pytest.raises(Refusal):
        given_up(place, FIRST_DAY)


def test_when_the_edition_is_over_there_is_nothing_to_give_up():
    [place] = Selection(seats=1, reserve=0).places()
    with pytest.raises(Refusal):
        given_up(place, rome(2022, 6, 12, 0))
    assert given_up(place, rome(2022, 6, 11, 23)).state == "withdrawn"


def test_a_place_ends_once():
    selection = Selection(seats=1, reserve=2)
    [place] = selection.places()
    end = {"enrollment": place, "on": FIRST_DAY.date(), "by": selection.office, "at": FIRST_DAY}
    end |= {"reason": "Cambio lavoro."}
    offers.end_enrollment(state="withdrawn", **end)

    with (
        pytest.raises(IntegrityError, match="an_enrollment_changes_state_by_the_rules"),
        transaction.atomic(),
    ):
        offers.end_enrollment(state="excluded", **end)
    assert selection.waiting() == selection.reserve[:1]
