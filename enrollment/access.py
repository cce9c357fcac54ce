"""Who may see a session, join its call, and read a calendar."""

import re

from django.conf import settings
from django.utils.crypto import salted_hmac

from courses.models import Session
from enrollment.diary import sessions_of

TOKEN = re.compile(r"([0-9]{1,18})-([0-9a-f]{64})")


def runs_the_office(user) -> bool:
    """Staff who may see any session."""
    return user.is_staff and user.has_perm("courses.view_session")


def sessions_open_to(user):
    """The sessions `user` may look at: one's own, and for the office all."""
    return Session.objects.all() if runs_the_office(user) else sessions_of(user)


def calendar_token(user) -> str:
    """The secret part of the address of `user`'s calendar.

    An HMAC of the person and the version of the address, so nothing secret is stored; a new version
    makes every older token worthless.
    """
    facts = f"{user.pk}.{user.calendar_version}"
    return f"{user.pk}-{salted_hmac('enrollment.calendar', facts, algorithm='sha256').hexdigest()}"


def person_of_token(token: str) -> int | None:
    """The person a token speaks of; whether it is genuine is to be compared with `calendar_token`."""
    found = TOKEN.fullmatch(token)
    return int(found[1]) if found else None


def calendar_address(user) -> str:
    """The whole address of `user`'s calendar, for programs that subscribe."""
    return f"{settings.SITE_URL}/calendar/{calendar_token(user)}.ics"
