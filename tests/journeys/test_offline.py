"""Without a network: the coming two weeks of who is signed in, and nothing of anybody else."""

import re

import pytest
from playwright.sync_api import Error, Page, expect

from academy import middleware
from enrollment.views import offline
from tests.factories import PASSWORD, a_cohort, a_person, a_room, a_session, an_enrollment, rome, with_address

BEGINS = rome(2022, 2, 4, 9)
KEPT = """async ([address, unwanted]) => {
    const page = await caches.match(address);
    return Boolean(page) && !(unwanted && (await page.text()).includes(unwanted));
}"""


@pytest.fixture
def lesson(transactional_db):
    return a_session(a_cohort(), starts_at=BEGINS, rooms=[a_room(name="Aula 1")], topic_en="Networks of hubs")


@pytest.fixture
def person(lesson):
    person = with_address(a_person(PASSWORD, name="Ada Bianchi", language="en"))
    an_enrollment(user=person, cohort=lesson.cohort)
    return person


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(rome(2022, 2, 1, 9))


def wait_until_kept(page: Page, address: str = "/schedule/kept/", without: str = "") -> None:
    for _ in range(100):
        if page.evaluate(KEPT, [address, without]):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{address} is not kept")


def go_offline(page: Page) -> None:
    page.context.set_offline(True)


def shows_a_schedule(page: Page) -> bool:
    """Whether the schedule comes without a network."""
    try:
        page.goto("/schedule/")
    except Error:
        return False
    return page.get_by_role("heading", name="Schedule").count() > 0


def sign_out(page: Page) -> None:
    page.goto("/schedule/")
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/$"))


def test_the_coming_two_weeks_are_there_without_a_network_and_say_as_of_when(person, lesson, browser_of):
    page = browser_of(person)
    page.goto("/home/")
    expect(page.get_by_text("You are offline")).to_be_hidden()
    wait_until_kept(page)
    go_offline(page)
    page.goto("/schedule/")
    expect(page.get_by_role("status").filter(has_text="You are offline")).to_contain_text(
        re.compile(r"as it was on\s+\w+,? \d+ \w+ \d{4} at \d\d:\d\d")
    )
    page.get_by_role("link", name="Week", exact=True).click()
    expect(page.get_by_role("table")).to_contain_text("Networks of hubs")
    page.get_by_role("link", name="Networks of hubs").click()
    expect(page.get_by_text("Aula 1").first).to_be_visible()
    expect(page.get_by_text("You are offline")).to_be_visible()
    page.goto("/results/")
    expect(page.get_by_role("heading", name="This page needs the network")).to_be_visible()
    page.context.set_offline(False)
    page.goto("/schedule/")
    expect(page.get_by_text("You are offline")).to_be_hidden()


def test_after_a_change_the_new_place_is_kept(person, lesson, browser_of):
    page = browser_of(person)
    page.goto("/home/")
    wait_until_kept(page)
    assert not page.evaluate(KEPT, [f"/sessions/{lesson.pk}/", "You attend in person"])
    person.enrollments.update(access="remote")
    page.goto(f"/sessions/{lesson.pk}/")
    wait_until_kept(page, f"/sessions/{lesson.pk}/", without="You attend in person")


def test_nothing_is_kept_after_signing_out(person, browser_of):
    page = browser_of(person)
    page.goto("/home/")
    wait_until_kept(page)
    sign_out(page)
    go_offline(page)
    assert not shows_a_schedule(page)


def forget_to_clear(monkeypatch):
    """Neither worker nor server clear anything."""
    asleep = offline.WORKER.replace("for (const name of await caches.keys()) await caches.delete(name);", "")
    assert asleep != offline.WORKER
    monkeypatch.setattr(offline, "WORKER", asleep)
    monkeypatch.setattr(middleware, "SIGNED_OUT", {})


def test_control_a_worker_that_clears_nothing_would_show_the_schedule_after_signing_out(
    person, browser_of, monkeypatch
):
    forget_to_clear(monkeypatch)
    page = browser_of(person)
    page.goto("/home/")
    wait_until_kept(page)
    sign_out(page)
    go_offline(page)
    assert shows_a_schedule(page)


def test_a_worker_alone_clears_and_so_does_the_server_alone(person, browser_of, monkeypatch):
    for part in ("worker", "server"):
        with monkeypatch.context() as patch:
            if part == "worker":
                patch.setattr(middleware, "SIGNED_OUT", {})
            else:
                asleep = offline.WORKER.replace("await caches.delete(name);", "name;")
                patch.setattr(offline, "WORKER", asleep)
            page = browser_of(person)
            page.goto("/home/")
            wait_until_kept(page)
            sign_out(page)
            go_offline(page)
            assert not shows_a_schedule(page), part
            page.context.close()


def test_who_signs_in_after_somebody_else_finds_nothing_of_theirs(person, lesson, browser_of):
    """The first one's session was taken away, as when it ends by itself: nobody pressed «Sign out»."""
    other = with_address(a_person(PASSWORD, name="Bruno Rossi", language="en"))
    an_enrollment(user=other, cohort=a_cohort())
    page = browser_of(person)
    page.goto("/home/")
    wait_until_kept(page)
    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/home/")
    page.get_by_label("Email").fill(other.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello Bruno")
    wait_until_kept(page)
    go_offline(page)
    page.goto("/schedule/")
    expect(page.get_by_text("You are offline")).to_be_visible()
    expect(page.get_by_text("Networks of hubs")).to_have_count(0)
    page.goto(f"/sessions/{lesson.pk}/")
    expect(page.get_by_role("heading", name="This page needs the network")).to_be_visible()
