"""The calendar of an edition as its public page shows it: modes and rooms, never a link."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from courses.hours import minutes_between
from courses.models import Session

# Retakes, reviews and milestone meetings concern some people only: they are in those people's diaries.
FOR_EVERYBODY = (Session.Purpose.TEACHING, Session.Purpose.WELCOME, Session.Purpose.FINAL)


class Calendar(NamedTuple):
    """An edition's sessions as the page shows them.

    `months` holds (anchor, name, rows of the table); `minutes` (mode, its name, minutes) of what is
    not cancelled.
    """

    months: list[tuple[str, str, SafeString]]
    minutes: list[tuple[str, str, int]]


class Entry(NamedTuple):
    """One session in words. `look` is its mode, or "cancelled", which says more."""

    day: date
    hours: str
    title: str
    places: str
    look: str
    minutes: int


def read_calendar(cohort: int, main_hub: int) -> Calendar:
    """The whole calendar of an edition in one query. Rooms outside `main_hub` name their town."""
    entries = list(read_entries(cohort, main_hub))
    modes = {mode: str(name) for mode, name in Session.Mode.choices}
    words = modes | {Session.State.CANCELLED: str(Session.State.CANCELLED.label)}
    months = []
    for first, of_month in groupby(entries, key=lambda entry: entry.day.replace(day=1)):
        name = date_format(first, "YEAR_MONTH_FORMAT")
        months.append((f"{first:%Y-%m}", name, write_month(of_month, words)))
    minutes: Counter[str] = Counter()
    for entry in entries:
        minutes[entry.look] += entry.minutes
    return Calendar(months, [(mode, name, minutes[mode]) for mode, name in modes.items() if minutes[mode]])


def read_entries(cohort: int, main_hub: int) -> Iterator[Entry]:
    """A session has a row for each of its places, one after the other."""
    language = "en" if get_language() == "en" else "it"
    zone = timezone.get_current_timezone()
    rows = (
        Session.objects.filter(cohort=cohort, purpose__in=FOR_EVERYBODY)
        .order_by("starts_at", "pk", "places__pk")
        .values_list(
            *("pk", "starts_at", "ends_at", "mode", "state"),
            *(f"topic_{language}", f"module__title_{language}"),
            *("places__room__name", "places__room__hub", "places__room__hub__city"),
        )
    )
    for _pk, group in groupby(rows, key=itemgetter(0)):
        of_session = list(group)
        _pk, starts_at, ends_at, mode, state, topic, module, *_place = of_session[0]
        starts, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
        rooms = (name if hub == main_hub else f"{name}, {city}" for *_, name, hub, city in of_session if name)
        yield Entry(
            day=starts.date(),
            hours=f"{starts:%H:%M}–{ends:%H:%M}",
            title=topic or module,
            places=" · ".join(rooms),
            look=state if state == Session.State.CANCELLED else mode,
            minutes=minutes_between(starts_at, ends_at),
        )


# Written here and not in the template, which takes three times as long for the 78 rows of an edition.
DAY = '<tbody><tr class="is-{}"><th scope="rowgroup" rowspan="{}">{}</th>{}</tr>{}</tbody>'
SESSION = '<td>{}</td><td>{}<small>{}</small></td><td><span class="badge badge-{}">{}</span></td>'


def write_month(entries: Iterable[Entry], words: dict[str, str]) -> SafeString:
    """A group of rows per day, headed by the day."""
    days = []
    for day, of_day in groupby(entries, key=lambda entry: entry.day):
        first, *others = rows = [
            (e.look, format_html(SESSION, e.hours, e.title, e.places, e.look, words[e.look])) for e in of_day
        ]
        rest = format_html_join("", '<tr class="is-{}">{}</tr>', others)
        days.append((first[0], len(rows), date_format(day, "D j"), first[1], rest))
    return format_html_join("", DAY, days)
