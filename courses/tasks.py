"""What Celery runs: each task calls one action and may run twice or not at all."""

from celery import shared_task
from django.utils import timezone

from courses.actions import once
from courses.actions.planning import run_planner
from courses.models import PlanRun


@shared_task
def forget_sent_forms() -> None:
    """Keys of forms have served after a month."""
    once.forget_sent_forms(at=timezone.now())


@shared_task
def plan() -> None:
    """The planner takes the run that has waited longest; a second task at once takes another or none."""
    run = PlanRun.objects.filter(state=PlanRun.State.WAITING).order_by("at", "pk").first()
    if run:
        run_planner(run=run)
