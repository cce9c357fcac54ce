"""Who sits a test, and who its retake."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from assessments.roster import register_roster, roster, rosters
from courses.models import Session
from courses.refusals import Refusal
from enrollment.actions.offers import end_enrollment
from tests.classroom import ABSENT, AFTERWARDS, TEST_DAY, mark
from tests.factories import a_session, an_enrollment, rome
from tests.lesson import WHOLE, Lesson, from_to

pytestmark = pytest.mark.django_db


def test_the_class_is_that_of_the_day_of_the_test(group):
    stays, left, joined = group.people
    end_enrollment(
        enrollment=left,
        state="withdrawn",
        reason="Cambio lavoro.",
        on=TEST_DAY.date() - timedelta(days=1),
        by=None,
        at=AFTERWARDS,
    )
    type(joined).objects.filter(pk=joined.pk).update(starts_on=TEST_DAY.date() + timedelta(days=1))
    an_enrollment(cohort=group.cohort, auditor=True)
    assert list(roster(group.test, at=AFTERWARDS)) == [stays]
    with pytest.raises(Refusal, match="do not sit this test"), override("en"):
        group.record(mark(28), mark(28))


def test_who_has_a_score_stays_in_sight_whatever_becomes_of_the_dates(group):
    group.record(mark(28))
    person = group.people[0]
    end_enrollment(
        enrollment=person,
        state="withdrawn",
        reason="Cambio lavoro.",
        on=group.cohort.starts_on,
        by=None,
        at=AFTERWARDS,
    )
    assert person in roster(group.test, at=AFTERWARDS)


def test_the_retake_is_for_who_has_a_published_result_that_is_no_pass(group):
    group.record(mark(18), mark(17), ABSENT)
    assert list(roster(group.test, attempt=2, at=AFTERWARDS)) == []
    with pytest.raises(Refusal, match="first attempt"), override("en"):
        group.record(mark(20), attempt=2)
    group.publish()
    assert list(roster(group.test, attempt=2, at=AFTERWARDS)) == group.people[1:]
    with pytest.raises(Refusal, match="do not sit"), override("en"):
        group.record(mark(20), attempt=2)


def test_a_retake_waits_for_its_session_and_for_who_is_still_there(group):
    group.record(mark(18), mark(17), ABSENT)
    group.publish()
    retake = rome(2022, 2, 10, 12, 30)
    a_session(
        group.cohort, module=group.test.module, starts_at=retake, minutes=45, purpose=Session.Purpose.RETAKE
    )
    with pytest.raises(Refusal, match="retake begins on 10 February 2022, 12:30"), override("en"):
        group.record(None, mark(21), attempt=2, at=retake - timedelta(minutes=1))
    left = group.people[2]
    end_enrollment(
        enrollment=left,
        state="withdrawn",
        reason="Cambio lavoro.",
        on=retake.date() - timedelta(days=1),
        by=None,
        at=retake,
    )
    assert list(roster(group.test, attempt=2, at=retake)) == [group.people[1]]


@pytest.mark.django_db
def test_registers_read_together_have_the_people_each_has_alone():
    lesson = Lesson()
    left, late = lesson.people[0], an_enrollment(cohort=lesson.cohort, starts_on=rome(2022, 2, 1).date())
    lesson.call(WHOLE, from_to(0, 60), ())
    end_enrollment(
        enrollment=left,
        state="withdrawn",
        reason="Elsewhere",
        on=rome(2022, 1, 19).date(),
        by=lesson.tutor,
        at=rome(2022, 1, 21, 9),
    )
    sessions = [lesson.session, a_session(lesson.cohort), a_session(starts_at=rome(2022, 2, 3, 9))]
    sessions.append(a_session(lesson.cohort, starts_at=rome(2022, 2, 3, 9)))
    together = rosters(sessions)
    assert together == {session.pk: list(register_roster(session)) for session in sessions}
    assert left in together[lesson.session.pk]
    assert left not in together[sessions[-1].pk]
    assert late in together[sessions[-1].pk]
