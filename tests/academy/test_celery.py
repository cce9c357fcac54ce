"""The clock: what it starts exists, and no schedule can be caught by a change of the clocks."""

from datetime import timedelta

import pytest
from celery.beat import Scheduler
from celery.schedules import schedule
from django.contrib.sessions.models import Session
from django.utils import timezone

from academy.celery import app
from academy.tasks import forget_expired_sessions


def test_everything_on_the_clock_is_a_task():
    app.loader.import_default_modules()
    asked = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert asked - set(app.tasks) == set()


def test_what_people_wait_for_is_looked_at_each_minute():
    each_minute = {
        entry.task
        for entry in Scheduler(app).schedule.values()
        if entry.schedule.run_every == timedelta(minutes=1)
    }
    assert each_minute == {
        "academy.tasks.sweep",
        "enrollment.tasks.let_offers_lapse",
        "enrollment.tasks.exclude_incomplete",
        "enrollment.tasks.settle_places",
        "courses.tasks.plan",
        "assessments.tasks.make_papers",
        "assessments.tasks.sign_badges",
        "assessments.tasks.put_questionnaires",
        "assessments.tasks.form_teams",
    }


def test_the_clock_knows_intervals_only():
    entries = Scheduler(app).schedule.values()
    assert {type(entry.schedule) for entry in entries} == {schedule}


def test_a_worker_that_dies_gives_its_task_back():
    settings = app.conf
    assert (settings.task_acks_late, settings.task_reject_on_worker_lost) == (True, True)
    assert settings.worker_prefetch_multiplier == 1
    assert settings.accept_content == ["json"]
    assert settings.broker_transport_options["visibility_timeout"] == 600


@pytest.mark.django_db
def test_only_expired_sessions_are_forgotten():
    now = timezone.now()
    for key, expires in {"old": now - timedelta(1), "live": now + timedelta(1)}.items():
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    forget_expired_sessions()
    assert [session.session_key for session in Session.objects.all()] == ["live"]
