"""The office admits to an edition: from its call to a published ranking, its seats, and who is next."""

import csv

import pytest
from playwright.sync_api import Page, expect

from enrollment.actions.evaluation import fill_in_sheet
from enrollment.actions.interviews import choose_slot
from enrollment.models import Application, Criterion, InterviewSlot, Phase
from tests.browsing import follow, press
from tests.factories import (
    a_cohort,
    a_person,
    an_agreement,
    an_application,
    rome,
    somebody_of_the_office,
)
from tests.paperwork import PDF

ADA, BRUNO, CARLA, DARIO, ELENA = PEOPLE = (
    "Ada Bianchi",
    "Bruno Neri",
    "Carla Rossi",
    "Dario Verdi",
    "Elena Gallo",
)
FABIO = "Fabio Marini"
# Of each from everybody in the committee, for documents and interview.
POINTS = dict(zip(PEOPLE, [(50, 35), (45, 35), (45, 30), (40, 30), (10, 20)], strict=True))


@pytest.fixture
def cohort(transactional_db):
    an_agreement()
    return a_cohort(seats=2)


@pytest.fixture
def office_at(transactional_db, browser_of, time_machine):
    """The office signs in at a moment: it stays signed in for two weeks."""
    olga = somebody_of_the_office(name="Olga Ufficio")

    def sign_in(moment) -> Page:
        time_machine.move_to(moment)
        page = browser_of(olga)
        page.goto("/admin/")
        return page

    return sign_in


def test_from_the_call_to_the_last_seat(cohort, office_at, browser_of, time_machine):
    members = [a_person(name=f"{name} Commissaria") for name in ("Mara", "Nora")]
    page = office_at(rome(2021, 11, 5, 10))
    open_the_call(page, cohort)
    name_the_committee(page, members)
    reader = browser_of()
    reader.goto(f"/cohorts/{cohort.code}/")
    expect(reader.get_by_text("Whoever works in mobility.")).to_be_visible()
    expect(reader.get_by_role("heading", name="Documents: at most 70 points")).to_be_visible()

    received = rome(2021, 11, 20, 10)
    sent = {
        name: an_application(cohort=cohort, user=a_person(name=name, language="en"), submitted_at=received)
        for name in (*PEOPLE, FABIO)
    }
    page = office_at(rome(2021, 11, 30, 15))
    exclude_fabio(page)
    ask_elena(page)
    send_what_was_asked(browser_of(sent[ELENA].user), sent[ELENA])
    choose_in_list(page, "Applications", PEOPLE, "Declare admissible")
    expect(page.get_by_text("Done: 5.")).to_be_visible()

    time_machine.move_to(rome(2021, 12, 6, 10))
    offer_interviews(page)
    for name, slot in zip(PEOPLE, InterviewSlot.objects.order_by("starts_at"), strict=True):
        applicant = {"application": sent[name], "by": sent[name].user}
        choose_slot(**applicant, slot=slot, instead_of=None, at=rome(2021, 12, 7, 9))
    judge(page, sent, members, time_machine)

    page = office_at(rome(2021, 12, 17, 10))
    publish(page)
    carry_away(page, cohort)

    ada, bruno, carla, dario = (opened(browser_of, sent[name]) for name in (ADA, BRUNO, CARLA, DARIO))
    expect(carla.get_by_role("heading", name="You are on the reserve list")).to_be_visible()
    accept(ada)
    decline(bruno)
    carla.reload()
    expect(carla.get_by_role("heading", name="You are offered a place")).to_be_visible()

    raise_capacity(page)
    dario.reload()
    expect(dario.get_by_role("heading", name="You are offered a place")).to_be_visible()
    take_back(page)
    dario.reload()
    expect(dario.get_by_role("heading", name="You are on the reserve list")).to_be_visible()
    scroll(page)
    dario.reload()
    expect(dario.get_by_role("heading", name="You are offered a place")).to_be_visible()


# What the office does.


def fill_moment(page: Page, name: str, day: str, hour: str) -> None:
    page.locator(f"[name={name}_0]").fill(day)
    page.locator(f"[name={name}_1]").fill(hour)


def open_call(page: Page) -> None:
    follow(page, "Calls")
    with page.expect_navigation():
        page.get_by_role("table").get_by_role("link", name="SMTC").click()


def begin(page: Page, name: str, act: str) -> None:
    """Open what is asked before `act` on somebody's application."""
    follow(page, "Applications")
    follow(page, name)
    follow(page, act)
    expect(page.get_by_role("heading", level=1)).to_have_text(act)


def end(page: Page, act: str) -> None:
    press(page, act)
    expect(page.get_by_text(f"Done: {act}")).to_be_visible()


def choose_in_list(page: Page, kind: str, names, act: str) -> None:
    """Tick these in a list of the office, and `act` on all of them."""
    follow(page, kind)
    for name in names:
        page.get_by_role("row", name=name).get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option(label=act)
    press(page, "Go")


def open_the_call(page: Page, cohort) -> None:
    """With terms and dates; the standard criteria come by themselves, and one of them is changed."""
    follow(page, "Calls")
    follow(page, "Add call")
    page.get_by_label("Edition:").select_option(label=str(cohort))
    fill_moment(page, "opens_at", "2021-11-08", "09:00")
    fill_moment(page, "closes_at", "2021-11-30", "14:00")
    page.get_by_label("Ranking published on:").fill("2021-12-17")
    fill_moment(page, "answers_by", "2021-12-23", "14:00")
    page.get_by_label("Who may apply, in Italian:").fill("Chi lavora nella mobilità.")
    page.get_by_label("Who may apply, in English:").fill("Whoever works in mobility.")
    press(page, "Save and continue editing")
    expect(page.get_by_text("was added successfully")).to_be_visible()

    page.get_by_role("heading", name="Criteria").first.click()
    first = page.locator("[id=criteria-0]")
    expect(first).to_contain_text("Curriculum and experience")
    first.get_by_label("Points at most:").fill("40")
    press(page, "Save and continue editing")
    expect(page.get_by_text("was changed successfully")).to_be_visible()


def name_the_committee(page: Page, members) -> None:
    """The page of the call says who is missing, and leads there."""
    for member in members:
        open_call(page)
        follow(page, "Members of the committee still to be named")
        page.get_by_label("Person:").fill(member.email)
        press(page, "Save")
        expect(page.get_by_text("was added successfully")).to_be_visible()
    open_call(page)
    expect(page.get_by_text("Waiting for the office")).to_have_count(0)


def exclude_fabio(page: Page) -> None:
    begin(page, FABIO, "Exclude")
    page.get_by_label("Ground").select_option("requirements")
    press(page, "Exclude")
    expect(page.get_by_text("This field is required.")).to_be_visible()
    page.get_by_label("Reason").fill("A degree is asked for.")
    end(page, "Exclude")


def ask_elena(page: Page) -> None:
    begin(page, ELENA, "Ask for documents")
    page.get_by_role("checkbox", name="Identity document").check()
    page.get_by_label("Message to the applicant").fill("The back is missing.")
    fill_moment(page, "due_at", "2021-12-03", "14:00")
    end(page, "Ask for documents")


def offer_interviews(page: Page) -> None:
    """As many as there are people to invite, one after the other."""
    choose_in_list(page, "Applications", PEOPLE, "Invite to choose an interview")
    expect(page.get_by_label("How many interviews")).to_have_value("5")
    fill_moment(page, "starts_at", "2021-12-13", "09:00")
    page.get_by_label("Where").fill("https://meet.example.org/c")
    press(page, "Save")
    expect(page.get_by_text("5 interviews are offered.")).to_be_visible()


def judge(page: Page, sent: dict[str, Application], members, time_machine) -> None:
    """The members sign; the office sees a sheet as soon as it is signed, and writes down who came."""
    time_machine.move_to(rome(2021, 12, 13, 13))
    sign(sent[ADA], members[0])
    follow(page, "Applications")
    follow(page, ADA)
    sheets = page.get_by_role("table", name="Score sheets").get_by_role("rowheader")
    expect(sheets).to_have_count(2)
    for name in PEOPLE:
        for member in members:
            sign(sent[name], member)
    page.reload()
    expect(sheets).to_have_count(4)

    open_call(page)
    follow(page, "Interviews without an outcome")
    page.get_by_role("checkbox", name="Select all objects on this page").check()
    page.get_by_label("Action:").select_option(label="The interviews were held")
    press(page, "Go")
    expect(page.get_by_text("Done: 5.")).to_be_visible()


def sign(application: Application, member) -> None:
    """Both sheets of a member: the points go to the first criteria, each up to its maximum."""
    for phase, left in zip(Phase, POINTS[application.user.name], strict=True):
        given = {}
        for criterion in Criterion.objects.filter(call__cohort=application.cohort, phase=phase):
            given[criterion.pk] = min(left, criterion.maximum)
            left -= given[criterion.pk]
        fill_in_sheet(
            application=application,
            phase=phase,
            points=given,
            remark="",
            sign=True,
            by=member,
            at=rome(2021, 12, 13, 13),
        )


def publish(page: Page) -> None:
    """What is looked at is what is published."""
    open_call(page)
    follow(page, "Ranking")
    seen = lines(page)
    assert [(place, name, total) for place, _receipt, name, _documents, _interview, total, _note in seen] == [
        ("1", ADA, "85.00"),
        ("2", BRUNO, "80.00"),
        ("3", CARLA, "75.00"),
        ("4", DARIO, "70.00"),
        ("–", ELENA, "30.00"),
        ("–", FABIO, "–"),
    ]
    page.get_by_label("I have looked at the ranking").check()
    press(page, "Publish the ranking")
    expect(page.get_by_text("Version 1 of the ranking is published.")).to_be_visible()
    assert lines(page) == seen


def lines(page: Page) -> list[list[str]]:
    """The ranking on a page of the office."""
    rows = page.locator(".ranking tr:has(th[scope=row])").all()
    return [row.locator("td, th").all_inner_texts() for row in rows]


def carry_away(page: Page, cohort) -> None:
    """As a table, and as the minutes of the committee."""
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == f"ranking-{cohort.code}-v1.csv"
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        names = [row[2] for row in csv.reader(file, delimiter=";")]
    assert names == ["Name", *PEOPLE, FABIO]
    with page.expect_download() as download:
        page.get_by_role("link", name="Minutes (PDF)").click()
    assert download.value.suggested_filename == f"ranking-{cohort.code}-v1.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def raise_capacity(page: Page) -> None:
    """The new seat is offered at once."""
    open_call(page)
    follow(page, "Seats")
    page.get_by_label("Seats").fill("3")
    end(page, "Change the number of seats")


def take_back(page: Page) -> None:
    begin(page, DARIO, "Take the offer back")
    page.get_by_label("Reason").fill("Sent to the wrong address.")
    end(page, "Take the offer back")


def scroll(page: Page) -> None:
    """A seat whose offer was taken back stays free until the office offers it."""
    open_call(page)
    follow(page, "Offer the free seats")
    end(page, "Offer the free seats")


# What applicants do.


def opened(browser_of, application: Application) -> Page:
    """Their application, in a browser of their own."""
    page = browser_of(application.user)
    page.goto(f"/applications/{application.pk}/")
    return page


def send_what_was_asked(page: Page, application: Application) -> None:
    page.goto(f"/applications/{application.pk}/documents/")
    expect(page.get_by_text("The back is missing.")).to_be_visible()
    back = {"name": "back.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.get_by_label("Identity document").set_input_files(back)
    press(page, "Send to the office")
    expect(page.get_by_role("heading", name="Your application has been received")).to_be_visible()


def accept(page: Page) -> None:
    follow(page, "Answer the offer")
    page.get_by_role("checkbox").check()
    press(page, "Accept the place")
    expect(page.get_by_role("heading", name="You have a place")).to_be_visible()


def decline(page: Page) -> None:
    follow(page, "Answer the offer")
    follow(page, "Renounce the place…")
    press(page, "Renounce it")
    expect(page.get_by_role("heading", name="You have renounced the place")).to_be_visible()
