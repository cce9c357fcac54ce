"""A participant chooses how to attend, once for all and for one session, and sees it everywhere."""

import re

import pytest
from django.core import mail
from django.test import Client
from playwright.sync_api import expect

from academy.postman import work
from enrollment.access import calendar_token
from enrollment.actions.choices import choose_place, settle_places
from tests.factories import a_cohort, a_person, a_room, a_session, an_enrollment, rome

BEGINS = rome(2022, 2, 4, 9)
NOW, EVENING = rome(2022, 2, 1, 9), rome(2022, 2, 3, 18)


@pytest.fixture
def lesson(transactional_db, live_server):
    """On Friday at 9, for two people in the room and everybody in a call that is, here, a page of ours."""
    cohort = a_cohort(seats=4)
    room = a_room(name="Aula 1", hub=cohort.hub, capacity=2)
    return a_session(cohort, starts_at=BEGINS, rooms=[room], link=f"{live_server.url}/contacts/")


@pytest.fixture
def ada(lesson):
    person = a_person(name="Ada Bianchi", language="en")
    an_enrollment(user=person, cohort=lesson.cohort, access="remote")
    return person


def feed_of(person) -> str:
    text = Client().get(f"/calendar/{calendar_token(person)}.ics").text
    return text.replace("\r\n ", "")


def mail_to(person, at) -> str:
    """The last one, once everything due has left."""
    work(clock=lambda: at, seconds=30)
    return [message.body for message in mail.outbox if message.to == [person.email]][-1]


def test_a_mode_chosen_is_seen_on_the_page_in_the_feed_and_in_the_mail(ada, lesson, browser_of, time_machine):
    time_machine.move_to(NOW)
    hub = lesson.cohort.hub
    page = browser_of(ada)
    page.goto(f"/sessions/{lesson.pk}/")
    expect(page.get_by_text("You attend remotely.")).to_be_visible()
    assert "online:" in feed_of(ada)

    # Once for all: in person. The page, the schedule and the feed follow, and the call is gone.
    page.get_by_role("link", name="Change how you usually attend").click()
    page.get_by_label(f"in person, {hub}").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved: your diary and your calendar follow.")).to_be_visible()
    page.goto("/schedule/")
    expect(page.get_by_role("listitem").filter(has_text="Travel plans")).to_contain_text(f"Aula 1, {hub}")
    assert f"LOCATION:Aula 1\\, {hub}" in feed_of(ada)
    assert "online:" not in feed_of(ada)

    # For this session remotely after all.
    page.goto(f"/sessions/{lesson.pk}/")
    expect(page.get_by_text(f"You attend in person: Aula 1, {hub}.")).to_be_visible()
    page.get_by_role("button", name="Remotely").click()
    expect(page.get_by_text("You attend remotely.")).to_be_visible()
    assert "online:" in feed_of(ada)

    time_machine.move_to(EVENING)
    settle_places(at=EVENING)
    reminder = mail_to(ada, EVENING)
    assert f"/sessions/{lesson.pk}/join/" in reminder
    assert "Aula 1" not in reminder
    page.goto(f"/sessions/{lesson.pk}/")
    expect(page.get_by_role("button", name="Remotely")).to_have_count(0)

    time_machine.move_to(rome(2022, 2, 4, 8, 50))
    page.goto("/home/")
    page.get_by_role("link", name="Join the call").click()
    expect(page).to_have_url(re.compile("/contacts/$"))


def test_who_waits_for_a_seat_is_told_when_it_is_theirs(ada, lesson, browser_of, time_machine):
    time_machine.move_to(NOW)
    room = lesson.places.exclude(room=None).get().room
    others = [an_enrollment(cohort=lesson.cohort, access="remote") for _ in range(2)]
    for one in others:
        choose_place(enrollment=one, session=lesson, room=room, by=one.user, at=NOW)
    page = browser_of(ada)
    page.goto(f"/sessions/{lesson.pk}/")
    page.get_by_role("button", name="Aula 1").click()
    expect(page.get_by_text("you are on the waiting line, and seats")).to_be_visible()
    expect(page.get_by_text("Until then you attend remotely.")).to_be_visible()

    later = rome(2022, 2, 1, 12)
    choose_place(enrollment=others[0], session=lesson, room=None, by=others[0].user, at=later)
    told = mail_to(ada, later)
    assert "a seat you had waited for is yours" in told
    assert f"Aula 1, {room.hub}" in told
    page.reload()
    expect(page.get_by_text(f"You attend in person: Aula 1, {room.hub}.")).to_be_visible()
    time_machine.move_to(rome(2022, 2, 4, 8, 50))
    assert page.goto(f"/sessions/{lesson.pk}/join/").status == 409
    expect(page.get_by_role("heading", name="You attend this session in person")).to_be_visible()
