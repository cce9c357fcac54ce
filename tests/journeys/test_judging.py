"""An interview is chosen with one click; two members judge alone and then see each other."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from enrollment.models import Application
from tests.factories import a_member, a_person, a_scored_call, a_slot, an_application, rome

NOW = rome(2021, 12, 10, 9)


@pytest.fixture
def call(transactional_db):
    return a_scored_call()


@pytest.fixture
def application(call):
    applicant = a_person(name="Carla Candidata")
    return an_application(cohort=call.cohort, state=Application.State.ELIGIBLE, user=applicant)


def score(page, points, button):
    page.get_by_role("textbox", name="Criterion").fill(points)
    page.get_by_role("button", name=button).click()


def test_from_the_choice_of_an_interview_to_two_signed_sheets(call, application, browser_of, time_machine):
    time_machine.move_to(NOW)
    slots = [a_slot(call, starts_at=rome(2021, 12, 15, hour)) for hour in (10, 11)]
    applicant = browser_of(application.user)

    applicant.goto(f"/applications/{application.pk}/")
    applicant.get_by_role("link", name="Choose a time").click()
    applicant.get_by_role("button", name=re.compile("^11:00–11:[0-9]{2} on Wednesday 15 December")).click()
    expect(applicant.get_by_text("Your interview is booked")).to_be_visible()
    expect(applicant.get_by_role("main")).to_contain_text("Wednesday 15 December 2021, 11:00–11:20")
    slots[1].refresh_from_db()
    assert slots[1].application == application

    time_machine.move_to(slots[1].starts_at + timedelta(minutes=30))
    ada, bea = (a_member(call.cohort, name=name) for name in ("Ada Commissaria", "Bea Commissaria"))
    first, second = browser_of(ada), browser_of(bea)

    first.goto("/home/")
    expect(first.get_by_text("2 score sheets wait for you")).to_be_visible()
    first.get_by_role("navigation").get_by_role("link", name="Committee").first.click()
    first.get_by_role("link", name="Score Carla Candidata: documents").click()
    score(first, "61", "Sign")
    expect(first.get_by_role("alert")).to_be_focused()
    expect(first.get_by_role("textbox", name="Criterion")).to_have_value("61")
    score(first, "52", "Sign")
    expect(first.get_by_text("Your score sheet is signed")).to_be_visible()
    expect(first.get_by_role("main")).not_to_contain_text("Bea Commissaria")

    second.goto(f"/committee/{application.pk}/documents/")
    score(second, "40", "Save draft")
    expect(second.get_by_text("Draft saved")).to_be_visible()
    expect(second.get_by_role("main")).not_to_contain_text("Ada Commissaria")
    score(second, "44", "Sign")
    expect(second.get_by_role("row", name="Total")).to_have_text(re.compile(r"Total\s*52\s*44"))

    first.get_by_role("link", name="Next: Carla Candidata, interview").click()
    expect(first).to_have_url(re.compile(rf"/committee/{application.pk}/interview/$"))
    first.get_by_role("link", name="Documents").click()
    expect(first.get_by_role("row", name="Total")).to_have_text(re.compile(r"Total\s*52\s*44"))
