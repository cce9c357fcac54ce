from dataclasses import replace

from courses.planner import (
    Change,
    Hard,
    Mode,
    Pin,
    Score,
    Soft,
    Why,
    account,
    check,
    difference,
    points_changed,
)
from tests.planning import (
    ANNA,
    AULA,
    BRUNO,
    CARLA,
    DARIO,
    a_sound_plan,
    at,
    people,
    placed,
    two_modules,
    whole_day,
)


def test_what_changed_is_told_unit_by_unit_with_what_was_and_what_is():
    problem = two_modules()
    before = a_sound_plan(problem)
    after = (placed(problem, "M1/1", 1, room=AULA, who=CARLA), *before[2:])
    told = [
        (it.code, it.facts["unit"], it.facts.get("was"), it.facts.get("is"))
        for it in difference(problem, before, after)
    ]
    assert told == [
        (Change.MOVED, "M1/1", at(problem, 0), at(problem, 1)),
        (Change.MODE, "M1/1", Mode.REMOTE, Mode.HYBRID),
        (Change.ROOMS, "M1/1", (), (AULA,)),
        (Change.INSTRUCTORS, "M1/1", (ANNA,), (CARLA,)),
        (Change.DROPPED, "M1/2", None, None),
    ]


def test_a_change_names_those_it_concerns_before_and_after():
    problem = two_modules()
    before = a_sound_plan(problem)
    after = (replace(before[0], instructors=(CARLA,)), *before[1:])
    assert [it.facts["instructors"] for it in difference(problem, before, after)] == [(ANNA, CARLA)]


def test_a_plan_does_not_differ_from_itself():
    problem = two_modules()
    assert difference(problem, a_sound_plan(problem), a_sound_plan(problem)) == ()


def test_a_unit_that_is_new_is_added():
    problem = two_modules()
    plan = a_sound_plan(problem)
    assert [it.code for it in difference(problem, plan[:2], plan)] == [Change.ADDED]


def test_points_are_compared_rule_by_rule():
    assert points_changed(Score(balance=3, saturdays=2), Score(balance=6, saturdays=1)) == {
        Soft.BALANCE: 3,
        Soft.SATURDAYS: -1,
    }


def test_a_unit_with_one_place_left_says_what_stands_against_each_other():
    problem = two_modules()
    edition = problem.editions[0]
    problem = replace(problem, editions=(replace(edition, slots=edition.slots[:3]),))
    told = account(problem, a_sound_plan(problem), "M1/2")
    where, who = told.reasons
    assert (where.code, where.facts["tried"], where.facts["possible"]) == (Why.ONLY_PLACE, 2, 0)
    assert [it.broken[0].code for it in told.alternatives] == [Hard.EDITION_CLASH, Hard.EDITION_CLASH]
    assert (who.code, who.facts["instructor"], list(who.facts["free"])) == (
        Why.ONE_OF_SEVERAL,
        BRUNO,
        [DARIO],
    )


def test_a_unit_where_it_costs_least_says_what_elsewhere_would_cost():
    problem = two_modules()
    plan = a_sound_plan(problem)
    told = account(problem, plan, "M2/1")
    saturday = next(it for it in told.alternatives if it.starts_at == at(problem, 3))
    assert saturday.broken == ()
    assert saturday.points == check(problem, plan).score.total + 1
    assert told.reasons[0].code in (Why.AS_CHEAP, Why.CHEAPEST)


def test_a_unit_that_would_cost_less_elsewhere_says_so():
    problem = two_modules()
    plan = (*a_sound_plan(problem)[:2], replace(a_sound_plan(problem)[2], starts_at=at(problem, 3)))
    assert account(problem, plan, "M2/1").reasons[0].code == Why.DEARER


def test_an_alternative_takes_the_room_it_needs():
    problem = two_modules()
    told = account(problem, a_sound_plan(problem)[:2], "M1/1")
    remote_next_week = next(it for it in told.alternatives if it.starts_at == at(problem, 4))
    assert {it.code for it in remote_next_week.broken} == {Hard.ORDER, Hard.TEST_LAST}


def test_what_is_pinned_or_held_says_so():
    problem = two_modules()
    plan = a_sound_plan(problem)
    pinned = replace(problem, pins=(Pin("M1/1", starts_at=plan[0].starts_at),))
    assert account(pinned, plan, "M1/1").reasons[0].code == Why.PINNED
    held = replace(problem, held=plan[:1])
    assert [it.code for it in account(held, plan, "M1/1").reasons] == [Why.HELD]


def test_somebody_whom_nobody_could_replace_is_the_only_one_free():
    problem = replace(two_modules(), instructors=people((DARIO, whole_day(1))))
    told = account(problem, a_sound_plan(problem), "M1/2")
    assert told.reasons[-1].code == Why.ONLY_ONE_FREE
