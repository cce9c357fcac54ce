"""With nothing but a keyboard, in a browser that runs no scripts, the main jobs can be done."""

import pytest
from playwright.sync_api import Page, expect

from assessments.models import Score
from enrollment.models import Application
from tests.factories import a_call, a_person, a_session, a_test, an_enrollment, an_instructor, rome


def tab_to(page: Page, role: str, name: str) -> None:
    """Press Tab until the thing of this name has the focus, which must then be seen."""
    wanted = page.get_by_role(role, name=name, exact=True).first
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("it => it === document.activeElement"):
            expect(wanted).to_be_in_viewport()
            return
    raise AssertionError(f"Tab does not reach {role} “{name}”")


def enter(page: Page) -> None:
    """Press Enter and wait for the page it leads to, which may have things of the same name."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def press(page: Page, role: str, name: str) -> None:
    """Go to a link or a button and press it."""
    tab_to(page, role, name)
    enter(page)


def fill(page: Page, role: str, name: str, keys: str) -> None:
    """Go to a field and type."""
    tab_to(page, role, name)
    page.keyboard.type(keys)


@pytest.fixture
def bare(browser_of):
    """Opens a browser without scripts, on a telephone."""
    return lambda person: browser_of(
        person, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )


def test_somebody_applies(transactional_db, bare, time_machine):
    time_machine.move_to(rome(2021, 11, 2, 10))
    call, person = a_call(), a_person(name="Ada Bianchi")
    page = bare(person)
    page.goto(f"/cohorts/{call.cohort.code}/apply/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    enter(page)
    press(page, "button", "Begin the application")
    tab_to(page, "textbox", "Date of birth")
    page.keyboard.type("05051985")
    fill(page, "checkbox", "I have no Italian tax code", " ")
    press(page, "button", "Save and continue")
    fill(page, "textbox", "Employer (optional)", "Comune di Torino")
    fill(page, "combobox", "Kind of employer", "p")
    fill(page, "radio", "public", " ")
    fill(page, "combobox", "Region where you work", "p")
    press(page, "button", "Save and continue")
    fill(page, "textbox", "Why you want to take part", "Coordino gli spostamenti.")
    press(page, "button", "Save and continue")

    # What is missing is told at the top, and a press leads to it.
    press(page, "link", "Role")
    fill(page, "textbox", "Role", "Mobility manager")
    enter(page)
    press(page, "button", "Save and continue")
    fill(page, "checkbox", "I have read the privacy notice", " ")
    press(page, "button", "Send the application")
    expect(page.get_by_role("heading", level=1)).to_contain_text("My application")
    application = Application.objects.get()
    assert (application.user, application.role) == (person, "Mobility manager")
    assert (application.employer_kind, application.foreign) == ("public_body", True)


def test_an_instructor_records_and_publishes(transactional_db, bare, time_machine):
    teacher = an_instructor()
    test = a_test(a_session(starts_at=rome(2022, 2, 3, 9), instructors=[teacher]))
    for name in ("Ada Bianchi", "Bruno Neri"):
        an_enrollment(user=a_person(name=name), cohort=test.cohort)
    time_machine.move_to(rome(2022, 2, 7, 10))
    page = bare(teacher.user)
    page.goto("/teaching/")
    press(page, "link", "Travel plans")
    fill(page, "textbox", "Ada Bianchi", "28")
    fill(page, "textbox", "Bruno Neri", "exc")
    press(page, "button", "Save and go on to publish")
    press(page, "button", "Sign and publish")
    expect(page.get_by_role("row", name="Ada Bianchi")).to_contain_text("28")
    results = Score.objects.order_by("enrollment__user__name").values_list("outcome", "value")
    assert list(results) == [("mark", 28), ("excused", None)]
    assert not Score.objects.filter(published_at=None).exists()
