"""A problem as tables for the exchange: people kept together as one unit, empty seats as units of nobody.

Sums of squares are pairs: two people with the same value in one team add two to it. So are the squares of
how far a team's scores are off, employers and people to be kept apart.
"""

from __future__ import annotations

from functools import cached_property
from itertools import combinations
from operator import and_
from random import Random
from typing import TYPE_CHECKING

from .exchange import Table
from .ideal import counts
from .problem import Attribute, Person, Problem, Teams, as_teams
from .scoring import HUNDREDTHS, Scoring

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .exchange import Row, Seating

HARD = 200.0  # in parts of the heaviest attribute
ALONE = 12.0
EVENING = 24.0
NO_EVENING = 4.0  # for two people who share none, so that exchanges are drawn to those who do
SQUARED_POINT = (
    0.005  # beside attributes: a team 4 points off its mean costs as much as one person out of place
)
LOWER = 0.05  # changes and preferences decide between what is as good otherwise
KEPT = 50.0  # how much dearer evenness is while scores are balanced


class Units:
    """The units of a problem and what they cost together."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.scoring = Scoring(problem)
        _, largest = problem.sizes
        empty = largest * len(problem.teams) - len(problem.people)
        self.members = [tuple(problem.by_key[key] for key in group) for group in _joined(problem)] + [
            ()
        ] * empty
        self.unit_of = {it.key: unit for unit, members in enumerate(self.members) for it in members}
        self.sizes = [len(members) or 1 for members in self.members]
        self.heaviest = float(max((it.weight for it in problem.attributes), default=1))

    def teams(self, seating: Seating) -> Teams:
        """The teams of a seating."""
        keys = self.problem.teams
        return as_teams(
            self.problem,
            {it.key: keys[seating[unit]] for unit, members in enumerate(self.members) for it in members},
        )

    def seating(self, teams: Teams) -> Seating:
        """The seating of teams; the empty seats are where they are."""
        index = {key: number for number, key in enumerate(self.problem.teams)}
        seating = [0] * len(self.members)
        for team in teams:
            for key in team.members:
                seating[self.unit_of[key]] = index[team.key]
        _, largest = self.problem.sizes
        short = [index[team.key] for team in teams for _ in range(largest - len(team.members))]
        for unit, members in enumerate(self.members):
            if not members:
                seating[unit] = short.pop()
        return seating

    def renewed(self, stay: Teams, seats: Mapping[str, Sequence[str]]) -> Teams:
        """Teams that stay, with new ones."""
        team_of = {it: team.key for team in stay for it in team.members}
        return as_teams(self.problem, team_of | {it: key for key, members in seats.items() for it in members})

    def for_level_one(self, *, changes: float) -> Table:
        """Attributes first; scores a little; a change costs `changes` times the heaviest attribute."""
        return self._table(1.0, SQUARED_POINT, changes)

    def for_scores(self, *, changes: float) -> Table:
        """Scores, while nothing above them gets worse."""
        return self._table(KEPT, 1.0, changes)

    def for_changes(self) -> Table:
        """Few changes before all else."""
        return self._table(LOWER, 0.0, 1.0)

    def only_scores(self) -> Table:
        """Nothing but scores: how much their exchange usually changes."""
        return self._table(0.0, 1.0, 0.0)

    def _table(self, evenness: float, scores: float, changes: float) -> Table:
        number = len(self.members)
        scale = max(1.0, evenness) * self.heaviest * (evenness > 0)
        pairs = [[0.0] * number for _ in range(number)]
        for one, other in combinations(range(number), 2):
            together = self._together(one, other, evenness, scores, HARD * scale)
            pairs[one][other] = pairs[other][one] = together
        places = [self._places(members, scale, changes) for members in self.members]
        return Table(pairs, places, self.sizes)

    def _together(self, one: int, other: int, evenness: float, scores: float, hard: float) -> float:
        ones, others = self.members[one], self.members[other]
        if not ones and not others:
            return hard  # a team lacks one seat at most
        off = self.scoring.off_average
        total = 0.0
        for it in ones:
            for its in others:
                total += 2 * evenness * self._alike(it, its)
                total += 2 * scores * off[it.key] * off[its.key] / HUNDREDTHS**2
                total += NO_EVENING * self.heaviest * evenness * _share_none(it, its)
                total += hard * (bool(it.employer) and it.employer == its.employer)
                total += hard * (frozenset((it.key, its.key)) in self._apart)
        return total

    def _alike(self, one: Person, other: Person) -> int:
        return sum(
            it.weight
            for it in self.problem.attributes
            if it not in self.scarce
            and it.key in one.attributes
            and one.attributes[it.key] == other.attributes.get(it.key)
        )

    @cached_property
    def scarce(self) -> tuple[Attribute, ...]:
        """Attributes with a value nobody should be alone with that has fewer than two people to a team.

        There even is not best: they are judged team by team.
        """
        teams = len(self.problem.teams)
        return tuple(
            it
            for it in self.problem.attributes
            if any(1 < counts(self.problem, it.key)[value] < 2 * teams for value in it.not_alone)
        )

    @cached_property
    def _apart(self) -> frozenset[frozenset[str]]:
        return frozenset(frozenset(pair) for pair in self.problem.apart)

    def _places(self, members: tuple[Person, ...], scale: float, changes: float) -> Row:
        problem = self.problem
        today = problem.team_today
        pinned, forbidden = dict(problem.pins), set(problem.forbidden)
        row = []
        for team in problem.teams:
            total = 0.0
            for it in members:
                total += HARD * scale * (pinned.get(it.key, team) != team)
                total += HARD * scale * ((it.key, team) in forbidden)
                total += (LOWER + changes) * scale * (today.get(it.key, team) != team)
                total += LOWER * LOWER * scale * self.scoring.places_down(it.key, team)
            row.append(total)
        return row


def _share_none(one: Person, other: Person) -> bool:
    if one.evenings is None or other.evenings is None:
        return False
    return set(one.evenings).isdisjoint(other.evenings)


class Alone:
    """What is no matter of pairs: nobody alone, and an evening that all share."""

    def __init__(self, units: Units, *, scale: float = 1.0) -> None:
        asked = units.problem.asked_not_alone
        self.alone, self.evening = ALONE * units.heaviest * scale, EVENING * units.heaviest * scale
        self.values = [
            [sum(it.attributes.get(attribute) == value for it in members) for members in units.members]
            for attribute, value in asked
        ]
        self.squares = [
            (
                it.weight * scale,
                [sum(its.attributes.get(it.key) == value for its in members) for members in units.members],
            )
            for it in units.scarce
            for value in counts(units.problem, it.key)
        ]
        evenings = sorted({one for it in units.problem.people for one in it.evenings or ()})
        self.all_evenings = (1 << len(evenings)) - 1
        bits = {one: 1 << number for number, one in enumerate(evenings)}
        self.free = [self._free(members, bits) for members in units.members]
        self.named = any(it.evenings is not None for it in units.problem.people)

    def _free(self, members: tuple[Person, ...], bits: dict[str, int]) -> int:
        free = self.all_evenings
        for it in members:
            if it.evenings is not None:
                free = and_(free, sum(bits[one] for one in set(it.evenings)))
        return free

    @property
    def asked(self) -> bool:
        """Whether there is anything to judge."""
        return bool(self.values) or self.named

    def __call__(self, units: Sequence[int]) -> float:
        total = 0.0
        for numbers in self.values:
            total += self.alone * (sum([numbers[unit] for unit in units]) == 1)
        for weight, numbers in self.squares:
            total += weight * sum([numbers[unit] for unit in units]) ** 2
        if self.named:
            free = self.all_evenings
            for unit in units:
                free &= self.free[unit]
            total += self.evening * (not free)
        return total


def first_seating(units: Units, table: Table, luck: Random) -> Seating | None:
    """Greedily: the largest units first, each where it costs least; None where a unit finds no room."""
    _, largest = units.problem.sizes
    room = [largest] * len(units.problem.teams)
    at = [list(row) for row in table.places]
    order = list(range(len(units.members)))
    luck.shuffle(order)
    order.sort(key=lambda unit: (-units.sizes[unit], -max(at[unit]) + min(at[unit])))
    seating = [0] * len(order)
    for unit in order:
        open_teams = [team for team, left in enumerate(room) if left >= units.sizes[unit]]
        if not open_teams:
            return None
        team = min(open_teams, key=lambda it: (at[unit][it], -room[it]))
        seating[unit] = team
        room[team] -= units.sizes[unit]
        for other, row in enumerate(at):
            row[team] += table.pairs[unit][other]
    return seating


def _joined(problem: Problem) -> list[tuple[str, ...]]:
    """People kept together, and everybody else by themselves: pins are a matter of places."""
    unpinned = Problem(people=problem.people, teams=problem.teams, together=problem.together)
    return list(unpinned.close)
