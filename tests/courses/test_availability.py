"""An instructor answers the office and says when not to be counted on; nobody answers for another."""

from datetime import date

import pytest
from django.urls import reverse

from courses.models import Availability
from tests import factories
from tests.classroom import client_of
from tests.factories import rome

pytestmark = pytest.mark.django_db

PAGE = "/teaching/availability/"


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(rome(2021, 12, 2, 9), tick=False)


@pytest.fixture
def teacher():
    return factories.an_instructor()


def answer_page(appointment) -> str:
    return reverse("courses:answer_appointment", args=[appointment.pk])


def days(**changes) -> dict:
    return {
        "starts_on": "2022-01-20",
        "ends_on": "2022-01-21",
        "weekday": "",
        "half": "",
        "note": "",
    } | changes


def test_an_appointment_is_confirmed_and_may_be_declined_later(teacher):
    appointment = factories.an_appointment(teacher)
    client = client_of(teacher.user)
    assert "12 h" in client.get(PAGE).text
    for state in ("confirmed", "declined"):
        form = {"state": state, "minutes": 720, "note": "Solo di mattina"}
        answer = client.post(answer_page(appointment), form)
        assert (answer.status_code, answer["Location"]) == (302, PAGE)
        appointment.refresh_from_db()
        assert (appointment.state, appointment.note) == (state, "Solo di mattina")
        assert appointment.answered_at == rome(2021, 12, 2, 9)


@pytest.mark.parametrize(
    "wrong", [{"state": "asked"}, {"state": "withdrawn"}, {"note": "x" * 201}, {"minutes": "0x"}]
)
def test_nothing_is_answered_that_is_no_answer_and_what_was_typed_stays(teacher, wrong):
    appointment = factories.an_appointment(teacher)
    form = {"state": "confirmed", "minutes": appointment.minutes, "note": "Volentieri"} | wrong
    answer = client_of(teacher.user).post(answer_page(appointment), form)
    assert (answer.status_code, form["note"] in answer.text) == (422, True)
    appointment.refresh_from_db()
    assert (appointment.state, appointment.answered_at) == ("asked", None)


def test_hours_that_were_not_read_are_not_confirmed(teacher):
    appointment = factories.an_appointment(teacher)
    seen = appointment.minutes
    type(appointment).objects.filter(pk=appointment.pk).update(minutes=seen + 240)
    form = {"state": "confirmed", "minutes": seen}
    answer = client_of(teacher.user).post(answer_page(appointment), form)
    assert (answer.status_code, "asks for other hours by now" in answer.text) == (409, True)
    appointment.refresh_from_db()
    assert appointment.state == "asked"


def test_of_an_edition_that_is_over_nothing_is_answered(teacher):
    over = factories.a_cohort(starts_on=date(2021, 1, 1), ends_on=date(2021, 6, 1))
    appointment = factories.an_appointment(teacher, cohort=over)
    form = {"state": "confirmed", "minutes": appointment.minutes}
    assert client_of(teacher.user).post(answer_page(appointment), form).status_code == 409


def test_nobody_answers_for_another(teacher):
    appointment = factories.an_appointment()
    assert (
        client_of(teacher.user)
        .post(answer_page(appointment), {"state": "confirmed", "minutes": appointment.minutes})
        .status_code
        == 404
    )
    appointment.refresh_from_db()
    assert appointment.state == "asked"


def test_days_are_declared_and_taken_back(teacher):
    client = client_of(teacher.user)
    assert client.post(PAGE, days(weekday="3", half="morning", note="Congresso")).status_code == 302
    absence = Availability.objects.get()
    assert (absence.instructor, absence.starts_on, absence.weekday, absence.half) == (
        teacher,
        date(2022, 1, 20),
        3,
        "morning",
    )
    assert "Congresso" in client.get(PAGE).text
    withdraw = reverse("courses:withdraw_absence", args=[absence.pk])
    assert client_of(factories.an_instructor().user).post(withdraw).status_code == 404
    assert client.post(withdraw).status_code == 302
    assert not Availability.objects.exists()


def test_who_is_away_reads_which_own_sessions_stand(teacher):
    factories.a_session(starts_at=rome(2022, 1, 20, 9), instructors=[teacher])
    factories.a_session(starts_at=rome(2022, 1, 20, 9), instructors=[factories.an_instructor()])
    client = client_of(teacher.user)
    words = "it stands until the office finds somebody else: B1, Thursday 20 January 2022, 09:00–13:00."
    assert words in client.post(PAGE, days(), follow=True).text
    assert "it stands until" not in client.post(PAGE, days(half="afternoon"), follow=True).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_on": "2022-01-19"},
        {"starts_on": "2021-11-30", "ends_on": "2021-12-01"},
        {"starts_on": ""},
        {"half": "evening"},
        {"weekday": "6"},
    ],
)
def test_what_makes_no_sense_comes_back_with_what_was_typed(teacher, wrong):
    answer = client_of(teacher.user).post(PAGE, days(note="Congresso") | wrong)
    assert answer.status_code == 422
    assert "Congresso" in answer.text
    assert not Availability.objects.exists()


def test_the_page_is_for_instructors_only():
    assert client_of(factories.a_person()).get(PAGE).status_code == 403
