"""Applying for a place and the office's answer. Locks: the edition, then the application."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Cohort
from courses.refusals import Refusal
from enrollment.models import PROFILE_FIELDS, Application, Call, Enrollment

log = logging.getLogger(__name__)
State = Application.State


@transaction.atomic
def apply(*, cohort: Cohort, profile: Mapping[str, str], motivation: str, by, at: datetime) -> Application:
    """Submit `by`'s application to `cohort`.

    `profile` holds the work profile (`PROFILE_FIELDS`). Refused outside the call, on the server's
    clock, and when `by` has a live application to this edition already.
    """
    call = Call.objects.filter(cohort=cohort).first()
    if call is None or at < call.opens_at:
        raise Refusal(_("Applications to this edition are not open yet."))
    if not call.is_open(at):
        raise Refusal(_("Applications to this edition are closed."))
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    if Application.objects.live().filter(user=by, cohort=cohort).exists():
        raise Refusal(_("You have already applied to this edition."))
    application = Application.objects.create(
        user=by,
        cohort=cohort,
        state=State.SUBMITTED,
        motivation=motivation,
        privacy_read_at=at,
        submitted_at=at,
        **{name: profile[name] for name in PROFILE_FIELDS},
    )
    log.info("application %d to %s received", application.pk, cohort)
    return application


def seats_left(cohort: Cohort) -> int:
    """Seats of the edition nobody holds."""
    return cohort.seats - Enrollment.objects.live().filter(cohort=cohort).count()


@transaction.atomic
def admit(*, application: Application, by, at: datetime) -> Enrollment:
    """Give `application` a seat; asked again, the same enrollment.

    The row lock on the edition makes acceptances stand in line, so the count is true; the trigger
    `no_more_enrollments_than_seats` keeps the promise against everyone else.
    """
    refuse_full(application.cohort)
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=application.cohort_id)
    application = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    if application.state == State.ADMITTED:
        return application.enrollment
    refuse_full(cohort)
    settle(application, State.ADMITTED, by=by, at=at)
    return Enrollment.objects.create(
        user_id=application.user_id,
        cohort=cohort,
        application=application,
        starts_on=max(cohort.starts_on, timezone.localdate(at)),
        admitted_at=at,
        **{name: getattr(application, name) for name in PROFILE_FIELDS},
    )


def refuse_full(cohort: Cohort) -> None:
    """Raise Refusal when no seat is left. Before the lock it spares the queue, after it it decides."""
    if seats_left(cohort) <= 0:
        raise Refusal(_("The edition is full: all its seats are taken."))


@transaction.atomic
def put_on_reserve(*, application: Application, by, at: datetime) -> Application:
    """Suitable, but no seat for now."""
    return answer(application, State.ON_RESERVE, by=by, at=at)


@transaction.atomic
def decline(*, application: Application, by, at: datetime) -> Application:
    """No place in this edition."""
    return answer(application, State.DECLINED, by=by, at=at)


@transaction.atomic
def withdraw_application(*, application: Application, by, at: datetime) -> Application:
    """The applicant steps back before an answer has settled it."""
    if not (application.may_be_withdrawn or application.state == State.WITHDRAWN):
        raise Refusal(_("This application has been answered and can no longer be withdrawn."))
    return answer(application, State.WITHDRAWN, by=None, at=at)


def answer(application: Application, state: str, *, by, at: datetime) -> Application:
    """Lock, do nothing when it already is so, otherwise settle."""
    Cohort.objects.select_for_update(no_key=True).get(pk=application.cohort_id)
    application = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    return application if application.state == state else settle(application, state, by=by, at=at)


def settle(application: Application, state: str, *, by, at: datetime) -> Application:
    """Write the answer. The database refuses a forbidden passage."""
    application.state = state
    if by is not None:
        application.answered_at, application.answered_by = at, by
    application.save(update_fields=["state", "answered_at", "answered_by"])
    log.info("application %d is now %s", application.pk, state)
    return application


@transaction.atomic
def end_enrollment(*, enrollment: Enrollment, state: str, on, by, at: datetime) -> Enrollment:
    """End a place on day `on` as completed, renounced, withdrawn, forfeited or excluded."""
    Cohort.objects.select_for_update(no_key=True).get(pk=enrollment.cohort_id)
    enrollment = Enrollment.objects.select_for_update(no_key=True).get(pk=enrollment.pk)
    if enrollment.state == state:
        return enrollment
    enrollment.state, enrollment.ends_on = state, max(on, enrollment.starts_on)
    enrollment.save(update_fields=["state", "ends_on"])
    log.info("enrollment %d is now %s", enrollment.pk, state)
    return enrollment
