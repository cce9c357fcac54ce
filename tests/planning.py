"""Small planning problems, and all their plans by brute force."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import product

from hypothesis import strategies as st

from courses.planner import (
    Edition,
    Hard,
    Instructor,
    Kind,
    Mode,
    Module,
    Placed,
    Plan,
    Problem,
    Purpose,
    Room,
    Slot,
    Span,
    Unit,
    check,
)
from courses.workdays import instant

THURSDAY = date(2022, 3, 24)  # the clocks change on the Sunday after
HALVES = {"morning": (time(9), time(13)), "afternoon": (time(14), time(18))}
ANNA, BRUNO, CARLA, DARIO = "Anna", "Bruno", "Carla", "Dario"
AULA, LAB = "Aula", "Laboratorio"


def half_day(days: int, half: str, mode: Mode = Mode.HYBRID, **more) -> Slot:
    begins, ends = HALVES[half]
    day = THURSDAY + timedelta(days=days)
    return Slot(instant(day, begins), instant(day, ends), mode, **more)


def week(number: int = 0) -> tuple[Slot, ...]:
    """Thursday afternoon remote, Friday, Saturday morning."""
    since = 7 * number
    return (
        half_day(since, "afternoon", Mode.REMOTE),
        half_day(since + 1, "morning"),
        half_day(since + 1, "afternoon"),
        half_day(since + 2, "morning"),
    )


def unit(key: str, kind: Kind | None = Kind.ACADEMIC, **more) -> Unit:
    qualified = {Kind.ACADEMIC: (ANNA, CARLA), Kind.COMPANY: (BRUNO, DARIO), None: ()}[kind]
    return Unit(**{"key": key, "minutes": 240, "kind": kind, "qualified": qualified, "people": 20, **more})


def people(*away: tuple[str, Span]) -> tuple[Instructor, ...]:
    kinds = {ANNA: Kind.ACADEMIC, BRUNO: Kind.COMPANY, CARLA: Kind.ACADEMIC, DARIO: Kind.COMPANY}
    return tuple(
        Instructor(key, kind, tuple(span for who, span in away if who == key)) for key, kind in kinds.items()
    )


def rooms(**more) -> tuple[Room, ...]:
    return Room(AULA, 30, **more), Room(LAB, 12, ("lab",), **more)


def whole_day(days: int, *, cause: str = "away", number: int = 1, firm: bool = False) -> Span:
    begins = instant(THURSDAY + timedelta(days=days), time(0))
    return Span(begins, begins + timedelta(days=number), cause, firm)


def two_modules() -> Problem:
    """M1 (two units, the second with the test) before M2 (one unit in a laboratory), on two weeks."""
    modules = (
        Module("M1", (unit("M1/1"), unit("M1/2", Kind.COMPANY, test=True))),
        Module("M2", (unit("M2/1", mode=Mode.IN_PERSON, kit=("lab",), people=12),)),
    )
    edition = Edition("E1", modules, (*week(), *week(1)), before=(("M1", "M2"),))
    return Problem((edition,), people(), rooms())


def placed(problem: Problem, key: str, slot: int, *, room: str = "", who: str = "") -> Placed:
    """A unit at the beginning of one of its edition's half-days."""
    edition = problem.units[key][0]
    return Placed(key, edition.slots[slot].starts_at, (room,) if room else (), (who,) if who else ())


def a_sound_plan(problem: Problem) -> Plan:
    """Of `two_modules`: Thursday remote, Friday morning, Friday afternoon."""
    return (
        placed(problem, "M1/1", 0, who=ANNA),
        placed(problem, "M1/2", 1, room=AULA, who=BRUNO),
        placed(problem, "M2/1", 2, room=LAB, who=ANNA),
    )


def codes(verdict) -> list[Hard]:
    return [reason.code for reason in verdict.violations]


def every_plan(problem: Problem) -> Iterator[Plan]:
    """All sound plans, by trying everything; the checker says what is sound."""
    options = [
        [it for it in _options(problem, edition, one) if _possible(problem, (it,))]
        for edition, _, one in problem.units.values()
    ]
    yield from _complete(problem, options, ())


def _complete(problem: Problem, options: list[list[Placed]], plan: Plan) -> Iterator[Plan]:
    if not options:
        yield plan
        return
    for one in options[0]:
        if _possible(problem, (*plan, one)):
            yield from _complete(problem, options[1:], (*plan, one))


def _options(problem: Problem, edition: Edition, one: Unit) -> Iterator[Placed]:
    starts = {
        slot.starts_at + number * timedelta(minutes=one.minutes)
        for slot in edition.slots
        for number in range((slot.ends_at - slot.starts_at) // timedelta(minutes=one.minutes))
    }
    seats = [(), *((room.key,) for room in problem.rooms)]
    teachers = [(who,) for who in one.qualified] if one.teachers else [()]
    return (Placed(one.key, *it) for it in product(sorted(starts), seats, teachers))


def _possible(problem: Problem, plan: Plan) -> bool:
    return set(codes(check(problem, plan))) <= {Hard.NOT_PLACED}


@st.composite
def problems(draw) -> Problem:
    """Up to four units of one or two editions on four half-days, with absences, closures and order."""
    slots = list(week()) if draw(st.booleans()) else [*week()[1:3], *week(1)[:2]]
    number = draw(st.integers(1, 2))
    editions = tuple(_edition(draw, f"E{it}", slots, number) for it in range(number))
    spans = st.tuples(
        st.sampled_from([ANNA, BRUNO, CARLA, DARIO]),
        st.builds(whole_day, st.integers(0, 9), number=st.integers(1, 3)),
    )
    closed = draw(st.lists(st.builds(whole_day, st.integers(0, 9)), max_size=1))
    return Problem(
        editions,
        people(*draw(st.lists(spans, max_size=3))),
        tuple(replace(room, away=tuple(closed)) for room in rooms()),
    )


def _edition(draw, key: str, slots: list[Slot], number_of_editions: int) -> Edition:
    kinds = st.sampled_from([Kind.ACADEMIC, Kind.COMPANY])
    who = {Kind.ACADEMIC: [(ANNA,), (ANNA, CARLA)], Kind.COMPANY: [(BRUNO,), (DARIO, BRUNO)]}
    modules = tuple(
        Module(
            f"{key}/{code}",
            tuple(
                unit(
                    f"{key}/{code}/{number}",
                    kind := draw(kinds),
                    qualified=draw(st.sampled_from(who[kind])),
                    minutes=draw(st.sampled_from([240, 240, 120])),
                    people=draw(st.sampled_from([12, 20])),
                    test=number == size - 1,
                )
                for number in range(size)
            ),
            ordered=draw(st.booleans()),
        )
        for code, size in (("A", draw(st.integers(1, 3 - number_of_editions))), ("B", 1))
    )
    if draw(st.booleans()):
        welcome = unit(f"{key}/W", None, teachers=0, purpose=Purpose.WELCOME, mode=Mode.IN_PERSON)
        modules = (Module(f"{key}/W", (welcome,)), *modules[:1])
        slots = [replace(it, purposes=(Purpose.TEACHING, Purpose.WELCOME)) for it in slots]
    before = ((modules[0].key, modules[-1].key),) if draw(st.booleans()) else ()
    closed = draw(st.integers(0, 2 * len(slots)))
    slots = [replace(it, closed="strike" if number == closed else "") for number, it in enumerate(slots)]
    return Edition(key, modules, tuple(slots), before, most_minutes_a_day=draw(st.sampled_from([240, 480])))


def at(problem: Problem, slot: int) -> datetime:
    return problem.editions[0].slots[slot].starts_at
