"""What Celery runs: each task calls one action and may run twice or not at all."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from academy import postman

SECONDS = 5.0  # of sending: a worker told to stop is soon done


@shared_task
def sweep(chains: int = 2) -> None:
    """One round of the post; while more waits, others follow at once, two side by side."""
    if postman.sweep(clock=timezone.now, seconds=SECONDS):
        for _ in range(chains):
            sweep.apply_async(kwargs={"chains": 1}, expires=60)


@shared_task
def forget_expired_sessions() -> None:
    """Who signed in long ago is nobody's business."""
    SessionStore.clear_expired()
