"""What spots cost, as the search counts it; the checker counts the same in its own way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from .choices import Choices, Spot
from .problem import Kind
from .rules import Score

WEEK = 7 * 24 * 60
SATURDAY = 5
HOUR = 6000  # hundredths of a minute


def hundredths_off(kind: Kind | None, minutes: int, academic_percent: int) -> int:
    """What a unit adds to its month's distance from the promised share, in hundredths of a minute."""
    if kind is None:
        return 0
    return minutes * (100 - academic_percent if kind == Kind.ACADEMIC else -academic_percent)


def score(choices: Choices, spots: Mapping[str, Spot]) -> Score:
    """The points of all units placed, held ones among them."""
    weights = choices.problem.weights
    months: Counter[tuple[str, int, int]] = Counter()
    ends: dict[tuple[str, str], tuple[int, int]] = {}
    people: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    saturdays = over = 0
    for key, spot in spots.items():
        edition, module, unit = choices.problem.units[key]
        year, month, _, weekday = choices.day(spot.start)
        saturdays += weekday == SATURDAY
        where = edition.key, module.key
        first, last = ends.get(where, (spot.start, 0))
        ends[where] = min(first, spot.start), max(last, spot.start + unit.minutes)
        people[where].update(spot.instructors)
        months[edition.key, year, month] += hundredths_off(unit.kind, unit.minutes, weights.academic_percent)
    for edition, module in choices.problem.modules():
        if module.usual_weeks is not None and (edition.key, module.key) in ends:
            first, last = ends[edition.key, module.key]
            over += max(0, -(-(last - first - module.usual_weeks * WEEK) // WEEK))
    tolerance = 100 * weights.balance_tolerance
    hours = sum(max(0, -(-(abs(off) - tolerance) // HOUR)) for off in months.values())
    many = sum(max(0, len(who) - weights.most_instructors) for who in people.values())
    return Score(
        balance=weights.balance * hours,
        saturdays=weights.saturdays * saturdays,
        length=weights.length * over,
        instructors=weights.instructors * many,
    )
