"""Scores in a spreadsheet: what each row says and of whom, and what taking it over would change.

People are found by e-mail; a name alone counts only where it is letter by letter that of exactly one
person. Nothing is guessed, an empty cell takes nothing away, and what somebody typed by hand is
replaced only where that is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assessments.marking import ATTEMPTS, Result, Scale, read
from assessments.matching import Entry, Ground, key_of, whose_of
from courses.reasons import Reason, Refused
from courses.tables import Table

MOST = 12_000  # rows of one file


class Column(StrEnum):
    """What a column holds."""

    EMAIL = "email"
    NAME = "name"
    FIRST = "first"
    LAST = "last"
    MODULE = "module"
    ATTEMPT = "attempt"
    SCORE = "score"


# As people head them, in either language; without case, accents and punctuation.
HEADINGS: Mapping[Column, Collection[str]] = {
    Column.EMAIL: {"e mail", "email", "mail", "indirizzo e mail", "indirizzo email", "posta elettronica"},
    Column.NAME: {
        "nome e cognome",
        "cognome e nome",
        "nominativo",
        "partecipante",
        "participant",
        "full name",
    },
    Column.FIRST: {"nome", "name", "first name", "given name"},
    Column.LAST: {"cognome", "surname", "last name", "family name"},
    Column.MODULE: {"modulo", "codice modulo", "module", "module code"},
    Column.ATTEMPT: {"prova", "tentativo", "attempt"},
    Column.SCORE: {"voto", "esito", "punteggio", "risultato", "score", "mark", "grade", "result"},
}


class Fault(StrEnum):
    """Why a file is no list of scores."""

    NO_SCORES = "no_scores"
    NO_PEOPLE = "no_people"
    NO_MODULES = "no_modules"
    TWO_COLUMNS = "two_columns"


class Verdict(StrEnum):
    """What becomes of a row."""

    CHANGE = "change"
    SAME = "same"
    BY_HAND = "by_hand"
    EMPTY = "empty"
    REFUSED = "refused"


class Why(StrEnum):
    """Why a row is refused; beside these, the reasons of `marking.Unreadable`."""

    NOBODY = "nobody"
    SEVERAL = "several"
    ANOTHER = "another"
    UNKNOWN_MODULE = "unknown_module"
    UNKNOWN_ATTEMPT = "unknown_attempt"
    NOT_SITTING = "not_sitting"
    NOT_YET = "not_yet"
    FINAL = "final"
    PUBLISHED = "published"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a score goes: a participant's attempt of a test."""

    enrollment: int
    test: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What a place holds now; `typed` by hand, or `settled` for a reason that it cannot change."""

    result: Result | None = None
    typed: bool = False
    settled: Why | None = None


@dataclass(frozen=True, slots=True)
class Sat:
    """A test a file may speak of: its key, what it is called, what it is marked in."""

    key: int
    names: tuple[str, ...]
    scale: Scale


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file as text; `name` is whatever names the person beside the address."""

    line: int
    email: str
    name: str
    module: str
    attempt: str
    typed: str


@dataclass(frozen=True, slots=True)
class Told:
    """A row with what becomes of it. `why` only where it is refused; `then` is what the file says."""

    line: Line
    verdict: Verdict
    place: Place | None = None
    now: Result | None = None
    then: Result | None = None
    why: Reason | None = None


def lines_of(table: Table, *, one_test: bool) -> tuple[Line, ...]:
    """The rows of a list of scores; `Refused` where it has no column for who, what, or which module."""
    found = columns_of(table.columns)
    faults = []
    if Column.SCORE not in found:
        faults.append(Reason(Fault.NO_SCORES, {"columns": ", ".join(table.columns)}))
    if not {Column.EMAIL, Column.NAME, Column.LAST} & found.keys():
        faults.append(Reason(Fault.NO_PEOPLE, {"columns": ", ".join(table.columns)}))
    if not one_test and Column.MODULE not in found:
        faults.append(Reason(Fault.NO_MODULES, {"columns": ", ".join(table.columns)}))
    if faults:
        raise Refused(*faults)

    def cell(row: Mapping[str, str], *columns: Column) -> str:
        return " ".join(row[found[column]] for column in columns if column in found).strip()

    return tuple(
        Line(
            row.line,
            cell(row.cells, Column.EMAIL),
            cell(row.cells, Column.NAME) or cell(row.cells, Column.FIRST, Column.LAST),
            cell(row.cells, Column.MODULE),
            cell(row.cells, Column.ATTEMPT),
            cell(row.cells, Column.SCORE),
        )
        for row in table.rows
    )


def columns_of(names: Iterable[str]) -> dict[Column, str]:
    """Which column is headed how; two that hold the same are refused."""
    found: dict[Column, str] = {}
    for name in names:
        heading = " ".join(words_of(name))
        for column, headings in HEADINGS.items():
            if heading in headings:
                if column in found:
                    raise Refused(Reason(Fault.TWO_COLUMNS, {"one": found[column], "other": name}))
                found[column] = name
    return found


def words_of(text: str) -> list[str]:
    """The words of a heading, in their order, as `matching` compares names."""
    return [word for part in text.split() for word in key_of(part.replace("-", " "))]


def ignored(names: Iterable[str]) -> list[str]:
    """Columns of a file that nobody reads."""
    names = list(names)
    read_ones = columns_of(names).values()
    return [name for name in names if name not in read_ones]


def judge(
    lines: Sequence[Line],
    *,
    people: Sequence[Entry],
    tests: Sequence[Sat],
    attempt: int,
    standings: Mapping[Place, Standing],
) -> tuple[Told, ...]:
    """What becomes of each line, in their order.

    `standings` has every place that a score may go to. Of one test its lines need no module;
    `attempt` is that of lines that do not say theirs. What two lines give one place is refused twice,
    unless they agree.
    """
    whose = whose_of(people)
    by_name = {name.casefold(): test for test in tests for name in test.names}

    def told(line: Line) -> Told:
        test = tests[0] if len(tests) == 1 and not line.module else by_name.get(line.module.casefold())
        if test is None:
            return refused(line, Why.UNKNOWN_MODULE, module=line.module)
        number = line.attempt or str(attempt)
        if number not in {str(one) for one in range(1, ATTEMPTS + 1)}:
            return refused(line, Why.UNKNOWN_ATTEMPT, attempt=line.attempt)
        ground, candidates = whose(line.name, line.email)
        if ground not in (Ground.EMAIL, Ground.NAME):
            return refused(line, GROUNDS.get(ground, Why.NOBODY))
        place = Place(candidates[0], test.key, int(number))
        if place not in standings:
            return refused(line, Why.NOT_SITTING)
        return of_place(line, place, standings[place], test.scale)

    everything = [told(line) for line in lines]
    asked = Counter(
        (one.place, one.then) for one in everything if one.place and one.verdict is not Verdict.EMPTY
    )
    several = {place for place, number in Counter(place for place, _ in asked).items() if number > 1}
    return tuple(
        refused(one.line, Why.TWICE) if one.place in several and one.verdict is not Verdict.EMPTY else one
        for one in everything
    )


GROUNDS = {
    Ground.SAME_NAME: Why.SEVERAL,
    Ground.SHARED_EMAIL: Why.SEVERAL,
    Ground.NAME_OF_ANOTHER: Why.ANOTHER,
}


def of_place(line: Line, place: Place, standing: Standing, scale: Scale) -> Told:
    """What becomes of a line whose place is known."""
    try:
        then = read(line.typed, scale)
    except Refused as fault:
        return Told(line, Verdict.REFUSED, place, standing.result, why=fault.reasons[0])
    now = standing.result
    if then is None:
        return Told(line, Verdict.EMPTY, place, now)
    if then == now:
        return Told(line, Verdict.SAME, place, now, then)
    if standing.settled:
        return Told(line, Verdict.REFUSED, place, now, then, Reason(standing.settled, {}))
    by_hand = now is not None and standing.typed
    return Told(line, Verdict.BY_HAND if by_hand else Verdict.CHANGE, place, now, then)


def refused(line: Line, why: Why, **facts: object) -> Told:
    """A line that goes nowhere."""
    return Told(line, Verdict.REFUSED, why=Reason(why, {"name": line.name, "email": line.email} | facts))
