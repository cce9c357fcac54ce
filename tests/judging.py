"""Score sheets on the committee's pages, for tests."""

import re

from enrollment.models import Application, Criterion, Evaluation, Phase
from tests.factories import a_person, an_application, rome

State = Application.State
NOW = rome(2021, 12, 15, 18)  # the call is over


def eligible(cohort, name, **fields):
    return an_application(cohort=cohort, state=State.ELIGIBLE, user=a_person(name=name), **fields)


def sheet_of(application, phase="documents"):
    return f"/committee/{application.pk}/{phase}/"


def typed(application, *points, do="sign", remark="", phase=Phase.DOCUMENTS, seen=None):
    """What a form says that was opened just now, unless `seen` is an earlier revision of the sheet."""
    if seen is None:
        sheets = Evaluation.objects.filter(application=application, phase=phase)
        seen = max(sheets.values_list("revision", flat=True), default=0)
    criteria = Criterion.objects.filter(call__cohort=application.cohort, phase=phase)
    fields = {f"points-{criterion.pk}": value for criterion, value in zip(criteria, points, strict=True)}
    return fields | {"do": do, "remark": remark, "seen": seen}


def main_of(page):
    """What is on the page beside the frame, whose tokens are another each time."""
    text = re.search(r"<main.*</main>", page.text, re.S)[0]
    return re.sub(r'name="(csrfmiddlewaretoken|once)" value="[^"]*"', "", text)


def names_in_order(page):
    return re.findall(r'<th scope="row">\s*([\w ]+?)\s*<span', page.text)
