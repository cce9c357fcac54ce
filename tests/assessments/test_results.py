"""What a participant learns of their own tests, and what not."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from assessments.actions.scores import Cell, correct_score, publish_scores, record_scores
from assessments.marking import Result, Scale
from assessments.models import Score
from assessments.progress import published_scores, records_of
from courses.models import Session
from tests.classroom import mark
from tests.factories import (
    a_cohort,
    a_module,
    a_person,
    a_score,
    a_session,
    a_test,
    an_enrollment,
    an_instructor,
    rome,
)

pytestmark = pytest.mark.django_db

AFTERWARDS = rome(2022, 5, 1, 12)


@pytest.fixture
def cohort():
    return a_cohort()


@pytest.fixture
def person(cohort):
    return an_enrollment(cohort=cohort, user=a_person(language="en"))


def a_test_of(cohort, code: str):
    return a_test(a_session(cohort, module=a_module(cohort, code), instructors=[an_instructor()]))


def give(test, enrollment, result: Result, *, attempt=1, publish=True) -> None:
    by = a_person()
    cells = [Cell(enrollment.pk, None, result)]
    record_scores(test=test, cells=cells, attempt=attempt, by=by, at=AFTERWARDS)
    if publish:
        publish_scores(test=test, attempt=attempt, by=by, at=AFTERWARDS)


def client_of(enrollment) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(enrollment.user)
    return client


def words(enrollment) -> str:
    """The page's main part, on one line."""
    page = client_of(enrollment).get("/results/").content.decode()
    return " ".join(page.split("<main")[1].split("</main>")[0].split())


def test_strangers_sign_in(client):
    assert client.get("/results/")["Location"] == "/accounts/login/?next=/results/"


def test_who_follows_no_edition_is_told_what_will_be_here():
    client = Client(headers={"accept-language": "en"})
    client.force_login(a_person())
    assert "No results yet" in client.get("/results/").content.decode()


def test_before_publication_the_page_is_the_same_with_and_without_a_score(cohort, person):
    test = a_test_of(cohort, "B1")
    before = words(person)
    give(test, person, mark(13), publish=False)
    assert words(person) == before
    assert "not published yet" in before
    assert list(published_scores(person.user)) == []
    give(test, person, mark(13))
    assert "<b>13</b>" in words(person)


def test_a_test_to_come_says_so(cohort, person, time_machine):
    time_machine.move_to(rome(2022, 1, 12), tick=False)
    a_test_of(cohort, "B1")
    assert "to come" in words(person)
    assert "not published yet" not in words(person)


def test_nobody_sees_the_results_of_others(cohort, person):
    other = an_enrollment(cohort=cohort)
    test = a_test_of(cohort, "B1")
    give(test, other, mark(29), publish=False)
    give(test, person, mark(21))
    assert "<b>21</b>" in words(person)
    assert "29" not in words(person).split("<table")[1].split("</table")[0]
    assert [score.enrollment for score in published_scores(person.user)] == [person]


def published(test, *values: int) -> None:
    """Marks of as many others."""
    for value in values:
        a_score(test, value=value, published_at=AFTERWARDS)


def test_the_class_is_shown_from_five_published_marks_on_with_ones_own_band(cohort, person):
    test = a_test_of(cohort, "B1")
    published(test, 18, 22, 25)
    a_score(test, enrollment=person, value=28, published_at=AFTERWARDS)
    a_score(test, value=30)
    assert "The class" not in words(person)
    published(test, 29)
    assert "The class" in words(person)
    [record] = records_of(person.user)
    assert sum(band.number for band in record.tests[0].spread) == 5
    assert words(person).split("27–29")[1].split("</tr>")[0].count("you") == 1


def test_the_class_is_not_shown_to_who_has_no_result_in_it(cohort, person):
    test = a_test_of(cohort, "B1")
    published(test, 18, 22, 25, 28, 29)
    assert "The class" not in words(person)


def test_the_average_weighs_by_the_hours_of_the_module_and_counts_honours_as_30(cohort, person):
    give(a_test_of(cohort, "A1"), person, mark(30, honours=True))  # 300 minutes
    give(a_test_of(cohort, "B1"), person, mark(24))  # 600 minutes
    give(a_test_of(cohort, "B2"), person, mark(17))  # 900 minutes, not passed
    [record] = records_of(person.user)
    assert (record.passed, record.averages) == (2, {Scale.THIRTY: Decimal("26.00")})
    page = words(person)
    assert "30 with honours" in page
    assert "2 of 3" in page
    assert "26.00" in page


def test_italians_read_a_decimal_comma(cohort, person):
    give(a_test_of(cohort, "A1"), person, mark(27))
    client = Client(headers={"accept-language": "it"})
    client.force_login(person.user)
    assert "27,00" in client.get("/results/").content.decode()


def test_a_retake_takes_the_place_of_what_was_no_pass(cohort, person):
    test = a_test_of(cohort, "B1")
    give(test, person, mark(16))
    [record] = records_of(person.user)
    assert record.tests[0].may_retake
    give(test, person, mark(21), attempt=2)
    [record] = records_of(person.user)
    assert (record.passed, record.averages) == (1, {Scale.THIRTY: Decimal("21.00")})
    assert not record.tests[0].may_retake
    assert {"<b>16</b>", "<b>21</b>"} <= set(words(person).split())


def test_a_correction_that_makes_a_pass_outweighs_the_retake(cohort, person):
    test = a_test_of(cohort, "B1")
    give(test, person, mark(16))
    give(test, person, mark(17), attempt=2)
    score = Score.objects.get(attempt=1)
    correct_score(
        score=score,
        seen=score.result,
        result=mark(19),
        reason="A page was missed.",
        by=person.user,
        at=AFTERWARDS,
    )
    [record] = records_of(person.user)
    assert record.averages == {Scale.THIRTY: Decimal("19.00")}


def test_the_day_of_the_retake_leads_to_its_session(cohort, person):
    test = a_test_of(cohort, "B1")
    give(test, person, mark(16))
    assert "the day will be in your schedule" in words(person)
    retake = a_session(
        cohort,
        module=test.module,
        starts_at=rome(2022, 2, 10, 12, 30),
        minutes=45,
        purpose=Session.Purpose.RETAKE,
    )
    assert reverse("enrollment:session", args=[retake.pk]) in words(person)
    assert "10 February 2022, 12:30" in words(person)


def test_who_left_before_a_test_is_not_asked_for_it(cohort, person):
    a_test_of(cohort, "B1")
    late = an_enrollment(cohort=cohort, starts_on=cohort.starts_on + timedelta(days=30))
    auditor = an_enrollment(cohort=cohort, auditor=True)
    assert len(records_of(person.user)[0].tests) == 1
    assert records_of(late.user)[0].tests == []
    assert "As an auditor you attend without tests" in words(auditor)
