"""The absence budget in templates."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from assessments.budget import Scope, Standing
from courses.models.session import SessionMode

register = template.Library()


@register.filter
def rule(standing: Standing) -> str:
    """What a rule counts: "all hours", "module STM1"."""
    return scope_in_words(standing.rule.scope, standing.rule.key)


def scope_in_words(scope: Scope, key: str) -> str:
    """The same of a scope and its key."""
    match scope:
        case Scope.MODULE:
            return _("module %(key)s") % {"key": key}
        case Scope.BLOCK:
            return _("block %(key)s") % {"key": key}
        case Scope.SESSION_MODE:
            return _("sessions %(mode)s") % {"mode": SessionMode(key).label}
        case Scope.IN_PERSON:
            return _("hours attended in person")
    return _("all hours")


@register.filter
def percent(hundredths: int) -> str:
    """Hundredths of a percent with two decimals, cut off and never rounded: "79,97%"."""
    return f"{number_format(Decimal(hundredths).scaleb(-2), 2)}%"
