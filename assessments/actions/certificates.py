"""Certificates: issued in one act, their papers made one by one, revoked, issued anew.

Locks: the edition where something is issued, then the certificate. Numbers are given by the database
within that transaction, so no crash leaves a gap. Papers are made afterwards from the frozen facts,
each certificate in a transaction of its own: who takes up the work finds what is still to be made.
"""

import json
import logging
from collections.abc import Collection, Iterable
from datetime import datetime
from hashlib import sha256

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.achievement import Facts, facts_of
from assessments.exports.certificate import make
from assessments.issuing import Line, fingerprint, lines_of
from assessments.models import PAPERS, Certificate, CertificateKind, CertificatePaper, CertificateState
from assessments.seal import seal
from courses.models import Cohort
from courses.refusals import Refusal

log = logging.getLogger(__name__)

LANGUAGES = ("it", "en")
SAMPLE = "-" * 22


@transaction.atomic
def issue_certificates(
    *, cohort: Cohort, people: Collection[int], seen: str, by, at: datetime
) -> list[Certificate]:
    """Issue to each of these enrollments what the list gives it; `seen` is the fingerprint of that list.

    Refused where the list has changed since, so that nobody gets what nobody looked at. Whoever already
    has a valid one gets no second.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    lines = lines_of(cohort, at=at)
    chosen = [line for line in lines if line.enrollment.pk in people and not line.issued]
    if not chosen:
        return []
    if fingerprint(lines) != seen:
        raise Refusal(_("The list has changed since you looked at it: nothing was issued. Look again."))
    issued = issue(cohort, chosen, by=by, at=at)
    log.info("%s issued %d certificates of %s", by.pk, len(issued), cohort)
    return issued


def issue(
    cohort: Cohort, lines: Iterable[Line], *, by, at: datetime, supersedes: Certificate | None = None
) -> list[Certificate]:
    """Freeze the facts, take the numbers, ask for the papers."""
    certificates = drawn_up(cohort, lines, by=by, at=at, supersedes=supersedes)
    Certificate.objects.bulk_create(certificates)
    CertificatePaper.objects.bulk_create(
        CertificatePaper(certificate=one, kind=kind, language=language)
        for one in certificates
        for kind in PAPERS[CertificateKind(one.kind)]
        for language in LANGUAGES
    )
    return list(Certificate.objects.filter(pk__in=[one.pk for one in certificates]).order_by("pk"))


def drawn_up(
    cohort: Cohort, lines: Iterable[Line], *, by, at: datetime, supersedes: Certificate | None = None
) -> list[Certificate]:
    """What would be issued, with its facts, written nowhere yet."""
    found = {line.enrollment.pk: line for line in lines}
    told = facts_of(cohort, [line.found for line in found.values()], at=at)
    certificates = []
    for key, line in found.items():
        facts: Facts = json.loads(json.dumps(told[key], cls=DjangoJSONEncoder))
        certificates.append(
            Certificate(
                enrollment=line.enrollment,
                cohort=cohort,
                kind=line.kind,
                year=timezone.localdate(at).year,
                issued_at=at,
                issued_by=by,
                facts=facts,
                digest=seal([facts]),
                supersedes=supersedes,
            )
        )
    return certificates


def sample(cohort: Cohort, line: Line, *, by, at: datetime) -> Certificate:
    """A certificate as it would be, with no number and a code that leads nowhere."""
    [certificate] = drawn_up(cohort, [line], by=by, at=at)
    certificate.code = SAMPLE
    return certificate


@transaction.atomic
def make_next(*, at: datetime) -> Certificate | None:
    """Make the papers of the certificate that has waited longest and that nobody is at work on; or none."""
    waiting = Certificate.objects.unready().order_by("issued_at", "pk")
    certificate = waiting.select_for_update(no_key=True, skip_locked=True).first()
    if certificate is None:
        return None
    for paper in certificate.papers.filter(content=None).order_by("pk"):
        paper.content = make(certificate, paper.kind, paper.language)
        paper.digest = sha256(paper.content).hexdigest()
        paper.save(update_fields=["content", "digest"])
    certificate.ready_at = at
    certificate.save(update_fields=["ready_at"])
    return certificate


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, reason: str, by, at: datetime) -> Certificate:
    """From now on its public page says that it no longer stands. Done twice, it is done once."""
    certificate = end(certificate, CertificateState.REVOKED, reason, by=by, at=at)
    log.info("%s revoked certificate %s", by.pk, certificate)
    return certificate


@transaction.atomic
def reissue_certificate(*, certificate: Certificate, reason: str, by, at: datetime) -> Certificate:
    """Issue it anew from the facts of today, under a new number; the old one leads to the new one.

    Refused where the conditions for it are no longer fulfilled. Done twice, the successor is returned.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=certificate.cohort_id)
    if successor := Certificate.objects.filter(supersedes=certificate).first():
        return successor
    lines = lines_of(cohort, at=at)
    line = next(line for line in lines if line.enrollment.pk == certificate.enrollment_id)
    if certificate.kind == CertificateKind.CERTIFICATE and line.kind != CertificateKind.CERTIFICATE:
        raise Refusal(_("The conditions of the certificate are no longer fulfilled: it can only be revoked."))
    old = end(certificate, CertificateState.SUPERSEDED, reason, by=by, at=at)
    [new] = issue(cohort, [line.of_kind(old.kind)], by=by, at=at, supersedes=old)
    log.info("%s issued %s in place of %s", by.pk, new, old)
    return new


def end(certificate: Certificate, state: str, reason: str, *, by, at: datetime) -> Certificate:
    """It no longer stands, and why."""
    certificate = Certificate.objects.select_for_update(no_key=True).get(pk=certificate.pk)
    if certificate.state == state:
        return certificate
    if certificate.state != CertificateState.VALID:
        raise Refusal(_("This document no longer stands already."))
    if not reason.strip():
        raise Refusal(_("Write down why it no longer stands."))
    certificate.state, certificate.reason = state, reason.strip()
    certificate.ended_at, certificate.ended_by = at, by
    certificate.save(update_fields=["state", "reason", "ended_at", "ended_by"])
    return certificate
