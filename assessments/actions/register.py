"""The life of a register. Locks: the edition where a number is given, then the register."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils.translation import gettext as _

from assessments.actions.answers import answer
from assessments.models import (
    AnswerState,
    PresenceInterval,
    Rectification,
    RectificationRequest,
    Register,
    Signature,
)
from assessments.presence import Attendance, Interval, Source, credit, union
from assessments.roster import register_roster
from assessments.seal import seal
from assessments.sheets import Line, live_intervals, row_of, sheet_of, sheets_of, with_all_it_shows
from courses.models import Cohort, Instructor, Session
from courses.refusals import Refusal
from enrollment.models import Enrollment

log = logging.getLogger(__name__)

SIGNED_FROM = timedelta(minutes=15)  # before the planned end: one signs what has been given


@dataclass(frozen=True)
class Spell:
    """A person was there from one instant to another."""

    attendance: Attendance
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Call:
    """The roll call of one person: when they were there; never, for who is absent."""

    enrollment_id: int
    spells: tuple[Spell, ...]


@dataclass(frozen=True)
class Given:
    """What a register says of the session itself; times only where they differ from the planned ones."""

    topic: str = ""
    note: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


class RegisterChangedMeanwhile(Refusal):
    """Somebody else wrote into the register after the page was opened; nothing was written."""

    def __init__(self) -> None:
        super().__init__(_("Somebody changed this register meanwhile. Nothing was saved yet."))


@transaction.atomic
def call_roll(
    *,
    session: Session,
    calls: Iterable[Call],
    given: Given | None = None,
    seen: int,
    reason: str = "",
    by,
    at: datetime,
) -> Register:
    """Write the roll call: only what differs from what stands. Sent twice, the second time does nothing.

    `seen` is the revision of the register when the page was opened: RegisterChangedMeanwhile where it is
    another by now, unless everything already stands as it was typed.
    """
    register = locked(session)
    refuse_before(session, at)
    refuse_final(register)
    by_person = {call.enrollment_id: call for call in calls}
    if not by_person.keys() <= set(register_roster(session).values_list("pk", flat=True)):
        raise Refusal(_("Some of these people are not on the roster of this session."))
    for call in by_person.values():
        refuse_impossible(session, call.spells)
    stand = live_intervals([session.pk])
    told = {pk: said(stand[session.pk, pk], Source.ROLL_CALL) for pk in by_person}
    changed = [call for pk, call in by_person.items() if not same(told[pk], call.spells)]
    given = given or as_given(register)
    if not changed and given == as_given(register):
        return register
    if seen != register.revision:
        raise RegisterChangedMeanwhile
    if register.state != Register.State.OPEN and not reason.strip():
        raise Refusal(_("The register is signed: a correction needs a reason."))
    PresenceInterval.objects.bulk_create(
        row
        for call in changed
        for row in words(
            call.spells,
            instead_of=told[call.enrollment_id],
            session=session,
            enrollment_id=call.enrollment_id,
            source=Source.ROLL_CALL.value,
            reason=reason.strip(),
            by=by,
            at=at,
        )
    )
    register.topic, register.note = given.topic.strip(), given.note.strip()
    register.started_at, register.finished_at = given.started_at, given.finished_at
    register.revision += 1
    register.save(update_fields=["topic", "note", "started_at", "finished_at", "revision"])
    log.info("%s called the roll of session %d: %d changed", by.pk, session.pk, len(changed))
    return register


@transaction.atomic
def sign_register(
    *,
    session: Session,
    instructor: Instructor | None,
    minutes: int | None = None,
    seen: int,
    by,
    at: datetime,
) -> Register:
    """An instructor answers for the register, towards its end or after; asked again, nothing happens.

    Where nobody teaches, as in the two assessments, `instructor` is None and who keeps the register
    answers for it.
    """
    register = locked(session)
    if instructor is None:
        signed = register.state != Register.State.OPEN
    else:
        signed = register.signatures.filter(instructor=instructor).exists()
    if signed:
        return register
    refuse_final(register)
    if at < session.ends_at - SIGNED_FROM:
        raise Refusal(_("A register is signed when the session is over, at the earliest 15 minutes before."))
    teachers = session.teachers.filter(live=True)
    teacher = teachers.filter(instructor=instructor).first() if instructor else None
    if teacher is None and (instructor or teachers.exists()):
        raise Refusal(_("A register is signed by who taught the session."))
    if seen != register.revision:
        raise RegisterChangedMeanwhile
    refuse_incomplete(session, register)
    if instructor is not None and teacher is not None:
        Signature.objects.create(
            register=register,
            instructor=instructor,
            minutes=teacher.minutes if minutes is None else minutes,
            by=by,
            at=at,
        )
    if register.state == Register.State.OPEN:
        register.state, register.signed_at = Register.State.SIGNED, at
    register.revision += 1
    register.save(update_fields=["state", "signed_at", "revision"])
    log.info("%s signed the register of session %d", by.pk, session.pk)
    return register


@transaction.atomic
def close_register(*, session: Session, seen: int, by, at: datetime) -> Register:
    """The tutor has looked it through: from now on only rectifications. Asked again, nothing happens."""
    register = locked(session)
    if register.final:
        return register
    if register.state != Register.State.SIGNED:
        raise Refusal(_("The instructor has not signed this register yet."))
    if seen != register.revision:
        raise RegisterChangedMeanwhile
    refuse_incomplete(session, register)
    register.state, register.closed_at, register.closed_by = Register.State.CLOSED, at, by
    register.revision += 1
    register.save(update_fields=["state", "closed_at", "closed_by", "revision"])
    log.info("%s closed the register of session %d", by.pk, session.pk)
    return register


@transaction.atomic
def lock_registers(*, cohort: Cohort, sessions: Collection[Session], by, at: datetime) -> list[Register]:
    """Number and seal the closed registers of these sessions of one edition, in order of time.

    Those locked already stay as they are; the others are returned. Refused where one is not closed.
    """
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    registers = Register.objects.select_for_update(no_key=True, of=["self"]).filter(
        session__in=sessions, cohort=cohort
    )
    pending = [one for one in registers.order_by("session__starts_at", "pk") if not one.locked_at]
    open_ones = [one for one in pending if one.state != Register.State.CLOSED]
    if open_ones:
        first = Session.objects.select_related("module").get(pk=open_ones[0].session_id)
        raise Refusal(_("The register of %(session)s is not closed yet.") % {"session": first})
    last = Register.objects.filter(cohort=cohort).aggregate(Max("number"))["number__max"] or 0
    shown = with_all_it_shows(Session.objects.all()).in_bulk([one.session_id for one in pending])
    sheets = sheets_of([shown[register.session_id] for register in pending])
    for number, (register, sheet) in enumerate(zip(pending, sheets, strict=True), start=last + 1):
        register.number, register.rows = number, sheet.rows
        register.digest = seal(register.rows)
        register.state, register.locked_at, register.locked_by = Register.State.LOCKED, at, by
        register.revision += 1
        register.save(
            update_fields=["number", "rows", "digest", "state", "locked_at", "locked_by", "revision"]
        )
    log.info("%s locked %d registers of %s", by.pk, len(pending), cohort)
    return pending


@transaction.atomic
def put_right(
    *,
    session: Session,
    enrollment: Enrollment,
    spells: tuple[Spell, ...],
    reason: str,
    request: RectificationRequest | None = None,
    by,
    at: datetime,
) -> Register:
    """The office decides when somebody was there: it rules over every other source, with its reason.

    In a register that is closed this is a rectification, with the row before and after. A `request` it
    answers is accepted by it. What already stands so is not written again.
    """
    if not reason.strip():
        raise Refusal(_("A correction needs a reason."))
    register = locked(session)
    refuse_before(session, at)
    refuse_impossible(session, spells)
    before = line_of(session, enrollment)
    if request is not None:
        answer(request, AnswerState.ACCEPTED, words=reason, by=by, at=at)
    decided = said(before.intervals, Source.STAFF)
    if decided and same(decided, spells):
        return register
    rectification = None
    if register.final:
        told = [one for one in before.spells if one.source is not Source.STAFF]
        after = credit(
            [*told, *as_intervals(Source.STAFF, spells)],
            starts_at=session.starts_at,
            ends_at=session.ends_at,
        )
        rectification = Rectification.objects.create(
            register=register,
            enrollment=enrollment,
            before=before.row,
            after=row_of(enrollment, after),
            reason=reason.strip(),
            by=by,
            at=at,
        )
    PresenceInterval.objects.bulk_create(
        words(
            spells,
            instead_of=decided,
            session=session,
            enrollment_id=enrollment.pk,
            source=Source.STAFF.value,
            reason=reason.strip(),
            rectification=rectification,
            by=by,
            at=at,
        )
    )
    register.revision += 1
    register.save(update_fields=["revision"])
    log.info("%s put right enrollment %d in session %d", by.pk, enrollment.pk, session.pk)
    return register


def locked(session: Session) -> Register:
    """The register of the session, made where there is none, locked against everybody else."""
    Register.objects.get_or_create(session=session)
    return Register.objects.select_for_update(no_key=True, of=["self"]).get(session=session)


def refuse_before(session: Session, at: datetime) -> None:
    """Raise Refusal for a session that was cancelled or has not begun."""
    if session.cancelled:
        raise Refusal(_("This session was cancelled: it has no register."))
    if at < session.starts_at:
        raise Refusal(_("The session has not begun yet."))


def refuse_final(register: Register) -> None:
    """Raise Refusal where only rectifications may add to it."""
    if register.final:
        raise Refusal(_("The register is closed: it takes only rectifications."))


def refuse_impossible(session: Session, spells: Collection[Spell]) -> None:
    """Raise Refusal for times that are reversed, overlap each other or lie outside the session."""
    for one in spells:
        if one.ends_at <= one.starts_at:
            raise Refusal(_("Give both times; the second is later than the first."))
        if one.starts_at < session.starts_at or one.ends_at > session.ends_at:
            raise Refusal(_("The times lie outside the session."))
    if len(union(as_intervals(Source.STAFF, spells), session.starts_at, session.ends_at)) < len(spells):
        raise Refusal(_("Some of these times overlap or touch."))


def refuse_incomplete(session: Session, register: Register) -> None:
    """Raise Refusal while the topic is missing or nobody has said anything of somebody."""
    if not register.topic:
        raise Refusal(_("Write down the topic done."))
    told = PresenceInterval.objects.live().filter(session=session, enrollment=OuterRef("pk"))
    untold = register_roster(session).exclude(Exists(told))
    if names := ", ".join(untold.values_list("user__name", flat=True)):
        raise Refusal(_("Nobody has said yet whether they were there: %(names)s.") % {"names": names})


def said(intervals: Iterable[PresenceInterval], source: Source) -> list[PresenceInterval]:
    """What stands from one source."""
    return [one for one in intervals if one.source == source]


def same(stand: Collection[PresenceInterval], spells: Collection[Spell]) -> bool:
    """Whether what stands from a source says exactly this; where nothing stands, it does not."""
    now = {(one.attendance, one.starts_at, one.ends_at) for one in stand if one.starts_at}
    return bool(stand) and now == {(one.attendance.value, one.starts_at, one.ends_at) for one in spells}


def as_intervals(source: Source, spells: Collection[Spell]) -> list[Interval]:
    """Spells as the pure rules read them; none is an absence."""
    told = [Interval(source, one.attendance, one.starts_at, one.ends_at) for one in spells]
    return told or [Interval(source)]


def words(
    spells: Collection[Spell], *, instead_of: Collection[PresenceInterval], **said: Any
) -> list[PresenceInterval]:
    """The rows that say these spells of one person in the place of those that stood; none is an absence.

    Each new row supersedes one old row; where there are fewer new ones, rows without times take the rest
    of the old ones back. `said` is what all of them say alike.
    """
    old = list(instead_of)
    missing = max(len(old) - len(spells), 0 if spells else 1)
    new = [
        *((one.attendance.value, one.starts_at, one.ends_at) for one in spells),
        *[(Attendance.IN_PERSON.value, None, None)] * missing,
    ]
    return [
        PresenceInterval(
            attendance=attendance,
            starts_at=starts_at,
            ends_at=ends_at,
            supersedes=old[place] if place < len(old) else None,
            **said,
        )
        for place, (attendance, starts_at, ends_at) in enumerate(new)
    ]


def as_given(register: Register) -> Given:
    """What the register says of the session now."""
    return Given(register.topic, register.note, register.started_at, register.finished_at)


def line_of(session: Session, enrollment: Enrollment) -> Line:
    """The line of one person, who has to be on the roster."""
    for line in sheet_of(session).lines:
        if line.enrollment.pk == enrollment.pk:
            return line
    raise Refusal(_("This person is not on the roster of this session."))
