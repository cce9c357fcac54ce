"""The independent judge of teams: written from the rules alone, it shares nothing with the search.

It counts people team by team where the search adds pairs, and hands out the least one by one where the
search has a formula, so a mistake in one does not hide in the other. It judges teams made by hand as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil

from courses.reasons import Reason

from .problem import Attribute, Person, Problem, Team
from .rules import Hard, Points

NEVER = 1 << 30


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every violation with its facts, and the points; sound when there is no violation."""

    violations: tuple[Reason, ...]
    points: Points

    @property
    def sound(self) -> bool:
        """Whether no hard rule is broken."""
        return not self.violations


def check(problem: Problem, teams: Iterable[Team]) -> Verdict:
    """Judge teams."""
    return _Checker(problem, tuple(teams)).verdict()


class _Checker:
    def __init__(self, problem: Problem, teams: tuple[Team, ...]) -> None:
        self.problem = problem
        self.teams = teams
        self.people = {person.key: person for person in problem.people}
        self.present = {team.key: [it for it in team.members if it in self.people] for team in teams}
        self.team_of = {key: team.key for team in teams for key in team.members}

    def verdict(self) -> Verdict:
        found = [
            *self._complete(),
            *self._sizes(),
            *self._employers(),
            *self._pairs(),
            *self._places(),
            *self._changes(),
        ]
        return Verdict(tuple(found), self._points())

    def _complete(self) -> Iterator[Reason]:
        times = Counter(key for team in self.teams for key in team.members)
        for key in self.people:
            if times[key] != 1:
                yield Reason(Hard.PLACED_TWICE if times[key] else Hard.NOT_PLACED, {"person": key})
        for key in times:
            if key not in self.people:
                yield Reason(Hard.UNKNOWN, {"person": key})
        known = Counter(team.key for team in self.teams)
        for key in sorted(known.keys() | set(self.problem.teams)):
            if known[key] != 1 or key not in self.problem.teams:
                yield Reason(Hard.UNKNOWN, {"team": key})

    def _sizes(self) -> Iterator[Reason]:
        sizes = {team.key: len(team.members) for team in self.teams}
        for key, size in sizes.items():
            smallest, largest = self.problem.smallest, self.problem.largest
            if not smallest <= size <= largest or size - min(sizes.values()) > 1:
                yield Reason(Hard.SIZE, {"team": key, "size": size, "smallest": smallest, "largest": largest})

    def _employers(self) -> Iterator[Reason]:
        for key, members in self.present.items():
            for employer, number in Counter(self.people[it].employer for it in members).items():
                most = self._most(employer)
                if employer and number > most:
                    yield Reason(
                        Hard.EMPLOYER, {"team": key, "employer": employer, "number": number, "most": most}
                    )

    def _most(self, employer: str) -> int:
        """One to a team; more when there are more of them than teams, or a rule puts some together."""
        staff = {it.key for it in self.problem.people if it.employer == employer}
        return max(
            ceil(Fraction(len(staff), len(self.problem.teams))),
            *(len(staff & group) for group in self._inseparable()),
        )

    def _inseparable(self) -> list[set[str]]:
        """Those kept together or pinned to one team, joined where they overlap."""
        pinned = [{who for who, team in self.problem.pins if team == key} for key in self.problem.teams]
        groups: list[set[str]] = [set()]
        for more in [*map(set, self.problem.together), *pinned]:
            apart = [it for it in groups if not it & more]
            groups = [*apart, more.union(*(it for it in groups if it & more))]
        return groups

    def _pairs(self) -> Iterator[Reason]:
        for one, other in self.problem.apart:
            if one in self.team_of and self.team_of[one] == self.team_of.get(other):
                yield Reason(Hard.APART, {"people": (one, other), "team": self.team_of[one]})
        for group in self.problem.together:
            if len({self.team_of.get(key) for key in group}) > 1:
                yield Reason(Hard.TOGETHER, {"people": group})

    def _places(self) -> Iterator[Reason]:
        for key, team in self.problem.pins:
            if self.team_of.get(key, team) != team:
                yield Reason(Hard.PIN, {"person": key, "team": team, "is": self.team_of[key]})
        for key, team in self.problem.forbidden:
            if self.team_of.get(key) == team:
                yield Reason(Hard.FORBIDDEN, {"person": key, "team": team})

    def _left(self) -> list[str]:
        """Who was in another team and is still there."""
        return [
            key
            for team in self.problem.today
            for key in team.members
            if key in self.people and self.team_of.get(key, team.key) != team.key
        ]

    def _changes(self) -> Iterator[Reason]:
        left, most = self._left(), self.problem.most_changes
        if most is not None and len(left) > most:
            yield Reason(Hard.TOO_MANY_CHANGES, {"people": tuple(left), "most": most})

    def _points(self) -> Points:
        members = [[self.people[it] for it in keys] for keys in self.present.values()]
        return Points(
            alone=sum(
                self._with(team, attribute.key, value) == 1
                for team in members
                for attribute in self.problem.attributes
                for value in attribute.not_alone
            ),
            evenings=sum(not self._evening(team) for team in members),
            evenness=sum(it.weight * self._beyond(it, members) for it in self.problem.attributes),
            scores=self._range(members),
            changes=len(self._left()),
            preferences=sum(
                self._wish(self.people[it], key) for key in self.present for it in self.present[key]
            ),
        )

    @staticmethod
    def _with(team: list[Person], attribute: str, value: str) -> int:
        return sum(it.attributes.get(attribute) == value for it in team)

    @staticmethod
    def _evening(team: list[Person]) -> bool:
        named = [it.evenings for it in team if it.evenings is not None]
        return not named or any(all(evening in its for its in named) for evening in named[0])

    def _beyond(self, attribute: Attribute, members: list[list[Person]]) -> int:
        values = Counter(
            it.attributes[attribute.key] for it in self.problem.people if attribute.key in it.attributes
        )
        return sum(
            sum(self._with(team, attribute.key, value) ** 2 for team in members)
            - _least(number, len(self.problem.teams), value in attribute.not_alone and number > 1)
            for value, number in values.items()
        )

    def _range(self, members: list[list[Person]]) -> int:
        known = [it.score for it in self.problem.people if it.score is not None]
        if not known:
            return 0
        average = sum(known) / len(known)
        means = [
            Fraction(sum(round(100 * (it.score - average)) for it in team if it.score is not None), len(team))
            for team in members
            if team
        ]
        return ceil(max(means) - min(means)) if means else 0

    @staticmethod
    def _wish(person: Person, team: str) -> int:
        return (*person.preferences, team).index(team)


@cache
def _least(number: int, teams: int, nobody_alone: bool) -> int:
    """The least sum of squares, over every way to hand out `number` people to `teams`, none of them alone."""
    if teams == 1:
        return number**2 if number != 1 or not nobody_alone else NEVER
    ways = (own for own in range(number + 1) if own != 1 or not nobody_alone)
    return min(own**2 + _least(number - own, teams - 1, nobody_alone) for own in ways)
