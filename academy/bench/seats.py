"""Fifty people in the office press «Admit» at once, for thirty seats, through the real page."""

import http.client
import statistics
import threading
import time
from datetime import timedelta
from urllib.parse import urlencode

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from academy.models import User
from courses.models import Cohort
from enrollment.models import Application, Call, Enrollment

from .processes import Server

SEATS, CONTENDERS, RUNS = 30, 50, 5
PROFILE = {
    "employer": "",
    "employer_kind": Application.EmployerKind.NONE,
    "role": "Mobility manager",
    "sector": Application.Sector.PUBLIC,
    "region": "Piemonte",
    "access": Application.Access.HYBRID,
}


def acceptances(server: Server, cookies: dict[str, str], token: str) -> dict:
    """Accepted per second and the 99th percentile of waiting; every run must admit exactly 30."""
    rates, waits = [], []
    for run in range(RUNS):
        applications = contest(run)
        began = time.perf_counter()
        waits += press_all(server, [pk for (pk,) in applications], cookies, token)
        seconds = time.perf_counter() - began
        admitted = Enrollment.objects.live().filter(cohort__code=code(run)).count()
        if admitted != SEATS:
            raise RuntimeError(f"{admitted} admitted to {SEATS} seats")
        rates.append(admitted / seconds)
    return {
        "seats": SEATS,
        "contenders": CONTENDERS,
        "runs": RUNS,
        "accepted_per_second": round(statistics.median(rates), 1),
        "p99_ms": round(statistics.quantiles(waits, n=100)[98]),
    }


def code(run: int) -> str:
    """The edition of a run."""
    return f"BENCH-{run}"


def contest(run: int):
    """An edition with few seats and many applications; their numbers."""
    at, model = timezone.now(), Cohort.objects.first()
    cohort = Cohort.objects.create(
        code=code(run),
        programme=model.programme,
        hub=model.hub,
        starts_on=timezone.localdate(at) + timedelta(days=90),
        ends_on=timezone.localdate(at) + timedelta(days=240),
        seats=SEATS,
    )
    Call.objects.create(cohort=cohort, opens_at=at - timedelta(days=1), closes_at=at + timedelta(days=1))
    people = User.objects.bulk_create(
        User(
            email=f"contender-{run}-{number}@example.org",
            name=f"Contender {number}",
            password=make_password(None),
        )
        for number in range(CONTENDERS)
    )
    for person in people:
        apply(cohort=cohort, profile=PROFILE, motivation="A seat.", by=person, at=at)
    return Application.objects.filter(cohort=cohort).values_list("pk")


def press_all(server: Server, applications: list[int], cookies: dict[str, str], token: str) -> list[float]:
    """Each on a connection of its own, at the same moment; how long each waited, in ms."""
    gate, waits = threading.Barrier(len(applications)), []

    def press(pk: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        body = urlencode({"csrfmiddlewaretoken": token})
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        gate.wait()
        began = time.perf_counter()
        line.request("POST", f"/admin/enrollment/application/{pk}/admit/", body, headers)
        answer = line.getresponse()
        answer.read()
        if answer.status not in (302, 422):
            raise RuntimeError(f"admitting answered {answer.status}")
        waits.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=press, args=(pk,)) for pk in applications]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(waits) != len(applications):
        raise RuntimeError("some requests failed")
    return waits
