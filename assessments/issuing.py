"""Who of an edition gets which document: the list the office looks at before anything is issued."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from assessments.achievement import Facts, facts_of
from assessments.certificate import Answer, Verdict
from assessments.eligibility import Eligibility, eligibilities
from assessments.models import Certificate, CertificateKind
from courses.models import Cohort
from enrollment.models import Enrollment
from enrollment.states import LIVE_ENROLLMENTS


@dataclass(frozen=True)
class Line:
    """One person: what the rules say, which document follows, and which one is valid already.

    `usual` are those the office means when it says all: certificates, and statements of attendance for who
    stayed to the end without one. Others may ask for a statement at any time.
    """

    found: Eligibility
    answer: Answer
    kind: str
    usual: bool
    issued: Certificate | None = None
    outdated: bool = False  # what is recorded today is no longer what the document says

    @property
    def enrollment(self) -> Enrollment:
        """Whose it is."""
        return self.found.enrollment

    def of_kind(self, kind: str) -> "Line":
        """The same with another document."""
        return replace(self, kind=kind)


def lines_of(cohort: Cohort, *, at: datetime) -> list[Line]:
    """Everybody of an edition by name; the queries are the same for any number."""
    people = list(
        Enrollment.objects.filter(cohort=cohort)
        .select_related("user", "cohort__programme")
        .order_by("user__name", "pk")
    )
    valid = {(one.enrollment_id, one.kind): one for one in Certificate.objects.valid().filter(cohort=cohort)}
    lines = []
    for found in eligibilities(cohort, people, at=at):
        answer, person = found.answer, found.enrollment
        kind = CertificateKind.CERTIFICATE if answer.verdict is Verdict.PASS else CertificateKind.STATEMENT
        stayed = person.state in LIVE_ENROLLMENTS and answer.verdict is not Verdict.PENDING
        # A statement after a certificate that no longer agrees is for the office to choose, not usual.
        has_one = valid.get((person.pk, CertificateKind.CERTIFICATE))
        issued = has_one or valid.get((person.pk, kind))
        lines.append(Line(found, answer, kind, usual=stayed and not issued, issued=issued))
    today = facts_of(cohort, [line.found for line in lines if line.issued], at=at)
    return [
        replace(line, outdated=essence(line.issued.facts, line.issued.kind) != essence(now, line.issued.kind))
        if line.issued and (now := today[line.enrollment.pk])
        else line
        for line in lines
    ]


def essence(facts: Facts, kind: str) -> list:
    """What a document of this kind says of its person, without what everybody's says alike."""
    told = [facts["name"], facts["attended"], facts["verdict"]["verdict"]]
    if kind == CertificateKind.CERTIFICATE:
        told += [[(one["module"], one["result"]) for one in facts.get("tests", ())]]
        told += [[(facts.get("project") or {}).get(key) for key in ("word", "text")]]
    return told


def fingerprint(lines: Iterable[Line]) -> str:
    """Stands for what a list says."""
    told = [
        (
            line.enrollment.pk,
            line.enrollment.user.name,
            str(line.kind),
            line.answer.verdict.value,
            line.found.attendance.overall.attended,
            line.issued.pk if line.issued else 0,
        )
        for line in lines
    ]
    return sha256(repr(told).encode()).hexdigest()
