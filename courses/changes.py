"""What one timetable of an edition changes against another: added, moved, cancelled, held elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """In what a session differs."""

    ADDED = "added"
    CANCELLED = "cancelled"
    MOVED = "moved"
    PLACE = "place"
    MODE = "mode"
    INSTRUCTOR = "instructor"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """A room or an instructor: known by `key`, written as it was called then."""

    key: int
    name: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """A session as a timetable has it; `session` None is one nobody has released yet."""

    session: int | None
    module: str
    purpose: str
    mode: str
    starts_at: datetime
    ends_at: datetime
    rooms: tuple[Named, ...] = ()
    link: str = ""
    instructors: tuple[Named, ...] = ()
    topic_it: str = ""
    topic_en: str = ""

    def as_json(self) -> dict[str, Any]:
        """To be kept with a release; instants in UTC."""
        return {
            "session": self.session,
            "module": self.module,
            "purpose": self.purpose,
            "mode": self.mode,
            "starts_at": self.starts_at.astimezone(UTC).isoformat(),
            "ends_at": self.ends_at.astimezone(UTC).isoformat(),
            "rooms": [[room.key, room.name] for room in self.rooms],
            "link": self.link,
            "instructors": [[person.key, person.name] for person in self.instructors],
            "topic_it": self.topic_it,
            "topic_en": self.topic_en,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """A session that differs: as it was, as it becomes, and in what."""

    kinds: tuple[Kind, ...]
    before: Standing | None
    after: Standing | None

    @property
    def standing(self) -> Standing:
        """As it becomes, or as it was where it is cancelled."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change is of a session")
        return found

    def as_json(self) -> dict[str, Any]:
        """To be kept with a release."""
        return {
            "kinds": [str(kind) for kind in self.kinds],
            "before": self.before and self.before.as_json(),
            "after": self.after and self.after.as_json(),
        }


def standing_of(data: Mapping[str, Any]) -> Standing:
    """What `Standing.as_json` wrote."""
    return Standing(
        **{
            **data,
            "starts_at": datetime.fromisoformat(data["starts_at"]),
            "ends_at": datetime.fromisoformat(data["ends_at"]),
            "rooms": tuple(Named(*room) for room in data["rooms"]),
            "instructors": tuple(Named(*person) for person in data["instructors"]),
        }
    )


def change_of(data: Mapping[str, Any]) -> Change:
    """What `Change.as_json` wrote."""
    return Change(
        tuple(Kind(kind) for kind in data["kinds"]),
        data["before"] and standing_of(data["before"]),
        data["after"] and standing_of(data["after"]),
    )


def difference(before: Iterable[Standing], after: Iterable[Standing]) -> tuple[Change, ...]:
    """Every session in which `after` differs from `before`, in order of time; none twice.

    A session of `before` that `after` does not name is cancelled; one without a number is added.
    """
    old = {one.session: one for one in before}
    new = list(after)
    kept = {one.session for one in new}
    changes = [Change((Kind.CANCELLED,), one, None) for key, one in old.items() if key not in kept]
    for one in new:
        was = old.get(one.session) if one.session is not None else None
        kinds = _kinds(was, one) if was else (Kind.ADDED,)
        if kinds:
            changes.append(Change(kinds, was, one))
    return tuple(sorted(changes, key=lambda it: (it.standing.starts_at, it.standing.session or 0)))


def _kinds(was: Standing, now: Standing) -> tuple[Kind, ...]:
    differs = {
        Kind.MOVED: (was.starts_at, was.ends_at) != (now.starts_at, now.ends_at),
        Kind.PLACE: (sorted(was.rooms), was.link) != (sorted(now.rooms), now.link),
        Kind.MODE: was.mode != now.mode,
        Kind.INSTRUCTOR: sorted(was.instructors) != sorted(now.instructors),
        Kind.TOPIC: (was.topic_it, was.topic_en) != (now.topic_it, now.topic_en),
    }
    return tuple(kind for kind, holds in differs.items() if holds)
