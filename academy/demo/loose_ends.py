"""What is not in order on the day of the story: unmarked tests, a missing room, a missing link, a move."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from academy.demo import cast
from academy.demo.timetable import Arranged, day_of, is_lab, last_sessions
from assessments.marking import results_due_on
from courses.pattern import SessionPlan


@dataclass(frozen=True)
class Marking:
    """How far the marking of an edition has come: modules whose scores are not published yet.

    `late` should be out by now; `untouched` has no score at all, `drafted` some.
    """

    late: tuple[str, ...]
    untouched: str
    drafted: str

    @property
    def open(self) -> frozenset[str]:
        """All of them."""
        return frozenset({*self.late, self.untouched, self.drafted})


def marking(tests: Mapping[str, date], today: date) -> Marking:
    """Of `tests`, module → day it is sat, in order of time: the last ones are still being marked."""
    held = [module for module, day in tests.items() if day < today]
    late = [module for module in held if results_due_on(tests[module]) < today]
    fresh = held[len(late) :] or late[-1:]
    return Marking(tuple(late[-2:]), untouched=fresh[-1], drafted=fresh[0] if len(fresh) > 1 else late[-2])


def stand_ins(plans: Iterable[SessionPlan], today: date) -> dict[int, str]:
    """What the log-in of the instructors takes over, by number of session: the next half-day, and one of
    each of two modules, so that both tests are theirs to mark: one already late, one to record now."""
    theirs = [plan for plan in plans if plan.kind == "academic" and not is_lab(plan)]
    tests = {module: day_of(session) for module, session in last_sessions(plans)}
    state = marking(tests, today)
    last = {plan.module: plan for plan in theirs}
    modules = {state.late[-1], state.untouched if state.untouched != state.late[-1] else state.late[0]}
    coming = next(plan for plan in theirs if day_of(plan) > today)
    return {plan.number: cast.INSTRUCTOR for plan in (coming, *(last[module] for module in modules))}


def unfinished(sessions: tuple[Arranged, ...], today: date) -> tuple[Arranged, ...]:
    """A session next week still lacks its room, another its link."""
    monday = today + timedelta(days=7 - today.weekday())
    moved = to_move(sessions, today)
    coming = [one for one in sessions if one.day >= monday and one.whole and one != moved]
    roomless = next(session for session in coming if session.rooms and session.linked)
    linkless = next(session for session in coming if session.linked and session != roomless)
    changes = {
        roomless.plan.number: replace(roomless, rooms=()),
        linkless.plan.number: replace(linkless, linked=False),
    }
    return tuple(changes.get(session.plan.number, session) for session in sessions)


def to_move(sessions: Iterable[Arranged], today: date) -> Arranged:
    """The next session after `today` that can begin half an hour later."""
    return next(session for session in sessions if session.day > today and session.whole)
