"""Before a session moves, every floor says what that touches; only what has been read is done."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from academy.admin import session as pages
from assessments.actions.register import Call, Spell, call_roll
from assessments.presence import Attendance
from courses.actions.drafting import drop_draft, open_draft
from courses.actions.timetable import cancel_session, change_places
from courses.timetable import judgement_of
from enrollment.models import PlaceChoice
from tests import factories
from tests.factories import rome

pytestmark = pytest.mark.django_db

NINE, AT = rome(2022, 1, 20, 9), rome(2022, 1, 10, 9)
DAY = timedelta(days=1)


@pytest.fixture
def office(client, time_machine):
    time_machine.move_to(AT)
    client.person = factories.somebody_of_the_office()
    client.force_login(client.person)
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
        "The test of B1 moves with it. Scores recorded: 1.",
    ]
    assert "Nothing has been done yet. Read this and confirm." in first.text
    assert '<span class="tag">serious</span>' in first.text
    session.refresh_from_db()
    assert session.starts_at == NINE
    seen = re.search(r'name="foreseen" value="(\w+)"', first.text)[1]
    silent = office.post(page(session), to(NINE + DAY, foreseen=seen))
    assert silent.status_code == 422
    assert "Give a reason: it permits, in your name" in silent.text
    session.refresh_from_db()
    assert session.starts_at == NINE
    assert office.post(page(session), to(NINE + DAY, foreseen=seen, reason="Si collega")).status_code == 302
    session.refresh_from_db()
    assert session.starts_at == NINE + DAY
    override = session.cohort.overrides.get()
    assert (override.reason, override.by, override.level) == ("Si collega", office.person, "high")
    drop_draft(timetabledraft=session.cohort.drafts.get(), by=None, at=AT)
    later = judgement_of(open_draft(cohort=session.cohort, by=None, at=AT))
    assert (later.barring, [one.permit.reason for one in later.permitted]) == ((), ["Si collega"])


def test_what_the_database_refuses_leaves_no_permit(office, session):
    """The move is refused after the permit was written: both go."""
    factories.an_absence(
        session.teachers.get().instructor, starts_on=NINE.date(), ends_on=(NINE + DAY).date()
    )
    typed = to(NINE + DAY, reason="Si collega", rooms=[factories.a_room().pk], mode="remote")
    answer = office.post(page(session), typed)
    assert answer.status_code == 422
    assert not session.cohort.overrides.exists()


def test_who_comes_instead_is_judged_before(office, session):
    out, into = session.teachers.get().instructor, factories.an_instructor(name="Bo Turi")
    factories.an_absence(into, starts_on=NINE.date(), ends_on=NINE.date())
    typed = {"out": out.pk, "into": into.pk, "reason": "Malattia"}
    first = office.post(page(session, "substitute"), typed)
    assert said(first) == ["B1, Thursday 20 January 2022, 09:00–13:00: Bo Turi cannot teach then."]
    seen = re.search(r'name="foreseen" value="(\w+)"', first.text)[1]
    assert session.teachers.get().instructor == out
    assert office.post(page(session, "substitute"), typed | {"foreseen": seen}).status_code == 302
    assert session.teachers.get().instructor == into
    assert session.cohort.overrides.get().reason == "Malattia"


def test_who_has_no_account_is_not_said_to_be_told(office, session):
    teacher = session.teachers.get().instructor
    type(teacher).objects.filter(pk=teacher.pk).update(user=None)
    words = "Not told, as they have no account: Ada Lovati."
    sentences = said(office.post(page(session), to(NINE + DAY)))
    assert [one for one in sentences if "Ada" in one] == [words]
    into = factories.an_instructor(name="Bo Turi")
    typed = {"out": teacher.pk, "into": into.pk, "reason": "Malattia"}
    assert said(office.post(page(session, "substitute"), typed)) == [words]


@pytest.mark.parametrize("act", ["substitute", "restore"])
def test_what_has_begun_promises_no_mail(office, session, act, time_machine):
    time_machine.move_to(NINE + DAY)
    if act == "restore":
        cancel_session(session=session, by=None, at=NINE)
    assert "told, unless it has begun." in office.get(page(session, act)).text


def test_seats_in_a_room_that_goes_are_counted(office, session):
    room = factories.a_room()
    change_places(session=session, mode="hybrid", rooms=[room], by=None, at=AT)
    person = session.cohort.enrollments.get(state="active")
    PlaceChoice.objects.create(enrollment=person, session=session, room=room, chosen_at=AT, seated=True)
    words = "1 participant has a seat in a room that goes."
    assert words in said(office.post(page(session), to(NINE)))
    assert words not in said(office.post(page(session), to(NINE, rooms=[room.pk])))


def test_another_edition_that_would_wait_at_the_door_is_said_to_be_slight(office, session):
    room = factories.a_room()
    factories.a_session(starts_at=NINE + timedelta(hours=4), rooms=[room])
    answer = office.post(page(session), to(NINE, rooms=[room.pk]))
    assert '<span class="tag">slight</span>' in answer.text


def test_what_was_read_of_another_time_does_not_count(office, session):
    seen = re.search(r'name="foreseen" value="(\w+)"', office.post(page(session), to(NINE + DAY)).text)[1]
    later = office.post(page(session), to(NINE, foreseen=seen))
    assert later.status_code == 200
    session.refresh_from_db()
    assert session.starts_at == NINE


def test_what_somebody_else_did_after_it_was_read_is_to_be_read_too(office, session, monkeypatch):
    """A session of another edition comes to stand at the same door just before the locks are taken."""
    room = factories.a_room()
    hold = pages.hold_timetables

    def hold_too_late(**at):
        if not room.bookings.exists():
            factories.a_session(starts_at=NINE + DAY + timedelta(hours=4), rooms=[room])
        hold(**at)

    monkeypatch.setattr(pages, "hold_timetables", hold_too_late)
    typed = to(NINE + DAY, rooms=[room.pk])
    seen = re.search(r'name="foreseen" value="(\w+)"', office.post(page(session), typed).text)[1]
    answer = office.post(page(session), typed | {"foreseen": seen})
    assert answer.status_code == 422
    assert "The timetables have changed meanwhile" in answer.text
    assert '<span class="tag">slight</span>' in answer.text
    session.refresh_from_db()
    assert session.starts_at == NINE
    seen = re.search(r'name="foreseen" value="(\w+)"', answer.text)[1]
    assert office.post(page(session), typed | {"foreseen": seen}).status_code == 302


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
    assert "The test of B1 loses its session. Scores recorded: 1." in sentences
    assert office.post(page(session, "cancel"), {"reason": "Sciopero"}).status_code == 302


def test_what_its_register_holds_is_said_before(office, session, time_machine):
    person = session.cohort.enrollments.get(state="active")
    time_machine.move_to(NINE + timedelta(hours=5))
    call = Call(person.pk, (Spell(Attendance.IN_PERSON, session.starts_at, session.ends_at),))
    call_roll(session=session, calls=[call], seen=0, by=office.person, at=NINE + DAY)
    words = "The minutes of 1 presence in its register are counted anew."
    assert words in said(office.post(page(session), to(NINE - timedelta(hours=1))))
    words = "1 presence recorded in its register no longer counts."
    assert words in said(office.get(page(session, "cancel")))


def test_of_what_has_begun_nobody_is_told_and_so_it_says(office, session, time_machine):
    time_machine.move_to(NINE + DAY)
    first = office.post(page(session), to(NINE - DAY))
    assert "Nobody is told: it has begun." in said(first)
    assert [one for one in said(first) if "told" in one] == ["Nobody is told: it has begun."]


def test_what_has_not_begun_is_not_moved_into_the_past_in_silence(office, session, time_machine):
    time_machine.move_to(NINE - timedelta(hours=1))
    answer = office.post(page(session), to(NINE - 2 * DAY))
    seen = re.search(r'name="foreseen" value="(\w+)"', answer.text)[1]
    answer = office.post(page(session), to(NINE - 2 * DAY, foreseen=seen))
    assert answer.status_code == 422
    assert "cannot be moved into the past" in answer.text
    session.refresh_from_db()
    assert session.starts_at == NINE
