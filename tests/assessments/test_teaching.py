"""What an instructor finds under Teaching."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from assessments.actions.scores import Cell, publish_scores, record_scores
from courses.actions.timetable import cancel_session
from courses.models import Session
from tests.classroom import client_of, mark
from tests.factories import (
    a_cohort,
    a_module,
    a_person,
    a_session,
    a_test,
    an_enrollment,
    an_instructor,
    rome,
)
from tests.lesson import END, WHOLE, Lesson

pytestmark = pytest.mark.django_db

TEST_DAY = rome(2022, 1, 28, 9)
IN_FEBRUARY = rome(2022, 2, 3, 12)


@pytest.fixture(autouse=True)
def _in_february(time_machine):
    time_machine.move_to(IN_FEBRUARY, tick=False)


@pytest.fixture
def instructor():
    return an_instructor(user=a_person(name="Ada Docente", language="en"))


@pytest.fixture
def cohort():
    return a_cohort()


def editions(instructor):
    return client_of(instructor.user).get("/teaching/").context["editions"]


def words(instructor) -> str:
    return " ".join(client_of(instructor.user).get("/teaching/").content.decode().split())


def record(test, by, results, *, attempt=1, at=IN_FEBRUARY) -> None:
    cells = [Cell(person.pk, None, result) for person, result in results.items()]
    record_scores(test=test, cells=cells, attempt=attempt, by=by, at=at)


def test_participants_are_turned_away_and_strangers_sign_in(client, cohort):
    assert client_of(an_enrollment(cohort=cohort).user).get("/teaching/").status_code == 403
    assert client.get("/teaching/")["Location"] == "/accounts/login/?next=/teaching/"


def test_an_instructor_without_sessions_is_told_what_will_be_here(instructor):
    assert "You do not teach in any edition yet" in words(instructor)


def test_modules_are_those_taught_in_the_order_of_the_programme(instructor, cohort):
    a_session(cohort, module=a_module(cohort, "B2"), instructors=[instructor])
    a_session(cohort, module=a_module(cohort, "A1"), instructors=[instructor])
    a_session(cohort, module=a_module(cohort, "B1"), instructors=[an_instructor()])
    a_session(cohort, module=a_module(cohort, "V1"), instructors=[instructor], purpose="welcome")
    [edition] = editions(instructor)
    assert [taught.module.code for taught in edition.taught] == ["A1", "B2", "V1"]
    page = words(instructor)
    assert page.count("not planned yet") == 2
    assert "no test" in page


def test_another_instructors_test_of_the_edition_is_not_mine(instructor, cohort):
    a_session(cohort, module=a_module(cohort, "B2"), instructors=[instructor])
    a_test(a_session(cohort, module=a_module(cohort, "B1"), instructors=[an_instructor()]))
    [edition] = editions(instructor)
    assert [taught.test for taught in edition.taught] == [None]


def test_the_state_of_a_test_goes_from_to_come_to_due_to_overdue_to_published(
    instructor, cohort, time_machine
):
    test = a_test(a_session(cohort, starts_at=TEST_DAY, instructors=[instructor]))
    first, second = an_enrollment(cohort=cohort), an_enrollment(cohort=cohort)
    address = reverse("assessments:scores", args=[test.pk])

    time_machine.move_to(TEST_DAY - timedelta(days=1))
    assert "to come" in words(instructor)
    assert address not in words(instructor)
    time_machine.move_to(TEST_DAY + timedelta(days=10, hours=12))
    record(test, instructor.user, {first: mark(28)})
    assert "due by 07/02/2022" in words(instructor)
    assert "1 of 2 recorded" in words(instructor)
    assert address in words(instructor)
    time_machine.move_to(TEST_DAY + timedelta(days=11))
    assert "overdue since 07/02/2022" in words(instructor)
    record(test, instructor.user, {second: mark(20)})
    publish_scores(test=test, by=instructor.user, at=TEST_DAY + timedelta(days=12))
    time_machine.move_to(TEST_DAY + timedelta(days=13))
    assert "published on 09/02/2022" in words(instructor)
    assert "overdue" not in words(instructor)


def test_a_retake_is_announced_then_asked_for_then_done(instructor, cohort, time_machine):
    test = a_test(a_session(cohort, starts_at=TEST_DAY, instructors=[instructor]))
    passed, failed = an_enrollment(cohort=cohort), an_enrollment(cohort=cohort)
    record(test, instructor.user, {passed: mark(28), failed: mark(17)})
    publish_scores(test=test, by=instructor.user, at=IN_FEBRUARY)
    retake = rome(2022, 2, 10, 12, 30)
    a_session(cohort, module=test.module, starts_at=retake, minutes=45, purpose=Session.Purpose.RETAKE)

    assert "retake of 1 person: 10/02/2022 12:30" in words(instructor)
    time_machine.move_to(retake + timedelta(hours=1))
    assert "retake: 1 result to publish" in words(instructor)
    record(test, instructor.user, {failed: mark(21)}, attempt=2, at=retake)
    publish_scores(test=test, attempt=2, by=instructor.user, at=retake)
    assert "retake" not in words(instructor)


def test_hours_taught_so_far_leave_out_what_is_to_come_and_what_was_cancelled(instructor, cohort):
    a_session(cohort, starts_at=rome(2022, 1, 14, 9), minutes=240, instructors=[instructor, an_instructor()])
    cancelled = a_session(cohort, starts_at=rome(2022, 1, 21, 9), minutes=240, instructors=[instructor])
    cancel_session(session=cancelled, by=None, at=rome(2022, 1, 20, 9))
    a_session(cohort, starts_at=rome(2022, 2, 4, 9), minutes=90, instructors=[instructor])
    [edition] = editions(instructor)
    assert (edition.minutes_taught, edition.minutes_planned) == (120, 210)
    assert "2 h" in words(instructor)
    assert [lesson.session for lesson in edition.past] == [cancelled]
    assert [lesson.session.minutes for lesson in edition.coming] == [90]


def test_a_session_that_is_over_asks_for_its_signature_until_somebody_has_signed(time_machine):
    time_machine.move_to(END, tick=False)
    lesson = Lesson()
    [edition] = editions(lesson.instructor)
    assert ([one.session for one in edition.unsigned], edition.past) == ([lesson.session], [])
    assert reverse("assessments:register", args=[lesson.session.pk]) in words(lesson.instructor)
    lesson.call(WHOLE, WHOLE, ())
    lesson.sign()
    [edition] = editions(lesson.instructor)
    assert (edition.unsigned, [one.session for one in edition.past]) == ([], [lesson.session])


def test_the_running_edition_comes_first_then_what_is_to_come_then_what_is_over(instructor, cohort):
    programme = cohort.programme
    over = a_cohort(programme=programme, starts_on=date(2021, 1, 14), ends_on=date(2021, 6, 12))
    to_come = a_cohort(programme=programme, starts_on=date(2022, 9, 8), ends_on=date(2023, 2, 11))
    for edition in (over, to_come, cohort):
        a_session(edition, instructors=[instructor])
    assert [edition.cohort for edition in editions(instructor)] == [cohort, to_come, over]


def test_every_session_leads_to_its_page(instructor, cohort):
    session = a_session(cohort, starts_at=rome(2022, 2, 4, 9), instructors=[instructor])
    assert reverse("enrollment:session", args=[session.pk]) in words(instructor)


def test_the_office_sees_the_tests_of_every_edition(cohort):
    test = a_test(a_session(cohort, instructors=[an_instructor()]))
    other = a_test()
    office = a_person(is_staff=True, is_superuser=True)
    response = client_of(office).get("/teaching/")
    shown = [taught.test for edition in response.context["editions"] for taught in edition.taught]
    assert {test, other} == set(shown)
