"""Pages do without Valkey; sign-in limits still count."""

import socket
import time

import pytest
from django.conf import settings
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from academy.cache import PAUSE, DegradingCache, DegradingClient

OPTIONS = settings.CACHE_PATIENCE


def cache_at(path, kind=DegradingCache):
    return kind(f"unix://{path}", {"OPTIONS": OPTIONS, "KEY_PREFIX": "test"})


@pytest.fixture(autouse=True)
def never_failed(monkeypatch):
    monkeypatch.setattr(DegradingClient, "paused_until", 0.0)


@pytest.fixture
def hung(tmp_path):
    """A server that accepts and never answers."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "hung.sock"))
        server.listen()
        yield tmp_path / "hung.sock"


def count_to_three(cache):
    cache.delete("attempts")
    cache.add("attempts", 1, 60)
    cache.incr("attempts")
    cache.set_many({"others": 5}, 60)
    return cache.incr("attempts"), cache.get_many(["attempts", "others"]), cache.has_key("nothing")


def test_a_missing_server_is_replaced_by_memory(tmp_path):
    assert count_to_three(cache_at(tmp_path / "none.sock")) == (
        3,
        {"attempts": 3, "others": 5},
        False,
    )


def test_a_hung_server_costs_less_than_a_second_once(hung):
    began = time.monotonic()
    cache = cache_at(hung)
    assert count_to_three(cache)[0] == 3
    assert time.monotonic() - began < 1


def test_without_the_replacement_the_same_server_is_an_error(hung):
    with pytest.raises(RedisError):
        cache_at(hung, RedisCache).get("attempts")


def test_the_server_is_asked_again_after_a_pause(monkeypatch, tmp_path, caplog):
    cache_at(tmp_path / "none.sock").set("greeting", "from memory")
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    real = cache_at(settings.REDIS_URL.removeprefix("unix://"))
    real.set("greeting", "still from memory")
    monkeypatch.setattr(DegradingClient, "paused_until", time.monotonic() - PAUSE)
    assert real.get("greeting") is None
    real.set("greeting", "from Valkey")
    assert cache_at(settings.REDIS_URL.removeprefix("unix://")).get("greeting") == "from Valkey"
