"""Tutors answer, and participants check in, at the same moment: one does, and nothing is written twice."""

from functools import partial

import pytest
from django.db.models import Q

from assessments.actions.absences import accept_notice, refuse_notice
from assessments.actions.checkin import check_in
from assessments.actions.requests import grant_request, refuse_request
from assessments.checkin_codes import Kind
from assessments.models import AbsenceNotice, PresenceInterval, RectificationRequest
from courses.refusals import Refusal
from tests.assessments.test_attendance import ask, notify
from tests.lesson import BEGIN, END, WHOLE, Lesson, from_to
from tests.together import all_at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english")]


def test_of_eight_who_answer_a_request_one_does_and_the_register_is_of_one_mind_with_it():
    lesson = Lesson()
    lesson.call((), from_to(15, 240), WHOLE)
    request = ask(lesson)
    jobs = []
    for number in range(8):
        act = grant_request if number % 2 else refuse_request
        mine = RectificationRequest.objects.get(pk=request.pk)
        jobs.append(partial(act, rectificationrequest=mine, words=f"Tutor {number}", by=lesson.tutor, at=END))
    answers = all_at_once(jobs)
    assert sum(isinstance(one, Refusal) for one in answers) == 7
    request.refresh_from_db()
    assert lesson.minutes()[1] == (240 if request.state == "accepted" else 225)
    assert PresenceInterval.objects.filter(source="staff").count() == (request.state == "accepted")


def test_of_eight_who_answer_a_notice_one_does():
    lesson = Lesson()
    notice = notify(lesson)
    jobs = []
    for number in range(8):
        act = accept_notice if number % 2 else refuse_notice
        mine = AbsenceNotice.objects.get(pk=notice.pk)
        jobs.append(partial(act, absencenotice=mine, words=f"Tutor {number}", by=lesson.tutor, at=END))
    assert sum(isinstance(one, Refusal) for one in all_at_once(jobs)) == 7


def test_who_checks_in_on_eight_devices_at_once_is_there_once():
    lesson = Lesson()
    person = lesson.people[0].user
    job = partial(check_in, session=lesson.session, kind=Kind.ROOM, scanned_at=BEGIN, by=person, at=BEGIN)
    told = all_at_once([job] * 8)
    assert len({one.pk for one in told}) == 1
    assert PresenceInterval.objects.filter(~Q(starts_at=None)).count() == 1
    assert lesson.minutes() == [240, -1, -1]
