"""What one may still miss: to the minute, by every rule of an edition, and never rounded up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.budget import Attended, Lesson, Rule, Scope, Standing, if_missed, standing, tightest

RULE = Rule(Scope.OVERALL, 18_000, 8000)
FIRST = datetime(2022, 1, 13, 13, tzinfo=UTC)


def lessons(held: int = 75, coming: int = 0, **facts) -> list[Lesson]:
    """Lessons of four hours, one a day."""
    facts = {"minutes": 240, "module": "STM1", "block": "STM", "mode": "hybrid"} | facts
    return [
        Lesson(key, FIRST + timedelta(days=key), held=key < held, **facts) for key in range(held + coming)
    ]


def record(minutes: int, held: int = 75) -> dict[int, Attended]:
    """So many minutes, filled up from the first lesson on."""
    return {key: Attended(max(0, min(240, minutes - 240 * key))) for key in range(held)}


def standing_of(minutes: int, rule: Rule = RULE) -> Standing:
    return standing(rule, lessons(), record(minutes))


@pytest.mark.parametrize(
    ("minutes", "reached", "percent"),
    [(14_400, True, "80.00"), (14_399, False, "79.99"), (14_395, False, "79.97"), (12_720, False, "70.66")],
)
def test_80_percent_is_80_percent_and_is_never_printed_for_less(minutes, reached, percent):
    now = standing_of(minutes)
    assert (now.attended, now.reached, now.reachable) == (minutes, reached, reached)
    assert now.percent == Decimal(percent)


def test_the_budget_of_80_percent_of_300_hours_is_60_hours():
    assert (RULE.asked, RULE.budget) == (14_400, 3_600)
    now = standing_of(18_000 - 1_350)
    assert (now.missed, now.left, now.used) == (1_350, 2_250, 3_750)


def test_what_is_asked_is_rounded_up():
    third = Rule(Scope.OVERALL, 100, 3334)
    assert (third.asked, third.budget) == (34, 66)


def test_missing_friday_as_well_is_four_hours_less():
    plan = lessons(held=40, coming=35)
    now = standing(RULE, plan, record(40 * 240, held=40))
    assert (now.left, if_missed(now, plan[40:42])) == (3_600, 3_120)
    assert if_missed(now, plan[:2]) == 3_600, "what was held is in the record already"


def test_who_joins_late_has_the_same_base():
    plan = lessons(held=20, coming=55)
    missed = {key: Attended(0) for key in range(20)}
    now = standing(RULE, plan, missed)
    assert (now.missed, now.left, now.reachable) == (4_800, -1_200, False)


def test_who_withdrew_misses_what_came_after():
    now = standing(RULE, lessons(), record(7_200))
    assert (now.attended, now.missed, now.reachable) == (7_200, 10_800, False)
    assert now.percent == Decimal("40.00")


def test_of_what_nobody_has_said_anything_nothing_is_missed_and_all_can_be_reached():
    now = standing(RULE, lessons(), {})
    assert (now.held, now.missed, now.awaited, now.left) == (18_000, 0, 18_000, 3_600)
    assert now.reachable
    assert not now.reached


def test_it_is_out_of_reach_with_the_first_minute_too_many():
    plan = lessons(held=16, coming=59)
    enough = {key: Attended(0) for key in range(15)} | {15: Attended(240)}
    assert standing(RULE, plan, enough).left == 0
    assert standing(RULE, plan, enough).reachable
    assert not standing(RULE, plan, enough | {15: Attended(239)}).reachable


@pytest.mark.parametrize(
    ("scope", "key", "facts"),
    [(Scope.MODULE, "DD2", "module"), (Scope.BLOCK, "DD", "block"), (Scope.SESSION_MODE, "remote", "mode")],
)
def test_a_rule_of_one_module_block_or_mode_counts_only_that(scope, key, facts):
    plan = [replace(one, **{facts: key}) if one.key < 4 else one for one in lessons()]
    known = record(18_000) | {0: Attended(200), 10: Attended(0)}
    now = standing(Rule(scope, 960, 9000, key), plan, known)
    assert (now.held, now.attended, now.missed, now.left) == (960, 920, 40, 56)


def test_in_presence_counts_only_what_was_attended_there():
    known = {0: Attended(240, 100), 1: Attended(240, 240), 2: Attended(0, 0)}
    now = standing(Rule(Scope.IN_PERSON, 720, 5000), lessons(held=3), known)
    assert (now.attended, now.missed, now.reached) == (340, 380, False)


def test_what_is_planned_remotely_is_never_in_presence_and_missing_it_costs_nothing_more():
    plan = [replace(one, mode="remote") if one.key % 3 == 0 else one for one in lessons(held=0, coming=75)]
    now = standing(Rule(Scope.IN_PERSON, 18_000, 6000), plan, {})
    assert (now.missed, now.left, now.coming, now.reachable) == (6_000, 1_200, 12_000, True)
    assert (if_missed(now, plan[:1]), if_missed(now, plan[1:2])) == (1_200, 960)
    assert not standing(Rule(Scope.IN_PERSON, 18_000, 7000), plan, {}).reachable


def test_hours_that_are_not_on_the_timetable_yet_can_be_reached_too():
    now = standing(RULE, lessons(held=10, coming=10), record(10 * 240, held=10))
    assert (now.coming, now.reachable) == (2_400, True)
    lost = standing(RULE, lessons(held=16, coming=10), record(0, held=16))
    assert not lost.reachable


def test_an_excuse_counts_only_where_the_rule_says_so():
    known = record(18_000) | {3: Attended(0, 0, excused=True)}
    assert standing(RULE, lessons(), known).missed == 240
    assert standing(replace(RULE, excuses_count=True), lessons(), known).missed == 0


def test_a_rule_without_a_budget_is_used_up_by_the_first_minute():
    strict = Rule(Scope.OVERALL, 18_000, 10_000)
    assert standing_of(18_000, strict).used == 0
    assert standing_of(17_999, strict).used == 10_000
    assert standing(Rule(Scope.MODULE, 0, 8000, "X"), [], {}).share == 0


def test_the_tightest_rule_is_the_one_with_least_left():
    module = Rule(Scope.MODULE, 960, 8000, "STM1")
    both = [standing_of(17_000), standing(module, lessons(held=4), record(860, held=4))]
    assert tightest(both).rule is module
    assert tightest([replace(both[0], missed=3_600 - 92), both[1]]).rule is RULE, "of two alike the whole"


PEOPLE = st.dictionaries(st.integers(0, 74), st.integers(0, 240).map(Attended))


@given(PEOPLE, st.integers(0, 75), st.integers(1, 10_000))
def test_every_minute_is_attended_missed_awaited_or_coming(known, held, share):
    now = standing(replace(RULE, share=share), lessons(held, 75 - held), known)
    assert now.attended + now.missed + now.awaited == now.held
    assert now.held + now.coming == 18_000


@given(PEOPLE, st.integers(0, 75), st.integers(1, 10_000))
def test_it_is_reachable_exactly_while_the_budget_lasts(known, held, share):
    now = standing(replace(RULE, share=share), lessons(held, 75 - held), known)
    assert now.reachable == (now.left >= 0)
    assert now.reached <= now.reachable


@given(st.integers(0, 18_000), st.integers(1, 10_000))
def test_a_printed_percentage_reaches_the_rule_exactly_when_the_minutes_do(minutes, share):
    now = standing_of(minutes, replace(RULE, share=share))
    assert now.reached == (now.attended * 10_000 >= 18_000 * share)
    assert (now.percent >= Decimal(share).scaleb(-2)) == now.reached
