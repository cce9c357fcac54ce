"""How levels are drawn."""

from django import template

from assessments.surveys import HIGHEST, LOWEST

register = template.Library()

FIRST, LAST = 10, 90  # of a line of 100


@register.filter
def along(level: int) -> int:
    """Where a level stands on its line."""
    return FIRST + (level - LOWEST) * (LAST - FIRST) // (HIGHEST - LOWEST)


@register.filter
def bars(counts: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """(level, how many gave it, height of its bar of 100), the lowest level first."""
    most = max(counts)
    return [(level, number, 100 * number // most) for level, number in enumerate(counts, start=LOWEST)]
