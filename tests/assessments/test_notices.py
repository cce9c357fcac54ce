"""Who is told what about scores, and when."""

import re
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from academy.letter import Desk
from academy.models import Notice
from academy.postman import KINDS
from assessments.actions.scores import publish_scores
from assessments.marking import reminders_due
from assessments.models import Score
from courses.actions.timetable import cancel_session
from enrollment.actions.offers import end_enrollment
from tests.factories import ROME, a_cohort, a_session, a_test, an_enrollment, an_instructor, rome
from tests.lesson import END, WHOLE, Lesson

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def due(kind, at):
    return sorted(KINDS[kind].due(at))


def a_tested_class(**session):
    """A test of 4 February 2022 with two participants and one instructor."""
    cohort, teacher = a_cohort(), an_instructor()
    members = [an_enrollment(cohort=cohort) for _ in range(2)]
    test = a_test(a_session(cohort, starts_at=rome(2022, 2, 4, 9), instructors=[teacher], **session))
    return test, members, teacher


def published(test, members, at):
    for member in members:
        Score.objects.create(enrollment=member, test=test, outcome="mark", value=27)
    return publish_scores(test=test, by=members[0].user, at=at)


def test_a_published_score_is_told_at_once_to_each_participant():
    test, members, _teacher = a_tested_class()
    at = rome(2022, 2, 10, 12)
    published(test, members, at)
    assert due("score_published", at - SECOND) == []
    assert due("score_published", at) == sorted((member.user_id, test.pk, 1, at) for member in members)
    assert due("score_published", at + 2 * DAY) == []


def test_a_draft_is_told_to_nobody():
    test, [member, _other], _teacher = a_tested_class()
    Score.objects.create(enrollment=member, test=test, outcome="absent")
    assert due("score_published", rome(2022, 2, 10, 12)) == []


def test_who_left_meanwhile_is_not_told():
    test, [stays, leaves], _teacher = a_tested_class()
    at = rome(2022, 2, 10, 12)
    published(test, [stays, leaves], at)
    end_enrollment(
        enrollment=leaves, state="withdrawn", reason="Cambio lavoro.", on=date(2022, 2, 10), by=None, at=at
    )
    assert due("score_published", at) == [(stays.user_id, test.pk, 1, at)]
    notices = [
        Notice(kind="score_published", user=member.user, key=test.pk, revision=1)
        for member in (stays, leaves)
    ]
    reasons = [KINDS["score_published"].still_due(notice, at) for notice in notices]
    assert reasons == [None, "the person no longer follows the edition"]


def test_the_mail_about_a_score_does_not_hold_the_score():
    test, [member, other], _teacher = a_tested_class()
    at = rome(2022, 2, 10, 12)
    published(test, [member, other], at)
    notice = Notice(kind="score_published", user=member.user, key=test.pk, revision=1)
    mail = Desk().write(KINDS["score_published"], [notice], at)
    said = mail.body.replace(test.cohort.code, "")
    assert test.module.title_it in said
    assert not re.search(r"\b27\b", said)


def test_missing_scores_are_asked_for_ten_days_after_the_test_at_nine_and_every_three_days():
    test, _members, teacher = a_tested_class()
    first, second = rome(2022, 2, 14, 9), rome(2022, 2, 17, 9)
    assert due("score_overdue", first - SECOND) == []
    assert due("score_overdue", first) == [(teacher.user_id, test.pk, 1, first)]
    assert due("score_overdue", first + 2 * DAY - SECOND) == [(teacher.user_id, test.pk, 1, first)]
    assert due("score_overdue", first + 2 * DAY) == []
    assert due("score_overdue", second - SECOND) == []
    assert due("score_overdue", second) == [(teacher.user_id, test.pk, 2, second)]


def test_the_reminders_come_on_the_days_that_marking_counts():
    a_tested_class()
    tested = date(2022, 2, 4)
    days = [tested + timedelta(days=number) for number in range(60)]  # across the change of the clocks
    told = {
        (revision, due_at.astimezone(ROME))
        for day in days
        for _person, _key, revision, due_at in due("score_overdue", datetime.combine(day, time(9), ROME))
    }
    counted = {
        (reminders_due(tested, on=day), datetime.combine(day, time(9), ROME))
        for before, day in pairwise(days)
        if reminders_due(tested, on=day) > reminders_due(tested, on=before)
    }
    assert told == counted
    assert len(told) == 17


def test_nobody_is_asked_once_the_scores_are_published_or_the_session_is_cancelled():
    at = rome(2022, 2, 14, 9)
    one, members, teacher = a_tested_class()
    notice = Notice(kind="score_overdue", user=teacher.user, key=one.pk, revision=1)
    assert KINDS["score_overdue"].still_due(notice, at) is None
    later = KINDS["score_overdue"].still_due(notice, at + 3 * DAY)
    assert later == "a later reminder takes its place"
    published(one, members, at - DAY)
    assert KINDS["score_overdue"].still_due(notice, at) == "the scores have been published"
    other, *_rest = a_tested_class()
    cancel_session(session=other.session, by=None, at=rome(2022, 2, 1, 9))
    assert due("score_overdue", at) == []


def test_only_those_who_teach_the_module_in_that_edition_are_asked():
    test, _members, teacher = a_tested_class()
    colleague, stranger = an_instructor(), an_instructor()
    a_session(
        test.cohort, module=test.module, starts_at=rome(2022, 2, 3, 9), instructors=[colleague, teacher]
    )
    a_session(instructors=[stranger])
    a_session(test.cohort, starts_at=rome(2022, 2, 2, 9), instructors=[an_instructor(user=None)])
    told = [person for person, *_rest in due("score_overdue", rome(2022, 2, 14, 9))]
    assert set(told) == {teacher.user_id, colleague.user_id}
    notice = Notice(kind="score_overdue", user=stranger.user, key=test.pk, revision=1)
    reason = KINDS["score_overdue"].still_due(notice, rome(2022, 2, 14, 9))
    assert reason == "the person no longer teaches the module"


def test_who_has_not_signed_half_an_hour_after_the_end_is_reminded_once():
    lesson = Lesson()
    late = END + timedelta(minutes=30)
    reminder = (lesson.teacher.pk, lesson.session.pk, 1, late)
    assert due("register_unsigned", late - SECOND) == []
    assert due("register_unsigned", late) == due("register_unsigned", late + DAY) == [reminder]
    notice = Notice(kind="register_unsigned", user=lesson.teacher, key=lesson.session.pk, revision=1)
    assert KINDS["register_unsigned"].still_due(notice, late) is None
    lesson.call(WHOLE, WHOLE, WHOLE)
    lesson.sign()
    assert due("register_unsigned", late) == []
    assert KINDS["register_unsigned"].still_due(notice, late) == "the register has been signed"
