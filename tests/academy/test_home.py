"""What one person finds on the own front page, by what the person is."""

from datetime import timedelta

import pytest
from django.urls import reverse

from enrollment.actions.admission import end_enrollment
from enrollment.models import Application
from tests.factories import (
    a_cohort,
    a_module,
    a_notice,
    a_person,
    a_room,
    a_score,
    a_session,
    a_test,
    an_application,
    an_enrollment,
    an_instructor,
    rome,
    somebody_of_the_office,
)

pytestmark = pytest.mark.django_db

NOW = rome(2022, 3, 25, 8)


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def cohort():
    return a_cohort()


@pytest.fixture
def home(client):
    def read(person, language="en"):
        client.force_login(person)
        client.cookies["django_language"] = language
        return client.get("/home/")

    return read


def test_a_participant_finds_the_next_session_its_room_and_when_the_call_opens(home, cohort):
    lesson = a_session(
        cohort, starts_at=rome(2022, 3, 26, 9), rooms=[a_room(name="Aula 5")], link="https://c.it"
    )
    page = home(an_enrollment(cohort=cohort).user)
    assert page.context["next"].pk == lesson.pk
    assert "Tomorrow" in page.text
    assert "Aula 5" in page.text
    assert "the call opens at 08:45" in page.text
    assert "https://c.it" not in page.text


def test_a_participant_finds_published_scores_only(home, cohort):
    enrollment = an_enrollment(cohort=cohort)
    for code, value, published_at in (("B1", 27, NOW), ("B2", 19, None)):
        session = a_session(cohort, module=a_module(cohort, code))
        a_score(a_test(session), enrollment=enrollment, value=value, published_at=published_at)
    page = home(enrollment.user)
    assert [score.value for score in page.context["home"].scores] == [27]
    assert "19" not in page.text.split("Latest results")[1].split("</section>")[0]


def test_an_instructor_finds_the_tests_to_record_and_since_when_they_are_overdue(home, cohort):
    teacher = an_instructor()
    for day, code in ((3, "B1"), (24, "B2")):
        a_test(
            a_session(
                cohort, module=a_module(cohort, code), starts_at=rome(2022, 3, day, 9), instructors=[teacher]
            )
        )
    an_enrollment(cohort=cohort)
    page = home(teacher.user)
    late, recent = page.context["home"].tests
    assert (late[0].module.code, recent[0].module.code) == ("B1", "B2")
    assert late[1]
    assert recent[1] is None
    assert "0 of 1" in page.text
    assert reverse("assessments:scores", args=[late[0].pk]) in page.text


def test_somebody_elses_tests_are_not_on_ones_page(home, cohort):
    a_test(a_session(cohort, starts_at=rome(2022, 3, 3, 9), instructors=[an_instructor()]))
    assert home(an_instructor().user).context["home"].tests == []


def test_an_applicant_finds_how_the_application_stands(home):
    application = an_application()
    page = home(application.user)
    assert "Your application has been received" in page.text
    assert reverse("enrollment:application", args=[application.pk]) in page.text
    assert reverse("enrollment:schedule") not in page.text


def test_the_office_finds_what_waits_for_it(home):
    an_application()
    an_application(state=Application.State.WITHDRAWN)
    for state in ("parked", "refused", "sent"):
        a_notice(state=state)
    page = home(somebody_of_the_office())
    assert (page.context["home"].to_answer, page.context["home"].stuck) == (1, 2)
    assert reverse("admin:enrollment_application_changelist") in page.text


def test_the_numbers_of_the_office_are_for_the_office(home):
    assert home(a_person()).context["home"].to_answer is None
    assert home(a_person(is_staff=True)).context["home"].to_answer is None


def test_whoever_withdrew_finds_an_empty_week(home, cohort):
    enrollment = an_enrollment(cohort=cohort)
    a_session(cohort, starts_at=rome(2022, 3, 26, 9))
    assert home(enrollment.user).context["next"]
    end_enrollment(enrollment=enrollment, state="withdrawn", on=NOW.date(), by=None, at=NOW)
    page = home(enrollment.user)
    assert page.context["next"] is None
    assert "No sessions in the next seven days" in page.text


def test_the_week_ends_after_seven_days(home, cohort):
    within, _beyond = (a_session(cohort, starts_at=rome(2022, 3, 25, 14) + timedelta(days=n)) for n in (6, 7))
    page = home(an_enrollment(cohort=cohort).user)
    assert [entry.pk for entry in page.context["home"].week] == [within.pk]


def test_it_speaks_italian(home, cohort):
    a_session(cohort, starts_at=rome(2022, 3, 25, 14))
    page = home(an_enrollment(cohort=cohort).user, "it")
    assert "venerdì 25 marzo 2022" in page.text
    assert "I prossimi sette giorni" in page.text
