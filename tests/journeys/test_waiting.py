"""An applicant on a telephone, in Italian: asked once for a document, interviewed, ranked, admitted."""

from datetime import timedelta

import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from enrollment.actions.applications import submit
from enrollment.actions.eligibility import ask_for_documents, declare_eligible
from enrollment.actions.interviews import record_turnout
from enrollment.models import Enrollment, InterviewSlot, Phase
from tests.applying import a_complete_draft
from tests.browsing import follow, press
from tests.factories import (
    a_document,
    a_file,
    a_person,
    a_score_sheet,
    a_slot,
    an_agreement,
    rome,
)
from tests.paperwork import PDF
from tests.selection import AT, Selection

ASKED, CHECKED = rome(2021, 12, 2, 9), rome(2021, 12, 6, 9)
MORNING = rome(2021, 12, 15, 9)  # of the interview


def said(words: str) -> str:
    """What the portal says for it in Italian."""
    with override("it"):
        return gettext(words)


def expect_heading(page: Page, words: str) -> None:
    """It is there, and nothing is wider than the telephone."""
    expect(page.get_by_role("heading", name=said(words), exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def expect_stages(page: Page, over: int, *stages: str) -> None:
    """The status line, of which so many stages are over."""
    lines = page.get_by_role("region", name=said("Where it stands")).get_by_role("listitem")
    expect(lines).to_have_count(len(stages))
    for number, words in enumerate(stages):
        expect(lines.nth(number)).to_contain_text(said(words))
    expect(lines.locator(".badge-good")).to_have_count(over)


@pytest.fixture
def selection(transactional_db):
    an_agreement()
    return Selection(seats=1, ranking_on=AT.date())


@pytest.fixture
def application(selection):
    card = a_document(selection.call, title_it="Documento d’identità", title_en="Identity document")
    applicant = a_person(name="Ada Bianchi", language="it")
    draft = a_complete_draft(applicant, selection.call)
    a_file(draft, card)
    application = submit(application=draft, by=applicant, at=rome(2021, 11, 20, 9))
    ask_for_documents(
        application=application,
        documents=[card],
        message="Manca il retro.",
        due_at=rome(2021, 12, 5, 14),
        by=selection.office,
        at=ASKED,
    )
    return application


@pytest.fixture
def telephone(application, browser_of):
    """The applicant's, on which somebody signed in stays so for two weeks."""

    def open_on_telephone() -> Page:
        page = browser_of(application.user, locale="it-IT", viewport={"width": 390, "height": 844})
        page.goto("/home/")
        expect(page.locator("html")).to_have_attribute("lang", "it")
        return page

    return open_on_telephone


def test_from_a_missing_document_to_a_place(selection, application, telephone, time_machine):
    time_machine.move_to(rome(2021, 12, 3, 10))
    page = telephone()
    expect_heading(page, "The office asks you for documents")
    send_what_was_asked(page)
    asked = ("Application received", "Documents asked for", "Documents received")
    expect_stages(page, 3, *asked, "Check by the office", "Interview", "Publication of the ranking")

    time_machine.move_to(CHECKED)
    declare_eligible(application=application, by=selection.office, at=CHECKED)
    slot = a_slot(selection.call, starts_at=MORNING)
    page.goto("/home/")
    choose_interview(page)
    checked = (*asked, "Declared admissible", "Interview")
    page.goto(f"/applications/{application.pk}/")
    expect_stages(page, 4, *checked, "Publication of the ranking")

    time_machine.move_to(MORNING + timedelta(minutes=30))
    slot.refresh_from_db()
    record_turnout(slot=slot, turnout=InterviewSlot.Turnout.HELD, by=selection.office, at=MORNING)
    page.reload()
    expect_stages(page, 5, *checked, "Publication of the ranking")
    for member in selection.members:
        a_score_sheet(application, member, 50, phase=Phase.DOCUMENTS)
        a_score_sheet(application, member, 35, phase=Phase.INTERVIEW)

    selection.publish()
    time_machine.move_to(AT + timedelta(hours=1))
    page = telephone()
    expect_heading(page, "You are offered a place")
    page.goto(f"/applications/{application.pk}/")
    ranking = page.get_by_role("region", name=said("The ranking"))
    expect(ranking).to_contain_text("85,00")
    expect(ranking).not_to_contain_text("Commissario")
    ranked = (*checked, "A place is offered")
    expect_stages(page, 6, *ranked, "Your answer to the offer", "The edition begins")

    accept(page)
    expect_stages(page, 7, *ranked, "Place accepted", "The edition begins")
    expect(page.locator(".site-nav a[href='/schedule/']")).to_be_visible()
    assert Enrollment.objects.get().user == application.user


def send_what_was_asked(page: Page) -> None:
    """Not with empty hands."""
    follow(page, said("Send the documents"))
    expect_heading(page, "Documents the office asked for")
    expect(page.get_by_text("Manca il retro.")).to_be_visible()
    press(page, said("Send to the office"))
    expect(page.get_by_role("alert")).to_be_focused()
    back = {"name": "retro.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.get_by_label("Documento d’identità").set_input_files(back)
    press(page, said("Send to the office"))
    expect_heading(page, "Your application has been received")
    expect(page.get_by_role("link", name="retro.pdf")).to_be_visible()


def choose_interview(page: Page) -> None:
    follow(page, said("Choose a time"))
    expect_heading(page, "Choose the time of your interview")
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button").click()
    expect_heading(page, "Your interview")
    expect(page.get_by_role("main")).to_contain_text("mercoledì 15 dicembre 2021, 09:00–09:20")


def accept(page: Page) -> None:
    """Not without the agreement."""
    follow(page, said("Answer the offer"))
    expect_heading(page, "A place for you")
    press(page, said("Accept the place"))
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("checkbox").check()
    press(page, said("Accept the place"))
    expect_heading(page, "You have a place")
