"""The planner at work on a draft: asked for, run, taken over. Locks: the edition, then its draft."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from courses import planner
from courses.actions.drafting import begun, copy, locked, weekly_pattern
from courses.models import Availability, Closure, Cohort, DraftSession, PlanRun, TimetableDraft
from courses.planner import Effort, Explanation, Placed, Plan, Problem, Score
from courses.planning import around, loosened, placed_of, plan_of, problem_of
from courses.refusals import Refusal
from courses.timetable import hit_by, with_all

log = logging.getLogger(__name__)
LOST = timedelta(minutes=30)  # a run takes two at most: after this its worker is gone


@transaction.atomic
def ask_planner(
    *,
    timetabledraft: TimetableDraft,
    aim: str = PlanRun.Aim.ANEW,
    substitutes: bool = True,
    seed: int = 0,
    by,
    at: datetime,
) -> PlanRun:
    """Let the planner work on an open draft; refused by the database while it already does."""
    draft = locked(timetabledraft)
    weekly_pattern(draft.cohort)
    lost = draft.runs.filter(state__in=[PlanRun.State.WAITING, PlanRun.State.RUNNING], at__lt=at - LOST)
    lost.update(state=PlanRun.State.FAILED)
    return PlanRun.objects.create(draft=draft, aim=aim, substitutes=substitutes, seed=seed, by=by, at=at)


@transaction.atomic
def mend_timetables(
    *, away: Availability | Closure, substitutes: bool = True, by, at: datetime
) -> list[PlanRun]:
    """Seek the nearest plan for every edition in which `away` makes a released session impossible.

    In the edition's open draft, or in one opened for it. Refused where nothing is hit.
    """
    cohorts = {session.cohort_id for session in hit_by(away, at)}
    if not cohorts:
        raise Refusal(_("No released session falls on these days: there is nothing to mend."))
    return [
        ask_planner(
            timetabledraft=draft_for(cohort, by, at),
            aim=PlanRun.Aim.MEND,
            substitutes=substitutes,
            by=by,
            at=at,
        )
        for cohort in Cohort.objects.filter(pk__in=cohorts).select_related("hub").order_by("pk")
    ]


def draft_for(cohort: Cohort, by, at: datetime) -> TimetableDraft:
    """The open draft of an edition, or a new one that says what is released."""
    draft = cohort.drafts.filter(state=TimetableDraft.State.OPEN).first()
    if draft is None:
        draft = begun(cohort, by, at)
        for session in with_all(cohort.sessions.live()):
            copy(draft, session)
    return draft


def run_planner(
    *, run: PlanRun, effort: Effort | None = None, clock: Callable[[], float] = time.monotonic
) -> None:
    """Seek a plan and keep it with the run; the draft stays as it is.

    Outside a transaction: a search takes many seconds. Two workers never take the same run. It plans from
    the moment it was asked, so that the same problem can be recognised later.
    """
    if not PlanRun.objects.filter(pk=run.pk, state=PlanRun.State.WAITING).update(state=PlanRun.State.RUNNING):
        return
    run.refresh_from_db()
    begins = clock()
    try:
        problem = problem_of(run.draft, weekly_pattern(run.draft.cohort), run.at)
        before = plan_of(run.draft)
        if run.aim == PlanRun.Aim.MEND:
            found = mended(run, problem, before)
        else:
            found = planned_anew(run, problem, effort)
        if not found["plan"]:
            found |= explained(planner.explain(loosened(problem, run.draft, run.at), seed=run.seed))
        found["before"] = points(planner.check(problem, before).score)
        keep(run, problem, found, seconds=clock() - begins)
    except Exception:
        PlanRun.objects.filter(pk=run.pk).update(state=PlanRun.State.FAILED)
        raise


def planned_anew(run: PlanRun, problem: Problem, effort: Effort | None) -> dict:
    """The best plan that was found, as a run keeps it."""
    answer = planner.plan(problem, seed=run.seed, effort=effort, progress=lambda step: tell(run, step))
    run.score, run.bound = (answer.score.total, answer.bound) if answer.found else (None, None)
    return {
        "engine": answer.engine,
        "status": answer.status,
        "first": answer.first,
        "plan": [asdict(one) for one in answer.plan] if answer.found else [],
        "after": points(answer.score),
    }


def mended(run: PlanRun, problem: Problem, before: Plan) -> dict:
    """The nearest plan, as a run keeps it; `fewest` where it is shown that none is nearer."""
    nearest = planner.repair(around(problem, before), before, substitutes=run.substitutes, seed=run.seed)
    run.score = nearest.score.total if nearest.plan else None
    return {
        "engine": nearest.engine,
        "status": nearest.status,
        "plan": [asdict(one) for one in nearest.plan],
        "fewest": nearest.fewest,
        "after": points(nearest.score),
    }


def explained(why: Explanation) -> dict:
    """Why there is no plan, as a run keeps it."""
    return {
        "short": [{"code": one.code, "facts": dict(one.facts)} for one in why.short],
        "relax": [asdict(rule) for rule in why.relax],
        "least": why.fewest,
        "conflict": [asdict(rule) for rule in why.conflict],
    }


def points(score: Score) -> dict:
    """Points by rule."""
    return {str(rule): number for rule, number in score.by_rule.items()}


def tell(run: PlanRun, step: planner.Step) -> None:
    """How far it has come."""
    PlanRun.objects.filter(pk=run.pk).update(progress=min(99, 100 * step.done // max(1, step.of)))


def keep(run: PlanRun, problem: Problem, found: dict, *, seconds: float) -> None:
    """What was found, with the fingerprint of what it rests on."""
    run.inputs, run.seconds, run.progress = problem.fingerprint, seconds, 100
    run.state, run.result = PlanRun.State.DONE, found
    run.save()
    log.info("the planner answered %s for %s in %.1f s", found["status"], run.draft.cohort, seconds)


@transaction.atomic
def take_over_plan(*, planrun: PlanRun, by, at: datetime) -> PlanRun:
    """Write what a run found into its draft.

    Refused where the draft is no longer the one planned, and where what would move has begun meanwhile.
    """
    draft = locked(planrun.draft)
    run = PlanRun.objects.select_for_update(no_key=True).get(pk=planrun.pk)
    if run.state != PlanRun.State.DONE or not run.result or not run.result["plan"]:
        raise Refusal(_("There is no plan to take over."))
    problem = problem_of(draft, weekly_pattern(draft.cohort), run.at)
    if problem.fingerprint != run.inputs:
        raise Refusal(_("The draft changed since the planner was asked: ask it again."))
    rows = {str(row.pk): row for row in draft.sessions.all()}
    before = {one.unit: one for one in plan_of(draft)}
    for one in map(placed_of, run.result["plan"]):
        if one != before[one.unit]:
            if min(one.starts_at, before[one.unit].starts_at) <= at:
                raise Refusal(_("A session that would move has begun meanwhile: ask the planner again."))
            write(rows[one.unit], one)
    run.state = PlanRun.State.TAKEN
    run.save(update_fields=["state"])
    log.info("%s took over plan %s of %s", by, run.pk, draft.cohort)
    return run


def write(row: DraftSession, one: Placed) -> None:
    """A session of the draft, placed as a plan has it."""
    row.starts_at, row.ends_at = one.starts_at, one.starts_at + timedelta(minutes=row.minutes)
    row.parallel = row.parallel and len(one.rooms) > 1
    row.save(update_fields=["starts_at", "ends_at", "parallel"])
    row.rooms.set(map(int, one.rooms))
    row.instructors.set(map(int, one.instructors))
