"""A draft becomes the timetable, in one transaction. Locks: the edition, then the draft and its sessions."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from courses.actions.appointments import withdraw_appointments
from courses.actions.drafting import locked
from courses.actions.timetable import (
    Arrangement,
    Plan,
    cancel_session,
    change_teachers,
    plan_sessions,
    rearranged,
)
from courses.changes import Change, Kind
from courses.models import (
    DraftSession,
    Room,
    Session,
    SessionTeacher,
    TeachingKind,
    TimetableDraft,
    TimetableRelease,
)
from courses.refusals import Refusal
from courses.timetable import (
    changed_meanwhile,
    changes_in,
    judgement_of,
    released,
    sessions_of,
    teachers_of,
)
from courses.wording import change_in_words, in_words

log = logging.getLogger(__name__)
AT_ONCE = (Kind.MOVED, Kind.MODE, Kind.PLACE)
# What two sessions that change places would break halfway.
PATIENT = (
    "an_edition_is_not_in_two_sessions_at_once, "
    "no_room_in_two_sessions_at_once, no_instructor_in_two_sessions_at_once"
)


@transaction.atomic
def release_draft(*, timetabledraft: TimetableDraft, note: str = "", by, at: datetime) -> TimetableRelease:
    """Let `timetabledraft` be the timetable: numbered, frozen with its difference, and told.

    Refused, with what stands in the way, where the released timetable changed since the draft was
    made, where something hard or not permitted is found, where what has begun would change in more than
    who taught it and what of, and where nothing would change.
    """
    draft = locked(timetabledraft)
    refuse(_("The timetable has changed since this draft was made:"), worded(changed_meanwhile(draft)))
    refuse(
        _("This stands in the way of a release:"),
        [in_words(one.reason) for one in judgement_of(draft).barring],
    )
    changes = changes_in(draft)
    if not changes:
        raise Refusal(_("The draft changes nothing: there is nothing to release."))
    refuse(
        _("Nobody would be told of what has begun. Correct it on the page of the session:"),
        worded([change for change in changes if rewrites_the_past(change, at)]),
    )
    added = apply(draft, changes, note=note, by=by, at=at)
    release = TimetableRelease.objects.create(
        cohort=draft.cohort,
        draft=draft,
        number=draft.cohort.releases.count() + 1,
        by=by,
        at=at,
        note=note,
        difference=[change.as_json() for change in changes],
        snapshot=[standing.as_json() for standing in released(draft.cohort)],
    )
    release.added.set(added)
    withdraw_appointments(draft.cohort, by=by, at=at)
    draft.state, draft.closed_at = TimetableDraft.State.RELEASED, at
    draft.save(update_fields=["state", "closed_at"])
    log.info("%s released timetable %d of %s", by, release.number, draft.cohort)
    return release


def rewrites_the_past(change: Change, at: datetime) -> bool:
    """Whether a session that has begun would be elsewhere, or one would come to have begun."""
    begins = [standing.starts_at for standing in (change.before, change.after) if standing]
    return min(begins) <= at and bool(set(change.kinds) - {Kind.INSTRUCTOR, Kind.TOPIC})


def worded(changes: Sequence[Change]) -> list[str]:
    """Each change as a sentence."""
    return [change_in_words(change) for change in changes]


def refuse(why: str, sentences: list[str]) -> None:
    """Raise Refusal where there is a sentence."""
    if sentences:
        raise Refusal(" ".join([why, *dict.fromkeys(sentences)]))


def apply(draft: TimetableDraft, changes: Sequence[Change], *, note: str, by, at: datetime) -> list[Session]:
    """Do all `changes` through the actions of the timetable; the sessions added.

    Two sessions may change places: what both cannot have at once is asked at the end.
    """
    rows = {row.session_id: row for row in sessions_of(draft) if row.session_id}
    standing = Session.objects.in_bulk([change.before.session for change in changes if change.before])
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {PATIENT} DEFERRED")
        for change in changes:
            if change.before and change.before.session:
                session = standing[change.before.session]
                alter(session, change, rows.get(session.pk), note=note, by=by, at=at)
        new = [row for row in sessions_of(draft) if row.session_id is None]
        added = plan_sessions(cohort=draft.cohort, plans=map(plan_of, new), by=by, at=at)
        cursor.execute(f"SET CONSTRAINTS {PATIENT} IMMEDIATE")
    for row, session in zip(new, added, strict=True):
        row.session = session
    DraftSession.objects.bulk_update(new, ["session"])
    return added


def alter(session: Session, change: Change, row: DraftSession | None, *, note: str, by, at: datetime) -> None:
    """What becomes of one released session; cancelled where the draft has it no more."""
    after = change.after
    if after is None or row is None:
        cancel_session(session=session, reason=note, by=by, at=at)
        return
    if set(change.kinds) & set(AT_ONCE):
        time = (after.starts_at, after.ends_at)
        rooms: list[Room] = list(row.rooms.all())
        arrangement = Arrangement(after.mode, rooms, after.link)
        rearranged(session, time=time, arrangement=arrangement, reason=note, by=by, at=at)
    if Kind.INSTRUCTOR in change.kinds:
        change_teachers(session=session, teaching=teaching_of(row), reason=note, by=by, at=at)
    if Kind.TOPIC in change.kinds:
        Session.objects.filter(pk=session.pk).update(topic_it=after.topic_it, topic_en=after.topic_en)


def teaching_of(row: DraftSession) -> list[SessionTeacher]:
    """Who teaches, to be written."""
    return [
        SessionTeacher(
            instructor_id=teacher.key,
            kind=TeachingKind.ACADEMIC if teacher.academic else TeachingKind.COMPANY,
            minutes=teacher.minutes,
            share=teacher.share,
        )
        for teacher in teachers_of(row)
    ]


def plan_of(row: DraftSession) -> Plan:
    """A new session, to be planned."""
    return Plan(
        module=row.module,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        mode=row.mode,
        purpose=row.purpose,
        rooms=tuple(row.rooms.all()),
        link=row.link,
        instructors=tuple(row.instructors.all()),
        kind=row.kind or None,
        topic_it=row.topic_it,
        topic_en=row.topic_en,
        parallel=row.parallel,
    )
