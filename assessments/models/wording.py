"""A result as a person reads it and as a person types it."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.marking import Outcome, Result, show

WORDS = {
    "honours": pgettext_lazy("after a mark of 30", "with honours"),
    "of_hundred": "/100",
    "passed": pgettext_lazy("a test", "passed"),
    "failed": pgettext_lazy("a test", "not passed"),
    Outcome.ABSENT: _("absent"),
    Outcome.EXCUSED: _("excused"),
}
# What a cell of the score grid holds; marking.read understands both languages' codes.
CODES = {
    "honours": "L",
    "of_hundred": "",
    "passed": pgettext_lazy("code in a cell for a test that is passed", "PASS"),
    "failed": pgettext_lazy("code in a cell for a test that is not passed", "FAIL"),
    Outcome.ABSENT: pgettext_lazy("code in a cell for an absent participant", "ABS"),
    Outcome.EXCUSED: pgettext_lazy("code in a cell for an excused participant", "EXC"),
}


def in_words(result: Result) -> str:
    """ "28", "30 e lode", "absent", in the reader's language."""
    return show(result, WORDS)


def as_typed(result: Result | None) -> str:
    """What one would type for it: "28", "30 L", "ASS"; nothing for no result."""
    return show(result, CODES) if result else ""
