"""Real servers, and an eye on what must never happen silently, for every test."""

import atexit
import fcntl
import itertools
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import django
import pgtrigger
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from academy.cache import DegradingClient
from academy.embedded import Services, broker_url
from academy.languages import compile_messages

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local" / "test"
NEARBY = ("127.0.0.1", "::1", "localhost")

# Before Django reads its settings: servers, words, and what belongs to this process alone.

at_the_end = ExitStack()
atexit.register(at_the_end.close)  # also when what follows fails

if "PYTEST_XDIST_WORKER" not in os.environ:  # workers use the servers of who started them
    compile_messages(ROOT / "locale")
    services = Services(LOCAL, durable=False)
    services.postgres = "DATABASE_URL" not in os.environ
    services.valkey = "REDIS_URL" not in os.environ
    at_the_end.enter_context(services.running())
    os.environ.setdefault("DATABASE_URL", services.database_url)
    os.environ.setdefault("REDIS_URL", services.redis_url)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what pytest ends cleanly on


def take_a_number() -> int:
    """A number no other running process of the tests has: for its database and its part of Valkey."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    for number in itertools.count():
        file = at_the_end.enter_context((LOCAL / f"process-{number}.lock").open("a"))
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        return number
    raise AssertionError("numbers do not end")


number = take_a_number()
os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].split('?')[0]}?db={number}"
os.environ["DJANGO_SETTINGS_MODULE"] = "academy.settings"
django.setup()


class Undefined(str):
    """Stands for a variable no template was given: ours may not use one, Django's own do."""

    __slots__ = ()

    def __mod__(self, variable: object) -> str:
        context = sys._getframe(1).f_locals["context"]
        template = Path(context.render_context.template.origin.name)
        assert not template.is_relative_to(ROOT / "templates"), f"{variable} undefined in {template}"
        return ""


def pytest_configure() -> None:
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_academy_{number}"
    # A worker of xdist inherits the settings module, so its settings may be older than its number.
    settings.REDIS_URL = settings.CACHES["default"]["LOCATION"] = os.environ["REDIS_URL"]
    settings.CELERY_BROKER_URL = broker_url(settings.REDIS_URL)
    # A busy machine is no reason to remember alone: what is counted here is questions, not time.
    settings.CACHES["default"]["OPTIONS"] = {"socket_connect_timeout": 10, "socket_timeout": 10}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.WHITENOISE_AUTOREFRESH = True  # static files are not collected for tests
    settings.MIDDLEWARE.remove("academy.stand_in.sweep_when_nobody_does")  # test_stand_in has it
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Undefined("%s")
    # After a test that commits all tables are emptied, which the guards of ledgers rightly refuse.
    TransactionTestCase._fixture_teardown = pgtrigger.ignore()(TransactionTestCase._fixture_teardown)


def forbid_the_internet(event: str, arguments: tuple) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        assert arguments[1][0] in NEARBY, f"A test called {arguments[1]}"


sys.addaudithook(forbid_the_internet)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The live server's last thread may still hold its connection when the database is to be dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def logged_errors() -> Iterator[list[logging.LogRecord]]:
    """What was logged as an error: a test that expects some looks at them and clears the list."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = records.append
    logging.getLogger().addHandler(handler)
    yield records
    logging.getLogger().removeHandler(handler)
    assert [record.getMessage() for record in records] == []


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Sign-in limits, cached fragments, the language and an unreachable Valkey of the test before."""
    DegradingClient.paused_until = 0.0
    cache.clear()
    translation.deactivate()


@pytest.fixture
def in_english() -> Iterator[None]:
    """For tests that read sentences; the site speaks Italian unless told otherwise."""
    with translation.override("en"):
        yield
