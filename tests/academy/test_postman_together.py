"""Two sweeps at the same time, and machines that tell the time otherwise."""

import os
import subprocess
import sys
import threading
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from academy import postman
from academy.models import Notice
from academy.postman import collect, deliver
from tests.factories import a_cohort, a_session, an_application, an_enrollment, an_instructor, rome
from tests.smtp import MailServer

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parent.parent.parent
AT = rome(2021, 11, 2, 10, 1)
APPLICANTS = 40


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    with MailServer().running() as server:
        settings.EMAIL_PORT = server.port
        server.pause = 0.005
        yield server


def two_sweeps_at_once():
    """Both start when both are ready."""
    gate = threading.Barrier(2)

    def sweep():
        gate.wait()
        try:
            collect(AT)
            deliver(lambda: AT, 30)
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def applicants():
    cohort = a_cohort()
    for _ in range(APPLICANTS):
        an_application(cohort=cohort)


def copies(server):
    return Counter(Counter(mail["To"] for mail in server.mails).values())


def test_two_sweeps_at_once_send_every_mail_once(server):
    applicants()
    two_sweeps_at_once()
    assert copies(server) == {1: APPLICANTS}
    assert server.connections == 2
    assert Notice.objects.filter(state="sent").count() == APPLICANTS


def test_without_the_lock_on_the_row_they_would_not(server, monkeypatch):
    """The control: rows claimed by looking first and writing later, and handed over unasked."""

    both_have_looked = threading.Barrier(2)

    def look_then_write(at):
        first = Notice.objects.waiting(at).select_related("user").order_by("id").first()
        if first:
            with suppress(threading.BrokenBarrierError):  # once is enough
                both_have_looked.wait(30)
                both_have_looked.abort()
            first.claimed_at = at
            postman.mark([first], state="claimed", claimed_at=at)
        return [first] if first else []

    monkeypatch.setattr(postman, "claim", look_then_write)
    monkeypatch.setattr(postman, "hand_over", lambda *_: True)
    applicants()
    two_sweeps_at_once()
    assert len(server.mails) > APPLICANTS


def test_sessions_of_one_evening_are_one_mail(server):
    """Also where two sweeps compete for the rows of one person, each session is told once."""
    cohort, teacher = a_cohort(), an_instructor()
    for _ in range(20):
        an_enrollment(cohort=cohort)
    for hour in (9, 14):
        a_session(cohort, starts_at=rome(2022, 1, 14, hour), instructors=[teacher])
    collect(rome(2022, 1, 13, 18))
    deliver(lambda: rome(2022, 1, 13, 18), 30)
    assert copies(server) == {1: 21}
    assert Notice.objects.filter(kind="session_tomorrow", state="sent").count() == 42


TELL = """
import django; django.setup()
from datetime import datetime, timezone
from academy.letter import Desk
from academy.models import Notice
from academy.postman import KINDS, collect
at = datetime(2022, 3, 27, 16, 0, tzinfo=timezone.utc)
print(collect(at))
for notice in Notice.objects.select_related("user").order_by("user_id", "kind", "key"):
    mail = Desk().write(KINDS[notice.kind], [notice], at)
    print(notice.due_at.isoformat(), mail.subject, mail.body, mail.extra_headers["Date"])
"""


def told_on_a_machine(**environment):
    """What a process in that environment would write to people, as bytes."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = os.environ | {"DATABASE_URL": database.geturl(), "PYTHONUTF8": "1"} | environment
    tell = [sys.executable, "-c", TELL]
    done = subprocess.run(tell, cwd=ROOT, env=environment, capture_output=True, check=True)
    Notice.objects.all().delete()
    return done.stdout


def test_a_machine_in_new_york_with_no_language_writes_the_same_at_the_same_time():
    cohort = a_cohort()
    an_enrollment(cohort=cohort)
    a_session(cohort, starts_at=rome(2022, 3, 28, 9))
    here = told_on_a_machine(TZ="Europe/Rome", LC_ALL="it_IT.UTF-8")
    assert b"2022-03-27T16:00:00" in here
    assert b"09:00" in here
    assert told_on_a_machine(TZ="America/New_York", LC_ALL="C") == here
    assert told_on_a_machine(TZ="UTC", LC_ALL="C") == here
    assert timedelta(hours=2) == rome(2022, 3, 27, 18).utcoffset()
