"""One's own schedule as agenda, week or month."""

from calendar import Calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from enrollment.diary import Entry, diary, hours_so_far
from enrollment.models import Enrollment
from enrollment.views.entries import write_days

VIEWS = {"agenda": gettext_lazy("Agenda"), "week": gettext_lazy("Week"), "month": gettext_lazy("Month")}
FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
NOON = 12
LONGEST_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Day:
    """A day and what is on it; `out` marks days of a neighbouring month."""

    day: date
    entries: list[Entry]
    out: bool = False

    @property
    def morning(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.starts_at.hour < NOON]

    @property
    def afternoon(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.starts_at.hour >= NOON]


@require_safe
def schedule(request: HttpRequest) -> HttpResponse:
    """The whole diary in one query; the view chooses what of it is shown around the day `on`.

    Below it, in another one, the places it comes from and the way to give them up.
    """
    at = timezone.now()
    today = timezone.localdate(at)
    view = request.GET.get("view", "agenda")
    if view not in VIEWS:
        raise BadRequest("there is no such view of the schedule")
    on = day_of(request.GET.get("on"), today)
    entries = diary(request.user)
    following = next((e for e in entries if not e.cancelled and not e.over(at)), None)
    show: dict[str, Callable[..., dict]] = {"agenda": agenda, "week": week, "month": month}
    context = {
        "today": today,
        "view": view,
        "views": [(name, label, name == view) for name, label in VIEWS.items()],
        "on": on,
        "entries": entries,
        "hours": hours_so_far(entries, at),
        "places": Enrollment.objects.held_by(request.user, on=today),
        **show[view](entries, on, at, following),
    }
    return render(request, f"enrollment/schedule_{view}.html", context)


def day_of(text: str | None, today: date) -> date:
    """A day as YYYY-MM-DD, today where there is none; 400 for anything else."""
    if not text:
        return today
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text or not FIRST <= day <= LAST:
        raise BadRequest("the day is not one, or not written as 2022-01-13")
    return day


def agenda(entries: list[Entry], on: date, at: datetime, following: Entry | None) -> dict:
    """Day by day from `on`; what was before is one press away."""
    before = sum(entry.day < on for entry in entries)
    days = write_days((entry for entry in entries if entry.day >= on), at, following)
    return {"days": days, "before": before, "first": entries[0].day if entries else on}


def week(entries: list[Entry], on: date, *_: object) -> dict:
    """Monday to Sunday around `on`; Sunday only when something is on it."""
    monday = on - timedelta(days=on.weekday())
    on_day = by_day(entries)
    days = [Day(day, on_day.get(day, [])) for day in (monday + timedelta(days=n) for n in range(7))]
    if not days[-1].entries:
        days.pop()
    step = timedelta(days=7)
    return {
        "days": days,
        "heading": span(monday, monday + timedelta(days=6)),
        "before": on - step,
        "after": on + step,
    }


def span(first: date, last: date) -> str:
    """«23–29 novembre 2026»: what both days have in common is said once."""
    if first.month == last.month:
        return f"{first.day}–{date_format(last)}"
    beginning = date_format(first, "MONTH_DAY_FORMAT" if first.year == last.year else "DATE_FORMAT")
    return f"{beginning} – {date_format(last)}"


def month(entries: list[Entry], on: date, *_: object) -> dict:
    """The weeks of the month of `on`, Monday first."""
    first, on_day = on.replace(day=1), by_day(entries)
    weeks = [
        [Day(day, on_day.get(day, []), out=day.month != on.month) for day in days]
        for days in Calendar(firstweekday=0).monthdatescalendar(on.year, on.month)
    ]
    before = (first - timedelta(days=1)).replace(day=1)
    return {"weeks": weeks, "first": first, "before": before, "after": (first + LONGEST_MONTH).replace(day=1)}


def by_day(entries: list[Entry]) -> dict[date, list[Entry]]:
    """Entries in order of time under their days."""
    return {day: list(of_day) for day, of_day in groupby(entries, key=lambda entry: entry.day)}
