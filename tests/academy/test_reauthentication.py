"""Delicate changes to an account: what is asked again, and who hears of them."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import (
    SECRET_SESSION_KEY,
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)

from tests.factories import a_person, with_address

pytestmark = pytest.mark.django_db

CODE = re.compile(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", re.MULTILINE)


@pytest.fixture
def without_password(client):
    """Somebody who signs in by code alone."""
    person = with_address(a_person(email="ada@example.org"))
    client.force_login(person)
    return person


@pytest.mark.parametrize("page", ["/accounts/email/", "/accounts/2fa/webauthn/add/"])
def test_whoever_has_a_second_factor_gives_it_again_before_a_delicate_change(client, without_password, page):
    TOTP.activate(without_password, "JBSWY3DPEHPK3PXP")
    change = {"email": "new@example.org", "action_add": ""}

    asked = client.post(page, change)

    assert asked.url.startswith("/accounts/2fa/reauthenticate/")
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["ada@example.org"]


def test_without_password_and_second_factor_the_old_address_hears_of_another(
    client, without_password, mailoutbox
):
    client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    [letter] = mailoutbox
    assert letter.to == ["new@example.org"]  # nothing changes until who reads its mail says so
    without_password.refresh_from_db()
    assert without_password.email == "ada@example.org"

    code = CODE.search(letter.body).group()
    client.post("/accounts/confirm-email/", {"code": code})

    without_password.refresh_from_db()
    assert without_password.email == "new@example.org"
    assert [(warning.to, "new@example.org" in warning.body) for warning in mailoutbox[1:]] == [
        (["ada@example.org"], True)
    ]


@pytest.mark.django_db(transaction=True)  # the warning leaves once the change is committed
def test_without_password_and_second_factor_one_hears_of_a_new_second_factor(
    client, without_password, mailoutbox
):
    client.get("/accounts/2fa/totp/activate/")
    counter = next(yield_hotp_counters_from_time())
    code = format_hotp_value(hotp_value(client.session[SECRET_SESSION_KEY], counter))

    client.post("/accounts/2fa/totp/activate/", {"code": code})

    assert [warning.to for warning in mailoutbox] == [["ada@example.org"]]
