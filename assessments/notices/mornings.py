"""When the portal reminds: at nine in the morning in Italy; and how often it has."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.db.models import (
    Case,
    DateTimeField,
    IntegerField,
    Value,
    When,
)
from django.utils.timezone import get_default_timezone, localtime

MORNING = time(9)  # in Italy, when instructors and tutors are reminded


def morning(at: datetime) -> datetime:
    """Nine o’clock in Italy, the last there was by then."""
    now = localtime(at)
    day = now.date() if now.time() >= MORNING else now.date() - timedelta(days=1)
    return datetime.combine(day, MORNING, tzinfo=get_default_timezone())


def numbered(what: str, late: Mapping[int, tuple[int, datetime]]) -> tuple[Case, Case]:
    """Of rows by their key `what`: the number of the reminder, and when it fell due."""
    numbers = (When(**{what: pk}, then=Value(number)) for pk, (number, _due_at) in late.items())
    moments = (When(**{what: pk}, then=Value(due_at)) for pk, (_number, due_at) in late.items())
    return Case(*numbers, output_field=IntegerField()), Case(*moments, output_field=DateTimeField())
