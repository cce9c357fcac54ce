"""Moments in every spelling a platform has for them, and the order of day and month."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assessments.moments import Order, Place, Stamp, Undecided, day_of, moment_of, order_of, stamp_in
from courses.reasons import Reason, Refused

ROME = ZoneInfo("Europe/Rome")
DAY = date(2027, 3, 4)

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
clocks = st.times().map(lambda clock: clock.replace(microsecond=0))


def written(day: date, order: Order) -> tuple[int, int, int]:
    return (day.day, day.month, day.year) if order is Order.DAY_FIRST else (day.month, day.day, day.year)


def places(*numbers) -> dict:
    return {one: Place(line, "Join Time", "{}/{}/{}".format(*one)) for line, one in enumerate(numbers, 2)}


def undecided(*numbers, on=DAY) -> Reason:
    with pytest.raises(Refused) as refused:
        order_of(places(*numbers), on=on)
    (reason,) = refused.value.reasons
    return reason


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("01/30/2025 06:58:59 PM", Stamp(time(18, 58, 59), numbers=(1, 30, 2025))),
        ("19/09/2025 01:58:39 PM", Stamp(time(13, 58, 39), numbers=(19, 9, 2025))),
        ("7/22/26, 7:02:11 PM", Stamp(time(19, 2, 11), numbers=(7, 22, 2026))),
        ("7/22/26, 7:02:11\u202fPM", Stamp(time(19, 2, 11), numbers=(7, 22, 2026))),
        ("22/7/2026, 19:02:11", Stamp(time(19, 2, 11), numbers=(22, 7, 2026))),
        ("13.09.2022, 17:30:21", Stamp(time(17, 30, 21), numbers=(13, 9, 2022))),
        ("13-09-2022 17.30", Stamp(time(17, 30), numbers=(13, 9, 2022))),
        ("05/09/2022 16:29", Stamp(time(16, 29), numbers=(5, 9, 2022))),
        ("2026-05-25 11:01:14", Stamp(time(11, 1, 14), day=date(2026, 5, 25))),
        ("2026/05/25 11:01", Stamp(time(11, 1), day=date(2026, 5, 25))),
        ("2026-06-10T09:00:00Z", Stamp(time(9), day=date(2026, 6, 10), zone=UTC)),
        ("2026-06-10T09:00:00.123Z", Stamp(time(9), day=date(2026, 6, 10), zone=UTC)),
        ("2026-06-10 09:00 UTC", Stamp(time(9), day=date(2026, 6, 10), zone=UTC)),
        (
            "2026-06-10T09:00+02:00",
            Stamp(time(9), None or date(2026, 6, 10), zone=timezone(timedelta(hours=2))),
        ),
        ("10/06/2026 09:00 GMT-0530", Stamp(time(9), None, (10, 6, 2026), timezone(-timedelta(hours=5.5)))),
        ("Aug 12, 2026 10:00 AM", Stamp(time(10), day=date(2026, 8, 12))),
        ("12 agosto 2026 10:00", Stamp(time(10), day=date(2026, 8, 12))),
        ("12 ago. 2026, 22:00", Stamp(time(22), day=date(2026, 8, 12))),
        ("18:02", Stamp(time(18, 2))),
        ("9:32:01", Stamp(time(9, 32, 1))),
        ("12:05 AM", Stamp(time(0, 5))),
        ("12:05 p.m.", Stamp(time(12, 5))),
        (" 1:05 a. m. ", Stamp(time(1, 5))),
    ],
)
def test_a_cell_says_a_moment(cell, expected):
    assert stamp_in(cell) == expected


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "-",
        "soon",
        "14",
        "25:00",
        "10:61",
        "13:05 PM",
        "0:05 AM",
        "32/13/2026 10:00",
        "13/13/2026 10:00",
        "29/02/2027 10:00",
        "2027-02-29 10:00",
        "10/06.2026 09:00",
        "Foo 12, 2026 10:00",
        "10/06/2026",
        "10:00 CEST",
        "１０:００",
        "10:00" + " " * 100 + "x",
        "9" * 10_000,
    ],
)
def test_what_is_no_moment_is_none(cell):
    assert stamp_in(cell) is None


@given(days, clocks, st.sampled_from(Order), st.sampled_from("/.-"), st.booleans(), st.booleans())
def test_every_moment_is_read_back_in_the_order_it_was_written_in(day, clock, order, mark, american, short):
    first, second, year = written(day, order)
    date_text = (
        f"{first}{mark}{second}{mark}{year % 100:02}" if short else f"{first:02}{mark}{second:02}{mark}{year}"
    )
    stamp = stamp_in(f"{date_text} {clock:%I:%M:%S %p}" if american else f"{date_text}, {clock:%H:%M:%S}")
    assert stamp is not None
    assert (day_of(stamp, order), stamp.clock) == (day, clock)


@given(st.lists(days, min_size=1), st.sampled_from(Order), st.data())
def test_the_order_of_a_file_is_found_or_nothing_is_read_otherwise(held, order, data):
    on = data.draw(st.sampled_from(held))
    numbers = [written(day, order) for day in held]
    try:
        found = order_of(places(*numbers), on=on)
    except Refused:
        return
    assert [day_of(Stamp(time(), numbers=one), found) for one in numbers] == held


@given(days, st.sampled_from(Order))
def test_the_day_of_the_session_decides_where_both_orders_are_possible(day, order):
    assume(day.day <= 12 and day.day != day.month)
    assert order_of(places(written(day, order)), on=day) is order


def test_one_day_after_the_12th_decides_for_all():
    assert order_of(places((3, 4, 2027), (3, 13, 2027)), on=date(2027, 4, 3)) is Order.MONTH_FIRST
    assert order_of(places((4, 3, 2027), (13, 3, 2027)), on=date(2027, 4, 3)) is Order.DAY_FIRST


def test_days_that_fit_the_session_in_either_order_are_refused_with_their_line():
    facts = {"line": 2, "column": "Join Time", "cell": "3/4/2027"}
    assert undecided((3, 4, 2027), (4, 3, 2027)) == Reason(Undecided.EITHER_ORDER, facts)


def test_days_written_in_both_orders_are_refused_with_the_first_that_contradicts():
    facts = {"line": 4, "column": "Join Time", "cell": "3/14/2027"}
    assert undecided((3, 4, 2027), (13, 3, 2027), (3, 14, 2027)) == Reason(Undecided.BOTH_ORDERS, facts)
    assert undecided((3, 13, 2027), (3, 4, 2027), (14, 3, 2027)).facts["line"] == 4


def test_a_file_without_such_days_needs_no_order():
    assert order_of({}, on=DAY) in Order


def moment(stamp: Stamp) -> datetime | None:
    return moment_of(stamp, Order.DAY_FIRST, on=DAY, zone=ROME)


def test_a_moment_is_of_the_place_unless_it_names_its_zone():
    assert moment(Stamp(time(14), day=DAY)) == datetime(2027, 3, 4, 13, tzinfo=UTC)
    assert moment(Stamp(time(14), numbers=(4, 7, 2027))) == datetime(2027, 7, 4, 12, tzinfo=UTC)
    assert moment(Stamp(time(14), day=DAY, zone=UTC)) == datetime(2027, 3, 4, 14, tzinfo=UTC)
    assert moment(Stamp(time(14))) == datetime(2027, 3, 4, 13, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31)])
def test_the_hour_that_the_clocks_skip_or_repeat_is_no_moment(day):
    assert moment(Stamp(time(2, 30), day=day)) is None
    assert moment(Stamp(time(2, 30), day=day, zone=UTC)) is not None
    assert moment(Stamp(time(1, 59), day=day)) is not None
    assert moment(Stamp(time(3), day=day)) is not None
