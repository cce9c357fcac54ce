"""Recording, signing, publishing and correcting scores. Locks: the test, then its scores."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.access import instructor_of
from assessments.marking import Result
from assessments.models import ModuleTest, Score
from assessments.roster import retake_of, roster
from courses.actions.ledger import sign
from courses.refusals import Refusal
from enrollment.conflicts import same_employer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cell:
    """One cell of the grid: what the page showed when it was opened, and what stands in it now."""

    enrollment_id: int
    seen: Result | None
    typed: Result | None


class ScoresChangedMeanwhile(Refusal):
    """Some cells hold other values than the page showed; nothing was written.

    `current` maps the enrollment of each such cell to what it holds now.
    """

    def __init__(self, current: Mapping[int, Result | None]):
        super().__init__(_("Somebody changed some of these scores meanwhile. Nothing was saved yet."))
        self.current = current


@transaction.atomic
def record_scores(*, test: ModuleTest, cells: Iterable[Cell], attempt: int = 1, by, at: datetime) -> int:
    """Save the grid as draft: all cells or none. Returns how many changed; sent twice, 0.

    Raises ScoresChangedMeanwhile where a cell is no longer as the page showed it, unless it already
    holds what was typed. A final score has to be reopened first; a published one is corrected, not
    recorded again.
    """
    test = locked(test)
    refuse_too_early(test, attempt, at)
    current = locked_scores(test, attempt)
    cells = [cell for cell in cells if cell.typed != cell.seen]
    if not {cell.enrollment_id for cell in cells} <= set(members(test, attempt, at)):
        raise Refusal(_("Some of these people do not sit this test."))
    now = {pk: score.result for pk, score in current.items()}
    cells = [cell for cell in cells if cell.typed != now.get(cell.enrollment_id)]
    refuse_settled(current[cell.enrollment_id] for cell in cells if cell.enrollment_id in current)
    refuse_changed({cell.enrollment_id: cell.seen for cell in cells}, now)
    sign(by=by, at=at)
    write(test, attempt, cells, current)
    log.info("%s recorded %d scores of test %d", by.pk, len(cells), test.pk)
    return len(cells)


@transaction.atomic
def sign_scores(
    *, test: ModuleTest, attempt: int = 1, seen: Mapping[int, Result | None] | None = None, by, at: datetime
) -> list[Score]:
    """Make the drafts of this attempt final; asked again, nothing happens. Returns what `by` has signed.

    Where `by` has the participant's employer the score waits for a second signature, which anybody else
    without that employer gives by signing too. `seen` maps enrollments to what was looked at before:
    ScoresChangedMeanwhile where that is no longer what would be signed.
    """
    test = locked(test)
    refuse_too_early(test, attempt, at)
    drafts = [score for score in locked_scores(test, attempt).values() if not score.published_at]
    if seen is not None:
        now = {score.enrollment_id: score.result for score in drafts}
        refuse_changed({pk: seen.get(pk) for pk in now}, now)
    conflicts = conflicts_of(by, drafts)
    signed = []
    for score in drafts:
        conflict = score in conflicts
        if score.signed_at is None:
            score.signed_by, score.signed_at, score.conflict = by, at, conflict
        elif score.waits_for_second and not conflict and score.signed_by_id != by.pk:
            score.second_by, score.second_at = by, at
        else:
            continue
        signed.append(score)
    sign(by=by, at=at)
    Score.objects.bulk_update(signed, ["signed_by", "signed_at", "conflict", "second_by", "second_at"])
    log.info("%s signed %d scores of test %d", by.pk, len(signed), test.pk)
    return signed


@transaction.atomic
def reopen_scores(*, test: ModuleTest, attempt: int = 1, by, at: datetime) -> int:
    """Take the signatures off what is final and not published: drafts again. Returns how many."""
    test = locked(test)
    final = [
        score.pk
        for score in locked_scores(test, attempt).values()
        if score.signed_at and not score.published_at
    ]
    sign(by=by, at=at)
    Score.objects.filter(pk__in=final).update(
        signed_by=None, signed_at=None, conflict=False, second_by=None, second_at=None
    )
    log.info("%s reopened %d scores of test %d", by.pk, len(final), test.pk)
    return len(final)


@transaction.atomic
def publish_scores(
    *, test: ModuleTest, attempt: int = 1, seen: Mapping[int, Result | None] | None = None, by, at: datetime
) -> ModuleTest:
    """Show everyone their score of this attempt, in one act; asked again, nothing happens.

    What is a draft yet is signed with it, as `sign_scores` does. Refused while somebody of the roster has
    no outcome, absent and excused being outcomes too, or a score waits for a second signature.
    """
    test = locked(test)
    refuse_too_early(test, attempt, at)
    current = locked_scores(test, attempt)
    if not current:
        raise Refusal(_("There is nothing to publish yet."))
    missing = [name for pk, name in members(test, attempt, at).items() if pk not in current]
    if missing:
        raise Refusal(_("Still without an outcome: %(names)s.") % {"names": ", ".join(missing)})
    sign_scores(test=test, attempt=attempt, seen=seen, by=by, at=at)
    drafts = test.scores.unpublished().filter(attempt=attempt)
    waiting = [str(score.enrollment.user) for score in with_people(drafts) if score.waits_for_second]
    if waiting:
        raise Refusal(_("A second signature is missing for: %(names)s.") % {"names": ", ".join(waiting)})
    sign(by=by, at=at)
    if attempt == 1 and not test.published_at:
        test.published_at = at
        test.save(update_fields=["published_at"])
    number = drafts.update(published_at=at)
    log.info("%s published %d scores of test %d", by.pk, number, test.pk)
    return test


@transaction.atomic
def correct_score(*, score: Score, seen: Result, result: Result, reason: str, by, at: datetime) -> Score:
    """Change one published score from what was `seen`; the reason goes into the ledger, never empty."""
    if not reason.strip():
        raise Refusal(_("A correction needs a reason."))
    locked(score.test)
    score = Score.objects.select_for_update(no_key=True).get(pk=score.pk)
    if score.result != result:
        refuse_changed({score.enrollment_id: seen}, {score.enrollment_id: score.result})
        sign(by=by, at=at, reason=reason.strip())
        score.outcome, score.value, score.honours = result.outcome, result.value, result.honours
        score.save(update_fields=["outcome", "value", "honours"])
        log.info("%s corrected score %d", by.pk, score.pk)
    return score


def refuse_too_early(test: ModuleTest, attempt: int, at: datetime) -> None:
    """Raise Refusal before the test, and for a retake before the first attempt is out or it is held."""
    if test.session.cancelled:
        raise Refusal(_("The session with this test was cancelled: the office has to plan another."))
    if at < test.session.starts_at:
        raise Refusal(_("The test has not begun yet."))
    if attempt == 1:
        return
    if not test.published_at:
        raise Refusal(_("The scores of the first attempt are not published yet."))
    retake = retake_of(test)
    if retake and at < retake.starts_at:
        begins = date_format(timezone.localtime(retake.starts_at), "DATETIME_FORMAT")
        raise Refusal(_("The retake begins on %(moment)s.") % {"moment": begins})


def refuse_settled(scores: Iterable[Score]) -> None:
    """Raise Refusal if one of `scores` is published or final."""
    for score in scores:
        if score.published_at:
            raise Refusal(_("These scores are published: only the office can correct them, with a reason."))
        if score.signed_at:
            raise Refusal(_("These scores are final: reopen them before you change them."))


def conflicts_of(user, scores: Iterable[Score]) -> list[Score]:
    """Those of people with whom `user` shares the employer: a conflict of interest."""
    instructor = instructor_of(user)
    mine = [instructor.organisation.name] if instructor else []
    return [score for score in scores if same_employer(mine, score.enrollment.employer)]


def kept_waiting(user, scores: Iterable[Score]) -> list[Score]:
    """Drafts that would lack a second signature once `user` has signed."""
    drafts = [score for score in scores if not score.published_at]
    conflicts = conflicts_of(user, drafts)
    return [
        score
        for score in drafts
        if (score.signed_at is None and score in conflicts)
        or (score.waits_for_second and (score in conflicts or score.signed_by_id == user.pk))
    ]


def refuse_changed(seen: Mapping[int, Result | None], now: Mapping[int, Result]) -> None:
    """Raise ScoresChangedMeanwhile where what was seen is not what is there now."""
    changed = {pk: now.get(pk) for pk, result in seen.items() if result != now.get(pk)}
    if changed:
        raise ScoresChangedMeanwhile(changed)


def locked(test: ModuleTest) -> ModuleTest:
    """The test as it is now, with its session."""
    return (
        ModuleTest.objects.select_for_update(no_key=True, of=("self",))
        .select_related("session")
        .get(pk=test.pk)
    )


def locked_scores(test: ModuleTest, attempt: int) -> dict[int, Score]:
    """Enrollment → its score, locked in one order by everybody."""
    scores = test.scores.select_for_update(no_key=True, of=("self",)).filter(attempt=attempt)
    return {score.enrollment_id: score for score in with_people(scores).order_by("enrollment_id")}


def with_people(scores):
    """`scores`, each with whose it is."""
    return scores.select_related("enrollment__user")


def members(test: ModuleTest, attempt: int, at: datetime) -> dict[int, str]:
    """Enrollment → name of whoever sits this attempt."""
    return dict(roster(test, attempt=attempt, at=at).values_list("pk", "user__name"))


def write(test: ModuleTest, attempt: int, cells: list[Cell], current: Mapping[int, Score]) -> None:
    """Two statements at most, whatever the size of the class."""
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
