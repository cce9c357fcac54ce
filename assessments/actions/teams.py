"""Teams of an edition: asked for, sought, taken over. Locks: the edition, the plan, then people by key."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from assessments.forming import members_of, problem_of_plan
from assessments.models import TeamPlan
from assessments.models.team_plan import MOST_TRIES
from assessments.wishes import Wishes
from courses.models import Cohort
from courses.reasons import Reason
from courses.refusals import Refusal
from enrollment import teams
from enrollment.actions.teams import DAY, join_team, leave_teams
from enrollment.models import Team, TeamPlace
from enrollment.teams import Answer, Effort, Problem

log = logging.getLogger(__name__)
LOST = timedelta(minutes=10)  # a search takes two at most: after this its worker is gone
State = TeamPlan.State


def locked(cohort: Cohort) -> Cohort:
    """The edition, for this transaction alone."""
    return Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)


@transaction.atomic
def ask_for_teams(
    *,
    cohort: Cohort,
    starts_on: date,
    wishes: Wishes,
    aim: str = TeamPlan.Aim.ANEW,
    smallest: int = 4,
    largest: int = 6,
    seed: int = 0,
    by,
    at: datetime,
) -> TeamPlan:
    """Let teams be formed from a day to come. Asked again while they are, it is the same plan."""
    cohort = locked(cohort)
    refuse_days_past(starts_on, at)
    asked = {
        "starts_on": starts_on,
        "wishes": wishes.as_json(),
        "aim": aim,
        "smallest": smallest,
        "largest": largest,
        "seed": seed,
    }
    under_way = cohort.team_plans.filter(state__in=[State.WAITING, State.RUNNING]).first()
    if under_way and all(getattr(under_way, name) == value for name, value in asked.items()):
        return under_way
    if under_way:
        raise Refusal(_("Teams of this edition are already being formed."))
    return TeamPlan.objects.create(cohort=cohort, by=by, at=at, **asked)


def refuse_days_past(starts_on: date, at: datetime) -> None:
    """What has been stays: teams change from tomorrow on at the earliest."""
    if starts_on <= localdate(at):
        raise Refusal(_("Teams change from tomorrow on at the earliest: who was in which stays recorded."))


def restart_lost(*, at: datetime) -> None:
    """Plans whose worker is gone wait again; one lost three times has failed."""
    lost = TeamPlan.objects.filter(state=State.RUNNING, begun_at__lt=at - LOST)
    lost.filter(tries__gte=MOST_TRIES).update(state=State.FAILED)
    lost.filter(tries__lt=MOST_TRIES).update(state=State.WAITING)
    TeamPlan.objects.filter(state=State.WAITING, tries__gte=MOST_TRIES).update(state=State.FAILED)


def solve_team_plan(
    *,
    plan: TeamPlan,
    at: datetime,
    effort: Effort | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Seek teams and keep them with the plan; who is in which team stays as it is.

    Outside a transaction: a search takes up to two minutes. Two workers never take the same plan, and one
    that was given up for lost keeps nothing when it comes back.
    """
    waiting = TeamPlan.objects.filter(pk=plan.pk, state=State.WAITING, tries=plan.tries)
    if not waiting.update(state=State.RUNNING, begun_at=at, tries=plan.tries + 1):
        return
    mine = TeamPlan.objects.filter(pk=plan.pk, state=State.RUNNING, tries=plan.tries + 1)
    begins = clock()
    try:
        plan = TeamPlan.objects.select_related("cohort").get(pk=plan.pk)
        problem = problem_of_plan(plan)
        result = found_for(plan, problem, effort)
    except Exception:
        mine.update(state=State.FAILED)
        raise
    seconds = clock() - begins
    mine.update(state=State.DONE, result=result, inputs=problem.fingerprint, seconds=seconds)
    log.info("teams of %s: %s in %.1f s", plan.cohort, result["status"], seconds)


def found_for(plan: TeamPlan, problem: Problem, effort: Effort | None) -> dict:
    """What was found, as a plan keeps it: all its page needs, so that it stays true to that day."""
    fewest = None
    if plan.aim == TeamPlan.Aim.MEND:
        mended = teams.mend(problem, seed=plan.seed, effort=effort)
        answer, fewest = mended.answer, mended.fewest
    else:
        answer = teams.form(problem, seed=plan.seed, effort=effort)
    result: dict = {"engine": answer.engine, "status": answer.status, "fewest": fewest, "teams": []}
    if not answer.found:
        return result | why_none(plan, problem, answer)
    prices: tuple[teams.Price, ...] = ()
    if any(answer.points.first(3)):
        prices = teams.prices(problem, answer.points, seed=plan.seed)
    return result | {
        "teams": [portrayed(problem, team) for team in answer.teams],
        "levels": [asdict(level) for level in answer.levels],
        "first": asdict(answer.first),
        "before": asdict(teams.check(problem, problem.today).points) if problem.today else None,
        "notes": kept(answer.notes),
        "changes": kept(teams.difference(problem.today, answer.teams)),
        "prices": [{**kept([it.rule])[0], "without": asdict(it.without)} for it in prices],
    }


def why_none(plan: TeamPlan, problem: Problem, answer: Answer) -> dict:
    """Why there are no teams, and which rules alone would help if given up."""
    why = teams.explain(problem, seed=plan.seed)
    return {"short": kept(why.short or answer.short), "relax": kept(why.relax), "shown": why.shown}


def portrayed(problem: Problem, team: teams.Team) -> dict:
    """A team with its counts and the reasons for calling it balanced or not."""
    portrait = teams.portrait(problem, team)
    return {
        "key": team.key,
        "members": list(team.members),
        "counts": portrait.counts,
        "off": portrait.off,
        "reasons": kept(portrait.reasons),
    }


def kept(reasons: tuple[Reason, ...] | list[Reason]) -> list[dict]:
    """Reasons as a plan keeps them."""
    return [{"code": str(one.code), "facts": dict(one.facts)} for one in reasons]


@transaction.atomic
def take_team_plan(*, plan: TeamPlan, by, at: datetime) -> TeamPlan:
    """Everybody joins their team from the plan's day on, for good; taken again, nothing happens.

    Refused where anything it rests on changed since, and once its day has come. Places that have begun end
    the day before, never vanish; of those still to come the plan's are the ones that count.
    """
    cohort = locked(plan.cohort)
    plan = TeamPlan.objects.select_for_update(no_key=True).get(pk=plan.pk, cohort=cohort)
    if plan.state == State.TAKEN:
        return plan
    if plan.state != State.DONE or not plan.result or not plan.result["teams"]:
        raise Refusal(_("There are no teams to take over."))
    refuse_days_past(plan.starts_on, at)
    # Whoever enters or leaves the edition does so on these rows: first locked, then looked at.
    people = {
        str(one.pk): one
        for one in members_of(cohort, plan.starts_on)
        .select_for_update(of=["self"], no_key=True)
        .order_by("pk")
    }
    if problem_of_plan(plan).fingerprint != plan.inputs:
        raise Refusal(_("Something changed since these teams were formed: ask for them again."))
    team_of = {
        key: Team.objects.get_or_create(cohort=cohort, number=int(one["key"]))[0]
        for one in plan.result["teams"]
        for key in one["members"]
    }
    later = TeamPlace.objects.filter(enrollment__in=people.values()).exclude(ends_on=None)
    bounded = set(later.on(plan.starts_on).values_list("enrollment_id", flat=True))
    for key, person in people.items():
        if person.pk in bounded:
            leave_teams(enrollment=person, on=plan.starts_on - DAY, by=by, at=at)
        join_team(team=team_of[key], enrollment=person, starts_on=plan.starts_on, by=by, at=at)
    plan.state = State.TAKEN
    plan.save(update_fields=["state"])
    log.info("%s took over plan %s of teams of %s", by, plan.pk, cohort)
    return plan
