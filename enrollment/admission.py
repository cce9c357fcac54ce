"""Who may be admitted, in which order, until when a seat is offered, and why."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from courses.workdays import ROME, Workdays, instant

NOON = time(12)
AT_LEAST = timedelta(hours=24)


def deadline_of_later_offer(at: datetime, *, days: int, province: str, ends: date) -> datetime:
    """Until when a seat freed at `at` may be accepted: 12:00 in Italy of a working day `days` away.

    It never reaches past 12:00 of `ends`, the last day on which seats are offered again, but leaves
    24 hours in any case. Public holidays count, closures of the Academy do not: people can answer
    while the office is closed.
    """
    day = Workdays(province).next_working(at.astimezone(ROME).date() + timedelta(days=days))
    return max(min(instant(day, NOON), instant(ends, NOON)), at + AT_LEAST)
