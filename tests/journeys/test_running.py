"""The office runs an edition: moves a session, is told what cannot be, corrects a score."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from academy.postman import sweep
from assessments.models import Score, ScoreEntry
from tests.factories import (
    a_cohort,
    a_person,
    a_room,
    a_score,
    a_session,
    a_test,
    an_enrollment,
    rome,
    somebody_of_the_office,
)

WEDNESDAY = rome(2022, 2, 2, 10)


@pytest.fixture
def office(transactional_db):
    return somebody_of_the_office()


def test_a_session_moves_with_a_reason_and_a_clash_is_refused_in_words(office, browser_of, time_machine):
    room, cohort = a_room(name="Aula 1"), a_cohort()
    member = an_enrollment(user=a_person(name="Ada Bianchi", language="en"), cohort=cohort)
    session = a_session(cohort, starts_at=rome(2022, 2, 10, 9), rooms=[room])
    a_session(starts_at=rome(2022, 2, 11, 9), rooms=[room])  # of another edition
    time_machine.move_to(WEDNESDAY)

    page = browser_of(office)
    page.goto("/admin/")
    page.get_by_role("link", name="Sessions", exact=True).first.click()
    page.get_by_role("row", name=cohort.code).get_by_role("link").first.click()
    page.get_by_role("link", name="Move or change place").click()
    for end in ("starts", "ends"):
        page.locator(f"[name={end}_at_0]").fill("2022-02-11")
    page.get_by_label("Reason").fill("Strike of the railways")
    page.get_by_role("button", name="Move or change place").click()
    expect(page.get_by_text("The room is taken at that time.")).to_be_visible()
    expect(page.get_by_label("Reason")).to_have_value("Strike of the railways")
    session.refresh_from_db()
    assert session.starts_at == rome(2022, 2, 10, 9)

    page.locator("[name=starts_at_1]").fill("14:00")
    page.locator("[name=ends_at_1]").fill("18:00")
    page.get_by_role("button", name="Move or change place").click()
    expect(page.get_by_text("1 participant is told.")).to_be_visible()
    expect(page.get_by_text("Nothing has been done yet.")).to_be_visible()
    page.get_by_role("button", name="Move or change place").click()
    expect(page.get_by_text("Done: Move or change place")).to_be_visible()

    time_machine.move_to(WEDNESDAY + timedelta(minutes=15))
    sweep(clock=timezone.now, seconds=60)
    [letter] = mail.outbox
    assert letter.to == [member.user.email]
    assert "Friday 11 February 2022, 14:00–18:00" in letter.body
    assert "Strike of the railways" in letter.body


def test_a_published_score_is_corrected_with_a_reason_kept_in_the_ledger(office, browser_of, time_machine):
    test = a_test(a_session(starts_at=rome(2022, 1, 20, 9)))
    score = a_score(test, published_at=rome(2022, 1, 27, 12))
    time_machine.move_to(WEDNESDAY)
    page = browser_of(office)
    page.goto(f"/teaching/tests/{test.pk}/scores/")
    page.get_by_role("link", name="Correct the score of").click()
    page.get_by_label("Mark:").select_option("29")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    assert Score.objects.get().value == 28

    page.get_by_label("Reason").fill("A sum was wrong")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    line = ScoreEntry.objects.filter(enrollment=score.enrollment).last()
    assert (line.old_value, line.value, line.reason, line.by) == (28, 29, "A sum was wrong", office)
    page.goto(f"/teaching/tests/{test.pk}/scores/")
    page.get_by_text("2 changes").click()
    expect(page.get_by_text("A sum was wrong")).to_be_visible()
