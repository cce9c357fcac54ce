"""One person's sessions: home, schedule, session page, the door to the call."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from courses.actions.timetable import cancel_session, move_session
from courses.models import Module, Session
from enrollment.actions.offers import end_enrollment
from enrollment.diary import diary, hours_so_far
from enrollment.models import Invitation
from enrollment.views.schedule import span
from tests.factories import (
    a_cohort,
    a_person,
    a_room,
    a_session,
    an_enrollment,
    an_instructor,
    rome,
    somebody_of_the_office,
)

pytestmark = pytest.mark.django_db

LINK = "https://meet.example.org/smtc/s001"


@pytest.fixture
def cohort():
    return a_cohort()


@pytest.fixture
def person(cohort):
    """Attends remotely."""
    return an_enrollment(cohort=cohort, access="remote").user


@pytest.fixture
def neighbour(cohort):
    """Attends in person."""
    return an_enrollment(cohort=cohort).user


@pytest.fixture
def lesson(cohort):
    return a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9), rooms=[a_room(name="Aula 1")], link=LINK)


def as_(client, user):
    client.force_login(user)
    return client


@pytest.fixture
def now(time_machine):
    time_machine.move_to(rome(2022, 3, 25, 8), tick=False)
    return timezone.now()


def test_a_participant_has_the_sessions_of_the_edition_with_room_or_call(person, neighbour, lesson):
    for who, rooms in ((person, []), (neighbour, ["Aula 1"])):
        (entry,) = diary(who)
        assert (entry.pk, entry.minutes, entry.taught) == (lesson.pk, lesson.minutes, False)
        assert ([place.room for place in entry.places], entry.online) == (rooms, not rooms)


@pytest.mark.parametrize(
    ("facts", "language", "title"),
    [
        ({}, "it", "Modulo 1"),
        ({"purpose": "retake"}, "it", "Prova di recupero: Modulo 1"),
        ({"purpose": "retake"}, "en", "Retake of a test: Module 1"),
        ({"purpose": "retake", "topic_it": "Recupero di febbraio"}, "it", "Recupero di febbraio"),
        ({"topic_it": "Idrogeno verde"}, "en", "Module 1"),
    ],
)
def test_a_session_is_called_the_same_in_the_diary_and_on_its_page(cohort, person, facts, language, title):
    session = a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9), **facts)
    Invitation.objects.create(session=session, enrollment=person.enrollments.get())
    Module.objects.filter(pk=session.module_id).update(title_it="Modulo 1", title_en="Module 1")
    with override(language):
        assert [entry.title for entry in diary(person)] == [title]
        assert Session.objects.get().title == title


def test_an_instructor_has_what_is_taught_and_nothing_else(cohort, lesson):
    instructor = an_instructor(user=a_person())
    own = a_session(cohort=cohort, starts_at=rome(2022, 3, 26, 9), instructors=[instructor])
    assert [(entry.pk, entry.taught) for entry in diary(instructor.user)] == [(own.pk, True)]


def test_whoever_withdrew_has_no_sessions_any_more(cohort, person, lesson):
    enrollment = person.enrollments.get()
    end_enrollment(
        enrollment=enrollment,
        state="withdrawn",
        reason="Cambio lavoro.",
        on=rome(2022, 3, 24, 9).date(),
        by=person,
        at=timezone.now(),
    )
    assert diary(person) == []


def test_sessions_before_ones_first_day_are_not_ones_own(cohort, lesson):
    late = an_enrollment(cohort=cohort, starts_on=rome(2022, 4, 1, 9).date()).user
    assert diary(late) == []


def test_hours_held_count_teaching_that_is_over_and_not_cancelled(cohort, person):
    held = a_session(cohort=cohort, starts_at=rome(2022, 3, 17, 14), minutes=240)
    cancel_session(
        session=a_session(cohort=cohort, starts_at=rome(2022, 3, 18, 9)), by=None, at=rome(2022, 3, 17, 9)
    )
    a_session(cohort=cohort, starts_at=rome(2022, 4, 1, 9))
    (hours,) = hours_so_far(diary(person), rome(2022, 3, 25, 8))
    assert (hours.held, hours.total) == (held.minutes, cohort.programme.minutes)


@pytest.mark.parametrize("view", ["agenda", "week", "month"])
def test_the_schedule_shows_a_session_in_each_view(client, now, person, lesson, view):
    page = as_(client, person).get(reverse("enrollment:schedule"), {"view": view, "on": "2022-03-24"})
    assert page.status_code == 200
    assert reverse("enrollment:session", args=[lesson.pk]) in page.text
    assert "09:00" in page.text
    assert LINK not in page.text


@pytest.mark.parametrize("view", ["agenda", "week", "month"])
def test_each_view_says_how_one_attends_and_what_was_moved(client, now, cohort, person, view):
    def said(*words: str) -> list[int]:
        query = {"view": view, "on": "2022-03-31"}
        text = as_(client, person).get(reverse("enrollment:schedule"), query).text
        return [text.count(word) for word in words]

    a_session(cohort=cohort, starts_at=rome(2022, 4, 7, 9))
    client.cookies["django_language"] = "en"
    (nothing,) = said("remote")
    session = a_session(cohort=cohort, starts_at=rome(2022, 3, 31, 14), mode="remote", link=LINK)
    remote, before = said("remote", "moved")
    times = {"starts_at": rome(2022, 3, 31, 15), "ends_at": rome(2022, 3, 31, 19)}
    move_session(session=session, **times, reason="", by=None, at=rome(2022, 3, 20, 9))
    (after,) = said("moved")
    assert (remote > nothing, after > before) == (True, True)


@pytest.mark.parametrize(
    "query",
    [
        {"view": "year"},
        {"on": "2022-02-30"},
        {"on": "tomorrow"},
        {"on": "20220324"},
        {"on": "9999-12-31"},
        {"on": "2022-W12-4"},
    ],
)
def test_a_view_or_day_that_does_not_exist_is_a_bad_request(client, person, query):
    assert as_(client, person).get(reverse("enrollment:schedule"), query).status_code == 400


def test_the_week_stands_on_both_sides_of_the_change_of_the_clocks(client, now, cohort, person):
    a_session(cohort=cohort, starts_at=rome(2022, 3, 24, 9))
    a_session(cohort=cohort, starts_at=rome(2022, 3, 31, 9))
    client.force_login(person)
    for day, offset in (("2022-03-24", "+01:00"), ("2022-03-31", "+02:00")):
        page = client.get(reverse("enrollment:schedule"), {"view": "week", "on": day})
        assert f"{day}T09:00:00{offset}" in page.text


@pytest.mark.parametrize(
    ("hour", "minute", "status"), [(8, 44, 409), (8, 45, 302), (12, 59, 302), (13, 0, 409)]
)
def test_the_door_to_the_call_opens_15_minutes_before_and_closes_at_the_end(
    client, time_machine, person, lesson, hour, minute, status
):
    time_machine.move_to(rome(2022, 3, 25, hour, minute), tick=False)
    answer = as_(client, person).get(reverse("enrollment:join", args=[lesson.pk]))
    assert answer.status_code == status
    assert (answer.headers.get("Location") == LINK) == (status == 302)
    assert status == 302 or LINK not in answer.text


def test_the_call_of_a_cancelled_session_stays_shut(client, time_machine, person, lesson):
    cancel_session(session=lesson, by=None, at=rome(2022, 3, 24, 9))
    time_machine.move_to(rome(2022, 3, 25, 10), tick=False)
    assert as_(client, person).get(reverse("enrollment:join", args=[lesson.pk])).status_code == 409


def test_a_session_and_its_call_do_not_exist_for_others(client, now, lesson):
    stranger = an_enrollment(cohort=a_cohort(code="SMTC-OTHER")).user
    client.force_login(stranger)
    for name in ("session", "join"):
        assert client.get(reverse(f"enrollment:{name}", args=[lesson.pk])).status_code == 404


def test_the_session_page_tells_where_when_and_what_changed(client, now, neighbour, lesson):
    move_session(
        session=lesson,
        starts_at=rome(2022, 3, 25, 14),
        ends_at=rome(2022, 3, 25, 18),
        reason="L’aula è occupata",
        by=None,
        at=rome(2022, 3, 24, 9),
    )
    page = as_(client, neighbour).get(reverse("enrollment:session", args=[lesson.pk])).text
    assert "14:00" in page
    assert "L’aula è occupata" in page
    assert "Aula 1" in page
    assert LINK not in page


def test_home_names_the_next_session_and_opens_the_call_in_time(client, time_machine, person, lesson):
    client.force_login(person)
    door = reverse("enrollment:join", args=[lesson.pk])
    for hour, minute, open_ in ((8, 44, False), (8, 45, True)):
        time_machine.move_to(rome(2022, 3, 25, hour, minute), tick=False)
        page = client.get("/home/").text
        assert lesson.module.title in page
        assert (door in page) == open_


def test_home_of_somebody_new_says_what_to_do(client):
    page = as_(client, a_person()).get("/home/").text
    assert reverse("enrollment:cohorts") in page


def test_the_page_of_a_session_costs_the_same_for_one_room_and_for_ten(
    client, now, django_assert_max_num_queries, cohort, neighbour
):
    client.force_login(neighbour)
    counts = []
    for number, day in ((1, 24), (10, 31)):
        rooms, teachers = [a_room() for _ in range(number)], [an_instructor() for _ in range(number)]
        lesson = a_session(cohort, starts_at=rome(2022, 3, day, 9), rooms=rooms, instructors=teachers)
        with django_assert_max_num_queries(8) as queries:
            page = client.get(reverse("enrollment:session", args=[lesson.pk])).text
        assert all(room.name in page for room in rooms)
        assert all(teacher.name in page for teacher in teachers)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_whoever_withdrew_finds_neither_session_nor_call(client, time_machine, person, lesson):
    time_machine.move_to(rome(2022, 3, 25, 10), tick=False)
    client.force_login(person)
    doors = [reverse(f"enrollment:{name}", args=[lesson.pk]) for name in ("session", "join")]
    assert [client.get(door).status_code for door in doors] == [200, 302]
    end_enrollment(
        enrollment=person.enrollments.get(),
        state="withdrawn",
        reason="Cambio lavoro.",
        on=rome(2022, 3, 25, 9).date(),
        by=person,
        at=timezone.now(),
    )
    assert [client.get(door).status_code for door in doors] == [404, 404]


def test_the_office_may_look_at_any_session_and_others_of_the_staff_may_not(client, now, lesson):
    for person, status in ((somebody_of_the_office(), 200), (a_person(is_staff=True), 404)):
        client.force_login(person)
        assert client.get(reverse("enrollment:session", args=[lesson.pk])).status_code == status


def test_who_has_not_signed_in_is_asked_to(client, lesson):
    for address in (
        "/schedule/",
        *(reverse(f"enrollment:{n}", args=[lesson.pk]) for n in ("session", "join")),
    ):
        assert client.get(address).headers["Location"].startswith("/accounts/login/")


def test_the_call_is_opened_without_telling_it_where_one_came_from(client, time_machine, person, lesson):
    time_machine.move_to(rome(2022, 3, 25, 9), tick=False)
    answer = as_(client, person).get(reverse("enrollment:join", args=[lesson.pk]))
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_two_editions_are_one_diary_with_a_bar_each(client, now, cohort, person, lesson):
    second = a_cohort()
    an_enrollment(cohort=second, user=person)
    other = a_session(second, starts_at=rome(2022, 3, 25, 14))
    page = as_(client, person).get("/schedule/")
    assert [entry.pk for entry in page.context["entries"]] == [lesson.pk, other.pk]
    assert [hours.cohort for hours in page.context["hours"]] == [cohort.code, second.code]


def test_what_is_over_is_one_press_before_today(client, now, cohort, person, lesson):
    past = a_session(cohort, starts_at=rome(2022, 3, 17, 14))
    address = reverse("enrollment:session", args=[past.pk])
    page = as_(client, person).get("/schedule/")
    assert address not in page.text
    assert "?view=agenda&amp;on=2022-03-17" in page.text
    page = client.get("/schedule/?on=2022-03-17")
    assert address in page.text
    assert "session-past" in page.text


def test_an_empty_schedule_says_what_will_be_here(client):
    page = as_(client, a_person()).get("/schedule/").text
    assert reverse("enrollment:cohorts") in page


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ((2022, 3, 21), (2022, 3, 27), "21–27 March 2022"),
        ((2022, 3, 28), (2022, 4, 3), "28 March – 3 April 2022"),
        ((2021, 12, 27), (2022, 1, 2), "27 December 2021 – 2 January 2022"),
    ],
)
def test_a_week_is_named_without_saying_anything_twice(first, last, words):
    with override("en"):
        assert span(date(*first), date(*last)) == words


def test_a_changed_session_is_on_home_for_seven_days(client, time_machine, person, lesson):
    client.force_login(person)
    move_session(
        session=lesson,
        starts_at=lesson.starts_at + timedelta(days=7),
        ends_at=lesson.ends_at + timedelta(days=7),
        by=None,
        at=rome(2022, 3, 21, 9),
    )
    for day, shown in ((22, True), (29, False)):
        time_machine.move_to(rome(2022, 3, day, 12), tick=False)
        page = client.get("/home/").context["home"]
        assert [entry.pk for entry in page.changes] == ([lesson.pk] if shown else [])
