"""`/health/` says 200 when people can work, and which part does not stand otherwise."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from academy.models import SweepHeartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def failures_are_logged(logged_errors):
    yield
    assert {record.getMessage() for record in logged_errors} <= {"Service Unavailable: /health/"}
    logged_errors.clear()


def swept(seconds_ago: float) -> None:
    at = timezone.now() - timedelta(seconds=seconds_ago)
    SweepHeartbeat.objects.update_or_create(id=True, defaults={"swept_at": at})


def answer(client) -> tuple[int, dict]:
    response = client.get("/health/")
    return response.status_code, response.json()


def test_anybody_may_ask_and_learns_nothing_else(client, django_assert_num_queries):
    swept(seconds_ago=20)
    with django_assert_num_queries(1):
        response = client.get("/health/")
    assert response.status_code == 200
    assert response.json() == {"database": True, "broker": True, "seconds_since_sweep": 20}
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


def test_a_portal_whose_post_never_left_does_not_stand(client):
    assert answer(client) == (
        503,
        {"database": True, "broker": True, "seconds_since_sweep": None},
    )


@pytest.mark.parametrize(("seconds", "status"), [(299, 200), (302, 503)])
def test_the_post_may_rest_five_minutes(client, seconds, status):
    swept(seconds_ago=seconds)
    assert answer(client)[0] == status


def test_without_the_broker_it_does_not_stand(client, settings, tmp_path):
    swept(seconds_ago=0)
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    assert answer(client) == (503, {"database": True, "broker": False, "seconds_since_sweep": 0})


def test_without_the_database_it_does_not_stand(client):
    def away(*words):
        raise OperationalError("the database is away")

    with connection.execute_wrapper(away):
        assert answer(client) == (
            503,
            {"database": False, "broker": True, "seconds_since_sweep": None},
        )
