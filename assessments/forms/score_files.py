"""A file of scores as its preview shows it: what changes, what stays, what cannot be read."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.actions.score_files import Given
from assessments.forms.scores import SENTENCES as OF_A_CELL
from assessments.marking import Unreadable
from assessments.matching import Entry
from assessments.models import ModuleTest
from assessments.roster import standings_of
from assessments.score_files import MOST, Column, Fault, Sat, Told, Verdict, Why, ignored, judge, lines_of
from courses.forms.fields import TableField
from courses.reasons import Reason, Refused
from courses.tables import Table
from enrollment.models import Enrollment

SHOWN = 200  # rows of one verdict on a page

SENTENCES: Mapping[StrEnum, str | Promise] = {
    Fault.NO_SCORES: _("No column is headed “Score” or “Mark”. There are: %(columns)s."),
    Fault.NO_PEOPLE: _("No column says who it is: head one “E-mail”. There are: %(columns)s."),
    Fault.NO_MODULES: _("No column is headed “Module”. There are: %(columns)s."),
    Fault.TWO_COLUMNS: _("The columns “%(one)s” and “%(other)s” hold the same: keep one."),
    Why.NOBODY: _("Nobody of the edition has this address or this name."),
    Why.SEVERAL: _("Several people fit: write the e-mail address."),
    Why.ANOTHER: _("The e-mail address is of one person, the name of another."),
    Why.UNKNOWN_MODULE: _("“%(module)s” is no module with a test in this edition."),
    Why.UNKNOWN_ATTEMPT: _("“%(attempt)s” is no attempt: write 1, or 2 for the retake."),
    Why.NOT_SITTING: _("This person does not sit this test."),
    Why.NOT_YET: _("This test has not been held yet, or its retake is not open."),
    Why.FINAL: _("This score is final: reopen it first."),
    Why.PUBLISHED: _("This score is published: only the office corrects it, with a reason."),
    Why.TWICE: _("Another line gives the same person another score."),
}


def sentence_of(reason: Reason) -> str:
    """A reason of a file of scores in the reader's language."""
    facts: defaultdict[str, object] = defaultdict(lambda: "?", reason.facts)
    if isinstance(reason.code, Unreadable):
        return OF_A_CELL[reason.code] % facts
    return SENTENCES[reason.code] % facts


class ScoreFileForm(forms.Form):
    """The spreadsheet; the clean form has its `lines` and the `ignored` columns."""

    file = TableField(
        most=MOST,
        label=_("Spreadsheet with the scores"),
        help_text=_("XLSX or CSV with the columns “E-mail” and “Score”; you see what it would do first."),
    )

    def __init__(self, *args, one_test: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.one_test = one_test

    def clean_file(self):
        """Read which column is which."""
        file = self.cleaned_data["file"]
        try:
            self.lines = lines_of(file.table, one_test=self.one_test)
        except Refused as refused:
            raise forms.ValidationError([sentence_of(reason) for reason in refused.reasons]) from refused
        return file


@dataclass(frozen=True)
class Row:
    """A line of the preview."""

    told: Told
    person: Enrollment | None
    test: ModuleTest | None
    why: str

    @property
    def name(self) -> str:
        """Who it is, as we know or as the file says."""
        return str(self.person.user) if self.person else self.told.line.name or self.told.line.email


class Preview:
    """What taking over `lines` would do to `tests` of one edition, as things stand `at` this moment."""

    def __init__(self, table: Table, tests: Collection[ModuleTest], *, attempt: int, at: datetime):
        self.tests = {test.pk: test for test in tests}
        cohorts = {test.cohort_id for test in tests}
        members = Enrollment.objects.filter(cohort__in=cohorts).select_related("user")
        self.people = {person.pk: person for person in members.order_by("user__name", "pk")}
        self.ignored = ignored(table.columns)
        self.told = judge(
            lines_of(table, one_test=len(self.tests) == 1),
            people=[Entry(pk, str(person.user), (person.user.email,)) for pk, person in self.people.items()],
            tests=[sat(test) for test in tests],
            attempt=attempt,
            standings=standings_of(list(tests), at=at),
        )

    def rows(self, verdict: Verdict) -> list[Row]:
        """The lines of this verdict."""
        return [self.row(told) for told in self.told if told.verdict is verdict]

    def row(self, told: Told) -> Row:
        person = self.people.get(told.place.enrollment) if told.place else None
        test = self.tests.get(told.place.test) if told.place else None
        return Row(told, person, test, sentence_of(told.why) if told.why else "")

    @cached_property
    def changes(self) -> list[Row]:
        """What is written."""
        return self.rows(Verdict.CHANGE)

    @cached_property
    def by_hand(self) -> list[Row]:
        """What somebody typed and the file has otherwise."""
        return self.rows(Verdict.BY_HAND)

    @cached_property
    def refused(self) -> list[Row]:
        """What is left out, with the reason."""
        return self.rows(Verdict.REFUSED)

    @property
    def untouched(self) -> int:
        """How many lines say nothing, or what stands there already."""
        return sum(told.verdict in (Verdict.SAME, Verdict.EMPTY) for told in self.told)

    @property
    def fingerprint(self) -> str:
        """Changes when anything this preview shows does."""
        return sha256(repr(self.told).encode()).hexdigest()

    def given(self, replaced: Collection[str]) -> Sequence[Given]:
        """What is to be written: every change, and of what was typed by hand the lines in `replaced`."""
        chosen = [row for row in self.by_hand if str(row.told.line.line) in replaced]
        return [
            Given(row.told.place, row.told.now, row.told.then)
            for row in (*self.changes, *chosen)
            if row.told.place and row.told.then
        ]


def sat(test: ModuleTest) -> Sat:
    """A test as the rules of a file know it."""
    module = test.module
    return Sat(test.pk, (module.code, module.title_it, module.title_en), test.marks)


HEADS = {
    Column.EMAIL: _("E-mail"),
    Column.NAME: _("Participant"),
    Column.MODULE: _("Module"),
    Column.ATTEMPT: _("Attempt"),
    Column.SCORE: _("Score"),
}
