"""The calendar of a person for other programs: its feed, and the page that gives its address."""

from hashlib import sha256
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db.models import OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.crypto import constant_time_compare
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from courses import ics
from courses.models import Role, SessionTeacher
from enrollment.access import calendar_address, calendar_token, person_of_token
from enrollment.actions.calendar import renew_calendar_address
from enrollment.diary import diary
from enrollment.events import PRODUCT, events_of
from enrollment.models import Enrollment
from enrollment.models.ready import ready

KEPT = 24 * 60 * 60  # seconds; a change makes a new key, so this only clears what nobody asks for


@require_safe
@login_not_required
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The diary as iCalendar text; the token is the key, so no cookie is looked at.

    One query finds the person and the versions of everything the text depends on. Equal versions,
    equal text: it is taken from the cache, or not sent at all. Last-Modified is when the text was
    written, for programs that do not know ETags.
    """
    pk = person_of_token(token)
    owner = pk and owner_of(pk)
    if not owner or not constant_time_compare(token, calendar_token(owner)):
        raise Http404
    etag = f'"{sha256(repr((settings.RELEASE, owner)).encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    response = get_conditional_response(request, etag, response=HttpResponse(headers=headers))
    if response is not None and response.status_code == HTTPStatus.NOT_MODIFIED:
        return response
    key = f"feed:{etag}"
    kept = cache.get(key)
    if kept is None:
        kept = (int(timezone.now().timestamp()), write(owner))
        cache.set(key, kept, KEPT)
    written_at, text = kept
    headers |= {
        "Last-Modified": http_date(written_at),
        "Content-Disposition": 'inline; filename="smtc-academy.ics"',
    }
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)
    return get_conditional_response(request, etag, written_at, response) or response


class Owner(NamedTuple):
    """Whose calendar it is, and the versions of the memberships and timetables it is made of.

    A timetable has its own version; the code of its edition is not part of it.
    """

    pk: int
    calendar_version: int
    language: str
    memberships: list[str]
    teaching: list[str]
    tutoring: list[str]


def owner_of(pk: int) -> Owner | None:
    """The active person with this key."""
    return next((Owner(*row) for row in versions_of(pk)), None)


@ready
def versions_of(person: int) -> QuerySet:
    """What `Owner` holds, if the person is active."""
    # The state needs no naming: a membership has its last day exactly from when it ends.
    edition = ("cohort__hub", "cohort__version", "cohort__code")
    membership = joined("pk", "access", "hub", "starts_on", "ends_on", *edition)
    teaching = joined("session__cohort", "session__cohort__version", "session__cohort__code")
    enrollments = Enrollment.objects.filter(user=OuterRef("pk")).order_by("pk")
    taught = SessionTeacher.objects.filter(instructor__user=OuterRef("pk")).order_by()
    tutored = Role.objects.filter(user=OuterRef("pk"), kind=Role.Kind.TUTOR).order_by("pk")
    people = get_user_model().objects.filter(pk=person, is_active=True).order_by()
    return people.values_list(
        *("pk", "calendar_version", "language"),
        ArraySubquery(enrollments.values(one=membership)),
        ArraySubquery(taught.values(one=teaching).distinct().order_by("one")),
        ArraySubquery(tutored.values(one=joined("pk", "hub", "cohort__version", "cohort__code"))),
    )


def joined(*names: str) -> Concat:
    """The named columns as one text."""
    dot = Value(".", TextField())
    return Concat(*(part for name in names for part in (Cast(name, TextField()), dot)))


def write(owner: Owner) -> str:
    """The text of the feed, in the person's language."""
    with override(owner.language):
        return ics.write(events_of(diary(owner)), name="SMTC Academy", product=PRODUCT)


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """The address of one's calendar, how to subscribe to it, and a button that renews it."""
    if request.method == "POST":
        renew_calendar_address(by=request.user, at=timezone.now())
        messages.success(request, _("Your calendar has a new address; the old one no longer works."))
        return redirect("enrollment:calendar")
    address = calendar_address(request.user)
    return render(request, "enrollment/calendar.html", {"address": address, **subscribe_links(address)})


def subscribe_links(address: str) -> dict[str, str]:
    """The ways to subscribe to the calendar at `address` at one press.

    Google takes the address for a feed to be asked again only where it is a webcal: one.
    """
    webcal = "webcal://" + address.split("://", 1)[1]
    named = urlencode({"url": address, "name": "SMTC Academy"})
    return {
        "webcal": webcal,
        "google": f"https://calendar.google.com/calendar/r?{urlencode({'cid': webcal})}",
        "outlook": f"https://outlook.office.com/calendar/0/addfromweb?{named}",
        "outlook_private": f"https://outlook.live.com/calendar/0/addfromweb?{named}",
    }
