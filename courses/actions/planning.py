"""The planner at work on a draft: asked for, run, taken over. Locks: the edition, then its draft."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from courses import planner
from courses.actions.drafting import locked, weekly_pattern
from courses.models import PlanRun, TimetableDraft
from courses.planner import Effort
from courses.planning import problem_of
from courses.refusals import Refusal

log = logging.getLogger(__name__)


@transaction.atomic
def ask_planner(*, timetabledraft: TimetableDraft, seed: int = 0, by, at: datetime) -> PlanRun:
    """Let the planner work on an open draft; refused by the database while it already does."""
    draft = locked(timetabledraft)
    weekly_pattern(draft.cohort)
    return PlanRun.objects.create(draft=draft, by=by, at=at, seed=seed)


def run_planner(
    *, run: PlanRun, effort: Effort | None = None, at: datetime, clock: Callable = time.monotonic
):
    """Seek a plan and put it into the draft, unless the draft changed meanwhile.

    Outside a transaction: a search takes many seconds. Two workers never take the same run.
    """
    if not PlanRun.objects.filter(pk=run.pk, state=PlanRun.State.WAITING).update(state=PlanRun.State.RUNNING):
        return
    run.refresh_from_db()
    begun = clock()
    try:
        problem = problem_of(run.draft, weekly_pattern(run.draft.cohort), at)
        answer = planner.plan(problem, seed=run.seed, effort=effort, progress=lambda step: tell(run, step))
        take_over(run, problem, answer, seconds=clock() - begun, at=at)
    except Exception:
        PlanRun.objects.filter(pk=run.pk).update(state=PlanRun.State.FAILED)
        raise


def tell(run: PlanRun, step: planner.Step) -> None:
    """How far it has come."""
    PlanRun.objects.filter(pk=run.pk).update(progress=min(99, 100 * step.done // max(1, step.of)))


@transaction.atomic
def take_over(
    run: PlanRun, problem: planner.Problem, answer: planner.Answer, *, seconds: float, at: datetime
) -> None:
    """Write what was found into the draft; Refusal where the draft is no longer the one planned."""
    draft = locked(run.draft)
    if problem_of(draft, weekly_pattern(draft.cohort), at).fingerprint != problem.fingerprint:
        raise Refusal(_("The draft changed while the planner was at work: ask it again."))
    if answer.found:
        rows = {str(row.pk): row for row in draft.sessions.all()}
        for one in answer.plan:
            row = rows[one.unit]
            row.starts_at, row.ends_at = one.starts_at, one.starts_at + timedelta(minutes=row.minutes)
            row.parallel = row.parallel and len(one.rooms) > 1
            row.save(update_fields=["starts_at", "ends_at", "parallel"])
            row.rooms.set(map(int, one.rooms))
            row.instructors.set(map(int, one.instructors))
    run.inputs, run.seconds, run.progress = problem.fingerprint, seconds, 100
    run.score, run.bound = (answer.score.total, answer.bound) if answer.found else (None, None)
    run.state = PlanRun.State.DONE
    run.result = {
        "engine": answer.engine,
        "status": answer.status,
        "first": answer.first,
        "short": [{"code": one.code, "facts": dict(one.facts)} for one in answer.short],
    }
    run.save()
    log.info("the planner answered %s for %s in %.1f s", answer.status, draft.cohort, seconds)
