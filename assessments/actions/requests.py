""" "I was there": what participants want put right, and what the office says to it."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.models import AnswerState, PresenceInterval, RectificationRequest, Register
from assessments.presence import DECISIVE, Attendance, may_ask_until
from courses.models import Session
from courses.refusals import Refusal
from enrollment.models import Enrollment

from .answers import answer, take_back
from .register import Spell, put_right, refuse_before, refuse_impossible

log = logging.getLogger(__name__)


@transaction.atomic
def ask_for_rectification(
    *, enrollment: Enrollment, session: Session, spell: Spell, reason: str, by, at: datetime
) -> RectificationRequest:
    """Say when one was there; within three days of what one could read of it last.

    The same request twice is one; while one waits, another is refused.
    """
    refuse_before(session, at)
    refuse_impossible(session, [spell])
    signed = Register.objects.filter(session=session).values_list("signed_at", flat=True).first()
    decided = PresenceInterval.objects.filter(session=session, enrollment=enrollment, source__in=DECISIVE)
    if at < session.ends_at:
        raise Refusal(_("The session is not over yet."))
    if at > may_ask_until(session.ends_at, signed, decided.values_list("at", flat=True)):
        raise Refusal(_("A rectification can be asked for within three days."))
    Enrollment.objects.select_for_update(no_key=True, of=["self"]).get(pk=enrollment.pk)
    facts = {
        "attendance": spell.attendance.value,
        "starts_at": spell.starts_at,
        "ends_at": spell.ends_at,
        "reason": reason.strip(),
    }
    waiting = RectificationRequest.objects.filter(
        enrollment=enrollment, session=session, state=AnswerState.SENT
    )
    if standing := waiting.first():
        if all(getattr(standing, name) == value for name, value in facts.items()):
            return standing
        raise Refusal(_("You have already asked; the office will answer."))
    log.info("%s asked for a rectification in session %d", by.pk, session.pk)
    return RectificationRequest.objects.create(enrollment=enrollment, session=session, sent_at=at, **facts)


@transaction.atomic
def withdraw_request(*, request: RectificationRequest, by, at: datetime) -> RectificationRequest:
    """Before it is answered."""
    return take_back(request)


@transaction.atomic
def grant_request(
    *, rectificationrequest: RectificationRequest, words: str, by, at: datetime
) -> RectificationRequest:
    """The register says what was asked for, in the office's name and with its reason."""
    asked = rectificationrequest
    if asked.starts_at is None or asked.ends_at is None:
        raise Refusal(_("The request does not say from when to when."))
    put_right(
        session=asked.session,
        enrollment=asked.enrollment,
        spells=(Spell(Attendance(asked.attendance), asked.starts_at, asked.ends_at),),
        reason=words,
        request=asked,
        by=by,
        at=at,
    )
    return RectificationRequest.objects.get(pk=asked.pk)


@transaction.atomic
def refuse_request(
    *, rectificationrequest: RectificationRequest, words: str, by, at: datetime
) -> RectificationRequest:
    """With a reason; the register stays as it is."""
    return answer(rectificationrequest, AnswerState.REFUSED, words=words, by=by, at=at)
