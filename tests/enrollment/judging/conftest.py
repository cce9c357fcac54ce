"""A member of a committee after the call, reading English, and who applied."""

import pytest
import time_machine

from tests.factories import (
    a_member,
    a_scored_call,
)
from tests.judging import NOW, eligible


@pytest.fixture(autouse=True)
def after_the_call():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def call():
    return a_scored_call()


@pytest.fixture
def cohort(call):
    return call.cohort


@pytest.fixture
def member(client, cohort):
    member = a_member(cohort, name="Ada Commissaria")
    client.force_login(member)
    client.cookies["django_language"] = "en"
    return member


@pytest.fixture
def application(cohort):
    return eligible(cohort, "Carla Candidata")
