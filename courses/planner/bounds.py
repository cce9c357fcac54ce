"""What no plan can undercut, however good: a bound to hold a plan against, and where to begin.

Each edition month by month: which units every month could hold, leaving clashes and rooms aside. What
balance and Saturdays cost there, they cost at least; the solver's own bound on the whole model is near
nothing. A plan that begins with the months so found has the balance right, which is hard to mend later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .choices import Choice, Choices, Stretch, covered
from .costs import HOUR, SATURDAY, hundredths_off
from .engine import ALL_LINEAR, available, load, solve
from .problem import Edition, Unit

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    Expression = cp_model.LinearExpr | int

Month = tuple[int, int]


def least_points(choices: Choices, *, limit: float, seed: int) -> tuple[int, dict[str, Month]]:
    """Points that no plan of the problem can go below, as far as `limit`, deterministic time, shows.

    And the month of each unit in a spread over the months that costs so little, modules being split as
    little as can be; none where no spread was found. Without OR-Tools only what is counted: the sessions
    the weekdays have no room for.
    """
    if not available():
        return sum(_saturdays(choices, it) for it in choices.problem.editions), {}
    spreads = [_Spread(choices, it).least(limit=limit, seed=seed) for it in choices.problem.editions]
    return sum(bound for bound, _ in spreads), {key: it for _, of in spreads for key, it in of.items()}


def _saturdays(choices: Choices, edition: Edition) -> int:
    """Points for the fewest sessions that must be on a Saturday."""
    units = [it for it in choices.units.values() if it.edition == edition]
    weekdays = {
        (start, start + it.unit.minutes)
        for it in units
        for start in it.starts
        if choices.day(start)[3] != SATURDAY
    }
    movable = [
        it.unit.minutes for it in units if any(choices.day(start)[3] != SATURDAY for start in it.starts)
    ]
    too_much = sum(movable) - covered(weekdays)
    sessions = max(0, -(-too_much // max(movable, default=1))) + len(units) - len(movable)
    held = sum(
        choices.day(spot.start)[3] == SATURDAY
        for key, spot in choices.held.items()
        if choices.problem.units[key][0] == edition
    )
    return choices.problem.weights.saturdays * (sessions + held)


class _Spread:
    """For each unit and month a literal: by the end of that month it has been held."""

    def __init__(self, choices: Choices, edition: Edition) -> None:
        self.cp = load()
        self.model: cp_model.CpModel = self.cp.CpModel()
        self.choices = choices
        self.units = {key: it for key, it in choices.units.items() if it.edition == edition}
        self.held = {key: it for key, it in choices.held.items() if choices.problem.units[key][0] == edition}
        self.starts = {key: self._starts(it) for key, it in self.units.items()}
        of_units = {self._month(start) for starts in self.starts.values() for start in starts}
        self.months = sorted(of_units | {self._month(spot.start) for spot in self.held.values()})
        self.by: dict[str, list[cp_model.IntVar]] = {key: self._unit(key) for key in self.units}
        self.modules: defaultdict[str, list[str]] = defaultdict(list)
        for key, it in self.units.items():
            if it.module.usual_weeks is not None:
                self.modules[it.module.key].append(key)
        self.terms: list[Expression] = []
        for _, before, after in choices.pairs:
            if before in self.units and after in self.units:
                for earlier, later in zip(self.by[before], self.by[after], strict=True):
                    self.model.add_implication(later, earlier)
        for number, month in enumerate(self.months):
            self._seats(number, month)
            self._balance(number, month)
        held = sum(choices.day(spot.start)[3] == SATURDAY for spot in self.held.values())
        self.terms.append(choices.problem.weights.saturdays * held)

    def least(self, *, limit: float, seed: int) -> tuple[int, dict[str, Month]]:
        """The least it can cost, as far as is shown within the limit, and a month for each unit."""
        points = self.cp.LinearExpr.sum(self.terms)
        self.model.minimize(points)
        least = solve(self.model, (), limit=limit, seed=seed, linear=ALL_LINEAR)
        if not least.has_values:
            return max(0, least.bound), {}
        self.model.add(points <= least.objective)
        self.model.minimize(self.cp.LinearExpr.sum(self._splits()))
        asked = [literal for literals in self.by.values() for literal in literals]
        spread = solve(self.model, asked, limit=limit, seed=seed, linear=ALL_LINEAR)
        number = len(self.months)
        held = [spread.values[at : at + number] for at in range(0, len(spread.values), number)]
        months = {key: self.months[by.index(1)] for key, by in zip(self.by, held, strict=False)}
        return max(0, least.bound), months

    def _splits(self) -> list[cp_model.IntVar]:
        """For each module that should be short and each month, whether some of it is held there."""
        splits = []
        for keys in self.modules.values():
            for number in range(len(self.months)):
                splits.append(self.model.new_bool_var(""))
                for key in keys:
                    self.model.add(self._inside(key, number) <= splits[-1])
        return splits

    def _month(self, start: int) -> Month:
        return self.choices.day(start)[:2]

    def _starts(self, choice: Choice) -> list[int]:
        """The beginnings at which somebody could teach it."""
        people = [
            self.choices.free_starts(choice, self.choices.away["instructor", who])
            for who in choice.instructors
        ]
        possible = set().union(*people) if choice.unit.teachers else set(choice.starts)
        return sorted(possible)

    def _unit(self, key: str) -> list[cp_model.IntVar]:
        possible = {self._month(start) for start in self.starts[key]}
        literals: list[cp_model.IntVar] = [self.model.new_bool_var("") for _ in self.months]
        for number, month in enumerate(self.months):
            earlier = literals[number - 1] if number else 0
            if month in possible:
                self.model.add(literals[number] >= earlier)
            else:
                self.model.add(literals[number] == earlier)
        self.model.add(literals[-1] == 1)
        return literals

    def _inside(self, key: str, number: int) -> Expression:
        """1 when the unit is held in that month, else 0."""
        return self.by[key][number] - (self.by[key][number - 1] if number else 0)

    def _seats(self, number: int, month: Month) -> None:
        """No month holds more than its half-days; what the weekdays have no room for is on Saturdays."""
        whole: set[Stretch] = set()
        weekdays: set[Stretch] = set()
        saturdays_only: list[str] = []
        others: list[str] = []
        for key, starts in self.starts.items():
            here = [start for start in starts if self._month(start) == month]
            stretches = {start: (start, start + self._of(key).minutes) for start in here}
            week = [start for start in here if self.choices.day(start)[3] != SATURDAY]
            whole.update(stretches.values())
            weekdays.update(stretches[start] for start in week)
            if here:
                (others if week else saturdays_only).append(key)
        self.model.add(self._minutes([*saturdays_only, *others], number) <= covered(whole))
        if saturdays := covered(whole) - covered(weekdays):
            longest = max((self._of(key).minutes for key in others), default=1)
            sessions = self.model.new_int_var(0, saturdays, "")
            self.model.add(longest * sessions >= self._minutes(others, number) - covered(weekdays))
            alone = sum(self._inside(key, number) for key in saturdays_only)
            self.terms.append(self.choices.problem.weights.saturdays * (sessions + alone))

    def _minutes(self, keys: Iterable[str], number: int) -> Expression:
        return sum(self._of(key).minutes * self._inside(key, number) for key in keys)

    def _balance(self, number: int, month: Month) -> None:
        weights = self.choices.problem.weights
        held = [key for key, spot in self.held.items() if self._month(spot.start) == month]
        distance = sum(self._off(key) * self._inside(key, number) for key in self.units)
        distance += sum(self._off(key) for key in held)
        tolerance = 100 * weights.balance_tolerance
        most = sum(abs(self._off(key)) for key in (*self.units, *held)) // HOUR + 1
        hours = self.model.new_int_var(0, most, "")
        self.model.add(distance <= tolerance + HOUR * hours)
        self.model.add(-distance <= tolerance + HOUR * hours)
        self.terms.append(weights.balance * hours)

    def _of(self, key: str) -> Unit:
        return self.choices.problem.units[key][2]

    def _off(self, key: str) -> int:
        unit = self._of(key)
        return hundredths_off(unit.kind, unit.minutes, self.choices.problem.weights.academic_percent)
