"""Seats: offered in the order of the ranking, accepted, given up, offered again.

Whatever takes or frees a seat first locks the edition's row, so counting is true; the guards
`no_more_offers_than_seats` and `no_more_enrollments_than_seats` keep the promise against everyone else.
Locks: the key of the form (`courses.views.once`), the edition, the application, the offer or enrollment.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import DatabaseError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.models import Cohort
from courses.refusals import Refusal
from enrollment.admission import deadline_of_later_offer
from enrollment.models import (
    PROFILE_FIELDS,
    Agreement,
    Application,
    Call,
    Consent,
    Enrollment,
    Offer,
    RankingLine,
)

from .choices import leave_places
from .passages import hold, pass_to
from .teams import leave_teams

log = logging.getLogger(__name__)


def seats_left(cohort: Cohort) -> int:
    """Seats of the edition nobody holds and nobody has been offered."""
    taken = Enrollment.objects.live().filter(cohort=cohort).count()
    return cohort.seats - taken - Offer.objects.open().filter(cohort=cohort).count()


@transaction.atomic
def make_offer(*, application: Application, deadline: datetime, by, at: datetime) -> Offer:
    """Offer a seat until `deadline`; asked again while it is open, the same offer."""
    application = hold(application)
    if present := Offer.objects.open().filter(application=application).first():
        return present
    if seats_left(application.cohort) <= 0:
        raise Refusal(_("The edition is full: all its seats are taken or offered."))
    if application.state != Application.State.ADMITTED:
        pass_to(application, Application.State.ADMITTED, by=by, at=at)
    offer = Offer.objects.create(application=application, made_at=at, deadline=deadline)
    log.info("offer %d to application %d until %s", offer.pk, application.pk, deadline)
    return offer


@transaction.atomic
def offer_free_seats(*, cohort: Cohort, by, at: datetime) -> list[Offer]:
    """Offer every free seat to the next on the reserve list, in the order of the current ranking.

    `by` is None where the portal does it by itself, whoever freed the seat.
    Nothing is offered before a ranking is published or after the last day on which the call lets
    freed seats be offered again.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    call = Call.objects.select_related("cohort").filter(cohort=cohort).first()
    free = seats_left(cohort)
    if call is None or free <= 0:
        return []
    ends = call.last_refill
    if localdate(at) > ends:
        return []
    deadline = deadline_of_later_offer(at, days=call.reserve_days, province=cohort.hub.province, ends=ends)
    waiting = (
        RankingLine.objects.filter(
            ranking__call=call, application__state=Application.State.ON_RESERVE, place__isnull=False
        )
        .filter(ranking__version=call.rankings.values("version").order_by("-version")[:1])
        .select_related("application")
        .order_by("place")[:free]
    )
    return [make_offer(application=line.application, deadline=deadline, by=by, at=at) for line in waiting]


@transaction.atomic
def accept(*, offer: Offer, answers: Mapping[int, bool], by, at: datetime) -> Enrollment:
    """Take the seat; asked again, the same enrollment.

    `answers` says yes or no to each agreement in force, by its key; those required need a yes.
    """
    agreements = list(Agreement.objects.in_force(at))  # asked before anybody has to wait for us
    offer = hold_offer(offer)
    if offer.state == Offer.State.ACCEPTED:
        return offer.application.enrollment
    refuse_settled(offer, at)
    if not can_be_agreed_to(agreements):
        raise Refusal(_("No participation agreement is in force: the place cannot be accepted yet."))
    if not all(answers.get(agreement.pk) for agreement in agreements if agreement.required):
        raise Refusal(_("A place is accepted together with the participation agreement."))
    application = offer.application
    Consent.objects.bulk_create(
        Consent(
            user_id=application.user_id,
            agreement=agreement,
            cohort=application.cohort,
            given=bool(answers.get(agreement.pk)),
            at=at,
        )
        for agreement in agreements
    )
    settle(offer, Offer.State.ACCEPTED, by=by, at=at)
    pass_to(application, Application.State.ENROLLED, by=by, at=at)
    return Enrollment.objects.create(
        user_id=application.user_id,
        cohort=application.cohort,
        application=application,
        starts_on=max(application.cohort.starts_on, localdate(at)),
        admitted_at=at,
        **{name: getattr(application, name) for name in PROFILE_FIELDS},
    )


@transaction.atomic
def decline(*, offer: Offer, by, at: datetime) -> Offer:
    """Renounce the seat, for good; the next on the reserve list is offered it."""
    offer = hold_offer(offer)
    if offer.state == Offer.State.DECLINED:
        return offer
    refuse_settled(offer, at)
    settle(offer, Offer.State.DECLINED, by=by, at=at)
    pass_to(offer.application, Application.State.RENOUNCED, by=by, at=at)
    offer_free_seats(cohort=offer.application.cohort, by=None, at=at)
    return offer


def let_offers_lapse(*, at: datetime) -> list[Offer]:
    """Settle every offer whose hour has come: silence is a renunciation, and the next one is offered.

    Each edition in a transaction of its own, and one that cannot be settled now does not hold up the
    others: the next run tries again. Run twice, or twice at once, it settles once.
    """
    lapsed = []
    for cohort in Cohort.objects.filter(offers__in=Offer.objects.overdue(at)).distinct().order_by("pk"):
        try:
            lapsed += let_offers_lapse_in(cohort=cohort, at=at)
        except DatabaseError:
            log.exception("the offers of %s cannot be settled now", cohort)
    return lapsed


@transaction.atomic
def let_offers_lapse_in(*, cohort: Cohort, at: datetime) -> list[Offer]:
    """The same for one edition."""
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    overdue = Offer.objects.overdue(at).filter(cohort=cohort).order_by("deadline", "pk")
    lapsed = [hold_offer(offer) for offer in overdue.select_related("application")]
    for offer in lapsed:
        settle(offer, Offer.State.LAPSED, by=None, at=at)
        if offer.application.state == Application.State.ADMITTED:
            pass_to(offer.application, Application.State.RENOUNCED, by=None, at=at)
    offer_free_seats(cohort=cohort, by=None, at=at)
    return lapsed


@transaction.atomic
def revoke(*, offer: Offer, by, at: datetime, reason: str) -> Offer:
    """Take an open offer back: the applicant returns to the reserve list. Needs a reason."""
    if not reason.strip():
        raise Refusal(_("Say why the offer is revoked."))
    offer = hold_offer(offer)
    if offer.state == Offer.State.REVOKED:
        return offer
    if offer.state != Offer.State.OPEN:
        raise Refusal(_("This offer has already been settled."))
    settle(offer, Offer.State.REVOKED, by=by, at=at)
    pass_to(offer.application, Application.State.ON_RESERVE, by=by, at=at, reason=reason)
    return offer


@transaction.atomic
def change_seats(*, cohort: Cohort, seats: int, by, at: datetime) -> Cohort:
    """More seats at any time, offered at once; fewer only down to those taken and offered."""
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    taken = cohort.seats - seats_left(cohort)
    if seats < min(cohort.seats, taken):
        raise Refusal(_("Seats taken or offered: %(taken)d. There cannot be fewer.") % {"taken": taken})
    cohort.seats = seats
    cohort.save(update_fields=["seats"])
    log.info("%s has %d seats now", cohort, seats)
    offer_free_seats(cohort=cohort, by=None, at=at)
    return cohort


@transaction.atomic
def end_enrollment(
    *, enrollment: Enrollment, state: str, on: date, by, at: datetime, reason: str = ""
) -> Enrollment:
    """End a place for good on day `on` as completed, renounced, withdrawn, forfeited or excluded.

    Whoever ends it, a freed seat is offered again as far as the call lets it. The database refuses a
    renunciation from the edition's first day on, a withdrawal before it, and all but a renunciation and
    the completed course without a `reason`, which the participant reads.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=enrollment.cohort_id)
    enrollment = Enrollment.objects.select_for_update(no_key=True).get(pk=enrollment.pk)
    if enrollment.state == state:
        return enrollment
    end = {"state": state, "ends_on": on, "ended_at": at, "ended_by": by, "reason": reason.strip()}
    for name, value in end.items():
        setattr(enrollment, name, value)
    enrollment.save(update_fields=end)
    log.info("enrollment %d is now %s", enrollment.pk, state)
    if state != Enrollment.State.COMPLETED:
        leave_places(enrollment=enrollment, by=by, at=at)
        leave_teams(enrollment=enrollment, on=on, by=by, at=at)
    offer_free_seats(cohort=cohort, by=None, at=at)
    return enrollment


def way_out(cohort: Cohort, at: datetime) -> str:
    """How a participant who leaves at `at` does: renounces before the edition's first day, then withdraws."""
    begun = localdate(at) >= cohort.starts_on
    return Enrollment.State.WITHDRAWN if begun else Enrollment.State.RENOUNCED


def refuse_over(cohort: Cohort, at: datetime) -> None:
    """Raise Refusal after the edition's last day."""
    if localdate(at) > cohort.ends_on:
        raise Refusal(_("The edition is over: there is no place to give up any more."))


@transaction.atomic
def give_up(*, place: Enrollment, reason: str, by, at: datetime) -> Enrollment:
    """The participant leaves, today, for good: see `way_out`. Asked again, the same end.

    Refused once the edition is over, or when the office has ended the place otherwise meanwhile.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=place.cohort_id)
    place, way = Enrollment.objects.select_for_update(no_key=True).get(pk=place.pk), way_out(cohort, at)
    if place.state not in (Enrollment.State.ACTIVE, way):
        raise Refusal(_("This place has already ended."))
    refuse_over(cohort, at)
    if way == Enrollment.State.WITHDRAWN and not reason.strip():
        raise Refusal(_("A withdrawal is in writing: say why you leave."))
    return end_enrollment(enrollment=place, state=way, on=localdate(at), reason=reason, by=by, at=at)


def hold_offer(offer: Offer) -> Offer:
    """`offer` as it is now, locked after its edition and application."""
    application = hold(offer.application)
    held = Offer.objects.select_for_update(no_key=True).get(pk=offer.pk)
    held.application = application
    return held


def refuse_settled(offer: Offer, at: datetime) -> None:
    """Raise Refusal unless the offer is open and in time. The server's clock decides."""
    if offer.state == Offer.State.REVOKED:
        raise Refusal(_("This offer has been taken back by the office."))
    if offer.state == Offer.State.LAPSED or at >= offer.deadline:
        raise Refusal(_("The time to answer this offer is over."))
    if offer.state != Offer.State.OPEN:
        raise Refusal(_("This offer has already been answered."))


def can_be_agreed_to(agreements: Iterable[Agreement]) -> bool:
    """Whether the participation agreement, which every seat rests on, is among those in force."""
    return any(agreement.kind == Agreement.Kind.PARTICIPATION for agreement in agreements)


def settle(offer: Offer, state: str, *, by, at: datetime) -> None:
    """Write how the offer ended."""
    offer.state, offer.answered_at, offer.settled_by = state, at, by
    offer.save(update_fields=["state", "answered_at", "settled_by"])
    log.info("offer %d is now %s", offer.pk, state)
