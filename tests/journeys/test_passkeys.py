"""Somebody adds a passkey to the account and comes in with it, without a password."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import PASSWORD, a_person, with_address

# What a telephone with a fingerprint reader looks like to the browser.
TELEPHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def person(transactional_db):
    return with_address(a_person(PASSWORD, email="ada@example.org", name="Ada Bianchi"))


@pytest.fixture
def telephone(context, page):
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": TELEPHONE})


def sign_in(page):
    page.goto("/accounts/login/?next=/profile/")
    page.fill("[name=login]", "ada@example.org")
    page.fill("[name=password]", PASSWORD)
    press(page, "main .form button")


def press(page, button):
    """And wait for the page that answers: its scripts make the passkeys."""
    with page.expect_navigation():
        page.click(button)


def test_a_passkey_opens_the_account_alone_and_after_a_password(person, telephone, page):
    sign_in(page)
    page.goto("/accounts/2fa/webauthn/add/")
    page.fill("[name=password]", PASSWORD)  # so that a browser left open adds nobody else's
    press(page, "main .form button")
    page.fill("[name=name]", "Telefono")
    page.check("[name=passwordless]")
    page.click("main form button")
    expect(page).to_have_url(re.compile("/accounts/2fa/recovery-codes/"))

    sign_out(page)
    page.goto("/accounts/login/?next=/profile/")
    page.click("#passkey_login")
    expect(page).to_have_url(re.compile("/profile/"))
    expect(page.locator(".menu-panel")).to_contain_text("ada@example.org")

    sign_out(page)
    sign_in(page)
    expect(page).to_have_url(re.compile("/accounts/2fa/authenticate/"))
    page.click("#mfa_webauthn_authenticate")
    expect(page).to_have_url(re.compile("/profile/"))


def sign_out(page):
    page.click("details.menu summary")
    page.click("form[action='/accounts/logout/'] button")
    page.wait_for_url("/")
