"""A timetable of the demo with its rooms, links and instructors, by name and without a database."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType

from academy.demo import cast
from courses import curriculum, pattern
from courses.pattern import SessionPlan
from courses.workdays import ROME

CURRICULA = Path(pattern.__file__).parent / "curricula"
PROGRAMME = CURRICULA / "smtc-2022.toml"

CLASSROOMS = ("Aula Settembrini 1", "Aula Settembrini 2")
LABS = (
    "Linea pilota Additive Manufacturing",
    "Linea pilota Digital Factory",
    "Laboratorio Realtà Virtuale",
)
# Project work is also followed from the hubs nearest to those who live farthest.
HUBS_WITH_PROJECT_WORK = ("Hub di Milano", "Hub di Napoli", "Hub di Bari", "Hub di Catania")

Spans = dict[str, list[tuple[datetime, datetime]]]


@dataclass(frozen=True)
class Arranged:
    """A session with its rooms, its link and its instructors, by name; hubs stand for their room."""

    plan: SessionPlan
    rooms: tuple[str, ...]
    linked: bool
    teachers: tuple[str, ...]

    @property
    def day(self) -> date:
        """On the calendar in Turin."""
        return day_of(self.plan)

    @property
    def whole(self) -> bool:
        """A half-day of teaching, not one of two that share it."""
        return self.plan.purpose == "teaching" and self.plan.minutes == 240


def day_of(plan: SessionPlan) -> date:
    """On the calendar in Turin."""
    return plan.starts_at.astimezone(ROME).date()


def last_sessions(plans: Iterable[SessionPlan]) -> list[tuple[str, SessionPlan]]:
    """Each module with a test, and its last session, in order of time."""
    last = {plan.module: plan for plan in plans}
    tested = [module.code for module in programme().modules if module.has_test]
    return sorted(((module, last[module]) for module in tested), key=lambda pair: pair[1].starts_at)


@cache
def programme() -> curriculum.Curriculum:
    """The programme all three follow."""
    return curriculum.read(PROGRAMME)


@cache
def weeks() -> pattern.Pattern:
    """The half-days of a week, and their order."""
    return pattern.read(CURRICULA / "smtc-2022-pattern.toml")


def arrange(
    plans: Iterable[SessionPlan], taken: Spans, stand_ins: Mapping[int, str] = MappingProxyType({})
) -> tuple[Arranged, ...]:
    """Rooms, links and instructors, none of them `taken` at that time; `stand_ins` by number of session."""
    turns: Counter[tuple[str, str]] = Counter()
    found = []
    for plan in plans:
        turn = turns[plan.module, plan.kind]
        turns[plan.module, plan.kind] += 1
        names = (stand_ins[plan.number],) if plan.number in stand_ins else _teachers(plan, turn, taken)
        rooms = _rooms(plan, taken)
        for key in (*names, *rooms):
            taken[key].append((plan.starts_at, plan.ends_at))
        found.append(Arranged(plan, rooms, plan.mode != "in_person", names))
    return tuple(found)


def _teachers(plan: SessionPlan, turn: int, taken: Spans) -> tuple[str, ...]:
    """The next of those who lead the module, all of them in a laboratory; failing them, a colleague."""
    if not plan.kind:
        return ()
    leads = cast.leads()[plan.module, plan.kind]
    shift = turn % len(leads)
    colleagues = (teacher.name for teacher in cast.teachers() if teacher.kind == plan.kind)
    free = [name for name in (*leads[shift:], *leads[:shift]) if _free(name, plan, taken)]
    if not free:
        free = [name for name in colleagues if _free(name, plan, taken)]
    return tuple(free) if is_lab(plan) and set(free) <= set(leads) else tuple(free[:1])


def _rooms(plan: SessionPlan, taken: Spans) -> tuple[str, ...]:
    """Laboratories for groups side by side, or a classroom, joined from hubs; none when they are taken."""
    if plan.mode == "remote":
        return ()
    if is_lab(plan):
        return LABS if all(_free(room, plan, taken) for room in LABS) else ()
    classroom = [room for room in CLASSROOMS if _free(room, plan, taken)][:1]
    hubs = [hub for hub in HUBS_WITH_PROJECT_WORK if plan.module == "PW" and _free(hub, plan, taken)]
    return (*classroom, *hubs)


def is_lab(plan: SessionPlan) -> bool:
    """In groups, in the laboratories."""
    return plan.purpose == "teaching" and plan.mode == "in_person"


def _free(key: str, plan: SessionPlan, taken: Spans) -> bool:
    return all(ends <= plan.starts_at or plan.ends_at <= begins for begins, ends in taken[key])
