"""People who left an address to hear of the next call."""

from django.db.models import Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from courses.notices import WINDOW, NoticeKind
from enrollment.access import interest_token
from enrollment.models import Call, Interest

from .session import Seconds


class ToInterested(NoticeKind):
    """Written to an address that was left here: each mail ends, at one click, that it is kept."""

    to_addresses = True
    why = _("You get this because this address was left at the portal to hear of the next call.")

    def way_out(self, notice):
        interest = Interest.objects.get(pk=notice.interest)
        return reverse("enrollment:leave_interest", args=[interest_token(interest, "leave")])


class InterestAsked(ToInterested):
    """Whoever leaves an address is asked there whether that was meant: double opt-in.

    Who has confirmed long ago is told so: the page that took the address says the same to everybody.
    The revision is the moment of asking.
    """

    name = "interest_asked"
    title = _("Address to be confirmed")

    def due(self, at):
        return (
            Interest.objects.filter(asked_at__gt=at - WINDOW, asked_at__lte=at)
            .annotate(revision=Seconds("asked_at"))
            .values_list("pk", "pk", "revision", "asked_at")
        )

    def still_due(self, notice, at):
        interest = Interest.objects.get(pk=notice.interest)
        if int(interest.asked_at.timestamp()) != notice.revision:
            return gettext_noop("the address was left again")
        if interest.confirmed_at is None and not interest.may_be_confirmed(at):
            return gettext_noop("the time to confirm the address is over")
        return None

    def context(self, notices):
        interest = Interest.objects.get(pk=notices[0].interest)
        return {"interest": interest}

    def path(self, notice):
        interest = Interest.objects.get(pk=notice.interest)
        if interest.confirmed_at:
            return reverse("enrollment:cohorts")
        return reverse("enrollment:confirm_interest", args=[interest_token(interest, "confirm")])


class CallOpen(ToInterested):
    """Whoever confirmed an address is told, once, when the next call opens."""

    name = "call_open"
    title = _("Call open")

    def due(self, at):
        return (
            Interest.objects.with_next_call()
            .filter(next_call_opens_at__gt=at - WINDOW, next_call_opens_at__lte=at)
            .values_list("pk", "next_call", Value(0), "next_call_opens_at")
        )

    def still_due(self, notice, at):
        call = Call.objects.filter(pk=notice.key, cohort__listed=True).first()
        return None if call and call.is_open(at) else gettext_noop("the call is not open")

    def context(self, notices):
        call = Call.objects.select_related("cohort__hub").get(pk=notices[0].key)
        return {"call": call, "cohort": call.cohort}

    def path(self, notice):
        call = Call.objects.select_related("cohort").get(pk=notice.key)
        return reverse("enrollment:cohort", args=[call.cohort.code])
