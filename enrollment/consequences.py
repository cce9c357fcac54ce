"""Whom of its participants an edition loses or wakes when a session moves."""

from collections.abc import Iterable

from django.utils.timezone import localdate
from django.utils.translation import ngettext

from courses.consequences import Becoming, Consequence
from courses.models import Session
from enrollment.models import Enrollment


def of_session(session: Session, becoming: Becoming) -> Iterable[Consequence]:
    """How many participants are told, and who belongs to the edition on one of the two days only."""
    before, after = (
        set(Enrollment.objects.attending(session, on=localdate(moment)).values_list("pk", flat=True))
        for moment in (session.starts_at, becoming.starts_at)
    )
    if becoming.told and (after or before):
        number = len(before | after)
        words = ngettext("%(number)d participant is told.", "%(number)d participants are told.", number)
        yield Consequence(words % {"number": number})
    if becoming.rooms is not None:
        elsewhere = session.choices.filter(seated=True, room__isnull=False).exclude(room__in=becoming.rooms)
        if seats := elsewhere.count():
            words = ngettext(
                "%(number)d participant has a seat in a room that goes.",
                "%(number)d participants have a seat in a room that goes.",
                seats,
            )
            yield Consequence(words % {"number": seats})
    if gone := len(before - after):
        words = ngettext(
            "%(number)d participant has left the edition by the new day.",
            "%(number)d participants have left the edition by the new day.",
            gone,
        )
        yield Consequence(words % {"number": gone})
