"""A retake is in the diary, the mails and the register of who sits it, and of nobody else."""

from datetime import timedelta

import pgtrigger
import pytest
from django.urls import reverse

from assessments.models import Score
from assessments.roster import register_roster, rosters
from courses.models import Session
from enrollment.diary import diary
from enrollment.models import Enrollment, Invitation
from enrollment.notices.session import begun_or_strange, concerned
from tests import factories
from tests.classroom import client_of
from tests.factories import rome
from tests.lesson import END, Lesson

pytestmark = pytest.mark.django_db

DAY = rome(2022, 2, 3, 12, 30)


@pytest.fixture
def lesson() -> Lesson:
    """A test whose first of three people has not passed, and its retake."""
    lesson = Lesson()
    lesson.test = factories.a_test(lesson.session)
    lesson.retake = a_retake(lesson)
    lesson.score = factories.a_score(lesson.test, enrollment=lesson.people[0], value=17, published_at=END)
    factories.a_score(lesson.test, enrollment=lesson.people[1], value=18, published_at=END)
    factories.a_score(lesson.test, enrollment=lesson.people[2], value=12)
    return lesson


def a_retake(lesson, **fields) -> Session:
    fields = {"starts_at": DAY, "minutes": 45, "link": "https://call.example.org/1"} | fields
    return factories.a_session(
        lesson.cohort, module=lesson.test.module, purpose=Session.Purpose.RETAKE, mode="remote", **fields
    )


def invited(session) -> list[Enrollment]:
    return [one.enrollment for one in Invitation.objects.filter(session=session).order_by("enrollment")]


def in_diary(lesson) -> list[bool]:
    return [lesson.retake.pk in {entry.pk for entry in diary(person.user)} for person in lesson.people]


def test_who_has_not_passed_finds_it_in_the_diary_once_the_score_is_published(lesson):
    assert in_diary(lesson) == [True, False, False]
    third = Score.objects.filter(enrollment=lesson.people[2])
    third.update(published_at=END, signed_at=END, signed_by=lesson.teacher)
    assert in_diary(lesson) == [True, False, True]


def test_who_teaches_it_has_it_in_any_case(lesson):
    other = a_retake(lesson, starts_at=DAY + timedelta(days=1), instructors=[lesson.instructor])
    assert other.pk in {entry.pk for entry in diary(lesson.teacher)}


def test_a_retake_planned_afterwards_invites_those_who_need_it(lesson):
    later = a_retake(lesson, starts_at=DAY + timedelta(days=1))
    assert invited(later) == [lesson.people[0]]


def test_a_session_that_becomes_one_of_another_purpose_is_for_everybody_again(lesson):
    Session.objects.filter(pk=lesson.retake.pk).update(purpose=Session.Purpose.REVIEW)
    assert invited(lesson.retake) == []
    assert in_diary(lesson) == [True, True, True]


def test_a_corrected_score_that_passes_takes_the_invitation_back(lesson):
    with pgtrigger.ignore("assessments.Score:a_published_score_changes_only_with_a_reason"):
        type(lesson.score).objects.filter(pk=lesson.score.pk).update(value=20)
    assert invited(lesson.retake) == []


def test_where_there_is_no_retake_nobody_is_invited():
    lesson = Lesson()
    lesson.test = factories.a_test(lesson.session, may_be_retaken=False)
    factories.a_score(lesson.test, enrollment=lesson.people[0], value=17, published_at=END)
    assert invited(a_retake(lesson)) == []


def test_its_register_and_its_mails_are_of_who_sits_it(lesson):
    assert list(register_roster(lesson.retake)) == [lesson.people[0]]
    assert rosters([lesson.retake, lesson.session])[lesson.retake.pk] == [lesson.people[0]]
    assert len(rosters([lesson.retake, lesson.session])[lesson.session.pk]) == 3
    members, _teachers, _tutors = concerned(Session.objects.filter(pk=lesson.retake.pk))
    assert [row.person for row in members] == [lesson.people[0].user_id]
    members, _teachers, _tutors = concerned(Session.objects.filter(pk=lesson.session.pk))
    assert {row.person for row in members} == {person.user_id for person in lesson.people}


def test_a_mail_about_it_is_dropped_for_who_no_longer_needs_it(lesson):
    class Told:
        user_id = lesson.people[1].user_id

    assert begun_or_strange(lesson.retake, Told, END) == "the person no longer belongs to the session"
    Told.user_id = lesson.people[0].user_id
    assert begun_or_strange(lesson.retake, Told, END) is None


def test_its_page_is_for_who_sits_it(lesson, time_machine):
    time_machine.move_to(END, tick=False)
    address = reverse("enrollment:session", args=[lesson.retake.pk])
    answers = [client_of(person.user).get(address).status_code for person in lesson.people]
    assert answers == [200, 404, 404]


def test_a_cached_diary_does_not_outlive_an_invitation(lesson):
    lesson.cohort.refresh_from_db()
    before = lesson.cohort.version
    Invitation.objects.all().delete()
    lesson.cohort.refresh_from_db()
    assert lesson.cohort.version > before


def test_control_without_the_trigger_nobody_would_be_invited():
    lesson = Lesson()
    lesson.test = factories.a_test(lesson.session)
    retake = a_retake(lesson)
    with pgtrigger.ignore("assessments.Score:invite_to_the_retake"):
        factories.a_score(lesson.test, enrollment=lesson.people[0], value=17, published_at=END)
    assert invited(retake) == []
