"""What teams cost, counted by the search; the checker counts again in its own way."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from .ideal import least_of
from .problem import Problem, Teams
from .rules import Points

HUNDREDTHS = 100


class Scoring:
    """The points of teams of one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.least = {it.key: sum(least_of(problem, it.key).values()) for it in problem.attributes}

    @cached_property
    def off_average(self) -> dict[str, int]:
        """By how many hundredths of a point each person is off the average."""
        known = [person.score for person in self.problem.people if person.score is not None]
        average = sum(known) / len(known) if known else 0.0
        return {
            it.key: 0 if it.score is None else round(HUNDREDTHS * (it.score - average))
            for it in self.problem.people
        }

    def points(self, teams: Teams) -> Points:
        """All levels."""
        return Points(
            alone=sum(self.alone(team.members) for team in teams),
            evenings=sum(not self.share_an_evening(team.members) for team in teams),
            evenness=sum(it.weight * self.beyond(it.key, teams) for it in self.problem.attributes),
            scores=self.range_of_scores(teams),
            changes=self.changes(teams),
            preferences=sum(self.places_down(key, team.key) for team in teams for key in team.members),
        )

    def alone(self, members: tuple[str, ...]) -> int:
        """How many members are alone with a value nobody should be alone with."""
        of = self.problem.by_key
        return sum(
            sum(of[key].attributes.get(attribute) == value for key in members) == 1
            for attribute, value in self.problem.asked_not_alone
        )

    def share_an_evening(self, members: tuple[str, ...]) -> bool:
        """Whether all who named evenings share one."""
        named = [it for key in members if (it := self.problem.by_key[key].evenings) is not None]
        return not named or bool(set(named[0]).intersection(*named[1:]))

    def beyond(self, attribute: str, teams: Teams) -> int:
        """An attribute's sum of squares beyond the least."""
        of = self.problem.by_key
        squares = 0
        for team in teams:
            values = Counter(of[key].attributes.get(attribute) for key in team.members)
            squares += sum(number**2 for value, number in values.items() if value is not None)
        return squares - self.least[attribute]

    def range_of_scores(self, teams: Teams) -> int:
        """Hundredths of a point between the highest and the lowest mean, rounded up."""
        low, high = self.problem.sizes
        scale = low * high
        means = [
            sum(self.off_average[key] for key in team.members) * scale // len(team.members)
            for team in teams
            if team.members
        ]
        return -(-(max(means) - min(means)) // scale) if means and scale else 0

    def changes(self, teams: Teams) -> int:
        """How many people leave the team they are in."""
        today = self.problem.team_today
        return sum(today.get(key, team.key) != team.key for team in teams for key in team.members)

    def places_down(self, person: str, team: str) -> int:
        """How far down somebody's list a team is; below its end where it is not on it."""
        wishes = self.problem.by_key[person].preferences
        return wishes.index(team) if team in wishes else len(wishes)
