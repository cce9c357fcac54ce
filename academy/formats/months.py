"""Months and days as an Italian writes them, without a capital: Django's catalogue says "Gennaio"."""

from django.utils.translation import gettext_noop as _

# Only marked, so that they are in our catalogue, which comes before Django's.
MONTHS = (
    _("January"),
    _("February"),
    _("March"),
    _("April"),
    _("May"),
    _("June"),
    _("July"),
    _("August"),
    _("September"),
    _("October"),
    _("November"),
    _("December"),
)
DAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
