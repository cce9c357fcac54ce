"""Files of scores: taken over, and undone in one act. Locks: the tests in order, then their scores."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from assessments.actions.scores import Cell, locked_scores, refuse_changed, refuse_settled, write
from assessments.marking import Result
from assessments.models import ModuleTest, ScoreBatch, ScoreEntry
from assessments.roster import standings_of
from assessments.score_files import Place, Why
from courses.actions.ledger import sign
from courses.models import Cohort
from courses.refusals import Refusal

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Given:
    """What a file gives one place: what the preview showed there, and what is to stand there."""

    place: Place
    seen: Result | None
    then: Result


@transaction.atomic
def take_over_scores(
    *,
    cohort: Cohort,
    test: ModuleTest | None = None,
    name: str,
    digest: str,
    given: Iterable[Given],
    by,
    at: datetime,
) -> ScoreBatch:
    """Write what a file gives as drafts, all of it or nothing; only of `test` where one is named.

    Raises ScoresChangedMeanwhile where a place is no longer as the preview showed it. Refused for
    whoever does not sit a test, for tests that have not been held, for what is final or published, and
    where nothing changes.
    """
    rows = [one for one in given if one.seen != one.then]
    if not rows:
        raise Refusal(_("Nothing in this file changes a score."))
    tests = locked_tests(cohort, {test.pk} if test else {one.place.test for one in rows})
    standings = standings_of(list(tests.values()), at=at)
    if not {one.place for one in rows} <= standings.keys():
        raise Refusal(_("Some of these people do not sit this test."))
    if any(standings[one.place].settled is Why.NOT_YET for one in rows):
        raise Refusal(_("Some of these tests have not been held yet."))
    batch = ScoreBatch.objects.create(cohort=cohort, test=test, name=name[:200], digest=digest, by=by, at=at)
    sign(by=by, at=at)
    name_file(batch)
    for (key, attempt), cells in by_attempt((one.place, one.seen, one.then) for one in rows).items():
        current = locked_scores(tests[key], attempt)
        refuse_settled(current[cell.enrollment_id] for cell in cells if cell.enrollment_id in current)
        refuse_changed(
            {cell.enrollment_id: cell.seen for cell in cells},
            {pk: score.result for pk, score in current.items()},
        )
        write(tests[key], attempt, cells, current)
    name_file(None)
    log.info("%s took over %d scores of %s as batch %d", by.pk, len(rows), cohort, batch.pk)
    return batch


@dataclass(frozen=True)
class Undone:
    """How many scores have again what they had, and how many stay because they were changed or signed."""

    restored: int
    left: int


@transaction.atomic
def undo_scores(*, batch: ScoreBatch, by, at: datetime) -> Undone:
    """Give each score that still is what a file made of it what it had before; once."""
    entries = ScoreEntry.objects.changes().filter(batch=batch).order_by("pk")
    lines = {Place(one.enrollment_id, one.test_id, one.attempt): one for one in entries}
    tests = locked_tests(batch.cohort, {place.test for place in lines})
    batch = ScoreBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if batch.undone_at:
        return Undone(0, 0)
    latest = latest_entries(tests)
    sign(by=by, at=at)
    restored = 0
    wanted = ((place, line.after, line.before) for place, line in lines.items())
    for (key, attempt), cells in by_attempt(wanted).items():
        current = locked_scores(tests[key], attempt)
        open_cells = [
            cell
            for cell in cells
            if latest[Place(cell.enrollment_id, key, attempt)]
            == lines[Place(cell.enrollment_id, key, attempt)].pk
            and (score := current.get(cell.enrollment_id))
            and not score.signed_at
        ]
        write(tests[key], attempt, open_cells, current)
        restored += len(open_cells)
    batch.undone_at, batch.undone_by = at, by
    batch.save(update_fields=["undone_at", "undone_by"])
    log.info("%s undid batch %d: %d of %d scores", by.pk, batch.pk, restored, len(lines))
    return Undone(restored, len(lines) - restored)


def latest_entries(tests: Mapping[int, ModuleTest]) -> dict[Place, int]:
    """Of every place of these tests the last line of the ledger that changed it."""
    lines = (
        ScoreEntry.objects.changes().filter(test__in=tests).order_by("enrollment", "test", "attempt", "-pk")
    )
    lines = lines.distinct("enrollment", "test", "attempt")
    return {Place(*place): pk for *place, pk in lines.values_list("enrollment", "test", "attempt", "pk")}


def locked_tests(cohort: Cohort, keys: Iterable[int]) -> dict[int, ModuleTest]:
    """Tests of one edition as they are now, each with its session, locked in one order by everybody."""
    tests = ModuleTest.objects.select_for_update(no_key=True, of=("self",)).filter(cohort=cohort, pk__in=keys)
    return {test.pk: test for test in tests.select_related("session", "module").order_by("pk")}


def by_attempt(
    rows: Iterable[tuple[Place, Result | None, Result | None]],
) -> dict[tuple[int, int], list[Cell]]:
    """(test, attempt) → the cells of its grid, in the order in which tests are locked."""
    found: defaultdict[tuple[int, int], list[Cell]] = defaultdict(list)
    for place, seen, then in rows:
        found[place.test, place.attempt].append(Cell(place.enrollment, seen, then))
    return dict(sorted(found.items()))


def name_file(batch: ScoreBatch | None) -> None:
    """Let every change from here on say from which file it comes, or from none. Ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('smtc.batch', %s, true)", [str(batch.pk) if batch else ""])
