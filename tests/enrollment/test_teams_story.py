from dataclasses import replace

import pytest

from enrollment.teams import (
    Attribute,
    Change,
    Effort,
    Hard,
    Level,
    Person,
    Place,
    Points,
    Problem,
    Shortage,
    Status,
    Why,
    account,
    check,
    difference,
    explain,
    form,
    portrait,
    prices,
    worst,
)
from tests.teaming import PUBLIC, SECTOR, person, teams, ten

SOUND = teams(Rosso="ACEGI", Verde="BDFHJ")
UNEVEN = teams(Rosso="ACDGI", Verde="BEFHJ")


def facts(reasons, code):
    return [it.facts for it in reasons if it.code is code]


def test_a_balanced_team_is_told_in_counts_beside_the_fewest_and_the_most():
    told = portrait(replace(ten(), attributes=(SECTOR,)), SOUND[0])
    assert told.counts == {"sector": {"private": 3, "public": 2}}
    assert [
        (it.code, it.facts["number"], it.facts["fewest"], it.facts["most"]) for it in told.reasons[:2]
    ] == [
        (Why.EVEN, 3, 3, 3),
        (Why.EVEN, 2, 2, 2),
    ]
    assert (told.balanced, told.scores) == (True, -150)
    assert [it.code for it in told.reasons[2:]] == [Why.EMPLOYERS_DIFFER, Why.SCORES]


def test_a_team_that_is_not_balanced_says_of_whom_it_has_too_many_and_too_few():
    told = portrait(replace(ten(), attributes=(SECTOR,)), UNEVEN[0])
    assert facts(told.reasons, Why.TOO_MANY)[0]["value"] == PUBLIC
    assert facts(told.reasons, Why.TOO_FEW)[0]["value"] == "private"
    assert (told.balanced, told.off) == (False, 8)


def test_alone_colleagues_evenings_pins_and_groups_are_among_the_reasons():
    people = tuple(
        person(it.key, PUBLIC if it.key in "AB" else "private", employer="Comune", evenings=("mon", it.key))
        for it in ten().people
    )
    asked = (Attribute("sector", 1, (PUBLIC,)),)
    problem = Problem(people, ("Rosso", "Verde"), asked, pins=(("C", "Rosso"),), together=(("E", "G"),))
    reasons = portrait(problem, SOUND[0]).reasons
    assert facts(reasons, Why.ALONE) == [{"person": "A", "attribute": "sector", "value": PUBLIC}]
    assert facts(reasons, Why.EMPLOYER_SHARED) == [{"employer": "Comune", "number": 5}]
    assert facts(reasons, Why.EVENINGS_SHARED) == [{"evenings": ("mon",)}]
    assert facts(reasons, Why.PINNED) == [{"person": "C"}]
    assert facts(reasons, Why.TOGETHER) == [{"people": ("E", "G")}]


def test_the_worst_team_is_the_one_furthest_from_even():
    people = (
        *ten().people,
        *(person(f"K{number}", PUBLIC if number < 2 else "private") for number in range(5)),
    )
    problem = replace(ten(), people=people, teams=("Rosso", "Verde", "Blu"), attributes=(SECTOR,))
    blue = tuple(f"K{number}" for number in range(5))
    formed = (*UNEVEN, replace(SOUND[0], key="Blu", members=blue))
    assert worst(problem, formed).team.key in ("Rosso", "Verde")
    assert portrait(problem, formed[2]).balanced


def test_every_exchange_of_a_person_is_judged():
    problem = replace(ten(), apart=(("C", "D"),))
    told = account(problem, SOUND, "C")
    assert [(it.other, [its.code for its in it.broken]) for it in told.exchanges] == [
        ("B", [Hard.EMPLOYER, Hard.APART]),
        ("D", []),
        ("F", [Hard.APART]),
        ("H", [Hard.APART]),
        ("J", [Hard.APART]),
    ]
    assert (told.reason.facts["tried"], told.reason.facts["possible"]) == (5, 1)


def test_who_is_pinned_or_has_no_other_place_is_told_so():
    pinned = replace(ten(), pins=(("C", "Rosso"),))
    assert account(pinned, SOUND, "C").reason.code is Place.PINNED
    barred = replace(ten(), forbidden=(("C", "Verde"),))
    reason = account(barred, SOUND, "C").reason
    assert (reason.code, reason.facts["against"]) == (Place.ONLY_PLACE, {"employer": 1, "forbidden": 4})


def test_the_level_that_decides_against_the_best_exchange_is_named():
    problem = replace(ten(), attributes=(SECTOR,))
    assert account(problem, UNEVEN, "C").reason.code is Place.BETTER_ELSEWHERE
    best = form(problem).teams
    reason = account(problem, best, "C").reason
    assert reason.code in (Place.BEST, Place.AS_GOOD)
    assert reason.facts["level"] in (Level.SCORES, None)


def test_what_changed_is_told_person_by_person():
    after = teams(Rosso="ABEGI", Verde="CDFHX")
    assert [(it.code, it.facts) for it in difference(SOUND, after)] == [
        (Change.MOVED, {"person": "B", "was": "Verde", "is": "Rosso"}),
        (Change.MOVED, {"person": "C", "was": "Rosso", "is": "Verde"}),
        (Change.LEFT, {"person": "J", "was": "Verde", "is": None}),
        (Change.JOINED, {"person": "X", "was": None, "is": "Verde"}),
    ]


IMPOSSIBLE = {
    "nobody of that name": ({"apart": (("A", "Z"),)}, Shortage.UNKNOWN),
    "no team of that name": ({"pins": (("A", "Blu"),)}, Shortage.UNKNOWN),
    "one name twice": ({"teams": ("Rosso", "Rosso")}, Shortage.NAMED_TWICE),
    "sizes": ({"teams": ("Rosso",)}, Shortage.SIZES),
    "no teams": ({"teams": ()}, Shortage.SIZES),
    "six together in fives": (
        {"together": (("A", "C", "D", "E"), ("E", "F", "G"))},
        Shortage.GROUP_TOO_LARGE,
    ),
    "together and apart": (
        {"together": (("C", "D"), ("D", "E")), "apart": (("C", "E"),)},
        Shortage.TOGETHER_AND_APART,
    ),
    "pinned twice": ({"pins": (("C", "Rosso"), ("C", "Verde"))}, Shortage.TWO_PINS),
    "together, pinned to two": (
        {"together": (("C", "D"),), "pins": (("C", "Rosso"), ("D", "Verde"))},
        Shortage.TWO_PINS,
    ),
    "pinned and forbidden": (
        {"pins": (("C", "Rosso"),), "forbidden": (("C", "Rosso"),)},
        Shortage.PINNED_AND_FORBIDDEN,
    ),
    "no team left": ({"forbidden": (("C", "Rosso"), ("C", "Verde"))}, Shortage.NO_TEAM_LEFT),
    "three apart in two": ({"apart": (("C", "D"), ("D", "E"), ("C", "E"))}, Shortage.ALL_APART),
    "pins against the limit of changes": (
        {"today": SOUND, "most_changes": 1, "pins": (("C", "Verde"), ("D", "Rosso"))},
        Shortage.CHANGES,
    ),
}


@pytest.mark.parametrize(("rule", "short"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_why_there_are_no_teams_is_counted_before_anything_is_sought(rule, short):
    answer = form(replace(ten(), **rule))
    assert (answer.status, {it.code for it in answer.short}) == (Status.NONE, {short})
    assert explain(replace(ten(), **rule)).shown


def test_more_groups_of_the_larger_size_than_larger_teams_are_counted():
    three = Problem(
        tuple(Person(f"P{number}") for number in range(14)),
        ("Rosso", "Verde", "Blu"),
        together=tuple(tuple(f"P{number}" for number in range(begin, begin + 5)) for begin in (0, 5)),
    )
    assert form(three).found
    with_one_less = replace(three, people=three.people[:13])
    assert [it.code for it in form(with_one_less).short] == [Shortage.TOO_MANY_LARGE_GROUPS]


def test_what_counting_does_not_show_is_shown_by_the_solver_with_each_rule_that_would_help():
    ring = (("C", "D"), ("D", "E"), ("E", "F"), ("F", "G"), ("C", "G"))  # an odd ring in two teams
    problem = replace(ten(), apart=ring)
    explanation = explain(problem)
    assert (explanation.short, explanation.shown) == ((), True)
    assert {it.code for it in explanation.relax} == {Hard.APART}
    assert [it.facts["people"] for it in explanation.relax] == list(problem.apart)
    assert form(problem).status is Status.NONE


def test_which_rule_costs_what():
    people = tuple(replace(it, employer="") for it in ten().people)
    problem = replace(
        ten(), people=people, attributes=(SECTOR,), together=(("A", "B", "C"),), apart=(("E", "F"),)
    )
    answer = form(problem)
    assert answer.points.evenness == 16
    quick = Effort(runs=1, rounds=1500, proof=2.0, scores=1.0, slices=0)
    (price,) = prices(problem, answer.points, effort=quick)
    assert (price.rule.code, price.rule.facts["people"]) == (Hard.TOGETHER, ("A", "B", "C"))
    assert price.without.first(3) == (0, 0, 0)


def test_a_level_that_cannot_be_perfect_is_proved_with_its_bound():
    problem = replace(ten(), attributes=(SECTOR,), together=(("A", "C", "D"),))
    answer = form(problem)
    evenness = answer.levels[2]
    assert (evenness.points, evenness.bound, evenness.proved) == (16, 16, True)
    assert check(problem, answer.teams).points == answer.points
    assert answer.first >= answer.points > Points()
