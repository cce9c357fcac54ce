"""A thousand certificates while those who make them are killed: real workers, a real Valkey.

Run by `make test-faults`.
"""

import os
import random
import signal
import time
from collections import Counter
from hashlib import sha256
from urllib.parse import urlsplit

import pytest
from celery import Celery
from django.db import connection

from academy.embedded import Services, broker_url
from assessments.actions.certificates import issue_certificates
from assessments.issuing import fingerprint, lines_of
from assessments.models import Certificate, CertificatePaper, CertificateRule
from enrollment.models import Consent
from tests import factories
from tests.factories import rome
from tests.workers import a_worker, children

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NUMBER = 1000


@pytest.fixture
def valkey(tmp_path):
    services = Services(tmp_path / "servers", postgres=False, durable=False)
    with services.running():
        yield services


@pytest.fixture
def environment(valkey) -> dict[str, str]:
    """What a worker is told: this test's database and its broker."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return os.environ | {"DATABASE_URL": database.geturl(), "REDIS_URL": valkey.redis_url}


@pytest.fixture
def clock(valkey) -> Celery:
    """Stands for beat."""
    return Celery(broker=broker_url(valkey.redis_url))


@pytest.fixture
def edition():
    """An edition whose thousand participants have done all that is asked for."""
    cohort = factories.a_cohort(seats=NUMBER)
    session = factories.a_session(cohort, starts_at=rome(2022, 1, 20, 9))
    factories.a_test(session)
    CertificateRule.objects.create(cohort=cohort, need="agreement")
    agreement = factories.an_agreement()
    for _ in range(NUMBER):
        person = factories.an_enrollment(cohort=cohort)
        given = {"user": person.user, "cohort": cohort, "agreement": agreement, "given": True}
        Consent.objects.create(**given, at=rome(2022, 1, 20, 9))
    return cohort


def issue_to_all(cohort) -> float:
    """Seconds it took to issue a thousand."""
    at, office = rome(2022, 6, 20, 9), factories.somebody_of_the_office()
    lines = lines_of(cohort, at=at)
    people = {line.enrollment.pk for line in lines}
    begin = time.monotonic()
    issue_certificates(cohort=cohort, people=people, seen=fingerprint(lines), by=office, at=at)
    return time.monotonic() - begin


def ready() -> int:
    return Certificate.objects.ready().count()


def work_until(clock: Celery, wanted: int, deadline: float) -> None:
    """Two tasks side by side, asked for again as the clock would, until so many are ready."""
    asked = 0.0
    while ready() < wanted:
        now = time.monotonic()
        assert now < deadline, ready()
        if now > asked:
            for _ in range(2):
                clock.send_task("assessments.tasks.make_papers")
            asked = now + 5
        time.sleep(0.05)


def nothing_is_double_or_missing() -> None:
    numbers = sorted(Certificate.objects.values_list("number", flat=True))
    assert numbers == list(range(1, NUMBER + 1))
    papers = CertificatePaper.objects.defer(None)
    made = Counter(papers.values_list("certificate", flat=True))
    assert made == dict.fromkeys(Certificate.objects.values_list("pk", flat=True), 6)
    for paper in papers.iterator(chunk_size=200):
        assert sha256(bytes(paper.content)).hexdigest() == paper.digest


def test_a_thousand_certificates_take_less_than_a_minute(
    environment, edition, clock, tmp_path, record_testsuite_property
):
    with a_worker(environment, tmp_path / "worker.log"):
        clock.send_task("assessments.tasks.make_papers")
        time.sleep(5)  # until the worker is up
        issued = issue_to_all(edition)
        begin = time.monotonic()
        work_until(clock, NUMBER, begin + 300)
        made = time.monotonic() - begin
    record_testsuite_property("thousand certificates", f"issued in {issued:.1f} s, papers in {made:.1f} s")
    nothing_is_double_or_missing()
    assert issued + made < 60 * 2  # the target, and a machine with other work


def test_a_thousand_certificates_survive_killed_workers(environment, edition, clock, tmp_path):
    issue_to_all(edition)
    log, lot, kills, deadline = tmp_path / "worker.log", random.Random(7), 0, time.monotonic() + 400
    while ready() < NUMBER:
        with a_worker(environment, log) as worker:
            for _ in range(3):
                work_until(clock, min(ready() + lot.randint(80, 160), NUMBER), deadline)
                if victims := children(worker):
                    os.kill(lot.choice(victims), signal.SIGKILL)
                    kills += 1
    assert kills >= 3
    nothing_is_double_or_missing()
