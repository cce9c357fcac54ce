"""The office locks registers, answers what participants send in, and sets the rules of attendance."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.actions.absences import send_notice
from assessments.actions.register import Spell
from assessments.actions.requests import ask_for_rectification
from assessments.models import AbsenceNotice, AttendanceRule, RectificationRequest, Register
from tests.classroom import client_of
from tests.factories import somebody_of_the_office
from tests.lesson import BEGIN, END, IN_PERSON, WHOLE, Lesson, from_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(time_machine):
    time_machine.move_to(END + timedelta(hours=1), tick=False)
    lesson = Lesson()
    lesson.call((), from_to(15, 240), WHOLE)
    return lesson


@pytest.fixture
def office():
    return client_of(somebody_of_the_office())


def page(model: str, name: str, *args) -> str:
    return reverse(f"admin:assessments_{model}_{name}", args=args)


def lock(office, register):
    form = {"action": "lock", "_selected_action": [register.pk]}
    return office.post(page("register", "changelist"), form, follow=True)


def test_closed_registers_are_locked_from_the_list_and_others_not(lesson, office):
    assert "is not closed yet" in lock(office, Register.objects.get()).text
    lesson.sign()
    lesson.close()
    assert "1 register locked." in lock(office, Register.objects.get()).text
    assert Register.objects.get().number == 1


def test_a_request_is_answered_with_what_the_register_says_beside_it(lesson, office):
    person = lesson.people[1]
    request = ask_for_rectification(
        enrollment=person,
        session=lesson.session,
        spell=Spell(IN_PERSON, BEGIN, END),
        reason="I came at 14:00",
        by=person.user,
        at=END,
    )
    shown = office.get(page("rectificationrequest", "change", request.pk)).text
    assert "in person, late, 14:15–18:00, 3 h 45 min (roll call)" in shown
    assert office.post(page("rectificationrequest", "grant", request.pk), {"words": ""}).status_code == 422
    answer = office.post(page("rectificationrequest", "grant", request.pk), {"words": "Seen at the door"})
    assert answer.status_code == 302
    assert lesson.minutes() == [0, 240, 240]
    assert RectificationRequest.objects.get().answer == "Seen at the door"


def test_a_notice_is_accepted_without_words_and_refused_only_with(lesson, office):
    for number, (act, status, state) in enumerate([("accept", 302, "accepted"), ("refuse", 422, "sent")]):
        person = lesson.people[number]
        notice = send_notice(
            enrollment=person, session=lesson.session, spell=None, reason="Flu", by=person.user, at=END
        )
        assert office.post(page("absencenotice", act, notice.pk), {"words": ""}).status_code == status
        assert AbsenceNotice.objects.get(pk=notice.pk).state == state


def test_a_rule_is_typed_in_percent(lesson, office):
    form = {"cohort": lesson.cohort.pk, "scope": "overall", "mode": "", "percent": "79.5"}
    assert office.post(page("attendancerule", "add"), form).status_code == 302
    assert AttendanceRule.objects.get().share == 7950
    twice = office.post(page("attendancerule", "add"), form)
    assert (twice.status_code, "already has this rule" in twice.text) == (422, True)
