"""On a phone: the code is scanned, one signs in, and is checked in; in a real browser."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from assessments.checkin_codes import Kind, code_at, token_at
from assessments.models import PresenceInterval
from tests.factories import with_address
from tests.lesson import BEGIN, END, Lesson

PHONE = {"width": 390, "height": 844}
SECRET = settings.SECRET_KEY.encode()
NOW = BEGIN + timedelta(minutes=5)


@pytest.fixture
def lesson(transactional_db, time_machine):
    """Five past two; the first participant has a password."""
    cache.clear()
    time_machine.move_to(NOW, tick=False)
    lesson = Lesson()
    person = with_address(lesson.people[0].user)
    person.language = "en"
    person.set_password("mobilita-2022")
    person.save()
    return lesson


def scan(lesson) -> str:
    """The address behind the QR code of this moment."""
    return reverse(
        "assessments:scan", args=[lesson.session.pk, token_at(SECRET, lesson.session.pk, Kind.ROOM, NOW)]
    )


def test_who_scans_signs_in_and_is_checked_in_from_the_moment_of_scanning(lesson, browser_of, time_machine):
    page = browser_of(None, viewport=PHONE)
    page.goto(scan(lesson))
    page.locator("[name=login]").fill(lesson.people[0].user.email)
    page.locator("[name=password]").fill("mobilita-2022")
    time_machine.move_to(NOW + timedelta(minutes=4), tick=False)  # the code has long changed
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="You are checked in, 14:05–18:00")).to_be_visible()
    told = PresenceInterval.objects.get()
    assert (told.starts_at, told.ends_at, told.source) == (NOW, END, "room_code")
    page.goto(scan(lesson))
    expect(page.get_by_text("This code is too old")).to_be_visible()


def test_the_projector_changes_the_code_by_itself_and_a_typed_one_counts(lesson, browser_of, time_machine):
    projector = browser_of(lesson.teacher)
    projector.goto(f"/teaching/sessions/{lesson.session.pk}/code/")
    letters = projector.locator(".code-letters").first
    expect(letters).to_have_text(code_at(SECRET, lesson.session.pk, Kind.ROOM, NOW))
    later = NOW + timedelta(seconds=30)
    time_machine.move_to(later, tick=False)
    changed = code_at(SECRET, lesson.session.pk, Kind.ROOM, later)
    expect(letters).to_have_text(changed)

    phone = browser_of(lesson.people[1].user, viewport=PHONE)
    phone.goto(f"/sessions/{lesson.session.pk}/checkin/")
    phone.get_by_label("In the room").check()
    phone.get_by_label("Code").fill("000000")
    phone.get_by_role("button", name="Check in").click()
    expect(phone.get_by_role("alert")).to_be_focused()
    phone.get_by_label("Code").fill(changed)
    phone.get_by_role("button", name="Check in").click()
    expect(phone.get_by_role("heading", name=re.compile("You are checked in, 14:05"))).to_be_visible()
    expect(projector.get_by_text("1 person has checked in")).to_be_visible()
