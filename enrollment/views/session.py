"""The page of a session, and the door to its call."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses.access import tutors_of
from courses.models import MaterialVersion, Room, Session, SessionPlace
from enrollment.access import JOIN_OPENS, may_join, sessions_open_to
from enrollment.actions.choices import choose_place
from enrollment.actions.joining import note_joining
from enrollment.diary import Entry, entry_of
from enrollment.models import Enrollment, PlaceChoice
from enrollment.seating import Reason, Wish, seat


@require_safe
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """When, by whom, what changed, and where: one's own place, or all of them for who teaches or plans it.

    404 for whoever it does not concern.
    """
    at = timezone.now()
    found = get_object_or_404(sessions_open_to(request.user).select_related("module__block", "cohort"), pk=pk)
    places = list(found.places.select_related("room__hub").order_by("pk"))
    mine = entry_of(request.user, found)
    until = found.starts_at - timedelta(hours=found.cohort.choice_hours)
    rooms = [place.room for place in places if place.room]
    context = {
        "session": found,
        "mine": mine,
        "mode": mine.mode if mine else found.mode,
        "mode_name": found.Mode(mine.mode if mine else found.mode).label,
        "rooms": rooms,
        "online": mine.online if mine else any(not place.room for place in places),
        "teachers": list(found.teachers.select_related("instructor__organisation").order_by("pk")),
        "tutors": tutors_of(found.cohort, {room.hub_id for room in rooms}),
        "materials": MaterialVersion.objects.seen(at)
        .filter(material__session=found)
        .select_related("material"),
        "over": found.ends_at <= at,
        "joinable": may_join(found, at),
        "opens_at": found.starts_at - JOIN_OPENS,
        **choices_in(found, mine, rooms),
        "ahead": waiting_ahead(request.user, found, rooms) if mine and mine.waits_for else None,
        "keeps_register": at >= found.starts_at and keeps_register(request.user, found, mine),
        "may_choose": at <= until,
        "choose_until": until,
    }
    return render(request, "enrollment/session.html", context)


def keeps_register(user, found: Session, mine: Entry | None) -> bool:
    """Who teaches the session, its tutors, and the office."""
    if found.cancelled:
        return False
    return bool(mine and not mine.attended) or (
        user.is_staff and user.has_perm("assessments.change_register")
    )


def waiting_ahead(user, found: Session, rooms: list[Room]) -> int | None:
    """How many wait before `user` for the same room; None where the room is no longer the session's."""
    choices = PlaceChoice.objects.filter(session=found).select_related("enrollment")
    wishes = {one.pk: Wish(one.pk, one.room_id, one.chosen_at, one.seated) for one in choices}
    mine = next((one.pk for one in choices if one.enrollment.user_id == user.pk), None)
    seats = seat(wishes.values(), {room.pk: room.capacity for room in rooms})
    return next((one.ahead for one in seats if one.wish.person == mine and one.reason is Reason.FULL), None)


def choices_in(found: Session, mine: Entry | None, rooms: list[Room]) -> dict:
    """Whether the session has places to choose from, and those beside the one a person has.

    Of several rooms where one usually is, none is one's own yet.
    """
    if not mine or not mine.attended or not rooms:
        return {"choosable": False}
    has = [mine.waits_for.pk] if mine.waits_for else [place.pk for place in mine.places]
    others = rooms if len(has) > 1 else [room for room in rooms if room.pk not in has]
    may_go_remote = found.mode == Session.Mode.HYBRID and (mine.mode != Session.Mode.REMOTE or mine.waits_for)
    choosable = found.mode != Session.Mode.REMOTE and bool(others or may_go_remote or mine.waits_for)
    return {"choosable": choosable, "others": others, "may_go_remote": may_go_remote}


def membership(user, found: Session):
    """The enrollment by which `user` attends the session."""
    return Enrollment.objects.live().filter(user=user).attending(found)


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
    """To the call, from 15 minutes before the session to its end, for who attends remotely, teaches or
    runs the office; otherwise why not. When a participant goes in is noted.
    """
    at = timezone.now()
    found = get_object_or_404(sessions_open_to(request.user).select_related("module", "cohort"), pk=pk)
    link = SessionPlace.objects.filter(session=found, room=None).values_list("link", flat=True).first()
    mine = entry_of(request.user, found)
    entitled = mine is None or mine.online
    if link and entitled and may_join(found, at):
        if request.method == "GET":
            note_joining(user=request.user, session=found, at=at)
        response = HttpResponseRedirect(link)
        response["Referrer-Policy"] = "no-referrer"
        return response
    context = {
        "session": found,
        "mine": mine,
        "seated": bool(link) and not entitled,
        "link": bool(link),
        "opens_at": found.starts_at - JOIN_OPENS,
        "over": found.ends_at <= at,
        "may_choose": at <= found.starts_at - timedelta(hours=found.cohort.choice_hours),
    }
    return render(request, "enrollment/join.html", context, status=409)
