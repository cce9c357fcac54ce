"""The page of a session, and the door to its call."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses.models import Session, SessionPlace
from enrollment.access import JOIN_OPENS, may_join, sessions_open_to
from enrollment.actions.choices import choose_place
from enrollment.models import Enrollment, PlaceChoice


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
        **choice_of(request.user, found, at),
    }
    return render(request, "enrollment/session.html", context)


def membership(user, found: Session):
    """The enrollment by which `user` attends the session."""
    members = Enrollment.objects.live().members_on(localdate(found.starts_at))
    return members.filter(user=user, cohort=found.cohort_id)


def choice_of(user, found: Session, at: datetime) -> dict:
    """What `user` has chosen, and until when it can be changed."""
    until = found.starts_at - timedelta(hours=found.cohort.choice_hours)
    attends = found.mode != Session.Mode.REMOTE and membership(user, found).exists()
    chosen = PlaceChoice.objects.filter(session=found, enrollment__user=user).select_related("room__hub")
    return {
        "choice": chosen.first() if attends else None,
        "may_choose": attends and not found.cancelled and at <= until,
        "choose_until": until,
    }


@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a room of the session, or remote; a full room means waiting. 409 where it is too late."""
    found = get_object_or_404(sessions_open_to(request.user), pk=pk)
    enrollment = get_object_or_404(membership(request.user, found))
    wanted = request.POST.get("room")
    rooms = {str(one.room_id): one.room for one in found.places.select_related("room") if one.room_id}
    if wanted != "remote" and wanted not in rooms:
        raise BadRequest(_("The session does not have this place. Choose another one."))
    choice = choose_place(
        enrollment=enrollment, session=found, room=rooms.get(wanted), by=request.user, at=timezone.now()
    )
    if choice.seated:
        messages.success(request, _("Your place is saved."))
    else:
        messages.warning(request, _("The room is full: you are on the waiting line."))
    return redirect("enrollment:session", pk)


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
