"""What Celery runs: each task calls one action and may run twice or not at all."""

from celery import shared_task
from django.utils import timezone

from enrollment.actions.offers import let_offers_lapse


@shared_task
def keep_deadlines() -> None:
    """Whoever has not answered an offer by its hour has renounced; the next one is offered the seat."""
    let_offers_lapse(at=timezone.now())
