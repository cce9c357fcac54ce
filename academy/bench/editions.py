"""Planning problems of real size: the past edition, and four that share rooms and people.

Units, half-days and closures are those of `courses/curricula`; who leads what are the people of the
demo, and for each module a second person of the same kind can stand in. Everybody is away for one
week. The editions last as long as their half-days do: hardly one is to spare.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache

from academy.demo import cast, timetable
from courses import pattern
from courses.curriculum import HALF_DAY
from courses.pattern import THURSDAY
from courses.planner import Edition, Instructor, Kind, Mode, Module, Problem, Purpose, Room, Slot, Span, Unit
from courses.workdays import ROME, Half, Workdays, instant, usual_closures

FIRST_DAY = date(2022, 1, 13)
OTHER_FIRST_DAYS = (date(2022, 1, 20), date(2022, 2, 3), date(2022, 2, 17))
CLASS_SIZE = 30
DEEP_DIVES = tuple(f"DD{number}" for number in range(1, 8))
# What must be understood first.
BEFORE = (
    *((base, deep) for base in ("STM1", "STM2") for deep in DEEP_DIVES),
    ("STM1", "STM2"),
    ("STM1", "STM3"),
    ("STM3", "AMS5"),
    ("DD3", "AMS3"),
    ("AMS2", "AMS3"),
    ("STM2", "PW"),
)


@cache
def past_edition() -> Problem:
    """SMTC-2022-1: 78 units on the 77 half-days that were open."""
    return problem((FIRST_DAY,), classrooms=2)


@cache
def four_editions() -> Problem:
    """312 units: the past edition and three that begin in the weeks after it, with four classrooms."""
    return problem((FIRST_DAY, *OTHER_FIRST_DAYS), classrooms=4)


def problem(first_days: tuple[date, ...], *, classrooms: int) -> Problem:
    """Editions that begin on these Thursdays."""
    editions = tuple(edition(f"2022-{number}", day) for number, day in enumerate(first_days, start=1))
    return Problem(editions=editions, instructors=tuple(instructors()), rooms=tuple(rooms(classrooms)))


def with_away(given: Problem, name: str, *, first: date, weeks: int) -> Problem:
    """The same, but `name`, an instructor or a room, is not to be had for some weeks."""
    span = days(first, 7 * weeks, f"{name}, {first}")
    return replace(
        given,
        instructors=tuple(
            replace(it, away=(*it.away, span)) if it.key == name else it for it in given.instructors
        ),
        rooms=tuple(replace(it, away=(*it.away, span)) if it.key == name else it for it in given.rooms),
    )


def edition(key: str, first_day: date) -> Edition:
    """One run of the programme of 2022, as the weekly pattern would lay it out."""
    closures = pattern.read_closures(timetable.CURRICULA / "smtc-2022-1-closures.toml")
    usual = usual_closures(first_day, first_day + pattern.LONGEST_EDITION)
    workdays = Workdays("TO", (*usual, *closures))
    last_day = pattern.lay_out(timetable.weeks(), first_day=first_day, workdays=workdays)[-1].starts_at.date()
    return Edition(
        key=key,
        modules=tuple(modules(key)),
        slots=tuple(slots(first_day, last_day, workdays)),
        before=tuple((f"{key}/{first}", f"{key}/{then}") for first, then in BEFORE),
        hub="Torino",
    )


def slots(first_day: date, last_day: date, workdays: Workdays) -> Iterator[Slot]:
    """The half-days of the weekly pattern; a closed Thursday closes its weekend."""
    weeks = timetable.weeks()
    (_, welcome), (_, final) = weeks.welcome, weeks.final
    for week in range((last_day - first_day).days // 7 + 1):
        thursday = first_day + timedelta(weeks=week)
        for slot in weeks.slots:
            day = thursday + timedelta(days=slot.weekday - THURSDAY)
            purpose = Purpose.TEACHING
            if day == first_day:
                slot, purpose = welcome, Purpose.WELCOME
            closed = workdays.closed(thursday) or workdays.closed(day, slot.half)
            cause = str(closed.facts["name_en"]) if closed else ""
            yield Slot(instant(day, slot.begins), instant(day, slot.ends), Mode(slot.mode), (purpose,), cause)
            if slot.weekday == final.weekday and slot.half == Half.MORNING:
                times = instant(day, final.begins), instant(day, final.ends)
                yield Slot(*times, Mode.IN_PERSON, (Purpose.FINAL,), cause)


def modules(key: str) -> Iterator[Module]:
    """The modules of the programme with their half-days in the order of the pattern."""
    weeks = timetable.weeks()
    parts = defaultdict(list)
    for unit in (*weeks.teaching, *weeks.project_work):
        for part in unit:
            parts[part.module].append((part, HALF_DAY // len(unit)))
    tested = {module.code for module in timetable.programme().modules if module.has_test}
    for purpose, (code, slot) in ((Purpose.WELCOME, weeks.welcome), (Purpose.FINAL, weeks.final)):
        minutes = (slot.ends.hour - slot.begins.hour) * 60 + slot.ends.minute - slot.begins.minute
        whole = Unit(
            f"{key}/{code}",
            minutes,
            None,
            teachers=0,
            purpose=purpose,
            mode=Mode.IN_PERSON,
            people=CLASS_SIZE,
        )
        yield Module(f"{key}/{code}", (whole,))
    for code, taken in parts.items():
        project_work = code == "PW"
        units = tuple(
            Unit(
                f"{key}/{code}/{number}",
                minutes,
                Kind(part.kind),
                qualified(code, part.kind),
                mode=Mode.IN_PERSON if part.lab else Mode.HYBRID if project_work and number > 1 else None,
                people=CLASS_SIZE,
                kit=("lab",) if part.lab else (),
                parallel=len(timetable.LABS) if part.lab else 1,
                test=code in tested and number == len(taken),
            )
            for number, (part, minutes) in enumerate(taken, start=1)
        )
        yield Module(f"{key}/{code}", units, usual_weeks=None if project_work else 2)


def qualified(code: str, kind: str) -> tuple[str, ...]:
    """Those who lead a module, then the next on the list of their kind."""
    names = [teacher.name for teacher in cast.teachers() if teacher.kind == kind]
    leads = cast.leads()[code, kind]
    following = names[(names.index(leads[-1]) + 1) % len(names)]
    return tuple(dict.fromkeys((*leads, following)))


def instructors() -> Iterator[Instructor]:
    """The people of the demo; each is away for another week."""
    for number, teacher in enumerate(cast.teachers()):
        week = FIRST_DAY + timedelta(weeks=1 + number % 19)
        yield Instructor(teacher.name, Kind(teacher.kind), (days(week, 7, f"{teacher.name}, {week}"),))


def rooms(classrooms: int) -> Iterator[Room]:
    """The laboratories of the demo and as many classrooms as are asked for."""
    for room in cast.hubs()[0]["rooms"]:
        if room["name"] in timetable.LABS:
            yield Room(room["name"], room["capacity"], ("lab",), "Torino")
    for number in range(1, classrooms + 1):
        yield Room(f"Aula Settembrini {number}", 40 if number == 1 else 30, (), "Torino")


def days(first: date, number: int, cause: str) -> Span:
    """Whole days in Turin."""
    begins = datetime(first.year, first.month, first.day, tzinfo=ROME)
    return Span(begins, begins + timedelta(days=number), cause)
