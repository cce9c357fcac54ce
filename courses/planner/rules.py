"""The rules of a plan: those that bind, and those that cost.

Sources: domain §9 and §11.2 (hours, labs in person, a module's test in its last session, welcome first,
final last); the weights are those of the trial in docs/planner.md.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum


class Hard(StrEnum):
    """A rule that binds; its name says what is wrong where it is broken."""

    NOT_PLACED = "not_placed"
    PLACED_TWICE = "placed_twice"
    UNKNOWN = "unknown"
    NOT_OPEN = "not_open"
    CLOSED = "closed"
    PAST = "past"
    PIN = "pin"
    HELD = "held"
    EDITION_CLASH = "edition_clash"
    INSTRUCTOR_CLASH = "instructor_clash"
    ROOM_CLASH = "room_clash"
    INSTRUCTOR_AWAY = "instructor_away"
    ROOM_AWAY = "room_away"
    NOT_QUALIFIED = "not_qualified"
    WRONG_KIND = "wrong_kind"
    TEACHERS = "teachers"
    ROOM_WITHOUT_NEED = "room_without_need"
    NO_ROOM = "no_room"
    TOO_MANY_ROOMS = "too_many_rooms"
    ROOM_TOO_SMALL = "room_too_small"
    NO_KIT = "no_kit"
    ROOM_ELSEWHERE = "room_elsewhere"
    ORDER = "order"
    TEST_LAST = "test_last"
    PRECEDENCE = "precedence"
    WELCOME_FIRST = "welcome_first"
    FINAL_LAST = "final_last"
    DAY_FULL = "day_full"


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """One instance of a rule that people could decide to relax: whose, and over what.

    `subject` is an instructor, a room, a unit, a module, two modules or an edition; `cause` is that of an
    absence or a closure, in the caller's words.
    """

    code: Hard
    subject: str
    cause: str = ""


class Soft(StrEnum):
    """A rule that costs points where it is not kept."""

    BALANCE = "balance"
    SATURDAYS = "saturdays"
    LENGTH = "length"
    INSTRUCTORS = "instructors"


@dataclass(frozen=True, slots=True)
class Weights:
    """What each soft rule costs, and from where.

    `balance`: per hour begun by which a month's academic minutes are off `academic_percent` of that
    month's teaching by more than `balance_tolerance` minutes. `saturdays`: per session on a Saturday.
    `length`: per week begun beyond the usual weeks of a module, from the beginning of its first session
    to the end of its last. `instructors`: per person beyond `most_instructors` in a module.
    """

    balance: int = 3
    saturdays: int = 1
    length: int = 2
    instructors: int = 2
    academic_percent: int = 48
    balance_tolerance: int = 120
    most_instructors: int = 2


@dataclass(frozen=True, slots=True)
class Score:
    """The points a plan costs, by soft rule; fewer are better."""

    balance: int = 0
    saturdays: int = 0
    length: int = 0
    instructors: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_rule.values())

    @property
    def by_rule(self) -> dict[Soft, int]:
        """The points of each rule."""
        return {Soft(field.name): getattr(self, field.name) for field in fields(self)}
