"""What the judgement of a timetable says to a person, in the reader's language."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from courses.changes import Change, Kind
from courses.drafts import Drafted, Finding
from courses.hours import show_minutes
from courses.models.wording import readers_language
from courses.reasons import Reason
from courses.workdays import Closed

CLOSED = {
    Closed.SUNDAY: _("Closed on %(day)s: it is a Sunday."),
    Closed.HOLIDAY: _("Closed on %(day)s: %(name)s."),
    Closed.CLOSURE: _("Closed on %(day)s: %(name)s."),
}
SENTENCES = {
    Finding.ROOM_TAKEN: _("%(session)s: %(name)s is needed at the same time by %(other)s."),
    Finding.INSTRUCTOR_TAKEN: _("%(session)s: %(name)s also teaches %(other)s."),
    Finding.EDITION_TAKEN: _("%(session)s: the edition is also in %(other)s."),
    Finding.OUTSIDE_EDITION: _("%(session)s: the edition lasts from %(first)s to %(last)s."),
    Finding.CLOSED: _("%(session)s: %(why)s"),
    Finding.REMOTE_WITH_ROOM: _(
        "%(session)s: a remote session has no room. Choose hybrid, or take the rooms away."
    ),
    Finding.IN_PERSON_WITH_LINK: _(
        "%(session)s: a session in person has no link. Choose hybrid, or take the link away."
    ),
    Finding.VENUE_CLOSED: _("%(session)s, %(rooms)s: %(why)s"),
    Finding.ROOM_AWAY: _("%(session)s: %(name)s is closed then. %(note)s"),
    Finding.INSTRUCTOR_AWAY: _("%(session)s: %(name)s cannot teach then. %(note)s"),
    Finding.TRAVEL: _(
        "%(name)s has %(pause)s from %(session)s to %(other)s, and the journey takes about %(need)s."
    ),
    Finding.TEAM_ELSEWHERE: _("%(session)s: some of its participants are in %(other)s."),
    Finding.LONG_DAY: _("On %(day)s there are %(minutes)s of sessions; at most %(most)s are right."),
    Finding.ROOM_TOO_SMALL: _("%(session)s: the rooms seat %(capacity)s, and %(people)s come."),
    Finding.OVERRUN: _("%(name)s: if %(session)s overruns, %(other)s waits at the door."),
    Finding.SEATS_SHORT: _(
        "%(session)s: the rooms seat %(capacity)s of %(people)s; the others follow remotely."
    ),
    Finding.GROUPS_ALONE: _("%(session)s: %(groups)s groups side by side, and instructors for %(teachers)s."),
    Finding.NO_ROOM: _("%(session)s: no room yet."),
    Finding.NO_LINK: _("%(session)s: no link yet."),
    Finding.NO_INSTRUCTOR: _("%(session)s: no instructor yet."),
    Finding.CLOCKS_CHANGE: _("%(session)s: the clocks change on this day."),
    Finding.FULL_WEEK: _("The week of %(day)s has %(minutes)s of sessions."),
    Finding.WELCOME_NOT_FIRST: _("%(session)s: the welcome is not the first session."),
    Finding.FINAL_NOT_LAST: _("%(session)s: the final assessment is not the last session."),
    Finding.NOT_CONFIRMED: _("%(name)s teaches %(minutes)s and has not confirmed the appointment."),
    Finding.DECLINED: _("%(name)s teaches %(minutes)s and has declined the appointment."),
    Finding.MORE_THAN_CONFIRMED: _("%(name)s teaches %(minutes)s and has confirmed %(confirmed)s."),
    Finding.MODULE_SHORT: _("%(module)s: %(planned)s of %(due)s."),
    Finding.MODULE_OVER: _("%(module)s: %(planned)s, and the programme has %(due)s."),
    Finding.ACADEMIC_DIFFERS: _(
        "%(module)s: %(planned)s of academic teaching, and the programme has %(due)s."
    ),
    Finding.COMPANY_DIFFERS: _("%(module)s: %(planned)s of company teaching, and the programme has %(due)s."),
}
KINDS = {
    Kind.ADDED: _("added"),
    Kind.CANCELLED: _("cancelled"),
    Kind.MOVED: _("moved"),
    Kind.PLACE: _("another place"),
    Kind.MODE: _("another mode"),
    Kind.INSTRUCTOR: _("another instructor"),
    Kind.TOPIC: _("another topic"),
}
MINUTES = ("minutes", "planned", "due", "confirmed", "need", "pause", "most")
DAYS = ("day", "first", "last")


def closed_in_words(reason: Reason) -> str:
    """Why a day is closed."""
    day = date_format(cast("date", reason.facts["day"]), "DATE_FORMAT")
    return CLOSED[Closed(reason.code)] % {"day": day, "name": reason.facts.get(f"name_{readers_language()}")}


def session_in_words(session: Drafted, home: str) -> str:
    """«B1, Thursday 20 January 2022, 09:00–13:00», with its edition where it is another's."""
    words = span_in_words(session.module, session.starts_at, session.ends_at)
    return words if session.edition == home else f"{session.edition}, {words}"


def span_in_words(module: str, starts_at: datetime, ends_at: datetime) -> str:
    """A module and a time."""
    begins, ends = timezone.localtime(starts_at), timezone.localtime(ends_at)
    return f"{module}, {date_format(begins, 'l j F Y, H:i')}–{date_format(ends, 'H:i')}"


def in_words(reason: Reason) -> str:
    """What `courses.drafts` found, as a sentence."""
    return (SENTENCES[Finding(reason.code)] % worded(reason.facts)).strip()


def worded(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a sentence as people write them."""
    found = dict(facts)
    home = found.pop("home", "")
    sessions = found.pop("sessions", ())
    for name, session in zip(("session", "other"), sessions, strict=False):
        found[name] = session_in_words(session, home)
    found |= {name: show_minutes(found[name]) for name in MINUTES if isinstance(found.get(name), int)}
    found |= {name: date_format(found[name], "DATE_FORMAT") for name in DAYS if name in found}
    if isinstance(why := found.get("why"), Reason):
        found["why"] = closed_in_words(why)
    return found | ({"rooms": ", ".join(found["rooms"])} if "rooms" in found else {})


def kinds_in_words(change: Change) -> str:
    """In what a session differs."""
    return ", ".join(str(KINDS[kind]) for kind in change.kinds)


def change_in_words(change: Change) -> str:
    """What becomes of a session, in a line."""
    one = change.standing
    return _("%(session)s: %(change)s.") % {
        "session": span_in_words(one.module, one.starts_at, one.ends_at),
        "change": kinds_in_words(change),
    }
