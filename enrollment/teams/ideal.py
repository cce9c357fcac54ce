"""The least there can be, by arithmetic alone: what a search that reaches it need not prove."""

from __future__ import annotations

from collections import Counter
from functools import cache

from .problem import Problem
from .rules import Points


def counts(problem: Problem, attribute: str) -> Counter[str]:
    """How many people have each value."""
    return Counter(it.attributes[attribute] for it in problem.people if attribute in it.attributes)


def fair(number: int, teams: int) -> tuple[int, int]:
    """The fewest and the most people with a value in one team, when they are as even as can be."""
    return number // teams, -(-number // teams)


@cache
def least_squares(number: int, teams: int, nobody_alone: bool = False) -> int:
    """The least sum of squares over teams: as even as can be; in pairs where nobody may be alone.

    With fewer than two to a team it is pairs, and a three where the number is odd.
    """
    if nobody_alone and 1 < number < 2 * teams:
        pairs = number // 2
        return 4 * pairs + 5 * (number % 2)
    low, more = divmod(number, teams)
    return (teams - more) * low**2 + more * (low + 1) ** 2


def least_of(problem: Problem, attribute: str) -> dict[str, int]:
    """The least sum of squares of each value of an attribute."""
    return {
        value: least_squares(number, len(problem.teams), (attribute, value) in problem.asked_not_alone)
        for value, number in counts(problem, attribute).items()
    }


def least_points(problem: Problem) -> Points:
    """Below these points no teams can go."""
    alone = sum(counts(problem, attribute)[value] == 1 for attribute, value in problem.asked_not_alone)
    return Points(alone=alone)


def below_least(problem: Problem) -> int:
    """By how much evenness may be under its least where somebody is alone after all."""
    teams = len(problem.teams)
    return sum(
        it.weight * (least_squares(number, teams, True) - least_squares(number, teams))
        for it in problem.attributes
        for value, number in counts(problem, it.key).items()
        if value in it.not_alone
    )
