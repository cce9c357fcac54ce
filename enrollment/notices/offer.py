"""Seats: offered, about to be lost by silence, renounced, taken."""

from datetime import timedelta

from django.db.models import F, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from courses.notices import WINDOW, NoticeKind
from enrollment.models import Enrollment, Offer

from .session import Seconds

State = Offer.State
REMINDERS = (48, 4)  # hours before the deadline
SETTLED = gettext_noop("the offer has been answered or taken back")
OVER = gettext_noop("the time to answer the offer is over")
AFTER_THE_OFFER = timedelta(hours=24)  # somebody told this recently is not reminded


class OfferMade(NoticeKind):
    """Who is offered a seat is told at once, with the hour until which to answer.

    Silence is a renunciation, so nobody may lose a seat by a mail that never came: it is due while
    the offer is open, however long the post was silent, and leaves again when nobody knows whether it
    arrived (`resent`): two mails about one offer harm nobody.
    """

    name = "offer_made"
    title = _("Place offered")
    why = _("You get this because you applied for a place.")

    def due(self, at):
        return (
            Offer.objects.open()
            .filter(made_at__lte=at, deadline__gt=at)
            .values_list("application__user", "application", "pk", "made_at")
        )

    def still_due(self, notice, at):
        offer = Offer.objects.open().filter(pk=notice.revision).first()
        if offer is None:
            return SETTLED
        return None if at < offer.deadline else OVER

    def context(self, notices):
        return about(notices[0])

    def path(self, notice):
        return reverse("enrollment:offer", args=[notice.key])


class OfferExpiring(NoticeKind):
    """Who has not answered an offer is reminded 48 and 4 hours before its hour.

    The revision is that moment. Nobody is reminded within a day of the offer itself.
    """

    name = "offer_expiring"
    title = _("Offer about to lapse")
    why = _("You get this because a place is reserved for you.")

    def due(self, at):
        early, late = (
            Offer.objects.open()
            .filter(deadline__gt=at + timedelta(hours=following))
            .annotate(moment=F("deadline") - timedelta(hours=hours))
            .filter(moment__gt=at - WINDOW, moment__lte=at, made_at__lte=F("moment") - AFTER_THE_OFFER)
            .annotate(start=Seconds("moment"))
            .values_list("application__user", "application", "start", "moment")
            for hours, following in zip(REMINDERS, (*REMINDERS[1:], 0), strict=True)
        )
        return early.union(late)

    def still_due(self, notice, at):
        offer = Offer.objects.open().filter(application=notice.key).first()
        hours = offer and (int(offer.deadline.timestamp()) - notice.revision) // 3600
        if offer is None or hours not in REMINDERS:
            return SETTLED
        if hours != REMINDERS[-1] and at >= offer.deadline - timedelta(hours=REMINDERS[-1]):
            return gettext_noop("a later reminder says so")
        return None if at < offer.deadline else OVER

    def context(self, notices):
        offer = Offer.objects.open().select_related("cohort").get(application=notices[0].key)
        return {"offer": offer, "cohort": offer.cohort}

    def path(self, notice):
        return reverse("enrollment:offer", args=[notice.key])


class OfferSettled(NoticeKind):
    """Who declined an offer, or let its hour pass, is told that the seat is free for somebody else."""

    name = "offer_settled"
    title = _("Offer ended")
    why = _("You get this because a place was reserved for you.")

    def due(self, at):
        return Offer.objects.filter(
            state__in=[State.DECLINED, State.LAPSED], answered_at__gt=at - WINDOW, answered_at__lte=at
        ).values_list("application__user", "application", "pk", "answered_at")

    def still_due(self, notice, at):
        """How it ended never changes; a seat in the edition by another way makes it old news."""
        cohort = Offer.objects.values("cohort").filter(pk=notice.revision)
        live = Enrollment.objects.live().filter(user=notice.user_id, cohort__in=cohort)
        return gettext_noop("the person has a place") if live.exists() else None

    def context(self, notices):
        return about(notices[0])

    def path(self, notice):
        return reverse("enrollment:application", args=[notice.key])


class SeatConfirmed(NoticeKind):
    """Who accepted an offer is told that the seat is taken, and when the edition begins."""

    name = "seat_confirmed"
    title = _("Place confirmed")
    why = _("You get this because you accepted a place.")

    def due(self, at):
        return Enrollment.objects.filter(
            application__isnull=False,
            state=Enrollment.State.ACTIVE,
            admitted_at__gt=at - WINDOW,
            admitted_at__lte=at,
        ).values_list("user", "pk", Value(0), "admitted_at")

    def still_due(self, notice, at):
        if Enrollment.objects.active().filter(pk=notice.key).exists():
            return None
        return gettext_noop("the place has been given up")

    def context(self, notices):
        enrollment = Enrollment.objects.select_related("cohort__hub").get(pk=notices[0].key)
        return {"cohort": enrollment.cohort}

    def path(self, notice):
        return reverse("enrollment:schedule")


class PlaceEnded(NoticeKind):
    """Whoever lost or gave up a place is told how and on which day it ended."""

    name = "place_ended"
    title = _("Place ended")
    why = _("You get this because you had a place in an edition.")

    def due(self, at):
        return (
            Enrollment.objects.filter(ended_at__gt=at - WINDOW, ended_at__lte=at)
            .exclude(state=Enrollment.State.COMPLETED)
            .values_list("user", "pk", Value(0), "ended_at")
        )

    def still_due(self, notice, at):
        """A place ends once, for good."""
        return

    def context(self, notices):
        place = Enrollment.objects.select_related("cohort").get(pk=notices[0].key)
        return {"place": place, "cohort": place.cohort}

    def path(self, notice):
        application = Enrollment.objects.values_list("application", flat=True).get(pk=notice.key)
        return reverse("enrollment:application", args=[application]) if application else reverse("home")


def about(notice) -> dict[str, object]:
    """The offer and its edition."""
    offer = Offer.objects.select_related("cohort").get(pk=notice.revision)
    return {"offer": offer, "cohort": offer.cohort}
