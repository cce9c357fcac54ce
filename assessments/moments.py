"""Moments as the reports of platforms write them, which is as the language of whoever downloads wants.

`7/22/26, 7:02:11 PM`, `30/01/2025 06:58:59 PM`, `13.09.2022, 17:30:21`, `2026-05-25 11:01:14`,
`2026-06-10T09:00:00Z`, `Aug 12, 2026 10:00 AM`, and `18:02` without a day. AM and PM say nothing of the
order of day and month: an Italian Zoom writes both orders with them. So the order is that in which all
days of a file exist and, where that leaves two, the one that puts some of them on the day of the session.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum

from courses.reasons import Reason, Refused

LONGEST = 60  # characters

Numbers = tuple[int, int, int]  # two of which nobody knows yet which is the month, and the year


class Order(StrEnum):
    """What the first of the two numbers is."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class Undecided(StrEnum):
    """Why the order of day and month cannot be known."""

    EITHER_ORDER = "either_order"
    BOTH_ORDERS = "both_orders"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: `line` counts from 1, `column` is its heading."""

    line: int
    column: str
    cell: str

    @property
    def facts(self) -> dict[str, object]:
        """For the sentence of a reason."""
        return {"line": self.line, "column": self.column, "cell": self.cell[:40]}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a cell says: a clock, a day or numbers that may be one, and a zone if it names one."""

    clock: time
    day: date | None = None
    numbers: Numbers | None = None
    zone: tzinfo | None = None

    @property
    def dated(self) -> bool:
        """Whether it says anything of the day."""
        return bool(self.day or self.numbers)


_CLOCK = re.compile(
    r"(?P<day>.*?)[,\sT]*"
    r"(?<![0-9])(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{2})([:.](?P<second>[0-9]{2})([.,][0-9]{1,9})?)?"
    r"\s*(?P<half>[AP])?(?(half)\.?\s?M\.?)"
    r"\s*(?P<zone>Z|(UTC|GMT)?(?P<offset>[+-][0-9]{2}:?[0-9]{2})|UTC|GMT)?",
    re.IGNORECASE,
)
_ISO = re.compile(r"(?P<year>[0-9]{4})([-/.])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})")
_NUMBERS = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_NAMED = (
    re.compile(r"(?P<month>[a-z]{3,9})\.? (?P<day>[0-9]{1,2}),? (?P<year>[0-9]{4})", re.IGNORECASE),
    re.compile(r"(?P<day>[0-9]{1,2}) (?P<month>[a-z]{3,9})\.?,? (?P<year>[0-9]{4})", re.IGNORECASE),
)
_MONTHS = {
    name: number
    for names in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "gen feb mar apr mag giu lug ago set ott nov dic",
    )
    for number, name in enumerate(names.split(), 1)
}


def stamp_in(cell: str) -> Stamp | None:
    """What `cell` says, or None where it says no moment."""
    found = _CLOCK.fullmatch(cell.strip()) if len(cell) <= LONGEST else None
    clock = _clock(found) if found else None
    if not found or clock is None:
        return None
    zone = _zone(found["zone"], found["offset"])
    text = " ".join(found["day"].split())
    if not text:
        return Stamp(clock, zone=zone)
    if numbers := _NUMBERS.fullmatch(text):
        first, second, year = int(numbers[1]), int(numbers[3]), int(numbers[4])
        read = (first, second, year + 2000 * (year < 100))
        return Stamp(clock, numbers=read, zone=zone) if any(_read(read, order) for order in Order) else None
    day = _day(text)
    return Stamp(clock, day=day, zone=zone) if day else None


def _clock(found: re.Match[str]) -> time | None:
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (found["half"] in "Pp")
    try:
        return time(hour, int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        return None


def _zone(name: str | None, offset: str | None) -> tzinfo | None:
    if not name:
        return None
    if not offset:
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    ahead = timedelta(hours=min(hours, 23), minutes=min(minutes, 59))
    return timezone(-ahead if offset[0] == "-" else ahead)


def _day(text: str) -> date | None:
    if iso := _ISO.fullmatch(text):
        return _date(int(iso["year"]), int(iso["month"]), int(iso["day"]))
    named = next(filter(None, (spelling.fullmatch(text) for spelling in _NAMED)), None)
    month = _MONTHS.get(named["month"][:3].lower()) if named else None
    return _date(int(named["year"]), month, int(named["day"])) if named and month else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read(numbers: Numbers, order: Order) -> date | None:
    first, second, year = numbers
    return _date(year, second, first) if order is Order.DAY_FIRST else _date(year, first, second)


def order_of(days: Mapping[Numbers, Place], *, on: date) -> Order:
    """The order in which the days of a file are written, for a session on that day; else `Refused`.

    Each of its different days comes with a place to be named in a refusal.
    """
    possible = [order for order in Order if all(_read(numbers, order) for numbers in days)]
    if not possible:
        against = [
            next(place for numbers, place in days.items() if not _read(numbers, order)) for order in Order
        ]
        raise Refused(Reason(Undecided.BOTH_ORDERS, max(against).facts))
    if len({tuple(_read(numbers, order) for numbers in days) for order in possible}) > 1:
        fitting = [order for order in Order if any(_read(numbers, order) == on for numbers in days)]
        if len(fitting) > 1:
            raise Refused(Reason(Undecided.EITHER_ORDER, min(days.values()).facts))
        possible = fitting or possible  # in neither is anything of that day: then it does not matter
    return possible[0]


def day_of(stamp: Stamp, order: Order) -> date | None:
    """The day it names; None when it names none, or one that is none in that order."""
    return _read(stamp.numbers, order) if stamp.numbers else stamp.day


def moment_of(stamp: Stamp, order: Order, *, on: date, zone: tzinfo) -> datetime | None:
    """The moment (UTC); without a day it is on that of the session, without a zone in `zone`.

    None in the hours that the change of the clocks skips or repeats.
    """
    local = datetime.combine(day_of(stamp, order) or on, stamp.clock, stamp.zone or zone)
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        return None
    return local.astimezone(UTC)
