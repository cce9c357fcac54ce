"""Before a session moves, every floor says what that touches; only what has been read is done."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from courses.actions.drafting import open_draft
from tests import factories
from tests.factories import rome

pytestmark = pytest.mark.django_db

NINE, AT = rome(2022, 1, 20, 9), rome(2022, 1, 10, 9)
DAY = timedelta(days=1)


@pytest.fixture
def office(client):
    client.force_login(factories.somebody_of_the_office())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def page(session, act="move") -> str:
    return reverse(f"admin:courses_session_{act}", args=[session.pk])


def to(starts_at, **fields) -> dict:
    ends_at = starts_at + timedelta(hours=4)
    form = {"mode": "hybrid", "link": "", "reason": ""}
    for name, moment in (("starts_at", starts_at), ("ends_at", ends_at)):
        form |= {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment:%H:%M}"}
    return form | fields


def said(answer) -> list[str]:
    return [one.sentence for one in answer.context["ahead"]]


@pytest.fixture
def session():
    """With two participants, an instructor, a test with a score, and an open draft."""
    teacher = factories.an_instructor(name="Ada Lovati")
    found = factories.a_session(starts_at=NINE, instructors=[teacher])
    stays, leaves = (factories.an_enrollment(cohort=found.cohort) for _ in range(2))
    ended = {"ends_on": NINE.date(), "ended_at": NINE, "reason": "Lavoro"}
    type(leaves).objects.filter(pk=leaves.pk).update(state="withdrawn", **ended)
    factories.a_score(factories.a_test(found), enrollment=stays)
    open_draft(cohort=found.cohort, by=None, at=AT)
    return found


def test_a_move_is_done_only_once_what_it_touches_has_been_read(office, session):
    factories.an_absence(
        session.teachers.get().instructor, starts_on=NINE.date(), ends_on=(NINE + DAY).date()
    )
    first = office.post(page(session), to(NINE + DAY))
    assert first.status_code == 200
    assert said(first) == [
        "B1, Friday 21 January 2022, 09:00–13:00: Ada Lovati cannot teach then.",
        "Instructors told: Ada Lovati.",
        "An open draft has this session: it will have to take the change over.",
        "2 participants are told.",
        "1 participant has left the edition by the new day.",
        "The test of B1 moves with it; it has 1 scores.",
    ]
    session.refresh_from_db()
    assert session.starts_at == NINE
    seen = re.search(r'name="foreseen" value="(\w+)"', first.text)[1]
    assert office.post(page(session), to(NINE + DAY, foreseen=seen)).status_code == 302
    session.refresh_from_db()
    assert session.starts_at == NINE + DAY


def test_what_was_read_of_another_time_does_not_count(office, session):
    seen = re.search(r'name="foreseen" value="(\w+)"', office.post(page(session), to(NINE + DAY)).text)[1]
    later = office.post(page(session), to(NINE, foreseen=seen))
    assert later.status_code == 200
    session.refresh_from_db()
    assert session.starts_at == NINE


def test_a_clash_is_named_with_the_session_in_the_way_and_nothing_moves(office, session):
    room = factories.a_room(name="Aula Magna", hub=factories.a_hub(name="Polo"))
    other = factories.a_session(starts_at=NINE + DAY, rooms=[room])
    answer = office.post(page(session), to(NINE + DAY, rooms=[room.pk]))
    assert answer.status_code == 422
    assert f"Aula Magna, Polo is needed at the same time by {other.cohort.code}, B1" in answer.text
    session.refresh_from_db()
    assert session.starts_at == NINE


def test_a_cancellation_says_beforehand_whom_and_what_it_touches(office, session):
    sentences = said(office.get(page(session, "cancel")))
    assert "2 participants are told." in sentences
    assert "The test of B1 loses its session; it has 1 scores." in sentences
    assert office.post(page(session, "cancel"), {"reason": "Sciopero"}).status_code == 302
