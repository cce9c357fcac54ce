"""How everybody of an edition stands: who sees it, in which order, and how fast it is worked out."""

import sys
from datetime import timedelta
from time import perf_counter

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.attendance import attendances
from assessments.models import Presence, PresenceInterval
from courses.models import Role, Session
from enrollment.models import Enrollment
from tests.classroom import client_of
from tests.factories import (
    a_cohort,
    a_module,
    a_person,
    a_session,
    an_enrollment,
    rome,
    somebody_of_the_office,
)
from tests.lesson import END, WHOLE, Lesson, from_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(time_machine):
    """Of four hours in a programme of thirty, which lets one miss six."""
    time_machine.move_to(END + timedelta(hours=1), tick=False)
    lesson = Lesson()
    lesson.call(WHOLE, (), from_to(60, 240))
    Role.objects.create(user=lesson.tutor, cohort=lesson.cohort, kind=Role.Kind.TUTOR)
    return lesson


def page(lesson, person):
    return client_of(person).get(reverse("assessments:edition_attendance", args=[lesson.cohort.pk]))


def test_the_office_and_the_tutors_of_the_edition_see_it(lesson):
    assert page(lesson, somebody_of_the_office()).status_code == 200
    assert page(lesson, lesson.tutor).status_code == 200


def test_nobody_else_sees_it(lesson):
    for person in (a_person(), lesson.people[0].user, lesson.teacher):
        assert page(lesson, person).status_code == 403
    other = a_person()
    Role.objects.create(user=other, cohort=a_cohort(), kind=Role.Kind.TUTOR)
    assert page(lesson, other).status_code == 404


def test_who_needs_help_comes_first_and_who_left_comes_last(lesson):
    left = an_enrollment(cohort=lesson.cohort)
    Enrollment.objects.filter(pk=left.pk).update(auditor=True)
    rows = page(lesson, lesson.tutor).context["rows"]
    absent, late, present = lesson.people[1], lesson.people[2], lesson.people[0]
    assert [row.attendance.enrollment for row in rows] == [absent, late, present, left]


def test_the_tutor_finds_every_register_of_the_edition_and_how_far_it_is(lesson):
    text = page(lesson, lesson.tutor).text
    register = reverse("assessments:register", args=[lesson.session.pk])
    assert f'href="{register}"' in text
    later = a_session(lesson.cohort, starts_at=END + timedelta(days=1))
    assert reverse("assessments:register", args=[later.pk]) not in page(lesson, lesson.tutor).text


def test_it_says_so_where_nobody_follows_the_edition():
    cohort = a_cohort()
    answer = client_of(somebody_of_the_office()).get(
        reverse("assessments:edition_attendance", args=[cohort.pk])
    )
    assert "Nobody follows this edition yet" in answer.text


@pytest.mark.slow
def test_a_thousand_people_in_78_sessions_take_less_than_a_second(django_assert_num_queries):
    cohort = a_cohort(seats=1000)
    first, by, module = an_enrollment(cohort=cohort), a_person(), a_module(cohort)
    users = type(by).objects.bulk_create(type(by)(email=f"p{n}@example.org", name="P") for n in range(999))
    facts = {
        "cohort": cohort,
        "starts_on": first.starts_on,
        "access": first.access,
        "admitted_at": first.admitted_at,
    }
    people = [first, *Enrollment.objects.bulk_create(Enrollment(user=user, **facts) for user in users)]
    begin = rome(2022, 1, 13, 9)
    sessions = Session.objects.bulk_create(
        Session(cohort=cohort, module=module, mode="remote", starts_at=at, ends_at=at + timedelta(hours=3))
        for at in (begin + timedelta(days=day) for day in range(78))
    )
    for session in sessions:
        told = {"session": session, "source": "roll_call", "by": by, "at": session.ends_at}
        PresenceInterval.objects.bulk_create(
            PresenceInterval(
                enrollment=one,
                attendance="remote",
                starts_at=session.starts_at,
                ends_at=session.ends_at - timedelta(hours=1),
                **told,
            )
            for one in people
        )
    assert Presence.objects.count() == 78_000
    began = perf_counter()
    with django_assert_num_queries(4):
        found = attendances(cohort, people, at=timezone.now())
    took = perf_counter() - began
    sys.stdout.write(f"1,000 people x 78 sessions: {took:.2f} s\n")
    assert {one.overall.attended for one in found} == {78 * 120}
    assert took < 1


def test_registers_that_are_missing_have_a_column_only_where_some_are(lesson):
    office, head = somebody_of_the_office(), "Register not kept yet"
    assert head not in page(lesson, office).text
    a_session(lesson.cohort, starts_at=rome(2022, 1, 20, 9))
    assert head in page(lesson, office).text
