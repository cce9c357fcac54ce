"""The library's pages speak our language and keep our rules."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings

from academy.models import User
from tests.factories import PASSWORD, a_person

pytestmark = pytest.mark.django_db


def without_token(text):
    return re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", text)


def test_a_wrong_password_shows_the_form_again_with_words_under_it(client):
    a_person(email="ada@example.org", password=PASSWORD)

    page = client.post("/accounts/login/", {"login": "ada@example.org", "password": "sbagliata"})

    assert page.status_code == 422
    assert '<div class="callout callout-bad error-summary" role="alert"' in page.text


def test_a_missing_field_is_named_described_and_led_to(client):
    page = client.post("/accounts/login/", {"login": "ada@example.org"})

    assert page.status_code == 422
    assert '<a href="#id_password">' in page.text
    assert 'id="id_password_error"' in page.text
    assert 'aria-describedby="id_password_helptext id_password_error"' in page.text


def test_an_unknown_address_and_a_wrong_password_look_the_same(client):
    a_person(email="ada@example.org", password=PASSWORD)

    unknown, wrong = (
        client.post("/accounts/login/", {"login": email, "password": "sbagliata"})
        for email in ("nessuno@example.org", "ada@example.org")
    )

    assert unknown.status_code == wrong.status_code == 422
    assert without_token(unknown.text).replace("nessuno@", "ada@") == without_token(wrong.text)


@pytest.mark.parametrize(("demo", "shown"), [(True, True), (False, False)])
def test_the_log_ins_of_the_demo_are_shown_in_the_demo_only(client, settings, demo, shown):
    settings.DEMO = demo

    assert ("participant@example.org" in client.get("/accounts/login/").text) is shown


def test_who_signs_up_is_known_by_name_in_the_language_of_the_page(client, mailoutbox):
    form = {"name": "Ada Bianchi", "email": "Ada@Example.org", "password1": PASSWORD, "privacy_read": "on"}

    answer = client.post("/accounts/signup/", form, headers={"Accept-Language": "en"})

    person = User.objects.get()
    assert answer.url == "/accounts/confirm-email/"
    assert (person.name, person.email, person.language) == ("Ada Bianchi", "ada@example.org", "en")
    assert person.consented_at is not None
    assert [mail.to for mail in mailoutbox] == [["ada@example.org"]]


@pytest.mark.parametrize(
    "missing",
    [
        {"name": ""},
        {"name": "Ada\x00Bianchi"},
        {"name": "Ada\nBianchi"},
        {"email": "ada"},
        {"privacy_read": ""},
    ],
)
def test_nobody_signs_up_without_name_address_and_the_privacy_notice(client, missing):
    form = {"name": "Ada Bianchi", "email": "ada@example.org", "password1": PASSWORD, "privacy_read": "on"}

    answer = client.post("/accounts/signup/", form | missing)

    assert answer.status_code == 422
    assert not User.objects.exists()


def test_a_browser_speaks_the_language_of_who_signs_in(client):
    person = a_person(email="ada@example.org", password=PASSWORD, language="en")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)

    answer = client.post("/accounts/login/", {"login": "ADA@example.org", "password": PASSWORD})

    assert answer.url == "/home/"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
