"""Minutes in templates."""

from django import template

from courses.hours import show_minutes

register = template.Library()

# {{ module.minutes|hours }}: "4 h 30 min"
register.filter("hours", show_minutes)
