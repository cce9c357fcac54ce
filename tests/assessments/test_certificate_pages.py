"""Certificates on pages: issued by the office, downloaded by their owners, verified by anybody."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.actions.certificates import issue_certificates, make_next, revoke_certificate
from assessments.issuing import fingerprint, lines_of
from assessments.models import Certificate, CertificatePaper, CertificateRule
from courses.models import Role
from enrollment.models import Consent
from tests import factories
from tests.classroom import client_of
from tests.lesson import END, WHOLE, Lesson

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(time_machine) -> Lesson:
    """Everybody has signed the agreement, which is all that is asked for."""
    time_machine.move_to(END, tick=False)
    lesson = Lesson()
    lesson.call(WHOLE, WHOLE, WHOLE)
    CertificateRule.objects.create(cohort=lesson.cohort, need="agreement")
    agreement = factories.an_agreement()
    for person in lesson.people:
        given = {"user": person.user, "cohort": lesson.cohort, "agreement": agreement, "given": True}
        Consent.objects.create(**given, at=END)
    lesson.office = factories.somebody_of_the_office()
    Role.objects.create(user=lesson.tutor, cohort=lesson.cohort, kind=Role.Kind.TUTOR)
    return lesson


def issue_page(lesson) -> str:
    return reverse("assessments:issue", args=[lesson.cohort.pk])


def issued(lesson, *, ready: bool = True) -> list[Certificate]:
    lines = lines_of(lesson.cohort, at=END)
    people = {person.pk for person in lesson.people}
    issue_certificates(cohort=lesson.cohort, people=people, seen=fingerprint(lines), by=lesson.office, at=END)
    while ready and make_next(at=END):
        pass
    return list(Certificate.objects.order_by("number"))


def check_page(certificate) -> str:
    return reverse("assessments:check", args=[certificate.code])


def paper_of(certificate, kind="certificate", language="it") -> CertificatePaper:
    return certificate.papers.defer(None).get(kind=kind, language=language)


def test_the_office_issues_what_is_ticked_and_sees_what_was_issued(lesson):
    office = client_of(lesson.office)
    shown = office.get(issue_page(lesson))
    assert shown.text.count("checked") == 3
    form = {"person": [lesson.people[0].pk, "x", "9" * 30], "seen": shown.context["seen"]}
    assert office.post(issue_page(lesson), form).status_code == 302
    [certificate] = Certificate.objects.all()
    after = office.get(issue_page(lesson))
    assert str(certificate) in after.text
    assert "The papers are being made" in after.text
    assert after["Refresh"] == "5"
    make_next(at=END)
    assert "Refresh" not in office.get(issue_page(lesson))


def test_what_changed_since_it_was_seen_is_said_and_issues_nothing(lesson):
    answer = client_of(lesson.office).post(issue_page(lesson), {"person": lesson.people[0].pk, "seen": "old"})
    assert answer.status_code == 409
    assert "The list has changed since you looked at it" in answer.text
    assert not Certificate.objects.exists()


def test_only_the_office_issues(lesson):
    preview = reverse("assessments:preview_certificate", args=[lesson.cohort.pk, lesson.people[0].pk])
    for reader in (lesson.tutor, lesson.teacher, lesson.people[0].user):
        assert client_of(reader).get(issue_page(lesson)).status_code == 403
        assert client_of(reader).post(issue_page(lesson), {"person": 1}).status_code == 403
        assert client_of(reader).get(preview).status_code == 403
    office = client_of(lesson.office)
    assert office.get(preview)["Content-Type"] == "application/pdf"
    elsewhere = factories.an_enrollment()
    wrong = reverse("assessments:preview_certificate", args=[lesson.cohort.pk, elsewhere.pk])
    assert office.get(wrong).status_code == 404


def test_one_downloads_ones_own_papers_byte_for_byte_and_nobody_elses(lesson):
    mine, theirs, _third = issued(lesson)
    reader = client_of(mine.enrollment.user)
    shown = reader.get(reverse("assessments:documents")).text
    assert str(mine) in shown
    assert str(theirs) not in shown
    address = "assessments:certificate_paper"
    answer = reader.get(reverse(address, args=[paper_of(mine).pk]))
    assert answer.content == bytes(paper_of(mine).content)
    assert f"{mine}-certificate-it.pdf" in answer["Content-Disposition"]
    assert reader.get(reverse(address, args=[paper_of(theirs).pk])).status_code == 404
    assert client_of(lesson.tutor).get(reverse(address, args=[paper_of(mine).pk])).status_code == 404
    assert client_of(lesson.office).get(reverse(address, args=[paper_of(mine).pk])).status_code == 200
    assert Client().get(reverse(address, args=[paper_of(mine).pk])).status_code == 302


def test_before_its_papers_are_made_a_certificate_is_on_no_page_of_its_owner(lesson):
    [mine, *_others] = issued(lesson, ready=False)
    reader = client_of(mine.enrollment.user)
    assert str(mine) not in reader.get(reverse("assessments:documents")).text
    paper = mine.papers.first()
    assert reader.get(reverse("assessments:certificate_paper", args=[paper.pk])).status_code == 404


def test_the_transcript_of_today_is_for_oneself_the_tutor_and_the_office(lesson):
    test = factories.a_test(lesson.session)
    factories.a_score(test, enrollment=lesson.people[0], value=28, published_at=END)
    address = reverse("assessments:transcript", args=[lesson.people[0].pk])
    for reader in (lesson.people[0].user, lesson.tutor, lesson.office):
        assert client_of(reader).get(address).content.startswith(b"%PDF")
    for reader in (lesson.people[1].user, lesson.teacher):
        assert client_of(reader).get(address).status_code == 404


def test_anybody_with_the_address_reads_name_title_hours_date_and_state_and_no_more(lesson):
    certificate = issued(lesson)[0]
    person = certificate.enrollment.user
    answer = Client().get(check_page(certificate), headers={"accept-language": "en"})
    for told in (person.name, "This document stands.", certificate.facts["title"]["en"], "20 January 2022"):
        assert told in answer.text
    assert person.email not in answer.text
    assert answer["X-Robots-Tag"] == "noindex"


def test_revoked_it_says_since_when_and_not_why(lesson):
    certificate = issued(lesson)[0]
    revoke_certificate(certificate=certificate, reason="Documenti falsi", by=lesson.office, at=END)
    text = Client().get(check_page(certificate), headers={"accept-language": "en"}).text
    assert "It was revoked on 20 January 2022." in text
    assert "Documenti falsi" not in text


def test_issued_anew_in_the_admin_the_old_page_leads_to_the_new_one(lesson):
    old = issued(lesson)[0]
    address = reverse("admin:assessments_certificate_reissue", args=[old.pk])
    assert client_of(lesson.office).post(address, {"reason": "Nome"}).status_code == 302
    old.refresh_from_db()
    assert f'href="{check_page(old.successor)}"' in Client().get(check_page(old)).text


def test_in_the_admin_nothing_is_revoked_without_a_reason_or_without_the_right(lesson):
    certificate = issued(lesson)[0]
    address = reverse("admin:assessments_certificate_revoke", args=[certificate.pk])
    assert client_of(lesson.office).post(address, {"reason": ""}).status_code == 422
    staff = factories.a_person(is_staff=True)
    assert client_of(staff).post(address, {"reason": "Sì"}).status_code in (403, 404)
    certificate.refresh_from_db()
    assert certificate.state == "valid"


def upload(content: bytes) -> dict:
    return {"file": SimpleUploadedFile("attestato.pdf", content, "application/pdf")}


def test_a_forged_pdf_around_a_true_number_is_exposed(lesson):
    mine, theirs, _third = issued(lesson)
    true = bytes(paper_of(mine).content)
    anybody, english = Client(), {"headers": {"accept-language": "en"}}
    assert "Yes, byte for byte." in anybody.post(check_page(mine), upload(true), **english).text
    for forged in (true + b" ", true.replace(b"2022", b"2023", 1), bytes(paper_of(theirs).content), b""):
        answer = anybody.post(check_page(mine), upload(forged), **english)
        assert "Yes, byte for byte." not in answer.text
    assert "not the one we issued" in anybody.post(check_page(mine), upload(true + b" "), **english).text
    assert anybody.post(check_page(mine), {}, **english).status_code == 422


def test_a_name_of_a_file_is_never_read_as_markup(lesson):
    certificate = issued(lesson)[0]
    file = SimpleUploadedFile("<script>alert(1)</script>.pdf", b"%PDF", "application/pdf")
    assert "<script>alert" not in Client().post(check_page(certificate), {"file": file}).text


def test_who_guesses_codes_is_stopped(lesson):
    anybody = Client()
    answers = [anybody.get(f"/certificates/{number:022}/").status_code for number in range(22)]
    assert answers == [404] * 20 + [429] * 2
    assert anybody.get(check_page(issued(lesson)[0])).status_code == 200


@pytest.mark.parametrize("name", ["issue", "documents"])
def test_pages_ask_as_much_for_three_people_as_for_thirty(lesson, name):
    [mine, *_others] = issued(lesson)
    if name == "issue":
        client, address = client_of(lesson.office), issue_page(lesson)
    else:
        client, address = client_of(mine.enrollment.user), reverse("assessments:documents")
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _ in range(27):
        person = factories.an_enrollment(cohort=lesson.cohort)
        factories.a_certificate(person)
    for _ in range(3):
        factories.a_certificate(factories.an_enrollment(user=mine.enrollment.user))
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(few) == len(many) <= 24
