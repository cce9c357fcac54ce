"""Who of an edition gets which document: the list the office looks at before anything is issued."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from assessments.achievement import as_json
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

    @property
    def enrollment(self) -> Enrollment:
        """Whose it is."""
        return self.found.enrollment

    @property
    def outdated(self) -> bool:
        """What is recorded today is no longer what the certificate says."""
        if not self.issued:
            return False
        told = self.issued.facts
        return (
            told["verdict"]["verdict"] != as_json(self.answer)["verdict"]
            or told["attended"] != self.found.attendance.overall.attended
            or told["name"] != self.enrollment.user.name
        )

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
    return lines


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
