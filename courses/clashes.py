"""What cannot both be true: one room, instructor or edition in two sessions at once.

The database refuses such rows; this says beforehand which sessions clash and over what, so that a
page can show it before anything is written. Back to back is no clash.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from courses.reasons import Reason


class Clash(StrEnum):
    """What is needed twice at once."""

    ROOM = "room"
    INSTRUCTOR = "instructor"
    EDITION = "edition"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Need:
    """Something a session needs for itself, by its key: a room, an instructor, an edition, a team."""

    kind: Clash
    key: int


@dataclass(frozen=True, slots=True)
class Booking:
    """A session that is not cancelled, planned or still to be, with all it needs.

    Sessions that an edition may hold side by side, such as parallel retakes, leave the edition out
    of `needs`.
    """

    session: int
    starts_at: datetime
    ends_at: datetime
    needs: frozenset[Need]


def clashes(bookings: Iterable[Booking]) -> tuple[Reason, ...]:
    """Every pair of sessions that need the same thing at once, in order of time.

    Each reason names what is needed (`key`), both sessions, the earlier first, and the time they
    share. Two entries of one session are no clash.
    """
    by_need: defaultdict[Need, list[Booking]] = defaultdict(list)
    for booking in sorted(bookings, key=lambda one: (one.starts_at, one.session)):
        for need in booking.needs:
            by_need[need].append(booking)
    found = [(need, one, other) for need, sharing in by_need.items() for one, other in _overlapping(sharing)]
    found.sort(key=lambda it: (it[2].starts_at, it[1].session, it[2].session, it[0].kind, it[0].key))
    return tuple(_reason(*clash) for clash in found)


def _overlapping(sorted_by_start: list[Booking]) -> Iterator[tuple[Booking, Booking]]:
    running: list[Booking] = []
    for booking in sorted_by_start:
        running = [one for one in running if one.ends_at > booking.starts_at]
        for one in running:
            if one.session != booking.session and booking.ends_at > booking.starts_at:
                yield one, booking
        running.append(booking)


def _reason(need: Need, one: Booking, other: Booking) -> Reason:
    facts = {
        "key": need.key,
        "session": one.session,
        "other": other.session,
        "from": other.starts_at,
        "until": min(one.ends_at, other.ends_at),
    }
    return Reason(need.kind, facts)
