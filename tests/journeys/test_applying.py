"""Somebody who has never been here applies for a place and gets it, and is told so by mail."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from academy.tasks import sweep
from enrollment.models import Application, Enrollment
from tests.factories import PASSWORD, a_call, a_cohort, a_session, somebody_of_the_office, with_address
from tests.smtp import MailServer

ADA = "ada@example.org"


@pytest.fixture
def call(transactional_db):
    now = timezone.now()
    first_day = timezone.localdate(now) + timedelta(days=84)
    cohort = a_cohort(starts_on=first_day, ends_on=first_day + timedelta(days=150))
    a_session(cohort)
    return a_call(cohort=cohort, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=28))


@pytest.fixture
def server(settings, live_server):
    """Takes every mail of the site; links in them lead to this site."""
    settings.SITE_URL = live_server.url
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    with MailServer().running() as server:
        settings.EMAIL_PORT = server.port
        yield server


def test_from_the_front_page_to_a_place(call, page, browser, live_server, server):
    # The way leads through a new account and back to the form.
    page.goto("/")
    page.click(".hero a.button:not(.button-quiet)")
    page.click("main a[href^='/accounts/signup/']")
    page.fill("[name=name]", "Ada Bianchi")
    page.fill("[name=email]", ADA)
    page.check("[name=privacy_read]")
    page.click("main .form button")
    page.fill("[name=code]", code_in_the_last_mail(page, server))
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

    # The post tells her that it has arrived, and where it stands.
    code = call.cohort.code
    page.goto(link_in_the_next_mail(server, f"Abbiamo ricevuto la tua candidatura all’edizione {code}"))
    expect(page.locator("main h1")).to_contain_text(code)
    expect(page.locator("main .callout")).to_be_visible()
    expect(page.locator("main .callout-good")).to_be_hidden()

    admit_in_the_office(browser, live_server)

    page.goto(link_in_the_next_mail(server, f"Hai un posto nell’edizione {code}"))
    expect(page.locator("main .callout-good")).to_be_visible()
    expect(page.locator(".site-nav a[href='/schedule/']")).to_be_visible()
    assert Enrollment.objects.get().user.name == "Ada Bianchi"


def code_in_the_last_mail(page, server) -> str:
    expect(page.locator("[name=code]")).to_be_visible()
    text = server.to(ADA)[-1].get_body(["plain"]).get_content()
    return re.search(r"^[A-Z0-9]{4}-[A-Z0-9]{4}\r?$", text, re.MULTILINE).group().strip()


def link_in_the_next_mail(server, subject: str) -> str:
    """Where the only mail that leaves with one round of the post leads, as text and as HTML."""
    before = server.to(ADA)
    sweep()
    [letter] = server.to(ADA)[len(before) :]
    assert letter["Subject"].strip() == subject  # a long one begins on a line of its own
    application = reverse("enrollment:application", args=[Application.objects.get().pk])
    [link] = re.findall(rf"^\S+{application}(?=\r?$)", letter.get_body(["plain"]).get_content(), re.MULTILINE)
    assert f'href="{link}"' in letter.get_body(["html"]).get_content()
    return link


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
    expect(page).to_have_url(re.compile("/change/$"))
    context.close()
