"""Notices of absence: they say why, fill in the roll call beforehand and never change the register."""

import hashlib
import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.models import AbsenceAttachment, AbsenceNotice, AnswerState
from courses.files import Upload
from courses.models import Session
from courses.refusals import Refusal
from enrollment.models import Enrollment

from .answers import answer, take_back

log = logging.getLogger(__name__)

Times = tuple[datetime, datetime]


@transaction.atomic
def send_notice(
    *,
    enrollment: Enrollment,
    session: Session,
    spell: Times | None,
    reason: str,
    upload: Upload | None = None,
    by,
    at: datetime,
) -> AbsenceNotice:
    """Say, before or after, that one is not there: from when to when, or the whole session for None.

    Refused for a cancelled session, for times outside it, and where a notice stands already; the same
    notice twice is one. One that was not accepted may be followed by a better one.
    """
    if session.cancelled:
        raise Refusal(_("This session was cancelled."))
    starts_at, ends_at = spell or (None, None)
    if starts_at and ends_at:
        if ends_at <= starts_at:
            raise Refusal(_("Give both times; the second is later than the first."))
        if starts_at < session.starts_at or ends_at > session.ends_at:
            raise Refusal(_("The times lie outside the session."))
    Enrollment.objects.select_for_update(no_key=True, of=["self"]).get(pk=enrollment.pk)
    facts = {"starts_at": starts_at, "ends_at": ends_at, "reason": reason.strip()}
    if standing := standing_notices(enrollment, session).first():
        if all(getattr(standing, name) == value for name, value in facts.items()):
            return standing
        raise Refusal(_("You have already sent a notice for this session."))
    notice = AbsenceNotice.objects.create(enrollment=enrollment, session=session, sent_at=at, **facts)
    if upload is not None:
        AbsenceAttachment.objects.create(
            notice=notice,
            name=upload.name,
            content_type=upload.content_type,
            size=len(upload.content),
            digest=hashlib.sha256(upload.content).hexdigest(),
            content=upload.content,
        )
    log.info("%s sent a notice of absence from session %d", by.pk, session.pk)
    return notice


def standing_notices(enrollment: Enrollment, session: Session):
    """At most one: sent, or accepted."""
    standing = [AnswerState.SENT, AnswerState.ACCEPTED]
    return AbsenceNotice.objects.filter(enrollment=enrollment, session=session, state__in=standing)


@transaction.atomic
def withdraw_notice(*, notice: AbsenceNotice, by, at: datetime) -> AbsenceNotice:
    """Before it is answered."""
    return take_back(notice)


@transaction.atomic
def accept_notice(*, absencenotice: AbsenceNotice, words: str = "", by, at: datetime) -> AbsenceNotice:
    """It excuses, where the rules of the edition let excuses count."""
    enrollment = Enrollment.objects.select_for_update(no_key=True, of=["self"]).get(
        pk=absencenotice.enrollment_id
    )
    others = standing_notices(enrollment, absencenotice.session).exclude(pk=absencenotice.pk)
    if others.exists():
        raise Refusal(_("The participant has sent another notice since: answer that one."))
    return answer(absencenotice, AnswerState.ACCEPTED, words=words, by=by, at=at)


@transaction.atomic
def refuse_notice(*, absencenotice: AbsenceNotice, words: str, by, at: datetime) -> AbsenceNotice:
    """With a reason."""
    return answer(absencenotice, AnswerState.REFUSED, words=words, by=by, at=at)
