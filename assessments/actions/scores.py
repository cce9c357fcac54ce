"""Recording, publishing and correcting scores. Locks: the test, then its scores."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.marking import Result
from assessments.models import ModuleTest, Score
from assessments.roster import roster
from courses.refusals import Refusal

from .ledger import sign

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cell:
    """One cell of the grid: what the page showed when it was opened, and what stands in it now."""

    enrollment_id: int
    seen: Result | None
    typed: Result | None


@dataclass(frozen=True)
class Conflict:
    """Somebody else changed the cell meanwhile."""

    enrollment_id: int
    typed: Result | None
    current: Result | None


class ScoresChangedMeanwhile(Refusal):
    """Some cells hold other values than the page showed; nothing was written."""

    def __init__(self, conflicts: list[Conflict]):
        super().__init__(_("Somebody changed some of these scores meanwhile. Nothing was saved yet."))
        self.conflicts = conflicts


def result_of(score: Score) -> Result:
    """The outcome, mark and honours of a row."""
    return Result(outcome=score.outcome, value=score.value, honours=score.honours)


@transaction.atomic
def record_scores(*, test: ModuleTest, cells: Iterable[Cell], attempt: int = 1, by, at: datetime) -> int:
    """Save the grid as draft: all cells or none. Returns how many changed; sent twice, 0.

    Raises ScoresChangedMeanwhile with both values where a cell is no longer as the page showed it,
    unless it already holds what was typed. A published test is corrected, not recorded again.
    """
    test, cells = locked(test), list(cells)
    current = {score.enrollment_id: score for score in locked_scores(test, attempt)}
    if not {cell.enrollment_id for cell in cells} <= set(members(test)):
        raise Refusal(_("Some of these people were not in the edition on the day of the test."))
    if at < test.session.starts_at:
        raise Refusal(_("The test has not begun yet."))
    changed, conflicts = [], []
    for cell in cells:
        score = current.get(cell.enrollment_id)
        now = result_of(score) if score else None
        if cell.typed == cell.seen or cell.typed == now:
            continue
        if now != cell.seen:
            conflicts.append(Conflict(cell.enrollment_id, cell.typed, now))
        else:
            changed.append(cell)
    if conflicts:
        raise ScoresChangedMeanwhile(conflicts)
    if changed and test.published_at:
        raise Refusal(_("These scores are published: only the office can correct them, with a reason."))
    sign(by=by, at=at)
    write(test, attempt, changed, current)
    log.info("%s recorded %d scores of test %d", by.pk, len(changed), test.pk)
    return len(changed)


@transaction.atomic
def publish_scores(*, test: ModuleTest, by, at: datetime) -> ModuleTest:
    """Show everyone their score, in one act; asked again, nothing happens.

    Refused while somebody of the roster has no outcome: absent and excused are outcomes too.
    """
    test = locked(test)
    if test.published_at:
        return test
    scores = locked_scores(test, attempt=1)
    names = members(test)
    missing = [name for pk, name in names.items() if pk not in {score.enrollment_id for score in scores}]
    if missing:
        raise Refusal(_("Still without an outcome: %(names)s.") % {"names": ", ".join(missing)})
    sign(by=by, at=at)
    test.published_at = at
    test.save(update_fields=["published_at"])
    test.scores.filter(published_at=None).update(published_at=at)
    log.info("%s published test %d", by.pk, test.pk)
    return test


@transaction.atomic
def correct_score(*, score: Score, result: Result, reason: str, by, at: datetime) -> Score:
    """Change one published score; the reason goes into the ledger and may not be empty."""
    if not reason.strip():
        raise Refusal(_("A correction needs a reason."))
    locked(score.test)
    score = Score.objects.select_for_update(no_key=True).get(pk=score.pk)
    if result_of(score) != result:
        sign(by=by, at=at, reason=reason.strip())
        score.outcome, score.value, score.honours = result.outcome, result.value, result.honours
        score.save(update_fields=["outcome", "value", "honours"])
        log.info("%s corrected score %d", by.pk, score.pk)
    return score


def locked(test: ModuleTest) -> ModuleTest:
    """The test as it is now, with its session."""
    return (
        ModuleTest.objects.select_for_update(no_key=True, of=("self",))
        .select_related("session")
        .get(pk=test.pk)
    )


def locked_scores(test: ModuleTest, attempt: int) -> list[Score]:
    """Its scores, in one order for everybody."""
    return list(
        Score.objects.select_for_update(no_key=True)
        .filter(test=test, attempt=attempt)
        .order_by("enrollment_id")
    )


def members(test: ModuleTest) -> dict[int, str]:
    """Enrollment → name of whoever sits the test."""
    return dict(roster(test).values_list("pk", "user__name"))


def write(test: ModuleTest, attempt: int, cells: list[Cell], current: dict[int, Score]) -> None:
    """Three statements at most, whatever the size of the class."""
    Score.objects.bulk_create(
        [
            Score(
                enrollment_id=cell.enrollment_id,
                test=test,
                attempt=attempt,
                outcome=cell.typed.outcome,
                value=cell.typed.value,
                honours=cell.typed.honours,
            )
            for cell in cells
            if cell.typed
        ],
        update_conflicts=True,
        unique_fields=["enrollment", "test", "attempt"],
        update_fields=["outcome", "value", "honours"],
    )
    cleared = [current[cell.enrollment_id].pk for cell in cells if not cell.typed]
    Score.objects.filter(pk__in=cleared).delete()
