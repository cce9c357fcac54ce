from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.hours import (
    Discrepancy,
    Due,
    Sum,
    Taught,
    minutes_between,
    show_minutes,
    split,
    tally,
)
from courses.reasons import Reason

ROME = ZoneInfo("Europe/Rome")
PROMISED = (
    Due("WA", "WA", 300, 0, 0, counts=False),
    Due("STM1", "STM", 480, 240, 240),
    Due("STM2", "STM", 240, 240, 0),
)


def welcome(*, held: bool = True) -> Taught:
    return Taught(1, "WA", 300, 0, 0, held)


def taught(key: int, module: str, academic: int, company: int, *, held: bool = False) -> Taught:
    return Taught(key, module, academic + company, academic, company, held)


WHOLE = (
    welcome(),
    taught(2, "STM1", 240, 0, held=True),
    taught(3, "STM1", 0, 240),
    taught(4, "STM2", 240, 0),
)


def test_a_whole_timetable_has_no_discrepancies_and_only_teaching_counts():
    result = tally(PROMISED, WHOLE)
    assert result.discrepancies == ()
    assert result.total == Sum(due=720, planned=720, delivered=240, academic=480, company=240)
    assert result.blocks == {
        "WA": Sum(due=300, planned=300, delivered=300),
        "STM": result.total,
    }
    assert result.modules["STM1"] == Sum(480, 480, 240, 240, 240)


@given(
    st.lists(
        st.builds(
            lambda module, academic, company, held: (module, academic, company, held),
            st.sampled_from(["STM1", "STM2"]),
            st.integers(0, 240),
            st.integers(0, 240),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_no_minute_is_lost_or_counted_twice_whatever_is_taught(drawn):
    result = tally(PROMISED, [taught(key, *facts, held=held) for key, (*facts, held) in enumerate(drawn)])
    assert result.total.planned == result.total.academic + result.total.company
    assert result.total.planned == sum(academic + company for _, academic, company, _ in drawn)
    assert result.total.delivered == sum(academic + company for _, academic, company, held in drawn if held)
    short = {reason.facts["module"] for reason in result.discrepancies}
    for due in PROMISED[1:]:
        sums = [sum(facts[at] for facts in drawn if facts[0] == due.module) for at in (1, 2)]
        assert (due.module in short) == (sums != [due.academic, due.company])


@given(st.integers(0, 720), st.lists(st.integers(1, 300), min_size=1, max_size=6))
def test_shares_lose_no_minute_and_differ_from_their_part_by_less_than_one(minutes, weights):
    shares = split(minutes, weights)
    assert sum(shares) == minutes
    assert all(
        abs(share - minutes * weight / sum(weights)) < 1
        for share, weight in zip(shares, weights, strict=True)
    )


def test_a_missing_session_is_named_by_its_module():
    assert tally(PROMISED, WHOLE[:-1]).discrepancies == (
        Reason(Discrepancy.MODULE_SHORT, {"module": "STM2", "planned": 0, "due": 240}),
        Reason(Discrepancy.ACADEMIC_DIFFERS, {"module": "STM2", "planned": 0, "due": 240}),
    )


def test_a_session_too_many_is_named_by_its_module():
    found = tally(PROMISED, (*WHOLE, taught(5, "STM1", 0, 60))).discrepancies
    assert found == (
        Reason(Discrepancy.MODULE_OVER, {"module": "STM1", "planned": 540, "due": 480}),
        Reason(Discrepancy.COMPANY_DIFFERS, {"module": "STM1", "planned": 300, "due": 240}),
    )


def test_hours_taught_by_the_wrong_kind_keep_the_total_but_not_48_52():
    swapped = (*WHOLE[:-1], taught(4, "STM2", 120, 120))
    assert tally(PROMISED, swapped).discrepancies == (
        Reason(Discrepancy.ACADEMIC_DIFFERS, {"module": "STM2", "planned": 120, "due": 240}),
        Reason(Discrepancy.COMPANY_DIFFERS, {"module": "STM2", "planned": 120, "due": 0}),
    )


def test_the_shares_of_a_session_make_up_its_minutes():
    unshared = (*WHOLE[:-1], Taught(4, "STM2", 240, 239, 0, held=False))
    facts = {"session": 4, "module": "STM2", "minutes": 240, "shares": 239}
    assert tally(PROMISED, unshared).discrepancies[0] == Reason(Discrepancy.SHARES_DIFFER, facts)


def test_a_session_of_a_module_outside_the_programme_is_named_and_not_counted():
    result = tally(PROMISED, (*WHOLE, taught(9, "XX", 60, 0)))
    facts = {"session": 9, "module": "XX", "minutes": 60, "shares": 60}
    assert result.discrepancies == (Reason(Discrepancy.UNKNOWN_MODULE, facts),)
    assert result.total.planned == 720


def test_an_hour_lost_or_won_by_the_clocks_is_lost_or_won():
    def night(month: int, day: int) -> int:
        start = datetime(2022, month, day, 0, tzinfo=ROME)
        return minutes_between(start, datetime.combine(start.date(), time(6), ROME))

    assert [night(3, 26), night(3, 27), night(10, 30)] == [360, 300, 420]


def test_seconds_that_do_not_fill_a_minute_are_not_a_minute():
    start = datetime(2022, 1, 13, 13, 30, tzinfo=UTC)
    assert minutes_between(start, start + timedelta(minutes=4, seconds=59)) == 4


@pytest.mark.parametrize("zones", [(None, UTC), (UTC, None), (None, None)])
def test_minutes_need_instants(zones):
    start, end = (datetime(2022, 1, 13, 12, tzinfo=zone) for zone in zones)
    with pytest.raises(ValueError, match="time zone"):
        minutes_between(start, end)


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(270, "4 h 30 min"), (240, "4 h"), (45, "45 min"), (0, "0 h"), (18_000, "300 h"), (-90, "−1 h 30 min")],
)
def test_minutes_are_shown_in_hours_and_minutes(minutes, shown):
    assert show_minutes(minutes) == shown
