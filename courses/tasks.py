"""What Celery runs: each task calls one action and may run twice or not at all."""

from celery import shared_task
from django.utils import timezone

from courses.actions import once


@shared_task
def forget_sent_forms() -> None:
    """Keys of forms have served after a month."""
    once.forget_sent_forms(at=timezone.now())
