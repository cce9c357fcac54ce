"""Signing up and in: mails, codes, limits, second factors, and that nobody learns who has an account."""

import re
import smtplib
from statistics import median
from time import thread_time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.mail.backends.base import BaseEmailBackend
from pytest_django.asserts import assertInHTML

from academy.models import User
from tests.factories import PASSWORD, a_person, with_address

pytestmark = pytest.mark.django_db

SIGN_UP = {"name": "Ada Bianchi", "email": "ada@example.org", "password1": PASSWORD, "privacy_read": "on"}
CODE = re.compile(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", re.MULTILINE)


def an_account(email="ada@example.org", **fields):
    """Somebody whose address is confirmed and who has a password."""
    return with_address(a_person(PASSWORD, email=email, **fields))


def sign_in(client, email="ada@example.org", password=PASSWORD, **more):
    return client.post("/accounts/login/", {"login": email, "password": password} | more)


def signed_in(client):
    return "_auth_user_id" in client.session


def the_code(mailoutbox):
    return CODE.search(mailoutbox[-1].body).group()


class AwayBackend(BaseEmailBackend):
    """A mail server nobody reaches."""

    def send_messages(self, messages):
        raise ConnectionRefusedError(111, "Connection refused")


class RefusingBackend(BaseEmailBackend):
    """A mail server that answers, and refuses."""

    def send_messages(self, messages):
        raise smtplib.SMTPServerDisconnected("please run connect() first")


def test_signing_up_takes_a_code_from_the_mail_and_leads_on_to_what_one_was_at(client, mailoutbox):
    page = client.post("/accounts/signup/?next=/cohorts/", SIGN_UP | {"next": "/cohorts/"}, follow=True)
    assert not signed_in(client)

    landed = client.post(page.request["PATH_INFO"], {"code": the_code(mailoutbox)})

    assert (landed.status_code, landed.url) == (302, "/cohorts/")
    assert signed_in(client)
    person = User.objects.get()
    assert (person.name, person.email, person.language) == ("Ada Bianchi", "ada@example.org", "it")
    assert person.consented_at


def test_without_a_password_one_signs_in_by_code(client, mailoutbox):
    client.post("/accounts/signup/", SIGN_UP | {"password1": ""}, headers={"Accept-Language": "en"})
    client.post("/accounts/confirm-email/", {"code": the_code(mailoutbox)})
    client.post("/accounts/logout/")
    mailoutbox.clear()

    client.post("/accounts/login/code/", {"email": "ada@example.org"})
    landed = client.post("/accounts/login/code/confirm/", {"code": the_code(mailoutbox)})

    assert landed.url == "/home/"
    assert signed_in(client)
    assert User.objects.get().language == "en"


@pytest.mark.parametrize(
    "spelling", ["Ada@Example.org", " ada@example.org ", "ADA@EXAMPLE.ORG", "ada@ｅxample.org"]
)
def test_another_spelling_of_an_address_is_the_same_account(client, mailoutbox, spelling):
    an_account()

    client.post("/accounts/signup/", SIGN_UP | {"email": spelling})

    assert User.objects.count() == 1
    assert [(mail.to, "code" in mail.subject.lower()) for mail in mailoutbox] == [
        (["ada@example.org"], False)
    ]


def test_a_lookalike_address_gets_neither_the_account_nor_its_mail(client, mailoutbox):
    an_account("mike@example.org")

    client.post("/accounts/login/code/", {"email": "mıke@example.org"})

    assert [mail.to for mail in mailoutbox if "mike@example.org" in mail.to] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "Ada\x00"), ("name", "Ada\r\nBcc: x@example.org"), ("privacy_read", "")],
)
def test_a_sign_up_that_cannot_be_is_shown_again_with_what_was_typed(client, mailoutbox, field, value):
    page = client.post("/accounts/signup/", SIGN_UP | {field: value})

    assert page.status_code == 422
    assert 'value="ada@example.org"' in page.text
    assert User.objects.count() == len(mailoutbox) == 0


def test_signing_up_gives_no_rights_however_much_is_sent(client):
    client.post("/accounts/signup/", SIGN_UP | {"is_staff": "on", "is_superuser": "on", "is_active": "on"})

    assert User.objects.values_list("is_staff", "is_superuser").get() == (False, False)


def test_an_account_mail_is_in_the_language_of_the_account_as_text_and_as_html(client, mailoutbox):
    an_account(language="en")

    client.post("/accounts/login/code/", {"email": "ada@example.org"}, headers={"Accept-Language": "it"})

    [mail] = mailoutbox
    html, kind = mail.alternatives[0]
    code = the_code(mailoutbox)
    assert "Type this code" in mail.body
    assert kind == "text/html"
    assert '<html lang="en">' in html
    assert code in html
    assert mail.to == ["ada@example.org"]


@pytest.mark.parametrize("server", ["AwayBackend", "RefusingBackend"])
@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_a_mail_server_that_is_away_is_said_and_breaks_no_page(
    client, settings, logged_errors, server, email
):
    an_account()
    settings.EMAIL_BACKEND = f"{__name__}.{server}"

    page = client.post(
        "/accounts/login/code/", {"email": email}, follow=True, headers={"Accept-Language": "en"}
    )

    assert page.status_code == 200
    assert "The mail could not be sent" in page.text
    assert "sent to" not in page.text
    assert len(logged_errors) == 1
    logged_errors.clear()


@pytest.mark.parametrize(
    "address", ["/accounts/login/code/", "/accounts/password/reset/", "/accounts/signup/"]
)
def test_nobody_learns_from_a_page_who_has_an_account(client, address):
    an_account()

    def answer(email):
        client.cookies.clear()
        data = {"name": "Ada", "password1": "una-frase-lunga-9", "privacy_read": "on", "email": email}
        page = client.post(address, data, follow=True, headers={"Accept-Language": "en"})
        words = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.text)
        return page.status_code, page.redirect_chain, words.replace(email, "…")

    assert answer("ada@example.org") == answer("eva@example.org")


def test_a_refused_sign_in_takes_as_long_with_an_account_as_without(client, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False
    an_account()

    def seconds(email):
        start = thread_time()  # whatever else the machine does
        sign_in(client, email, "sbagliata")
        return thread_time() - start

    known, unknown = ([seconds(email) for _ in range(7)] for email in ("ada@example.org", "eva@example.org"))

    assert median(unknown) == pytest.approx(median(known), rel=0.5)


def test_signing_up_takes_as_long_for_an_address_that_has_an_account(client, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False
    an_account()

    def seconds(email):
        client.cookies.clear()
        start = thread_time()  # whatever else the machine does
        client.post("/accounts/signup/", SIGN_UP | {"email": email})
        return thread_time() - start

    known = [seconds("ada@example.org") for _ in range(5)]
    new = [seconds(f"eva{number}@example.org") for number in range(5)]

    assert User.objects.count() == 6
    assert median(known) == pytest.approx(median(new), rel=0.5)


def test_a_sixth_guess_is_too_many_whatever_the_spelling_and_the_claimed_origin(client):
    an_account()
    spellings = [
        "ada@example.org",
        "Ada@example.org",
        "ADA@example.org",
        "aDa@example.org",
        "adA@example.org",
    ]
    for number, email in enumerate(spellings):
        client.post(
            "/accounts/login/",
            {"login": email, "password": "sbagliata"},
            headers={"X-Forwarded-For": f"192.0.2.{number}"},
        )

    page = sign_in(client, "ada@EXAMPLE.org")

    assert not signed_in(client)
    assert page.status_code == 422


def test_after_too_many_guesses_the_page_leads_to_a_code_which_still_works(client, mailoutbox):
    an_account()
    for _ in range(6):
        page = sign_in(client, password="sbagliata")
    assertInHTML('<a href="/accounts/login/code/">chiedi un codice via email</a>', page.text)

    client.post("/accounts/login/code/", {"email": "ada@example.org"})
    client.post("/accounts/login/code/confirm/", {"code": the_code(mailoutbox)})

    assert signed_in(client)


def test_signing_in_to_another_account_between_guesses_does_not_clear_the_count(client):
    an_account()
    an_account("eva@example.org")
    for _ in range(5):
        sign_in(client, password="sbagliata")
    sign_in(client, "eva@example.org")
    client.post("/accounts/logout/")

    sign_in(client)

    assert not signed_in(client)


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"],
)
def test_after_signing_in_nobody_is_led_elsewhere(client, elsewhere):
    an_account()

    assert sign_in(client, next=elsewhere).url == "/home/"


def test_after_signing_in_the_browser_speaks_the_language_of_the_account(client):
    an_account(language="en")

    answer = sign_in(client)

    assert answer.cookies["django_language"].value == "en"


def test_a_new_password_ends_the_other_sessions(client):
    an_account()
    sign_in(client)
    phone = client.__class__()
    sign_in(phone)

    new = {"password1": "altra-frase-9", "password2": "altra-frase-9"}
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD} | new)

    assert client.get("/profile/").status_code == 200
    assert phone.get("/profile/").status_code == 302


def test_a_closed_account_is_out_at_once(client):
    person = an_account()
    sign_in(client)

    User.objects.filter(pk=person.pk).update(is_active=False)

    assert client.get("/profile/").status_code == 302
    assert not signed_in(client.__class__())


def test_leaving_by_a_mere_link_changes_nothing(client):
    an_account()
    sign_in(client)

    client.get("/accounts/logout/")

    assert signed_in(client)


def test_the_office_has_one_door(client):
    an_account(is_staff=True)

    page = client.post("/admin/login/", {"username": "ada@example.org", "password": PASSWORD})

    assert (page.status_code, page.url) == (302, "/accounts/login/?next=%2Fadmin%2Flogin%2F")
    assert not signed_in(client)


def test_on_a_public_server_the_office_needs_a_second_factor(client, settings):
    person = an_account(is_staff=True)
    client.force_login(person)
    assert client.get("/admin/").status_code == 200  # on one's own machine a password is enough

    settings.LOCAL = False
    asked = client.get("/admin/")
    assert (asked.status_code, asked.url) == (302, "/accounts/2fa/")
    assert client.get("/teaching/tests/1/scores/").status_code == 302
    assert client.get("/committee/").status_code == 302
    assert client.get("/applications/1/").status_code == 302

    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    assert client.get("/admin/").status_code == 200
    assert client.get("/teaching/tests/1/scores/").status_code == 403
    assert client.get("/committee/").status_code == 403
    assert client.get("/applications/1/").status_code == 404


def test_recovery_codes_alone_are_no_second_factor(client, settings):
    person = an_account(is_staff=True)
    Authenticator.objects.create(user=person, type=Authenticator.Type.RECOVERY_CODES, data={})
    client.force_login(person)
    settings.LOCAL = False

    assert client.get("/admin/").status_code == 302


def test_an_instructor_without_office_finds_the_admin_closed(client, settings):
    client.force_login(an_account())
    settings.LOCAL = False

    assert client.get("/admin/", follow=True).status_code == 403


def test_a_link_to_a_new_password_works_once(client, mailoutbox):
    an_account()
    client.post("/accounts/password/reset/", {"email": "ada@example.org"})
    link = re.search(r"https?://testserver(/\S+)", mailoutbox[0].body).group(1)
    new = {"password1": "una-frase-nuova-9", "password2": "una-frase-nuova-9"}

    form = client.get(link).url
    client.post(form, new)
    again = client.__class__().get(link, follow=True)

    assert sign_in(client.__class__(), password="una-frase-nuova-9").status_code == 302
    assert "password1" not in again.text


def test_another_address_is_taken_only_from_who_gives_the_password_again(client, mailoutbox):
    an_account()
    sign_in(client)

    page = client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})

    assert page.url.startswith("/accounts/reauthenticate/")
    assert not mailoutbox
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["ada@example.org"]


def test_the_sign_in_page_asks_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/accounts/login/").status_code == 200
