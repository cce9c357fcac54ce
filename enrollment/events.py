"""The entries of a diary as events of a calendar: what the feed holds, and what mails bring."""

from collections.abc import Iterable
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from courses import ics
from courses.models import Session
from enrollment.diary import Entry

PRODUCT = "-//SMTC Academy//Portal//IT"


def events_of(entries: Iterable[Entry]) -> list[ics.Event]:
    """The same entry is the same event wherever it is read: feed and mails share its UID."""
    pages = settings.SITE_URL + reverse("enrollment:session", args=[0]).removesuffix("0/")
    return [event(entry, f"{pages}{entry.pk}/") for entry in entries]


def invitation(entries: list[Entry], at: datetime) -> tuple[str, str]:
    """The method and the text of a calendar sent by mail at `at`: CANCEL when nothing of it takes place."""
    method = "CANCEL" if all(entry.cancelled for entry in entries) else "PUBLISH"
    message = ics.Message(method, parseaddr(settings.DEFAULT_FROM_EMAIL)[1], at)
    return method, ics.write(events_of(entries), name="SMTC Academy", product=PRODUCT, message=message)


def event(entry: Entry, page: str) -> ics.Event:
    """A session as an event. `page` is its page here: the address of its call is never told."""
    where = [f"{place.room}, {place.hub}, {place.address}" for place in entry.places]
    if entry.mode != Session.Mode.IN_PERSON:
        where.append(_("online: %(page)s") % {"page": page} if entry.online else _("online, link to follow"))
    if entry.waits_for:
        where.append(_("waiting line for %(room)s") % {"room": entry.waits_for})
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
