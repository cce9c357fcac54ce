"""The CP-SAT model: a literal per unit and team, counts per value and team, squares by unit steps.

Level by level: what a level has reached is a constraint of the next. Built for all teams, or for some
while the others stay as they are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from courses.planner.engine import Solved, load, solve

from .ideal import counts, fair, least_of, least_points
from .problem import Teams
from .rules import Level
from .units import Units

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    Var = cp_model.IntVar
    Expression = cp_model.LinearExpr

Value = Callable[[Teams], int]


class Model:
    """Variables and hard rules of the units in some teams; levels are added as limits or as the objective."""

    def __init__(self, units: Units, teams: Teams | None = None, free: Collection[str] | None = None) -> None:
        self.units = units
        self.problem = problem = units.problem
        self.cp = load()
        self.model: cp_model.CpModel = self.cp.CpModel()
        self.open = tuple(key for key in problem.teams if free is None or key in free)
        inside = {key for team in teams or () if team.key in self.open for key in team.members}
        self.free = [
            unit
            for unit, members in enumerate(units.members)
            if members and (teams is None or members[0].key in inside)
        ]
        self.stay = tuple(team for team in teams or () if team.key not in self.open)
        self.sizes = {team.key: len(team.members) for team in teams or ()}
        self._values: list[tuple[Var, Value]] = []
        self.at = {(unit, key): self._literal_at(unit, key) for unit in self.free for key in self.open}
        self.with_value = self._counts()
        self._hard()

    # The rules that bind.

    def _literal_at(self, unit: int, key: str) -> Var:
        return self._variable(1, partial(_is_in, self.units.members[unit][0].key, key))

    def _variable(self, most: int, value: Value) -> Var:
        """A number from 0 to `most`; `value` tells what it is in given teams, for a complete hint."""
        variable = self.model.new_int_var(0, most, "")
        self._values.append((variable, value))
        return variable

    def _total(self, terms: Iterable[Expression | int]) -> Expression:
        total: Expression = self.cp.LinearExpr.sum(list(terms))
        return total

    def _sum(self, key: str, numbers: Mapping[str, int]) -> Expression:
        """A sum over the people of a team."""
        return self._total(
            total * self.at[unit, key]
            for unit in self.free
            if (total := sum(numbers.get(it.key, 0) for it in self.units.members[unit]))
        )

    def _with(self, attribute: str, value: str) -> dict[str, int]:
        return {it.key: 1 for it in self.problem.people if it.attributes.get(attribute) == value}

    def _hard(self) -> None:
        problem, add = self.problem, self.model.add
        for unit in self.free:
            self.model.add_exactly_one(self.at[unit, key] for key in self.open)
        low, high = problem.sizes
        employers = Counter(it.employer for unit in self.free for it in self.units.members[unit])
        everybody = dict.fromkeys(problem.by_key, 1)
        for key in self.open:
            size = self._sum(key, everybody)
            add(size >= self.sizes.get(key, low))
            add(size <= self.sizes.get(key, high))
            for employer, number in employers.items():
                most = problem.most_of_employer.get(employer, number)
                if number > most:
                    staff = {it.key: 1 for it in problem.people if it.employer == employer}
                    add(self._sum(key, staff) <= most)
            for one, other in problem.apart:
                if {self.units.unit_of[it] for it in (one, other)} <= set(self.free):
                    add(self._sum(key, {one: 1, other: 1}) <= 1)
        for person, team in problem.pins:
            self._fix(person, team, 1)
        for person, team in problem.forbidden:
            self._fix(person, team, 0)
        if problem.most_changes is not None:
            self.at_most(Level.CHANGES, problem.most_changes)

    def _fix(self, person: str, team: str, value: int) -> None:
        unit = self.units.unit_of.get(person)
        if unit in self.free and team in self.open:
            self.model.add(self.at[unit, team] == value)
        elif unit in self.free and value:
            self.model.add(self.model.new_constant(0) == 1)

    # The levels.

    def _counts(self) -> dict[tuple[str, str], dict[str, Var]]:
        """How many people of each team have each value."""
        result: dict[tuple[str, str], dict[str, Var]] = {}
        _, high = self.problem.sizes
        for attribute in self.problem.attributes:
            for value in sorted(counts(self.problem, attribute.key)):
                people = self._with(attribute.key, value)
                row = {key: self._variable(high, partial(_sum_in, people, key)) for key in self.open}
                for key, count in row.items():
                    self.model.add(count == self._sum(key, people))
                result[attribute.key, value] = row
        return result

    def as_even_as_can_be(self) -> None:
        """Level one at its least, as a constraint: every count is the fair one, nobody alone, evenings."""
        least = least_points(self.problem)
        number = len(self.problem.teams)
        for attribute in self.problem.attributes:
            totals = counts(self.problem, attribute.key)
            squares = least_of(self.problem, attribute.key)
            for value, total in totals.items():
                low, high = fair(total, number)
                row = self.with_value[attribute.key, value]
                if (attribute.key, value) in self.problem.asked_not_alone and 1 < total < 2 * number:
                    self.model.add(self._squares_of(attribute.key, value) <= squares[value])
                    continue
                for count in row.values():
                    self.model.add_linear_constraint(count, low, high)
        self.at_most(Level.ALONE, least.alone)
        self.at_most(Level.EVENINGS, least.evenings)

    def _squares_of(self, attribute: str, value: str) -> Expression:
        """The sum of squares of a value over all teams."""
        people = self._with(attribute, value)
        staying = sum(_sum_in(people, team.key, self.stay) ** 2 for team in self.stay)
        row = self.with_value[attribute, value]
        return self._total([*(self._square(row[key], people, key) for key in self.open), staying])

    def _square(self, count: Var, people: Mapping[str, int], key: str) -> Expression:
        """The square of a count, by unit steps: the step from k to k + 1 costs 2k + 1."""
        _, high = self.problem.sizes
        steps = [self._variable(1, partial(_exceeds, people, key, step)) for step in range(high)]
        self.model.add(count == self._total(steps))
        for one, other in pairwise(steps):
            self.model.add_implication(other, one)
        return self._total((2 * step + 1) * variable for step, variable in enumerate(steps))

    def at_most(self, level: Level, number: int) -> None:
        """A level goes no further than this."""
        self.model.add(self._points(level) <= number)

    def minimize(self, level: Level) -> None:
        """Seek the least of a level."""
        self.model.minimize(self._points(level))

    def _points(self, level: Level) -> Expression:
        """A level's points, those of the teams that stay among them."""
        scoring = self.units.scoring
        if level is Level.ALONE:
            return self._total([*self._alone(), *(scoring.alone(it.members) for it in self.stay)])
        if level is Level.EVENINGS:
            staying = (not scoring.share_an_evening(it.members) for it in self.stay)
            return self._total([*self._evenings(), *map(int, staying)])
        if level is Level.EVENNESS:
            return self._evenness()
        if level is Level.SCORES:
            return self._range()
        costs = self._left if level is Level.CHANGES else self._down
        fixed = (costs(it.key)[key] for it in self.stay for key in it.members)
        return self._total([*(self._sum(key, costs(key)) for key in self.open), *fixed])

    def _left(self, team: str) -> dict[str, int]:
        """Whom it would be a change to find in a team."""
        today = self.problem.team_today
        return {key: int(today.get(key, team) != team) for key in self.problem.by_key}

    def _down(self, team: str) -> dict[str, int]:
        return {key: self.units.scoring.places_down(key, team) for key in self.problem.by_key}

    def _alone(self) -> list[Expression]:
        literals: list[Expression] = []
        _, high = self.problem.sizes
        not_one = self.cp.Domain.from_intervals([[0, 0], [2, max(2, high)]])
        for asked in self.problem.asked_not_alone:
            people = self._with(*asked)
            for key, count in self.with_value.get(asked, {}).items():
                literal = self._variable(1, partial(_is_one, people, key))
                self.model.add(count == 1).only_enforce_if(literal)
                self.model.add_linear_expression_in_domain(count, not_one).only_enforce_if(~literal)
                literals.append(literal)
        return literals

    def _evenings(self) -> list[Expression]:
        """Teams in which no evening is one of all members."""
        of = {it.key: it.evenings for it in self.problem.people if it.evenings is not None}
        if not of:
            return []
        missing: list[Expression] = []
        for key in self.open:
            miss = self._variable(1, partial(self._misses, key))
            shared = [miss]
            for evening in sorted({one for evenings in of.values() for one in evenings}):
                busy = {who: 1 for who, evenings in of.items() if evening not in evenings}
                free = self._variable(1, partial(_is_none, busy, key))
                self.model.add(self._sum(key, busy) == 0).only_enforce_if(free)
                shared.append(free)
            self.model.add_bool_or(shared)
            missing.append(miss)
        return missing

    def _misses(self, key: str, teams: Teams) -> int:
        return int(not all(self.units.scoring.share_an_evening(it.members) for it in teams if it.key == key))

    def _evenness(self) -> Expression:
        return self._total(
            attribute.weight * (self._squares_of(attribute.key, value) - least)
            for attribute in self.problem.attributes
            for value, least in least_of(self.problem, attribute.key).items()
        )

    def _range(self) -> Expression:
        """Hundredths of a point between the highest and the lowest mean, rounded up, for the sizes given."""
        low, high = self.problem.sizes
        scale, off = low * high, self.units.scoring.off_average
        span = scale * (1 + max((abs(it) for it in off.values()), default=0))
        bottom = self.model.new_int_var(-span, span, "")
        top = self.model.new_int_var(-span, span, "")
        self._values.append((bottom, lambda teams: min(_mean(off, it.members, scale) for it in teams)))
        self._values.append((top, lambda teams: max(_mean(off, it.members, scale) for it in teams)))
        means: list[Expression | int] = [_mean(off, team.members, scale) for team in self.stay]
        means += [self._sum(key, off) * (scale // self.sizes[key]) for key in self.open]
        for mean in means:
            self.model.add(bottom <= mean)
            self.model.add(top >= mean)
        hundredths = self._variable(2 * span, self.units.scoring.range_of_scores)
        self.model.add(top - bottom <= scale * hundredths)
        return hundredths

    # The search.

    def solve(
        self, *, limit: float, seed: int, hint: Teams | None = None, linear: int = 0
    ) -> tuple[Solved, Teams]:
        """Teams of what is open among those that stay."""
        if hint is not None:
            for variable, value in self._values:
                self.model.add_hint(variable, value(hint))
        names = list(self.at)
        solved = solve(self.model, [self.at[it] for it in names], limit=limit, seed=seed, linear=linear)
        if not solved.has_values:
            return solved, ()
        seats: defaultdict[str, list[str]] = defaultdict(list)
        for (unit, key), taken in zip(names, solved.values, strict=True):
            if taken:
                seats[key] += [it.key for it in self.units.members[unit]]
        return solved, self.units.renewed(self.stay, seats)


# What a variable is in given teams.


def _members(key: str, teams: Teams) -> tuple[str, ...]:
    return next(team.members for team in teams if team.key == key)


def _is_in(person: str, key: str, teams: Teams) -> int:
    return int(person in _members(key, teams))


def _sum_in(numbers: Mapping[str, int], key: str, teams: Teams) -> int:
    return sum(numbers.get(person, 0) for person in _members(key, teams))


def _exceeds(numbers: Mapping[str, int], key: str, step: int, teams: Teams) -> int:
    return int(_sum_in(numbers, key, teams) > step)


def _is_one(numbers: Mapping[str, int], key: str, teams: Teams) -> int:
    return int(_sum_in(numbers, key, teams) == 1)


def _is_none(numbers: Mapping[str, int], key: str, teams: Teams) -> int:
    return int(_sum_in(numbers, key, teams) == 0)


def _mean(off: Mapping[str, int], members: Collection[str], scale: int) -> int:
    return sum(off[it] for it in members) * scale // len(members)
