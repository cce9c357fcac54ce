"""Whether the portal stands, for machines that watch it."""

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from academy.models import SweepHeartbeat

OLDEST_SWEEP = 300  # seconds; the post is swept every 60
PATIENCE = 1.0  # seconds given to the broker


@never_cache
@require_safe
@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """200 when database and broker answer and the post was swept lately, otherwise 503."""
    database, seconds_since_sweep = look_at_database()
    broker = look_at_broker()
    swept = seconds_since_sweep is not None and seconds_since_sweep <= OLDEST_SWEEP
    return JsonResponse(
        {"database": database, "broker": broker, "seconds_since_sweep": seconds_since_sweep},
        status=200 if database and broker and swept else 503,
    )


def look_at_database() -> tuple[bool, int | None]:
    """Whether PostgreSQL answers, and the age in seconds of the last sweep if there was one."""
    try:
        heartbeat = SweepHeartbeat.objects.first()
    except DatabaseError:
        return False, None
    age = int((timezone.now() - heartbeat.swept_at).total_seconds()) if heartbeat else None
    return True, age


def look_at_broker() -> bool:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
        ) as broker:
            return bool(broker.ping())
    except redis.RedisError:
        return False
