import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.planner import (
    Effort,
    Engine,
    Hard,
    Kind,
    Mode,
    Module,
    Pin,
    Shortage,
    Status,
    check,
    mode_of,
    plan,
)
from courses.planner.bounds import least_points
from courses.planner.choices import Choices
from courses.planner.costs import score
from courses.planner.greedy import greedy
from courses.planner.model import Model
from courses.planner.objective import add_costs
from courses.planner.search import improve
from courses.planner.shortages import shortages
from tests.planning import (
    ANNA,
    AULA,
    BRUNO,
    CARLA,
    LAB,
    a_sound_plan,
    at,
    codes,
    every_plan,
    people,
    placed,
    problems,
    rooms,
    two_modules,
    unit,
    whole_day,
)

LITTLE = Effort(rounds=4)
few = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def solved(problem):
    """The best there is, by the model alone."""
    choices = Choices(problem)
    model = Model(choices)
    add_costs(model)
    status, spots = model.solve(limit=10, seed=0)
    return status.status, choices.plan(spots), choices


@few
@given(problems())
def test_the_model_finds_a_plan_exactly_when_there_is_one_and_no_plan_costs_less(problem):
    points = [check(problem, it).score.total for it in every_plan(problem)]
    status, found, _ = solved(problem)
    if not points:
        assert status == Status.NONE
        return
    verdict = check(problem, found)
    assert (status, verdict.violations, verdict.score.total) == (Status.BEST, (), min(points))


@few
@given(problems())
def test_what_is_counted_as_too_little_leaves_no_plan_and_the_bound_is_below_every_plan(problem):
    choices = Choices(problem)
    points = [check(problem, it).score.total for it in every_plan(problem)]
    if shortages(choices):
        assert points == []
    elif points:
        assert least_points(choices, limit=2, seed=0)[0] <= min(points)


@few
@given(problems(), st.integers(0, 3))
def test_the_greedy_search_breaks_no_rule_whatever_it_leaves_out(problem, seed):
    some = next(every_plan(problem), ())
    problem = replace(problem, held=some[seed : seed + 1])
    choices = Choices(problem)
    spots = greedy(choices, seed=seed, tries=4)
    verdict = check(problem, choices.plan(spots))
    assert set(codes(verdict)) <= {Hard.NOT_PLACED}
    assert score(choices, spots) == verdict.score


@few
@given(problems())
def test_improving_a_plan_keeps_it_sound_and_never_makes_it_dearer(problem):
    choices = Choices(problem)
    spots = greedy(choices, seed=0, tries=4)
    if len(spots) == len(problem.units):
        better = improve(choices, spots, seed=0, effort=LITTLE, goal=0, progress=None)
        verdict = check(problem, choices.plan(better))
        assert verdict.violations == ()
        assert score(choices, better) == verdict.score
        assert verdict.score.total <= score(choices, spots).total


def test_a_plan_is_proved_best_where_the_bound_meets_it():
    answer = plan(two_modules(), effort=LITTLE)
    assert (answer.engine, answer.status, answer.violations) == (Engine.CP_SAT, Status.BEST, ())
    assert answer.score.total == answer.bound


def test_what_is_pinned_and_what_has_been_held_stays():
    problem = two_modules()
    first = placed(problem, "M1/1", 2, room=AULA, who=CARLA)
    problem = replace(problem, held=(first,), pins=(Pin("M1/2", starts_at=at(problem, 6)),))
    answer = plan(problem, effort=LITTLE)
    assert answer.found
    assert answer.plan[0] == first
    assert [it.starts_at for it in answer.plan if it.unit == "M1/2"] == [at(problem, 6)]


def test_without_or_tools_too_the_plan_goes_around_what_is_held_later(monkeypatch):
    monkeypatch.setitem(sys.modules, "ortools", None)
    problem = two_modules()
    held = placed(problem, "M1/2", 2, room=AULA, who=BRUNO)
    answer = plan(replace(problem, held=(held,)))
    assert (answer.engine, answer.found, answer.violations) == (Engine.GREEDY, True, ())
    assert [it.unit for it in answer.plan] == ["M1/1", "M1/2", "M2/1"]


def test_nothing_is_planned_into_the_past():
    problem = two_modules()
    answer = plan(replace(problem, not_before=at(problem, 4)), effort=LITTLE)
    assert min(it.starts_at for it in answer.plan) >= at(problem, 4)


def test_a_class_too_large_for_one_laboratory_takes_several_side_by_side():
    problem = two_modules()
    lab = unit("A/1", mode=Mode.IN_PERSON, kit=("lab",), people=20, parallel=2)
    edition = replace(problem.editions[0], modules=(Module("A", (lab,)),), before=())
    labs = (rooms()[1], replace(rooms()[1], key="Laboratorio 2"), replace(rooms()[1], key="Laboratorio 3"))
    answer = plan(replace(problem, editions=(edition,), rooms=labs), effort=LITTLE)
    assert answer.violations == ()
    assert [len(it.rooms) for it in answer.plan] == [2]


def test_a_remote_half_day_needs_no_room():
    problem = two_modules()
    answer = plan(replace(problem, rooms=rooms()[1:]), effort=LITTLE)
    remote = [it.unit for it in answer.plan if mode_of(problem, it) == Mode.REMOTE]
    assert answer.found
    assert remote == ["M1/1", "M1/2"]


def test_what_cannot_be_is_said_before_any_search():
    problem = replace(two_modules(), instructors=people((BRUNO, whole_day(0, number=30))))
    edition = problem.editions[0]
    module = Module("M1", (unit("M1/1", Kind.COMPANY, qualified=(BRUNO,)),))
    problem = replace(problem, editions=(replace(edition, modules=(module,), before=()),))
    answer = plan(problem)
    assert answer.status == Status.NONE
    assert [reason.code for reason in answer.short] == [Shortage.NOBODY_FREE, Shortage.TOO_MUCH_FOR_ONE]


def test_progress_is_told_round_by_round():
    problem = replace(two_modules(), instructors=people((ANNA, whole_day(0, number=3))))
    steps = []
    problem = replace(problem, weights=replace(problem.weights, most_instructors=0))
    plan(problem, effort=LITTLE, progress=steps.append)
    assert [step.done for step in steps] == [1, 2, 3, 4]
    assert [step.score for step in steps] == sorted((step.score for step in steps), reverse=True)


def test_without_or_tools_the_plan_is_greedy_and_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "ortools", None)
    answer = plan(two_modules())
    assert (answer.engine, answer.violations) == (Engine.GREEDY, ())
    assert answer.found


SAME = """
from academy.bench.editions import past_edition
from courses.planner import Effort, plan
answer = plan(past_edition(), seed=7, effort=Effort(rounds=3, bound=0.1))
print(answer.score.total, answer.plan)
"""


def test_the_same_problem_gives_the_same_plan_in_every_process():
    printed = {
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", SAME],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def test_a_problem_has_one_fingerprint_and_another_problem_another():
    assert two_modules().fingerprint == two_modules().fingerprint
    other = replace(two_modules(), instructors=people((ANNA, whole_day(2))))
    assert other.fingerprint != two_modules().fingerprint


def test_a_plan_that_is_sound_can_be_found_again_from_its_choices():
    problem = two_modules()
    choices = Choices(problem)
    assert choices.plan(choices.spots(a_sound_plan(problem))) == a_sound_plan(problem)
    assert LAB in choices.rooms


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_seed_gives_the_same_greedy_plan(seed):
    choices = Choices(two_modules())
    assert greedy(choices, seed=seed, tries=3) == greedy(choices, seed=seed, tries=3)
