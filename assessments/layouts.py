"""Reports of who was in a call, as Zoom, Microsoft Teams and Google Meet let one download them.

None of the three documents its files to the letter. The layouts are those found in files that people
have published in the tests of their own readers, in English and, for Zoom, in Italian:

- Zoom, meeting report with one row for each time somebody joined. A first block about the meeting
  (`Meeting ID,Topic,Start Time,End Time,User Email,…`, newer `Topic,ID,Host,…`, `Argomento,ID,…`), then
  `Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent,In
  Waiting Room`; or both in every row, then `Email`, `E-mail` and `Nome (nome originale)` among others
  (headings also in github.com/microsoft/vivainsights_zoom_int, Admin/input/zoom_reports/README.md).
  The report of unique users has totals and no times (github.com/efalabrini/Asistentie): it is refused.
- Teams, UTF-16 with tabs (github.com/dvaneynde/teams-attendance): `1. Summary`, `2. Participants` (first
  join, last leave and a total), `3. In-Meeting Activities` with every interval, which is what counts. An
  older list has events, `Full Name`, `User Action` (Joined, Joined before, Left), `Timestamp`, and no
  departures when it is taken during the call.
- Meet, one row for each person: `First name,Last name,Email,Duration,Time joined,Time exited` or
  `Name,Email,…`, with or without a block about the meeting. Where its times have no day, the name of the
  file has it (`2021-05-04 09-00 Lesson.csv`).

The Italian headings of Teams and Meet were in no file found: they are assumed, and a file with others is
refused with the heading that was looked for.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from assessments.moments import Place
from courses import tables
from courses.reasons import Reason, Refused

LARGEST = 10 * 1024 * 1024  # bytes
ROWS = 20_000
HEAD = 200  # lines among which the first headings are
DELIMITERS = "\t;,"


class Platform(StrEnum):
    """What carries a call."""

    ZOOM = "zoom"
    TEAMS = "teams"
    MEET = "meet"


class Unreadable(StrEnum):
    """Why a file as a whole is not the report of this session."""

    NOT_CSV = "not_csv"
    UNKNOWN = "unknown"
    NO_COLUMN = "no_column"
    NO_TIMES = "no_times"
    NOBODY = "nobody"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    SEVERAL_MEETINGS = "several_meetings"
    OTHER_MEETING = "other_meeting"
    OTHER_DAY = "other_day"


class Field(StrEnum):
    """What a column, or a line above the table, is about."""

    NAME = "name"
    SURNAME = "surname"
    EMAIL = "email"
    JOINED = "joined"
    LEFT = "left"
    TOTAL = "total"
    WAITING = "waiting"
    ACTION = "action"
    MOMENT = "moment"
    MEETING = "meeting"
    TOPIC = "topic"
    STARTS = "starts"
    ENDS = "ends"


class Shape(StrEnum):
    """What one row of a table is."""

    INTERVALS = "intervals"
    EVENTS = "events"
    SPANS = "spans"  # first and last moment, with a total
    TOTALS = "totals"


Headings = dict[Field, tuple[str, ...]]

ABOUT: Headings = {
    Field.MEETING: ("meeting id", "id", "id riunione", "id della riunione", "webinar id"),
    Field.TOPIC: ("topic", "meeting title", "argomento", "titolo riunione", "titolo della riunione"),
    Field.STARTS: ("start time", "meeting start time", "ora di inizio", "ora di inizio della riunione"),
    Field.ENDS: ("end time", "meeting end time", "ora di fine", "ora di fine della riunione"),
}
EMAIL = ("user email", "email", "e-mail", "email dell'utente", "indirizzo e-mail", "posta elettronica")


@dataclass(frozen=True, slots=True)
class Layout:
    """A table of a platform: how its columns are called, and which of them it is known by."""

    platform: Platform
    shape: Shape
    headings: Headings
    needed: tuple[Field, ...]

    @property
    def denied(self) -> frozenset[Field]:
        """What a table of totals does not have: with one of two times it is another with one missing."""
        return frozenset({Field.JOINED, Field.LEFT} if self.shape is Shape.TOTALS else ())


ZOOM: Headings = {
    Field.NAME: ("name (original name)", "user name (original name)", "nome (nome originale)"),
    Field.EMAIL: EMAIL,
    Field.JOINED: ("join time", "ora di ingresso", "ora di entrata"),
    Field.LEFT: ("leave time", "ora di uscita"),
    Field.TOTAL: (
        "total duration (minutes)",
        "duration (minutes)",
        "durata totale (minuti)",
        "durata (minuti)",
    ),
    Field.WAITING: ("in waiting room", "in sala d'attesa"),
}
TEAMS: Headings = {
    Field.NAME: ("name", "full name", "nome", "nome completo"),
    Field.EMAIL: EMAIL,
    Field.JOINED: ("join time", "ora di partecipazione", "ora di ingresso", "ora di accesso"),
    Field.LEFT: ("leave time", "ora di uscita", "ora di abbandono"),
    Field.ACTION: ("user action", "azione utente", "azione dell'utente"),
    Field.MOMENT: ("timestamp", "data e ora", "data/ora"),
}
TEAMS_SPANS: Headings = TEAMS | {
    Field.JOINED: ("first join", "prima partecipazione", "primo ingresso", "primo accesso"),
    Field.LEFT: ("last leave", "ultima uscita", "ultimo abbandono"),
    Field.TOTAL: ("in-meeting duration", "durata riunione", "durata della riunione", "durata nella riunione"),
}
MEET: Headings = {
    Field.NAME: ("first name", "name", "nome"),
    Field.SURNAME: ("last name", "cognome"),
    Field.EMAIL: EMAIL,
    Field.JOINED: ("time joined", "ora di ingresso", "ora di partecipazione", "ora di accesso"),
    Field.LEFT: ("time exited", "ora di uscita"),
    Field.TOTAL: ("duration", "durata"),
}
MEET_ONE_NAME: Headings = MEET | {Field.JOINED: ("time joined",), Field.LEFT: ("time exited",)}

WHO_WHEN = (Field.NAME, Field.JOINED, Field.LEFT)
LAYOUTS = (
    Layout(Platform.ZOOM, Shape.INTERVALS, ZOOM, WHO_WHEN),
    Layout(Platform.ZOOM, Shape.TOTALS, ZOOM, (Field.NAME, Field.TOTAL)),
    Layout(Platform.MEET, Shape.SPANS, MEET, (*WHO_WHEN, Field.SURNAME, Field.TOTAL)),
    Layout(Platform.MEET, Shape.SPANS, MEET_ONE_NAME, (*WHO_WHEN, Field.TOTAL)),
    Layout(Platform.MEET, Shape.TOTALS, MEET, (Field.NAME, Field.SURNAME, Field.TOTAL)),
    Layout(Platform.TEAMS, Shape.INTERVALS, TEAMS, WHO_WHEN),
    Layout(Platform.TEAMS, Shape.EVENTS, TEAMS, (Field.NAME, Field.ACTION, Field.MOMENT)),
    Layout(Platform.TEAMS, Shape.SPANS, TEAMS_SPANS, (*WHO_WHEN, Field.TOTAL)),
)

NAMES = frozenset(name for layout in LAYOUTS for name in layout.headings[Field.NAME])
SECTION = re.compile(r"[0-9]+\. ?\D")
IN_UTC = re.compile(r" ?\((utc|gmt)\)$")


@dataclass(slots=True)
class Found:
    """A table of the file: where its headings stand and what is below them."""

    layout: Layout
    line: int
    headings: Sequence[str]
    columns: Mapping[Field, int]
    rows: list[Told] = field(default_factory=list)

    def column(self, wanted: Field) -> str:
        """Its heading as it is written; what an event says of when is under one heading."""
        at = self.columns.get(wanted, self.columns.get(Field.MOMENT))
        return "" if at is None else self.headings[at].strip()

    def place(self, told: Told, wanted: Field) -> Place:
        """Where a cell of a row stands."""
        return Place(told.line, self.column(wanted), told.get(wanted))


@dataclass(frozen=True, slots=True)
class Told:
    """A row as it is written."""

    line: int
    cells: Mapping[Field, str]

    def get(self, wanted: Field) -> str:
        """The text of a cell, empty where there is none."""
        return self.cells.get(wanted, "")


def recognise(text: str) -> Platform | None:
    """Whose report the text of a file looks like."""
    found = headings_in(text)
    return found[1].layout.platform if found else None


def refuse(code: Unreadable, **facts: object) -> Refused:
    """The refusal of a whole file."""
    return Refused(Reason(code, facts))


# From bytes to the table that counts.


def text_of(name: str, content: bytes) -> str:
    """The text of the file; Teams writes UTF-16, and some save it without its mark."""
    if len(content) > LARGEST:
        raise refuse(Unreadable.TOO_LARGE, megabytes=LARGEST // 1024**2)
    if content.startswith((tables.XLSX, tables.OLD_EXCEL)):
        raise refuse(Unreadable.NOT_CSV, name=name)
    if content[1:2] == content[3:4] == b"\0":
        content = b"\xff\xfe" + content
    text = tables.decoded(name, content)
    if not text.strip():
        raise tables.refuse(tables.Unreadable.EMPTY)
    said = tables.SAID.match(text)
    return text[said.end() :] if said else text


def records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of a text file with their numbers."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 0
    while True:
        line += 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise tables.refuse(tables.Unreadable.QUOTES, line=line) from error


def head_of(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Its first lines read with that delimiter, as far as they can be."""
    with suppress(Refused):
        yield from islice(records(text, delimiter), HEAD)


def headings_in(text: str) -> tuple[str, Found] | None:
    """The delimiter of the file, and the first table there is when it is read with it."""
    for delimiter in DELIMITERS:
        for line, cells in head_of(text, delimiter):
            if found := table_at(line, cells):
                return delimiter, found
    return None


def plain(heading: str) -> str:
    """A heading without what differs between files: case, blanks, the form of an apostrophe."""
    return " ".join(heading.replace("’", "'").replace("\ufeff", "").casefold().split())


def names_of(cells: Sequence[str]) -> list[str]:
    """What may be headings, as the layouts spell them."""
    return [IN_UTC.sub("", name) if name.endswith(")") else name for name in map(plain, cells)]


def table_at(line: int, cells: Sequence[str]) -> Found | None:
    """The table that has these headings, if they are any."""
    if len(cells) < 3:
        return None
    names = names_of(cells)
    if NAMES.isdisjoint(names):
        return None
    for layout in LAYOUTS:
        columns = columns_of(layout.headings, names)
        if all(wanted in columns for wanted in layout.needed) and not layout.denied.intersection(columns):
            about = columns_of(ABOUT, names[: columns[Field.NAME]])
            return Found(layout, line, cells, {**about, **columns})
    return None


def columns_of(headings: Headings, names: Sequence[str]) -> dict[Field, int]:
    """Where each column stands. What is said of the meeting in every row stands before what counts."""
    return {
        wanted: position
        for wanted, spellings in headings.items()
        for position, name in enumerate(names)
        if name in spellings
    }


def table_in(text: str) -> tuple[dict[Field, Place], Found]:
    """What the file says of the meeting as a whole, and the table with the intervals."""
    head = headings_in(text)
    if not head:
        raise unknown(text)
    about: dict[Field, Place] = {}
    found: list[Found] = []
    open_table: Found | None = None
    above: list[tuple[int, list[str]]] = []
    for line, cells in records(text, head[0]):
        filled = [cell for cell in cells if cell.strip()]
        if table := table_at(line, cells):
            about = about or said_above(above)
            found.append(table)
            open_table = table
        elif not found:
            above.append((line, cells))
        elif len(filled) == 1 and SECTION.match(filled[0].strip()):
            open_table = None
        elif filled and open_table:
            if len(open_table.rows) == ROWS:
                raise refuse(Unreadable.TOO_MANY_ROWS, rows=ROWS)
            open_table.rows.append(told(line, cells, open_table.columns))
    return about, best(found)


def told(line: int, cells: Sequence[str], columns: Mapping[Field, int]) -> Told:
    """A row by the meaning of its columns."""
    known = {wanted: cells[at].strip() for wanted, at in columns.items() if at < len(cells)}
    return Told(line, {wanted: cell for wanted, cell in known.items() if cell})


def best(found: Sequence[Found]) -> Found:
    """The table that says most, which must be the only one of its kind: else there are two meetings."""
    shapes = list(Shape)
    table = min(found, key=lambda one: shapes.index(one.layout.shape))
    same = [one for one in found if one.layout.shape is table.layout.shape]
    if len(same) > 1:
        raise refuse(Unreadable.SEVERAL_MEETINGS, line=same[1].line)
    if table.layout.shape is Shape.TOTALS:
        raise refuse(Unreadable.NO_TIMES, line=table.line, platform=table.layout.platform)
    return table


def said_above(lines: Iterable[tuple[int, Sequence[str]]]) -> dict[Field, Place]:
    """What the block above the table says: a heading beside its value, or a row of them above theirs."""
    said: dict[Field, Place] = {}
    headings: Sequence[str] = ()
    columns: dict[Field, int] = {}
    for line, cells in lines:
        for wanted, at in columns.items():
            if at < len(cells):
                said[wanted] = Place(line, headings[at].strip(), cells[at].strip())
        headings = cells
        columns = columns_of(ABOUT, [plain(cell).rstrip(":") for cell in cells])
        if len(columns) == 1 and len(cells) > 1 and 0 in columns.values():
            (wanted,) = columns
            said[wanted] = Place(line, cells[0].strip(), cells[1].strip())
            columns = {}
    return {wanted: place for wanted, place in said.items() if place.cell}


def unknown(text: str) -> Refused:
    """Which column the file lacks for the layout it comes nearest to, or that it is like none."""
    lacking = [
        (len(missing), -len(columns), line, layout, missing)
        for delimiter in DELIMITERS
        for line, cells in head_of(text, delimiter)
        for layout in LAYOUTS
        if len(columns := columns_of(layout.headings, names_of(cells))) > 1
        and (missing := [wanted for wanted in layout.needed if wanted not in columns])
    ]
    if not lacking:
        return refuse(Unreadable.UNKNOWN, line=1)
    *_, line, layout, missing = min(lacking, key=lambda one: one[:3])
    column = layout.headings[missing[0]][0]
    return refuse(Unreadable.NO_COLUMN, line=line, column=column, platform=layout.platform)
