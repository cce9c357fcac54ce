"""On which days the Academy may hold sessions, and which instants its local times are.

National holidays, the patron saint of each hub's town and the Academy's own closures. The table
is ours because the library `holidays` costs every process 46 MB and 0.7 s of CPU; the tests hold
it against that library.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from courses.reasons import Reason, Refused

ROME = ZoneInfo("Europe/Rome")
SATURDAY, SUNDAY = 5, 6

Name = tuple[str, str]  # in Italian and in English

_EASTER_MONDAY: Name = ("Lunedì dell’Angelo", "Easter Monday")
_NATIONAL: dict[tuple[int, int], Name] = {
    (1, 1): ("Capodanno", "New Year’s Day"),
    (1, 6): ("Epifania", "Epiphany"),
    (4, 25): ("Festa della Liberazione", "Liberation Day"),
    (5, 1): ("Festa del Lavoro", "Labour Day"),
    (6, 2): ("Festa della Repubblica", "Republic Day"),
    (8, 15): ("Assunzione di Maria", "Assumption of Mary"),
    (11, 1): ("Ognissanti", "All Saints’ Day"),
    (12, 8): ("Immacolata Concezione", "Immaculate Conception"),
    (12, 25): ("Natale", "Christmas Day"),
    (12, 26): ("Santo Stefano", "Saint Stephen’s Day"),
}
_SAINT_FRANCIS: Name = ("San Francesco d’Assisi", "Saint Francis of Assisi")
_SAINT_FRANCIS_SINCE = 2026
# By province, for the ten hubs. A hub elsewhere enters its patron saint as a closure.
_PATRONS: dict[str, tuple[int, int, Name]] = {
    "TO": (6, 24, ("San Giovanni Battista", "Saint John the Baptist")),
    "MI": (12, 7, ("Sant’Ambrogio", "Saint Ambrose")),
    "BO": (10, 4, ("San Petronio", "Saint Petronius")),
    "PD": (6, 13, ("Sant’Antonio di Padova", "Saint Anthony of Padua")),
    "FI": (6, 24, ("San Giovanni Battista", "Saint John the Baptist")),
    "NA": (9, 19, ("San Gennaro", "Saint Januarius")),
    "CH": (5, 11, ("San Giustino", "Saint Justin of Chieti")),
    "BA": (12, 6, ("San Nicola", "Saint Nicholas")),
    "PZ": (5, 30, ("San Gerardo", "Saint Gerard of Potenza")),
    "CT": (2, 5, ("Sant’Agata", "Saint Agatha")),
}


class Closed(StrEnum):
    """Why no session may be held."""

    SUNDAY = "sunday"
    HOLIDAY = "holiday"
    CLOSURE = "closure"


class NoInstant(StrEnum):
    """Why a local time is not an instant."""

    SKIPPED = "skipped"
    TWICE = "twice"


class Half(StrEnum):
    """The two halves of a working day."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


@dataclass(frozen=True, slots=True)
class Closure:
    """Days, first and last included, on which the Academy, a hub or an edition holds no session.

    With a `half`, only that half of each day.
    """

    first: date
    last: date
    reason_it: str
    reason_en: str
    half: Half | None = None

    def covers(self, day: date, half: Half | None) -> bool:
        """Whether `day`, or only its `half`, is closed by this."""
        return self.first <= day <= self.last and self.half in (None, half)


@dataclass(frozen=True, slots=True)
class Workdays:
    """The days of one hub, given by its province ("TO"), with the closures that concern it."""

    province: str
    closures: tuple[Closure, ...] = ()

    def closed(self, day: date, half: Half | None = None) -> Reason | None:
        """Why a day, or one half of it, is closed; None when it is open."""
        if day.weekday() == SUNDAY:
            return Reason(Closed.SUNDAY, {"day": day})
        if name := holiday(day, self.province):
            return _reason(Closed.HOLIDAY, day, name)
        for closure in self.closures:
            if closure.covers(day, half):
                return _reason(Closed.CLOSURE, day, (closure.reason_it, closure.reason_en))
        return None

    def is_open(self, day: date) -> bool:
        """Whether sessions may be held on a day: Monday to Saturday, no holiday, no closure."""
        return self.closed(day) is None

    def next_open(self, day: date, *, weekday: int | None = None) -> date:
        """The first open day on or after `day`, of one weekday (Monday is 0) if given."""
        while not self.is_open(day) or weekday not in (None, day.weekday()):
            day += timedelta(days=1)
        return day

    def next_working(self, day: date) -> date:
        """The first day on or after `day` on which the office works: open and not a Saturday."""
        while not self.is_open(day) or day.weekday() == SATURDAY:
            day += timedelta(days=1)
        return day


def _reason(code: Closed, day: date, name: Name) -> Reason:
    return Reason(code, {"day": day, "name_it": name[0], "name_en": name[1]})


def holiday(day: date, province: str = "") -> Name | None:
    """The name of the public holiday on a day in a province, in Italian and English."""
    if name := _NATIONAL.get((day.month, day.day)):
        return name
    if day == _easter(day.year) + timedelta(days=1):
        return _EASTER_MONDAY
    if (day.month, day.day) == (10, 4) and day.year >= _SAINT_FRANCIS_SINCE:
        return _SAINT_FRANCIS
    month, of_month, name = _PATRONS.get(province, (0, 0, ("", "")))
    return name if (day.month, day.day) == (month, of_month) else None


@cache
def _easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    moon = (19 * golden + century - leaps - (8 * century + 13) // 25 + 15) % 30
    sunday = (32 + 2 * rest + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def usual_closures(first: date, last: date) -> tuple[Closure, ...]:
    """The Academy's usual closures that touch a span of days: year's end, Holy Week, summer."""
    return tuple(
        closure
        for year in range(first.year - 1, last.year + 1)
        for closure in _closures_of(year)
        if closure.first <= last and first <= closure.last
    )


def _closures_of(year: int) -> Iterator[Closure]:
    sunday = _easter(year)
    holy_week = sunday - timedelta(days=3), sunday - timedelta(days=1)
    yield Closure(*holy_week, "Settimana Santa", "Holy Week")
    yield Closure(date(year, 8, 1), date(year, 9, 5), "Chiusura estiva", "Summer closure")
    year_end = date(year, 12, 23), date(year + 1, 1, 7)
    yield Closure(*year_end, "Chiusura di fine anno", "Year-end closure")


def instant(day: date, at: time) -> datetime:
    """The instant, in UTC, that clocks in Rome show as `at` on `day`.

    `Refused` for a time that the change of the clocks skips (02:30 on 27 March 2022) or shows
    twice (02:30 on 30 October 2022).
    """
    local = datetime.combine(day, at.replace(fold=0), tzinfo=ROME)
    before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
    if before != after and before is not None and after is not None:
        code = NoInstant.SKIPPED if before < after else NoInstant.TWICE
        raise Refused(Reason(code, {"day": day, "at": at}))
    return local.astimezone(UTC)
