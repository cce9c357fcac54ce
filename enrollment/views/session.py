"""The page of a session, and the door to its call."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.models import SessionPlace
from enrollment.access import JOIN_OPENS, may_join, sessions_open_to


@require_safe
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """When, where, by whom and what changed; 404 for whoever it does not concern."""
    at = timezone.now()
    found = get_object_or_404(sessions_open_to(request.user).select_related("module__block", "cohort"), pk=pk)
    places = list(found.places.select_related("room__hub").order_by("pk"))
    context = {
        "session": found,
        "rooms": [place.room for place in places if place.room_id],
        "online": any(not place.room_id for place in places),
        "teachers": list(found.teachers.select_related("instructor__organisation").order_by("pk")),
        "over": found.ends_at <= at,
        "joinable": may_join(found, at),
        "opens_at": found.starts_at - JOIN_OPENS,
    }
    return render(request, "enrollment/session.html", context)


@require_safe
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """To the call, from 15 minutes before the session to its end; otherwise why not."""
    at = timezone.now()
    found = get_object_or_404(sessions_open_to(request.user).select_related("module", "cohort"), pk=pk)
    link = SessionPlace.objects.filter(session=found, room=None).values_list("link", flat=True).first()
    if link and may_join(found, at):
        response = HttpResponseRedirect(link)
        response["Referrer-Policy"] = "no-referrer"
        return response
    context = {
        "session": found,
        "link": bool(link),
        "opens_at": found.starts_at - JOIN_OPENS,
        "over": found.ends_at <= at,
    }
    return render(request, "enrollment/join.html", context, status=409)
