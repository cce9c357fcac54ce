"""Who may see a session, join its call, and read a calendar."""

import re
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.crypto import salted_hmac

from courses.models import Session
from enrollment.diary import sessions_of

JOIN_OPENS = timedelta(minutes=15)  # before the session begins
TOKEN = re.compile(r"([0-9]{1,18})-([0-9a-f]{64})")


def runs_the_office(user) -> bool:
    """Staff who may see any session."""
    return user.is_staff and user.has_perm("courses.view_session")


def sessions_open_to(user):
    """The sessions `user` may look at: one's own, and for the office all."""
    return Session.objects.all() if runs_the_office(user) else sessions_of(user)


def may_join(session, at: datetime) -> bool:
    """Whether the door to the call of `session`, or of its entry in a diary, stands open.

    From 15 minutes before the beginning to the end, for whoever may see the session.
    """
    return not session.cancelled and session.starts_at - JOIN_OPENS <= at < session.ends_at


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
