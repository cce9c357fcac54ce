from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.clashes import Booking, Clash, Need, clashes
from courses.reasons import Reason

MORNING = datetime(2022, 3, 25, 8, tzinfo=UTC)  # 9:00 in Turin
ROOM, OTHER_ROOM = Need(Clash.ROOM, 1), Need(Clash.ROOM, 2)
BRONDELLARI = Need(Clash.INSTRUCTOR, 1)
EDITION, NEXT_EDITION = Need(Clash.EDITION, 1), Need(Clash.EDITION, 2)


def booking(session: int, hour: float, hours: float, *needs: Need) -> Booking:
    starts_at = MORNING + timedelta(hours=hour)
    return Booking(session, starts_at, starts_at + timedelta(hours=hours), frozenset(needs))


def clash(need: Need, session: int, other: int, hour: float, until: float) -> Reason:
    facts = {
        "key": need.key,
        "session": session,
        "other": other,
        "from": MORNING + timedelta(hours=hour),
        "until": MORNING + timedelta(hours=until),
    }
    return Reason(need.kind, facts)


@pytest.mark.parametrize("need", [ROOM, BRONDELLARI, EDITION, Need(Clash.TEAM, 1)])
def test_nothing_can_be_in_two_sessions_at_once(need):
    found = clashes([booking(1, 0, 4, need), booking(2, 3, 4, need)])
    assert found == (clash(need, 1, 2, 3, 4),)


def test_back_to_back_is_no_clash():
    assert clashes([booking(1, 0, 4, ROOM, EDITION), booking(2, 4, 4, ROOM, EDITION)]) == ()


def test_another_room_or_edition_at_the_same_time_is_no_clash():
    first = booking(1, 0, 4, ROOM, EDITION, Need(Clash.INSTRUCTOR, 3))
    assert clashes([first, booking(2, 0, 4, OTHER_ROOM, NEXT_EDITION, BRONDELLARI)]) == ()


def test_the_same_key_of_another_kind_is_another_thing():
    assert clashes([booking(1, 0, 4, ROOM), booking(2, 0, 4, BRONDELLARI)]) == ()


def test_every_shared_need_is_its_own_clash():
    found = clashes([booking(2, 1, 1, ROOM, BRONDELLARI), booking(1, 0, 4, BRONDELLARI, ROOM)])
    assert found == (clash(BRONDELLARI, 1, 2, 1, 2), clash(ROOM, 1, 2, 1, 2))


def test_a_long_session_clashes_with_each_it_covers_but_those_not_with_each_other():
    found = clashes([booking(1, 0, 8, ROOM), booking(2, 0, 2, ROOM), booking(3, 2, 2, ROOM)])
    assert found == (clash(ROOM, 1, 2, 0, 2), clash(ROOM, 1, 3, 2, 4))


def test_the_parallel_places_of_one_session_do_not_clash_with_themselves():
    assert clashes([booking(1, 0, 4, ROOM, EDITION), booking(1, 0, 4, OTHER_ROOM, EDITION)]) == ()


def test_a_session_without_length_clashes_with_nothing():
    assert clashes([booking(1, 0, 4, ROOM), booking(2, 1, 0, ROOM)]) == ()


@given(
    st.lists(
        st.builds(
            lambda hour, hours, needs: (hour, hours, needs),
            st.integers(0, 20),
            st.integers(0, 6),
            st.frozensets(st.sampled_from([ROOM, OTHER_ROOM, BRONDELLARI, EDITION])),
        ),
        max_size=12,
    )
)
def test_exactly_the_overlapping_pairs_are_found(drawn):
    bookings = [booking(n, hour, hours, *needs) for n, (hour, hours, needs) in enumerate(drawn)]
    expected = {
        (need.kind, need.key, frozenset({a.session, b.session}))
        for a, b in combinations(bookings, 2)
        for need in a.needs & b.needs
        if max(a.starts_at, b.starts_at) < min(a.ends_at, b.ends_at)
    }
    found = [
        (why.code, why.facts["key"], frozenset({why.facts["session"], why.facts["other"]}))
        for why in clashes(bookings)
    ]
    assert set(found) == expected
    assert len(found) == len(expected)
