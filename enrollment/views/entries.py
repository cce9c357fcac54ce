"""The sessions of a day as list items, written in Python.

An edition has 78 of them: a template with its conditions takes three times as long.
"""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Session
from enrollment.diary import Entry

Mode = Session.Mode

ITEM = (
    '<li class="session{}">'
    '<div class="session-time"><time datetime="{}">{}</time><time datetime="{}">{}</time></div>'
    '<div class="session-body"><a class="session-title" href="{}">{}</a>{}</div>'
    '<div class="session-badges">{}</div></li>'
)


class Day(NamedTuple):
    """A day and its sessions as list items."""

    day: date
    items: SafeString


def write_days(entries: Iterable[Entry], at: datetime, following: Entry | None = None) -> list[Day]:
    """Entries in order of time under their days; `following`, if given, stands out as the next."""
    words = Words.today()
    return [
        Day(day, format_html_join("", "{}", ((words.item(entry, at, following),) for entry in of_day)))
        for day, of_day in groupby(entries, key=lambda entry: entry.day)
    ]


class Words(NamedTuple):
    """What every item may say, looked up once in the reader's language."""

    address: str
    modes: dict[str, str]
    cancelled: str
    moved: str
    before: str
    following: str
    taught: str
    tutored: str
    no_room: str
    waits: str
    opens: str
    no_link: str

    @classmethod
    def today(cls) -> "Words":
        return cls(
            address=reverse("enrollment:session", args=[0]).removesuffix("0/"),
            modes={mode: str(label) for mode, label in Mode.choices},
            cancelled=_("cancelled"),
            moved=_("moved"),
            before=_("before: %(moment)s"),
            following=_("Next"),
            taught=_("you teach"),
            tutored=_("tutor"),
            no_room=_("room to be announced"),
            waits=_("waiting line for %(room)s"),
            opens=_("online, the call opens 15 minutes before"),
            no_link=_("online, link to follow"),
        )

    def item(self, entry: Entry, at: datetime, following: Entry | None) -> SafeString:
        """One session."""
        comes_next = following is not None and entry.pk == following.pk
        return format_html(
            ITEM,
            self.look(entry, at, comes_next),
            entry.starts_at.isoformat(),
            f"{entry.starts_at:%H:%M}",
            entry.ends_at.isoformat(),
            f"{entry.ends_at:%H:%M}",
            f"{self.address}{entry.pk}/",
            entry.title,
            format_html_join("", "<span>{}</span>", ((line,) for line in self.lines(entry, comes_next))),
            format_html_join("", '<span class="badge{}">{}</span>', self.badges(entry, comes_next)),
        )

    def look(self, entry: Entry, at: datetime, comes_next: bool) -> str:
        """The class that sets an item apart."""
        if entry.cancelled:
            return " session-cancelled"
        if entry.over(at):
            return " session-past"
        return " session-next" if comes_next else ""

    def lines(self, entry: Entry, comes_next: bool) -> Iterable[str]:
        """What stands under the title."""
        yield entry.block if entry.title_as_module else f"{entry.block} · {entry.module}"
        if place := self.place(entry, comes_next):
            yield place
        if entry.moved and entry.previous_starts_at:
            yield self.before % {"moment": date_format(entry.previous_starts_at, "DATETIME_FORMAT")}
        if entry.change_reason:
            yield entry.change_reason

    def place(self, entry: Entry, comes_next: bool) -> str:
        """The first room and how many more, what is missing, and when the call of the next one opens."""
        if entry.cancelled:
            return ""
        parts = [str(place) for place in entry.places[:1]]
        if more := len(entry.places[1:]):
            words = ngettext("and %(more)s more room", "and %(more)s more rooms", more)
            parts = [f"{parts[0]} {words % {'more': more}}"]
        if entry.needs_room:
            parts.append(self.no_room)
        if entry.waits_for:
            parts.append(self.waits % {"room": entry.waits_for})
        if entry.needs_link:
            parts.append(self.no_link)
        elif entry.online and comes_next:
            parts.append(self.opens)
        return " · ".join(parts)

    def badges(self, entry: Entry, comes_next: bool) -> Iterable[tuple[str, str]]:
        """Each a class and a word."""
        if comes_next:
            yield " badge-info", self.following
        if not entry.attended:
            yield "", self.taught if entry.taught else self.tutored
        if entry.cancelled:
            yield " badge-cancelled", self.cancelled
            return
        if entry.moved:
            yield " badge-warn", self.moved
        yield f" badge-{entry.mode}", self.modes[entry.mode]
