"""What an applicant wrote, in words."""

from collections.abc import Iterable
from datetime import date

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from enrollment.forms.application import STEPS
from enrollment.models import WRITTEN, Application
from enrollment.tax_code import masked

SAID = frozenset(WRITTEN) - {"foreign"}  # said with the tax code
LABELS = {name: field.label for form in STEPS.values() for name, field in form.base_fields.items()}


def answers(application: Application, fields: Iterable[str] = LABELS) -> list[tuple[str, str]]:
    """Label and words of each of `fields` that is the person's own word; the tax code masked."""
    return [(LABELS[name], spoken(application, name)) for name in fields if name in SAID]


def spoken(application: Application, name: str) -> str:
    """What is in the field: of a choice its words, of a day how it is said."""
    value = getattr(application, name)
    if name == "tax_code":
        return _("I have none") if application.foreign else masked(value)
    if words := getattr(application, f"get_{name}_display", None):
        return capfirst(words())
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return date_format(value) if isinstance(value, date) else value or ""
