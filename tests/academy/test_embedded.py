"""Embedded servers: shared while anybody needs them, stopped by whoever leaves last."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest
import redis
from django.conf import settings

from academy.embedded import EmbeddedServerError, Services, broker_url

COMMAND = """
import sys, time
from pathlib import Path
from academy.embedded import Services
with Services(Path(sys.argv[1]), durable=False).running():
    print("running", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def services(place):
    services = Services(place / "servers", durable=False)
    yield services
    if services.folder.exists():
        services.stop()


def a_command(services: Services) -> subprocess.Popen[str]:
    """Another process that uses `services` until it is told to stop."""
    command = subprocess.Popen(
        [sys.executable, "-c", COMMAND, services.folder],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )
    with command.stdout:
        assert command.stdout.readline() == "running\n"
    return command


def answer(services: Services) -> tuple[bool, bool]:
    return services.postgres_answers(), services.valkey_says(b"PING") == b"+PONG\r\n"


def ask(services: Services, sql: str) -> object:
    connection = psycopg2.connect(services.database_url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()


def test_the_servers_run_inside_the_block_and_keep_their_data(services):
    with services.running():
        ask(services, "CREATE TABLE memory AS SELECT 42 AS value")
        redis.Redis.from_url(services.redis_url).set("broker", "stands")
    assert answer(services) == (False, False)
    with services.running():
        assert answer(services) == (True, True)
        assert ask(services, "SELECT value FROM memory") == (42,)


def test_durable_servers_keep_what_the_broker_holds(place):
    services = Services(place)
    for expected in (1, 2):
        with services.running():
            assert redis.Redis.from_url(services.redis_url).incr("starts") == expected


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_command_stops_the_servers(services, number):
    command = a_command(services)
    command.send_signal(number)
    command.wait(60)
    assert answer(services) == (False, False)


def test_a_signal_during_the_start_leaves_nothing_running(services):
    command = subprocess.Popen([sys.executable, "-c", COMMAND, services.folder], cwd=settings.BASE_DIR)
    while not (services.folder / "users.lock").exists():
        time.sleep(0.01)
    command.terminate()
    assert command.wait(60) == 128 + signal.SIGTERM
    assert answer(services) == (False, False)


def test_who_leaves_last_stops_the_servers(services):
    first, second = a_command(services), a_command(services)
    first.terminate()
    first.wait(60)
    assert answer(services) == (True, True)
    second.terminate()
    second.wait(60)
    assert answer(services) == (False, False)


def test_servers_of_a_killed_command_are_used_and_then_stopped(services):
    killed = a_command(services)
    killed.kill()
    killed.wait()
    assert answer(services) == (True, True)
    with services.running():
        assert ask(services, "SELECT 1") == (1,)
    assert answer(services) == (False, False)


def test_a_lock_file_that_names_a_stranger_does_not_prevent_the_start(services):
    with services.running():
        ask(services, "CREATE TABLE memory AS SELECT 42 AS value")
    lock = services.folder / "postgres" / "postmaster.pid"
    # PostgreSQL by itself overlooks its ancestors, and processes of another user.
    with subprocess.Popen(["sleep", "60"], user=lock.parent.stat().st_uid) as stranger:
        lock.write_text(f"{stranger.pid}\n{lock.parent}\n1\n5432\n{services.sockets}\n\n1 1\nready\n")
        with services.running():
            assert ask(services, "SELECT value FROM memory") == (42,)
        stranger.kill()


def test_a_start_killed_while_creating_the_data_is_made_good(services):
    half = services.folder / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with services.running():
        assert ask(services, "SELECT 1") == (1,)


@pytest.mark.parametrize("name", ["d" * 120, "with, comma", "with space and 'quote"])
def test_a_folder_no_socket_can_have_is_good_enough(place, name):
    services = Services(place / name, durable=False)
    with services.running():
        assert answer(services) == (True, True)
        assert ask(services, "SELECT 1") == (1,)
    assert not list(services.sockets.glob("*"))


def test_a_strangers_folder_is_refused(services, place):
    services.folder.mkdir()
    (services.folder / "run").symlink_to(place)
    with pytest.raises(EmbeddedServerError, match="belongs to another user"), services.running():
        pass
    assert services.is_free()


def test_only_the_owner_reaches_the_sockets(services):
    with services.running():
        assert Path(services.sockets).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "in_the_words_of_celery"),
    [
        ("redis://broker:6379/1", "redis://broker:6379/1"),
        ("unix:///srv/valkey.sock", "redis+socket:///srv/valkey.sock?virtual_host=0"),
        ("unix:///srv/valkey.sock?db=3", "redis+socket:///srv/valkey.sock?virtual_host=3"),
    ],
)
def test_celery_is_told_the_same_broker(url, in_the_words_of_celery):
    assert broker_url(url) == in_the_words_of_celery
