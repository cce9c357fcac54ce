"""What the frame of every page needs: the way around, and the choices a browser remembers."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

THEMES = ("light", "dark")
THEME_COOKIE = "theme" if settings.LOCAL else "__Host-theme"


def frame(request: HttpRequest) -> dict[str, Any]:
    """`nav`: the main pages of this person. `theme`: light, dark or None for what the device says.
    `demo`: whether the people are invented.
    """
    theme = request.COOKIES.get(THEME_COOKIE)
    return {
        "nav": SimpleLazyObject(lambda: navigation(request)),
        "theme": theme if theme in THEMES else None,
        "demo": settings.DEMO,
    }


def navigation(request: HttpRequest) -> list[tuple[str, str, bool]]:
    """Address, label, and whether we are there now. Reads what came with the user: no query."""
    person = request.user
    follows = getattr(person, "is_participant", False)
    works = hasattr(person, "instructor") or getattr(person, "is_tutor", False)
    application = getattr(person, "application", None)
    pages = []
    if person.is_authenticated:
        pages.append(("/home/", _("Home")))
    if works or follows:
        pages.append(("/schedule/", _("Schedule")))
    if works:
        pages.append(("/teaching/", _("Teaching")))
    if follows:
        pages.append(("/attendance/", _("Attendance")))
        pages.append(("/results/", _("Results")))
    if getattr(person, "is_in_a_team", False):
        pages.append(("/team/", _("Team")))
    if getattr(person, "follows_projects", False):
        pages.append((reverse("assessments:projects"), _("Projects")))
    if getattr(person, "is_on_committee", False):
        pages.append((reverse("enrollment:committee"), _("Committee")))
    if application:
        pages.append((reverse("enrollment:application", args=[application]), _("My application")))
    pages += [("/programme/", _("Programme")), ("/cohorts/", _("Editions"))]
    if person.is_staff:
        pages.append(("/admin/", _("Office")))
    here = max(
        (address for address, _label in pages if request.path.startswith(address)), key=len, default=""
    )
    return [(address, label, address == here) for address, label in pages]


def remember(response: HttpResponse, cookie: str, choice: str) -> None:
    """Keep a choice in this browser for a year."""
    response.set_cookie(
        cookie,
        choice,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=not settings.LOCAL,
        httponly=True,
        samesite="Lax",
    )
