"""When the clock or the worker is dead, the visitors' requests carry the post and keep the deadlines."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from academy import postman
from academy.models import SweepHeartbeat
from enrollment.actions.eligibility import exclude_incomplete
from enrollment.actions.offers import let_offers_lapse

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 60.0
DEAD = timedelta(minutes=5)  # five sweeps missed
SECONDS = 10.0  # of sending, each time


def sweep_when_nobody_does(get_response: Callable[[HttpRequest], HttpResponse]):
    """Once a minute each process looks, beside a request and never in it, how the post fares.

    No request waits for it and none pays a query. `/health/` stays red: somebody is to repair it.
    """
    watch = threading.Lock()
    next_look = time.monotonic() + SECONDS_BETWEEN_LOOKS

    def respond(request: HttpRequest) -> HttpResponse:
        nonlocal next_look
        response = get_response(request)
        with watch:
            late, now = time.monotonic() >= next_look, time.monotonic()
            if late:
                next_look = now + SECONDS_BETWEEN_LOOKS
        if late:
            threading.Thread(target=stand_in, name="stand-in for the post", daemon=True).start()
        return response

    return respond


def stand_in() -> None:
    """Sweep if nobody has for five minutes. Two at a time do no harm: a row is claimed once."""
    try:
        last = SweepHeartbeat.objects.values_list("swept_at", flat=True).first()
        if last is None or timezone.now() - last > DEAD:
            log.warning("nobody has swept the post since %s: standing in", last)
            let_offers_lapse(at=timezone.now())
            exclude_incomplete(at=timezone.now())
            postman.work(clock=timezone.now, seconds=SECONDS)
    except Exception:
        log.exception("standing in for the post failed")
    finally:
        connection.close()
