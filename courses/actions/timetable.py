"""Planning, moving, cancelling and restoring sessions. Locks: the edition, then the writing of
timetables as a whole, then the session.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import zip_longest

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.hours import resized, split
from courses.models import (
    Cohort,
    Instructor,
    Module,
    Room,
    Session,
    SessionPlace,
    SessionTeacher,
    Substitution,
)
from courses.refusals import Refusal
from courses.timetable import workdays_of
from courses.wording import closed_in_words
from courses.workdays import Half

log = logging.getLogger(__name__)
LUNCH = 13  # o’clock


@dataclass(frozen=True)
class Plan:
    """A session to be: when, what, how, where and by whom. Instructors share it in equal parts."""

    module: Module
    starts_at: datetime
    ends_at: datetime
    mode: str
    purpose: str = Session.Purpose.TEACHING
    rooms: tuple[Room, ...] = ()
    link: str = ""
    instructors: tuple[Instructor, ...] = ()
    kind: str | None = None
    topic_it: str = ""
    topic_en: str = ""
    parallel: bool = field(default=False)


@transaction.atomic
def plan_sessions(*, cohort: Cohort, plans: Iterable[Plan], by, at: datetime) -> list[Session]:
    """Put sessions on the timetable of `cohort`, none on a closed day.

    The database refuses clashes and days outside the edition.
    """
    hold_edition(cohort.pk)
    plans = list(plans)
    refuse_closed_days(cohort, [(plan.starts_at, plan.ends_at) for plan in plans])
    for plan in plans:
        Arrangement(plan.mode, list(plan.rooms), plan.link).refuse_contradiction()
    sessions = Session.objects.bulk_create(
        Session(
            cohort=cohort,
            module=plan.module,
            purpose=plan.purpose,
            mode=plan.mode,
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
            topic_it=plan.topic_it,
            topic_en=plan.topic_en,
            changed_at=at,
        )
        for plan in plans
    )
    pairs = list(zip(sessions, plans, strict=True))
    SessionPlace.objects.bulk_create(
        place for session, plan in pairs for place in places(session, plan.rooms, plan.link)
    )
    SessionTeacher.objects.bulk_create(
        teacher for session, plan in pairs for teacher in teachers(session, plan)
    )
    log.info("%s planned %d sessions of %s", by, len(sessions), cohort)
    return sessions


def places(session: Session, rooms: Iterable[Room], link: str) -> list[SessionPlace]:
    """The rows for rooms and link."""
    rows = [SessionPlace(session=session, room=room) for room in rooms]
    return rows + ([SessionPlace(session=session, link=link)] if link else [])


def teachers(session: Session, plan: Plan) -> list[SessionTeacher]:
    """The rows for instructors: in parallel groups each teaches the whole time, otherwise a part."""
    if not plan.instructors:
        return []
    shares = split(session.minutes, [1] * len(plan.instructors))
    return [
        SessionTeacher(
            session=session,
            instructor=instructor,
            kind=plan.kind or instructor.kind,
            share=share,
            minutes=session.minutes if plan.parallel else share,
        )
        for instructor, share in zip(plan.instructors, shares, strict=True)
    ]


@transaction.atomic
def move_session(
    *, session: Session, starts_at: datetime, ends_at: datetime, reason: str = "", by, at: datetime
) -> Session:
    """Move `session`; its revision rises and those concerned are told. Moving it to where it is does nothing.

    Refused on a closed day and for a cancelled session. Shares follow a new length in proportion.
    """
    return rearranged(session, time=(starts_at, ends_at), reason=reason, by=by, at=at)


@transaction.atomic
def cancel_session(*, session: Session, reason: str = "", by, at: datetime) -> Session:
    """Cancel `session`: it stays, as cancelled, in calendars, and frees its rooms and instructors."""
    session = locked(session)
    if session.cancelled:
        return session
    session.state, session.change_reason, session.changed_at = Session.State.CANCELLED, reason, at
    session.save(update_fields=["state", "change_reason", "changed_at"])
    session.refresh_from_db()
    log.info("%s cancelled session %d", by, session.pk)
    return session


@transaction.atomic
def restore_session(*, session: Session, reason: str = "", by, at: datetime) -> Session:
    """Undo the cancellation of `session`: it stands where it stood, with its rooms and instructors.

    Refused on a day closed meanwhile; the database refuses where its edition, a room or an
    instructor is no longer free. Those concerned are told, as they were of the cancellation.
    """
    session = locked(session)
    if not session.cancelled:
        return session
    refuse_closed_days(session.cohort, [(session.starts_at, session.ends_at)])
    session.state, session.change_reason, session.changed_at = Session.State.PLANNED, reason, at
    session.save(update_fields=["state", "change_reason", "changed_at"])
    session.refresh_from_db()
    log.info("%s restored session %d", by, session.pk)
    return session


@transaction.atomic
def change_places(
    *,
    session: Session,
    mode: str,
    rooms: Iterable[Room] = (),
    link: str = "",
    reason: str = "",
    by,
    at: datetime,
) -> Session:
    """Give `session` other rooms, another link or another mode; one revision for all of it."""
    return rearranged(session, arrangement=Arrangement(mode, list(rooms), link), reason=reason, by=by, at=at)


@transaction.atomic
def rearrange_session(
    *,
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    mode: str,
    rooms: Iterable[Room] = (),
    link: str = "",
    reason: str = "",
    seen: int | None = None,
    by,
    at: datetime,
) -> Session:
    """Another time and another place at once: one revision, and neither old one is in the way.

    `seen` is the revision that was looked at: refused where somebody else has made another since.
    """
    arrangement = Arrangement(mode, list(rooms), link)
    return rearranged(
        session, time=(starts_at, ends_at), arrangement=arrangement, seen=seen, reason=reason, by=by, at=at
    )


@dataclass(frozen=True)
class Arrangement:
    """How and where a session takes place."""

    mode: str
    rooms: list[Room]
    link: str

    def refuse_contradiction(self) -> None:
        """Raise Refusal where mode and places say different things."""
        if self.mode == Session.Mode.REMOTE and self.rooms:
            raise Refusal(_("A remote session has no room: choose hybrid, or take the rooms away."))
        if self.mode == Session.Mode.IN_PERSON and self.link:
            raise Refusal(_("A session in person has no link: choose hybrid, or take the link away."))

    def stands(self, session: Session) -> bool:
        """Whether `session` already takes place so."""
        now = {place.room_id or place.link for place in session.places.all()}
        wanted = {room.pk for room in self.rooms} | ({self.link} if self.link else set())
        return session.mode == self.mode and now == wanted


def rearranged(
    session: Session,
    *,
    time: tuple[datetime, datetime] | None = None,
    arrangement: Arrangement | None = None,
    seen: int | None = None,
    reason: str,
    by,
    at: datetime,
) -> Session:
    """`session` with another time, another arrangement or both, under one new revision."""
    session = locked(session)
    if session.cancelled:
        raise Refusal(_("A cancelled session cannot be moved."))
    if time == (session.starts_at, session.ends_at):
        time = None
    if arrangement and arrangement.stands(session):
        arrangement = None
    if not time and not arrangement:
        return session
    if seen not in (None, session.revision):
        raise Refusal(_("Somebody has changed this session meanwhile: open this page anew."))
    before = session.minutes
    if time:
        refuse_time(session, time, at)
        session.starts_at, session.ends_at = time
    if arrangement:
        arrangement.refuse_contradiction()
        session.places.all().delete()
        session.mode = arrangement.mode
    session.change_reason, session.changed_at, session.revision = reason, at, session.revision + 1
    session.save(update_fields=["starts_at", "ends_at", "mode", "change_reason", "changed_at", "revision"])
    if arrangement:
        SessionPlace.objects.bulk_create(places(session, arrangement.rooms, arrangement.link))
    if session.minutes != before:
        resize_teaching(session)
    session.refresh_from_db()
    log.info("%s changed session %d", by, session.pk)
    return session


@transaction.atomic
def change_teachers(
    *,
    session: Session,
    teaching: Iterable[SessionTeacher],
    reason: str = "",
    seen: Iterable[int] | None = None,
    by,
    at: datetime,
) -> Session:
    """Let `teaching` (unsaved rows: instructor, kind, minutes, share) be who teaches `session`.

    Who goes and who comes is recorded, with the reason, and told. `seen` are the keys of the rows that
    were looked at, which every change replaces: refused where somebody else has changed them since.
    """
    session = locked(session)
    rows = list(session.teachers.select_related("instructor").order_by("pk"))
    if seen is not None and set(seen) != {row.pk for row in rows}:
        raise Refusal(_("Somebody has changed this session meanwhile: open this page anew."))
    before = [row.instructor for row in rows]
    session.teachers.all().delete()
    after = []
    for row in teaching:
        row.pk, row.session = None, session
        row.save(force_insert=True)
        after.append(row.instructor)
    gone = [one for one in before if one not in after]
    come = [one for one in after if one not in before]
    Substitution.objects.bulk_create(
        Substitution(session=session, out=out, into=into, reason=reason, by=by, at=at)
        for out, into in zip_longest(gone, come)
    )
    log.info("%s changed the instructors of session %d", by, session.pk)
    return session


@transaction.atomic
def substitute_teacher(
    *, session: Session, out: Instructor, into: Instructor, reason: str, by, at: datetime
) -> Session:
    """Let `into` teach what `out` was to teach of `session`, minute for minute; both are told.

    Refused where `out` does not teach it or `into` already does; the database refuses where `into`
    teaches elsewhere at that time.
    """
    session = locked(session)  # before it is read: two substitutions at once are both kept
    rows = list(session.teachers.select_related("instructor").order_by("pk"))
    people = [row.instructor for row in rows]
    if out not in people or into in people:
        raise Refusal(_("Choose one who teaches this session, and one who does not yet."))
    for row in rows:
        if row.instructor == out:
            row.instructor, row.kind = into, into.kind
    return change_teachers(session=session, teaching=rows, reason=reason, by=by, at=at)


def hold_timetables(*, at: datetime) -> None:
    """Lock every edition that is not over, in order of their keys: what is judged of their sessions stays
    true until the transaction ends.
    """
    going_on = Cohort.objects.filter(ends_on__gte=timezone.localdate(at)).order_by("pk")
    list(going_on.select_for_update(no_key=True).values_list("pk", flat=True))


def hold_edition(cohort: int) -> None:
    """Lock an edition, then the writing of timetables as a whole.

    Two who put a room or a person of both into their own edition in the same instant would each find the
    row of the other not yet settled, and PostgreSQL ends one of them by a deadlock (its documentation on
    exclusion constraints): so one writes after the other.
    """
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('courses_session'))")


def locked(session: Session) -> Session:
    """`session` as it is now, its edition and itself locked in that order."""
    hold_edition(session.cohort_id)
    return Session.objects.select_for_update(no_key=True).get(pk=session.pk)


def refuse_time(session: Session, time: tuple[datetime, datetime], at: datetime) -> None:
    """Raise Refusal where `session` cannot be moved to `time`."""
    if time[0] <= at < session.starts_at:
        raise Refusal(_("It has not begun, so it cannot be moved into the past: nobody would be told."))
    refuse_closed_days(session.cohort, [time])


def refuse_closed_days(cohort: Cohort, times: Iterable[tuple[datetime, datetime]]) -> None:
    """Raise Refusal where the edition, its hub or the whole Academy is closed at some part of `times`."""
    days = workdays_of(cohort)
    for starts_at, ends_at in sorted(times):
        for day, half in halves(starts_at, ends_at):
            if reason := days.closed(day, half):
                raise Refusal(closed_in_words(reason))


def halves(starts_at: datetime, ends_at: datetime) -> list[tuple[date, Half]]:
    """The halves of days a session touches, also past midnight; the morning ends at 13."""
    moments = timezone.localtime(starts_at), timezone.localtime(ends_at - timedelta(minutes=1))
    days = sorted({moment.date() for moment in moments})
    first, last = ((moment.date(), moment.hour >= LUNCH) for moment in moments)
    touched = [(day, late) for day in days for late in (False, True) if first <= (day, late) <= last]
    return [(day, Half.AFTERNOON if late else Half.MORNING) for day, late in touched]


def resize_teaching(session: Session) -> None:
    """Shares and taught minutes in proportion to the session's new length."""
    rows = list(session.teachers.order_by("pk"))
    taught = resized([(row.minutes, row.share) for row in rows], session.minutes)
    for row, (minutes, share) in zip(rows, taught, strict=True):
        row.minutes, row.share = minutes, share
    SessionTeacher.objects.bulk_update(rows, ["minutes", "share"])
