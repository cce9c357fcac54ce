"""Who was in a call and when, from the report that Zoom, Microsoft Teams or Google Meet gives of it.

What one row holds never spoils another: it is left out and named. A doubt about the whole file refuses
it. Where a layout tells only when somebody first came and last went, the total beside it proves that they
stayed; who was away in between is left out, since nobody is credited with minutes they were not there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from assessments.layouts import (
    IN_UTC,
    Field,
    Found,
    Platform,
    Shape,
    Told,
    Unreadable,
    plain,
    recognise,
    refuse,
    table_in,
    text_of,
)
from assessments.moments import Numbers, Place, day_of, moment_of, order_of, stamp_in
from courses.reasons import Reason, Refused
from courses.workdays import ROME

__all__ = ["LeftOut", "Platform", "Report", "Row", "Unfit", "Unreadable", "read", "recognise"]

LONGEST = 200  # characters of a name
ROUNDING = timedelta(minutes=2)  # two times and a total, each cut to the minute

JOINED = frozenset({"joined", "joined before", "partecipazione", "ingresso", "entrato", "entrata"})
LEFT = frozenset({"left", "uscita", "uscito", "abbandonata", "ha abbandonato"})
YES = frozenset({"yes", "y", "true", "si", "sì"})


class Unfit(StrEnum):
    """Why one row says nothing of a presence."""

    NO_NAME = "no_name"
    NO_JOIN = "no_join"
    NO_LEAVE = "no_leave"
    NO_MOMENT = "no_moment"
    NO_ACTION = "no_action"
    NO_TOTAL = "no_total"
    CLOCKS_CHANGE = "clocks_change"
    REVERSED = "reversed"
    INSTANT = "instant"
    INTERRUPTED = "interrupted"
    TWICE = "twice"
    WAITING_ROOM = "waiting_room"
    OTHER_DAY = "other_day"
    OTHER_MEETING = "other_meeting"


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody was in the call from one moment to another (UTC); `line` as a spreadsheet numbers it."""

    line: int
    name: str
    email: str
    joined_at: datetime
    left_at: datetime


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that does not count, and why: its reason names line, column and cell."""

    line: int
    name: str
    email: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Report:
    """What a file says. `dated` tells whether it says itself of which day it is."""

    platform: Platform
    meeting_id: str | None
    topic: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    rows: tuple[Row, ...]
    left_out: tuple[LeftOut, ...]
    dated: bool


def read(
    name: str, content: bytes, *, on: date, zone: tzinfo = ROME, meeting_id: str | None = None
) -> Report:
    """The report in the file `content` that its owner calls `name`, of a session on that day.

    Times are of `zone` unless the file says otherwise. Where it names the meeting, that must be
    `meeting_id` if one is given. `Refused` with the reasons, which may be those of `courses.tables`.
    """
    about, table = table_in(text_of(name, content))
    spells = spells_in(table) if table.layout.shape is Shape.EVENTS else table.rows
    if not spells:
        raise refuse(Unreadable.NOBODY, line=table.line)
    expected = identity(meeting_id or "")
    agree_on_the_meeting(about, table, spells, expected)
    reading = Reading(table, about, spells, on=on, zone=zone, expected=expected)
    if not reading.dated and (said := DAY.match(name)) and said[0] != f"{on:%Y-%m-%d}":
        raise refuse(Unreadable.OTHER_DAY, line=table.line, column="", cell=said[0])
    return reading.report()


DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def identity(meeting: str) -> str:
    """A meeting's number or code, however it is grouped."""
    return re.sub(r"[\s-]", "", meeting).casefold()


def agree_on_the_meeting(
    about: Mapping[Field, Place], table: Found, spells: Iterable[Told], expected: str
) -> None:
    """Refuse the report of another meeting, and one of several where it is not known which is meant."""
    if expected and Field.MEETING in about and identity(about[Field.MEETING].cell) != expected:
        raise Refused(Reason(Unreadable.OTHER_MEETING, about[Field.MEETING].facts))
    first: str | None = None
    for told in spells:
        meeting = identity(told.get(Field.MEETING))
        first = first if first is not None else meeting
        if not expected and meeting != first:
            place = table.place(told, Field.MEETING)
            raise Refused(Reason(Unreadable.SEVERAL_MEETINGS, place.facts))


class Reading:
    """One file being read: what is known of it as a whole, and the judgement on each of its rows."""

    def __init__(
        self,
        table: Found,
        about: Mapping[Field, Place],
        spells: Sequence[Told],
        *,
        on: date,
        zone: tzinfo,
        expected: str,
    ) -> None:
        self.table, self.about, self.spells = table, about, spells
        self.on, self.local, self.expected = on, zone, expected
        self.zone = UTC if IN_UTC.search(plain(table.column(Field.JOINED))) else zone
        self.dated = False
        days: dict[Numbers, Place] = {}
        for place in self.moments():
            if stamp := stamp_in(place.cell):
                self.dated = self.dated or stamp.dated
                if stamp.numbers:
                    days.setdefault(stamp.numbers, place)
        self.order = order_of(days, on=on)

    def moments(self) -> Iterable[Place]:
        """Every cell that holds a moment which counts."""
        for told in self.spells:
            for wanted in (Field.JOINED, Field.LEFT):
                if wanted in told.cells:
                    yield self.table.place(told, wanted)

    def report(self) -> Report:
        """What all rows say together."""
        rows: dict[tuple[str, str, datetime, datetime], Row] = {}
        left_out: list[LeftOut] = []
        for told in self.spells:
            name, email = name_in(told), email_in(told)
            verdict = self.judged(told, name, email)
            if isinstance(verdict, Row):
                key = name, email, verdict.joined_at, verdict.left_at
                if key not in rows:
                    rows[key] = verdict
                    continue
                verdict = Reason(Unfit.TWICE, {"line": told.line, "first": rows[key].line})
            left_out.append(LeftOut(told.line, name, email, verdict))
        if not rows:
            refuse_for_all(left_out)
        said = self.said({row.line for row in rows.values()})
        return Report(
            self.table.layout.platform,
            said[Field.MEETING].cell if Field.MEETING in said else None,
            said[Field.TOPIC].cell[:LONGEST] if Field.TOPIC in said else None,
            self.moment_said(said.get(Field.STARTS)),
            self.moment_said(said.get(Field.ENDS)),
            tuple(rows.values()),
            tuple(left_out),
            self.dated,
        )

    def judged(self, told: Told, name: str, email: str) -> Row | Reason:
        """What a row says, or why that is nothing."""
        if reason := self.beside_the_point(told, name, email):
            return reason
        joined = self.moment(told, Field.JOINED, Unfit.NO_JOIN)
        if isinstance(joined, Reason):
            return joined
        if joined.astimezone(self.local).date() != self.on:
            return self.reason(Unfit.OTHER_DAY, told, Field.JOINED)
        left = self.moment(told, Field.LEFT, Unfit.NO_LEAVE)
        if isinstance(left, Reason):
            return left
        if left <= joined:
            return self.reason(Unfit.REVERSED if left < joined else Unfit.INSTANT, told, Field.LEFT)
        if self.table.layout.shape is Shape.SPANS:
            total = duration_in(told.get(Field.TOTAL))
            if total is None:
                return self.reason(Unfit.NO_TOTAL, told, Field.TOTAL)
            if left - joined - total > ROUNDING:
                return self.reason(Unfit.INTERRUPTED, told, Field.TOTAL)
        return Row(told.line, name, email, joined, left)

    def beside_the_point(self, told: Told, name: str, email: str) -> Reason | None:
        """Why a row does not count whatever its times are."""
        if not name and not email:
            return self.reason(Unfit.NO_NAME, told, Field.NAME)
        if plain(told.get(Field.WAITING)) in YES:
            return self.reason(Unfit.WAITING_ROOM, told, Field.WAITING)
        if Field.ACTION in told.cells and plain(told.get(Field.ACTION)) not in JOINED | LEFT:
            return self.reason(Unfit.NO_ACTION, told, Field.ACTION)
        if self.expected and identity(told.get(Field.MEETING)) not in ("", self.expected):
            return self.reason(Unfit.OTHER_MEETING, told, Field.MEETING)
        return None

    def moment(self, told: Told, wanted: Field, missing: Unfit) -> datetime | Reason:
        """The moment in a cell. Only Meet writes times without a day."""
        if wanted not in told.cells:
            return self.reason(missing, told, wanted)
        stamp = stamp_in(told.cells[wanted])
        if not stamp or not (stamp.dated or self.table.layout.platform is Platform.MEET):
            return self.reason(Unfit.NO_MOMENT, told, wanted)
        if stamp.numbers and not day_of(stamp, self.order):
            return self.reason(Unfit.NO_MOMENT, told, wanted)
        moment = moment_of(stamp, self.order, on=self.on, zone=self.zone)
        return moment or self.reason(Unfit.CLOCKS_CHANGE, told, wanted)

    def reason(self, code: Unfit, told: Told, wanted: Field) -> Reason:
        """`code` with the place it is about."""
        return Reason(code, self.table.place(told, wanted).facts)

    def said(self, counted: set[int]) -> Mapping[Field, Place]:
        """What is known of the meeting: said above the table, or in each of the rows that count."""
        told = next((told for told in self.spells if told.line in counted), self.spells[0])
        about = (Field.MEETING, Field.TOPIC, Field.STARTS, Field.ENDS)
        return {wanted: self.table.place(told, wanted) for wanted in about if wanted in told.cells} | {
            **self.about
        }

    def moment_said(self, place: Place | None) -> datetime | None:
        """The moment the file says the meeting began or ended at, if it can be read."""
        stamp = stamp_in(place.cell) if place else None
        if not stamp or (stamp.numbers and not day_of(stamp, self.order)):
            return None
        return moment_of(stamp, self.order, on=self.on, zone=self.zone)


def refuse_for_all(left_out: Iterable[LeftOut]) -> None:
    """Refuse the whole file where every row that might count is of another day, or another meeting."""
    reasons = [one.reason for one in left_out if one.reason.code is not Unfit.WAITING_ROOM]
    for code, whole in (
        (Unfit.OTHER_DAY, Unreadable.OTHER_DAY),
        (Unfit.OTHER_MEETING, Unreadable.OTHER_MEETING),
    ):
        if reasons and all(reason.code is code for reason in reasons):
            raise Refused(Reason(whole, reasons[0].facts))


def name_in(told: Told) -> str:
    """The name a row shows, without what cannot be seen: it is what a stranger typed."""
    shown = " ".join(f"{told.get(Field.NAME)} {told.get(Field.SURNAME)}".split())
    seen = (
        letter for letter in unicodedata.normalize("NFC", shown) if unicodedata.category(letter)[0] != "C"
    )
    return "".join(seen)[:LONGEST].strip()


def email_in(told: Told) -> str:
    """The address in a row, empty where what stands there is none."""
    email = told.get(Field.EMAIL)
    return email if "@" in email and len(email) <= LONGEST else ""


DURATION = re.compile(
    r"((?P<hours>[0-9]{1,3}) ?(h|hr|hrs|hours?|ora|ore|o)\.?)?"
    r" ?((?P<minutes>[0-9]{1,4}) ?(m|min|mins|minutes?|minuto|minuti)\.?)?"
    r" ?((?P<seconds>[0-9]{1,5}) ?(s|sec|secs|seconds?|secondo|secondi)\.?)?"
    r"|(?P<h>[0-9]{1,3}):(?P<m>[0-9]{2}):(?P<s>[0-9]{2})"
)
UNITS = (("hours", "h"), ("minutes", "m"), ("seconds", "s"))


def duration_in(cell: str) -> timedelta | None:
    """What `1h 27m 51s`, `1 hr 2 min`, `58 min` or `1:27:51` is long; a bare number has no unit."""
    found = DURATION.fullmatch(plain(cell))
    if not cell or not found:
        return None
    hours, minutes, seconds = (int(found[long] or found[short] or 0) for long, short in UNITS)
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def spells_in(table: Found) -> list[Told]:
    """Arrivals and departures put together, person by person in the order of the file.

    An arrival after which the same person arrives again has no departure: one of the two does not count.
    """
    here: dict[tuple[str, str], int] = {}
    spells: list[Told] = []
    for row in table.rows:
        key = row.get(Field.NAME), row.get(Field.EMAIL)
        action, moment = plain(row.get(Field.ACTION)), row.get(Field.MOMENT)
        if action in LEFT and key in here:
            at = here.pop(key)
            spells[at] = Told(spells[at].line, {**spells[at].cells, Field.LEFT: moment})
            continue
        if action in JOINED:
            here[key] = len(spells)
        arrived = Field.LEFT if action in LEFT else Field.JOINED
        spells.append(Told(row.line, {**row.cells, arrived: moment}))
    return spells
