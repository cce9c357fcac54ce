"""A planning problem: what has to be taught, and the half-days, people and rooms there are for it.

Everything is known by a key of the caller's. Instants are aware; a day is the one in Turin. Sequences
are tuples, so that a problem has one written form and one `fingerprint`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from courses.workdays import ROME

from .rules import Weights


class Kind(StrEnum):
    """Whose teaching it is."""

    ACADEMIC = "academic"
    COMPANY = "company"


class Purpose(StrEnum):
    """What a unit is for; the two assessments are nobody's teaching."""

    TEACHING = "teaching"
    WELCOME = "welcome"
    FINAL = "final"


class Mode(StrEnum):
    """Where a unit takes place."""

    IN_PERSON = "in_person"
    HYBRID = "hybrid"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class Span:
    """A time when somebody or some room is not to be had, and why, in the caller's words.

    `firm` is what cannot be talked about, such as a session elsewhere; an absence that is not firm may
    be named among the rules to relax when no plan exists.
    """

    starts_at: datetime
    ends_at: datetime
    cause: str = ""
    firm: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A half-day of an edition's week with the mode it usually has.

    With `closed`, the cause of a closure, nothing may be held; it is there to be named when no plan exists.
    """

    starts_at: datetime
    ends_at: datetime
    mode: Mode
    purposes: tuple[Purpose, ...] = (Purpose.TEACHING,)
    closed: str = ""

    @property
    def day(self) -> date:
        """The day in Turin."""
        return local_day(self.starts_at)


@dataclass(frozen=True, slots=True)
class Unit:
    """What is taught at a stretch.

    It begins with a half-day, or after a multiple of its own length, so that a half-day can be shared.
    `mode` None is the half-day's own. `people` are those to be seated unless it is remote, in at most
    `parallel` rooms at once, each with all of `kit`. `qualified` are those who could teach it; it takes
    `teachers` of them, all of its `kind`; `kind` None is nobody's teaching.
    """

    key: str
    minutes: int
    kind: Kind | None
    qualified: tuple[str, ...] = ()
    teachers: int = 1
    purpose: Purpose = Purpose.TEACHING
    mode: Mode | None = None
    people: int = 0
    kit: tuple[str, ...] = ()
    parallel: int = 1
    test: bool = False


@dataclass(frozen=True, slots=True)
class Module:
    """Units that belong together; in their order if `ordered`, those with a test after all others.

    `usual_weeks` is how long it may take without cost; None for what runs beside the rest on purpose.
    """

    key: str
    units: tuple[Unit, ...]
    ordered: bool = True
    usual_weeks: int | None = 2


@dataclass(frozen=True, slots=True)
class Edition:
    """One run of a programme: `before` holds pairs of modules, the first held wholly before the second."""

    key: str
    modules: tuple[Module, ...]
    slots: tuple[Slot, ...]
    before: tuple[tuple[str, str], ...] = ()
    hub: str = ""
    most_minutes_a_day: int = 480


@dataclass(frozen=True, slots=True)
class Instructor:
    """Somebody who teaches, and when they cannot."""

    key: str
    kind: Kind
    away: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Room:
    """A room of a hub with its seats and what it is fitted with."""

    key: str
    capacity: int
    kit: tuple[str, ...] = ()
    hub: str = ""
    away: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """A unit with its beginning, rooms and instructors; a plan is a tuple of these in order of time."""

    unit: str
    starts_at: datetime
    rooms: tuple[str, ...] = ()
    instructors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pin:
    """What people have fixed about a unit; None is left free."""

    unit: str
    starts_at: datetime | None = None
    rooms: tuple[str, ...] | None = None
    instructors: tuple[str, ...] | None = None


Plan = tuple[Placed, ...]
WEIGHTS_OF_THE_TRIAL = Weights()


@dataclass(frozen=True)
class Problem:
    """One or several editions that share rooms and people.

    `held` are the units that have taken place: they stay as they are, whatever rule they break. Nothing
    else begins before `not_before`.
    """

    editions: tuple[Edition, ...]
    instructors: tuple[Instructor, ...]
    rooms: tuple[Room, ...]
    pins: tuple[Pin, ...] = ()
    held: Plan = ()
    not_before: datetime | None = None
    weights: Weights = WEIGHTS_OF_THE_TRIAL

    def modules(self) -> Iterator[tuple[Edition, Module]]:
        """Every module with its edition."""
        return ((edition, module) for edition in self.editions for module in edition.modules)

    @cached_property
    def units(self) -> dict[str, tuple[Edition, Module, Unit]]:
        """Every unit by its key, with its edition and module."""
        return {
            unit.key: (edition, module, unit) for edition, module in self.modules() for unit in module.units
        }

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same problem, and for no other: tells whether the inputs of a plan changed."""
        return sha256(json.dumps(asdict(self), default=str, sort_keys=True).encode()).hexdigest()


def local_day(at: datetime) -> date:
    """The day in Turin of an instant."""
    return at.astimezone(ROME).date()


def ends_at(unit: Unit, placed: Placed) -> datetime:
    """When a placed unit ends."""
    return placed.starts_at + timedelta(minutes=unit.minutes)


def mode_of(problem: Problem, placed: Placed) -> Mode:
    """The mode in which a unit is held where it is placed."""
    edition, _, unit = problem.units[placed.unit]
    if unit.mode:
        return unit.mode
    ending = ends_at(unit, placed)
    meant = sorted(
        (it for it in edition.slots if unit.purpose in it.purposes), key=lambda it: bool(it.closed)
    )
    modes = (it.mode for it in meant if it.starts_at <= placed.starts_at and ending <= it.ends_at)
    return next(modes, Mode.HYBRID)


def in_order(placed: list[Placed]) -> Plan:
    """A plan, in order of time."""
    return tuple(sorted(placed, key=lambda one: (one.starts_at, one.unit)))
