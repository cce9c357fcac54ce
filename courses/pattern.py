"""The weekly pattern of an edition: which half-day of the programme goes on which date.

The pattern is data, beside the curriculum. Laying it out is deterministic: the same first day and
the same closures always give the same sessions. It makes a first timetable, which people then move.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from courses.curriculum import HALF_DAY, Curriculum
from courses.hours import minutes_between, show_minutes
from courses.workdays import Closure, Half, Workdays, instant

THURSDAY, FRIDAY, SATURDAY = 3, 4, 5
_WEEKDAYS = {"thursday": THURSDAY, "friday": FRIDAY, "saturday": SATURDAY}
_KINDS = {"A": "academic", "C": "company"}
_PART = re.compile(r"(?P<module>\w+)/(?P<kind>[AC])(?P<lab>\*?)")
LONGEST_EDITION = timedelta(days=550)


@dataclass(frozen=True, slots=True)
class Slot:
    """A half-day of the week in local time, with the mode it usually has."""

    weekday: int
    half: Half
    begins: time
    ends: time
    mode: str


@dataclass(frozen=True, slots=True)
class Part:
    """What a half-day, or one of its equal parts, is for; `kind` is academic or company."""

    module: str
    kind: str
    lab: bool


Unit = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A week's half-days, what comes first and last, and the order of everything between."""

    slots: tuple[Slot, ...]
    welcome: tuple[str, Slot]
    final: tuple[str, Slot]
    teaching: tuple[Unit, ...]
    project_work: tuple[Unit, ...]
    project_work_mode: str
    saturdays_until: int
    friday_afternoons_from: int


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """One session laid out: its place in the edition, from 1, and its instants in UTC.

    `purpose` is teaching, welcome or final; the last two are nobody's teaching, so `kind` is "".
    """

    number: int
    module: str
    purpose: str
    kind: str
    mode: str
    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return minutes_between(self.starts_at, self.ends_at)


def read(path: Path) -> Pattern:
    """The pattern in a file of `courses/curricula`."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    project_work = data["project_work"]
    return Pattern(
        slots=tuple(_slot(slot) for slot in data["slot"]),
        welcome=(data["welcome"]["module"], _slot(data["welcome"])),
        final=(data["final"]["module"], _slot(data["final"])),
        teaching=tuple(_unit(text) for text in data["teaching"]["order"]),
        project_work=tuple(_unit(text) for text in project_work["order"]),
        project_work_mode=project_work["mode"],
        saturdays_until=project_work["saturdays_until"],
        friday_afternoons_from=project_work["friday_afternoons_from"],
    )


def read_closures(path: Path) -> tuple[Closure, ...]:
    """What one edition leaves out beside holidays and usual closures, from a file."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        Closure(
            first=closure["first"],
            last=closure["last"],
            reason_it=closure["reason_it"],
            reason_en=closure["reason_en"],
            half=Half(closure["half"]) if "half" in closure else None,
        )
        for closure in data["closure"]
    )


def _slot(data: Mapping[str, Any]) -> Slot:
    begins: time = data["begins"]
    return Slot(
        weekday=_WEEKDAYS[data["weekday"]],
        half=Half.MORNING if begins < time(12) else Half.AFTERNOON,
        begins=begins,
        ends=data["ends"],
        mode=data["mode"],
    )


def _unit(text: str) -> Unit:
    parts = [_PART.fullmatch(part.strip()) for part in text.split("+")]
    if None in parts:
        raise ValueError(f"{text!r} is not a half-day such as STM1/A, DD1/C* or AMS1/A + PW/A")
    return tuple(Part(p["module"], _KINDS[p["kind"]], bool(p["lab"])) for p in parts if p)


def check(pattern: Pattern, curriculum: Curriculum) -> list[str]:
    """Which modules the pattern does not give exactly what the curriculum promises."""
    laid: Counter[tuple[str, str]] = Counter()
    for unit in (*pattern.teaching, *pattern.project_work):
        for part in unit:
            laid[part.module, part.kind] += HALF_DAY // len(unit)
            laid[part.module, "lab"] += HALF_DAY // len(unit) * part.lab
    promised = {
        (module.code, what): minutes
        for module in curriculum.modules
        for what, minutes in (
            ("academic", module.academic_minutes),
            ("company", module.company_minutes),
            ("lab", module.lab_half_days * HALF_DAY),
        )
    }
    return [
        f"{module}: the pattern has {show_minutes(laid[module, what])} {what}, "
        f"the curriculum {show_minutes(promised.get((module, what), 0))}"
        for module, what in sorted(laid.keys() | promised.keys())
        if laid[module, what] != promised.get((module, what), 0)
    ]


def lay_out(pattern: Pattern, *, first_day: date, workdays: Workdays) -> tuple[SessionPlan, ...]:
    """Every session of an edition that begins on `first_day`, an open Thursday.

    A closed half-day is left out; a closed Thursday takes its Friday and Saturday with it.
    """
    if first_day.weekday() != THURSDAY or not workdays.is_open(first_day):
        raise ValueError(f"{first_day} is not an open Thursday")
    return tuple(_sessions(pattern, _open_slots(pattern, first_day, workdays)))


def _open_slots(pattern: Pattern, first_day: date, workdays: Workdays) -> Iterator[tuple[date, Slot]]:
    for week in range(LONGEST_EDITION // timedelta(weeks=1)):
        thursday = first_day + timedelta(weeks=week)
        if not workdays.is_open(thursday):
            continue
        for slot in pattern.slots:
            day = thursday + timedelta(days=slot.weekday - THURSDAY)
            if workdays.closed(day, slot.half) is None:
                yield day, slot


def _sessions(pattern: Pattern, slots: Iterator[tuple[date, Slot]]) -> Iterator[SessionPlan]:
    number = count(1)
    module, whole = pattern.welcome
    day, _ = next(slots)
    yield _session(next(number), (module, "welcome", ""), whole.mode, day, whole.begins, whole.ends)

    todo = _Todo(pattern)
    module, whole = pattern.final
    for day, slot in slots:
        if todo.done and slot.weekday == whole.weekday:
            what = (module, "final", "")
            yield _session(next(number), what, whole.mode, day, whole.begins, whole.ends)
            return
        if not todo.done:
            unit, mode = todo.take(slot)
            for part, (begins, ends) in zip(unit, _split(slot, len(unit)), strict=True):
                what = (part.module, "teaching", part.kind)
                yield _session(next(number), what, mode, day, begins, ends)
    raise ValueError("the closures leave no room for the edition")


def _session(
    number: int, what: tuple[str, str, str], mode: str, day: date, begins: time, ends: time
) -> SessionPlan:
    module, purpose, kind = what
    return SessionPlan(number, module, purpose, kind, mode, instant(day, begins), instant(day, ends))


def _split(slot: Slot, parts: int) -> Iterator[tuple[time, time]]:
    begins = datetime.combine(date.min, slot.begins)
    length = (datetime.combine(date.min, slot.ends) - begins) / parts
    for part in range(parts):
        yield (begins + part * length).time(), (begins + (part + 1) * length).time()


class _Todo:
    """What is still to be placed, and which of it a half-day takes."""

    def __init__(self, pattern: Pattern) -> None:
        self._pattern = pattern
        self._teaching = deque(pattern.teaching)
        self._project_work = deque(pattern.project_work)
        self._started = False

    @property
    def done(self) -> bool:
        return not self._teaching and not self._project_work

    def take(self, slot: Slot) -> tuple[Unit, str]:
        """The unit for a half-day and the mode in which it is held."""
        if self._started and self._project_work and self._suits_project_work(slot):
            return self._project_work.popleft(), self._pattern.project_work_mode
        unit = self._teaching.popleft()
        if len(unit) > 1 and slot.weekday != THURSDAY and self._teaching:
            split, unit = unit, self._teaching.popleft()
            self._teaching.appendleft(split)
        self._started = self._started or len(unit) > 1
        return unit, "in_person" if any(part.lab for part in unit) else slot.mode

    def _suits_project_work(self, slot: Slot) -> bool:
        if not self._teaching:
            return True
        if slot.weekday == SATURDAY:
            placed = len(self._pattern.project_work) - len(self._project_work)
            return placed < self._pattern.saturdays_until
        few_left = len(self._teaching) <= self._pattern.friday_afternoons_from
        return slot.weekday == FRIDAY and slot.half is Half.AFTERNOON and few_left
