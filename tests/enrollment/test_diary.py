"""One person's sessions: home, schedule, session page, the door to the call."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.actions.timetable import cancel_session, move_session
from enrollment.actions.admission import end_enrollment
from enrollment.diary import diary, hours_so_far
from tests.factories import (
    a_cohort,
    a_hub,
    a_person,
    a_room,
    a_session,
    an_enrollment,
    an_instructor,
    rome,
)

pytestmark = pytest.mark.django_db

LINK = "https://meet.example.org/smtc/s001"


@pytest.fixture
def cohort():
    return a_cohort()


@pytest.fixture
def person(cohort):
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


def test_a_participant_has_the_sessions_of_the_edition_with_room_and_call(person, lesson):
    (entry,) = diary(person)
    assert (entry.pk, entry.minutes, entry.online, entry.taught) == (lesson.pk, lesson.minutes, True, False)
    assert [place.room for place in entry.places] == ["Aula 1"]


def test_an_instructor_has_what_is_taught_and_nothing_else(cohort, lesson):
    instructor = an_instructor(user=a_person())
    own = a_session(cohort=cohort, starts_at=rome(2022, 3, 26, 9), instructors=[instructor])
    assert [(entry.pk, entry.taught) for entry in diary(instructor.user)] == [(own.pk, True)]


def test_whoever_withdrew_has_no_sessions_any_more(cohort, person, lesson):
    enrollment = person.enrollments.get()
    end_enrollment(
        enrollment=enrollment, state="withdrawn", on=rome(2022, 3, 24, 9).date(), by=person, at=timezone.now()
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


def test_the_session_page_tells_where_when_and_what_changed(client, now, person, lesson):
    move_session(
        session=lesson,
        starts_at=rome(2022, 3, 25, 14),
        ends_at=rome(2022, 3, 25, 18),
        reason="L’aula è occupata",
        by=None,
        at=rome(2022, 3, 24, 9),
    )
    page = as_(client, person).get(reverse("enrollment:session", args=[lesson.pk])).text
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


@pytest.mark.parametrize("view", ["agenda", "week", "month", "home"])
def test_the_pages_of_the_diary_need_six_queries_however_long_it_is(
    client, time_machine, django_assert_max_num_queries, person, cohort, view
):
    time_machine.move_to(rome(2022, 2, 3, 8), tick=False)
    client.force_login(person)
    address = "/home/" if view == "home" else reverse("enrollment:schedule") + f"?view={view}"
    rooms = [a_room(hub=a_hub())]

    def fill(number):
        for _ in range(number):
            a_session(cohort=cohort, rooms=rooms, link=LINK, minutes=60)

    counts = []
    for more in (3, 57):
        fill(more)
        with django_assert_max_num_queries(6) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


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
