"""What Celery runs: each task calls one action and may run twice or not at all."""

from time import monotonic

from celery import shared_task
from django.utils import timezone

from assessments.actions.badges import publish_list, sign_next
from assessments.actions.certificates import make_next
from assessments.actions.surveys import ask_what_is_due, close_what_is_over
from assessments.actions.teams import restart_lost, solve_team_plan
from assessments.models import TeamPlan

SECONDS = 20.0  # of work: a worker told to stop is soon done


@shared_task
def make_papers(chains: int = 2) -> None:
    """Papers of certificates, one certificate after the other; while more wait, two side by side go on."""
    begin = monotonic()
    while make_next(at=timezone.now()):
        if monotonic() - begin > SECONDS:
            for _ in range(chains):
                make_papers.apply_async(kwargs={"chains": 1}, expires=60)
            return


@shared_task
def sign_badges() -> None:
    """Badges of certificates that are ready, and the list of those that no longer stand."""
    begin = monotonic()
    while monotonic() - begin < SECONDS and sign_next(at=timezone.now()):
        pass
    publish_list(at=timezone.now())


@shared_task
def put_questionnaires() -> None:
    """Ask editions what is due, and close what is over."""
    ask_what_is_due(at=timezone.now())
    close_what_is_over(at=timezone.now())


@shared_task
def form_teams() -> None:
    """Teams asked for longest ago; those whose worker is gone begin again."""
    restart_lost(at=timezone.now())
    plan = TeamPlan.objects.filter(state=TeamPlan.State.WAITING).order_by("at", "pk").first()
    if plan:
        solve_team_plan(plan=plan, at=timezone.now())
