"""What is to be said of a timetable in the making: its hours, its people, its places, its days.

Each finding has a level. A hard one stands in the way of a release; a high one has to be permitted by
somebody, with a reason; a low one is left to the office. Instants are aware; days are those of Turin.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from typing import cast

from courses.clashes import Booking, Clash, Need, clashes
from courses.hours import Discrepancy, Due, Tally, Taught, minutes_between, tally
from courses.reasons import Reason
from courses.travel import minutes_between_towns
from courses.workdays import ROME, Half, Workdays

LUNCH = 13  # o’clock
LONGEST_DAY = 480  # minutes
FULLEST_WEEK = 1200  # minutes
CHANGE_OVER = timedelta(minutes=15)  # between two editions in one room or with one instructor
LONGEST_JOURNEY = timedelta(hours=24)


class Level(StrEnum):
    """How much a finding weighs."""

    HARD = "hard"
    HIGH = "high"
    LOW = "low"


class Finding(StrEnum):
    """What is to be said."""

    ROOM_TAKEN = "room_taken"
    INSTRUCTOR_TAKEN = "instructor_taken"
    EDITION_TAKEN = "edition_taken"
    OUTSIDE_EDITION = "outside_edition"
    CLOSED = "closed"
    REMOTE_WITH_ROOM = "remote_with_room"
    IN_PERSON_WITH_LINK = "in_person_with_link"
    VENUE_CLOSED = "venue_closed"
    ROOM_AWAY = "room_away"
    INSTRUCTOR_AWAY = "instructor_away"
    TRAVEL = "travel"
    TEAM_ELSEWHERE = "team_elsewhere"
    LONG_DAY = "long_day"
    ROOM_TOO_SMALL = "room_too_small"
    OVERRUN = "overrun"
    SEATS_SHORT = "seats_short"
    GROUPS_ALONE = "groups_alone"
    NO_ROOM = "no_room"
    NO_LINK = "no_link"
    NO_INSTRUCTOR = "no_instructor"
    CLOCKS_CHANGE = "clocks_change"
    FULL_WEEK = "full_week"
    WELCOME_NOT_FIRST = "welcome_not_first"
    FINAL_NOT_LAST = "final_not_last"
    NOT_CONFIRMED = "not_confirmed"
    DECLINED = "declined"
    MORE_THAN_CONFIRMED = "more_than_confirmed"
    MODULE_SHORT = "module_short"
    MODULE_OVER = "module_over"
    ACADEMIC_DIFFERS = "academic_differs"
    COMPANY_DIFFERS = "company_differs"


_TAKEN = {
    Clash.ROOM: Finding.ROOM_TAKEN,
    Clash.INSTRUCTOR: Finding.INSTRUCTOR_TAKEN,
    Clash.EDITION: Finding.EDITION_TAKEN,
}


@dataclass(frozen=True, slots=True)
class Place:
    """A room, with the hub it is in and that hub's province ("TO")."""

    key: int
    name: str
    hub: int
    province: str
    capacity: int


@dataclass(frozen=True, slots=True)
class Teacher:
    """Who teaches a session: `share` are the minutes of it, `minutes` those taught, for pay."""

    key: int
    name: str
    academic: bool
    share: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Drafted:
    """A session that is not cancelled, of the draft or released in another edition."""

    key: int
    edition: str
    module: str
    purpose: str
    mode: str
    starts_at: datetime
    ends_at: datetime
    rooms: tuple[Place, ...] = ()
    linked: bool = False
    teachers: tuple[Teacher, ...] = ()
    parallel: bool = False

    @property
    def minutes(self) -> int:
        """Length, on instants."""
        return minutes_between(self.starts_at, self.ends_at)

    @property
    def day(self) -> date:
        """The day in Turin."""
        return self.starts_at.astimezone(ROME).date()

    @property
    def last_day(self) -> date:
        """The day in Turin on which it ends."""
        return self.ends_at.astimezone(ROME).date()

    @property
    def halves(self) -> tuple[Half, ...]:
        """The halves of its day it touches; the morning ends at 13."""
        lunch = datetime.combine(self.day, time(LUNCH), tzinfo=ROME)
        morning = (Half.MORNING,) if self.starts_at < lunch else ()
        return (*morning, Half.AFTERNOON) if self.ends_at > lunch else morning

    @property
    def counts(self) -> bool:
        """It makes up the hours of its module."""
        return self.purpose in {"teaching", "welcome", "final"}

    @property
    def words(self) -> str:
        """Written the same for the same session in any draft."""
        rooms, teachers = (sorted(one.key for one in them) for them in (self.rooms, self.teachers))
        begins, ends = (moment.timestamp() for moment in (self.starts_at, self.ends_at))
        return f"{self.edition} {self.module} {self.purpose} {self.mode} {begins} {ends} {rooms} {teachers}"


@dataclass(frozen=True, slots=True)
class Absence:
    """Days, first and last included, on which somebody cannot teach or a room is not to be had.

    Of one weekday, one half of the day, or all.
    """

    first: date
    last: date
    weekday: int | None = None
    half: Half | None = None
    note: str = ""

    def covers(self, session: Drafted) -> bool:
        """Whether `session` falls on it."""
        return (
            self.first <= session.day <= self.last
            and self.weekday in (None, session.day.weekday())
            and (self.half is None or self.half in session.halves)
        )


@dataclass(frozen=True, slots=True)
class Permit:
    """Who permitted a finding, when and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Edition:
    """What an edition asks of its timetable.

    `people` are those to be seated; `venues` the days of each hub by its key; `absences` are those of each
    instructor and `shut` those of each room, by key; `confirmed` the minutes each instructor has agreed to
    teach, by key; `declined` who has said no.
    """

    code: str
    people: int
    first: date
    last: date
    days: Workdays
    promised: tuple[Due, ...]
    venues: Mapping[int, Workdays] = field(default_factory=dict)
    absences: Mapping[int, tuple[Absence, ...]] = field(default_factory=dict)
    shut: Mapping[int, tuple[Absence, ...]] = field(default_factory=dict)
    confirmed: Mapping[int, int] = field(default_factory=dict)
    declined: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """One thing to be said of some sessions of the draft, unless it is of the whole."""

    reason: Reason
    level: Level
    sessions: tuple[int, ...] = ()
    fingerprint: str = ""
    permit: Permit | None = None

    @property
    def bars(self) -> bool:
        """It stands in the way of a release."""
        return self.level is Level.HARD or (self.level is Level.HIGH and self.permit is None)


@dataclass(frozen=True, slots=True)
class Load:
    """What one instructor teaches, and what was agreed; None where nobody was asked or has agreed.

    `declined`: they have said no.
    """

    key: int
    name: str
    academic: bool
    minutes: int
    confirmed: int | None
    declined: bool = False


@dataclass(frozen=True)
class Judgement:
    """All that is to be said of a draft, and its figures. Remote share in minutes of teaching."""

    tally: Tally
    found: tuple[Found, ...]
    loads: tuple[Load, ...]
    remote: int
    teaching: int
    most_a_day: int
    most_a_week: int

    @cached_property
    def barring(self) -> tuple[Found, ...]:
        """What stands in the way of a release."""
        return tuple(one for one in self.found if one.bars)

    @cached_property
    def permitted(self) -> tuple[Found, ...]:
        """What somebody permitted."""
        return tuple(one for one in self.found if one.permit)

    def of(self, key: int) -> tuple[Found, ...]:
        """What concerns one session of the draft."""
        return tuple(one for one in self.found if key in one.sessions)


def judge(
    edition: Edition,
    sessions: Iterable[Drafted],
    others: Iterable[Drafted] = (),
    permitted: Mapping[str, Permit] | None = None,
) -> Judgement:
    """Judge the `sessions` of a draft beside the released ones of `others`.

    `permitted` are findings somebody has allowed, by their fingerprint.
    """
    mine, theirs = sorted(sessions, key=_in_time), sorted(others, key=_in_time)
    sums = tally(edition.promised, map(_taught, filter(lambda one: one.counts, mine)))
    loads = _loads(edition, mine)
    found = [
        *_clashes(edition, mine, theirs),
        *(one for session in mine for one in _alone(edition, session)),
        *_journeys(mine, theirs),
        *_overruns(mine, theirs),
        *_teams(mine),
        *_days_and_weeks(mine),
        *_order(mine),
        *_appointments(loads),
        *_hours(sums),
    ]
    permits = permitted or {}
    days, weeks = _minutes_by(mine, lambda day: day), _minutes_by(mine, _monday)
    teaching = [one for one in mine if one.purpose == "teaching"]
    return Judgement(
        tally=sums,
        found=tuple(replace(one, permit=permits.get(one.fingerprint)) for one in found),
        loads=loads,
        remote=sum(one.minutes for one in teaching if one.mode == "remote"),
        teaching=sum(one.minutes for one in teaching),
        most_a_day=max(days.values(), default=0),
        most_a_week=max(weeks.values(), default=0),
    )


def _in_time(session: Drafted) -> tuple[datetime, str, int]:
    return session.starts_at, session.edition, session.key


def _found(
    code: Finding, level: Level, *sessions: Drafted, about: object = "", of: str = "", **facts: object
) -> Found:
    """`about` is the person, room or day it concerns; `of` the edition whose sessions it names."""
    named = sha256(" | ".join([code, str(about), *(one.words for one in sessions)]).encode()).hexdigest()
    keys = tuple(one.key for one in sessions if not of or one.edition == of)
    home = of or next((one.edition for one in sessions), "")
    facts = {"sessions": tuple(sessions), "home": home} | facts
    return Found(Reason(code, facts), level, keys, named if level is not Level.HARD else "")


def _clashes(edition: Edition, mine: list[Drafted], theirs: list[Drafted]) -> Iterator[Found]:
    both = [*mine, *theirs]
    names = {
        (kind, one.key): one.name
        for session in both
        for kind, them in ((Clash.ROOM, session.rooms), (Clash.INSTRUCTOR, session.teachers))
        for one in them
    }
    for reason in clashes(_booking(number, one, edition) for number, one in enumerate(both)):
        pair = both[_number(reason, "session")], both[_number(reason, "other")]
        if edition.code in {one.edition for one in pair}:
            name = names.get((Clash(reason.code), _number(reason, "key")), edition.code)
            yield _found(_TAKEN[Clash(reason.code)], Level.HARD, *pair, of=edition.code, name=name)


def _number(reason: Reason, fact: str) -> int:
    return cast("int", reason.facts[fact])


def _booking(number: int, session: Drafted, edition: Edition) -> Booking:
    needs = {Need(Clash.ROOM, room.key) for room in session.rooms}
    needs |= {Need(Clash.INSTRUCTOR, teacher.key) for teacher in session.teachers}
    if session.edition == edition.code and session.counts:
        needs.add(Need(Clash.EDITION, 0))
    return Booking(number, session.starts_at, session.ends_at, frozenset(needs))


def _alone(edition: Edition, session: Drafted) -> Iterator[Found]:
    """What one session shows by itself."""
    yield from _its_day(edition, session)
    yield from _its_places(edition, session)
    yield from _its_teachers(edition, session)


def _its_day(edition: Edition, session: Drafted) -> Iterator[Found]:
    day, last = session.day, session.last_day
    if day < edition.first or last > edition.last:
        yield _found(Finding.OUTSIDE_EDITION, Level.HARD, session, first=edition.first, last=edition.last)
    if shut := _closed(edition.days, session):
        yield _found(Finding.CLOSED, Level.HARD, session, why=shut)
    for hub in sorted({room.hub for room in session.rooms}):
        if hub in edition.venues and not shut and (there := _closed(edition.venues[hub], session)):
            names = [room.name for room in session.rooms if room.hub == hub]
            yield _found(Finding.VENUE_CLOSED, Level.HIGH, session, about=hub, why=there, rooms=names)
    if _offset(day) != _offset(day + timedelta(days=1)):
        yield _found(Finding.CLOCKS_CHANGE, Level.LOW, session, day=day)


def _closed(days: Workdays, session: Drafted) -> Reason | None:
    return next(filter(None, (days.closed(session.day, half) for half in session.halves)), None)


def _offset(day: date) -> timedelta | None:
    return datetime.combine(day, datetime.min.time(), tzinfo=ROME).utcoffset()


def _its_places(edition: Edition, session: Drafted) -> Iterator[Found]:
    remote, in_person = session.mode == "remote", session.mode == "in_person"
    if remote and session.rooms:
        yield _found(Finding.REMOTE_WITH_ROOM, Level.HARD, session)
    if in_person and session.linked:
        yield _found(Finding.IN_PERSON_WITH_LINK, Level.HARD, session)
    if not remote and not session.rooms:
        yield _found(Finding.NO_ROOM, Level.LOW, session)
    if not in_person and not session.linked:
        yield _found(Finding.NO_LINK, Level.LOW, session)
    for room in session.rooms:
        if absence := _absence(edition.shut, room.key, session):
            facts = {"name": room.name, "note": absence.note}
            yield _found(Finding.ROOM_AWAY, Level.HIGH, session, about=room.key, **facts)
    capacity = sum(room.capacity for room in session.rooms)
    if not remote and session.rooms and session.counts and capacity < edition.people:
        code, level = (Finding.ROOM_TOO_SMALL, Level.HIGH) if in_person else (Finding.SEATS_SHORT, Level.LOW)
        yield _found(code, level, session, about=edition.people, capacity=capacity, people=edition.people)


def _its_teachers(edition: Edition, session: Drafted) -> Iterator[Found]:
    if session.purpose == "teaching" and not session.teachers:
        yield _found(Finding.NO_INSTRUCTOR, Level.LOW, session)
    groups = len(session.rooms)
    if session.parallel and 0 < len(session.teachers) < groups:
        yield _found(Finding.GROUPS_ALONE, Level.LOW, session, groups=groups, teachers=len(session.teachers))
    for teacher in session.teachers:
        if absence := _absence(edition.absences, teacher.key, session):
            facts = {"name": teacher.name, "note": absence.note}
            yield _found(Finding.INSTRUCTOR_AWAY, Level.HIGH, session, about=teacher.key, **facts)


def _absence(of: Mapping[int, tuple[Absence, ...]], key: int, session: Drafted) -> Absence | None:
    return next((one for one in of.get(key, ()) if one.covers(session)), None)


def _by_teacher(sessions: Iterable[Drafted]) -> dict[int, list[tuple[Drafted, Teacher]]]:
    taught: defaultdict[int, list[tuple[Drafted, Teacher]]] = defaultdict(list)
    for session in sorted(sessions, key=_in_time):
        for teacher in session.teachers:
            taught[teacher.key].append((session, teacher))
    return taught


def _journeys(mine: list[Drafted], theirs: list[Drafted]) -> Iterator[Found]:
    """Instructors who would have to be in another hub sooner than they can."""
    keys = {one.key for session in mine for one in session.teachers}
    codes = {session.edition for session in mine}
    for key, taught in _by_teacher([*mine, *theirs]).items():
        going = [(session, teacher) for session, teacher in taught if session.rooms and key in keys]
        for (one, teacher), (next_one, _) in pairwise(going):
            pause = next_one.starts_at - one.ends_at
            if not codes & {one.edition, next_one.edition} or not timedelta() <= pause < LONGEST_JOURNEY:
                continue
            need = _journey(one, next_one)
            if pause < timedelta(minutes=need):
                yield _found(
                    Finding.TRAVEL,
                    Level.HIGH,
                    one,
                    next_one,
                    about=key,
                    of=min(codes),
                    name=teacher.name,
                    need=need,
                    pause=int(pause.total_seconds() // 60),
                )


def _journey(one: Drafted, other: Drafted) -> int:
    """The shortest way between a room of one and a room of the other, in minutes."""
    return min(
        0 if room.hub == there.hub else minutes_between_towns(room.province, there.province)
        for room in one.rooms
        for there in other.rooms
    )


def _overruns(mine: list[Drafted], theirs: list[Drafted]) -> Iterator[Found]:
    """Rooms in which one edition would wait at the door while another overruns."""
    by_room: defaultdict[int, list[tuple[Drafted, Place]]] = defaultdict(list)
    for session in sorted([*mine, *theirs], key=_in_time):
        for room in session.rooms:
            by_room[room.key].append((session, room))
    codes = {session.edition for session in mine}
    for key, held in by_room.items():
        for (one, room), (next_one, _) in pairwise(held):
            pair = {one.edition, next_one.edition}
            if (
                len(pair) == 2
                and pair & codes
                and timedelta() <= next_one.starts_at - one.ends_at < CHANGE_OVER
            ):
                yield _found(
                    Finding.OVERRUN, Level.LOW, one, next_one, about=key, of=min(codes), name=room.name
                )


def _teams(mine: list[Drafted]) -> Iterator[Found]:
    """What is for some of the edition, such as a team's meeting, while the others are taught."""
    for session in (one for one in mine if one.counts):
        for other in mine:
            if not other.counts and other.starts_at < session.ends_at and session.starts_at < other.ends_at:
                yield _found(Finding.TEAM_ELSEWHERE, Level.HIGH, session, other)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _minutes_by(sessions: list[Drafted], span: Callable[[date], date]) -> dict[date, int]:
    minutes: defaultdict[date, int] = defaultdict(int)
    for session in sessions:
        if session.counts:
            minutes[span(session.day)] += session.minutes
    return dict(minutes)


def _days_and_weeks(mine: list[Drafted]) -> Iterator[Found]:
    for day, minutes in _minutes_by(mine, lambda day: day).items():
        if minutes > LONGEST_DAY:
            those = [one for one in mine if one.day == day and one.counts]
            yield _found(Finding.LONG_DAY, Level.HIGH, *those, day=day, minutes=minutes, most=LONGEST_DAY)
    for monday, minutes in _minutes_by(mine, _monday).items():
        if minutes > FULLEST_WEEK:
            yield _found(Finding.FULL_WEEK, Level.LOW, about=monday, day=monday, minutes=minutes)


def _order(mine: list[Drafted]) -> Iterator[Found]:
    counted = [one for one in mine if one.counts]
    for code, purpose, outermost in (
        (Finding.WELCOME_NOT_FIRST, "welcome", counted[:1]),
        (Finding.FINAL_NOT_LAST, "final", counted[-1:]),
    ):
        those = [one for one in counted if one.purpose == purpose]
        if those and outermost != those[:1]:
            yield _found(code, Level.LOW, *those)


def _loads(edition: Edition, mine: list[Drafted]) -> tuple[Load, ...]:
    return tuple(
        Load(
            key=key,
            name=taught[0][1].name,
            academic=taught[0][1].academic,
            minutes=sum(teacher.minutes for _, teacher in taught),
            confirmed=edition.confirmed.get(key),
            declined=key in edition.declined,
        )
        for key, taught in sorted(_by_teacher(mine).items(), key=lambda it: it[1][0][1].name)
    )


def _appointments(loads: tuple[Load, ...]) -> Iterator[Found]:
    for load in loads:
        if load.confirmed is None or load.minutes > load.confirmed:
            agreed = load.confirmed is not None
            code = Finding.MORE_THAN_CONFIRMED if agreed else Finding.NOT_CONFIRMED
            yield _found(
                Finding.DECLINED if load.declined else code,
                Level.HIGH if load.declined else Level.LOW,
                about=load.key,
                name=load.name,
                minutes=load.minutes,
                confirmed=load.confirmed,
            )


def _taught(session: Drafted) -> Taught:
    academic = sum(one.share for one in session.teachers if one.academic)
    company = sum(one.share for one in session.teachers if not one.academic)
    return Taught(session.key, session.module, session.minutes, academic, company, held=False)


def _hours(sums: Tally) -> Iterator[Found]:
    """Shares of a session that nobody teaches yet are said as that; a draft has no foreign module."""
    for reason in sums.discrepancies:
        if reason.code not in {Discrepancy.SHARES_DIFFER, Discrepancy.UNKNOWN_MODULE}:
            yield Found(Reason(Finding(reason.code), reason.facts), Level.LOW)
