from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings

from academy.bench.teams import cohort
from enrollment.teams import (
    Attribute,
    Effort,
    Engine,
    Level,
    Note,
    Status,
    check,
    explain,
    form,
    mend,
    number_of_teams,
)
from enrollment.teams.exchange import Cooling, Table, anneal, cost
from tests.teaming import PUBLIC, SECTOR, all_teams, person, problems, ten

QUICK = Effort(runs=2, rounds=2000, proof=5.0, scores=1.5, slices=4)
ENGINES = tuple(Engine)


def best_of_all(problem):
    verdicts = (check(problem, it) for it in all_teams(problem))
    return min((it.points for it in verdicts if it.sound), default=None)


def ruled():
    """Ten people with a rule of each kind."""
    return replace(
        ten(),
        apart=(("C", "E"),),
        together=(("D", "F"),),
        pins=(("G", "Verde"),),
        forbidden=(("H", "Verde"),),
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("problem", [ten(), ruled()], ids=["no rules", "rules"])
def test_of_all_teams_the_best_are_found(problem, engine):
    answer = form(problem, effort=QUICK, engine=engine)
    assert (answer.violations, answer.points) == ((), best_of_all(problem))


def test_with_the_solver_every_level_is_proved():
    answer = form(ruled(), effort=QUICK)
    assert answer.status is Status.BEST
    assert [it.proved for it in answer.levels] == [True] * len(Level)


@settings(max_examples=25, deadline=None)
@given(problems(most=9))
def test_small_problems_have_the_best_teams_or_none_and_the_solver_says_which(problem):
    answer = form(problem, effort=QUICK)
    best = best_of_all(problem)
    assert answer.found == (best is not None)
    if best:
        assert check(problem, answer.teams).violations == ()
        assert answer.points.first(3) == best.first(3)
        assert all(it.bound <= best.by_level[it.level] for it in answer.levels[:3])
        assert answer.points >= best
    else:
        assert answer.status is Status.NONE


@settings(max_examples=25, deadline=None)
@given(problems())
def test_what_the_exchange_offers_keeps_every_hard_rule(problem):
    answer = form(problem, effort=Effort(runs=1, rounds=1500), engine=Engine.EXCHANGE)
    assert answer.status is not Status.BEST or answer.found
    if answer.found:
        assert check(problem, answer.teams).violations == ()
        assert check(problem, answer.teams).points == answer.points
    else:
        assert answer.short or answer.violations or not answer.teams


@settings(max_examples=15, deadline=None)
@given(problems())
def test_what_the_solver_offers_keeps_every_hard_rule(problem):
    answer = form(problem, effort=QUICK)
    assert answer.status is not Status.UNDECIDED
    if answer.found:
        assert check(problem, answer.teams).violations == ()
        bounds = {it.level: it.bound for it in answer.levels}
        assert all(number >= bounds[level] for level, number in answer.points.by_level.items())


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_seed_gives_the_same_teams(engine):
    problem = cohort(30, 6)
    first, again = (form(problem, seed=7, effort=QUICK, engine=engine) for _ in range(2))
    assert first == again


@pytest.mark.parametrize("engine", ENGINES)
def test_nobody_is_alone_where_the_rule_asks_even_if_counts_are_less_even(engine):
    people = tuple(person(f"P{number:02}", PUBLIC if number < 5 else "private") for number in range(20))
    problem = replace(ten(), people=people, teams=("1", "2", "3", "4"), attributes=(SECTOR,))
    even = form(problem, effort=QUICK, engine=engine)
    asked = replace(problem, attributes=(Attribute("sector", 4, (PUBLIC,)),))
    kept = form(asked, effort=QUICK, engine=engine)
    assert (even.points.evenness, check(asked, even.teams).points.alone) == (0, 3)
    assert (kept.points.alone, sorted(public(asked, kept.teams))) == (0, [0, 0, 2, 3])


def public(problem, formed):
    of = problem.by_key
    return [sum(of[key].attributes["sector"] == PUBLIC for key in team.members) for team in formed]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_team_has_an_evening_in_common(engine):
    people = tuple(
        replace(it, evenings=("mon",) if it.key in "ABCDE" else ("tue", "wed")) for it in ten().people
    )
    problem = replace(ten(), people=tuple(replace(it, employer="") for it in people))
    answer = form(problem, effort=QUICK, engine=engine)
    assert sorted("".join(team.members) for team in answer.teams) == ["ABCDE", "FGHIJ"]


def test_an_employer_of_more_people_than_teams_is_relaxed_as_little_as_can_be_and_said():
    people = tuple(replace(it, employer="Comune" if it.key in "ABC" else "") for it in ten().people)
    answer = form(replace(ten(), people=people), effort=QUICK)
    assert answer.found
    facts = {"employer": "Comune", "number": 3, "teams": 2, "most": 2}
    assert [(it.code, it.facts) for it in answer.notes] == [(Note.EMPLOYER_RELAXED, facts)]


def test_wishes_and_todays_teams_decide_between_what_is_as_good_otherwise():
    answer = form(ten(), effort=QUICK)
    red = next(it for it in answer.teams if it.key == "Rosso")
    wishing = tuple(
        replace(it, preferences=("Verde" if it.key in red.members else "Rosso",)) for it in ten().people
    )
    turned = form(replace(ten(), people=wishing), effort=QUICK)
    assert (turned.points.preferences, turned.points.first(4)) == (0, answer.points.first(4))
    kept = form(replace(ten(), today=turned.teams), effort=QUICK)
    assert kept.points.changes == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_after_somebody_left_nobody_changes_team(engine):
    before = form(cohort(30, 6), effort=QUICK).teams
    left = replace(cohort(30, 6), today=before)
    left = replace(left, people=tuple(it for it in left.people if it.key != "P07"))
    mended = mend(left, effort=QUICK, engine=engine)
    assert [(it.code, it.facts["person"]) for it in mended.changes] == [("left", "P07")]
    assert mended.fewest
    assert mended.answer.violations == ()


@pytest.mark.parametrize("engine", ENGINES)
def test_two_now_to_be_apart_cost_one_exchange(engine):
    before = form(cohort(30, 6), effort=QUICK).teams
    one, other = before[0].members[:2]
    problem = replace(cohort(30, 6), today=before, apart=((one, other),))
    mended = mend(problem, effort=QUICK, engine=engine)
    assert (mended.answer.points.changes, check(problem, mended.answer.teams).violations) == (2, ())
    wider = mend(problem, more=4, effort=QUICK, engine=engine)
    assert wider.answer.points.changes <= 6
    assert wider.answer.points.first(3) <= mended.answer.points.first(3)


@pytest.mark.parametrize(("people", "number"), [(3, None), (4, 1), (7, None), (29, 6), (30, 6), (120, 24)])
def test_people_make_teams_of_about_five(people, number):
    assert number_of_teams(people) == number


def test_a_small_dispersion_is_solved_as_by_brute_force():
    luck = Random(3)
    number = 10
    distance = [[0.0] * number for _ in range(number)]
    for one, other in combinations(range(number), 2):
        distance[one][other] = distance[other][one] = -float(luck.randrange(100))
    table = Table(distance, [[0.0, 0.0]] * number, [1] * number)
    found = anneal(table, [0, 1] * 5, Cooling(2000), Random(0))
    every = (
        [int(unit in half) for unit in range(number)] for half in combinations(range(number), number // 2)
    )
    assert cost(table, found) == min(cost(table, it) for it in every)


def test_a_cohort_that_has_teams_needs_no_explanation():
    assert explain(ten()).relax == ()
