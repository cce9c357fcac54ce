"""Certificates are issued once, without gaps, as they were seen; what they say never changes."""

import io
import threading
from datetime import timedelta
from hashlib import sha256

import pgtrigger
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from assessments.actions import certificates
from assessments.actions.certificates import (
    issue_certificates,
    make_next,
    reissue_certificate,
    revoke_certificate,
    sample,
)
from assessments.actions.scores import correct_score
from assessments.exports.certificate import make
from assessments.issuing import fingerprint, lines_of
from assessments.marking import Outcome, Result
from assessments.models import Certificate, CertificatePaper, CertificateRule
from assessments.seal import seal
from courses.refusals import Refusal
from enrollment.models import Consent
from tests import factories
from tests.factories import rome
from tests.lesson import END, WHOLE, Lesson

pytestmark = pytest.mark.django_db

AT = rome(2022, 6, 20, 9)


@pytest.fixture
def lesson() -> Lesson:
    """The agreement alone is asked for: the first two have signed it, the third has left."""
    lesson = Lesson()
    lesson.call(WHOLE, WHOLE, WHOLE)
    CertificateRule.objects.create(cohort=lesson.cohort, need="agreement")
    agreement = factories.an_agreement()
    for person in lesson.people[:2]:
        Consent.objects.create(
            user=person.user, cohort=lesson.cohort, agreement=agreement, given=True, at=END
        )
    type(lesson.people[2]).objects.filter(pk=lesson.people[2].pk).update(
        state="withdrawn", ends_on=END.date(), ended_at=END, reason="Ritiro"
    )
    lesson.office = factories.somebody_of_the_office()
    return lesson


def issue(lesson, *people, seen=None, at=AT) -> list[Certificate]:
    chosen = {person.pk for person in people or lesson.people}
    seen = fingerprint(lines_of(lesson.cohort, at=at)) if seen is None else seen
    return issue_certificates(cohort=lesson.cohort, people=chosen, seen=seen, by=lesson.office, at=at)


def take_back(lesson, person) -> None:
    """The agreement: the last answer counts."""
    agreement = Consent.objects.first().agreement
    answer = {"user": person.user, "cohort": lesson.cohort, "agreement": agreement, "given": False}
    Consent.objects.create(**answer, at=END + timedelta(days=1))


def made(certificate: Certificate) -> Certificate:
    while make_next(at=AT):
        pass
    certificate.refresh_from_db()
    return certificate


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def paper(certificate: Certificate, kind: str, language: str = "it") -> bytes:
    found = CertificatePaper.objects.defer(None).get(certificate=certificate, kind=kind, language=language)
    return bytes(found.content)


def test_who_has_done_everything_gets_a_certificate_and_the_others_a_statement_only_if_asked(lesson):
    lines = lines_of(lesson.cohort, at=AT)
    assert [(line.kind, line.usual) for line in lines] == [
        ("certificate", True),
        ("certificate", True),
        ("statement", False),
    ]
    assert [str(one) for one in issue(lesson)] == ["C-2022-0001", "C-2022-0002", "S-2022-0001"]


def test_asked_twice_nobody_gets_two(lesson):
    assert len(issue(lesson, lesson.people[0])) == 1
    assert len(issue(lesson, *lesson.people[:2])) == 1
    assert issue(lesson, *lesson.people[:2]) == []
    assert Certificate.objects.count() == 2


def test_a_list_that_has_changed_since_issues_nothing(lesson):
    seen = fingerprint(lines_of(lesson.cohort, at=AT))
    take_back(lesson, lesson.people[1])
    with pytest.raises(Refusal):
        issue(lesson, seen=seen)
    assert not Certificate.objects.exists()


def test_numbers_have_no_gap_where_an_issue_is_broken_off(lesson):
    with transaction.atomic():
        issue(lesson, lesson.people[0])
        transaction.set_rollback(True)
    assert [str(one) for one in issue(lesson)] == ["C-2022-0001", "C-2022-0002", "S-2022-0001"]


def test_numbers_begin_anew_each_year(lesson):
    issue(lesson, lesson.people[0])
    assert [str(one) for one in issue(lesson, lesson.people[1], at=rome(2023, 1, 2, 9))] == ["C-2023-0001"]


@pytest.mark.parametrize(
    ("number", "language", "kind", "said"),
    [
        (0, "it", "certificate", "Si certifica che"),
        (0, "en", "certificate", "It is certified that"),
        (0, "it", "transcript", "Certificato con voti"),
        (0, "en", "supplement", "Supplement to the certificate"),
        (2, "it", "statement", "Si attesta che"),
        (2, "en", "statement", "Statement of attendance"),
    ],
)
def test_its_papers_say_name_number_and_where_to_verify(lesson, number, language, kind, said):
    certificate = made(issue(lesson)[number])
    pdf = paper(certificate, kind, language)
    text = words(pdf)
    assert said in text
    assert lesson.people[number].user.name in text
    assert str(certificate) in text
    assert certificate.code in text.replace(" ", "")
    assert b"pdfuaid" in pdf or b"<pdfuaid:part>1" in PdfReader(io.BytesIO(pdf)).metadata.__repr__().encode()


def test_of_an_absence_of_results_no_paper_says_anything_unpublished(lesson):
    test = factories.a_test(lesson.session)
    factories.a_score(test, enrollment=lesson.people[0], value=27)
    facts = issue(lesson)[0].facts
    assert facts["tests"][0]["result"] is None
    assert facts["averages"] == {}


def test_honours_and_the_retake_are_in_the_transcript_and_not_in_the_average(lesson):
    test = factories.a_test(lesson.session)
    person = lesson.people[0]
    factories.a_score(test, enrollment=person, value=30, honours=True, published_at=END)
    facts = issue(lesson)[0].facts
    assert facts["averages"] == {"thirty": "30.00"}
    assert facts["tests"][0]["retaken"] is False
    assert "30 e lode" in words(paper(made(Certificate.objects.get(enrollment=person)), "transcript"))


def test_another_name_and_other_hours_change_nothing_that_was_issued(lesson):
    certificate = made(issue(lesson, lesson.people[0])[0])
    before = [(one.digest, one.content) for one in certificate.papers.defer(None)]
    person = lesson.people[0].user
    old, person.name = person.name, "Altro Nome"
    person.save()
    certificate.refresh_from_db()
    assert (certificate.name, certificate.issued_at) == (old, AT)
    assert [(one.digest, one.content) for one in certificate.papers.defer(None)] == before
    [line] = [line for line in lines_of(lesson.cohort, at=AT) if line.issued]
    assert line.outdated


def test_a_score_corrected_afterwards_is_said_on_the_list_and_a_pass_is_not_retaken_away(lesson):
    person = lesson.people[0]
    test = factories.a_test(lesson.session)
    first, second = (
        factories.a_score(test, enrollment=person, attempt=number, value=value, published_at=END)
        for number, value in ((1, 17), (2, 15))
    )
    certificate = made(issue(lesson, person)[0])
    assert [one["result"]["value"] for one in certificate.facts["tests"]] == [second.value]

    def line():
        return next(line for line in lines_of(lesson.cohort, at=AT) if line.issued)

    assert not line().outdated
    result = Result(Outcome.MARK, 18)
    correct_score(score=first, seen=first.result, result=result, reason="Ricorso", by=lesson.office, at=AT)
    assert line().outdated
    anew = reissue_certificate(certificate=certificate, reason="Voto corretto", by=lesson.office, at=AT)
    assert [(one["result"]["value"], one["retaken"]) for one in anew.facts["tests"]] == [(18, False)]
    assert not line().outdated


def test_what_it_says_has_its_hash_and_the_same_facts_are_the_same_bytes(lesson):
    certificate = made(issue(lesson, lesson.people[0])[0])
    assert certificate.digest == seal([certificate.facts])
    for one in certificate.papers.defer(None):
        assert make(certificate, one.kind, one.language) == bytes(one.content)
        assert one.digest == sha256(bytes(one.content)).hexdigest()


def test_who_is_killed_in_the_middle_leaves_nothing_half_made(lesson, monkeypatch):
    first, second, _third = issue(lesson)
    pages = []

    def killed(certificate, kind, language):
        pages.append(kind)
        if len(pages) == 4:
            raise KeyboardInterrupt
        return make(certificate, kind, language)

    monkeypatch.setattr(certificates, "make", killed)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        make_next(at=AT)
    assert not CertificatePaper.objects.filter(content__isnull=False).exists()
    monkeypatch.undo()
    assert made(first).ready_at == made(second).ready_at == AT
    assert not CertificatePaper.objects.filter(content=None).exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_make_the_same(lesson):
    issue(lesson)
    taken, gate = [], threading.Barrier(2)

    def work():
        with transaction.atomic():
            taken.append(make_next(at=AT).pk)
            gate.wait(20)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(set(taken)) == 2


@pytest.mark.django_db(transaction=True)
def test_two_of_the_office_at_once_issue_once(lesson):
    seen = fingerprint(lines_of(lesson.cohort, at=AT))
    answers, gate = [], threading.Barrier(2)

    def work():
        gate.wait(20)
        try:
            answers.append(len(issue(lesson, *lesson.people[:2], seen=seen)))
        except Refusal:
            answers.append(0)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(answers) == [0, 2]
    assert sorted(Certificate.objects.values_list("number", flat=True)) == [1, 2]


def test_revoked_it_stays_recorded_with_its_reason(lesson):
    [certificate] = issue(lesson, lesson.people[0])
    for _time in range(2):
        revoke_certificate(certificate=certificate, reason=" Documenti falsi ", by=lesson.office, at=AT)
    certificate.refresh_from_db()
    assert (certificate.state, certificate.reason, certificate.ended_by) == (
        "revoked",
        "Documenti falsi",
        lesson.office,
    )
    with pytest.raises(Refusal):
        reissue_certificate(certificate=certificate, reason="Errore", by=lesson.office, at=AT)


def test_without_a_reason_nothing_is_revoked(lesson):
    [certificate] = issue(lesson, lesson.people[0])
    with pytest.raises(Refusal):
        revoke_certificate(certificate=certificate, reason=" ", by=lesson.office, at=AT)


def test_issued_anew_it_says_what_is_recorded_today_under_a_new_number(lesson):
    [old] = issue(lesson, lesson.people[0])
    person = lesson.people[0].user
    person.name = "Nome Corretto"
    person.save()
    later = AT + timedelta(days=3)
    twice = [
        reissue_certificate(certificate=old, reason="Nome", by=lesson.office, at=later) for _time in range(2)
    ]
    old.refresh_from_db()
    assert twice[0] == twice[1] == old.successor
    assert (old.state, str(old.successor), old.successor.name) == (
        "superseded",
        "C-2022-0002",
        "Nome Corretto",
    )


def test_what_is_no_longer_deserved_is_not_issued_anew(lesson):
    [certificate] = issue(lesson, lesson.people[0])
    take_back(lesson, lesson.people[0])
    with pytest.raises(Refusal):
        reissue_certificate(certificate=certificate, reason="Nome", by=lesson.office, at=AT)
    certificate.refresh_from_db()
    assert certificate.state == "valid"


def test_a_sample_has_no_number_and_is_written_nowhere(lesson):
    line = lines_of(lesson.cohort, at=AT)[0]
    certificate = sample(lesson.cohort, line, by=lesson.office, at=AT)
    assert "C-2022-––––" in words(make(certificate, "certificate", "it"))
    assert not Certificate.objects.exists()


def test_issuing_asks_as_much_for_three_people_as_for_thirty(lesson):
    for _warm in range(2):
        with CaptureQueriesContext(connection) as few, transaction.atomic():
            issue(lesson)
            transaction.set_rollback(True)
    agreement = Consent.objects.first().agreement
    for _ in range(27):
        person = factories.an_enrollment(cohort=lesson.cohort)
        given = {"user": person.user, "cohort": lesson.cohort, "agreement": agreement, "given": True}
        Consent.objects.create(**given, at=END)
        lesson.people.append(person)
    with CaptureQueriesContext(connection) as many, transaction.atomic():
        assert len(issue(lesson)) == 30
        transaction.set_rollback(True)
    assert len(few) == len(many)


def test_control_without_its_trigger_two_would_get_one_number(lesson):
    [first] = issue(lesson, lesson.people[0])
    with pgtrigger.ignore("assessments.Certificate:certificates_are_numbered_without_gaps"):
        fields = {"kind": "certificate", "year": 2022, "number": 5, "facts": {}, "digest": "0" * 64}
        gap = Certificate.objects.create(
            enrollment=lesson.people[1], cohort=lesson.cohort, issued_at=AT, issued_by=lesson.office, **fields
        )
    assert (first.number, gap.number) == (1, 5)
