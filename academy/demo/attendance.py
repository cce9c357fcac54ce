"""Who of the demo was where in which session: counted, without a database.

`data/attendance.csv` says how many half-days each person misses and how many minutes they come late in
all. Tests are sat by everybody, so nobody misses their sessions.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from academy.demo import cast
from academy.demo.cast import Person
from academy.demo.timetable import Arranged

LATEST = 15  # minutes somebody comes late to one session


@dataclass(frozen=True)
class Habit:
    """Half-days missed, and minutes late in all."""

    missed: int
    late: int


@cache
def habits() -> dict[str, Habit]:
    """By code of the person."""
    with (cast.DATA / "attendance.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: Habit(int(row["missed"]), int(row["late"])) for row in csv.DictReader(file)}


@dataclass(frozen=True)
class Record:
    """One person's edition: numbers of sessions missed, and minutes late by number of session."""

    missed: frozenset[int]
    late: dict[int, int]


def record(person: Person, sessions: Sequence[Arranged], *, place: int) -> Record:
    """Spread what the person misses over `sessions`, which may be missed, differently for each `place`."""
    habit = habits()[person.code]
    numbers = [session.plan.number for session in sessions]
    missed = spread(numbers, min(habit.missed, len(numbers)), shift=place)
    rest = [number for number in numbers if number not in missed]
    minutes = [LATEST] * (habit.late // LATEST) + [habit.late % LATEST] * bool(habit.late % LATEST)
    late = spread(rest, min(len(minutes), len(rest)), shift=place)
    return Record(frozenset(missed), dict(zip(late, minutes, strict=False)))


def spread(numbers: Sequence[int], count: int, *, shift: int) -> list[int]:
    """`count` of `numbers`, at even distances, beginning at another one for each `shift`."""
    return [numbers[(turn * len(numbers) // count + shift * 5) % len(numbers)] for turn in range(count)]


def attends_in_person(person: Person, session: Arranged) -> bool:
    """Where a session can be followed both ways, as the person usually does; some take turns."""
    if session.plan.mode != "hybrid":
        return session.plan.mode == "in_person"
    return person.access == "in_person" or (person.access == "hybrid" and session.plan.number % 2 == 0)
