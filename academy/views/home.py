"""The front page of whoever is signed in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from academy.home import home as home_of
from enrollment.access import may_join
from enrollment.views.entries import write_days


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this person needs today."""
    at = timezone.now()
    page = home_of(request.user, at=at)
    context = {
        "home": page,
        "days": write_days(page.week, at, page.next),
        "today": timezone.localdate(at),
        "next": page.next,
        "joinable": bool(page.next and page.next.online and may_join(page.next, at)),
    }
    return render(request, "academy/home.html", context)
