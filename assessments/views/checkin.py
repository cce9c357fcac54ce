"""Checking in: the codes on the projector, the address behind the QR, and the page they are typed into."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from qrcode import QRCode
from qrcode.image.svg import SvgPathImage

from assessments.actions.checkin import check_in
from assessments.checkin_codes import (
    OPENS,
    Door,
    Fault,
    Shown,
    judge_code,
    judge_token,
    judge_window,
    read_token,
    shown,
)
from assessments.models import PresenceInterval
from assessments.roster import register_roster
from assessments.views.register import kept
from courses.models import Session
from courses.refusals import Refusal
from enrollment.access import sessions_open_to
from enrollment.diary import entry_of

PAGE = "assessments:checkin"
SCANNED = "scanned"  # in the browser's session: what was scanned, and when
TO_SIGN_IN = timedelta(hours=1)  # after that a scan is forgotten
SECRET = settings.SECRET_KEY.encode()


@dataclass(frozen=True)
class Panel:
    """A code as the projector shows it."""

    shown: Shown
    picture: SafeString | None
    used: int


@never_cache
@require_safe
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """The codes of the room and of the call, as they are at this moment, for who keeps the register."""
    session, at = kept(request, pk), timezone.now()
    window = judge_window(session.starts_at, session.ends_at, at)
    context = {
        "session": session,
        "panels": [] if window else [panel(session, door, at) for door in doors(session)],
        "over": window is Fault.OVER,
        "opens_at": session.starts_at - OPENS,
        "people": register_roster(session).count(),
        "trail": [
            (reverse("assessments:teaching"), _("Teaching")),
            (reverse("assessments:register", args=[pk]), session.title),
        ],
    }
    return render(request, "assessments/code.html", context)


def doors(session: Session) -> list[Door]:
    """A room, a call, or both."""
    return [
        door
        for door, missing in ((Door.ROOM, Session.Mode.REMOTE), (Door.CALL, Session.Mode.IN_PERSON))
        if session.mode != missing
    ]


def panel(session: Session, door: Door, at: datetime) -> Panel:
    """What is shown for one door; only the room has a picture, as nobody scans their own screen."""
    now = shown(SECRET, session.pk, door, at)
    told = PresenceInterval.objects.live().filter(session=session, source=f"{door}_code")
    address = settings.SITE_URL + reverse("assessments:scan", args=[now.token])
    return Panel(now, picture(address) if door is Door.ROOM else None, told.count())


def picture(address: str) -> SafeString:
    """The QR code as SVG."""
    qr = QRCode(border=2)
    qr.add_data(address)
    out = BytesIO()
    qr.make_image(image_factory=SvgPathImage).save(out)
    return SafeString(out.getvalue().decode().partition("?>")[2])


@login_not_required
@never_cache
@require_safe
def scan(request: HttpRequest, token: str) -> HttpResponse:
    """The address behind a QR code: judged now, and remembered until they have signed in."""
    at, told = timezone.now(), read_token(SECRET, token)
    session = told and Session.objects.live().filter(pk=told.session).first()
    if not told or not session:
        raise Http404
    if fault := judge_token(told, at) or judge_window(session.starts_at, session.ends_at, at):
        context = {"refusal": sentence(fault), "session": None}
        return render(request, "assessments/checkin.html", context, status=409)
    request.session[SCANNED] = {"session": session.pk, "door": told.door.value, "at": at.isoformat()}
    return redirect(PAGE, session.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkin(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that one is there: by what was scanned on this device, or by a code that is typed."""
    at, scanned = timezone.now(), scanned_of(request, pk)
    sessions = Session.objects.live() if scanned else sessions_open_to(request.user)
    session = get_object_or_404(sessions.select_related("module", "cohort"), pk=pk)
    if request.method != "POST":
        return checkin_page(request, session, at, scanned=bool(scanned))
    typed = request.POST.get("code", "")
    if not scanned and not ratelimit.consume(request, action="checkin_code"):
        refusal = _("Too many codes tried. Wait five minutes, or ask to be called by name.")
        return checkin_page(request, session, at, refusal=refusal, status=429)
    try:
        door, scanned_at = scanned or (door_opened(request, session, at), at)
        interval = check_in(session=session, door=door, scanned_at=scanned_at, by=request.user, at=at)
    except Refusal as refusal:
        request.session.pop(SCANNED, None)
        return checkin_page(request, session, at, refusal=str(refusal), typed=typed, status=409)
    request.session.pop(SCANNED, None)
    messages.success(request, _("You are checked in from %(time)s.") % {"time": hour(interval.starts_at)})
    return redirect(PAGE, pk)


def scanned_of(request: HttpRequest, pk: int) -> tuple[Door, datetime] | None:
    """What this browser scanned for the session not long ago."""
    found = request.session.get(SCANNED, {})
    moment = parse_datetime(found.get("at", ""))
    if found.get("session") != pk or not moment or timezone.now() - moment > TO_SIGN_IN:
        return None
    return Door(found["door"]), moment


def door_opened(request: HttpRequest, session: Session, at: datetime) -> Door:
    """The door they say they are at, opened by the typed code; Refusal says why it is not."""
    asked, has = request.POST.get("door"), doors(session)
    if asked not in has:
        raise BadRequest("the session does not have this door")
    others = Session.objects.live().filter(starts_at__lt=at + OPENS, ends_at__gt=at).exclude(pk=session.pk)
    fault = judge_code(
        SECRET,
        request.POST.get("code", ""),
        session=session.pk,
        door=Door(asked),
        others=list(others.values_list("pk", flat=True)),
        at=at,
    )
    if fault:
        raise Refusal(sentence(fault))
    return Door(asked)


def sentence(fault: Fault) -> str:
    """Why a code opens nothing, in words."""
    return {
        Fault.UNKNOWN: _("This is not a code of this session. Read it again: it may have changed."),
        Fault.TOO_OLD: _("This code is too old. Use the one that is shown now."),
        Fault.CODE_OF_ROOM: _("This is the code of the room. In the call another one is read out."),
        Fault.CODE_OF_CALL: _("This is the code of the call. In the room another one is shown."),
        Fault.OTHER_SESSION: _("This is the code of another session."),
        Fault.NOT_YET: _("Checking in is not open yet."),
        Fault.OVER: _("The session is over: its codes are worth nothing any more."),
    }[fault]


def usual_door(user, session: Session) -> Door:
    """Where they are expected."""
    mine = entry_of(user, session)
    away = mine.online if mine else session.mode == Session.Mode.REMOTE
    return Door.CALL if away else Door.ROOM


def hour(moment: datetime | None) -> str:
    """Hour and minute in Rome."""
    return f"{timezone.localtime(moment):%H:%M}"


def checkin_page(
    request: HttpRequest,
    session: Session,
    at: datetime,
    *,
    scanned: bool = False,
    refusal: str = "",
    typed: str = "",
    status: int = 200,
) -> HttpResponse:
    """What stands, and the field for a code."""
    mine = PresenceInterval.objects.live().filter(session=session, enrollment__user=request.user)
    window = judge_window(session.starts_at, session.ends_at, at)
    context = {
        "session": session,
        "told": list(mine),
        "scanned": scanned,
        "refusal": refusal,
        "typed": typed,
        "open": not window,
        "over": window is Fault.OVER,
        "opens_at": session.starts_at - OPENS,
        "doors": doors(session),
        "door": request.POST.get("door") or usual_door(request.user, session),
    }
    return render(request, "assessments/checkin.html", context, status=status)
