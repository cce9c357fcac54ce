"""Somebody who has a place follows the edition: what is next, where, and how to come in."""

import re

import pytest
from playwright.sync_api import expect

from courses.actions.timetable import move_session
from tests.factories import (
    PASSWORD,
    a_cohort,
    a_module,
    a_person,
    a_room,
    a_session,
    an_enrollment,
    rome,
    with_address,
)


@pytest.fixture
def person(transactional_db):
    return with_address(a_person(PASSWORD, name="Ada Bianchi", language="en"))


@pytest.fixture
def lesson(person, live_server):
    """Friday at 9, in a room and in a call that is, here, a page of ours, which the person attends from
    afar; another a week later.
    """
    cohort = a_cohort()
    an_enrollment(user=person, cohort=cohort, access="remote")
    a_session(cohort, module=a_module(cohort, "B2"), starts_at=rome(2022, 2, 11, 14))
    return a_session(
        cohort,
        starts_at=rome(2022, 2, 4, 9),
        rooms=[a_room(name="Aula 1")],
        link=f"{live_server.url}/contacts/",
    )


def test_from_signing_in_to_the_call(person, lesson, browser_of, time_machine, live_server):
    time_machine.move_to(rome(2022, 2, 4, 8, 30))
    page = browser_of()
    page.goto("/home/")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()

    # What is next stands first; its call is still shut, also for who guesses its address.
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello Ada")
    page.get_by_role("link", name="Travel plans").first.click()
    expect(page).to_have_url(re.compile(f"/sessions/{lesson.pk}/"))
    expect(page.get_by_text("the call opens on Friday 4 February 2022, 08:45")).to_be_visible()
    expect(page.get_by_text("You attend remotely.")).to_be_visible()
    expect(page.get_by_role("link", name="Join the call")).to_have_count(0)
    assert page.goto(f"/sessions/{lesson.pk}/join/").status == 409

    time_machine.move_to(rome(2022, 2, 4, 8, 45))
    page.goto("/home/")
    page.get_by_role("link", name="Join the call").click()
    expect(page).to_have_url(f"{live_server.url}/contacts/")


def test_the_schedule_shows_a_session_in_every_view_also_where_it_was_moved(
    person, lesson, browser_of, time_machine
):
    time_machine.move_to(rome(2022, 2, 3, 12))
    page = browser_of(person)
    page.goto("/schedule/")
    titles = page.get_by_role("listitem").get_by_role("link")
    expect(titles.filter(has_text="Travel plans")).to_have_count(1)
    expect(titles.filter(has_text="Mobility data")).to_have_count(1)

    move_session(
        session=lesson,
        starts_at=rome(2022, 2, 10, 9),
        ends_at=rome(2022, 2, 10, 13),
        reason="Strike of the railways",
        by=None,
        at=rome(2022, 2, 3, 12),
    )
    page.get_by_role("link", name="Week", exact=True).click()
    expect(page.get_by_role("table").get_by_role("link")).to_have_count(0)
    page.get_by_role("link", name="Forward").click()
    expect(page.get_by_role("row", name="Thu 10").get_by_role("link")).to_contain_text("09:00–13:00")
    page.get_by_role("link", name="Month", exact=True).click()
    page.get_by_role("link", name="Travel plans").click()
    expect(page.get_by_text("It was to begin on Friday 4 February 2022, 09:00")).to_be_visible()
    expect(page.get_by_text("Strike of the railways")).to_be_visible()


def test_the_calendar_moves_to_a_new_address_and_the_old_one_is_dead(
    person, lesson, browser_of, live_server, settings
):
    settings.SITE_URL = live_server.url
    page = browser_of(person)
    page.goto("/calendar/")
    address = page.get_by_label("Address of your calendar")
    old = address.input_value()
    feed = page.request.get(old)
    assert feed.headers["content-type"].startswith("text/calendar")
    assert feed.text().count("BEGIN:VEVENT") == 2

    page.get_by_role("button", name="Renew the address").click()
    expect(address).not_to_have_value(old)
    assert page.request.get(old).status == 404
    assert page.request.get(address.input_value()).text() == feed.text()
