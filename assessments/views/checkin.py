"""Checking in: the codes on the projector, the address behind the QR, and the page they are typed into."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from qrcode import QRCode
from qrcode.image.svg import SvgPathImage

from assessments.actions.checkin import OPENS, check_in, refuse_outside
from assessments.checkin_codes import (
    Kind,
    Unfit,
    changes_at,
    code_at,
    may_be_token,
    open_scan,
    seal_scan,
    token_at,
    verify,
)
from assessments.models import PresenceInterval
from assessments.views.register import kept
from courses.models import Session
from courses.reasons import Refused
from courses.refusals import Refusal
from enrollment.access import sessions_open_to
from enrollment.diary import entry_of

PAGE = "assessments:checkin"
SCANNED = "scanned"  # in the browser's session: the session of the lesson and the sealed scan
SECRET = settings.SECRET_KEY.encode()


@dataclass(frozen=True)
class Panel:
    """A code as the projector shows it."""

    kind: Kind
    code: str
    until: datetime
    picture: SafeString | None
    used: int


@never_cache
@require_safe
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """The codes of the room and of the call, as they are at this moment, for who keeps the register."""
    session, at = kept(request, pk), timezone.now()
    context = {
        "session": session,
        "panels": [panel(session, kind, at) for kind in kinds(session)] if is_open(session, at) else [],
        "over": at >= session.ends_at,
        "opens_at": session.starts_at - OPENS,
        "trail": [
            (reverse("assessments:teaching"), _("Teaching")),
            (reverse("assessments:register", args=[pk]), session.title),
        ],
    }
    return render(request, "assessments/code.html", context)


def is_open(session: Session, at: datetime) -> bool:
    """Codes are shown and taken from 15 minutes before to the end."""
    return session.starts_at - OPENS <= at < session.ends_at


def kinds(session: Session) -> list[Kind]:
    """A room, a call, or both."""
    return [
        kind
        for kind, without in ((Kind.ROOM, Session.Mode.REMOTE), (Kind.CALL, Session.Mode.IN_PERSON))
        if session.mode != without
    ]


def panel(session: Session, kind: Kind, at: datetime) -> Panel:
    """What is shown of one kind; only the room has a picture, as nobody scans their own screen."""
    told = PresenceInterval.objects.live().filter(session=session, source=f"{kind}_code")
    address = reverse("assessments:scan", args=[session.pk, token_at(SECRET, session.pk, kind, at)])
    return Panel(
        kind,
        code_at(SECRET, session.pk, kind, at),
        changes_at(kind, at),
        picture(settings.SITE_URL + address) if kind is Kind.ROOM else None,
        told.count(),
    )


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
def scan(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """The address behind a room's QR code: judged now, and kept by this browser until they have signed in."""
    at = timezone.now()
    session = get_object_or_404(Session.objects.live(), pk=pk)
    token = token if may_be_token(token) else ""
    try:
        refuse_unfit(session, Kind.ROOM, token, at)
        refuse_outside(session, at)
    except Refusal as refusal:
        context = {"refusal": str(refusal), "session": None, "door": pk}
        return render(request, "assessments/checkin.html", context, status=409)
    request.session[SCANNED] = {"session": pk, "seal": seal_scan(SECRET, pk, Kind.ROOM, at)}
    return redirect(PAGE, pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkin(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that one is there: by what was scanned on this device, or by a code that is typed."""
    at = timezone.now()
    scanned = scanned_at_of(request, pk, at)
    sessions = Session.objects.live() if scanned else sessions_open_to(request.user)
    session = get_object_or_404(sessions.select_related("module", "cohort"), pk=pk)
    if request.method != "POST":
        return checkin_page(request, session, at, scanned=bool(scanned))
    typed = request.POST.get("code", "")
    if not scanned and not ratelimit.consume(request, action="checkin_code"):
        refusal = _("Too many codes tried. Wait five minutes, or ask to be called by name.")
        return checkin_page(request, session, at, refusal=refusal, status=429)
    try:
        kind, scanned_at = (Kind.ROOM, scanned) if scanned else (kind_typed(request, session, at), at)
        interval = check_in(session=session, kind=kind, scanned_at=scanned_at, by=request.user, at=at)
    except Refusal as refusal:
        request.session.pop(SCANNED, None)
        return checkin_page(request, session, at, refusal=str(refusal), typed=typed, status=409)
    request.session.pop(SCANNED, None)
    messages.success(request, _("You are checked in from %(time)s.") % {"time": hour(interval.starts_at)})
    return redirect(PAGE, pk)


def scanned_at_of(request: HttpRequest, pk: int, at: datetime) -> datetime | None:
    """When this browser scanned the code of the session's room, if that was not long ago."""
    found = request.session.get(SCANNED, {})
    if found.get("session") != pk:
        return None
    try:
        return open_scan(SECRET, found["seal"], session=pk, kind=Kind.ROOM, at=at)
    except Refused:
        return None


def kind_typed(request: HttpRequest, session: Session, at: datetime) -> Kind:
    """Where they say they are, if the typed code is one of there; Refusal says why not."""
    asked = request.POST.get("kind")
    if asked not in kinds(session):
        raise BadRequest("the session has no such code")
    refuse_unfit(session, Kind(asked), request.POST.get("code", ""), at)
    return Kind(asked)


def refuse_unfit(session: Session, kind: Kind, given: str, at: datetime) -> None:
    """Raise Refusal, in words, for a code or token that does not count."""
    others = Session.objects.live().filter(starts_at__lte=at + OPENS, ends_at__gt=at).exclude(pk=session.pk)
    reason = verify(
        SECRET, session.pk, kind, given, scanned_at=at, elsewhere=list(others.values_list("pk", flat=True))
    )
    if reason is None:
        return
    if reason.code == Unfit.OTHER_KIND and kind is Kind.ROOM:
        raise Refusal(_("This is the code of the call. In the room another one is shown."))
    raise Refusal(
        {
            Unfit.OTHER_KIND: _("This is the code of the room. In the call another one is read out."),
            Unfit.OTHER_SESSION: _("This is the code of another session."),
            Unfit.TOO_OLD: _("This code is too old. Use the one that is shown now."),
        }.get(
            Unfit(reason.code), _("This is not a code of this session. It may have changed: read it again.")
        )
    )


def usual_kind(user, session: Session) -> Kind:
    """Where they are expected."""
    mine = entry_of(user, session)
    away = mine.online if mine else session.mode == Session.Mode.REMOTE
    return Kind.CALL if away else Kind.ROOM


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
    context = {
        "session": session,
        "told": list(mine),
        "scanned": scanned,
        "refusal": refusal,
        "typed": typed,
        "open": is_open(session, at),
        "over": at >= session.ends_at,
        "opens_at": session.starts_at - OPENS,
        "kinds": kinds(session),
        "kind": request.POST.get("kind") or usual_kind(request.user, session),
    }
    return render(request, "assessments/checkin.html", context, status=status)
