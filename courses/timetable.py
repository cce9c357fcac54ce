"""The timetable of an edition as it stands and as a draft has it, for comparing and for judging."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import ExtractIsoWeekDay, TruncDate
from django.utils import timezone

from courses import drafts, workdays
from courses.changes import Change, Named, Standing, difference, standing_of
from courses.drafts import Drafted, Edition, Judgement, Permit, Place, Teacher
from courses.hours import Due, resized, split
from courses.models import (
    Appointment,
    Availability,
    Closure,
    Cohort,
    DraftSession,
    Hub,
    Instructor,
    Module,
    Override,
    Room,
    Session,
    SessionPlace,
    SessionTeacher,
    TeachingKind,
    TimetableDraft,
)
from courses.workdays import Half, Workdays


def workdays_of(cohort: Cohort) -> Workdays:
    """The days of the edition: its hub's holidays, and closures of the hub, the edition, the Academy."""
    return Workdays(cohort.hub.province, closures_of(Closure.objects.touching(cohort)))


def closures_of(rows: Iterable[Closure]) -> tuple[workdays.Closure, ...]:
    """Closures as `courses.workdays` knows them."""
    return tuple(
        workdays.Closure(
            row.starts_on, row.ends_on, row.reason_it, row.reason_en, Half(row.half) if row.half else None
        )
        for row in rows
    )


def with_all(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """With module, places and instructors; a query for each of these, however many sessions."""
    return sessions.select_related("module", "cohort").prefetch_related(
        Prefetch("places", SessionPlace.objects.select_related("room__hub").order_by("pk")),
        Prefetch("teachers", SessionTeacher.objects.select_related("instructor").order_by("pk")),
    )


def sessions_of(draft: TimetableDraft) -> QuerySet[DraftSession]:
    """The sessions of a draft, with all a page says of them."""
    return draft.sessions.select_related("module__block").prefetch_related(
        Prefetch("rooms", Room.objects.select_related("hub")),
        "instructors",
        Prefetch("session__teachers", SessionTeacher.objects.order_by("pk")),
    )


def released(cohort: Cohort) -> list[Standing]:
    """What stands on the released timetable, cancelled sessions apart."""
    return [standing(session) for session in with_all(cohort.sessions.live())]


def standing(session: Session) -> Standing:
    """A released session."""
    places = list(session.places.all())
    return Standing(
        session=session.pk,
        module=session.module.code,
        purpose=session.purpose,
        mode=session.mode,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        rooms=named(place.room for place in places if place.room),
        link=next((place.link for place in places if place.link), ""),
        instructors=named(row.instructor for row in session.teachers.all()),
        topic_it=session.topic_it,
        topic_en=session.topic_en,
    )


def named(things: Iterable[Room | Instructor]) -> tuple[Named, ...]:
    """Rooms or instructors as they are called now."""
    return tuple(sorted(Named(thing.pk, thing.name) for thing in things))


def standing_in(draft: TimetableDraft) -> list[Standing]:
    """What would stand once `draft` is released."""
    return [drafted_standing(row) for row in sessions_of(draft) if not row.cancelled]


def drafted_standing(row: DraftSession) -> Standing:
    """A session as its draft has it."""
    return Standing(
        session=row.session_id,
        module=row.module.code,
        purpose=row.purpose,
        mode=row.mode,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        rooms=named(row.rooms.all()),
        link=row.link,
        instructors=named(row.instructors.all()),
        topic_it=row.topic_it,
        topic_en=row.topic_en,
    )


def mark_of(row: DraftSession) -> str:
    """The same as long as nobody changes a session of a draft."""
    facts = drafted_standing(row).as_json(), row.kind, row.parallel, row.pinned, row.cancelled
    return sha256(repr(facts).encode()).hexdigest()


def changes_in(draft: TimetableDraft) -> tuple[Change, ...]:
    """What releasing `draft` would change."""
    return difference(released(draft.cohort), standing_in(draft))


def changed_meanwhile(draft: TimetableDraft) -> tuple[Change, ...]:
    """What was released otherwise since `draft` was made."""
    return difference(map(standing_of, draft.base), released(draft.cohort))


def judgement_of(draft: TimetableDraft) -> Judgement:
    """Everything that is to be said of a draft, beside what is released in other editions."""
    rows = [row for row in sessions_of(draft) if not row.cancelled]
    mine = [drafted(row, draft.cohort.code) for row in rows]
    people = {teacher.key for session in mine for teacher in session.teachers}
    rooms = {room.key for session in mine for room in session.rooms}
    beside = (
        Session.objects.live()
        .exclude(cohort=draft.cohort_id)
        .filter(Q(places__room__in=rooms) | Q(teachers__instructor__in=people))
        .distinct()
    )
    if mine:
        first = min(session.starts_at for session in mine) - drafts.LONGEST_JOURNEY
        last = max(session.ends_at for session in mine) + drafts.LONGEST_JOURNEY
        beside = beside.filter(starts_at__lt=last, ends_at__gt=first)
    others = [released_elsewhere(session) for session in with_all(beside)] if mine else []
    hubs = {room.hub for session in mine for room in session.rooms}
    return drafts.judge(edition_of(draft.cohort, people, hubs), mine, others, permits_of(draft.cohort))


def drafted(row: DraftSession, code: str) -> Drafted:
    """A session of a draft, to be judged."""
    return Drafted(
        key=row.pk,
        edition=code,
        module=row.module.code,
        purpose=row.purpose,
        mode=row.mode,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        rooms=tuple(map(place_of, row.rooms.all())),
        linked=bool(row.link),
        teachers=teachers_of(row),
        parallel=row.parallel,
    )


def place_of(room: Room) -> Place:
    """A room, to be judged."""
    return Place(room.pk, str(room), room.hub_id, room.hub.province, room.capacity)


def teachers_of(row: DraftSession) -> tuple[Teacher, ...]:
    """Who would teach, and how long: as released where nobody comes or goes, otherwise in equal parts."""
    instructors = {person.pk: person for person in row.instructors.all()}
    before = list(row.session.teachers.all()) if row.session else []
    if before and {one.instructor_id for one in before} == instructors.keys():
        kinds = [(one.instructor_id, one.kind) for one in before]
        taught = resized([(one.minutes, one.share) for one in before], row.minutes)
    else:
        kinds = [(pk, row.kind or person.kind) for pk, person in instructors.items()]
        shares = split(row.minutes, [1] * len(kinds)) if kinds else []
        taught = [(row.minutes if row.parallel else share, share) for share in shares]
    return tuple(
        Teacher(pk, instructors[pk].name, kind == TeachingKind.ACADEMIC, share, minutes)
        for (pk, kind), (minutes, share) in zip(kinds, taught, strict=True)
    )


def released_elsewhere(session: Session) -> Drafted:
    """A released session of another edition, to be judged beside."""
    return Drafted(
        key=session.pk,
        edition=session.cohort.code,
        module=session.module.code,
        purpose=session.purpose,
        mode=session.mode,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        rooms=tuple(place_of(place.room) for place in session.places.all() if place.room),
        linked=any(place.link for place in session.places.all()),
        teachers=tuple(
            Teacher(
                row.instructor_id,
                row.instructor.name,
                row.kind == TeachingKind.ACADEMIC,
                row.share,
                row.minutes,
            )
            for row in session.teachers.all()
        ),
    )


def edition_of(cohort: Cohort, instructors: set[int], hubs: set[int]) -> Edition:
    """What an edition asks of its timetable, as far as these people and hubs are concerned."""
    modules = Module.objects.filter(block__programme=cohort.programme_id).select_related("block")
    away: dict[int, tuple[drafts.Absence, ...]] = {}
    for row in Availability.objects.filter(
        instructor__in=instructors, starts_on__lte=cohort.ends_on, ends_on__gte=cohort.starts_on
    ):
        away[row.instructor_id] = (*away.get(row.instructor_id, ()), absence_of(row))
    shut: dict[int, tuple[drafts.Absence, ...]] = {}
    for room, closure in room_closures(cohort, room__hub__in=hubs):
        shut[room] = (*shut.get(room, ()), shut_of(closure))
    answers = Appointment.objects.filter(cohort=cohort, instructor__in=instructors)
    answered = [(row.state, row.instructor_id, row.minutes) for row in answers]
    return Edition(
        code=cohort.code,
        people=cohort.seats,
        first=cohort.starts_on,
        last=cohort.ends_on,
        days=workdays_of(cohort),
        promised=tuple(map(due_of, modules)),
        venues=venues_of(hubs - {cohort.hub_id}),
        absences=away,
        shut=shut,
        confirmed={who: minutes for state, who, minutes in answered if state == "confirmed"},
        declined=frozenset(who for state, who, _minutes in answered if state == "declined"),
    )


def due_of(module: Module) -> Due:
    """What the programme promises for a module."""
    return Due(
        module=module.code,
        block=module.block.code,
        minutes=module.minutes,
        academic=module.academic_minutes,
        company=module.company_minutes,
        counts=module.block.counts_towards_total,
    )


def absence_of(row: Availability) -> drafts.Absence:
    """An absence, to be judged."""
    half = Half(row.half) if row.half else None
    return drafts.Absence(row.starts_on, row.ends_on, row.weekday, half, row.note)


def shut_of(row: Closure) -> drafts.Absence:
    """The days on which a room is not to be had."""
    return drafts.Absence(
        row.starts_on, row.ends_on, half=Half(row.half) if row.half else None, note=row.reason
    )


def room_closures(cohort: Cohort, **which: object) -> list[tuple[int, Closure]]:
    """Closures of single rooms that touch an edition, with the room's key."""
    rows = Closure.objects.filter(starts_on__lte=cohort.ends_on, ends_on__gte=cohort.starts_on, **which)
    return [(row.room_id, row) for row in rows if row.room_id is not None]


def hit_by(away: Availability | Closure, at: datetime) -> list[Session]:
    """The released sessions after `at` that an absence or a closure makes impossible, in order of time."""
    sessions = with_all(Session.objects.live().filter(starts_at__gt=at))
    if isinstance(away, Availability):
        absence, those = absence_of(away), sessions.filter(teachers__instructor=away.instructor_id)
    else:
        absence = shut_of(away)
        where = {"places__room": away.room_id, "cohort__hub": away.hub_id, "cohort": away.cohort_id}
        those = sessions.filter(**{name: key for name, key in where.items() if key is not None})
    near = those.filter(starts_at__date__lte=away.ends_on, ends_at__date__gte=away.starts_on)
    return [one for one in near.order_by("starts_at", "pk") if absence.covers(released_elsewhere(one))]


def hit(at: datetime) -> QuerySet[Session]:
    """All released sessions after `at` that absences or closures make impossible, as `hit_by` says of one."""
    dated = (
        Session.objects.live()
        .filter(starts_at__gt=at)
        .annotate(
            day=TruncDate("starts_at"),
            weekday=ExtractIsoWeekDay("starts_at") - 1,
            last=F("ends_at") - timedelta(minutes=1),
            morning=Case(When(starts_at__hour__lt=drafts.LUNCH, then=Value(Half.MORNING))),
            afternoon=Case(
                When(Q(last__hour__gte=drafts.LUNCH) | ~Q(last__date=F("day")), then=Value(Half.AFTERNOON))
            ),
        )
    )
    those = {
        "starts_on__lte": OuterRef("day"),
        "ends_on__gte": OuterRef("day"),
        "half__in": ["", OuterRef("morning"), OuterRef("afternoon")],
    }
    away = Availability.objects.filter(
        Q(weekday=None) | Q(weekday=OuterRef("weekday")),
        instructor__teaching__session=OuterRef("pk"),
        **those,
    )
    rooms = SessionPlace.objects.filter(session=OuterRef(OuterRef("pk")), room__isnull=False)
    shut = Closure.objects.filter(
        Q(room=None) | Q(room__in=rooms.values("room")),
        Q(hub=None) | Q(hub=OuterRef("cohort__hub")),
        Q(cohort=None) | Q(cohort=OuterRef("cohort")),
        **those,
    )
    return dated.filter(Exists(away) | Exists(shut))


def teaching_in(cohort: Cohort) -> QuerySet[SessionTeacher, int]:
    """The keys of who teaches in an edition, by its released timetable."""
    return SessionTeacher.objects.filter(session__cohort=cohort, live=True).values_list(
        "instructor", flat=True
    )


def appointments_to_answer(instructor: Instructor, at: datetime) -> QuerySet[Appointment]:
    """Those of editions not over that await an answer, the next edition first."""
    coming = instructor.appointments.filter(cohort__ends_on__gte=timezone.localdate(at))
    asked = coming.filter(state=Appointment.State.ASKED)
    return asked.select_related("cohort").order_by("cohort__starts_on")


def asked_for(instructor: Instructor, appointments: Iterable[Appointment]) -> list[tuple[Appointment, list]]:
    """Each appointment with its sessions: as released; unanswered, as an open draft has them."""
    released_ones, planned = defaultdict(list), defaultdict(list)
    editions = {row.cohort_id for row in appointments}
    taught = Session.objects.live().of(instructor).filter(cohort__in=editions).select_related("module")
    for session in taught.order_by("starts_at"):
        released_ones[session.cohort_id].append(session)
    drafted_ones = DraftSession.objects.filter(
        instructors=instructor,
        draft__cohort__in=editions,
        draft__state=TimetableDraft.State.OPEN,
        cancelled=False,
    )
    for row in drafted_ones.select_related("module", "draft").order_by("starts_at"):
        planned[row.draft.cohort_id].append(row)
    return [
        (one, (one.state == "asked" and planned[one.cohort_id]) or released_ones[one.cohort_id])
        for one in appointments
    ]


def unfilled(at: datetime) -> QuerySet[Appointment]:
    """Appointments declined by somebody the timetable after `at`, or an open draft, still counts on."""
    teaches = SessionTeacher.objects.filter(
        instructor=OuterRef("instructor"), session__cohort=OuterRef("cohort"), session__starts_at__gt=at
    )
    planned = DraftSession.objects.filter(
        instructors=OuterRef("instructor"),
        draft__cohort=OuterRef("cohort"),
        draft__state=TimetableDraft.State.OPEN,
        cancelled=False,
    )
    declined = Appointment.objects.filter(state=Appointment.State.DECLINED)
    return declined.filter(Exists(teaches.filter(live=True)) | Exists(planned))


def venues_of(hubs: set[int]) -> dict[int, Workdays]:
    """The days of each hub by its key: its holidays and its own closures."""
    rows = Hub.objects.filter(pk__in=hubs).prefetch_related(
        Prefetch("closures", Closure.objects.filter(cohort=None))
    )
    return {hub.pk: Workdays(hub.province, closures_of(hub.closures.all())) for hub in rows}


def permits_of(cohort: Cohort) -> dict[str, Permit]:
    """What was permitted in an edition, by fingerprint."""
    rows = Override.objects.filter(cohort=cohort).select_related("by")
    return {row.fingerprint: Permit(str(row.by), row.at, row.reason) for row in rows}
