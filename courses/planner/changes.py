"""What changed between two plans, as codes and facts that templates word."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from courses.reasons import Reason

from .problem import Placed, Plan, Problem, in_order, mode_of
from .rules import Score, Soft


class Change(StrEnum):
    """What happened to a unit between two plans."""

    ADDED = "added"
    DROPPED = "dropped"
    MOVED = "moved"
    MODE = "mode"
    ROOMS = "rooms"
    INSTRUCTORS = "instructors"


def difference(problem: Problem, before: Plan, after: Plan) -> tuple[Reason, ...]:
    """What changed, one reason for each change of a unit, in order of time.

    Facts: edition, module, unit; `was` and `is` of what changed; and who is concerned: `instructors` are
    those of before and after.
    """
    was, now = ({placed.unit: placed for placed in plan} for plan in (before, after))
    keys = [
        placed.unit
        for placed in in_order([*was.values(), *(it for key, it in now.items() if key not in was)])
    ]
    return tuple(reason for key in keys for reason in _changes(problem, was.get(key), now.get(key)))


def _changes(problem: Problem, was: Placed | None, now: Placed | None) -> Iterator[Reason]:
    some = was or now
    if some is None:
        return
    edition, module, _ = problem.units[some.unit]
    people = tuple(sorted({*(was.instructors if was else ()), *(now.instructors if now else ())}))
    facts = {"edition": edition.key, "module": module.key, "unit": some.unit, "instructors": people}
    if was is None or now is None:
        yield Reason(Change.ADDED if was is None else Change.DROPPED, {**facts, "starts_at": some.starts_at})
        return
    pairs: tuple[tuple[Change, object, object], ...] = (
        (Change.MOVED, was.starts_at, now.starts_at),
        (Change.MODE, mode_of(problem, was), mode_of(problem, now)),
        (Change.ROOMS, tuple(sorted(was.rooms)), tuple(sorted(now.rooms))),
        (Change.INSTRUCTORS, tuple(sorted(was.instructors)), tuple(sorted(now.instructors))),
    )
    for code, old, new in pairs:
        if old != new:
            yield Reason(code, {**facts, "was": old, "is": new})


def points_changed(before: Score, after: Score) -> dict[Soft, int]:
    """By soft rule, how many points a plan costs more (or, negative, less) than another."""
    was = before.by_rule
    return {rule: points - was[rule] for rule, points in after.by_rule.items() if points != was[rule]}
