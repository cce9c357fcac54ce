"""Every address is guarded, or on the list of those that are not."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from academy.models import SweepHeartbeat
from tests.factories import a_person

PUBLIC = {
    "front",
    "health",
    "switch_language",
    "switch_theme",
    "privacy",
    "accessibility",
    "contacts",
    "courses:programme",
    "enrollment:cohorts",
    "enrollment:cohort",
    "enrollment:feed",  # its token is the key
    "enrollment:worker",  # a script, the same for everybody
    "assessments:scan",  # its token is the key; who scanned signs in afterwards
    "enrollment:interest",
    "enrollment:interest_left",
    "enrollment:confirm_interest",  # their tokens are the keys
    "enrollment:leave_interest",
    "assessments:verification",  # what is printed on the paper is the key
    "assessments:check",
    "assessments:badge",  # leads to that page
    # what a verifier of badges reads
    "assessments:badge_issuer",
    "assessments:badge_key",
    "assessments:revoked_badges",
    "assessments:badge_achievement",
    "assessments:badge_picture",
    # allauth: coming in, and proving an address
    "account_login",
    "account_signup",
    "account_signup_by_passkey",
    "account_logout",  # signed out already: back to the front page
    "account_inactive",
    "account_email_verification_sent",
    "account_request_login_code",
    "account_confirm_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_signup_webauthn",
}
# They lead to the one door, or out of it, telling nothing.
PASSING = {"admin:login", "admin:logout", "admin:jsi18n"}
# A taste, kept in a cookie of one's own: needs no token, so public pages need no cookie.
TASTES = {"switch_language", "switch_theme"}
FILLED = {"int": "999999", "slug": "nothing", "str": "nothing", "path": "999999", "uuid": str(UUID(int=0))}


def leaves(resolver: URLResolver, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Name and address of every pattern, its places filled with something that is not there."""
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from leaves(pattern, address, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}", fill(address)


def fill(address: str) -> str:
    """An address one can ask for."""
    address = re.sub(r"<(?:(\w+):)?\w+>", lambda found: FILLED[found[1] or "str"], address)
    address = re.sub(r"\(\?P<\w+>(?:\[[^\]]*\][+*]?|[^()]|\([^()]*\))*\)", "nothing", address)
    return "/" + re.sub(r"[\^$?\\]|\(.*?\)", "", address)


ADDRESSES = sorted(set(leaves(get_resolver())))


def test_the_walk_sees_the_whole_site():
    names = {name for name, _ in ADDRESSES}
    assert {"front", "health", "assessments:scores", "admin:index", "account_login"} <= names


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "address"), ADDRESSES)
def test_a_stranger_is_sent_to_sign_in_from_every_address_not_on_the_list(name, address):
    SweepHeartbeat.objects.create(swept_at=timezone.now())  # so that /health/ is well
    answer = Client().get(address)
    doors = ("/accounts/login/?next=", "/admin/login/?next=")
    sent_to_sign_in = answer.status_code == 302 and answer.url.startswith(doors)
    if name in PUBLIC:
        assert not sent_to_sign_in
    elif name not in PASSING:
        assert sent_to_sign_in, answer.status_code


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "address"), [pair for pair in ADDRESSES if pair[0].startswith("admin:")])
def test_somebody_who_does_not_work_there_never_enters_the_office(name, address):
    client = Client()
    client.force_login(a_person())
    answer = client.get(address)
    if name not in PASSING:
        assert answer.status_code in {302, 403, 404}
        assert answer.status_code != 302 or answer.url.startswith(("/accounts/", "/admin/login/", "/home/"))


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "address"), ADDRESSES)
def test_no_address_takes_a_form_without_its_token(name, address):
    client = Client(enforce_csrf_checks=True)
    client.force_login(a_person())
    refused = client.post(address, {"value": "30"}).status_code in {403, 404, 405}
    assert refused == (name not in TASTES)


def test_the_list_names_only_addresses_there_are():
    assert {name for name in PUBLIC if name != "enrollment:feed"} <= {name for name, _ in ADDRESSES}
