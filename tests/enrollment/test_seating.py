"""Rooms fill by order of choice, and the line moves up."""

from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from enrollment.seating import Reason, Wish, seat
from tests.factories import rome

AT = rome(2022, 3, 20, 9)
WISHES = st.lists(st.tuples(st.sampled_from([None, 1, 2, 3]), st.integers(0, 5)), max_size=30).map(
    lambda rows: [Wish(n, room, AT + timedelta(minutes=late)) for n, (room, late) in enumerate(rows)]
)
CAPACITY = st.fixed_dictionaries({1: st.integers(1, 4), 2: st.integers(1, 4)})


def test_the_first_to_choose_sit_and_the_others_wait_in_their_order():
    late, early, last = (Wish(n, 1, AT + timedelta(minutes=n)) for n in (2, 1, 3))
    answers = {one.wish: (one.reason, one.ahead) for one in seat([late, early, last], {1: 1})}
    assert answers == {early: (Reason.FREE, 0), late: (Reason.FULL, 0), last: (Reason.FULL, 1)}


def test_who_sits_is_not_displaced_by_an_older_wish():
    sitting = Wish(1, 1, AT, seated=True)
    older = Wish(2, 1, AT - timedelta(days=1))
    assert [(one.wish, one.reason) for one in seat([older, sitting], {1: 1})] == [
        (sitting, Reason.KEPT),
        (older, Reason.FULL),
    ]


def test_remote_is_never_full_and_a_room_the_session_lost_seats_nobody():
    answers = [one.reason for one in seat([Wish(1, None, AT), Wish(2, 9, AT, seated=True)], {1: 1})]
    assert sorted(answers) == [Reason.GONE, Reason.REMOTE]


@given(WISHES, CAPACITY)
def test_no_room_is_oversold_and_nobody_waits_for_a_free_seat(wishes, capacity):
    seats = seat(wishes, capacity)
    sitting = Counter(one.wish.room for one in seats if one.seated and one.wish.room)
    waiting = {one.wish.room for one in seats if one.reason == Reason.FULL}
    assert {one.wish for one in seats} == set(wishes)
    assert all(sitting[room] <= capacity[room] for room in sitting)
    assert all(sitting[room] == capacity[room] for room in waiting)
