"""A seat one has been offered: its terms, taking it, renouncing it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.refusals import Refusal
from courses.views.once import once
from enrollment.actions import offers
from enrollment.forms.offer import AcceptForm
from enrollment.models import Agreement, Application, Offer


@require_http_methods(["GET", "HEAD", "POST"])
@once
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """What is offered, until when and on which terms; one form accepts it with its agreements."""
    offer, at = latest_offer(request, pk), timezone.now()
    if offer.state == Offer.State.ACCEPTED:
        return redirect("enrollment:application", pk)
    typed = request.POST if request.method == "POST" else None
    agreements = list(Agreement.objects.in_force(at))
    acceptable = offers.can_be_agreed_to(agreements)
    form = AcceptForm(typed if acceptable else None, agreements=agreements)
    try:
        offers.refuse_settled(offer, at)
        if form.is_valid():
            offers.accept(offer=offer, answers=form.answers, by=request.user, at=at)
            messages.success(request, _("You have accepted the place."))
            return redirect("enrollment:application", pk)
    except Refusal as refusal:
        return closed(request, offer, refusal)
    context = {"offer": offer, "form": form, "acceptable": acceptable, "at": at}
    status = 409 if typed and not acceptable else 422 if form.errors else 200
    return render(request, "enrollment/offer.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Renounce the seat, after being asked whether one means it."""
    offer, at = latest_offer(request, pk), timezone.now()
    if offer.state == Offer.State.DECLINED:
        return redirect("enrollment:application", pk)
    try:
        offers.refuse_settled(offer, at)
        if request.method == "POST":
            offers.decline(offer=offer, by=request.user, at=at)
            messages.success(request, _("You have renounced the place."))
            return redirect("enrollment:application", pk)
    except Refusal as refusal:
        return closed(request, offer, refusal)
    return render(request, "enrollment/offer_decline.html", {"offer": offer, "at": at})


def latest_offer(request: HttpRequest, pk: int) -> Offer:
    """The last offer made on one's own application; of anybody else's, and without one, 404."""
    mine = Application.objects.visible_to(request.user).filter(pk=pk)
    made = Offer.objects.filter(application__in=mine)
    latest = made.select_related("application", "cohort__hub", "cohort__programme").first()
    if latest is None:
        raise Http404
    return latest


def closed(request: HttpRequest, offer: Offer, refusal: Refusal) -> HttpResponse:
    """Why the offer can no longer be answered."""
    context = {"offer": offer, "reason": refusal.sentence}
    return render(request, "enrollment/offer_closed.html", context, status=409)
