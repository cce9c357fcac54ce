"""The calendar of a person for other programs: its feed, and the page that gives its address."""

from hashlib import sha256

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db.models import CharField, F, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from courses import ics
from courses.models import Session, SessionTeacher
from enrollment.access import calendar_address, owner_of_token
from enrollment.actions.calendar import renew_calendar_address
from enrollment.diary import Entry, diary
from enrollment.models import Enrollment

PRODUCT = "-//SMTC Academy//Portal//IT"
KEPT = 24 * 60 * 60  # seconds; a change makes a new key, so this only clears what nobody asks for


@require_safe
@login_not_required
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The diary as iCalendar text; the token is the key, so no cookie is looked at.

    One query finds the person and the versions of everything the text depends on. Equal versions,
    equal text: it is taken from the cache, or not sent at all.
    """
    user = owner_of_token(token, with_versions())
    if user is None:
        raise Http404
    facts = (settings.RELEASE, user.pk, user.language, user.memberships, user.teaching)
    etag = f'"{sha256(repr(facts).encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    response = get_conditional_response(request, etag, response=HttpResponse(headers=headers))
    if response is None or response.status_code != 304:
        text = cache.get_or_set(f"feed:{etag}", lambda: write(user), KEPT)
        response = HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)
        response["Content-Disposition"] = 'inline; filename="smtc-academy.ics"'
    return response


def with_versions():
    """People with the versions of the timetables they follow or teach, and of their memberships."""
    dot = Value(".")
    membership = Concat(
        F("pk"),
        dot,
        F("state"),
        dot,
        F("starts_on"),
        dot,
        F("ends_on"),
        dot,
        F("cohort__version"),
        output_field=CharField(),
    )
    teaching = Concat(F("session__cohort"), dot, F("session__cohort__version"), output_field=CharField())
    person = OuterRef("pk")
    enrollments = Enrollment.objects.filter(user=person).order_by("pk")
    taught = SessionTeacher.objects.filter(instructor__user=person).order_by()
    return get_user_model().objects.annotate(
        memberships=ArraySubquery(enrollments.values(one=Cast(membership, CharField()))),
        teaching=ArraySubquery(taught.values(one=Cast(teaching, CharField())).distinct().order_by("one")),
    )


def write(user) -> str:
    """The text of the feed, in the person's language."""
    with override(user.language):
        events = [event(entry) for entry in diary(user)]
        return ics.write(events, name="SMTC Academy", product=PRODUCT)


def event(entry: Entry) -> ics.Event:
    """A session as an event. Its address is the session's page: the call's own is never told."""
    page = settings.SITE_URL + reverse("enrollment:session", args=[entry.pk])
    where = [f"{place.room}, {place.hub}, {place.address}" for place in entry.places]
    if entry.mode != Session.Mode.IN_PERSON:
        where.append(_("online: %(page)s") % {"page": page} if entry.online else _("online, link to follow"))
    return ics.Event(
        uid=f"session-{entry.pk}@smtc-academy",
        sequence=entry.revision,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        changed_at=entry.changed_at,
        summary=_("Cancelled: %(title)s") % {"title": entry.title} if entry.cancelled else entry.title,
        location=" · ".join(where) or _("room to be announced"),
        description="\n".join(
            line for line in (entry.block, entry.cohort, entry.change_reason, page) if line
        ),
        url=page,
        cancelled=entry.cancelled,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """The address of one's calendar, how to subscribe to it, and a button that renews it."""
    if request.method == "POST":
        renew_calendar_address(by=request.user, at=timezone.now())
        messages.success(request, _("Your calendar has a new address; the old one no longer works."))
        return redirect("enrollment:calendar")
    address = calendar_address(request.user)
    webcal = "webcal://" + address.split("://", 1)[1]
    return render(request, "enrollment/calendar.html", {"address": address, "webcal": webcal})
