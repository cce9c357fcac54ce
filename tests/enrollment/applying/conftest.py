"""Somebody signed in, reading English, while a call is open."""

import pytest
import time_machine

from tests.applying import OPEN
from tests.factories import a_call, a_draft, a_person


@pytest.fixture(autouse=True)
def while_the_call_is_open():
    with time_machine.travel(OPEN, tick=False) as clock:
        yield clock


@pytest.fixture
def call():
    return a_call()


@pytest.fixture
def person(client):
    person = a_person(name="Ada Bianchi")
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return person


@pytest.fixture
def draft(person, call):
    return a_draft(user=person, cohort=call.cohort)
