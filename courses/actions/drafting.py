"""A timetable in the making: opened, laid out, edited, dropped. Locks: the edition, then its draft."""

import logging
from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from courses import pattern
from courses.actions.appointments import withdraw_appointments
from courses.changes import difference, standing_of
from courses.drafts import Found, Level
from courses.models import (
    Cohort,
    DraftSession,
    Module,
    Override,
    Room,
    Session,
    TimetableDraft,
)
from courses.pattern import Pattern, SessionPlan
from courses.refusals import Refusal
from courses.timetable import (
    drafted_standing,
    judgement_of,
    mark_of,
    released,
    sessions_of,
    with_all,
    workdays_of,
)
from courses.wording import in_words

log = logging.getLogger(__name__)
CURRICULA = Path(pattern.__file__).parent / "curricula"
WRITABLE = ("purpose", "mode", "starts_at", "ends_at", "topic_it", "topic_en", "link", "kind", "parallel")


@transaction.atomic
def open_draft(*, cohort: Cohort, by, at: datetime) -> TimetableDraft:
    """A draft that says what the released timetable says. Refused by the database while another is open."""
    draft = begun(cohort, by, at)
    for session in with_all(cohort.sessions.live()):
        copy(draft, session)
    log.info("%s opened a draft of %s", by, cohort)
    return draft


@transaction.atomic
def lay_out_draft(*, cohort: Cohort, by, at: datetime) -> TimetableDraft:
    """A draft laid out anew by the programme's weekly pattern, around holidays and closures.

    Refused once the edition has begun, and without a pattern. Released sessions become those of the
    same module in the same order, so that people hear of moves and not of another timetable; what stays
    at its time keeps its places. Rooms are proposed where they are free, instructors stay with what they
    were to teach.
    """
    plans = laid_out(cohort)
    draft = begun(cohort, by, at)
    standing: defaultdict[tuple[str, str], deque[Session]] = defaultdict(deque)
    for session in with_all(cohort.sessions.live()):
        if session.starts_at <= at:
            raise Refusal(_("The edition has begun: open a draft of what is released instead."))
        standing[session.module.code, session.purpose].append(session)
    modules = {row.code: row for row in Module.objects.filter(block__programme=cohort.programme_id)}
    proposed = Rooms(cohort, plans)
    for plan in plans:
        waiting = standing[plan.module, plan.purpose]
        before = waiting.popleft() if waiting else None
        row = copy(draft, before) if before else DraftSession(draft=draft)
        time = plan.starts_at, plan.ends_at, plan.mode
        if before and (before.starts_at, before.ends_at, before.mode) == time:
            continue
        rooms = proposed.of(plan)
        row.module, row.kind = modules[plan.module], plan.kind
        row.purpose, row.mode, row.parallel = plan.purpose, plan.mode, len(rooms) > 1
        row.starts_at, row.ends_at = plan.starts_at, plan.ends_at
        row.link = "" if plan.mode == Session.Mode.IN_PERSON else row.link
        row.save()
        row.rooms.set(rooms)
    for session in (session for waiting in standing.values() for session in waiting):
        copy(draft, session, cancelled=True)
    log.info("%s laid out a draft of %s", by, cohort)
    return draft


def begun(cohort: Cohort, by, at: datetime) -> TimetableDraft:
    """An empty draft, which remembers what is released now."""
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    base = [standing.as_json() for standing in released(cohort)]
    return TimetableDraft.objects.create(cohort=cohort, base=base, opened_by=by, opened_at=at)


def copy(draft: TimetableDraft, session: Session, *, cancelled: bool = False) -> DraftSession:
    """A released session, with places and instructors, in `draft`."""
    places, teachers = list(session.places.all()), list(session.teachers.all())
    row = DraftSession.objects.create(
        draft=draft,
        session=session,
        module=session.module,
        purpose=session.purpose,
        mode=session.mode,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        topic_it=session.topic_it,
        topic_en=session.topic_en,
        link=next((place.link for place in places if place.link), ""),
        parallel=len(teachers) > 1 and all(row.minutes == session.minutes for row in teachers),
        cancelled=cancelled,
    )
    row.rooms.set(place.room_id for place in places if place.room_id)
    row.instructors.set(teacher.instructor_id for teacher in teachers)
    return row


def laid_out(cohort: Cohort) -> tuple[SessionPlan, ...]:
    """The sessions of an edition by the weekly pattern of its programme, from its first open Thursday."""
    days = workdays_of(cohort)
    first_day = days.next_open(cohort.starts_on, weekday=pattern.THURSDAY)
    return pattern.lay_out(weekly_pattern(cohort), first_day=first_day, workdays=days)


def weekly_pattern(cohort: Cohort) -> Pattern:
    """The pattern that lays out exactly the modules of the edition's programme; Refusal without one."""
    modules = Module.objects.filter(block__programme=cohort.programme_id)
    codes = set(modules.values_list("code", flat=True))
    for found in map(pattern.read, sorted(CURRICULA.glob("*-pattern.toml"))):
        units = (part.module for unit in (*found.teaching, *found.project_work) for part in unit)
        if {*units, found.welcome[0], found.final[0]} == codes:
            return found
    raise Refusal(_("The programme has no weekly pattern."))


class Rooms:
    """Proposes rooms of the edition's hub that are free of released sessions of other editions."""

    def __init__(self, cohort: Cohort, plans: Iterable[SessionPlan]) -> None:
        self.people = cohort.seats
        self.rooms = list(Room.objects.filter(hub=cohort.hub_id).order_by("capacity", "pk"))
        spans = [(plan.starts_at, plan.ends_at) for plan in plans]
        taken = Session.objects.live().exclude(cohort=cohort).filter(places__room__in=self.rooms)
        taken = taken.filter(starts_at__lt=max(end for _, end in spans), ends_at__gt=min(spans)[0])
        self.taken = list(taken.values_list("places__room", "starts_at", "ends_at"))

    def of(self, plan: SessionPlan) -> list[Room]:
        """Laboratories, side by side where one is too small; else the smallest classroom that fits."""
        if plan.mode == Session.Mode.REMOTE:
            return []
        busy = {room for room, begin, end in self.taken if begin < plan.ends_at and plan.starts_at < end}
        free = [room for room in self.rooms if room.pk not in busy]
        if plan.purpose == Session.Purpose.TEACHING and plan.mode == Session.Mode.IN_PERSON:
            return self.side_by_side([room for room in free if room.kind == Room.Kind.LAB])
        classrooms = [room for room in free if room.kind == Room.Kind.CLASSROOM]
        return [room for room in classrooms if room.capacity >= self.people][:1]

    def side_by_side(self, labs: list[Room]) -> list[Room]:
        """As few as seat the class, the largest first; none where all together do not."""
        chosen: list[Room] = []
        for lab in reversed(labs):
            chosen.append(lab)
            if sum(room.capacity for room in chosen) >= self.people:
                return chosen
        return []


@transaction.atomic
def add_draft_session(*, draft: TimetableDraft, module: Module, by, at: datetime, **facts) -> DraftSession:
    """Another session in an open draft. `facts` are its fields, with `rooms` and `instructors`."""
    draft = locked(draft)
    return written(DraftSession(draft=draft, module=module), facts)


@transaction.atomic
def edit_draft_session(
    *, draftsession: DraftSession, seen: str = "", by, at: datetime, **facts
) -> DraftSession:
    """Let a session of an open draft be otherwise; what is not among `facts` stays.

    `seen` is the `mark_of` what was looked at: refused where somebody else has changed it since.
    """
    locked(draftsession.draft)
    return written(row_as_seen(draftsession, seen), facts)


def row_as_seen(row: DraftSession, seen: str) -> DraftSession:
    """A session of a draft as it is now, locked; Refusal where it is not what was `seen`."""
    now = DraftSession.objects.select_for_update(no_key=True).filter(pk=row.pk).first()
    if now is None or seen not in ("", mark_of(now)):
        raise Refusal(_("Somebody has changed this session meanwhile: open this page anew."))
    return now


def written(row: DraftSession, facts: dict) -> DraftSession:
    """`row` with its facts; a draft may say what cannot be released: it is judged, not refused."""
    rooms, instructors = facts.pop("rooms", None), facts.pop("instructors", None)
    for name in facts.keys() & {*WRITABLE, "pinned"}:
        setattr(row, name, facts[name])
    row.save()
    if rooms is not None:
        row.rooms.set(rooms)
    if instructors is not None:
        row.instructors.set(instructors)
    return row


@transaction.atomic
def cancel_draft_session(
    *, draftsession: DraftSession, seen: str = "", by, at: datetime
) -> DraftSession | None:
    """Take a session out of an open draft: a released one is to be cancelled, a new one is forgotten."""
    locked(draftsession.draft)
    row = row_as_seen(draftsession, seen)
    if row.session_id is None:
        row.delete()
        return None
    row.cancelled = True
    row.save(update_fields=["cancelled"])
    return row


@transaction.atomic
def restore_draft_session(*, draftsession: DraftSession, by, at: datetime) -> DraftSession:
    """Let a released session stand after all."""
    locked(draftsession.draft)
    row = DraftSession.objects.select_for_update(no_key=True).get(pk=draftsession.pk)
    row.cancelled = False
    row.save(update_fields=["cancelled"])
    return row


@transaction.atomic
def catch_up_draft(*, timetabledraft: TimetableDraft, by, at: datetime) -> TimetableDraft:
    """Take over what was released otherwise since the draft was made.

    What the draft itself changes stays as the draft has it; sessions cancelled meanwhile leave it.
    """
    draft = locked(timetabledraft)
    base = {one["session"]: one for one in draft.base}
    now = {session.pk: session for session in with_all(draft.cohort.sessions.live())}
    rows = {row.session_id: row for row in sessions_of(draft) if row.session_id}
    for pk, row in rows.items():
        if pk not in now:
            row.delete()
        elif pk in base and untouched(row, base[pk]):
            pinned = row.pinned
            row.delete()
            DraftSession.objects.filter(pk=copy(draft, now[pk]).pk).update(pinned=pinned)
    for pk in now.keys() - rows.keys():
        copy(draft, now[pk])
    draft.base = [standing.as_json() for standing in released(draft.cohort)]
    draft.save(update_fields=["base"])
    log.info("%s caught up the draft of %s", by, draft.cohort)
    return draft


def untouched(row: DraftSession, base: dict) -> bool:
    """Whether the draft says of a session what was released when the draft was made."""
    return not row.cancelled and not difference([standing_of(base)], [drafted_standing(row)])


@transaction.atomic
def drop_draft(*, timetabledraft: TimetableDraft, by, at: datetime) -> TimetableDraft:
    """Give a draft up: nothing of it is released, and another may be opened.

    Instructors asked for its sake alone are told that they are not needed.
    """
    draft = locked(timetabledraft)
    draft.state, draft.closed_at = TimetableDraft.State.DROPPED, at
    draft.save(update_fields=["state", "closed_at"])
    withdraw_appointments(draft.cohort, by=by, at=at)
    log.info("%s dropped the draft of %s", by, draft.cohort)
    return draft


@transaction.atomic
def permit(*, draft: TimetableDraft, fingerprint: str, reason: str, by, at: datetime) -> Override:
    """Permit a soft clash of an open draft, in somebody's name and with a reason.

    Refused for what is no longer found; what the database itself forbids cannot be permitted.
    """
    draft = locked(draft)
    found = [one for one in judgement_of(draft).found if fingerprint and one.fingerprint == fingerprint]
    if not found or found[0].level is Level.HARD:
        raise Refusal(_("The draft has changed: this is not said of it any more."))
    return permitted(draft.cohort, found[0], reason=reason, by=by, at=at)


def permitted(cohort: Cohort, found: Found, *, reason: str, by, at: datetime) -> Override:
    """`found`, permitted in an edition from now on; as it was permitted first."""
    override, _new = Override.objects.get_or_create(
        cohort=cohort,
        fingerprint=found.fingerprint,
        defaults={
            "code": found.reason.code,
            "level": found.level,
            "facts": {"said": in_words(found.reason)},
            "reason": reason,
            "by": by,
            "at": at,
        },
    )
    log.info("%s permitted %s in %s", by, found.reason.code, cohort)
    return override


@transaction.atomic
def permit_clashes(
    *, cohort: Cohort, found: Iterable[Found], reason: str, by, at: datetime
) -> list[Override]:
    """Permit what changing a released session brings with it; refused without a reason."""
    found = list(found)
    if found and not reason.strip():
        raise Refusal(_("Give a reason: it permits, in your name, what is said above to be serious."))
    return [permitted(cohort, one, reason=reason, by=by, at=at) for one in found]


def locked(draft: TimetableDraft) -> TimetableDraft:
    """`draft` as it is now, its edition and itself locked in that order; Refusal once it is closed."""
    Cohort.objects.select_for_update(no_key=True).get(pk=draft.cohort_id)
    draft = (
        TimetableDraft.objects.select_for_update(no_key=True, of=["self"])
        .select_related("cohort__hub", "cohort__programme")
        .get(pk=draft.pk)
    )
    if not draft.open:
        raise Refusal(_("The draft has been released or dropped: it can no longer be changed."))
    return draft
