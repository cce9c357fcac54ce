"""Badges: signed once for each certificate, and the list of those that no longer stand.

Locks: the certificate for its badge, nothing for the list: the last signed one counts.
"""

import logging
import random
from datetime import datetime, timedelta

from django.db import transaction

from assessments.badges import documents
from assessments.badges.documents import PLACES
from assessments.badges.keys import signing_at
from assessments.exports.badge import issuer, keys, list_address, may_sign, signed
from assessments.models import Badge, Certificate, CertificateKind, CertificateState, RevocationList

log = logging.getLogger(__name__)

FRESH = timedelta(days=1)  # a list stands for seven days
DRAWN = random.SystemRandom()


@transaction.atomic
def sign_next(*, at: datetime) -> Badge | None:
    """Sign the badge of the certificate that has waited longest; none where nothing waits or nobody may."""
    if not may_sign():
        return None
    waiting = Certificate.objects.valid().ready().filter(kind=CertificateKind.CERTIFICATE, badge=None)
    waiting = waiting.select_related("enrollment__user").order_by("issued_at", "pk")
    certificate = waiting.select_for_update(no_key=True, skip_locked=True, of=("self",)).first()
    if certificate is None:
        return None
    person = certificate.enrollment.user
    badge = Badge(certificate=certificate, language=person.language, place=free_place(), signed_at=at)
    badge.jws = signed(certificate, badge, person.email, signing_at(keys(), at))
    badge.save(force_insert=True)
    return badge


def free_place() -> int:
    """Any place no badge has; the list is never nearly full."""
    while True:
        place = DRAWN.randrange(PLACES)
        if not Badge.objects.filter(place=place).exists():
            return place


def publish_list(*, at: datetime) -> bool:
    """Sign the list anew if other badges stand revoked than it says, or a day has passed.

    Moments are not compared: a revocation may be written after a list that was made at a later moment.
    """
    if not may_sign():
        return False
    ended = Certificate.objects.exclude(state=CertificateState.VALID).filter(badge__isnull=False)
    revoked = sorted(ended.values_list("badge__place", flat=True))
    document = documents.status_list(issuer(), list_address(), revoked, at)
    present = RevocationList.objects.first()
    if (
        present
        and present.signed_at > at - FRESH
        and documents.said(present.jws)["credentialSubject"] == document["credentialSubject"]
    ):
        return False
    jws = documents.signed(document, signing_at(keys(), at))
    RevocationList.objects.update_or_create(pk=1, defaults={"jws": jws, "signed_at": at})
    log.info("list of revoked badges signed: %d", len(revoked))
    return True
