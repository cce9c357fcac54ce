"""The place one has in an edition: how one usually attends, and giving it up."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.models import Cohort, Hub
from courses.views.once import once
from enrollment.actions.choices import choose_usual_place
from enrollment.actions.offers import give_up, refuse_over, way_out
from enrollment.forms.place import LeaveForm, UsualPlaceForm
from enrollment.models import Enrollment


@require_http_methods(["GET", "HEAD", "POST"])
def usual_places(request: HttpRequest) -> HttpResponse:
    """Where one attends when nothing else is chosen, for each edition one follows."""
    mine = Enrollment.objects.active().filter(user=request.user.pk).select_related("cohort__hub")
    forms = {}
    for place in mine.order_by("starts_on", "pk"):
        asked = request.method == "POST" and request.POST.get("place") == str(place.pk)
        data = request.POST if asked else None
        forms[place] = UsualPlaceForm(data, enrollment=place, hubs=hubs_of(place.cohort))
    posted = next((place for place, form in forms.items() if form.is_bound), None)
    if request.method == "POST":
        place = get_object_or_404(mine, pk=posted.pk if posted else None)
        form = forms[place]
        if form.is_valid():
            access, hub = form.saved
            at = timezone.now()
            choose_usual_place(enrollment=place, access=access, hub=hub, by=request.user, at=at)
            messages.success(request, _("Saved: your diary and your calendar follow."))
            return redirect("enrollment:usual_places")
    return render(
        request,
        "enrollment/usual_places.html",
        {"places": list(forms.items())},
        status=422 if any(form.errors for form in forms.values()) else 200,
    )


def hubs_of(cohort: Cohort):
    """Where one can attend it: its main hub, then those with a room in one of its sessions."""
    hubs = Hub.objects.filter(Q(pk=cohort.hub_id) | Q(rooms__bookings__session__cohort=cohort))
    return sorted(hubs.distinct(), key=lambda hub: (hub.pk != cohort.hub_id, hub.name))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Renounce one's place before the edition's first day, or withdraw from it on: what it means, then do it.

    Whoever looked at the page before the first day and sends it afterwards is asked again.
    """
    mine = Enrollment.objects.filter(user=request.user.pk).select_related("cohort")
    place, at = get_object_or_404(mine, pk=pk), timezone.now()
    if place.state != Enrollment.State.ACTIVE:
        return redirect(page_of(place))
    refuse_over(place.cohort, at)
    way, posted = way_out(place.cohort, at), request.method == "POST"
    overtaken = posted and request.POST.get("way") != way
    if overtaken:
        form = LeaveForm(way=way, initial={"reason": request.POST.get("reason", "")})
    else:
        form = LeaveForm(request.POST if posted else None, way=way)
    if form.is_valid():
        give_up(place=place, reason=form.cleaned_data["reason"], by=request.user, at=at)
        messages.success(request, words_of(way))
        return redirect(page_of(place))
    context = {
        "place": place,
        "form": form,
        "overtaken": overtaken,
        "withdrawing": way == Enrollment.State.WITHDRAWN,
        "back": page_of(place),
    }
    status = 409 if overtaken else 422 if form.errors else 200
    return render(request, "enrollment/leave.html", context, status=status)


def page_of(place: Enrollment) -> str:
    """The page of the application it came from; the front page for one without."""
    if place.application_id:
        return reverse("enrollment:application", args=[place.application_id])
    return reverse("home")


def words_of(way: str) -> str:
    """What was done."""
    if way == Enrollment.State.RENOUNCED:
        return _("You have renounced the place.")
    return _("You have withdrawn from the edition.")
