"""Count first: what makes a plan impossible whatever the order, found without any search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

from courses.reasons import Reason

from .choices import Choice, Choices, Stretch, covered
from .problem import Edition, Purpose


class Shortage(StrEnum):
    """What there is too little of."""

    HALF_DAYS = "half_days"
    NO_HALF_DAY = "no_half_day"
    NOBODY = "nobody"
    NOBODY_FREE = "nobody_free"
    NO_ROOM_FITS = "no_room_fits"
    NO_ROOM_FREE = "no_room_free"
    TOO_MUCH_FOR_ONE = "too_much_for_one"
    NO_TIME_IN_ORDER = "no_time_in_order"


def shortages(choices: Choices) -> tuple[Reason, ...]:
    """Everything there is too little of; empty does not mean that there is a plan."""
    found = [reason for edition in choices.problem.editions for reason in _half_days(choices, edition)]
    alone = [reason for choice in choices.units.values() for reason in _unit(choices, choice)]
    found += alone
    found += _people(choices)
    if not alone:
        found += _order(choices)
    return tuple(found)


def _half_days(choices: Choices, edition: Edition) -> Iterator[Reason]:
    needed, possible = teaching_minutes(choices, edition)
    if needed > possible[""]:
        yield Reason(Shortage.HALF_DAYS, {"edition": edition.key, "needed": needed, "open": possible[""]})


def teaching_minutes(choices: Choices, edition: Edition) -> tuple[int, dict[str, int]]:
    """The minutes an edition needs of its half-days for teaching, and those there are, by cause of closure.

    Needed are also those that the assessments take up wherever they are held; open ones have no cause.
    """
    units = [it for it in choices.units.values() if it.edition == edition]
    teaching = [it for it in units if it.unit.purpose == Purpose.TEACHING]
    possible: dict[str, set[Stretch]] = {"": set()}
    for it in teaching:
        for start in it.starts:
            possible.setdefault(it.closed.get(start, ""), set()).add((start, start + it.unit.minutes))
    everywhere = set().union(*possible.values())
    needed = sum(it.unit.minutes for it in teaching)
    for it in units:
        if it not in teaching:
            without = [covered(_cut(everywhere, (at, at + it.unit.minutes))) for at in it.starts]
            needed += covered(everywhere) - max(without, default=covered(everywhere))
    return needed, {cause: covered(stretches) for cause, stretches in possible.items()}


def _cut(stretches: set[Stretch], hole: Stretch) -> set[Stretch]:
    parts = {
        part
        for since, until in stretches
        for part in ((since, min(until, hole[0])), (max(since, hole[1]), until))
    }
    return {(since, until) for since, until in parts if since < until}


def _unit(choices: Choices, choice: Choice) -> Iterator[Reason]:
    unit = choice.unit
    facts = {"edition": choice.edition.key, "unit": choice.key}
    if not choice.starts:
        yield Reason(Shortage.NO_HALF_DAY, facts)
        return
    if len(choice.instructors) < unit.teachers:
        yield Reason(Shortage.NOBODY, {**facts, "needed": unit.teachers, "known": choice.instructors})
        return
    free = Counter(
        start
        for who in choice.instructors
        for start in choices.free_starts(choice, choices.away["instructor", who])
    )
    staffed = [start for start in choice.starts if free[start] >= unit.teachers]
    if not staffed:
        yield Reason(Shortage.NOBODY_FREE, {**facts, "needed": unit.teachers, "known": choice.instructors})
        return
    if not choice.remote.isdisjoint(staffed):
        return
    seats = sorted((choices.rooms[room].capacity for room in choice.rooms), reverse=True)[: unit.parallel]
    if not seats or sum(seats) < unit.people:
        yield Reason(Shortage.NO_ROOM_FITS, {**facts, "people": unit.people, "kit": unit.kit})
        return
    if not any(_seated(choices, choice, start) for start in staffed):
        yield Reason(Shortage.NO_ROOM_FREE, {**facts, "rooms": choice.rooms})


def _seated(choices: Choices, choice: Choice, start: int) -> bool:
    """Whether the rooms that are not closed then have seats enough."""
    ends = start + choice.unit.minutes
    there = [
        choices.rooms[room].capacity
        for room in choice.rooms
        if not any(since < ends and start < until for since, until in choices.away["room", room])
    ]
    return bool(there) and sum(sorted(there, reverse=True)[: choice.unit.parallel]) >= choice.unit.people


def _people(choices: Choices) -> Iterator[Reason]:
    """Those without whom more must be taught than they have time for."""
    for who in choices.instructors:
        needing = [
            it
            for it in choices.units.values()
            if len(it.instructors) == it.unit.teachers and who in it.instructors
        ]
        free = {
            (start, start + it.unit.minutes)
            for it in needing
            for start in choices.free_starts(it, choices.away["instructor", who])
        }
        needed = sum(it.unit.minutes for it in needing)
        if needed > covered(free):
            yield Reason(
                Shortage.TOO_MUCH_FOR_ONE, {"instructor": who, "needed": needed, "open": covered(free)}
            )


def _order(choices: Choices) -> Iterator[Reason]:
    """Units for which what must come before and after leaves no half-day."""
    earliest = {key: it.starts[0] for key, it in choices.units.items()}
    latest = {key: it.starts[-1] for key, it in choices.units.items()}
    for _ in choices.units:
        before = dict(earliest), dict(latest)
        for _, first, then in choices.pairs:
            if first in choices.units and then in choices.units:
                ends = earliest[first] + choices.units[first].unit.minutes
                earliest[then] = _from(choices.units[then], max(earliest[then], ends))
                begins = latest[then] - choices.units[first].unit.minutes
                latest[first] = _until(choices.units[first], min(latest[first], begins))
        if before == (earliest, latest) or any(earliest[key] > latest[key] for key in earliest):
            break
    for key, choice in choices.units.items():
        if earliest[key] > latest[key]:
            yield Reason(Shortage.NO_TIME_IN_ORDER, {"edition": choice.edition.key, "unit": key})


def _from(choice: Choice, earliest: int) -> int:
    return next((start for start in choice.starts if start >= earliest), earliest)


def _until(choice: Choice, latest: int) -> int:
    return next((start for start in reversed(choice.starts) if start <= latest), latest)
