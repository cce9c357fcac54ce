"""The front page of whoever is signed in."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from academy.home import home as home_of
from enrollment.access import JOIN_OPENS, may_join
from enrollment.views.entries import write_days


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this person needs today."""
    at = timezone.now()
    today = timezone.localdate(at)
    page = home_of(request.user, at=at)
    following = page.next
    doors = following if following and may_join(following, at) else None
    context = {
        "home": page,
        "at": at,
        "call_open": page.call_open,
        "days": write_days(page.week, at),
        "today": today,
        "tomorrow": today + timedelta(days=1),
        "next": following,
        "joinable": bool(doors and doors.online),
        "may_check_in": bool(doors and doors.attended),
        "opens_at": following and following.starts_at - JOIN_OPENS,
    }
    return render(request, "academy/home.html", context)
