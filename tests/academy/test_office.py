"""What is true of every page of the office."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from academy.models import Notice, User
from academy.rights import MAY, set_up_office
from courses.actions.timetable import Plan, plan_sessions
from courses.models import Closure, Hub, Instructor, Organisation, Programme, Room
from enrollment.models import Application, Enrollment
from tests import factories

pytestmark = pytest.mark.django_db

PAGES = [(app, model) for app, models in MAY.items() for model in models if "session" != model[:7] or model == "session"]


@pytest.fixture
def office(client):
    client.force_login(factories.somebody_of_the_office(language="en"))
    return client


def changelist(app, model):
    return reverse(f"admin:{app}_{model}_changelist")


def an_edition_with_everything(rows: int):
    """An edition with this many of everything the office lists."""
    cohort = factories.a_cohort(seats=rows)
    first = factories.rome(2022, 1, 13, 8)
    module, room, instructor = factories.a_module(cohort), factories.a_room(), factories.an_instructor()
    starts = [first + timedelta(days=n // 10, hours=n % 10) for n in range(rows)]
    sessions = plan_sessions(
        cohort=cohort,
        plans=[
            Plan(
                module=module,
                starts_at=start,
                ends_at=start + timedelta(hours=1),
                mode="hybrid",
                rooms=(room,),
                link="https://example.org/aula",
                instructors=(instructor,),
            )
            for start in starts
        ],
        by=None,
        at=first,
    )
    test = factories.a_test(sessions[0])
    factories.a_call(cohort=cohort)
    for number in range(rows):
        person = factories.a_person()
        factories.an_application(user=person, cohort=cohort)
        factories.a_score(test, enrollment=factories.an_enrollment(user=person, cohort=cohort))
        factories.a_notice(user=person)
        factories.a_closure(cohort=cohort)
        room = factories.a_room()
        factories.an_instructor()
        factories.a_programme()
    for _ in range(rows):
        other = factories.a_cohort(programme=cohort.programme, hub=cohort.hub)
        factories.a_call(cohort=other)
        factories.a_test(factories.a_session(other))


def queries_of_lists(client) -> dict:
    found = {}
    for app, model in PAGES:
        with CaptureQueriesContext(connection, ) as queries:
            assert client.get(changelist(app, model)).status_code == 200
        found[model] = len(queries)
    return found


def test_lists_cost_the_same_for_3_and_300_rows_and_at_most_12_queries(office):
    an_edition_with_everything(3)
    office.get(reverse("admin:index"))
    few = queries_of_lists(office)
    an_edition_with_everything(20)
    many = queries_of_lists(office)
    assert few == many
    assert max(few.values()) <= 12, few
    assert 0, few
