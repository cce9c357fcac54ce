"""A draft as the planner sees it: sessions are units, the week half-days, people and rooms choices.

What makes somebody, a room or a half-day unavailable is named by a cause that says where to look: the
key of an absence or of a closure, or a holiday's names (`courses.telling` words them).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from courses import pattern, planner
from courses.drafts import Absence
from courses.models import (
    Availability,
    Cohort,
    DraftSession,
    Instructor,
    Room,
    Session,
    SessionTeacher,
    TeachingKind,
    TimetableDraft,
)
from courses.pattern import THURSDAY, Pattern
from courses.planner import Hard, Kind, Mode, Pin, Problem, Purpose, Slot, Span
from courses.reasons import Reason
from courses.timetable import absence_of, room_closures, sessions_of, shut_of, workdays_of
from courses.workdays import ROME, Half, instant

LAB = "lab"
RUNS_BESIDE = timedelta(weeks=5)  # a module longer than this runs beside the others on purpose
ABOUT_TIME = {Hard.INSTRUCTOR_AWAY, Hard.ROOM_AWAY, Hard.CLOSED}  # what mending is for
NOON = {Half.MORNING: (0, 13), Half.AFTERNOON: (13, 24)}  # o’clock


def problem_of(draft: TimetableDraft, weekly: Pattern, at: datetime) -> Problem:
    """What there is to plan in `draft` from `at` on, on the half-days of `weekly`.

    Pinned sessions, those that have begun, those outside the pattern and those the planner cannot
    judge (`known`) stay where they are. Whoever teaches a module, here or in another edition, may teach
    any of its sessions of the same kind.
    """
    rows = planned(draft)
    qualified = qualified_for(rows)
    slots = tuple(slots_of(draft, weekly))
    movable = {
        row.pk
        for row in rows
        if row.starts_at > at and not row.pinned and fits(row, slots) and known(row, draft.cohort.hub_id)
    }
    rooms = list(Room.objects.filter(hub=draft.cohort.hub_id).order_by("pk"))
    rooms += [room for row in rows for room in row.rooms.all() if room not in rooms]
    people = {pk for keys in qualified.values() for pk in keys}
    people |= {person.pk for row in rows for person in row.instructors.all()}
    return Problem(
        editions=(
            planner.Edition(
                key=draft.cohort.code,
                modules=tuple(modules_of(rows, qualified, draft.cohort.seats)),
                slots=slots,
                hub=str(draft.cohort.hub_id),
            ),
        ),
        instructors=tuple(instructors_of(people, draft)),
        rooms=tuple(rooms_of(dict.fromkeys(rooms), draft)),
        held=tuple(placed(row) for row in rows if row.pk not in movable),
        not_before=at,
    )


def planned(draft: TimetableDraft) -> list[DraftSession]:
    """What the planner knows of: teaching and the two assessments, cancelled ones apart."""
    return [row for row in sessions_of(draft) if not row.cancelled and row.purpose in set(Purpose)]


def plan_of(draft: TimetableDraft) -> planner.Plan:
    """The draft as it stands."""
    return tuple(sorted(map(placed, planned(draft)), key=lambda one: (one.starts_at, one.unit)))


def around(problem: Problem, before: planner.Plan) -> Problem:
    """`problem` for mending `before`: what was otherwise than the planner's rules already stays as it is.

    Somebody decided it; only absences and closures are to be mended.
    """
    odd: set[object] = set()
    for reason in planner.check(problem, before).violations:
        if reason.code not in ABOUT_TIME:
            odd |= {reason.facts["unit"], reason.facts.get("other")}
    held = {one.unit for one in problem.held}
    return replace(
        problem, held=(*problem.held, *(one for one in before if one.unit in odd and one.unit not in held))
    )


def loosened(problem: Problem, draft: TimetableDraft, at: datetime) -> Problem:
    """`problem` with pins that can be named where no plan exists; a pin that breaks a rule itself stays."""
    keys = {str(row.pk) for row in planned(draft) if row.pinned and row.starts_at > at}
    free = replace(problem, held=tuple(one for one in problem.held if one.unit not in keys))
    broken = {reason.facts["unit"] for reason in planner.check(free, plan_of(draft)).violations}
    loose = [one for one in problem.held if one.unit in keys - broken]
    return replace(
        problem,
        held=tuple(one for one in problem.held if one not in loose),
        pins=tuple(Pin(one.unit, one.starts_at, one.rooms, one.instructors) for one in loose),
    )


def known(row: DraftSession, hub: int) -> bool:
    """Whether the planner can judge it: in rooms of the edition's hub, taught by people of one kind."""
    elsewhere = any(room.hub_id != hub for room in row.rooms.all())
    return not elsewhere and (kind_of(row) is not None or not row.instructors.all())


def kind_of(row: DraftSession) -> Kind | None:
    """Whose teaching it is; None while nobody is named for it, and for the two assessments."""
    kinds = {row.kind} if row.kind else {person.kind for person in row.instructors.all()}
    return Kind(kinds.pop()) if len(kinds) == 1 and row.purpose == Purpose.TEACHING else None


def qualified_for(rows: Iterable[DraftSession]) -> dict[tuple[int, str], list[int]]:
    """(module, kind) → who teaches it here or has taught it, by key."""
    codes = {row.module.code for row in rows}
    found: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    taught = SessionTeacher.objects.filter(live=True, session__module__code__in=codes)
    for code, kind, person in taught.values_list("session__module__code", "kind", "instructor"):
        found[code, kind].add(person)
    for row in rows:
        for one in row.instructors.all():
            found[row.module.code, row.kind or one.kind].add(one.pk)
    return {
        (row.module_id, kind): sorted(found[row.module.code, kind]) for row in rows for kind in TeachingKind
    }


def modules_of(
    rows: Iterable[DraftSession], qualified: dict[tuple[int, str], list[int]], people: int
) -> Iterator[planner.Module]:
    """Sessions as units, in the order they have now; a module's test is in its last."""
    by_module: defaultdict[str, list[DraftSession]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.starts_at, row.pk)):
        by_module[row.module.code].append(row)
    for code, ordered in by_module.items():
        long = ordered[-1].starts_at - ordered[0].starts_at > RUNS_BESIDE
        units = tuple(
            unit_of(row, qualified, people, test=row is ordered[-1] and row.module.has_test)
            for row in ordered
        )
        yield planner.Module(code, units, usual_weeks=None if long else 2)


def unit_of(
    row: DraftSession, qualified: dict[tuple[int, str], list[int]], people: int, *, test: bool
) -> planner.Unit:
    """A session as a unit."""
    kind, labs = kind_of(row), [room for room in row.rooms.all() if room.kind == Room.Kind.LAB]
    able = tuple(map(str, qualified[row.module_id, kind])) if kind else ()
    return planner.Unit(
        key=str(row.pk),
        minutes=row.minutes,
        kind=kind if able else None,
        qualified=able,
        teachers=max(1, row.instructors.count()) if able else 0,
        purpose=Purpose(row.purpose),
        mode=Mode(row.mode),
        people=0 if row.mode == Mode.REMOTE else people,
        kit=(LAB,) if labs else (),
        parallel=max(1, len(row.rooms.all())),
        test=test,
    )


def placed(row: DraftSession) -> planner.Placed:
    """Where a session is."""
    return planner.Placed(
        str(row.pk),
        row.starts_at,
        tuple(str(room.pk) for room in row.rooms.all()),
        tuple(str(person.pk) for person in row.instructors.all()),
    )


def placed_of(data: Mapping[str, Any]) -> planner.Placed:
    """Where a session is in a plan that a run has kept."""
    starts_at = datetime.fromisoformat(data["starts_at"])
    return planner.Placed(data["unit"], starts_at, tuple(data["rooms"]), tuple(data["instructors"]))


def fits(row: DraftSession, slots: Iterable[Slot]) -> bool:
    """Whether a session is as long as a half-day of the pattern, or a part of it."""
    lengths = {slot.ends_at - slot.starts_at for slot in slots if Purpose(row.purpose) in slot.purposes}
    return any(length % (row.ends_at - row.starts_at) == timedelta() for length in lengths)


def slots_of(draft: TimetableDraft, weekly: Pattern) -> Iterator[Slot]:
    """The half-days of the edition; a closed Thursday closes its weekend."""
    days, cohort = workdays_of(draft.cohort), draft.cohort
    first = days.next_open(cohort.starts_on, weekday=THURSDAY)
    for week in range((cohort.ends_on - first).days // 7 + 1):
        thursday = first + timedelta(weeks=week)
        for slot in weekly.slots:
            day = thursday + timedelta(days=slot.weekday - THURSDAY)
            if day <= cohort.ends_on:
                why = cause_of(days.closed(thursday) or days.closed(day, slot.half))
                yield from half_day(slot, day, first, weekly, why)


def cause_of(why: Reason | None) -> str:
    """A holiday or a closure by its names in both languages; "" for an open half-day."""
    return f"{why.facts['name_it']} | {why.facts['name_en']}" if why else ""


def half_day(slot: pattern.Slot, day: date, first: date, weekly: Pattern, why: str) -> Iterator[Slot]:
    """A half-day for teaching, or for the welcome; on the last weekday also for the final."""
    purpose = Purpose.TEACHING
    if day == first:
        slot, purpose = weekly.welcome[1], Purpose.WELCOME
    times = instant(day, slot.begins), instant(day, slot.ends)
    yield Slot(*times, Mode(slot.mode), (purpose,), why)
    final = weekly.final[1]
    if (slot.weekday, slot.half) == (final.weekday, final.half):
        times = instant(day, final.begins), instant(day, final.ends)
        yield Slot(*times, Mode(final.mode), (Purpose.FINAL,), why)


def instructors_of(keys: set[int], draft: TimetableDraft) -> Iterator[planner.Instructor]:
    """People with their absences and what they teach elsewhere."""
    away: defaultdict[int, list[Span]] = defaultdict(list)
    cohort = draft.cohort
    for row in Availability.objects.filter(
        instructor__in=keys, starts_on__lte=cohort.ends_on, ends_on__gte=cohort.starts_on
    ):
        away[row.instructor_id] += spans_of(absence_of(row), cohort, cause=str(row.pk))
    elsewhere = Session.objects.live().exclude(cohort=cohort).filter(teachers__instructor__in=keys)
    for person, begins, ends, code in elsewhere.values_list(
        "teachers__instructor", "starts_at", "ends_at", "cohort__code"
    ):
        away[person].append(Span(begins, ends, code, firm=True))
    for one in Instructor.objects.filter(pk__in=keys).order_by("pk"):
        yield planner.Instructor(str(one.pk), Kind(one.kind), tuple(away[one.pk]))


def spans_of(absence: Absence, cohort: Cohort, *, cause: str) -> Iterator[Span]:
    """The stretches of an absence within an edition, a day each: some are away for ever."""
    first, last = max(absence.first, cohort.starts_on), min(absence.last, cohort.ends_on)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if absence.weekday in (None, day.weekday()):
            begins, ends = (0, 24) if absence.half is None else NOON[absence.half]
            midnight = datetime.combine(day, datetime.min.time(), tzinfo=ROME)
            hours = (midnight.replace(hour=begins), midnight + timedelta(hours=ends))
            yield Span(*hours, cause=cause)


def rooms_of(rooms: Iterable[Room], draft: TimetableDraft) -> Iterator[planner.Room]:
    """Rooms with what other editions have there and the days they are closed."""
    rooms, cohort = list(rooms), draft.cohort
    taken: defaultdict[int, list[Span]] = defaultdict(list)
    for key, closure in room_closures(cohort, room__in=rooms):
        taken[key] += spans_of(shut_of(closure), cohort, cause=str(closure.pk))
    elsewhere = Session.objects.live().exclude(cohort=cohort).filter(places__room__in=rooms)
    for key, begins, ends, code in elsewhere.values_list(
        "places__room", "starts_at", "ends_at", "cohort__code"
    ):
        taken[key].append(Span(begins, ends, code, firm=True))
    for room in rooms:
        kit = (LAB,) if room.kind == Room.Kind.LAB else ()
        yield planner.Room(str(room.pk), room.capacity, kit, str(room.hub_id), tuple(taken[room.pk]))
