"""Badges of certificates: signed once, checked by a stranger with what the portal answers."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from openbadgeslib.ob3 import OB3VerificationError

from assessments.actions.badges import publish_list, sign_next
from assessments.actions.certificates import (
    issue_certificates,
    make_next,
    reissue_certificate,
    revoke_certificate,
)
from assessments.badges.baking import read_png, read_svg
from assessments.exports import badge as exporting
from assessments.issuing import fingerprint, lines_of
from assessments.models import Badge, Certificate, CertificateRule, RevocationList
from enrollment.models import Consent
from tests import badges, factories
from tests.classroom import client_of
from tests.factories import rome
from tests.lesson import END, WHOLE, Lesson

pytestmark = pytest.mark.django_db

AT = rome(2022, 6, 20, 9)
SITE = "https://academy.example.org"


@pytest.fixture(autouse=True)
def portal(settings):
    """A portal with a key of its own, an hour after it has issued."""
    settings.BADGE_KEYS, settings.SITE_URL = json.dumps({"keys": [badges.FIRST]}), SITE
    exporting.keys.cache_clear()
    with time_machine.travel(AT + timedelta(hours=1), tick=False):
        yield settings
    exporting.keys.cache_clear()


@pytest.fixture
def certificates() -> list[Certificate]:
    """Two certificates with their papers, and a statement."""
    lesson = Lesson()
    lesson.call(WHOLE, WHOLE, WHOLE)
    CertificateRule.objects.create(cohort=lesson.cohort, need="agreement")
    agreement, office = factories.an_agreement(), factories.somebody_of_the_office()
    for person in lesson.people[:2]:
        given = {"user": person.user, "cohort": lesson.cohort, "agreement": agreement, "given": True}
        Consent.objects.create(**given, at=END)
    lines, people = lines_of(lesson.cohort, at=AT), {person.pk for person in lesson.people}
    issued = issue_certificates(
        cohort=lesson.cohort, people=people, seen=fingerprint(lines), by=office, at=AT
    )
    while make_next(at=AT):
        pass
    return issued


def signed() -> list[Badge]:
    while sign_next(at=AT):
        pass
    publish_list(at=AT)
    return list(Badge.objects.order_by("certificate"))


class Answers(dict):
    """What the portal answers at an address, asked as by a stranger."""

    def __missing__(self, address: str) -> bytes:
        answer = Client().get(address.removeprefix(SITE))
        assert answer.status_code == 200, address
        assert answer["Access-Control-Allow-Origin"] == "*"
        return answer.content

    def __contains__(self, address: object) -> bool:
        return True


def test_a_stranger_checks_a_badge_with_what_the_portal_answers(certificates):
    badge, _other = signed()
    found = badges.checked(badge.jws, Answers())
    certificate = badge.certificate
    assert found.id == f"{SITE}/certificates/{certificate.code}/badge"
    assert [one.value for one in found.results] == ["4"]
    assert [one.identity_hash for one in found.identifiers][1] == certificate.name
    assert certificate.enrollment.user.email not in badge.jws


def test_only_certificates_have_a_badge_and_each_has_one(certificates):
    assert len(signed()) == 2
    assert sign_next(at=AT) is None
    assert len({badge.place for badge in signed()}) == 2


def test_nothing_is_signed_before_the_papers_are_made(certificates):
    Certificate.objects.all()
    lone = factories.a_certificate(kind="certificate", ready=False)
    assert lone.pk not in {badge.certificate_id for badge in signed()}


@pytest.mark.parametrize("act", [revoke_certificate, reissue_certificate])
def test_what_no_longer_stands_is_in_the_list_and_its_neighbour_is_not(certificates, act):
    badge, other = signed()
    act(
        certificate=badge.certificate,
        reason="Errore",
        by=badge.certificate.issued_by,
        at=AT + timedelta(minutes=5),
    )
    assert publish_list(at=AT + timedelta(minutes=6))
    with pytest.raises(OB3VerificationError):
        badges.checked(badge.jws, Answers())
    assert badges.checked(other.jws, Answers())


def test_the_list_is_signed_anew_each_day_and_not_each_minute(certificates):
    signed()
    assert not publish_list(at=AT + timedelta(hours=23))
    assert publish_list(at=AT + timedelta(hours=25))
    assert RevocationList.objects.count() == 1


def test_a_revocation_written_after_a_later_list_is_in_the_next_one(certificates):
    badge, _other = signed()
    assert publish_list(at=AT + timedelta(days=2))
    revoke_certificate(
        certificate=badge.certificate,
        reason="Rilasciato per errore.",
        by=badge.certificate.issued_by,
        at=AT + timedelta(days=2) - timedelta(seconds=1),  # the list was made in between
    )
    assert publish_list(at=AT + timedelta(days=2, minutes=1))
    with pytest.raises(OB3VerificationError):
        badges.checked(badge.jws, Answers())
    assert not publish_list(at=AT + timedelta(days=2, minutes=2))


def test_one_downloads_ones_own_badge_and_nobody_elses(certificates):
    badge, other = signed()
    mine = client_of(badge.certificate.enrollment.user)
    read = {"jwt": bytes.decode, "png": read_png, "svg": read_svg}
    for form, reader in read.items():
        answer = mine.get(reverse(f"assessments:badge_{form}", args=[badge.certificate_id]))
        assert reader(answer.content) == badge.jws
        theirs = reverse(f"assessments:badge_{form}", args=[other.certificate_id])
        assert mine.get(theirs).status_code == 404
        assert Client().get(theirs).status_code == 302


def test_every_address_a_badge_names_answers(certificates):
    badge, _other = signed()
    header, payload = badges.parts(badge.jws)
    subject = payload["credentialSubject"]["achievement"]
    named = [payload["issuer"]["id"], header["kid"], payload["credentialStatus"]["statusListCredential"]]
    named += [subject["id"], subject["image"]["id"], *(one["id"] for one in subject["related"])]
    assert all(Answers()[address] for address in named)
    assert Client().get(payload["id"].removeprefix(SITE)).status_code == 302
    assert Client().get(payload["evidence"][0]["id"].removeprefix(SITE)).status_code == 200


def test_after_a_change_of_keys_old_badges_still_verify_and_new_ones_carry_the_new_key(certificates, portal):
    old, _other = signed()
    portal.BADGE_KEYS = json.dumps({"keys": [badges.retired(badges.FIRST), badges.SECOND]})
    exporting.keys.cache_clear()
    new = factories.a_certificate(kind="certificate", facts=old.certificate.facts)
    publish_list(at=AT + timedelta(days=2))
    badge = sign_next(at=AT)
    assert badge.certificate == new
    assert badges.parts(badge.jws)[0]["kid"].endswith("/2022-1")
    with time_machine.travel(AT + timedelta(days=2, hours=1), tick=False):
        assert badges.checked(old.jws, Answers())
        assert badges.checked(badge.jws, Answers())


def test_a_public_portal_without_keys_signs_nothing_and_publishes_no_issuer(certificates, portal):
    portal.BADGE_KEYS, portal.LOCAL = "", False
    exporting.keys.cache_clear()
    assert signed() == []
    assert not RevocationList.objects.exists()
    assert Client().get(reverse("assessments:badge_issuer")).status_code == 404


def test_the_private_half_of_a_key_is_in_no_answer(certificates):
    signed()
    for name, args in (("badge_issuer", []), ("badge_key", ["2021-1"])):
        told = Client().get(reverse(f"assessments:{name}", args=args)).text
        assert badges.FIRST["d"] not in told
        assert '"d"' not in told
