"""Choosing the place of a session, alone and with many at the same moment."""

import re
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pgtrigger
import pytest
from django.db import OperationalError
from django.db.models import QuerySet
from django.urls import reverse

from academy.models import Notice
from academy.postman import KINDS
from courses.actions.timetable import change_places
from courses.models import SessionPlace, SessionTeacher
from courses.refusals import Refusal
from enrollment.actions.choices import choose_place, choose_usual_place, leave_places, settle_places
from enrollment.diary import diary
from enrollment.models import PlaceChoice
from tests.factories import (
    a_cohort,
    a_room,
    a_session,
    an_enrollment,
    an_instructor,
    rome,
    somebody_of_the_office,
)
from tests.together import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)

BEGINS = rome(2022, 3, 25, 9)
AT = BEGINS - timedelta(days=3)
GUARD = "enrollment.PlaceChoice:a_room_is_never_oversold"
LINK = "https://meet.example.org/smtc/s001"


def a_hybrid(*, seats: int, people: int, access: str = "remote"):
    """A hybrid session with one room of so many seats, and those who follow it."""
    cohort = a_cohort(seats=people + 2)
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


def choose_unless_jammed(enrollment, session, room):
    """Without the lock they may wait for one another for ever: the database then sends one home."""
    with suppress(OperationalError):
        return choose(enrollment, session, room)


def twelve_for_four_seats() -> tuple[int, int]:
    """How many of twelve were told they sit, and how many do."""
    session, room, people = a_hybrid(seats=4, people=12)
    choose(people[0], session, None)  # everybody has a row now
    told = all_at_once(partial(choose_unless_jammed, one, session, room) for one in people)
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
    assert any(twelve_for_four_seats()[1] > 4 for _ in range(10))


def shown_to(*people):
    """Of the first session of each: mode, rooms, whether there is a call, and what they wait for."""
    entries = [diary(one.user)[0] for one in people]
    return [
        (one.mode, [place.room for place in one.places], one.online, bool(one.waits_for)) for one in entries
    ]


def test_the_diary_shows_ones_own_room_or_ones_own_call():
    session, room, (ada, bea, carla) = a_hybrid(seats=1, people=3)
    choose(ada, session, room)
    choose(bea, session, room)
    assert shown_to(ada, bea, carla) == [
        ("in_person", [room.name], False, False),
        ("remote", [], True, True),
        ("remote", [], True, False),
    ]


def test_the_schedule_says_for_which_room_one_waits(client, time_machine):
    session, room, (ada, bea) = a_hybrid(seats=1, people=2)
    choose(ada, session, room)
    choose(bea, session, room)
    time_machine.move_to(AT, tick=False)
    for one, shown in ((ada, False), (bea, True)):
        client.force_login(one.user)
        client.cookies["django_language"] = "en"
        assert (f"waiting line for {room}" in client.get("/schedule/").text) == shown


def test_the_page_of_the_session_says_ones_turn_in_the_line(client, time_machine):
    time_machine.move_to(AT, tick=False)
    session, room, people = a_hybrid(seats=1, people=4)
    for number, one in enumerate(people):
        choose(one, session, room, AT - timedelta(minutes=10 - number))
    said = []
    for one in people:
        client.force_login(one.user)
        client.cookies["django_language"] = "en"
        text = " ".join(client.get(reverse("enrollment:session", args=[session.pk])).text.split())
        said += re.findall("You are the first in line|[0-9] (?:person is|people are) before you", text)
    assert said == ["You are the first in line", "1 person is before you", "2 people are before you"]


def test_who_chose_nothing_has_the_room_of_their_hub_or_the_call():
    session, room, (ada,) = a_hybrid(seats=3, people=1)
    elsewhere = a_room()
    bea = an_enrollment(cohort=session.cohort, access="in_person")
    carla = an_enrollment(cohort=session.cohort, access="in_person", hub=elsewhere.hub)
    remote, in_the_room = ("remote", [], True, False), ("in_person", [room.name], False, False)
    assert shown_to(ada, bea, carla) == [remote, in_the_room, remote]
    settle_places(at=BEGINS - timedelta(hours=23))
    assert shown_to(ada, bea, carla) == [remote, in_the_room, remote]
    assert set(PlaceChoice.objects.values_list("by_default", flat=True)) == {True}


def test_without_a_room_or_without_a_call_one_has_what_there_is():
    cohort = a_cohort()
    ada = an_enrollment(cohort=cohort, access="remote")
    bea = an_enrollment(cohort=cohort, access="in_person")
    room = a_room()
    a_session(cohort=cohort, starts_at=BEGINS, mode="in_person", rooms=[room])
    assert shown_to(ada, bea) == [("in_person", [room.name], False, False)] * 2
    cohort = a_cohort()
    carla = an_enrollment(cohort=cohort, access="in_person")
    a_session(cohort=cohort, starts_at=BEGINS, mode="hybrid", link=LINK)
    assert shown_to(carla) == [("hybrid", [], True, False)]


def test_at_the_cut_off_whoever_has_no_place_gets_one_and_the_last_admitted_wait():
    session, _room, people = a_hybrid(seats=2, people=3, access="in_person")
    assert settle_places(at=BEGINS - timedelta(hours=24)) == []
    assert settle_places(at=BEGINS - timedelta(hours=24) + timedelta(minutes=1)) == [session]
    assert [one.choices.get().seated for one in people] == [True, True, False]
    assert not PlaceChoice.objects.exclude(moved_up_at=None).exists()
    assert settle_places(at=BEGINS - timedelta(hours=22)) == []


def test_parallel_groups_fill_one_room_after_the_other():
    session, room, people = a_hybrid(seats=2, people=4, access="in_person")
    second = a_room(hub=room.hub, capacity=2)
    SessionPlace.objects.create(session=session, room=second)
    settle_places(at=BEGINS - timedelta(hours=20))
    assert [one.choices.get().room for one in people] == [room, room, second, second]


def test_who_chose_a_room_the_session_lost_gets_another_of_that_hub():
    session, room, (ada, bea) = a_hybrid(seats=1, people=2)
    choose(ada, session, room)
    choose(bea, session, room, AT + timedelta(minutes=1))
    other = a_room(hub=room.hub, capacity=1)
    change_places(session=session, mode="hybrid", rooms=[other], link=LINK, by=None, at=AT)
    assert settle_places(at=AT + timedelta(hours=1)) == [session]
    assert shown_to(ada, bea) == [("in_person", [other.name], False, False), ("remote", [], True, True)]
    assert not PlaceChoice.objects.exclude(moved_up_at=None).exists()


def test_what_one_usually_does_counts_where_one_has_not_chosen():
    session, room, (ada, bea) = a_hybrid(seats=1, people=2)
    late = a_session(cohort=session.cohort, starts_at=BEGINS + timedelta(days=1), rooms=[room], link=LINK)
    choose(ada, session, None)
    choose(bea, late, None)
    usually = {"access": "in_person", "hub": None, "by": ada.user, "at": AT}
    choose_usual_place(enrollment=ada, **usually)
    assert [entry.mode for entry in diary(ada.user)] == ["remote", "in_person"]
    assert ada.choices.get(session=late).seated
    choose_usual_place(enrollment=bea, **usually)
    assert [entry.mode for entry in diary(bea.user)] == ["in_person", "remote"]


def test_only_who_follows_the_edition_has_a_usual_place():
    left = an_enrollment(state="withdrawn")
    with pytest.raises(Refusal):
        choose_usual_place(enrollment=left, access="remote", hub=None, by=left.user, at=AT)


def test_who_moves_up_is_told_and_who_sits_at_once_is_not():
    session, room, (ada, bea) = a_hybrid(seats=1, people=2)
    choose(ada, session, room)
    choose(bea, session, room)
    later = AT + timedelta(hours=1)
    assert list(KINDS["seat_given"].due(later)) == []
    choose(ada, session, None, later)
    mine = bea.choices.get()
    assert list(KINDS["seat_given"].due(later)) == [
        (bea.user_id, mine.pk, int(later.timestamp()), later),
    ]
    notice = Notice(kind="seat_given", user=bea.user, key=mine.pk, revision=int(later.timestamp()))
    assert KINDS["seat_given"].still_due(notice, later) is None
    choose(bea, session, None, later)
    assert KINDS["seat_given"].still_due(notice, later) == "the place has been changed again"


def test_the_page_and_the_door_to_the_call_know_ones_own_place(client, time_machine):
    session, room, (ada, bea) = a_hybrid(seats=1, people=2)
    choose(ada, session, room)
    time_machine.move_to(BEGINS - timedelta(minutes=10), tick=False)
    page, door = (reverse(f"enrollment:{name}", args=[session.pk]) for name in ("session", "join"))
    seen = {}
    for one in (ada, bea):
        client.force_login(one.user)
        answer, text = client.get(door), client.get(page).text
        assert (answer.status_code == 302) == (door in text)
        seen[one] = (answer.status_code, LINK in answer.text, room.hub.full_address in text)
    assert seen == {ada: (409, False, True), bea: (302, False, False)}


def test_control_without_the_question_of_whose_place_it_is_the_seated_had_the_link(
    client, monkeypatch, time_machine
):
    session, room, (ada,) = a_hybrid(seats=1, people=1)
    choose(ada, session, room)
    time_machine.move_to(BEGINS - timedelta(minutes=10), tick=False)
    monkeypatch.setattr("enrollment.views.session.entry_of", lambda *_: None)
    client.force_login(ada.user)
    assert client.get(reverse("enrollment:join", args=[session.pk])).status_code == 302


def test_who_teaches_and_the_office_have_room_and_call(client, time_machine):
    session, room, _people = a_hybrid(seats=1, people=1)
    teacher = an_instructor()
    SessionTeacher.objects.create(
        session=session, instructor=teacher, kind="company", minutes=session.minutes, share=session.minutes
    )
    time_machine.move_to(BEGINS, tick=False)
    page, door = (reverse(f"enrollment:{name}", args=[session.pk]) for name in ("session", "join"))
    for person in (teacher.user, somebody_of_the_office()):
        client.force_login(person)
        text = client.get(page).text
        assert door in text
        assert room.hub.full_address in text
        assert client.get(door).status_code == 302


def offered(client, session) -> list[str]:
    """The places one may choose on the page of the session."""
    text = client.get(reverse("enrollment:session", args=[session.pk])).text
    return re.findall(r'name="room" value="(\w+)"', text)


def test_the_place_one_has_is_not_offered_again_and_who_waits_may_go_anywhere_else(client, time_machine):
    session, room, (ada, bea) = a_hybrid(seats=1, people=2)
    other = a_room(hub=room.hub, capacity=9)
    SessionPlace.objects.create(session=session, room=other)
    time_machine.move_to(AT, tick=False)
    choose(ada, session, room)
    choose(bea, session, room)
    for person, places in ((ada, [str(other.pk), "remote"]), (bea, [str(other.pk), "remote"])):
        client.force_login(person.user)
        assert offered(client, session) == places
    choose(ada, session, None)
    client.force_login(ada.user)
    assert offered(client, session) == [str(room.pk), str(other.pk)]


def test_where_there_is_one_place_only_nothing_is_to_be_chosen(client, time_machine):
    cohort = a_cohort()
    one = a_session(cohort=cohort, starts_at=BEGINS, mode="in_person", rooms=[a_room(hub=cohort.hub)])
    time_machine.move_to(AT, tick=False)
    client.force_login(an_enrollment(cohort=cohort).user)
    assert offered(client, one) == []
    assert "your-place" not in client.get(reverse("enrollment:session", args=[one.pk])).text


def test_of_several_rooms_where_one_usually_is_each_may_be_chosen(client, time_machine):
    cohort = a_cohort()
    labs = [a_room(hub=cohort.hub), a_room(hub=cohort.hub)]
    session = a_session(cohort=cohort, starts_at=BEGINS, mode="in_person", rooms=labs)
    time_machine.move_to(AT, tick=False)
    client.force_login(an_enrollment(cohort=cohort).user)
    assert offered(client, session) == [str(lab.pk) for lab in labs]


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
