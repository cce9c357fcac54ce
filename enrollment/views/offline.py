"""The coming two weeks without a network: what a browser keeps of them. How it does: static/js/worker.js."""

from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from courses.models import MaterialVersion
from enrollment.access import materials_open_to
from enrollment.diary import Entry, diary
from enrollment.views.calendar import versions_of
from enrollment.views.schedule import LONGEST_MONTH

AHEAD = timedelta(days=14)
WEEK = timedelta(days=7)
WORKER = (settings.BASE_DIR / "static/js/worker.js").read_text()


@require_safe
@login_not_required
def worker(request: HttpRequest) -> HttpResponse:
    """The script that answers while there is no network. It lies at the root, so the whole site is its."""
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(WORKER, content_type="text/javascript; charset=utf-8", headers=headers)


@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """The addresses a browser is to keep for who is signed in; 304 while nothing of them has changed.

    The ETag hangs on this very sign-in too: whoever comes next starts with nothing.
    """
    at = timezone.now()
    facts = settings.RELEASE, versions_of(request.user.pk), request.session.session_key, get_language()
    text = repr((*facts, latest_material(request.user, at), timezone.localdate(at)))
    etag = f'"{sha256(text.encode()).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag)
    if response is None:
        coming = [entry for entry in diary(request.user) if at < entry.ends_at <= at + AHEAD]
        response = JsonResponse({"pages": pages(coming, timezone.localdate(at))})
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-store"
    return response


def latest_material(user, at: datetime) -> tuple:
    """How many versions of materials `user` may read, and since when the last of them."""
    versions = MaterialVersion.objects.seen(at).filter(material__in=materials_open_to(user, at))
    return tuple(versions.order_by().aggregate(Count("pk"), Max("since")).values())


def pages(coming: list[Entry], today) -> list[str]:
    """Home, the schedule in its three views as far as two weeks go, the sessions, today's registers of
    whoever keeps them, and last the page that stands in for all others.
    """
    schedule = reverse("enrollment:schedule")
    weeks = ({"view": "week", "on": today + step} for step in (timedelta(0), WEEK, AHEAD))
    next_month = (today.replace(day=1) + LONGEST_MONTH).replace(day=1)
    views = ({"view": "agenda"}, {"view": "week"}, {"view": "month"}, {"view": "month", "on": next_month})
    return [
        reverse("home"),
        schedule,
        *(f"{schedule}?{urlencode(query)}" for query in (*views, *weeks)),
        *(reverse("enrollment:session", args=[entry.pk]) for entry in coming),
        *(
            reverse("assessments:register", args=[entry.pk])
            for entry in coming
            if not entry.attended and entry.day == today and not entry.cancelled
        ),
        reverse("enrollment:offline"),
    ]


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown without a network in place of a page that is not kept."""
    return render(request, "enrollment/offline.html")
