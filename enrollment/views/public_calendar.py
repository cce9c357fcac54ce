"""The calendar of an edition as its public page shows it: modes and rooms, never a link."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from html import escape
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from courses.hours import minutes_between
from courses.models import Session
from courses.models.wording import readers_language
from enrollment.models.ready import ready

# Retakes, reviews and milestone meetings are no part of the programme: only diaries have them.
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


@ready
def rows_of(cohort: int, language: str) -> QuerySet:
    """A row for each session of `cohort` and each of its places, in order of time."""
    return (
        Session.objects.filter(cohort=cohort, purpose__in=FOR_EVERYBODY)
        .order_by("starts_at", "pk", "places__pk")
        .values_list(
            *("pk", "starts_at", "ends_at", "mode", "state"),
            *(f"topic_{language}", f"module__title_{language}"),
            *("places__room__name", "places__room__hub", "places__room__hub__city"),
        )
    )


def read_entries(cohort: int, main_hub: int) -> Iterator[Entry]:
    """The sessions of an edition in the reader's language and Italian time."""
    zone = timezone.get_current_timezone()
    for _pk, group in groupby(rows_of(cohort, readers_language()), key=itemgetter(0)):
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


def write_month(entries: Iterable[Entry], words: dict[str, str]) -> SafeString:
    """A group of rows per day, headed by the day.

    Written here and not in the template, which takes ten times as long for the 78 rows of an edition.
    Only titles and places were typed by people: the rest is ours and needs no escaping.
    """
    weekdays = [str(WEEKDAYS_ABBR[number]) for number in range(7)]
    parts = []
    for day, group in groupby(entries, key=lambda entry: entry.day):
        of_day = list(group)
        head = f'<th scope="rowgroup" rowspan="{len(of_day)}">{weekdays[day.weekday()]} {day.day}</th>'
        parts.append("<tbody>")
        for entry in of_day:
            parts.append(
                f'<tr class="is-{entry.look}">{head}<td>{entry.hours}</td>'
                f"<td>{escape(entry.title)}<small>{escape(entry.places)}</small></td>"
                f'<td><span class="badge badge-{entry.look}">{words[entry.look]}</span></td></tr>'
            )
            head = ""
        parts.append("</tbody>")
    return SafeString("".join(parts))
