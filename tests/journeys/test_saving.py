"""A draft saves itself as one types, on two devices, through a dead network, and without a script."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from enrollment.models import Application
from tests.factories import a_call, a_cohort, a_document, a_draft, a_person
from tests.paperwork import PDF


@pytest.fixture
def draft(transactional_db):
    now = timezone.now()
    first_day = timezone.localdate(now) + timedelta(days=84)
    cohort = a_cohort(starts_on=first_day, ends_on=first_day + timedelta(days=150))
    call = a_call(cohort=cohort, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=28))
    a_document(call)
    return a_draft(user=a_person(language="en"), cohort=cohort)


def address(draft, step="motivation"):
    return f"/cohorts/{draft.cohort.code}/apply/{step}/"


def kept(draft):
    return Application.objects.get(pk=draft.pk).motivation


def test_what_is_typed_is_kept_without_a_button_and_found_on_another_device(draft, browser_of):
    page = browser_of(draft.user)
    page.goto(address(draft))
    page.fill("[name=motivation]", "Coordino")
    expect(page.locator("[data-said]")).to_contain_text("Saved at")
    page.locator("[name=motivation]").press_sequentially(" gli spostamenti.")
    page.click("[name=then][value=next]")  # at once, with a saving perhaps on its way
    expect(page.get_by_role("heading", name="Still missing")).to_be_visible()

    telephone = browser_of(draft.user, viewport={"width": 390, "height": 844})
    telephone.goto(address(draft))
    expect(telephone.locator("[name=motivation]")).to_have_value("Coordino gli spostamenti.")


TYPED_BEFORE_THE_SCRIPT = """
document.addEventListener("readystatechange", () => {
  if (document.readyState === "interactive") document.querySelector("[name=motivation]").value = "Subito.";
});
"""


def test_what_is_typed_before_the_script_arrived_is_kept_too(draft, browser_of):
    page = browser_of(draft.user)
    page.add_init_script(TYPED_BEFORE_THE_SCRIPT)
    page.goto(address(draft))
    expect(page.locator("[data-said]")).to_contain_text("Saved at")
    assert kept(draft) == "Subito."


@pytest.mark.parametrize("step", ["you", "work", "motivation"])
def test_nothing_is_sent_by_a_page_that_is_only_read(step, draft, browser_of):
    page, asked = browser_of(draft.user), []
    page.on("request", lambda request: asked.append(request.method))
    page.clock.install()
    page.goto(address(draft, step))
    page.clock.run_for("01:00")
    page.reload()  # so that everything before has been told
    assert set(asked) == {"GET"}


def test_a_device_that_comes_second_is_told_and_loses_nothing(draft, browser_of):
    laptop, telephone = browser_of(draft.user), browser_of(draft.user)
    for device in (laptop, telephone):
        device.goto(address(draft))
    telephone.fill("[name=motivation]", "Dal telefono.")
    expect(telephone.locator("[data-said]")).to_contain_text("Saved at")

    laptop.fill("[name=motivation]", "Dal portatile.")
    expect(laptop.locator("[data-said]")).to_contain_text("changed on another device meanwhile")
    expect(laptop.locator("[name=motivation]")).to_have_value("Dal portatile.")
    assert kept(draft) == "Dal telefono."

    laptop.click("[name=then][value=next]")
    expect(laptop.get_by_role("alert")).to_contain_text("Dal telefono.")
    expect(laptop.locator("[name=motivation]")).to_have_value("Dal portatile.")
    laptop.click("[name=then][value=later]")
    expect(laptop.get_by_text("This application has not been sent")).to_be_visible()
    assert kept(draft) == "Dal portatile."


def test_a_reply_that_was_lost_is_no_other_device(draft, browser_of):
    # What passes a service worker, even untouched, is out of reach of a route.
    page = browser_of(draft.user, service_workers="block")
    page.goto(address(draft))

    def lose_the_reply(route):
        route.fetch()
        route.abort()

    page.route(f"**{address(draft)}", lose_the_reply, times=1)
    page.fill("[name=motivation]", "Prima")
    expect(page.locator("[data-said]")).to_contain_text("the portal cannot be reached")
    assert kept(draft) == "Prima"

    page.fill("[name=motivation]", "Prima e dopo")
    expect(page.locator("[data-said]")).to_contain_text("Saved at")
    expect(page.locator("[name=seen]")).to_have_value("2")
    assert kept(draft) == "Prima e dopo"


def test_who_signs_in_anew_in_another_window_loses_nothing(draft, browser_of):
    page = browser_of(draft.user)
    page.clock.install()
    page.goto(address(draft))
    page.context.clear_cookies()
    page.fill("[name=motivation]", "Scritto senza")
    expect(page.locator("[data-said]")).to_contain_text("you are no longer signed in")
    assert kept(draft) == ""

    page.context.add_cookies(browser_of(draft.user).context.cookies())
    token = page.locator("form[data-saving] [name=csrfmiddlewaretoken]")
    old = token.input_value()
    page.fill("[name=motivation]", "Scritto senza esserci")
    expect(token).not_to_have_value(old)
    page.clock.fast_forward("00:10")  # when it tries again
    expect(page.locator("[data-said]")).to_contain_text("Saved at")
    expect(page.locator("[name=seen]")).to_have_value("2")
    assert kept(draft) == "Scritto senza esserci"


def test_without_a_script_the_buttons_save_and_files_are_sent(draft, browser_of):
    page = browser_of(draft.user, java_script_enabled=False)
    page.goto(address(draft))
    page.fill("[name=motivation]", "Per imparare.")
    page.set_input_files("[type=file]", {"name": "cv.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.click("[name=then][value=later]")

    expect(page.get_by_text("This application has not been sent")).to_be_visible()
    expect(page.get_by_role("link", name="cv.pdf")).to_be_visible()
    assert kept(draft) == "Per imparare."
