"""The shared cache, which a missing Valkey may slow down for a moment but never break."""

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

PAUSE = 5.0  # seconds during which a process does not ask an unreachable Valkey again


class DegradingClient:
    """Valkey while it answers; for the next seconds after it did not, memory of this process.

    So sign-in limits still count while the broker is away, each process on its own.
    """

    paused_until = 0.0  # of the process: its threads learn from each other

    def __init__(self, servers: list[str], **options: Any) -> None:
        self.shared = RedisCacheClient(servers, retry=Retry(NoBackoff(), 1), **options)
        self.own = LocMemCache("without-valkey", {})

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return partial(self.perform, operation)

    def perform(self, operation: str, *arguments: Any) -> Any:
        if time.monotonic() >= DegradingClient.paused_until:
            try:
                return getattr(self.shared, operation)(*arguments)
            except RedisError as error:
                DegradingClient.paused_until = time.monotonic() + PAUSE
                logger.warning("Valkey does not answer, this process remembers alone: %s", error)
        return getattr(self.own, operation)(*arguments)


class DegradingCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = DegradingClient
