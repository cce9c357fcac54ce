"""What Celery runs: each task calls one action and may run twice or not at all."""

from celery import shared_task
from django.utils import timezone

from enrollment.actions import choices, eligibility, interest, offers


@shared_task
def let_offers_lapse() -> None:
    """Whoever has not answered an offer by its hour has renounced; the next one is offered the seat."""
    offers.let_offers_lapse(at=timezone.now())


@shared_task
def exclude_incomplete() -> None:
    """Whoever has not sent the documents asked for by their hour is out of the selection."""
    eligibility.exclude_incomplete(at=timezone.now())


@shared_task
def settle_places() -> None:
    """Whoever has not chosen a place in a session by its cut-off is given one."""
    choices.settle_places(at=timezone.now())


@shared_task
def forget_addresses() -> None:
    """Addresses left for the next call and not confirmed, or told of it, are nobody's business."""
    interest.forget_addresses(at=timezone.now())
