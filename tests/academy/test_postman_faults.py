"""The post while its processes are killed: real Celery workers, a real Valkey, a real mail server.

Run by `make test-faults`. Workers look at the real clock, so what they send is due now.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

import pytest
import redis
from celery import Celery
from django.db import connection
from django.utils import timezone

from academy import postman
from academy.embedded import Services, broker_url
from academy.models import Notice
from courses.models import Session
from tests.factories import a_cohort, a_module, a_person, an_enrollment
from tests.smtp import MailServer
from tests.workers import a_worker, children

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

State = Notice.State
FINAL = {State.SENT, State.DROPPED, State.REFUSED, State.PARKED}


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer().running() as server:
        server.pause = 0.01  # between taking a mail and saying so
        yield server


@pytest.fixture
def valkey(tmp_path) -> Iterator[Services]:
    services = Services(tmp_path / "servers", postgres=False, durable=False)
    with services.running():
        yield services


@pytest.fixture
def environment(server, valkey) -> dict[str, str]:
    """What a worker is told: this test's database, its broker and its mail server."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return os.environ | {
        "DATABASE_URL": database.geturl(),
        "REDIS_URL": valkey.redis_url,
        "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
    }


@pytest.fixture
def clock(valkey) -> Celery:
    """Stands for beat: publishes sweeps whenever the test says."""
    return Celery(broker=broker_url(valkey.redis_url))


def people_with_a_session_soon(number: int) -> list[str]:
    """Addresses of `number` participants of a session in two hours: their reminders are due."""
    now = timezone.now().replace(second=0, microsecond=0)
    today = timezone.localdate(now)
    days = {"starts_on": today - timedelta(days=9), "ends_on": today + timedelta(days=9)}
    cohort = a_cohort(seats=number, **days)
    begins = now + timedelta(hours=2)
    Session.objects.create(
        cohort=cohort,
        module=a_module(cohort),
        mode=Session.Mode.REMOTE,
        starts_at=begins,
        ends_at=begins + timedelta(hours=1),
        changed_at=now - timedelta(days=5),
    )
    return [an_enrollment(cohort=cohort, user=a_person()).user.email for _ in range(number)]


def tally() -> Counter:
    return Counter(Notice.objects.values_list("state", flat=True))


def sweep_until(clock: Celery, done, seconds: float = 120) -> None:
    """Say "look now" three times a second until `done`."""
    deadline, next_sweep = time.monotonic() + seconds, 0.0
    while not done():
        now = time.monotonic()
        assert now < deadline, tally()
        if now > next_sweep:
            clock.send_task("academy.tasks.sweep")
            next_sweep = now + 0.3
        time.sleep(0.02)


def all_are_final(number: int) -> bool:
    states = tally()
    return sum(states.values()) >= number and set(states) <= FINAL


def finish_after_the_dead(settings, server) -> None:
    """Three minutes later, by the clock that is passed in, a sweep takes up what the dead left."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    postman.work(clock=lambda: timezone.now() + timedelta(minutes=3), seconds=120)


def test_a_thousand_reminders_survive_killed_workers(
    environment, clock, server, settings, tmp_path, record_testsuite_property
):
    addresses = people_with_a_session_soon(1000)
    kills, log, lot = 0, tmp_path / "worker.log", random.Random(7)
    while len(server.mails) < 950:
        with a_worker(environment, log) as worker:
            for _ in range(8):
                wanted = min(len(server.mails) + lot.randint(10, 40), 950)
                sweep_until(clock, partial(server.has, wanted))
                if victims := children(worker):
                    os.kill(lot.choice(victims), signal.SIGKILL)
                    kills += 1
            kills += len(children(worker))  # and now the worker itself, with all it started
    left = tally()
    stuck = left[State.CLAIMED] + left[State.HANDED]
    finish_after_the_dead(settings, server)

    copies = Counter(mail["To"] for mail in server.mails)
    extra = len(server.mails) - 1000
    record_testsuite_property(
        "thousand reminders", f"{kills} senders killed, {stuck} rows left by them, {extra} extra copies"
    )
    assert kills >= 10
    assert stuck > 0  # nobody but the next sweep would ever have sent these
    assert tally() == {State.SENT: 1000}
    assert set(copies) == set(addresses)
    assert extra <= kills  # each had one mail in its hands
    assert len({mail["Message-ID"] for mail in server.mails}) == 1000


def test_a_worker_told_to_stop_finishes_its_mail_and_nothing_leaves_twice(
    environment, clock, server, tmp_path
):
    people_with_a_session_soon(400)
    log = tmp_path / "worker.log"
    with a_worker(environment, log) as worker:
        sweep_until(clock, partial(server.has, 20))
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=60)
    assert tally()[State.CLAIMED] == tally()[State.HANDED] == 0
    with a_worker(environment, log):
        sweep_until(clock, partial(all_are_final, 400))
    assert Counter(Counter(mail["To"] for mail in server.mails).values()) == {1: 400}


def test_messages_the_broker_forgot_cost_nothing(environment, clock, valkey, server, tmp_path):
    people_with_a_session_soon(50)
    for _ in range(50):
        clock.send_task("academy.tasks.sweep")
    redis.Redis.from_url(valkey.redis_url).flushall()
    with a_worker(environment, tmp_path / "worker.log"):
        sweep_until(clock, partial(all_are_final, 50))
        redis.Redis.from_url(valkey.redis_url).flushall()
    assert len(server.mails) == 50


def test_a_killed_broker_comes_back_and_the_post_goes_on(
    environment, clock, valkey, server, settings, tmp_path
):
    """Celery ends tasks it can no longer acknowledge: to the post two senders more that died."""
    addresses = people_with_a_session_soon(50)
    with a_worker(environment, tmp_path / "worker.log") as worker:
        sweep_until(clock, partial(server.has, 1))
        os.kill(redis.Redis.from_url(valkey.redis_url).info()["process_id"], signal.SIGKILL)
        time.sleep(1)
        valkey.start_valkey()
        sweep_until(clock, lambda: not tally()[State.DUE])
        worker.send_signal(signal.SIGTERM)  # whoever has a mail in hand finishes it
        worker.wait(timeout=60)
    finish_after_the_dead(settings, server)
    assert tally() == {State.SENT: 50}
    assert {mail["To"] for mail in server.mails} == set(addresses)
    assert len(server.mails) <= 52
    assert len({mail["Message-ID"] for mail in server.mails}) == 50
