"""What the frame of every page needs: the way around, and the colours somebody chose."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

THEMES = ("light", "dark")
THEME_COOKIE = "theme" if settings.LOCAL else "__Host-theme"


def frame(request: HttpRequest) -> dict[str, Any]:
    """`theme`: light, dark or None for what the device says. `demo`: whether the people are invented."""
    theme = request.COOKIES.get(THEME_COOKIE)
    return {"theme": theme if theme in THEMES else None, "demo": settings.DEMO}
