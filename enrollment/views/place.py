"""The place one has in an edition: giving it up."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.views.once import once
from enrollment.actions.offers import give_up, refuse_over, way_out
from enrollment.forms.place import LeaveForm
from enrollment.models import Enrollment


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
