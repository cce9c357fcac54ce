import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.planner import Change, Module, Status, check, mending, plan, repair
from courses.planner.mending import MOVED, OTHER_PERSON, OTHER_ROOM
from courses.planner.problem import local_day
from tests.planning import (
    ANNA,
    AULA,
    BRUNO,
    CARLA,
    DARIO,
    THURSDAY,
    a_sound_plan,
    every_plan,
    people,
    placed,
    problems,
    rooms,
    two_modules,
    unit,
    week,
    whole_day,
)


def fallen_out(problem, who, days=0, number=1):
    return replace(problem, instructors=people((who, whole_day(days, number=number))))


def test_a_plan_that_still_holds_is_left_alone():
    problem = two_modules()
    mended = repair(problem, a_sound_plan(problem))
    assert (mended.plan, mended.changes, mended.fewest) == (a_sound_plan(problem), (), True)


def test_somebody_who_falls_out_is_replaced_and_nothing_else_changes():
    problem = two_modules()
    mended = repair(fallen_out(problem, BRUNO, days=1), a_sound_plan(problem))
    (change,) = mended.changes
    assert (change.code, change.facts["unit"], change.facts["is"]) == (Change.INSTRUCTORS, "M1/2", (DARIO,))
    assert mended.fewest


def test_without_substitutes_the_session_moves_and_keeps_its_people():
    problem = two_modules()
    mended = repair(fallen_out(problem, BRUNO, days=1), a_sound_plan(problem), substitutes=False)
    assert mended.fewest
    assert {it.unit: it.instructors for it in mended.plan} == {
        "M1/1": (ANNA,),
        "M1/2": (BRUNO,),
        "M2/1": (ANNA,),
    }
    assert Change.MOVED in [change.code for change in mended.changes]


def test_a_room_that_falls_out_is_replaced_by_another():
    problem = two_modules()
    aula, lab = rooms()
    spare = replace(aula, key="Aula 2")
    problem = replace(problem, rooms=(replace(aula, away=(whole_day(1),)), spare, lab))
    mended = repair(problem, a_sound_plan(problem))
    assert [(it.code, it.facts["is"]) for it in mended.changes] == [(Change.ROOMS, ("Aula 2",))]


def test_what_cannot_be_mended_is_said():
    problem = two_modules()
    away = [(who, whole_day(0, number=30)) for who in (BRUNO, DARIO)]
    mended = repair(replace(problem, instructors=people(*away)), a_sound_plan(problem))
    assert (mended.status, mended.plan) == (Status.NONE, ())


def test_what_has_been_held_is_not_mended():
    problem = two_modules()
    held = a_sound_plan(problem)[:2]
    problem = fallen_out(replace(problem, held=held), ANNA, days=0, number=2)
    mended = repair(problem, a_sound_plan(problem))
    assert mended.plan[:2] == held
    assert [it.facts["is"] for it in mended.changes] == [(CARLA,)]


def test_without_or_tools_nothing_is_mended_and_that_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "ortools", None)
    problem = two_modules()
    assert repair(problem, a_sound_plan(problem)).status == Status.UNDECIDED


def weight(before, after):
    """What the changes of a plan weigh, counted unit by unit."""
    was = {it.unit: it for it in before}
    return sum(
        MOVED * (it.starts_at != was[it.unit].starts_at)
        + OTHER_PERSON * len(set(it.instructors) - set(was[it.unit].instructors))
        + OTHER_ROOM * len(set(it.rooms) - set(was[it.unit].rooms))
        for it in after
    )


def days(before, after):
    """How many days, to the nearest, all units are from where they were."""
    was = {it.unit: it.starts_at for it in before}
    return sum(round(abs(it.starts_at - was[it.unit]) / timedelta(days=1)) for it in after)


@pytest.mark.parametrize("quick", [mending.QUICK, 0.0])
def test_a_session_that_must_move_goes_to_the_nearest_half_day_that_is_free(quick, monkeypatch):
    monkeypatch.setattr(mending, "QUICK", quick)
    weeks = tuple(slot for number in range(4) for slot in week(number))
    problem = two_modules()
    module = Module("M1", (unit("M1/1", qualified=(ANNA,)),))
    edition = replace(problem.editions[0], modules=(module,), slots=weeks, before=())
    problem = replace(problem, editions=(edition,))
    for number in (1, 3, 5, 7, 10, 15):  # Fridays and Saturdays
        before = (placed(problem, "M1/1", number, room=AULA, who=ANNA),)
        day = local_day(before[0].starts_at)
        mended = repair(fallen_out(problem, ANNA, days=(day - THURSDAY).days), before)
        assert days(before, mended.plan) == 1


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems(), st.sampled_from([ANNA, BRUNO]), st.integers(0, 8), st.booleans())
def test_no_sound_plan_is_nearer_than_the_mended_one(problem, who, day, hard):
    """Also where the quick model is given no time."""
    before = next(every_plan(problem), None)
    if before is None:
        return
    away = {one.key: one.away for one in problem.instructors}
    changed = replace(
        problem,
        instructors=tuple(
            replace(it, away=(*away[it.key], whole_day(day))) if it.key == who else it
            for it in problem.instructors
        ),
    )
    weights = [(weight(before, after), days(before, after)) for after in every_plan(changed)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mending, "QUICK", 0.0 if hard else mending.QUICK)
        mended = repair(changed, before)
    if not weights:
        assert mended.status == Status.NONE
        return
    assert check(changed, mended.plan).violations == ()
    assert mended.fewest
    assert (weight(before, mended.plan), days(before, mended.plan)) == min(weights)


def test_a_plan_found_is_a_plan_to_mend():
    problem = two_modules()
    found = plan(problem).plan
    assert repair(problem, found).changes == ()
