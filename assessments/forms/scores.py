"""The score grid as a page shows it and takes it back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import BadRequest
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from assessments.actions.scores import Cell
from assessments.marking import Result, Scale, Unreadable, read
from assessments.models import ModuleTest, Score, ScoreEntry
from assessments.models.wording import as_typed
from assessments.roster import roster
from courses.reasons import Refused
from enrollment.models import Enrollment

FIELD = re.compile(r"(?:cell|seen|mine)-(?P<enrollment>[0-9]{1,18})")

SENTENCES = {
    Unreadable.NOT_A_RESULT: _("“%(typed)s” is not a score: write 0 to 30, 30L, ABS or EXC."),
    Unreadable.NOT_OF_A_HUNDRED: _("“%(typed)s” is not a score: write 0 to 100, ABS or EXC."),
    Unreadable.NO_VERDICT: _("“%(typed)s” is not a result: write PASS, FAIL, ABS or EXC."),
    Unreadable.NOT_WHOLE: _("“%(typed)s” is not a whole number."),
    Unreadable.OUT_OF_SCALE: _("“%(typed)s” is outside the scale: from 0 to %(highest)s."),
    Unreadable.HONOURS_BELOW_30: _("“%(typed)s”: honours go only with %(highest)s."),
}
CHOOSE = _("Choose one of the two.")
MISSING = _("Still without an outcome.")


@dataclass
class Row:
    """One person of the grid. `seen` and `typed` are texts, as in the page's fields.

    A row in conflict has `mine`, what this person wanted, and in `seen` what somebody else wrote
    meanwhile, for a choice between the two; `theirs` is the line of the ledger that says who.
    """

    enrollment: Enrollment
    first: Score | None
    score: Score | None
    seen: str
    typed: str | None
    error: object = ""
    mine: str | None = None
    theirs: ScoreEntry | None = None

    @property
    def key(self) -> int:
        """What its fields are named by."""
        return self.enrollment.pk

    @property
    def name(self) -> str:
        return str(self.enrollment.user)

    @property
    def published(self) -> bool:
        """Read-only here."""
        return bool(self.score and self.score.published_at)

    @property
    def final(self) -> bool:
        """Signed and not published: read-only until it is reopened."""
        return bool(self.score and self.score.signed_at and not self.score.published_at)

    @property
    def fixed(self) -> bool:
        """Nothing is typed here."""
        return self.published or self.final

    @property
    def in_conflict(self) -> bool:
        return self.mine is not None and not self.fixed

    @property
    def lost(self) -> str | None:
        """What was typed into a cell that meanwhile became read-only."""
        return self.typed if self.fixed and self.typed != self.seen else None


class ScoreGrid:
    """The people who sit an attempt of a test and what they have; with `data`, what was typed.

    Fields are named by enrollment: `cell-12` what is typed, `seen-12` what the page showed, and for
    a row in conflict `mine-12`, what this person had typed. Any other field is ignored.
    """

    def __init__(
        self,
        test: ModuleTest,
        *,
        attempt: int,
        at: datetime,
        data: Mapping[str, str] | None = None,
    ):
        self.test, self.attempt = test, attempt
        scores = test.scores.select_related("signed_by", "enrollment__user")
        self.scores = {(score.enrollment_id, score.attempt): score for score in scores}
        self.rows = [self.row(enrollment) for enrollment in roster(test, attempt=attempt, at=at)]
        self.cells: list[Cell] = []
        if data is not None:
            self.take(data)

    def row(self, enrollment: Enrollment) -> Row:
        """As it stands in the database."""
        score = self.scores.get((enrollment.pk, self.attempt))
        shown = as_typed(score.result if score else None)
        return Row(enrollment, self.scores.get((enrollment.pk, 1)), score, seen=shown, typed=shown)

    def take(self, data: Mapping[str, str]) -> None:
        """Read what was typed. Somebody who does not sit this test makes the whole grid unknown."""
        known = {row.enrollment.pk for row in self.rows}
        if not {int(found["enrollment"]) for key in data if (found := FIELD.fullmatch(key))} <= known:
            raise Http404
        for row in self.rows:
            key = row.enrollment.pk
            if f"seen-{key}" in data:
                row.mine = data.get(f"mine-{key}")
                row.typed = data.get(f"cell-{key}")
                self.read(row, data[f"seen-{key}"])

    def read(self, row: Row, seen: str) -> None:
        """One cell: a value to save, or an error in words."""
        try:
            was = read(seen, self.test.marks)
        except Refused as refused:
            raise BadRequest from refused
        row.seen = as_typed(was)
        if row.typed is None:
            if row.mine is None:
                raise BadRequest
            row.error = CHOOSE
            return
        try:
            typed = read(row.typed, self.test.marks)
        except Refused as refused:
            reason = refused.reasons[0]
            row.error = SENTENCES[Unreadable(reason.code)] % reason.facts
            return
        row.typed = as_typed(typed)
        self.cells.append(Cell(row.enrollment.pk, was, typed))

    @property
    def faulty(self) -> list[Row]:
        """Rows with an error."""
        return [row for row in self.rows if row.error]

    @property
    def drafts(self) -> list[Row]:
        """Rows recorded and not published."""
        return [row for row in self.rows if row.score and not row.published]

    @property
    def final(self) -> list[Row]:
        """Rows signed and not published."""
        return [row for row in self.rows if row.final]

    @property
    def waiting(self) -> list[Row]:
        """Rows that lack a second signature."""
        return [row for row in self.rows if row.score and row.score.waits_for_second]

    @property
    def open(self) -> bool:
        """Whether there is anything left to type."""
        return not all(row.fixed for row in self.rows)

    @property
    def recorded(self) -> int:
        """How many have an outcome."""
        return sum(row.score is not None for row in self.rows)

    @property
    def missing(self) -> list[Row]:
        """Rows without an outcome."""
        return [row for row in self.rows if row.score is None]

    def demand_outcomes(self) -> None:
        """Say beside each cell without an outcome that it needs one."""
        for row in self.missing:
            row.error = MISSING

    def show_conflicts(self, current: Mapping[int, Result | None]) -> None:
        """Put both values beside each other where somebody else changed the cell meanwhile."""
        last = {}
        entries = ScoreEntry.objects.changes().filter(test=self.test, attempt=self.attempt)
        for entry in entries.filter(enrollment__in=current).select_related("by").order_by("at", "pk"):
            last[entry.enrollment_id] = entry
        for row in self.rows:
            if row.enrollment.pk in current:
                row.mine, row.typed, row.error = row.typed, None, CHOOSE
                row.seen = as_typed(current[row.enrollment.pk])
                row.theirs = last.get(row.enrollment.pk)


def seen_before(data: Mapping[str, str], scale: Scale) -> dict[int, Result | None]:
    """Enrollment → the result a page showed, from its hidden fields."""
    try:
        return {
            int(found["enrollment"]): read(data[key], scale)
            for key in data
            if (found := FIELD.fullmatch(key)) and key.startswith("seen-")
        }
    except Refused as refused:
        raise BadRequest from refused
