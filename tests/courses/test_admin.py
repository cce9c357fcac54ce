"""The office plans, moves and cancels sessions, and reads why when it cannot."""

import re
from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from pytest_django.asserts import assertContains

from courses.actions.timetable import cancel_session
from courses.models import Module, Programme, Room, Session
from tests import factories

pytestmark = pytest.mark.django_db

NINE = factories.rome(2022, 1, 20, 9)


@pytest.fixture
def office(client, time_machine):
    time_machine.move_to(factories.rome(2022, 1, 10, 9))
    client.force_login(factories.somebody_of_the_office())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def page(model: str, name: str = "change", *args) -> str:
    return reverse(f"admin:courses_{model}_{name}", args=args)


def when(day: str = "2022-01-20", starts: str = "09:00", ends: str = "13:00") -> dict:
    return {"starts_at_0": day, "starts_at_1": starts, "ends_at_0": day, "ends_at_1": ends}


def an_arrangement(**fields) -> dict:
    return {**when(), "mode": "hybrid", "link": "", "reason": "", **fields}


def test_a_session_is_added_to_a_draft_only_so_that_somebody_is_told(office):
    assert office.get(page("session", "add")).status_code == 403
    assert page("session", "add") not in office.get(page("session", "changelist")).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (when("2022-04-01"), "Closed on 1 April 2022: Easter holiday."),
        (when("2023-01-19"), "The session falls outside the edition"),
        (when(starts="13:00", ends="09:00"), "A session ends after it begins and lasts at most 12 hours."),
        (when(starts="10:00", ends="11:00"), "The edition already has a session at that time."),
        (when("2022-03-27", "02:30", "05:00"), "couldn’t be interpreted in time zone Europe/Rome"),
        ({"reason": "\0"}, "Null characters are not allowed."),
        ({"mode": "telepathy"}, "Select a valid choice."),
    ],
)
def test_where_a_session_cannot_be_is_said_and_nothing_typed_is_lost(office, changes, sentence):
    cohort = factories.a_cohort()
    factories.a_closure(reason_en="Easter holiday", starts_on=date(2022, 4, 1), ends_on=date(2022, 4, 1))
    factories.a_session(cohort, starts_at=NINE)
    session = factories.a_session(cohort, starts_at=factories.rome(2022, 1, 24, 9))
    moved = an_arrangement(link="https://c.it/scooters") | when("2022-01-21") | changes
    response = office.post(page("session", "move", session.pk), moved)
    assert response.status_code == 422
    assert sentence in response.content.decode().replace("&#x27;", "'")
    assert "https://c.it/scooters" in response.text
    session.refresh_from_db()
    assert session.starts_at == factories.rome(2022, 1, 24, 9)


@pytest.mark.parametrize("what", ["rooms", "instructors"])
def test_a_taken_room_or_instructor_is_named_and_nothing_moves(office, what):
    room, teacher, later = factories.a_room(), factories.an_instructor(), factories.rome(2022, 1, 24, 9)
    factories.a_session(starts_at=NINE, rooms=[room], instructors=[teacher])
    mine = {"instructors": [teacher]} if what == "instructors" else {}
    session = factories.a_session(starts_at=later, **mine)
    wanted = an_arrangement(rooms=[room.pk] if what == "rooms" else [])
    response = office.post(page("session", "move", session.pk), wanted)
    assert response.status_code == 422
    sentences = {
        "rooms": "The room is taken at that time.",
        "instructors": "The instructor teaches another session at that time.",
    }
    assert sentences[what] in response.text
    session.refresh_from_db()
    assert session.starts_at == later


def test_a_session_moves_to_another_time_and_room_at_once(office):
    room, other = factories.a_room(), factories.a_room()
    factories.a_session(starts_at=NINE, rooms=[other])
    factories.a_session(starts_at=factories.rome(2022, 1, 21, 9), rooms=[room])
    session = factories.a_session(starts_at=NINE, rooms=[room])
    change = an_arrangement(**when("2022-01-21"), rooms=[other.pk], reason="Aula allagata")
    response = office.post(page("session", "move", session.pk), change)
    assert response.status_code == 302
    session.refresh_from_db()
    assert session.starts_at == factories.rome(2022, 1, 21, 9)
    assert session.places.get().room == other
    assert session.previous_starts_at == NINE
    assert session.change_reason == "Aula allagata"
    assert session.revision > 0


def test_a_session_moved_to_where_it_is_stays_as_it_was(office):
    session = factories.a_session(starts_at=NINE, link="https://example.org/aula")
    form = office.get(page("session", "move", session.pk)).context["adminform"].form
    assert form.initial["starts_at"] == NINE
    office.post(page("session", "move", session.pk), an_arrangement(link="https://example.org/aula"))
    session.refresh_from_db()
    assert session.revision == 0


def test_a_change_made_from_a_page_somebody_overtook_is_refused_and_undoes_nothing(office):
    session, room = factories.a_session(starts_at=NINE), factories.a_room()
    move = page("session", "move", session.pk)
    seen = office.get(move).context["adminform"].form.initial["seen"]
    later = an_arrangement(**when("2022-01-21"), seen=seen)
    assert [office.post(move, later).status_code for _time in range(2)] == [302, 302]  # the same again: done
    response = office.post(move, an_arrangement(rooms=[room.pk], seen=seen))
    assert response.status_code == 422
    assert "Somebody has changed this session meanwhile" in response.text
    session.refresh_from_db()
    assert (session.starts_at, session.revision) == (factories.rome(2022, 1, 21, 9), 1)
    assert not session.places.exists()


def test_two_dates_on_a_page_say_which_is_which(office):
    text = office.get(page("session", "move", factories.a_session().pk)).text
    for name, label in (("starts_at", "Begins:"), ("ends_at", "Ends:")):
        assert f'role="group" aria-labelledby="id_{name}_label"' in text
        assert re.search(rf'<label\s+id="id_{name}_label"[^>]*>{label}</label>', text)


@pytest.mark.parametrize(
    ("rooms", "link", "said"),
    [
        (0, "https://example.org/aula", "remote"),
        (1, "https://example.org/aula", "Aula 0"),
        (2, "", "Aula 0 and 1 more room"),
        (10, "https://example.org/aula", "Aula 0 and 9 more rooms"),
    ],
)
def test_the_list_of_sessions_names_one_room_and_counts_the_others(office, rooms, link, said):
    places = [factories.a_room(name=f"Aula {number}") for number in range(rooms)]
    factories.a_session(mode="hybrid" if rooms else "remote", rooms=places, link=link)
    assertContains(
        office.get(page("session", "changelist")), f'<td class="field-where_in_short">{said}</td>', html=True
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (when("2022-04-01"), "Closed on 1 April 2022"),
        (when("2022-06-13"), "outside the edition"),
        (when("2022-01-21"), "The room is taken at that time."),
        (when(ends="08:00"), "A session ends after it begins and lasts at most 12 hours."),
        (when(ends="23:00"), "A session ends after it begins and lasts at most 12 hours."),
    ],
)
def test_what_stands_in_the_way_of_a_move_is_said_and_nothing_moves(office, change, sentence):
    room = factories.a_room()
    factories.a_closure()
    factories.a_session(starts_at=factories.rome(2022, 1, 21, 10), rooms=[room])
    session = factories.a_session(starts_at=NINE, rooms=[room])
    response = office.post(
        page("session", "move", session.pk), an_arrangement(**change, rooms=[room.pk], reason="Sciopero")
    )
    assert response.status_code == 422
    assert sentence in response.content.decode().replace("&#x27;", "'")
    assert "Sciopero" in response.text
    session.refresh_from_db()
    assert (session.starts_at, session.revision) == (NINE, 0)


def test_a_cancelled_session_stays_and_can_no_longer_be_moved(office):
    session = factories.a_session(starts_at=NINE)
    assert page("session", "cancel", session.pk) in office.get(page("session", "change", session.pk)).text
    office.post(page("session", "cancel", session.pk), {"reason": "Sciopero"})
    session.refresh_from_db()
    assert (session.cancelled, session.change_reason) == (True, "Sciopero")
    response = office.post(page("session", "move", session.pk), an_arrangement(**when("2022-01-21")))
    assert response.status_code == 422
    assert "A cancelled session cannot be moved." in response.text
    assert page("session", "move", session.pk) not in office.get(page("session", "change", session.pk)).text


def test_a_button_pressed_twice_acts_once_and_leads_to_the_same_page(office):
    session = factories.a_session(starts_at=NINE)
    cancel = page("session", "cancel", session.pk)
    key = re.search(r'name="once" value="([^"]+)"', office.get(cancel).text)[1]
    answers = [office.post(cancel, {"reason": "Sciopero", "once": key}) for _ in range(2)]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, page("session", "change", session.pk))
    }
    session.refresh_from_db()
    assert (session.cancelled, session.revision, LogEntry.objects.count()) == (True, 1, 1)


def test_a_cancellation_is_undone_with_rooms_and_instructors(office):
    room, teacher = factories.a_room(), factories.an_instructor()
    session = factories.a_session(starts_at=NINE, rooms=[room], instructors=[teacher])
    undo = page("session", "restore", session.pk)
    assert undo not in office.get(page("session", "change", session.pk)).text
    office.post(page("session", "cancel", session.pk), {"reason": "Sciopero"})
    assert undo in office.get(page("session", "change", session.pk)).text
    assert office.post(undo, {"reason": "Sciopero revocato"}).status_code == 302
    session.refresh_from_db()
    assert (session.state, session.change_reason, session.revision) == ("planned", "Sciopero revocato", 2)
    assert list(session.places.values_list("room", "live")) == [(room.pk, True)]
    assert list(session.teachers.values_list("instructor", "live")) == [(teacher.pk, True)]


def test_a_cancellation_stays_where_the_room_is_taken_or_the_day_is_closed(office):
    room = factories.a_room()
    taken, closed = (
        factories.a_session(starts_at=factories.rome(2022, 1, day, 9), rooms=[room]) for day in (20, 21)
    )
    for session in (taken, closed):
        cancel_session(session=session, by=None, at=NINE)
    factories.a_session(starts_at=taken.starts_at, rooms=[room])
    factories.a_closure(starts_on=date(2022, 1, 21), ends_on=date(2022, 1, 21))
    sentences = {taken: "The room is taken at that time.", closed: "Closed on"}
    for session, sentence in sentences.items():
        response = office.post(page("session", "restore", session.pk), {"reason": "Sciopero revocato"})
        assert response.status_code == 422
        assert sentence in response.text
        session.refresh_from_db()
        assert (session.cancelled, session.revision) == (True, 1)


def teaching(session: Session, *rows: tuple) -> dict:
    """The form of a session's instructors: (instructor, minutes, share) each."""
    present = list(session.teachers.order_by("pk"))
    form = {
        "topic_it": "",
        "topic_en": "",
        "teachers-TOTAL_FORMS": len(rows),
        "teachers-INITIAL_FORMS": len(present),
    }
    for number, (instructor, minutes, share) in enumerate(rows):
        row = {"instructor": instructor.pk, "kind": instructor.kind, "minutes": minutes, "share": share}
        row |= {"id": present[number].pk, "session": session.pk} if number < len(present) else {}
        form |= {f"teachers-{number}-{name}": value for name, value in row.items()}
    return form


def test_instructors_are_changed_as_a_whole(office):
    first, second = factories.an_instructor(), factories.an_instructor(kind="company")
    session = factories.a_session(starts_at=NINE, instructors=[first])
    form = teaching(session, (second, 60, 60), (first, 180, 180))
    assert office.post(page("session", "change", session.pk), form).status_code == 302
    rows = session.teachers.order_by("share").values_list("instructor", "kind", "share")
    assert list(rows) == [(second.pk, "company", 60), (first.pk, "academic", 180)]


@pytest.mark.parametrize("taught", [True, False])
def test_a_page_on_which_somebody_else_changed_the_instructors_meanwhile_undoes_nothing(office, taught):
    first, second, third = (factories.an_instructor() for _ in range(3))
    session = factories.a_session(starts_at=NINE, instructors=[first] if taught else [])
    address = page("session", "change", session.pk)
    seen = office.get(address).context["adminform"].form.initial["seen"]
    stale = teaching(session, (third, 240, 240)) | {"seen": seen}
    assert office.post(address, teaching(session, (second, 240, 240)) | {"seen": seen}).status_code == 302
    response = office.post(address, stale)
    assert response.status_code == 422
    assert "Somebody has changed this session meanwhile" in response.text
    assert session.teachers.get().instructor == second


def test_shares_that_do_not_make_up_the_session_are_refused_with_what_was_typed(office):
    teacher = factories.an_instructor()
    session = factories.a_session(starts_at=NINE, instructors=[teacher])
    response = office.post(page("session", "change", session.pk), teaching(session, (teacher, 100, 99)))
    assert response.status_code == 422
    assert "shares must make up the length of the session" in response.text
    assert 'value="99"' in response.text
    assert session.teachers.get().share == 240
    assert "was changed successfully" not in response.text


def test_the_bare_form_of_a_session_changes_neither_time_nor_state(office):
    session = factories.a_session(starts_at=NINE)
    form = teaching(session) | when("2022-02-01") | {"topic_it": "Monopattini", "state": "cancelled"}
    assert office.post(page("session", "change", session.pk), form).status_code == 302
    session.refresh_from_db()
    assert (session.topic_it, session.starts_at, session.state) == ("Monopattini", NINE, "planned")


def test_sessions_are_found_by_week_instructor_and_room(office, time_machine):
    time_machine.move_to(factories.rome(2022, 1, 19, 12))
    room = factories.a_room(name="Sala Emma Strada")
    this = factories.a_session(starts_at=NINE, rooms=[room])
    other = factories.a_session(starts_at=factories.rome(2022, 1, 24, 9))
    past = factories.a_session(starts_at=factories.rome(2022, 1, 13, 9))
    found = {
        query: list(office.get(page("session", "changelist") + query).context["cl"].result_list)
        for query in ("?week=this", "?week=next", "?week=coming", "?week=past", "?q=Strada")
    }
    assert found == {
        "?week=this": [this],
        "?week=next": [other],
        "?week=coming": [this, other],
        "?week=past": [past],
        "?q=Strada": [this],
    }


def test_a_used_programme_keeps_its_hours_and_the_page_says_why(office):
    cohort = factories.a_cohort(code="SMTC-2022-1")
    module = Module.objects.filter(block__programme=cohort.programme).first()
    response = office.get(page("module", "change", module.pk))
    assert "In use by SMTC-2022-1" in response.text
    form = {"title_it": "Altro", "title_en": "Other", "minutes": 1, "outcomes_it": "", "outcomes_en": ""}
    assert office.post(page("module", "change", module.pk), form).status_code == 302
    fresh = Module.objects.get(pk=module.pk)
    assert (fresh.title_it, fresh.minutes) == ("Altro", module.minutes)


def test_a_used_programme_takes_no_further_module(office):
    cohort = factories.a_cohort()
    block = cohort.programme.blocks.first()
    form = {"block": block.pk, "code": "A9", "position": 9, "title_it": "Nuovo", "title_en": "New"}
    form |= {"minutes": 60, "academic_minutes": 60, "company_minutes": 0}
    response = office.post(page("module", "add"), form)
    assert response.status_code == 422
    assert "in use by an edition" in response.text
    assert "Nuovo" in response.text


def test_the_programme_shows_what_it_is_made_of(office):
    programme = factories.a_programme(code="smtc-2022")
    assert ">3<" in office.get(page("programme", "changelist")).text.replace("\n", "")
    text = office.get(page("programme", "change", programme.pk)).text
    assert all(words in text for words in ("Travel plans", "B1", "10 h"))
    assert Programme.objects.count() == 1


def test_two_rooms_of_one_name_in_a_hub_are_refused_in_words(office):
    room = factories.a_room(name="Aula 1")
    form = {"hub": room.hub_id, "name": "Aula 1", "kind": "lab", "capacity": 20, "notes": "con lavagna"}
    response = office.post(page("room", "add"), form)
    assert response.status_code == 422
    assert "The hub already has a room with this name." in response.text
    assert "con lavagna" in response.text
    assert Room.objects.count() == 1
