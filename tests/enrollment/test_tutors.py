"""Tutors of a whole edition, or of what is held in one hub, have its sessions as instructors have theirs."""

from datetime import timedelta

import pytest
from django.urls import reverse

from academy.models import Notice
from academy.postman import KINDS
from assessments.access import may_close_register
from courses.actions.timetable import move_session
from courses.models import Role
from enrollment.diary import diary
from tests.classroom import client_of
from tests.factories import (
    a_cohort,
    a_hub,
    a_person,
    a_room,
    a_session,
    a_tutor,
    an_enrollment,
    an_instructor,
    rome,
)

pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NINE = rome(2022, 1, 20, 9)
BEFORE = rome(2022, 1, 10, 9)
EVENING = rome(2022, 1, 19, 18)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NINE + HOUR, tick=False)
    return time_machine


class Network:
    """An edition with a morning in two hubs, one in the main hub alone, and one online."""

    def __init__(self):
        self.cohort = a_cohort()
        self.turin, self.bari = a_room(hub=a_hub(name="Torino")), a_room(hub=a_hub(name="Bari"))
        teachers = [an_instructor()]
        link = "https://call.example.org/x"
        self.both = a_session(
            self.cohort, starts_at=NINE, rooms=[self.turin, self.bari], link=link, instructors=teachers
        )
        self.one = a_session(self.cohort, starts_at=NINE + DAY, rooms=[self.turin], instructors=teachers)
        self.online = a_session(self.cohort, starts_at=NINE + 4 * DAY, link=link, instructors=teachers)
        a_session(starts_at=NINE, rooms=[a_room(hub=self.bari.hub)])  # of another edition, in the same hub
        self.all = [self.both.pk, self.one.pk, self.online.pk]


@pytest.fixture
def network():
    return Network()


def test_the_tutor_of_the_edition_has_all_its_sessions_with_all_their_places(network):
    entries = diary(a_tutor(network.cohort))
    assert [entry.pk for entry in entries] == network.all
    assert [len(entry.places) for entry in entries] == [2, 1, 0]
    assert not any(entry.attended or entry.taught for entry in entries)
    assert diary(a_tutor(a_cohort())) == []


def test_who_looks_after_a_hub_has_what_is_held_there_in_that_edition(network):
    assert [entry.pk for entry in diary(a_tutor(network.cohort, network.bari.hub))] == [network.both.pk]
    assert diary(a_tutor(network.cohort, a_hub())) == []


def test_home_schedule_and_feed_of_a_tutor(network):
    tutor = a_tutor(network.cohort, network.bari.hub)
    client = client_of(tutor)
    home = client.get("/home/").text
    assert reverse("enrollment:session", args=[network.both.pk]) in home
    assert 'href="/schedule/"' in home
    assert "tutor</span>" in client.get("/schedule/").text
    address = client.get(reverse("enrollment:calendar")).context["address"]
    feed = address.removeprefix("http://localhost:8000")
    first = client.get(feed)
    assert first.content.count(b"BEGIN:VEVENT") == 1
    unchanged = {"If-None-Match": first["ETag"]}
    assert client.get(feed, headers=unchanged).status_code == 304
    Role.objects.filter(user=tutor).update(hub=None)
    again = client.get(feed, headers=unchanged)
    assert (again.status_code, again.content.count(b"BEGIN:VEVENT")) == (200, 3)


def told(kind: str, at) -> set[tuple[int, int]]:
    return {(person, key) for person, key, *_rest in KINDS[kind].due(at)}


def test_tutors_are_reminded_and_told_of_changes_of_their_sessions_only(network):
    whole, there = a_tutor(network.cohort), a_tutor(network.cohort, network.bari.hub)
    a_tutor(network.cohort, a_hub())
    teacher = network.both.teachers.get().instructor.user
    assert told("session_tomorrow", EVENING) == {(one.pk, network.both.pk) for one in (teacher, whole, there)}
    later = NINE + 2 * DAY
    move_session(session=network.one, starts_at=later, ends_at=later + 4 * HOUR, by=None, at=BEFORE)
    told_of_it = told("session_changed", BEFORE + timedelta(minutes=10))
    assert told_of_it == {(one.pk, network.one.pk) for one in (teacher, whole)}


@pytest.mark.parametrize("hub", [False, True])
def test_a_reminder_is_no_news_for_who_is_tutor_no_longer(network, hub):
    tutor = a_tutor(network.cohort, network.bari.hub if hub else None)
    kind = KINDS["session_tomorrow"]
    notice = Notice(kind=kind.name, user=tutor, key=network.both.pk, revision=int(NINE.timestamp()))
    assert kind.still_due(notice, EVENING) is None
    Role.objects.filter(user=tutor).delete()
    assert kind.still_due(notice, EVENING)


def test_participants_read_who_is_their_tutor(network):
    a_tutor(network.cohort, name="Tea Tutrice")
    a_tutor(network.cohort, network.bari.hub, name="Bruno Barese")
    a_tutor(network.cohort, a_hub(), name="Altro Altrove")
    client = client_of(an_enrollment(cohort=network.cohort).user)
    page = client.get(reverse("enrollment:session", args=[network.both.pk])).text
    assert page.index("Tea Tutrice") < page.index("Bruno Barese") < page.index("(Bari)")
    assert "Altro Altrove" not in page
    assert "Bruno Barese" not in client.get(reverse("enrollment:session", args=[network.one.pk])).text


def test_who_looks_after_a_hub_keeps_the_registers_there_and_closes_and_watches_nothing(network):
    client = client_of(a_tutor(network.cohort, network.bari.hub))
    teaching = client.get(reverse("assessments:teaching")).text
    assert "Bari" in teaching
    assert "Attendance and registers of everybody" not in teaching
    register = [client.get(reverse("assessments:register", args=[pk])).status_code for pk in network.all]
    assert register == [200, 404, 404]
    assert client.get(reverse("assessments:code", args=[network.both.pk])).status_code == 200
    assert "Register" in client.get(reverse("enrollment:session", args=[network.both.pk])).text
    watching = reverse("assessments:edition_attendance", args=[network.cohort.pk])
    assert client.get(watching).status_code == 403


def test_who_is_nobodys_tutor_finds_nothing(network):
    client = client_of(a_person())
    assert client.get(reverse("assessments:register", args=[network.both.pk])).status_code == 403
    assert client.get(reverse("enrollment:session", args=[network.both.pk])).status_code == 404


def test_who_looks_after_a_hub_does_not_close_a_register_and_the_tutor_of_the_edition_may(network):
    kept = a_tutor(network.cohort, network.bari.hub), a_tutor(network.cohort)
    assert [may_close_register(tutor, network.both) for tutor in kept] == [False, True]
