"""Somebody who has never been here applies for a place and gets it."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from enrollment.models import Application, Enrollment
from tests.factories import PASSWORD, a_call, a_cohort, a_session, somebody_of_the_office, with_address


@pytest.fixture
def call(transactional_db):
    now = timezone.now()
    first_day = timezone.localdate(now) + timedelta(days=84)
    cohort = a_cohort(starts_on=first_day, ends_on=first_day + timedelta(days=150))
    a_session(cohort)
    return a_call(cohort=cohort, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=28))


def test_from_the_front_page_to_a_place(call, page, browser, live_server):
    # The way leads through a new account and back to the form.
    page.goto("/")
    page.click(".hero a.button:not(.button-quiet)")
    page.click("main a[href^='/accounts/signup/']")
    page.fill("[name=name]", "Ada Bianchi")
    page.fill("[name=email]", "ada@example.org")
    page.check("[name=privacy_read]")
    page.click("main .form button")
    page.fill("[name=code]", code_in_the_last_mail(page))
    page.click("main .form button >> nth=0")
    expect(page).to_have_url(re.compile(f"/cohorts/{call.cohort.code}/apply/"))

    # Something is forgotten: nothing typed is lost, and the summary leads to the field.
    page.select_option("[name=employer_kind]", "none")
    page.check("[name=sector][value=public]")
    page.select_option("[name=region]", "Piemonte")
    page.fill("[name=motivation]", "Cerco lavoro nella mobilità.")
    page.check("[name=privacy_read]")
    page.click("main .form .actions button")
    page.click(".error-summary a[href='#id_role']")
    expect(page.locator("#id_role")).to_be_focused()
    expect(page.locator("[name=motivation]")).to_have_value("Cerco lavoro nella mobilità.")
    page.fill("[name=role]", "Mobility manager")
    page.click("main .form .actions button")

    expect(page).to_have_url(re.compile(r"/applications/\d+/(#|$)"))
    expect(page.locator(".site-nav [aria-current=page]")).to_have_attribute(
        "href", re.compile(r"/applications/\d+/")
    )

    admit_in_the_office(browser, live_server)

    page.reload()
    expect(page.locator("main .callout-good")).to_be_visible()
    expect(page.locator(".site-nav a[href='/schedule/']")).to_be_visible()
    assert Enrollment.objects.get().user.name == "Ada Bianchi"


def code_in_the_last_mail(page) -> str:
    expect(page.locator("[name=code]")).to_be_visible()
    return re.search(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", mail.outbox[-1].body, re.MULTILINE).group()


def admit_in_the_office(browser, live_server) -> None:
    """The office has its own browser."""
    office = with_address(somebody_of_the_office(password=PASSWORD))
    context = browser.new_context(base_url=live_server.url, locale="it-IT")
    page = context.new_page()
    address = reverse("admin:enrollment_application_admit", args=[Application.objects.get().pk])
    page.goto(address)
    page.fill("[name=login]", office.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main .form button")
    expect(page).to_have_url(re.compile(address))
    page.click("#content form button, #content form input[type=submit]")
    page.wait_for_load_state()
    context.close()
