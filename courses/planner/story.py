"""Why a unit is where it is, as codes and facts that templates word.

Everything is asked of the independent checker: what would be broken, or cost, if this unit alone were
elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from courses.reasons import Reason

from .checker import Verdict, check
from .problem import Edition, Placed, Plan, Problem, Span, Unit, ends_at
from .rules import Hard

# A unit that goes elsewhere may take another room.
ABOUT_ROOMS = {
    Hard.NO_ROOM,
    Hard.ROOM_WITHOUT_NEED,
    Hard.ROOM_CLASH,
    Hard.ROOM_AWAY,
    Hard.ROOM_TOO_SMALL,
    Hard.NO_KIT,
    Hard.ROOM_ELSEWHERE,
}


class Why(StrEnum):
    """Why a unit is where it is, or who teaches it."""

    HELD = "held"
    PINNED = "pinned"
    ONLY_PLACE = "only_place"
    CHEAPEST = "cheapest"
    AS_CHEAP = "as_cheap"
    DEARER = "dearer"
    ONLY_ONE_FREE = "only_one_free"
    ONE_OF_SEVERAL = "one_of_several"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another beginning of a unit, everything else staying: what it would break, or else cost."""

    starts_at: datetime
    broken: tuple[Reason, ...]
    points: int


@dataclass(frozen=True, slots=True)
class Account:
    """Why a unit is where it is: the reasons, and every alternative in order of time."""

    reasons: tuple[Reason, ...]
    alternatives: tuple[Alternative, ...]


def account(problem: Problem, plan: Plan, unit: str) -> Account:
    """Why a unit is where it is, each alternative judged by the independent checker.

    An alternative moves this unit alone: into a half-day that is taken it cannot, and says by what.
    """
    placed = next(it for it in plan if it.unit == unit)
    if any(it.unit == unit for it in problem.held):
        return Account((Reason(Why.HELD, {"starts_at": placed.starts_at}),), ())
    reasons = [
        Reason(Why.PINNED, {"starts_at": pin.starts_at, "rooms": pin.rooms, "instructors": pin.instructors})
        for pin in problem.pins
        if pin.unit == unit
    ]
    problem, plan = _alone(problem, plan, problem.units[unit][0])
    here = check(problem, plan)
    alternatives = tuple(_alternatives(problem, plan, placed, here))
    possible = [it for it in alternatives if not it.broken]
    facts = {"starts_at": placed.starts_at, "tried": len(alternatives), "possible": len(possible)}
    if not possible:
        against = Counter(str(it.broken[0].code) for it in alternatives)
        reasons.append(Reason(Why.ONLY_PLACE, {**facts, "against": dict(against.most_common())}))
    else:
        best = min(it.points for it in possible)
        code = (
            Why.AS_CHEAP
            if best == here.score.total
            else Why.CHEAPEST
            if best > here.score.total
            else Why.DEARER
        )
        reasons.append(Reason(code, {**facts, "points": here.score.total, "other": best}))
    reasons += _people(problem, plan, placed)
    return Account(tuple(reasons), alternatives)


def _alternatives(problem: Problem, plan: Plan, placed: Placed, here: Verdict) -> Iterator[Alternative]:
    edition, _, unit = problem.units[placed.unit]
    for starts_at in sorted(_starts(edition, unit) - {placed.starts_at}):
        broken: tuple[Reason, ...] = ()
        points = 0
        for rooms in (placed.rooms, (), *((room.key,) for room in problem.rooms)):
            moved = replace(placed, starts_at=starts_at, rooms=rooms)
            broken, points = _judge(problem, plan, moved, here)
            if ABOUT_ROOMS.isdisjoint(reason.code for reason in broken):
                break
        yield Alternative(starts_at, broken, points)


def _starts(edition: Edition, unit: Unit) -> set[datetime]:
    length = timedelta(minutes=unit.minutes)
    return {
        slot.starts_at + number * length
        for slot in edition.slots
        if unit.purpose in slot.purposes
        for number in range((slot.ends_at - slot.starts_at) // length)
    }


def _judge(problem: Problem, plan: Plan, moved: Placed, here: Verdict) -> tuple[tuple[Reason, ...], int]:
    """What a plan with one unit elsewhere breaks that it did not break before, and its points."""
    verdict = check(problem, tuple(moved if it.unit == moved.unit else it for it in plan))
    return tuple(it for it in verdict.violations if it not in here.violations), verdict.score.total


def _people(problem: Problem, plan: Plan, placed: Placed) -> Iterator[Reason]:
    """Whether others could have taught it there."""
    _, _, unit = problem.units[placed.unit]
    here = check(problem, plan)
    for who in placed.instructors:
        others = [it for it in unit.qualified if it not in placed.instructors]
        swaps = {
            it: _judge(problem, plan, replace(placed, instructors=_instead(placed, who, it)), here)
            for it in others
        }
        free = {it: points for it, (broken, points) in swaps.items() if not broken}
        code = Why.ONE_OF_SEVERAL if free else Why.ONLY_ONE_FREE
        facts = {"instructor": who, "qualified": unit.qualified, "free": free, "points": here.score.total}
        yield Reason(code, facts)


def _instead(placed: Placed, who: str, other: str) -> tuple[str, ...]:
    return tuple(other if it == who else it for it in placed.instructors)


def _alone(problem: Problem, plan: Plan, edition: Edition) -> tuple[Problem, Plan]:
    """One edition, what people and rooms do in the others being bookings elsewhere."""
    mine = tuple(it for it in plan if problem.units[it.unit][0] == edition)
    busy: dict[str, list[Span]] = {}
    for placed in plan:
        if placed not in mine:
            _, _, unit = problem.units[placed.unit]
            span = Span(placed.starts_at, ends_at(unit, placed), placed.unit, firm=True)
            for key in (*placed.instructors, *placed.rooms):
                busy.setdefault(key, []).append(span)
    return (
        replace(
            problem,
            editions=(edition,),
            instructors=tuple(
                replace(it, away=(*it.away, *busy.get(it.key, ()))) for it in problem.instructors
            ),
            rooms=tuple(replace(it, away=(*it.away, *busy.get(it.key, ()))) for it in problem.rooms),
            pins=tuple(it for it in problem.pins if problem.units[it.unit][0] == edition),
            held=tuple(it for it in problem.held if problem.units[it.unit][0] == edition),
        ),
        mine,
    )
