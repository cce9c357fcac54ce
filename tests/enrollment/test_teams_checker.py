from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.teams import Attribute, Hard, Points, Problem, Team, check
from enrollment.teams.checker import _least
from enrollment.teams.ideal import least_squares
from enrollment.teams.scoring import Scoring
from tests.teaming import PUBLIC, SECTOR, person, problems, teams, ten

SOUND = teams(Rosso="ACEGI", Verde="BDFHJ")


def broken(problem: Problem, formed) -> list[Hard]:
    return [it.code for it in check(problem, formed).violations]


def test_sound_teams_break_nothing():
    assert check(ten(), SOUND).violations == ()


PLANTED = {
    "left out": ({}, teams(Rosso="ACEGI", Verde="BDFH"), [Hard.NOT_PLACED]),
    "in two teams": ({}, teams(Rosso="ACEGI", Verde="BDFHJA"), [Hard.PLACED_TWICE, Hard.EMPLOYER]),
    "nobody we know": ({}, teams(Rosso="ACEGI", Verde="BDFHJX"), [Hard.UNKNOWN]),
    "a team we do not know": ({}, (SOUND[0], replace(SOUND[1], key="Blu")), [Hard.UNKNOWN, Hard.UNKNOWN]),
    "six and four": ({}, teams(Rosso="ACEGIH", Verde="BDFJ"), [Hard.SIZE]),
    "three to a team": ({"smallest": 6}, SOUND, [Hard.SIZE, Hard.SIZE]),
    "too many to a team": ({"largest": 4}, SOUND, [Hard.SIZE, Hard.SIZE]),
    "of one employer": ({}, teams(Rosso="ABEGI", Verde="CDFHJ"), [Hard.EMPLOYER]),
    "to be apart": ({"apart": (("C", "E"),)}, SOUND, [Hard.APART]),
    "to be together": ({"together": (("C", "D"),)}, SOUND, [Hard.TOGETHER]),
    "pinned": ({"pins": (("C", "Verde"),)}, SOUND, [Hard.PIN]),
    "forbidden": ({"forbidden": (("C", "Rosso"),)}, SOUND, [Hard.FORBIDDEN]),
    "too many changes": (
        {"today": teams(Rosso="ADEGI", Verde="BCFHJ"), "most_changes": 1},
        SOUND,
        [Hard.TOO_MANY_CHANGES],
    ),
}


@pytest.mark.parametrize(("rule", "formed", "found"), PLANTED.values(), ids=PLANTED)
def test_the_checker_finds_each_planted_violation_and_nothing_else(rule, formed, found):
    assert broken(replace(ten(), **rule), formed) == found


def test_colleagues_share_a_team_only_where_they_are_more_than_teams():
    people = tuple(replace(it, employer="Comune" if it.key in "ABC" else it.key) for it in ten().people)
    problem = replace(ten(), people=people)
    assert broken(problem, SOUND) == []
    assert broken(problem, teams(Rosso="ABCGI", Verde="DEFHJ")) == [Hard.EMPLOYER]


def test_colleagues_who_are_kept_together_may_share_a_team():
    problem = replace(ten(), together=(("A", "E"), ("E", "B")))
    assert broken(problem, teams(Rosso="ABEGI", Verde="CDFHJ")) == []


def test_even_counts_cost_nothing_and_each_person_too_many_twice_the_weight():
    problem = replace(ten(), attributes=(SECTOR,))
    assert check(problem, SOUND).points.evenness == 0
    uneven = check(problem, teams(Rosso="ACDGI", Verde="BEFHJ")).points
    assert uneven.evenness == 4 * ((9 + 1 - 8) + (4 + 16 - 18))


def test_alone_where_nobody_should_be_and_no_evening_are_counted():
    people = tuple(
        person(
            it.key, PUBLIC if it.key in "AB" else "private", evenings=("mon",) if it.key == "A" else ("tue",)
        )
        for it in ten().people
    )
    problem = Problem(people, ("Rosso", "Verde"), (Attribute("sector", 1, (PUBLIC,)),))
    points = check(problem, SOUND).points
    assert (points.alone, points.evenings) == (2, 1)
    together = check(problem, teams(Rosso="ABEGI", Verde="CDFHJ")).points
    assert (together.alone, together.evenings, together.evenness) == (0, 1, 4 - 4 + 9 + 25 - 32)


def test_scores_are_the_hundredths_between_the_highest_and_the_lowest_mean():
    assert check(ten(), SOUND).points.scores == 300


def test_somebody_without_a_score_counts_as_the_average():
    people = tuple(replace(it, score=None if it.key in "AJ" else it.score) for it in ten().people)
    assert check(replace(ten(), people=people), SOUND).points.scores == 300 - 60


def test_changes_and_preferences_are_counted():
    people = tuple(replace(it, preferences=("Verde",) if it.key == "A" else ()) for it in ten().people)
    problem = replace(ten(), people=people, today=teams(Rosso="ADEGI", Verde="BFHJZ"))
    points = check(problem, SOUND).points
    assert (points.changes, points.preferences) == (1, 1)


@pytest.mark.parametrize("nobody_alone", [False, True])
@pytest.mark.parametrize("number", range(2, 24))
def test_the_least_by_formula_is_the_least_by_trying(number, nobody_alone):
    for count in (2, 3, 5, 8):
        assert least_squares(number, count, nobody_alone) == _least(number, count, nobody_alone)


@given(problems(), st.randoms(use_true_random=False))
def test_search_and_checker_count_the_same_points(problem, luck):
    keys = [it.key for it in problem.people]
    luck.shuffle(keys)
    number = len(problem.teams)
    formed = tuple(Team(name, tuple(keys[index::number])) for index, name in enumerate(problem.teams))
    assert Scoring(problem).points(formed) == check(problem, formed).points


def test_points_are_compared_level_by_level():
    assert Points(alone=0, evenness=50) < Points(alone=1)
    assert Points(evenness=2, scores=900) < Points(evenness=4)
