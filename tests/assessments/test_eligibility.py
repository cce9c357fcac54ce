"""What is known of people towards their certificate."""

from datetime import timedelta

import pgtrigger
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.actions.register import Call, Given, Spell, call_roll
from assessments.certificate import Need, Verdict, Why
from assessments.eligibility import eligibilities, projects_of
from assessments.models import Adjustment, ProjectOutcome
from courses.models import Session
from enrollment.models import Consent, TeamPlace
from tests import factories
from tests.factories import rome
from tests.lesson import BEGIN, END, IN_PERSON, Lesson
from tests.projects import projects_of_every_state

pytestmark = pytest.mark.django_db

AT = rome(2022, 6, 20, 9)


@pytest.fixture
def lesson() -> Lesson:
    return Lesson()


def of(lesson: Lesson, at=AT):
    people = list(lesson.cohort.enrollments.order_by("pk"))
    return eligibilities(lesson.cohort, people, at=at)


def verdicts(lesson: Lesson, need: Need, at=AT) -> list[Verdict]:
    return [next(one.verdict for one in each.answer.needs if one.need is need) for each in of(lesson, at)]


def test_the_final_assessment_counts_once_its_register_says_who_was_there(lesson):
    final = factories.a_session(
        lesson.cohort,
        starts_at=rome(2022, 6, 11, 9),
        purpose=Session.Purpose.FINAL,
        instructors=[lesson.instructor],
    )
    assert verdicts(lesson, Need.FINAL) == [Verdict.PENDING] * 3
    there = (Spell(IN_PERSON, final.starts_at, final.ends_at),)
    calls = [Call(lesson.people[0].pk, there), Call(lesson.people[1].pk, ())]
    call_roll(
        session=final, calls=calls, given=Given(topic="Final"), seen=0, by=lesson.teacher, at=final.ends_at
    )
    assert verdicts(lesson, Need.FINAL) == [Verdict.PASS, Verdict.FAIL, Verdict.PENDING]
    assert verdicts(lesson, Need.FINAL, at=final.starts_at) == [Verdict.PENDING] * 3


def test_of_several_answers_to_the_agreement_the_last_one_counts(lesson):
    agreement = factories.an_agreement()
    yes, no, _nothing = lesson.people
    for person, answers in ((yes, [False, True]), (no, [True, False])):
        for number, given in enumerate(answers):
            at = BEGIN + timedelta(days=number)
            Consent.objects.create(
                user=person.user, cohort=lesson.cohort, agreement=agreement, given=given, at=at
            )
    assert verdicts(lesson, Need.AGREEMENT) == [Verdict.PASS, Verdict.PENDING, Verdict.PENDING]


@pytest.mark.parametrize(
    ("word", "step", "verdict"),
    [
        ("ottimo", 0, Verdict.PASS),
        ("sufficiente", 0, Verdict.PASS),
        ("sufficiente", -1, Verdict.FAIL),
        ("insufficiente", 0, Verdict.FAIL),
        ("insufficiente", 1, Verdict.PASS),
    ],
)
def test_the_project_counts_once_it_is_published_and_as_it_was_adjusted(word, step, verdict):
    published = projects_of_every_state()[1]
    place = published.team.places.to_the_end().first()
    with pgtrigger.ignore():
        ProjectOutcome.objects.filter(project=published).update(word=word)
        Adjustment.objects.all().delete()
        if step:
            outcome = ProjectOutcome.objects.get(project=published)
            Adjustment.objects.create(outcome=outcome, enrollment=place.enrollment, step=step, reason="Sì")
    people = list(TeamPlace.objects.order_by("pk").values_list("enrollment", flat=True))
    found = projects_of(people)
    assert found[place.enrollment_id] is verdict
    assert found.keys() == set(published.team.places.to_the_end().values_list("enrollment", flat=True))


def test_nothing_counts_before_it_is_published(lesson):
    test = factories.a_test(lesson.session)
    for person, published_at in zip(lesson.people, [END, None], strict=False):
        factories.a_score(test, enrollment=person, value=17, published_at=published_at)
    reasons = [[reason.code for reason in one.answer.needs[1].reasons] for one in of(lesson)]
    assert reasons == [[Why.RETAKE_OPEN], [Why.TEST_AWAITED], [Why.TEST_AWAITED]]


def test_without_a_retake_what_is_not_passed_is_lost(lesson):
    test = factories.a_test(lesson.session, may_be_retaken=False)
    factories.a_score(test, enrollment=lesson.people[0], value=17, published_at=END)
    assert verdicts(lesson, Need.TESTS)[0] is Verdict.FAIL


def test_what_would_be_if_sessions_were_missed_and_tests_failed(lesson):
    test = factories.a_test(lesson.session)
    factories.a_score(test, enrollment=lesson.people[0], value=28, published_at=END)
    base = lesson.cohort.programme.minutes
    days = [BEGIN + timedelta(days=7 * week) for week in range(1, 4)]
    coming = [factories.a_session(lesson.cohort, starts_at=day, minutes=240) for day in days]
    first = of(lesson, at=END)[0]
    assert first.answer.needs[0].verdict is Verdict.PENDING
    assert first.attendance.overall.rule.budget == base // 5
    lost = first.supposing(missed={session.pk for session in coming})
    assert lost.needs[0].verdict is Verdict.FAIL
    assert first.supposing(failed={test.module.code}).needs[1].verdict is Verdict.FAIL
    assert first.supposing() == first.answer


def test_it_asks_as_much_for_three_people_as_for_thirty(lesson):
    factories.a_test(lesson.session)
    with CaptureQueriesContext(connection) as few:
        of(lesson)
    for _ in range(27):
        factories.an_enrollment(cohort=lesson.cohort)
    with CaptureQueriesContext(connection) as many:
        of(lesson)
    assert len(few) == len(many) <= 13
