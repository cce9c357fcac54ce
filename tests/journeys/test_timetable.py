"""The office makes a timetable, releases it, moves and cancels; people see it, and hear of each once."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from academy.postman import sweep
from courses.models import Session, TimetableDraft
from tests.classroom import client_of
from tests.factories import (
    a_cohort,
    a_module,
    a_person,
    a_room,
    an_enrollment,
    an_instructor,
    rome,
    somebody_of_the_office,
)

NOW = rome(2022, 1, 14, 10)
THURSDAY = rome(2022, 1, 27, 14)
DAY, FOUR_HOURS = timedelta(days=1), timedelta(hours=4)


@pytest.fixture
def world(time_machine):
    """An edition with a member and an instructor, and the clock of an office morning."""
    time_machine.move_to(NOW, tick=False)
    cohort = a_cohort()
    member = an_enrollment(user=a_person(language="en"), cohort=cohort).user
    teacher = an_instructor(user=a_person(name="Ada Lovati", language="en"))
    return cohort, member, teacher, client_of(somebody_of_the_office())


def form(starts_at, **fields) -> dict:
    ends_at = starts_at + timedelta(hours=4)
    moments = {"starts_at": starts_at, "ends_at": ends_at}
    halves = {f"{name}_0": f"{moment:%Y-%m-%d}" for name, moment in moments.items()}
    halves |= {f"{name}_1": f"{moment:%H:%M}" for name, moment in moments.items()}
    return halves | {"mode": "hybrid", "link": "", "reason": ""} | fields


def letters_after(minutes: int, time_machine) -> dict[str, list[str]]:
    """Address → subjects of the mails of the next minutes."""
    mail.outbox.clear()
    time_machine.move_to(timezone.now() + timedelta(minutes=minutes), tick=False)
    for _round in range(2):  # a second sweep sends nothing twice
        sweep(clock=timezone.now, seconds=5)
    found: dict[str, list[str]] = {}
    for letter in mail.outbox:
        found.setdefault(letter.to[0], []).append(letter.subject)
    return found


@pytest.mark.django_db
def test_a_timetable_is_drafted_released_moved_and_cancelled_and_everybody_hears_once(world, time_machine):
    cohort, member, teacher, office = world
    office.post(reverse("admin:courses_timetabledraft_add"), {"cohort": cohort.pk})
    draft = TimetableDraft.objects.get()
    for day in (0, 1):
        facts = {"module": a_module(cohort).pk, "purpose": "teaching", "kind": ""}
        facts |= {"rooms": [a_room().pk], "instructors": [teacher.pk], "topic_it": "", "topic_en": ""}
        add = reverse("admin:courses_timetabledraft_add_session", args=[draft.pk])
        assert office.post(add, form(THURSDAY + timedelta(days=day), **facts)).status_code == 302
    assert letters_after(20, time_machine) == {}
    assert not Session.objects.exists()

    release = reverse("admin:courses_timetabledraft_release", args=[draft.pk])
    assert office.post(release, {"note": ""}).status_code == 302
    subject = f"New sessions of {cohort.code}"
    assert letters_after(9, time_machine) == {}
    assert letters_after(2, time_machine) == {member.email: [subject], teacher.user.email: [subject]}
    assert "Thursday 27 January 2022" in mail.outbox[0].body
    assert client_of(member).get("/schedule/?view=week&on=2022-01-27").text.count("Travel plans") >= 2

    first, second = Session.objects.order_by("starts_at")
    move = reverse("admin:courses_session_move", args=[first.pk])
    moved = form(THURSDAY - timedelta(days=1), reason="Strike", rooms=[a_room().pk])
    read = office.post(move, moved)
    assert "1 participant is told." in read.text
    seen = re.search(r'name="foreseen" value="(\w+)"', read.text)[1]
    assert office.post(move, moved | {"foreseen": seen}).status_code == 302
    told = letters_after(11, time_machine)
    assert {address: len(subjects) for address, subjects in told.items()} == {
        member.email: 1,
        teacher.user.email: 1,
    }
    assert told[member.email][0].startswith("Changed: Travel plans, Wednesday 26 January")

    office.post(reverse("admin:courses_session_cancel", args=[second.pk]), {"reason": "Strike"})
    told = letters_after(11, time_machine)
    assert told[member.email] == ["Cancelled: Travel plans, Friday 28 January at 14:00"]
    assert letters_after(30, time_machine) == {}


def fill(page: Page, starts_at, ends_at) -> None:
    """The two moments of a form of the office."""
    for name, moment in (("starts_at", starts_at), ("ends_at", ends_at)):
        page.locator(f"[name={name}_0]").fill(f"{moment:%Y-%m-%d}")
        page.locator(f"[name={name}_1]").fill(f"{moment:%H:%M}")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def test_the_office_drafts_releases_moves_and_cancels_in_its_browser_and_a_participant_sees_it(
    transactional_db, browser_of, time_machine
):
    time_machine.move_to(NOW)
    cohort, room, teacher = a_cohort(), a_room(), an_instructor(name="Ada Lovati")
    member = an_enrollment(user=a_person(language="en"), cohort=cohort).user
    office = browser_of(somebody_of_the_office())

    office.goto("/admin/courses/timetabledraft/add/")
    office.get_by_label("Edition").select_option(cohort.code)
    press(office, "Save and continue editing")
    for day in (0, 1):
        office.get_by_role("link", name="Add a session").click()
        office.get_by_label("Module").select_option(str(a_module(cohort).pk))
        fill(office, THURSDAY + DAY * day, THURSDAY + DAY * day + FOUR_HOURS)
        office.get_by_label("Mode").select_option("hybrid")
        office.get_by_label("Rooms").select_option(str(room.pk))
        office.get_by_label("Instructors").select_option(str(teacher.pk))
        press(office, "Add a session")
    expect(office.get_by_text("Nothing: the draft can be released.")).to_be_visible()
    office.get_by_role("link", name="Release the timetable").click()
    expect(office.get_by_text("2 sessions change")).to_be_visible()
    press(office, "Release the timetable")
    expect(office.get_by_text("Done: Release the timetable")).to_be_visible()
    first, second = Session.objects.order_by("starts_at")

    office.goto(reverse("admin:courses_session_change", args=[first.pk]))
    office.get_by_role("link", name="Move or change place").click()
    fill(office, THURSDAY - DAY, THURSDAY - DAY + FOUR_HOURS)
    office.get_by_label("Reason").fill("Strike of the railways")
    press(office, "Move or change place")
    expect(office.get_by_text("1 participant is told.")).to_be_visible()
    press(office, "Move or change place")
    expect(office.get_by_text("Done: Move or change place")).to_be_visible()

    office.goto(reverse("admin:courses_session_change", args=[second.pk]))
    office.get_by_role("link", name="Cancel the session").click()
    office.get_by_label("Reason").fill("The instructor is ill")
    press(office, "Cancel the session")
    expect(office.get_by_text("Done: Cancel the session")).to_be_visible()

    reader = browser_of(member)
    reader.goto("/schedule/?on=2022-01-26")
    days = reader.locator("li.session")
    expect(days.first).to_contain_text("moved")
    expect(days.first).to_contain_text("Strike of the railways")
    expect(days.last).to_contain_text("cancelled")
    expect(days.last).to_contain_text("The instructor is ill")
