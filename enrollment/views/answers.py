"""What an applicant wrote, and what is still missing, in words."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from enrollment.actions.applications import missing_documents
from enrollment.forms.application import STEPS, MotivationForm, ReviewForm
from enrollment.models import WRITTEN, Application
from enrollment.tax_code import born_otherwise, masked

SAID = frozenset(WRITTEN) - {"foreign"}  # said with the tax code
LABELS = {name: field.label for form in STEPS.values() for name, field in form.base_fields.items()}


def answers(application: Application, fields: Iterable[str] = LABELS) -> list[tuple[str, str]]:
    """Label and words of each of `fields` that is the person's own word; the tax code masked."""
    return [(str(LABELS[name]), spoken(application, name)) for name in fields if name in SAID]


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


def gaps_of(draft: Application) -> dict[str, list[str]]:
    """By step, the labels of what is missing; empty when it can be sent."""
    gaps, documents = draft.gaps, missing_documents(draft)
    by_step = {
        slug: [str(LABELS[name]) for name in form.base_fields if name in gaps] for slug, form in STEPS.items()
    }
    by_step[MotivationForm.slug] += [document.title for document in documents]
    return {slug: missing for slug, missing in by_step.items() if missing}


def progress_of(draft: Application, current: str) -> list[dict[str, Any]]:
    """The steps in their order, each with its address and how much is missing there."""
    gaps = gaps_of(draft)
    return [
        {
            "title": form.title,
            "address": reverse("enrollment:apply_step", args=[draft.cohort.code, form.slug]),
            "missing": len(gaps.get(form.slug, [])),
            "current": form.slug == current,
            "asks": form is not ReviewForm,
        }
        for form in (*STEPS.values(), ReviewForm)
    ]


def says_other_birthday(draft: Application) -> bool:
    """Whether tax code and date of birth tell two stories: worth a second look, no more."""
    return bool(draft.tax_code and draft.born_on and born_otherwise(draft.tax_code, draft.born_on))
