import sys
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from courses.planner import Hard, Kind, Module, Pin, Purpose, Rule, Shortage, check, explain
from tests.planning import (
    ANNA,
    BRUNO,
    CARLA,
    LAB,
    at,
    codes,
    every_plan,
    half_day,
    people,
    problems,
    rooms,
    two_modules,
    unit,
    week,
    whole_day,
)


def with_edition(**more):
    problem = two_modules()
    return replace(problem, editions=(replace(problem.editions[0], **more),))


def alone(one, **more):
    """An edition with a single unit on one week."""
    return with_edition(modules=(Module("A", (one,)),), before=(), slots=week(), **more)


def too_few_half_days():
    return with_edition(slots=week()[:2])


def closed_for_good():
    slots = tuple(
        replace(slot, closed="strike") if number > 1 else slot for number, slot in enumerate(week())
    )
    return with_edition(slots=slots)


def nobody_free():
    problem = two_modules()
    away = (ANNA, whole_day(0, cause="a month off", number=30))
    elsewhere = (CARLA, whole_day(0, cause="teaches elsewhere", number=30, firm=True))
    return replace(problem, instructors=people(away, elsewhere))


def laboratory_closed():
    problem = two_modules()
    aula, lab = rooms()
    return replace(problem, rooms=(aula, replace(lab, away=(whole_day(0, cause="refit", number=30),))))


def order_in_a_circle():
    """Two circles that one pair of modules closes."""
    modules = (*two_modules().editions[0].modules, Module("M3", (unit("M3/1", Kind.COMPANY),)))
    before = (("M1", "M2"), ("M2", "M3"), ("M3", "M1"), ("M1", "M3"))
    return with_edition(modules=modules, before=before)


def pinned_too_early():
    problem = two_modules()
    return replace(problem, pins=(Pin("M2/1", starts_at=at(problem, 1)),))


def one_session_a_day():
    return with_edition(
        slots=(half_day(1, "morning"), half_day(1, "afternoon"), half_day(8, "morning")),
        most_minutes_a_day=120,
    )


RIGHT_RULE = {
    "closed": (closed_for_good, [Rule(Hard.CLOSED, "E1", "strike")]),
    "away": (nobody_free, [Rule(Hard.INSTRUCTOR_AWAY, ANNA, "a month off")]),
    "refit": (laboratory_closed, [Rule(Hard.ROOM_AWAY, LAB, "refit")]),
    "circle": (order_in_a_circle, [Rule(Hard.PRECEDENCE, "M3", "M1")]),
    "pin": (pinned_too_early, [Rule(Hard.PIN, "M2/1")]),
    "day": (one_session_a_day, [Rule(Hard.DAY_FULL, "E1")]),
}


@pytest.mark.parametrize("name", RIGHT_RULE)
def test_the_fewest_rules_to_relax_are_named_with_the_plan_they_would_allow(name):
    build, rules = RIGHT_RULE[name]
    problem = build()
    answer = explain(problem)
    assert (list(answer.relax), answer.fewest) == (rules, True)
    assert set(codes(check(problem, answer.plan))) == {rule.code for rule in rules}


@pytest.mark.parametrize("name", RIGHT_RULE)
def test_a_conflict_is_confirmed_and_holds_a_rule_that_would_have_to_go(name):
    build, _ = RIGHT_RULE[name]
    answer = explain(build())
    assert answer.confirmed
    assert set(answer.relax) & set(answer.conflict)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems())
def test_a_rule_need_be_relaxed_exactly_when_there_is_no_plan(problem):
    possible = next(every_plan(problem), None) is not None
    answer = explain(problem, conflict=False)
    if possible:
        assert (answer.short, answer.relax, answer.fewest) == ((), (), True)
    else:
        broken = set(codes(check(problem, answer.plan))) if answer.plan else {None}
        assert broken == ({rule.code for rule in answer.relax} or {None})


SHORT = {
    Shortage.HALF_DAYS: too_few_half_days,
    Shortage.NO_HALF_DAY: lambda: alone(unit("A/1", purpose=Purpose.FINAL)),
    Shortage.NOBODY: lambda: alone(unit("A/1", qualified=())),
    Shortage.NOBODY_FREE: nobody_free,
    Shortage.NO_ROOM_FITS: lambda: replace(
        alone(unit("A/1", people=31)),
        editions=(replace(alone(unit("A/1", people=31)).editions[0], slots=week()[1:]),),
    ),
    Shortage.NO_ROOM_FREE: laboratory_closed,
    Shortage.TOO_MUCH_FOR_ONE: lambda: replace(
        with_edition(
            modules=(Module("A", tuple(unit(f"A/{it}", qualified=(ANNA,)) for it in range(4))),),
            before=(),
            slots=week(),
        ),
        instructors=people((ANNA, whole_day(1))),
    ),
    Shortage.NO_TIME_IN_ORDER: order_in_a_circle,
}


@pytest.mark.parametrize("code", Shortage)
def test_what_there_is_too_little_of_is_counted_before_any_search(code):
    assert code in [reason.code for reason in explain(SHORT[code](), conflict=False).short]


def test_a_problem_with_a_plan_lacks_nothing():
    answer = explain(two_modules())
    assert (answer.short, answer.relax, answer.fewest, answer.conflict) == ((), (), True, ())


def test_a_firm_booking_elsewhere_is_never_among_the_rules_to_relax():
    problem = two_modules()
    away = [(who, whole_day(0, number=30, firm=True)) for who in (ANNA, CARLA)]
    answer = explain(replace(problem, instructors=people(*away)))
    assert (answer.relax, answer.plan) == ((), ())
    assert {reason.code for reason in answer.short} == {Shortage.NOBODY_FREE}


def test_without_or_tools_it_is_still_counted(monkeypatch):
    monkeypatch.setitem(sys.modules, "ortools", None)
    answer = explain(too_few_half_days())
    assert [reason.code for reason in answer.short][:1] == [Shortage.HALF_DAYS]
    assert (answer.relax, answer.fewest) == ((), False)


def test_company_teaching_is_not_given_to_an_academic():
    problem = alone(unit("A/1", Kind.COMPANY, qualified=(ANNA,)))
    assert [reason.code for reason in explain(problem).short] == [Shortage.NOBODY]
    assert BRUNO not in str(explain(problem).relax)
