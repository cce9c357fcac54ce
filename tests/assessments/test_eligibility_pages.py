"""What is missing for a certificate, as its participant and the office read it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import CertificateRule
from courses.models import Role
from tests import factories
from tests.classroom import client_of
from tests.factories import rome
from tests.lesson import END, Lesson

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(time_machine) -> Lesson:
    time_machine.move_to(END, tick=False)
    lesson = Lesson()
    Role.objects.create(user=lesson.tutor, cohort=lesson.cohort, kind=Role.Kind.TUTOR)
    return lesson


def page_of(person) -> str:
    return reverse("assessments:eligibility", args=[person.pk])


def page(lesson) -> str:
    return reverse("assessments:edition_eligibility", args=[lesson.cohort.pk])


def test_participant_tutor_and_office_read_the_same_of_a_person_and_nobody_else_reads_it(lesson):
    person, other, _third = lesson.people
    texts = []
    for reader in (person.user, lesson.tutor, factories.somebody_of_the_office()):
        text = client_of(reader).get(page_of(person)).text
        texts.append(text.split('<ul class="items">')[1].split("<form")[0])
    assert texts[0] == texts[1] == texts[2]
    assert "The judgement of the project work is awaited." in texts[0]
    assert client_of(other.user).get(page_of(person)).status_code == 404
    assert client_of(lesson.teacher).get(page_of(person)).status_code == 404


def test_of_an_edition_only_its_tutor_and_the_office_read(lesson):
    readers = [lesson.tutor, factories.somebody_of_the_office(), lesson.people[0].user, lesson.teacher]
    assert [client_of(reader).get(page(lesson)).status_code for reader in readers] == [200, 200, 403, 403]
    elsewhere = factories.a_cohort()
    other = reverse("assessments:edition_eligibility", args=[elsewhere.pk])
    assert client_of(lesson.tutor).get(other).status_code == 404
    assert "Nobody follows this edition yet" in client_of(readers[1]).get(other).text


def test_what_an_edition_asks_for_is_its_own(lesson):
    office = factories.somebody_of_the_office()
    everything = "Hours of attendance; Module tests; Project work; Final assessment; Participation agreement."
    assert everything in client_of(office).get(page(lesson)).text
    for line in ({"need": "tests", "spared": 1}, {"need": "project", "letter": "A"}):
        CertificateRule.objects.create(cohort=lesson.cohort, **line)
    form = {"cohort": lesson.cohort.pk, "need": "final", "spared": 0, "letter": "A"}
    add = reverse("admin:assessments_certificaterule_add")
    assert client_of(office).post(add, form).status_code == 302
    asked = "Module tests, all but 1; Project work or Final assessment."
    assert asked in client_of(office).get(page(lesson)).text
    assert "Change the conditions" not in client_of(lesson.tutor).get(page(lesson)).text
    mine = client_of(lesson.people[0].user).get(page_of(lesson.people[0])).text
    assert "One of these is enough:" in mine
    assert "Participation agreement" not in mine


def test_what_would_be_if_is_shown_beside_what_is(lesson):
    test = factories.a_test(lesson.session)
    coming = factories.a_session(lesson.cohort, starts_at=rome(2022, 1, 27, 9), minutes=600)
    client, address = client_of(lesson.people[0].user), page_of(lesson.people[0])
    assert "If that happened" not in client.get(address).text
    shown = client.get(address, {"fail": test.module.code, "miss": coming.pk}).text
    assert f"Not passed: {test.module.code}." in shown
    assert "If that happened" in shown
    assert client.get(address, {"fail": "<b>", "miss": "9" * 40}).status_code == 200


def test_who_has_left_and_who_is_an_auditor_reads_why_in_words(lesson):
    first, second, _third = lesson.people
    type(first).objects.filter(pk=first.pk).update(auditor=True)
    assert "Auditors attend without a certificate." in client_of(first.user).get(page_of(first)).text
    type(second).objects.filter(pk=second.pk).update(
        state="withdrawn", ends_on=END.date(), ended_at=END, reason="Ritiro"
    )
    assert "Left the edition on 20 January 2022." in client_of(lesson.tutor).get(page(lesson)).text


def test_the_page_of_an_edition_asks_as_much_for_three_people_as_for_thirty(lesson):
    client = client_of(lesson.tutor)
    client.get(page(lesson))
    with CaptureQueriesContext(connection) as few:
        client.get(page(lesson))
    for _ in range(27):
        factories.an_enrollment(cohort=lesson.cohort)
    with CaptureQueriesContext(connection) as many:
        client.get(page(lesson))
    assert len(few) == len(many) <= 18
