"""The three editions of the demo: when each begins, what it teaches when, where and by whom.

Counted from `today`, without a database: the same day always gives the same timetable.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType

from academy.demo import cast
from assessments.marking import results_due_on
from courses import curriculum, pattern
from courses.pattern import SessionPlan
from courses.workdays import ROME, Closure, Workdays, instant, usual_closures

CURRICULA = Path(pattern.__file__).parent / "curricula"
PROGRAMME = CURRICULA / "smtc-2022.toml"
PROVINCE = "TO"
SEATS = 30

FIRST_DAY_OF_2022 = date(2022, 1, 13)
EARLIEST_TODAY = date(2022, 9, 1)  # the first edition lies behind
BEGUN_AGO = timedelta(days=73)
BEGINS_IN = timedelta(days=84)
CALL_OPENS_BEFORE = timedelta(days=105)
CALL_CLOSES_BEFORE = timedelta(days=56)
CALL_OPENS, CALL_CLOSES = time(12), time(14)
ANSWERS_AFTER = timedelta(days=21)

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
        return self.plan.starts_at.astimezone(ROME).date()

    @property
    def whole(self) -> bool:
        """A half-day of teaching, not one of two that share it."""
        return self.plan.purpose == "teaching" and self.plan.minutes == 240


@dataclass(frozen=True)
class Edition:
    """An edition with its call and its timetable."""

    code: str
    days: Workdays
    own_closures: tuple[Closure, ...]
    call_opens: datetime
    call_closes: datetime
    answers_on: date
    sessions: tuple[Arranged, ...]

    @property
    def first_day(self) -> date:
        return self.sessions[0].day

    @property
    def last_day(self) -> date:
        return self.sessions[-1].day

    @property
    def tests(self) -> dict[str, Arranged]:
        """Module with a test → its last session, in which it is sat; in order of time."""
        last = last_sessions(session.plan for session in self.sessions)
        return {module: self.sessions[plan.number - 1] for module, plan in last}

    @property
    def test_days(self) -> dict[str, date]:
        """Module with a test → the day it is sat, in order of time."""
        return {module: session.day for module, session in self.tests.items()}

    def held(self, today: date) -> tuple[Arranged, ...]:
        """Over before `today` begins."""
        return tuple(session for session in self.sessions if session.day < today)


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


def closures(today: date) -> tuple[Closure, ...]:
    """Of the whole Academy, as far as the three editions and their calls reach."""
    spans = ((date(2021, 10, 1), date(2022, 6, 30)), _present(today))
    found = (closure for first, last in spans for closure in usual_closures(first, last))
    return tuple(dict.fromkeys(found))


def first_edition() -> Edition:
    """The one of 2022, whose call is history."""
    own = pattern.read_closures(CURRICULA / "smtc-2022-1-closures.toml")
    days = Workdays(PROVINCE, (*usual_closures(date(2022, 1, 1), date(2022, 7, 1)), *own))
    plans = pattern.lay_out(weeks(), first_day=FIRST_DAY_OF_2022, workdays=days)
    return Edition(
        code="SMTC-2022-1",
        days=days,
        own_closures=own,
        call_opens=instant(date(2021, 10, 29), time(12)),
        call_closes=instant(date(2021, 12, 3), CALL_CLOSES),
        answers_on=date(2021, 12, 17),
        sessions=arrange(plans, defaultdict(list)),
    )


def present_editions(today: date) -> tuple[Edition, Edition]:
    """The one running on `today` and the one whose call is open."""
    if today < EARLIEST_TODAY:
        raise ValueError(f"The story is told from {EARLIEST_TODAY:%d/%m/%Y} on.")
    days = Workdays(PROVINCE, usual_closures(*_present(today)))
    taken: Spans = defaultdict(list)
    begun, begins = today - BEGUN_AGO, today + BEGINS_IN
    plans = _lay_out(begun, days)
    sessions = unfinished(arrange(plans, taken, stand_ins(plans, today)), today)
    running = _edition(begun, days, sessions)
    coming = _edition(begins, days, arrange(_lay_out(begins, days), taken))
    if running.first_day.year == coming.first_day.year:
        coming = replace(coming, code=f"SMTC-{coming.first_day.year}-2")
    return running, coming


def _present(today: date) -> tuple[date, date]:
    return today - BEGUN_AGO - CALL_OPENS_BEFORE, today + BEGINS_IN + timedelta(days=400)


def _lay_out(around: date, days: Workdays) -> tuple[SessionPlan, ...]:
    first_day = days.next_open(around, weekday=pattern.THURSDAY)
    return pattern.lay_out(weeks(), first_day=first_day, workdays=days)


def _edition(around: date, days: Workdays, sessions: tuple[Arranged, ...]) -> Edition:
    closes = days.next_open(around - CALL_CLOSES_BEFORE, weekday=pattern.FRIDAY)
    answers = min(days.next_working(closes + ANSWERS_AFTER), sessions[0].day - timedelta(days=10))
    return Edition(
        code=f"SMTC-{sessions[0].day.year}-1",
        days=days,
        own_closures=(),
        call_opens=instant(around - CALL_OPENS_BEFORE, CALL_OPENS),
        call_closes=instant(closes, CALL_CLOSES),
        answers_on=answers,
        sessions=sessions,
    )


# --- Rooms and instructors -----------------------------------------------------------------------


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


# --- What is not in order on the day of the story ------------------------------------------------


@dataclass(frozen=True)
class Marking:
    """How far the marking of an edition has come: modules whose scores are not published yet.

    `late` should be out by now; `untouched` has no score at all, `drafted` some.
    """

    late: tuple[str, ...]
    untouched: str
    drafted: str

    @property
    def open(self) -> frozenset[str]:
        """All of them."""
        return frozenset({*self.late, self.untouched, self.drafted})


def marking(tests: Mapping[str, date], today: date) -> Marking:
    """Of `tests`, module → day it is sat, in order of time: the last ones are still being marked."""
    held = [module for module, day in tests.items() if day < today]
    late = [module for module in held if results_due_on(tests[module]) < today]
    fresh = held[len(late) :] or late[-1:]
    return Marking(tuple(late[-2:]), untouched=fresh[-1], drafted=fresh[0] if len(fresh) > 1 else late[-2])


def stand_ins(plans: Iterable[SessionPlan], today: date) -> dict[int, str]:
    """What the log-in of the instructors takes over, by number of session: the next half-day, and one of
    each of two modules, so that both tests are theirs to mark: one already late, one to record now."""
    theirs = [plan for plan in plans if plan.kind == "academic" and not is_lab(plan)]
    tests = {module: session.starts_at.astimezone(ROME).date() for module, session in last_sessions(plans)}
    state = marking(tests, today)
    last = {plan.module: plan for plan in theirs}
    modules = {state.late[-1], state.untouched if state.untouched != state.late[-1] else state.late[0]}
    coming = next(plan for plan in theirs if plan.starts_at.astimezone(ROME).date() > today)
    return {plan.number: cast.INSTRUCTOR for plan in (coming, *(last[module] for module in modules))}


def unfinished(sessions: tuple[Arranged, ...], today: date) -> tuple[Arranged, ...]:
    """A session next week still lacks its room, another its link."""
    monday = today + timedelta(days=7 - today.weekday())
    moved = to_move(sessions, today)
    coming = [one for one in sessions if one.day >= monday and one.whole and one != moved]
    roomless = next(session for session in coming if session.rooms and session.linked)
    linkless = next(session for session in coming if session.linked and session != roomless)
    changes = {
        roomless.plan.number: replace(roomless, rooms=()),
        linkless.plan.number: replace(linkless, linked=False),
    }
    return tuple(changes.get(session.plan.number, session) for session in sessions)


def to_move(sessions: Iterable[Arranged], today: date) -> Arranged:
    """The next session after `today` that can begin half an hour later."""
    return next(session for session in sessions if session.day > today and session.whole)
