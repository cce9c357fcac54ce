"""Giving an edition its tests."""

import pytest

from assessments.actions.planning import plan_tests
from courses.actions.timetable import cancel_session
from courses.models import Session
from tests import factories
from tests.factories import rome

pytestmark = pytest.mark.django_db

AT = rome(2021, 12, 1, 9)


@pytest.fixture
def cohort():
    return factories.a_cohort()


def plan(cohort):
    return [(test.module.code, test.session) for test in plan_tests(cohort=cohort, by=None, at=AT)]


def test_a_test_is_sat_in_the_last_session_of_its_module(cohort):
    b1, b2 = factories.a_module(cohort, "B1"), factories.a_module(cohort, "B2")
    factories.a_session(cohort, module=b1)
    last_of_b1 = factories.a_session(cohort, module=b1)
    only_of_b2 = factories.a_session(cohort, module=b2)
    assert plan(cohort) == [("B1", last_of_b1), ("B2", only_of_b2)]


def test_planned_again_tests_stay_and_new_modules_get_theirs(cohort):
    before = factories.a_session(cohort, module=factories.a_module(cohort, "B1"))
    plan(cohort)
    factories.a_session(cohort, module=factories.a_module(cohort, "B1"))
    added = factories.a_session(cohort, module=factories.a_module(cohort, "B2"))
    assert plan(cohort) == [("B2", added)]
    assert cohort.tests.get(module__code="B1").session == before


def test_cancelled_sessions_retakes_and_assessments_hold_no_test(cohort):
    b1 = factories.a_module(cohort, "B1")
    held = factories.a_session(cohort, module=b1)
    cancel_session(session=factories.a_session(cohort, module=b1), by=None, at=AT)
    factories.a_session(cohort, module=b1, purpose=Session.Purpose.RETAKE)
    factories.a_session(cohort, module=factories.a_module(cohort, "V2"), purpose=Session.Purpose.FINAL)
    assert plan(cohort) == [("B1", held)]
