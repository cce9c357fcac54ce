"""Who is told what about scores, and when."""

import re
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from academy.letter import Desk
from academy.models import Notice
from academy.postman import KINDS
from assessments.actions.absences import accept_notice, refuse_notice, send_notice
from assessments.actions.register import put_right
from assessments.actions.requests import ask_for_rectification, grant_request, refuse_request
from assessments.actions.scores import publish_scores
from assessments.marking import reminders_due
from assessments.models import AbsenceNotice, AttendanceRule, RectificationRequest, Score
from assessments.notices.register import SETTLING
from assessments.presence import chased_at
from courses.actions.timetable import cancel_session
from enrollment.actions.offers import end_enrollment
from tests.factories import (
    ROME,
    a_cohort,
    a_hub,
    a_session,
    a_test,
    a_tutor,
    an_enrollment,
    an_instructor,
    rome,
)
from tests.lesson import END, WHOLE, Lesson, from_to

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


def test_who_has_not_signed_is_reminded_after_half_an_hour_that_evening_and_on_later_mornings():
    lesson = Lesson()
    told = [
        rome(2022, 1, 20, 18, 30),
        rome(2022, 1, 20, 20),
        *(rome(2022, 1, day, 9) for day in (21, 24, 27, 30)),
        *(rome(2022, 2, day, 9) for day in (2, 5, 8, 11, 14, 17)),
    ]
    kind, before = KINDS["register_unsigned"], []
    for number, at in enumerate(told, start=1):
        assert due("register_unsigned", at - SECOND) == before
        before = [(lesson.teacher.pk, lesson.session.pk, number, at)]
        assert due("register_unsigned", at) == before
        before = [] if at + 2 * DAY < [*told, at][number] else before
    assert due("register_unsigned", told[-1] + 10 * DAY) == []
    notice = Notice(kind=kind.name, user=lesson.teacher, key=lesson.session.pk, revision=1)
    assert kind.still_due(notice, told[0]) is None
    assert kind.still_due(notice, told[1]) == "a later reminder takes its place"
    lesson.call(WHOLE, WHOLE, WHOLE)
    lesson.sign()
    assert due("register_unsigned", told[0]) == due("register_unsigned", told[3]) == []
    assert kind.still_due(notice, told[0]) == "the register has been signed"


def test_a_session_of_the_evening_is_not_asked_for_before_it_is_over():
    assert chased_at(rome(2022, 1, 20, 21))[:2] == [rome(2022, 1, 20, 21, 30), rome(2022, 1, 21, 9)]


def test_on_both_sides_of_the_changing_clocks_a_morning_is_at_nine():
    hours = {f"{at.astimezone(ROME):%H:%M}" for at in chased_at(rome(2022, 3, 26, 13))[2:]}
    assert hours == {"09:00"}


@pytest.fixture
def lesson():
    """Six hours may be missed: the first missed four, the second three, the third none."""
    lesson = Lesson()
    lesson.call((), from_to(180, 240), WHOLE)
    return lesson


def asked(lesson, at=END):
    return ask_for_rectification(
        enrollment=lesson.people[0],
        session=lesson.session,
        spell=WHOLE[0],
        reason="I was there",
        by=lesson.people[0].user,
        at=at,
    )


def test_used_hours_of_absence_are_told_at_each_threshold_and_only_the_highest(lesson):
    first, second, _third = lesson.people
    assert due("absence_budget", END - SECOND) == []
    told = sorted((person.user_id, person.pk, 1, END) for person in (first, second))
    assert due("absence_budget", END) == told
    assert due("absence_budget", END + 2 * DAY) == []
    later = a_session(lesson.cohort, starts_at=END + DAY, minutes=120, instructors=[lesson.instructor])
    lesson.session = later
    lesson.call((), at=later.ends_at)
    assert (first.user_id, first.pk, 3, later.ends_at) in due("absence_budget", later.ends_at)
    notice = Notice(kind="absence_budget", user=first.user, key=first.pk, revision=1)
    assert KINDS["absence_budget"].still_due(notice, later.ends_at)


def test_every_rule_of_the_edition_speaks_in_the_mail_about_hours_of_absence(lesson):
    first, second, third = lesson.people
    AttendanceRule.objects.create(cohort=lesson.cohort, scope="session_mode", mode="hybrid", share=5000)
    told = [(who, steps) for who, _key, steps, _at in due("absence_budget", END)]
    assert told == sorted([(first.user_id, 1 + 3), (second.user_id, 1 + 3)])
    notice = Notice(kind="absence_budget", user=second.user, key=second.pk, revision=4, due_at=END)
    mail = Desk().write(KINDS["absence_budget"], [notice], END)
    assert "50% (tutte le ore)" in mail.body
    assert "tutte (sessioni" in mail.body
    assert third.user.name not in mail.body


def test_tutors_are_told_each_morning_what_waits_for_their_answer(lesson):
    tutor = a_tutor(lesson.cohort)
    person = lesson.people[0]
    asked(lesson)
    sent = send_notice(
        enrollment=person, session=lesson.session, spell=None, reason="Flu", by=person.user, at=END
    )
    kind, morning = KINDS["sent_in"], rome(2022, 1, 21, 9)
    row = (tutor.pk, lesson.cohort.pk, morning.date().toordinal(), morning)
    assert due("sent_in", END) == due("sent_in", morning - SECOND) == []
    assert due("sent_in", morning) == [row]
    notice = Notice(kind=kind.name, user=tutor, key=row[1], revision=row[2], due_at=morning)
    mail = Desk().write(kind, [notice], morning)
    assert "2 comunicazioni e richieste" in mail.body
    assert not any(one.user.name in mail.body for one in lesson.people)
    assert "Flu" not in mail.body
    assert kind.still_due(notice, morning) is None
    assert kind.still_due(notice, morning + DAY) == "a later reminder takes its place"
    refuse_notice(absencenotice=sent, words="Too late", by=lesson.tutor, at=morning)
    request = RectificationRequest.objects.get()
    refuse_request(rectificationrequest=request, words="No", by=lesson.tutor, at=morning)
    assert due("sent_in", morning) == []
    assert kind.still_due(notice, morning) == "everything has been answered"
    tutor.roles.all().delete()
    assert kind.still_due(notice, morning) == "the person is no longer tutor of the edition"


def test_who_looks_after_a_hub_is_not_told_what_only_the_tutor_of_the_edition_answers(lesson):
    a_tutor(lesson.cohort, hub=a_hub())
    asked(lesson)
    assert due("sent_in", END + DAY) == []


def test_an_answer_to_a_request_is_told_to_who_asked_and_the_change_is_not_told_twice(lesson):
    lesson.sign()
    lesson.close()
    request, at, person = asked(lesson), END + DAY, lesson.people[0]
    assert due("rectification_answered", at) == []
    grant_request(rectificationrequest=request, words="Seen", by=lesson.tutor, at=at)
    assert due("rectification_answered", at) == [(person.user_id, request.pk, int(at.timestamp()), at)]
    assert due("presence_rectified", at + SETTLING) == []


def test_who_did_not_ask_is_told_that_the_register_was_changed(lesson):
    lesson.sign()
    lesson.close()
    at, person = END + DAY, lesson.people[2]
    put_right(session=lesson.session, enrollment=person, spells=(), reason="Ill", by=lesson.tutor, at=at)
    last = person.rectifications.get().intervals.get()
    assert due("presence_rectified", at + SETTLING - SECOND) == []
    assert due("presence_rectified", at + SETTLING) == [(person.user_id, last.pk, 1, at + SETTLING)]


def test_a_correction_between_signing_and_closing_is_told_to_whom_it_concerns(lesson):
    first, second, _third = lesson.people
    lesson.call((), WHOLE, WHOLE)  # nobody has signed: the register is being written
    lesson.sign()
    assert due("presence_rectified", END + DAY) == []
    at = END + timedelta(hours=1)
    lesson.call(from_to(0, 60), WHOLE, WHOLE, at=at, reason="Came for an hour")
    [told] = due("presence_rectified", at + SETTLING)
    notice = Notice(kind="presence_rectified", user=first.user, key=told[1], revision=1)
    kind = KINDS["presence_rectified"]
    assert (told[0], told[3], kind.still_due(notice, at)) == (first.user_id, at + SETTLING, None)
    lesson.call(from_to(0, 90), WHOLE, WHOLE, at=at + 5 * SECOND, reason="An hour and a half")
    assert kind.still_due(notice, at) == "it was changed once more"
    assert [who for who, *_rest in due("presence_rectified", at + DAY)] == [first.user_id] * 2
    notice.user = second.user
    assert kind.still_due(notice, at)


def test_an_answer_to_a_notice_of_absence_is_told_to_who_sent_it(lesson):
    person = lesson.people[0]
    notice = send_notice(
        enrollment=person, session=lesson.session, spell=None, reason="Flu", by=person.user, at=END
    )
    refuse_notice(absencenotice=notice, words="Too late", by=lesson.tutor, at=END)
    revision = int(END.timestamp())
    assert due("absence_answered", END) == [(person.user_id, notice.pk, revision, END)]
    told = Notice(kind="absence_answered", user=person.user, key=notice.pk, revision=revision)
    assert KINDS["absence_answered"].still_due(told, END) is None
    mail = Desk().write(KINDS["absence_answered"], [told], END)
    assert "Flu" not in mail.body
    assert not any(other.user.name in mail.body for other in lesson.people[1:])
    notice.refresh_from_db()
    accept_notice(absencenotice=notice, by=lesson.tutor, at=END + DAY)
    AbsenceNotice.objects.update(answered_at=END + DAY - timedelta(milliseconds=300))
    [(_who, _key, revision, _at)] = due("absence_answered", END + DAY)
    told.revision = revision
    assert KINDS["absence_answered"].still_due(told, END + DAY) is None, "no second is rounded up"
    AbsenceNotice.objects.update(answered_at=END + DAY)
    changed = int((END + DAY).timestamp())
    assert due("absence_answered", END + DAY) == [(person.user_id, notice.pk, changed, END + DAY)]
    assert KINDS["absence_answered"].still_due(told, END + DAY) == "the answer no longer stands"
