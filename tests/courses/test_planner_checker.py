from dataclasses import replace
from datetime import timedelta

import pytest

from courses.planner import Hard, Kind, Mode, Module, Pin, Placed, Purpose, Score, check
from tests.planning import (
    ANNA,
    AULA,
    BRUNO,
    CARLA,
    DARIO,
    LAB,
    a_sound_plan,
    at,
    codes,
    half_day,
    people,
    placed,
    rooms,
    two_modules,
    unit,
    week,
    whole_day,
)


def test_a_plan_that_keeps_every_rule_is_sound():
    problem = two_modules()
    assert check(problem, a_sound_plan(problem)).violations == ()


def with_modules(*modules, **more):
    problem = two_modules()
    return replace(problem, editions=(replace(problem.editions[0], modules=modules, before=(), **more),))


def moved(unit_key, **more):
    problem = two_modules()
    return problem, tuple(replace(it, **more) if it.unit == unit_key else it for it in a_sound_plan(problem))


def not_placed():
    problem = two_modules()
    return problem, a_sound_plan(problem)[:2]


def placed_twice():
    problem = two_modules()
    plan = a_sound_plan(problem)
    return problem, (*plan, replace(plan[2], starts_at=at(problem, 5)))


def unknown():
    problem = two_modules()
    return problem, (*a_sound_plan(problem), Placed("M9/1", at(problem, 5)))


def not_open():
    problem, plan = moved("M2/1", starts_at=at(two_modules(), 2) + timedelta(minutes=30))
    return problem, plan


def closed():
    problem = two_modules()
    slots = list(problem.editions[0].slots)
    slots[2] = replace(slots[2], closed="strike")
    return replace(problem, editions=(replace(problem.editions[0], slots=tuple(slots)),)), a_sound_plan(
        problem
    )


def past():
    problem = two_modules()
    return replace(problem, not_before=at(problem, 1)), a_sound_plan(problem)


def pin():
    problem = two_modules()
    return replace(problem, pins=(Pin("M2/1", instructors=(CARLA,)),)), a_sound_plan(problem)


def held():
    problem = two_modules()
    return replace(problem, held=(placed(problem, "M1/1", 0, who=CARLA),)), a_sound_plan(problem)


def two_editions(*, clash):
    """A second edition with one unit, and the plan in which it needs what the first does."""
    problem = two_modules()
    second = replace(
        problem.editions[0], key="E2", modules=(Module("X", (unit("X/1", Kind.COMPANY),)),), before=()
    )
    problem = replace(
        problem, editions=(*problem.editions, second), rooms=(*rooms(), replace(rooms()[0], key="Aula 2"))
    )
    room, who = ("Aula 2", BRUNO) if clash == Hard.INSTRUCTOR_CLASH else (AULA, DARIO)
    return problem, (*a_sound_plan(problem), placed(problem, "X/1", 1, room=room, who=who))


def edition_clash():
    problem = with_modules(Module("A", (unit("A/1"),)), Module("B", (unit("B/1", Kind.COMPANY),)))
    problem = replace(problem, rooms=(*problem.rooms, replace(problem.rooms[0], key="Aula 2")))
    plan = placed(problem, "A/1", 1, room=AULA, who=ANNA), placed(problem, "B/1", 1, room="Aula 2", who=BRUNO)
    return problem, plan


def instructor_away():
    problem = two_modules()
    return replace(problem, instructors=people((BRUNO, whole_day(1)))), a_sound_plan(problem)


def room_away():
    problem = two_modules()
    return replace(problem, rooms=rooms(away=(whole_day(1),))), a_sound_plan(problem)


def order():
    problem = two_modules()
    plan = (
        placed(problem, "M1/2", 0, who=BRUNO),
        placed(problem, "M1/1", 1, room=AULA, who=ANNA),
        placed(problem, "M2/1", 2, room=LAB, who=ANNA),
    )
    return problem, plan


def test_last():
    problem = with_modules(Module("A", (unit("A/1"), unit("A/2", test=True)), ordered=False))
    return problem, (
        placed(problem, "A/2", 1, room=AULA, who=ANNA),
        placed(problem, "A/1", 2, room=AULA, who=ANNA),
    )


def precedence():
    problem = two_modules()
    plan = a_sound_plan(problem)
    return problem, (plan[0], replace(plan[1], starts_at=at(problem, 3)), plan[2])


def assessment(purpose, slot):
    whole = unit("A/1", None, teachers=0, purpose=purpose, mode=Mode.IN_PERSON)
    slots = tuple(replace(it, purposes=(Purpose.TEACHING, purpose)) for it in week())
    problem = with_modules(Module("A", (whole,)), Module("B", (unit("B/1"),)), slots=slots)
    return problem, (placed(problem, "A/1", slot, room=AULA), placed(problem, "B/1", 2, room=AULA, who=ANNA))


def day_full():
    problem = two_modules()
    return replace(problem, editions=(replace(problem.editions[0], most_minutes_a_day=240),)), a_sound_plan(
        problem
    )


def no_kit():
    problem = two_modules()
    return replace(problem, rooms=(problem.rooms[0], replace(problem.rooms[1], kit=()))), a_sound_plan(
        problem
    )


def elsewhere():
    problem = two_modules()
    return replace(problem, rooms=(rooms()[0], replace(rooms()[1], hub="Bari"))), a_sound_plan(problem)


PLANTED = {
    Hard.NOT_PLACED: not_placed,
    Hard.PLACED_TWICE: placed_twice,
    Hard.UNKNOWN: unknown,
    Hard.NOT_OPEN: not_open,
    Hard.CLOSED: closed,
    Hard.PAST: past,
    Hard.PIN: pin,
    Hard.HELD: held,
    Hard.EDITION_CLASH: edition_clash,
    Hard.INSTRUCTOR_CLASH: lambda: two_editions(clash=Hard.INSTRUCTOR_CLASH),
    Hard.ROOM_CLASH: lambda: two_editions(clash=Hard.ROOM_CLASH),
    Hard.INSTRUCTOR_AWAY: instructor_away,
    Hard.ROOM_AWAY: room_away,
    Hard.NOT_QUALIFIED: lambda: moved("M1/1", instructors=(BRUNO,)),
    Hard.WRONG_KIND: lambda: moved("M1/1", instructors=(BRUNO,)),
    Hard.TEACHERS: lambda: moved("M1/1", instructors=(ANNA, CARLA)),
    Hard.ROOM_WITHOUT_NEED: lambda: moved("M1/1", rooms=(AULA,)),
    Hard.NO_ROOM: lambda: moved("M1/2", rooms=()),
    Hard.TOO_MANY_ROOMS: lambda: moved("M1/2", rooms=(AULA, LAB)),
    Hard.ROOM_TOO_SMALL: lambda: moved("M1/2", rooms=(LAB,)),
    Hard.NO_KIT: no_kit,
    Hard.ROOM_ELSEWHERE: elsewhere,
    Hard.ORDER: order,
    Hard.TEST_LAST: test_last,
    Hard.PRECEDENCE: precedence,
    Hard.WELCOME_FIRST: lambda: assessment(Purpose.WELCOME, 3),
    Hard.FINAL_LAST: lambda: assessment(Purpose.FINAL, 1),
    Hard.DAY_FULL: day_full,
}
test_last.__test__ = False
# What cannot be broken alone.
TOGETHER = {
    Hard.PLACED_TWICE: set(),
    Hard.NOT_QUALIFIED: {Hard.WRONG_KIND},
    Hard.WRONG_KIND: {Hard.NOT_QUALIFIED},
    Hard.ORDER: {Hard.TEST_LAST},
}


@pytest.mark.parametrize("rule", Hard)
def test_the_checker_finds_each_planted_violation_and_nothing_else(rule):
    found = set(codes(check(*PLANTED[rule]())))
    assert found == {rule} | TOGETHER.get(rule, set())


def test_what_has_been_held_breaks_no_rule_by_itself():
    problem, plan = moved("M1/2", rooms=(LAB,))
    assert codes(check(replace(problem, held=plan), plan)) == []


def test_a_rule_that_is_broken_comes_with_its_facts():
    (reason,) = check(*instructor_away()).violations
    span = whole_day(1)
    assert reason.facts == {
        "edition": "E1",
        "unit": "M1/2",
        "instructor": BRUNO,
        "cause": "away",
        "from": span.starts_at,
        "until": span.ends_at,
    }


def test_half_a_day_is_shared_by_units_half_as_long():
    problem = with_modules(Module("A", (unit("A/1", minutes=120), unit("A/2", minutes=120))))
    first = placed(problem, "A/1", 1, room=AULA, who=ANNA)
    second = Placed("A/2", first.starts_at + timedelta(minutes=120), (AULA,), (ANNA,))
    assert check(problem, (first, second)).violations == ()


def academic_fridays(number, kind=Kind.ACADEMIC):
    """So many units of one kind on the Fridays of a month, in modules that may last."""
    slots = tuple(half_day(1 + 7 * (it // 2) - 21, ("morning", "afternoon")[it % 2]) for it in range(number))
    units = tuple(unit(f"A/{it}", kind) for it in range(number))
    problem = with_modules(Module("A", units, usual_weeks=None), slots=slots)
    who = ANNA if kind == Kind.ACADEMIC else BRUNO
    return problem, tuple(placed(problem, f"A/{it}", it, room=AULA, who=who) for it in range(number))


@pytest.mark.parametrize(
    ("number", "kind", "hours"),
    [
        (1, Kind.ACADEMIC, 1),  # 4 h x 52% = 2.08 h off: 0.08 h beyond two, so one hour begun
        (1, Kind.COMPANY, 0),  # 4 h x 48% = 1.92 h off
        (2, Kind.COMPANY, 2),  # 3.84 h off
        (3, Kind.ACADEMIC, 5),  # 6.24 h off
    ],
)
def test_each_hour_begun_beyond_two_off_the_promised_share_costs_three(number, kind, hours):
    assert check(*academic_fridays(number, kind)).score == Score(balance=3 * hours)


def test_a_session_on_a_saturday_costs_one():
    problem = with_modules(Module("A", (unit("A/1", Kind.COMPANY),)))
    assert check(problem, (placed(problem, "A/1", 3, room=AULA, who=BRUNO),)).score == Score(saturdays=1)


@pytest.mark.parametrize(("weeks", "points"), [(1, 0), (2, 2), (3, 4)])
def test_a_module_longer_than_two_weeks_costs_two_for_each_week_begun(weeks, points):
    slots = (half_day(0, "afternoon"), half_day(7 * weeks, "afternoon"))
    units = unit("A/1", None, teachers=0), unit("A/2", None, teachers=0)
    problem = with_modules(Module("A", units), slots=slots)
    plan = placed(problem, "A/1", 0, room=AULA), placed(problem, "A/2", 1, room=AULA)
    assert check(problem, plan).score == Score(length=points)


def test_each_person_beyond_two_in_a_module_costs_two():
    units = (
        unit("A/1", qualified=(ANNA,)),
        unit("A/2", qualified=(CARLA,)),
        unit("A/3", Kind.COMPANY, qualified=(BRUNO,)),
        unit("A/4", Kind.COMPANY, qualified=(DARIO,)),
    )
    problem = with_modules(Module("A", units), slots=(*week(), *week(1)))
    who = (ANNA, CARLA, BRUNO, DARIO)
    plan = tuple(placed(problem, f"A/{it + 1}", it + 1, room=AULA, who=who[it]) for it in (0, 1))
    plan += tuple(placed(problem, f"A/{it + 1}", it + 3, room=AULA, who=who[it]) for it in (2, 3))
    assert check(problem, plan).score.instructors == 4
