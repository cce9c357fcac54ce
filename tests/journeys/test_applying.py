"""Somebody who has never been here applies for a place and gets it, and is told so by mail."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from academy.tasks import sweep
from enrollment.actions.eligibility import declare_eligible
from enrollment.actions.offers import make_offer
from enrollment.models import Application, Enrollment
from tests.factories import a_call, a_cohort, a_document, a_session, an_agreement, somebody_of_the_office
from tests.paperwork import PDF
from tests.smtp import MailServer

ADA = "ada@example.org"


@pytest.fixture
def call(transactional_db):
    now = timezone.now()
    first_day = timezone.localdate(now) + timedelta(days=84)
    cohort = a_cohort(starts_on=first_day, ends_on=first_day + timedelta(days=150))
    a_session(cohort)
    call = a_call(cohort=cohort, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=28))
    a_document(call)
    return call


@pytest.fixture
def server(settings, live_server):
    """Takes every mail of the site; links in them lead to this site."""
    settings.SITE_URL = live_server.url
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    with MailServer().running() as server:
        settings.EMAIL_PORT = server.port
        yield server


def test_from_the_front_page_to_a_place(call, page, server):
    agreement = an_agreement()
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

    page.click("main form.actions button")

    # Four steps. Something is forgotten: the last look says what, and leads there.
    page.fill("[name=born_on]", "1985-05-17")
    page.check("[name=foreign]")
    go_on(page, "work")
    page.select_option("[name=employer_kind]", "none")
    page.check("[name=sector][value=public]")
    page.select_option("[name=region]", "Piemonte")
    go_on(page, "motivation")
    page.fill("[name=motivation]", "Cerco lavoro nella mobilità.")
    page.set_input_files("[type=file]", {"name": "cv.pdf", "mimeType": "application/pdf", "buffer": PDF})
    go_on(page, "review")
    page.check("[name=privacy_read]")
    page.click("main .form .actions button")
    page.click(f"main .callout-warn a[href='/cohorts/{call.cohort.code}/apply/work/']")
    page.fill("[name=role]", "Mobility manager")
    go_on(page, "motivation")
    go_on(page, "review")
    expect(page.get_by_role("link", name="cv.pdf")).to_be_visible()
    page.check("[name=privacy_read]")
    page.click("main .form .actions button")

    expect(page).to_have_url(re.compile(r"/applications/\d+/(#|$)"))
    expect(page.locator(".site-nav [aria-current=page]")).to_have_attribute(
        "href", re.compile(r"/applications/\d+/")
    )
    expect(page.get_by_text(f"{call.cohort.code}/0001")).to_be_visible()

    # The post tells her that it has arrived, and where it stands.
    page.goto(link_in_the_next_mail(server, call.cohort.code))
    expect(page.locator("main h1")).to_contain_text(call.cohort.code)
    expect(page.locator("main .callout:visible")).to_be_visible()

    # The office checks it and offers her a seat; she reads the agreement and takes it.
    office, now = somebody_of_the_office(), timezone.now()
    application = declare_eligible(application=Application.objects.get(), by=office, at=now)
    make_offer(application=application, deadline=now + timedelta(days=10), by=office, at=now)
    page.goto(link_in_the_next_mail(server, call.cohort.code))
    page.check(f"[type=checkbox][name$='{agreement.pk}']")
    page.click("main .form .actions button")

    expect(page.locator("main .callout-good")).to_be_visible()
    expect(page.locator(".site-nav a[href='/schedule/']")).to_be_visible()
    assert Enrollment.objects.get().user.name == "Ada Bianchi"


def go_on(page, step: str) -> None:
    """To the next step: it has the same buttons, and a saving on its way may hold up the way there."""
    page.click("[value=next]")
    expect(page).to_have_url(re.compile(f"/apply/{step}/"))


def code_in_the_last_mail(page, server) -> str:
    expect(page.locator("[name=code]")).to_be_visible()
    text = server.to(ADA)[-1].get_body(["plain"]).get_content()
    return re.search(r"^[A-Z0-9]{4}-[A-Z0-9]{4}\r?$", text, re.MULTILINE).group().strip()


def link_in_the_next_mail(server, code: str) -> str:
    """Where the only mail that leaves with one round of the post leads, as text and as HTML."""
    before = server.to(ADA)
    sweep()
    [letter] = server.to(ADA)[len(before) :]
    assert code in letter["Subject"]
    [link] = re.findall(
        r"^\S+/applications/\S+(?=\r?$)", letter.get_body(["plain"]).get_content(), re.MULTILINE
    )
    assert f'href="{link}"' in letter.get_body(["html"]).get_content()
    return link
