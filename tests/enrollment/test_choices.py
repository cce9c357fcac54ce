"""Choosing the place of a session, alone and with many at the same moment."""

from datetime import timedelta
from functools import partial

import pgtrigger
import pytest
from django.db.models import QuerySet
from django.urls import reverse

from courses.refusals import Refusal
from enrollment.actions.choices import choose_place, leave_places
from enrollment.diary import diary
from enrollment.models import PlaceChoice
from tests.factories import a_cohort, a_room, a_session, an_enrollment, rome
from tests.together import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)

BEGINS = rome(2022, 3, 25, 9)
AT = BEGINS - timedelta(days=3)
GUARD = "enrollment.PlaceChoice:a_room_is_never_oversold"
LINK = "https://meet.example.org/smtc/s001"


def a_hybrid(*, seats: int, people: int, access: str = "remote"):
    """A hybrid session with one room of so many seats, and those who follow it."""
    cohort = a_cohort(seats=people)
    room = a_room(hub=cohort.hub, capacity=seats)
    session = a_session(cohort=cohort, starts_at=BEGINS, mode="hybrid", rooms=[room], link=LINK)
    admitted = rome(2021, 12, 20, 10)
    followers = [
        an_enrollment(cohort=cohort, access=access, admitted_at=admitted + timedelta(minutes=n))
        for n in range(people)
    ]
    return session, room, followers


def choose(enrollment, session, room, at=AT):
    return choose_place(enrollment=enrollment, session=session, room=room, by=enrollment.user, at=at)


def test_who_chooses_first_sits_and_the_line_moves_up_when_a_seat_is_given_up():
    session, room, (ada, bea, carla) = a_hybrid(seats=1, people=3)
    assert choose(ada, session, room).seated
    assert not choose(carla, session, room, AT + timedelta(minutes=1)).seated
    assert not choose(bea, session, room, AT + timedelta(minutes=2)).seated
    choose(ada, session, None, AT + timedelta(minutes=3))
    assert list(PlaceChoice.objects.filter(room=room, seated=True)) == [carla.choices.get()]


def test_who_leaves_the_edition_frees_the_seat():
    session, room, (ada, bea) = a_hybrid(seats=1, people=2)
    choose(ada, session, room)
    choose(bea, session, room)
    assert leave_places(enrollment=ada, by=None, at=AT) == [session]
    assert bea.choices.get().seated


def test_a_default_is_a_choice_made_before_the_first_one():
    session, room, (ada, bea, carla) = a_hybrid(seats=2, people=3, access="hybrid")
    assert not choose(carla, session, room).seated
    assert {ada.choices.get().seated, bea.choices.get().seated} == {True}


def test_choosing_again_what_is_chosen_keeps_ones_turn():
    session, room, (ada, bea, carla) = a_hybrid(seats=1, people=3)
    for n, one in enumerate((ada, bea, carla, bea)):
        choose(one, session, room, AT + timedelta(minutes=n))
    choose(ada, session, None, AT + timedelta(minutes=9))
    assert bea.choices.get().seated


def test_nothing_is_chosen_after_the_cut_off_of_the_edition():
    session, room, (ada,) = a_hybrid(seats=1, people=1)
    choose(ada, session, room, BEGINS - timedelta(hours=24))
    with pytest.raises(Refusal):
        choose(ada, session, None, BEGINS - timedelta(hours=24) + timedelta(minutes=1))
    assert ada.choices.get().room == room


def test_a_place_the_session_does_not_have_is_refused():
    session, _room, (ada,) = a_hybrid(seats=1, people=1)
    with pytest.raises(Refusal):
        choose(ada, session, a_room())
    assert not PlaceChoice.objects.exists()


def test_a_person_of_another_edition_is_refused():
    session, room, _people = a_hybrid(seats=1, people=1)
    with pytest.raises(Refusal):
        choose(an_enrollment(), session, room)


def twelve_for_four_seats() -> tuple[int, int]:
    """How many of twelve were told they sit, and how many do."""
    session, room, people = a_hybrid(seats=4, people=12)
    choose(people[0], session, None)  # everybody has a row now
    told = all_at_once(partial(choose, one, session, room) for one in people)
    sitting = PlaceChoice.objects.filter(room=room, seated=True).count()
    return sum(isinstance(one, PlaceChoice) and one.seated for one in told), sitting


@pytest.fixture
def no_row_lock(monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)


@pytest.fixture
def no_guard(transactional_db):
    pgtrigger.disable(GUARD, "enrollment.PlaceChoice:count_the_timetable_version")
    yield
    pgtrigger.enable(GUARD, "enrollment.PlaceChoice:count_the_timetable_version")


def test_twelve_at_once_get_the_four_seats_there_are():
    assert twelve_for_four_seats() == (4, 4)


@pytest.mark.usefixtures("no_row_lock")
def test_without_the_lock_the_guard_still_sells_no_seat_twice():
    assert twelve_for_four_seats()[1] <= 4


@pytest.mark.usefixtures("no_row_lock", "no_guard")
def test_without_lock_and_guard_this_test_would_see_a_room_oversold():
    assert max(twelve_for_four_seats()[1] for _ in range(3)) > 4


def test_the_diary_shows_ones_own_room_or_ones_own_call():
    session, room, (ada, bea, carla) = a_hybrid(seats=1, people=3)
    choose(ada, session, room)
    choose(bea, session, room)
    mine = {one: diary(one.user)[0] for one in (ada, bea, carla)}
    shown = [(mine[one].mode, [place.room for place in mine[one].places], mine[one].online) for one in mine]
    assert shown == [
        ("in_person", [room.name], False),
        ("remote", [], True),
        ("remote", [], True),
    ]


def test_a_place_is_chosen_on_the_page_of_the_session_until_the_cut_off(client, time_machine):
    session, room, (ada,) = a_hybrid(seats=1, people=1)
    client.force_login(ada.user)
    time_machine.move_to(AT, tick=False)
    page, address = (
        reverse("enrollment:session", args=[session.pk]),
        reverse("enrollment:place", args=[session.pk]),
    )
    assert address in client.get(page).text
    assert client.post(address, {"room": room.pk}).status_code == 302
    assert ada.choices.get().room == room
    assert client.post(address, {"room": "0"}).status_code == 400
    time_machine.move_to(BEGINS - timedelta(hours=1), tick=False)
    assert address not in client.get(page).text
    assert client.post(address, {"room": "remote"}).status_code == 409
    client.force_login(an_enrollment().user)
    assert client.post(address, {"room": room.pk}).status_code == 404
