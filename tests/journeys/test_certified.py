"""From the office's list to a certificate in a participant's hands, and to the stranger who verifies it."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from assessments.actions.badges import sign_next
from assessments.actions.certificates import make_next, revoke_certificate
from assessments.models import Certificate, CertificateRule
from enrollment.models import Consent
from tests import factories
from tests.lesson import END, WHOLE, Lesson


@pytest.fixture
def lesson(transactional_db, time_machine) -> Lesson:
    """Three people, two of whom have done all that is asked for; the third has failed the test for good."""
    time_machine.move_to(END + timedelta(days=5))
    lesson = Lesson()
    lesson.call(WHOLE, WHOLE, WHOLE)
    for need in ("agreement", "tests"):
        CertificateRule.objects.create(cohort=lesson.cohort, need=need)
    agreement = factories.an_agreement()
    test = factories.a_test(lesson.session, may_be_retaken=False)
    for person, mark in zip(lesson.people, (30, 25, 12), strict=True):
        given = {"user": person.user, "cohort": lesson.cohort, "agreement": agreement, "given": True}
        Consent.objects.create(**given, at=END)
        factories.a_score(test, enrollment=person, value=mark, published_at=END)
    lesson.office = factories.somebody_of_the_office()
    return lesson


def work(at) -> None:
    """What the worker does."""
    while make_next(at=at):
        pass
    while sign_next(at=at):
        pass


def test_from_the_list_of_the_office_to_a_stranger_who_verifies(lesson, browser_of, tmp_path):
    office = browser_of(lesson.office)
    office.goto(f"/teaching/editions/{lesson.cohort.pk}/certificates/")
    expect(office.get_by_role("main")).to_contain_text("Not passed: B1.")
    office.get_by_role("link", name="Issue certificates").click()
    expect(office.get_by_role("checkbox", checked=True)).to_have_count(3)
    office.get_by_role("button", name="Issue what is ticked").click()
    expect(office.get_by_text("3 documents issued.")).to_be_visible()
    expect(office.get_by_text("The papers are being made.")).to_be_visible()
    work(END + timedelta(days=5))
    expect(office.get_by_text("The papers are being made.")).to_be_hidden()  # the page looks again by itself

    winner = browser_of(lesson.people[0].user)
    winner.goto("/results/")
    winner.get_by_role("link", name="Documents").first.click()
    with winner.expect_download() as downloading:
        winner.get_by_role("link", name="Picture with the badge inside").click()
    assert downloading.value.suggested_filename == "C-2022-0001.png"
    link = winner.get_by_role("link", name=re.compile("^Certificate, english"))
    pdf = winner.request.get(link.get_attribute("href")).body()
    address = winner.get_by_role("link", name="Its public page").get_attribute("href")

    true, forged = tmp_path / "certificate.pdf", tmp_path / "forged.pdf"
    true.write_bytes(pdf)
    forged.write_bytes(pdf.replace(b"Turin", b"Milan") + b"\n")
    stranger = browser_of(None, java_script_enabled=False, viewport={"width": 390, "height": 844})
    stranger.goto(address)
    expect(stranger.get_by_text("This document stands.")).to_be_visible()
    expect(stranger.get_by_role("main")).to_contain_text(lesson.people[0].user.name)
    for file, words in ((true, "Yes, byte for byte."), (forged, "this file is not the one we issued")):
        stranger.get_by_label("PDF to compare").set_input_files(file)
        stranger.get_by_role("button", name="Compare", exact=True).click()
        expect(stranger.get_by_text(words)).to_be_visible()

    certificate = Certificate.objects.get(enrollment=lesson.people[0])
    at = END + timedelta(days=6)
    revoke_certificate(certificate=certificate, reason="Errore", by=lesson.office, at=at)
    stranger.goto(address)
    expect(stranger.get_by_text("It was revoked on 26 January 2022.")).to_be_visible()


def test_who_did_not_pass_finds_a_statement_of_the_hours_attended(lesson, browser_of):
    office = browser_of(lesson.office)
    office.goto(f"/teaching/editions/{lesson.cohort.pk}/certificates/issue/")
    office.get_by_role("button", name="Issue what is ticked").click()
    work(END + timedelta(days=5))
    third = browser_of(lesson.people[2].user, locale="it-IT")
    third.goto("/documents/")
    expect(third.get_by_role("heading", name="Attestato di frequenza")).to_be_visible()
    expect(third.get_by_role("main")).not_to_contain_text("Badge")
