"""What must never be among applications and places, broken by SQL and refused by PostgreSQL."""

import pytest
from django.db import IntegrityError, transaction

from courses.models import sentence_for
from enrollment.models import Application, Enrollment
from tests import factories
from tests.invariants import another, cases, execute, refused_as, rules

pytestmark = pytest.mark.django_db

APPLICATION = "UPDATE enrollment_application"
ANSWERED = "answered_at = now(), answered_by_id = user_id"
BROKEN_BY = {
    "a_call_closes_after_it_opens": "UPDATE enrollment_call SET closes_at = opens_at",
    "an_application_has_a_known_state": another(Application, state="'lost'"),
    "one_live_application_per_person_and_edition": [
        another(Application),
        another(Application, state="'on_reserve'", answered_at="now()", answered_by_id="user_id"),
    ],
    "an_application_received_has_its_moment": "UPDATE enrollment_application SET submitted_at = NULL",
    "an_answer_has_its_moment_and_author": [
        f"UPDATE enrollment_application SET state = '{state}', {half}"
        for state in ("admitted", "on_reserve", "declined")
        for half in ("answered_at = now()", "answered_by_id = user_id")
    ],
    "an_application_changes_state_by_the_rules": [
        "UPDATE enrollment_application SET state = 'draft'",
        f"{APPLICATION} SET state = 'declined', {ANSWERED}; {APPLICATION} SET state = 'admitted'",
        f"{APPLICATION} SET state = 'withdrawn'; {APPLICATION} SET state = 'submitted'",
    ],
    "an_enrollment_has_a_known_state": another(Enrollment, state="'lost'", ends_on="starts_on"),
    "one_live_enrollment_per_person_and_edition": [
        another(Enrollment),
        another(Enrollment, state="'completed'", ends_on="starts_on"),
    ],
    "an_ended_enrollment_has_its_last_day": [
        "UPDATE enrollment_enrollment SET ends_on = starts_on",
        "UPDATE enrollment_enrollment SET state = 'withdrawn'",
        "UPDATE enrollment_enrollment SET state = 'withdrawn', ends_on = starts_on - 1",
    ],
    "an_enrollment_changes_state_by_the_rules": [
        "UPDATE enrollment_enrollment SET state = 'withdrawn', ends_on = starts_on;"
        f" UPDATE enrollment_enrollment SET state = '{state}'"
        for state in ("active", "completed", "excluded")
    ],
    "no_more_enrollments_than_seats": [
        another(Enrollment, user_id="(SELECT max(id) FROM academy_user)"),
        "UPDATE enrollment_enrollment SET cohort_id = (SELECT min(id) FROM courses_cohort)",
    ],
    "seats_never_fall_below_those_taken": "UPDATE courses_cohort SET seats = 0 WHERE seats = 1",
}


@pytest.fixture
def world():
    """An edition with one seat, taken, and an application to it; somebody in another edition."""
    cohort = factories.a_cohort(seats=1)
    factories.a_call(cohort=cohort)
    factories.an_application(cohort=cohort)
    factories.an_enrollment(cohort=cohort)
    factories.an_enrollment()


@pytest.mark.parametrize(("name", "statement"), cases(BROKEN_BY))
@pytest.mark.usefixtures("world")
def test_past_the_forms_it_is_refused_under_its_name(name, statement):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        execute(statement)
    assert refused_as(refusal.value) == name
    assert sentence_for(refusal.value) == rules("enrollment")[name].message


def test_every_rule_of_admission_is_broken_here():
    assert rules("enrollment").keys() == BROKEN_BY.keys()


def test_who_left_may_come_back():
    left = factories.an_enrollment(cohort=factories.a_cohort(seats=1))
    execute("UPDATE enrollment_enrollment SET state = 'withdrawn', ends_on = starts_on")
    factories.an_enrollment(user=left.user, cohort=left.cohort)
    assert Enrollment.objects.live().get().user == left.user


def test_completing_keeps_the_seat():
    taken = factories.an_enrollment(cohort=factories.a_cohort(seats=1))
    execute("UPDATE enrollment_enrollment SET state = 'completed', ends_on = starts_on")
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        factories.an_enrollment(cohort=taken.cohort)
    assert refused_as(refusal.value) == "no_more_enrollments_than_seats"


def test_after_a_refusal_one_may_apply_again():
    refused = factories.an_application()
    execute(f"UPDATE enrollment_application SET state = 'declined', {ANSWERED}")
    factories.an_application(user=refused.user, cohort=refused.cohort)
    assert Application.objects.live().count() == 1


@pytest.mark.parametrize("record", ["academy_user", "courses_cohort", "enrollment_application"])
def test_nothing_with_records_is_deleted_and_nothing_cascades(record):
    application = factories.an_application()
    factories.an_enrollment(user=application.user, cohort=application.cohort, application=application)
    with pytest.raises(IntegrityError, match="foreign key"), transaction.atomic():
        execute(f"DELETE FROM {record}")
