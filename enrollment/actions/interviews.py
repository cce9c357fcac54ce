"""Interviews: times offered by the office, chosen by the applicant, held or missed.

Locks: the edition, then the application, then the interview.
"""

import logging
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Cohort
from courses.refusals import Refusal
from enrollment.models import Application, Call, Evaluation, InterviewSlot, Phase

from .eligibility import reinstate
from .passages import hold, pass_to

log = logging.getLogger(__name__)
State, Ground, Turnout = Application.State, Application.Ground, InterviewSlot.Turnout

NOTICE = timedelta(days=4)  # of 24 hours, counted from the offer


@transaction.atomic
def offer_slots(
    *, call: Call, start: datetime, minutes: int, number: int, where: str, by, at: datetime
) -> list[InterviewSlot]:
    """Offer `number` interviews of so many minutes, one after the other, from `start`, at one place.

    The same offer again is the one there is.
    """
    if number < 1 or minutes < 1 or not where.strip():
        raise Refusal(_("Say how many interviews, how long each, and where."))
    start = start.astimezone(UTC)  # where a day has 24 hours also when the clocks change
    if start - at.astimezone(UTC) < NOTICE:
        raise Refusal(_("An interview is offered at least four days before."))
    Cohort.objects.select_for_update(no_key=True).get(pk=call.cohort_id)
    slots = [
        InterviewSlot(
            call=call,
            starts_at=start + timedelta(minutes=minutes * place),
            minutes=minutes,
            where=where.strip(),
            offered_at=at,
        )
        for place in range(number)
    ]
    there = [
        slot
        for slot in InterviewSlot.objects.filter(call=call, where=where.strip())
        if slot.starts_at < slots[-1].ends_at and slot.ends_at > start
    ]
    if there:
        if [(slot.starts_at, slot.minutes) for slot in there] == [(s.starts_at, s.minutes) for s in slots]:
            return there
        raise Refusal(_("There is already an interview at this time and place."))
    log.info("%d interviews of %s offered from %s", number, call.cohort, start)
    return InterviewSlot.objects.bulk_create(slots)


@transaction.atomic
def cancel_slot(*, slot: InterviewSlot, by, at: datetime) -> None:
    """Take back an interview nobody has chosen; done again, nothing happens."""
    if held := hold_slot(slot):
        if held.application_id:
            raise Refusal(_("An applicant has chosen this interview: it can no longer be cancelled."))
        log.info("the interview %d of %s is cancelled", held.pk, held.starts_at)
        held.delete()


@transaction.atomic
def choose_slot(
    *, application: Application, slot: InterviewSlot, instead_of: int | None, by, at: datetime
) -> InterviewSlot:
    """Take a free interview, instead of the one the person saw as theirs (its key, or None).

    The one they have already, chosen again, is the same answer. Refused from 24 hours before either.
    """
    application = hold(application)
    if application.state != State.ELIGIBLE:
        raise Refusal(_("Only an admissible application leads to an interview."))
    present = InterviewSlot.objects.filter(application=application).first()
    wanted = InterviewSlot.objects.filter(pk=slot.pk).first()
    if present and present == wanted:
        return present
    if wanted is None or wanted.application_id:
        raise Refusal(_("This time has just been taken. Choose another one."))
    if (present.pk if present else None) != instead_of:
        raise Refusal(_("You have chosen another time meanwhile, on another page or device."))
    if present and not present.may_be_exchanged(at):
        raise Refusal(_("An interview can be exchanged until 24 hours before it begins."))
    if not InterviewSlot.objects.choosable(at).filter(pk=wanted.pk).exists():
        raise Refusal(_("This time is too close: choose one at least 24 hours away."))
    if present:
        InterviewSlot.objects.filter(pk=present.pk).release()
    wanted.application, wanted.chosen_at = application, at
    wanted.save(update_fields=["application", "chosen_at"])
    log.info("application %d chose the interview of %s", application.pk, wanted.starts_at)
    return wanted


@transaction.atomic
def record_turnout(*, slot: InterviewSlot, turnout: str, by, at: datetime, reason: str = "") -> InterviewSlot:
    """Write down, once it has begun, that an interview was held, or that the applicant was absent.

    Absence excludes. What was written by mistake can be set right: an absence with a reason, which
    lifts the exclusion; an interview held, until somebody has signed its score sheet.
    """
    held = hold_slot(slot)
    if held is None or held.application is None:
        raise Refusal(_("Nobody has chosen this interview."))
    application, before = held.application, held.turnout
    if before == turnout:
        return held
    if at < held.starts_at:
        raise Refusal(_("This interview has not begun yet."))
    held.turnout = Turnout(turnout)
    held.save(update_fields=["turnout"])
    if before == Turnout.ABSENT:  # and has become held: whoever stays absent would choose anew
        reinstate(application=application, reason=reason, by=by, at=at)
    elif application.state != State.ELIGIBLE:
        raise Refusal(_("This application is no longer judged."))
    elif turnout == Turnout.ABSENT:
        signed = Evaluation.objects.signed().filter(application=application, phase=Phase.INTERVIEW)
        if signed.exists():
            raise Refusal(_("The committee has scored this interview already."))
        pass_to(application, State.EXCLUDED, by=by, at=at, reason=reason, ground=Ground.ABSENT)
    log.info("the interview %d of application %d: %s", held.pk, application.pk, turnout)
    return held


def hold_slot(slot: InterviewSlot) -> InterviewSlot | None:
    """`slot` as it is now, with its edition and application locked; None where it is gone.

    Whoever writes an interview holds its edition, so nothing of it changes any more.
    """
    Cohort.objects.select_for_update(no_key=True).get(call=slot.call_id)
    held = InterviewSlot.objects.select_related("application").filter(pk=slot.pk).first()
    if held and held.application:
        held.application = hold(held.application)
    return held
