"""What papers, seals and tables of registers ask of the database: as much for 300 people as for 30."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.actions.register import put_right
from tests.classroom import client_of
from tests.factories import a_session, an_instructor, somebody_of_the_office
from tests.lesson import END, WHOLE, Lesson

pytestmark = pytest.mark.django_db

FEW, MANY = 30, 300


def questions(client: Client, address: str) -> int:
    ContentType.objects.clear_cache()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200, address
    return len(captured)


def costs(size: int) -> dict[str, int]:
    """Of a locked register with some rectifications, of an edition with a tenth as many sessions."""
    lesson = Lesson(size)
    for _ in range(size // 10):
        a_session(lesson.cohort, minutes=60, instructors=[an_instructor(), an_instructor()])
    lesson.call(*[WHOLE] * size)
    lesson.sign()
    lesson.close()
    register = lesson.lock()
    for person in lesson.people[: size // 10]:
        put_right(session=lesson.session, enrollment=person, spells=(), reason="Ill", by=lesson.tutor, at=END)
    office, cohort = client_of(somebody_of_the_office()), lesson.cohort.pk
    pages = {
        "paper": reverse("assessments:register_paper", args=[lesson.session.pk]),
        "seal": reverse("assessments:verification", args=[register.digest]),
        "hours": reverse("admin:courses_cohort_hours", args=[cohort]),
        "hours for payment": reverse("admin:courses_cohort_hours_file", args=[cohort, "xlsx"]),
        "presences": reverse("admin:courses_cohort_presences", args=[cohort]),
    }
    found = {name: questions(office, address) for name, address in pages.items()}
    return found | {"seal, for a stranger": questions(Client(), pages["seal"])}


def test_they_ask_as_much_for_300_people_as_for_30():
    few = costs(FEW)
    assert costs(MANY) == few
    assert max(few.values()) <= 18, few
