"""An instructor calls the roll on a phone, in a basement without a network, and signs."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from assessments.models import PresenceInterval, Register
from tests.lesson import BEGIN, END, WHOLE, Lesson

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def lesson(transactional_db, time_machine) -> Lesson:
    time_machine.move_to(BEGIN + timedelta(minutes=20))
    lesson = Lesson(size=5)
    lesson.teacher.language = "en"
    lesson.teacher.save()
    return lesson


def test_all_present_but_for_two_without_a_network_and_signed_at_the_end(lesson, browser_of, time_machine):
    page = browser_of(lesson.teacher, **PHONE)
    page.goto("/teaching/")
    page.get_by_role("link", name="Register", exact=True).click()
    page.get_by_role("button", name="All present").tap()
    expect(page.locator("[data-count]")).to_have_text("5")

    page.context.set_offline(True)
    people = page.locator(".roll-row")
    people.nth(0).get_by_role("radio", name="Absent").check()
    people.nth(1).get_by_text("Late, left, came back").tap()
    people.nth(1).get_by_label("from", exact=True).fill("14:20")
    expect(page.locator("[data-count]")).to_have_text("4")
    page.get_by_label("Topic done").fill("Travel plans of a hospital")
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.get_by_role("status").filter(has_text="No network")).to_be_visible()
    assert not PresenceInterval.objects.exists()

    page.context.set_offline(False)
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert lesson.minutes() == [0, 220, 240, 240, 240]
    page.reload()
    expect(page.get_by_text("What you had tapped before is back")).to_be_hidden()

    time_machine.move_to(END)
    page.reload()
    page.get_by_role("button", name="Save and sign").tap()
    expect(page.get_by_text("Signed. Until the tutor closes")).to_be_visible()
    register = Register.objects.get()
    assert (register.state, register.topic) == ("signed", "Travel plans of a hospital")
    assert PresenceInterval.objects.count() == 5


def test_what_was_tapped_survives_a_page_that_was_closed(lesson, browser_of):
    page = browser_of(lesson.teacher, **PHONE)
    address = f"/teaching/sessions/{lesson.session.pk}/register/"
    page.goto(address)
    page.locator(".roll-row").nth(2).get_by_role("radio", name="Absent").check()
    page.goto("/teaching/")
    page.goto(address)
    expect(page.get_by_text("What you had tapped before is back")).to_be_visible()
    expect(page.locator(".roll-row").nth(2).get_by_role("radio", name="Absent")).to_be_checked()
    lesson.call((), (), (), (), (), at=END)  # somebody else saved meanwhile: what was tapped is history
    page.goto(address)
    expect(page.get_by_text("What you had tapped before is back")).to_be_hidden()
    expect(page.locator(".roll-row").nth(0).get_by_role("radio", name="Absent")).to_be_checked()


def test_what_waited_for_the_network_is_not_lost_to_who_saved_meanwhile(lesson, browser_of):
    page = browser_of(lesson.teacher, **PHONE)
    address = f"/teaching/sessions/{lesson.session.pk}/register/"
    page.goto(address)
    page.get_by_role("button", name="All present").tap()
    page.locator(".roll-row").nth(2).get_by_role("radio", name="Absent").check()
    page.context.set_offline(True)
    page.get_by_role("button", name="Save", exact=True).tap()
    page.goto("about:blank")  # the telephone needs its memory for something else
    lesson.call((), *[WHOLE] * 4)
    page.context.set_offline(False)
    page.goto(address)
    expect(page.get_by_text("What you had tapped before is back")).to_be_visible()
    expect(page.locator(".roll-row").nth(2).get_by_role("radio", name="Absent")).to_be_checked()
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(2)
    assert lesson.minutes() == [0, 240, 240, 240, 240]
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert lesson.minutes() == [240, 240, 0, 240, 240]
    page.reload()
    expect(page.get_by_text("What you had tapped before is back")).to_be_hidden()


def test_what_was_refused_is_not_sent_again_by_itself(lesson, browser_of):
    page = browser_of(lesson.teacher, **PHONE)
    address = f"/teaching/sessions/{lesson.session.pk}/register/"
    page.goto(address)
    page.get_by_role("button", name="All present").tap()
    person = page.locator(".roll-row").nth(1)
    person.get_by_text("Late, left, came back").tap()
    person.get_by_label("from", exact=True).fill("12:00")
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.get_by_role("alert")).to_contain_text("outside the session")
    expect(page.get_by_text("What you had tapped before is back")).to_be_hidden()
    page.goto("/teaching/")
    page.goto(address)
    expect(page.get_by_text("What you had tapped before is back")).to_be_visible()
    expect(person.get_by_label("from", exact=True)).to_have_value("12:00")
    page.wait_for_timeout(500)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_an_absent_person_reads_two_links_as_two(lesson, browser_of, time_machine):
    time_machine.move_to(END)
    lesson.call(())
    page = browser_of(lesson.people[0].user, **PHONE)
    page.goto("/attendance/")
    why, there = (page.get_by_role("link", name=name).bounding_box() for name in ("Say why", "I was there"))
    assert there["x"] - (why["x"] + why["width"]) >= 12 or there["y"] >= why["y"] + why["height"]
