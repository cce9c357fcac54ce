"""What a plan costs, as terms of the model's objective: the soft rules with their weights.

Months, modules and people that no free unit can touch cost what they cost and are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from .choices import Choice, Spot
from .costs import HOUR, SATURDAY, WEEK, hundredths_off
from .problem import Module

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from .model import Expression, Model

    Month = tuple[str, int, int]


def add_costs(model: Model) -> None:
    """All soft rules."""
    for choice in model.free.values():
        _saturday(model, choice)
    _balance(model)
    touched = {choice.module_key: choice for choice in model.free.values()}
    for choice in touched.values():
        _length(model, choice)
        _instructors(model, choice)


def _saturday(model: Model, choice: Choice) -> None:
    weight = model.choices.problem.weights.saturdays
    saturdays = [it for it in model.open[choice.key] if model.choices.day(it)[3] == SATURDAY]
    model.terms.append(weight * model.among(choice.key, saturdays))


def _balance(model: Model) -> None:
    """Each month's distance from the promised share, beyond the tolerance, in hours begun."""
    weights = model.choices.problem.weights
    off: defaultdict[Month, list[Expression]] = defaultdict(list)
    largest: defaultdict[Month, int] = defaultdict(int)
    touched = set()
    for choice in model.free.values():
        if choice.unit.kind is None:
            continue
        each = hundredths_off(choice.unit.kind, choice.unit.minutes, weights.academic_percent)
        months = _months(model, choice)
        inside = {month: model.exactly(choice.key, starts) for month, starts in months.items()}
        if len(months) > 1:
            model.model.add_exactly_one(inside.values())
        for month, literal in inside.items():
            off[month].append(each * literal)
            largest[month] += abs(each)
            if len(months) > 1:
                touched.add(month)
    units = {month[0]: _units(model, month[0]) for month in touched}
    for month in sorted(touched):
        fixed = sum(
            _off(model, key, spot, month) for key, spot in model.fixed.items() if key in units[month[0]]
        )
        distance = sum(off[month]) + fixed
        tolerance = 100 * weights.balance_tolerance
        most = max(0, -(-(largest[month] + abs(fixed) - tolerance) // HOUR))
        hours = model.count(most, partial(_hours, model, month))
        model.model.add(distance <= tolerance + HOUR * hours)
        model.model.add(-distance <= tolerance + HOUR * hours)
        model.terms.append(weights.balance * hours)


def _units(model: Model, edition: str) -> frozenset[str]:
    return frozenset(key for key, (it, _, _) in model.choices.problem.units.items() if it.key == edition)


def _months(model: Model, choice: Choice) -> dict[Month, list[int]]:
    months: defaultdict[Month, list[int]] = defaultdict(list)
    for start in model.open[choice.key]:
        year, month, _, _ = model.choices.day(start)
        months[choice.edition.key, year, month].append(start)
    return months


def _off(model: Model, key: str, spot: Spot, month: Month) -> int:
    edition, _, unit = model.choices.problem.units[key]
    if (edition.key, *model.choices.day(spot.start)[:2]) != month:
        return 0
    return hundredths_off(unit.kind, unit.minutes, model.choices.problem.weights.academic_percent)


def _hours(model: Model, month: Month, spots: Mapping[str, Spot]) -> int:
    distance = abs(sum(_off(model, key, spot, month) for key, spot in spots.items()))
    return max(0, -(-(distance - 100 * model.choices.problem.weights.balance_tolerance) // HOUR))


def _length(model: Model, choice: Choice) -> None:
    """Weeks begun beyond the usual, from the beginning of the first to the end of the last."""
    module = choice.module
    if module.usual_weeks is None:
        return
    usual = module.usual_weeks * WEEK
    begins, ends = [], []
    for unit in module.units:
        at = model.starts[unit.key] if unit.key in model.free else model.fixed[unit.key].start
        begins.append(at)
        ends.append(at + unit.minutes)
    if module.ordered:
        begins, ends = begins[:1], ends[-1:]
    most = max(0, -(-(_reach(model, module) - usual) // WEEK))
    if not most:
        return
    weeks = model.count(most, lambda spots: _weeks_over(spots, module))
    for first in begins:
        for last in ends:
            model.model.add(last - first <= usual + WEEK * weeks)
    model.terms.append(model.choices.problem.weights.length * weeks)


def _reach(model: Model, module: Module) -> int:
    """The longest the module could last."""
    spots = {key: (spot.start,) for key, spot in model.fixed.items()}
    starts = {unit.key: model.open.get(unit.key) or spots.get(unit.key) or (0,) for unit in module.units}
    last = max(starts[unit.key][-1] + unit.minutes for unit in module.units)
    return last - min(them[0] for them in starts.values())


def _weeks_over(spots: Mapping[str, Spot], module: Module) -> int:
    first = min(spots[unit.key].start for unit in module.units)
    last = max(spots[unit.key].start + unit.minutes for unit in module.units)
    return max(0, -(-(last - first - (module.usual_weeks or 0) * WEEK) // WEEK))


def _instructors(model: Model, choice: Choice) -> None:
    """People beyond the usual number in a module."""
    keys = [unit.key for unit in choice.module.units]
    weights = model.choices.problem.weights
    certain = {who for key in keys if key in model.fixed for who in model.fixed[key].instructors}
    possible: defaultdict[str, list[cp_model.IntVar]] = defaultdict(list)
    for key in keys:
        for who, literal in model.people.get(key, {}).items():
            if isinstance(literal, bool):
                certain.add(who)
            else:
                possible[who].append(literal)
    people = {who: literals for who, literals in possible.items() if who not in certain}
    most = max(0, len(certain) + len(people) - weights.most_instructors)
    if not people or not most:
        return
    teaching = []
    for who, literals in people.items():
        teaches = model.literal(partial(_teaches, who, keys))
        for literal in literals:
            model.model.add_implication(literal, teaches)
        teaching.append(teaches)

    def beyond(spots: Mapping[str, Spot]) -> int:
        everybody = {who for key in keys for who in spots[key].instructors}
        return max(0, len(everybody) - weights.most_instructors)

    extra = model.count(most, beyond)
    model.model.add(sum(teaching) + len(certain) - weights.most_instructors <= extra)
    model.terms.append(weights.instructors * extra)


def _teaches(who: str, keys: list[str], spots: Mapping[str, Spot]) -> int:
    return int(any(who in spots[key].instructors for key in keys))
