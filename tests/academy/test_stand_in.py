"""Requests carry the post while nobody else does, and never wait for it."""

import runpy
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.http import HttpResponse
from django.utils import timezone

from academy import stand_in
from academy.models import Notice, SweepHeartbeat
from enrollment.models import Offer
from tests.factories import an_application, an_offer


def heartbeat(minutes_ago):
    SweepHeartbeat.objects.update_or_create(
        id=True, defaults={"swept_at": timezone.now() - timedelta(minutes=minutes_ago)}
    )


def application_just_received():
    an_application(submitted_at=timezone.now() - timedelta(minutes=1))


def a_page(_request):
    return HttpResponse("page")


def a_request(middleware, rf):
    """Answered; then whoever was started beside it has finished."""
    before = set(threading.enumerate())
    response = middleware(rf.get("/"))
    for thread in set(threading.enumerate()) - before:
        thread.join()
    return response


@pytest.fixture
def looks(monkeypatch):
    monkeypatch.setattr(stand_in, "SECONDS_BETWEEN_LOOKS", 0.0)


@pytest.mark.django_db(transaction=True)
def test_after_five_minutes_without_a_sweep_a_request_sends_what_is_due(rf, looks):
    heartbeat(minutes_ago=6)
    application_just_received()
    a_request(stand_in.sweep_when_nobody_does(a_page), rf)
    assert Notice.objects.get().state == Notice.State.SENT
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_who_stands_in_also_settles_the_offers_whose_hour_has_come(rf, looks):
    heartbeat(minutes_ago=6)
    an_offer()
    a_request(stand_in.sweep_when_nobody_does(a_page), rf)
    assert Offer.objects.get().state == "lapsed"


@pytest.mark.django_db(transaction=True)
def test_standing_in_leaves_the_alarm_on(rf, looks):
    heartbeat(minutes_ago=6)
    before = SweepHeartbeat.objects.get().swept_at
    a_request(stand_in.sweep_when_nobody_does(a_page), rf)
    assert SweepHeartbeat.objects.get().swept_at == before


@pytest.mark.django_db(transaction=True)
def test_while_somebody_sweeps_requests_do_not(rf, looks):
    heartbeat(minutes_ago=4)
    application_just_received()
    a_request(stand_in.sweep_when_nobody_does(a_page), rf)
    assert not Notice.objects.exists()


@pytest.mark.django_db
def test_a_request_pays_no_query_and_looks_once_a_minute(rf, django_assert_num_queries, monkeypatch):
    looked = []
    monkeypatch.setattr(stand_in, "stand_in", lambda: looked.append(1))
    middleware = stand_in.sweep_when_nobody_does(a_page)
    with django_assert_num_queries(0):
        for _ in range(5):
            a_request(middleware, rf)
    assert looked == []
    clock = stand_in.time.monotonic() + 61
    monkeypatch.setattr(stand_in.time, "monotonic", lambda: clock)
    with django_assert_num_queries(0):
        for _ in range(5):
            a_request(middleware, rf)
    assert looked == [1]


@pytest.mark.django_db(transaction=True)
def test_a_failure_beside_a_request_reaches_nobody_but_the_log(rf, looks, monkeypatch, logged_errors):
    def fail(**_):
        raise ZeroDivisionError

    monkeypatch.setattr(stand_in.postman, "work", fail)
    response = a_request(stand_in.sweep_when_nobody_does(a_page), rf)
    assert response.content == b"page"
    assert len(logged_errors) == 1
    logged_errors.clear()


def test_the_site_has_it(settings):
    """The tests' own settings leave it out, so that no test sweeps by accident: ask the file."""
    ours = runpy.run_path(str(settings.BASE_DIR / "academy" / "settings.py"))
    assert ours["MIDDLEWARE"][0] == "academy.stand_in.sweep_when_nobody_does"
