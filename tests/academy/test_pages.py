import pytest
from django.conf import settings

from academy.models import User
from tests.factories import a_person

LEGAL_PAGES = {
    "/privacy/": "Privacy notice",
    "/accessibility/": "Accessibility statement",
    "/contacts/": "Contacts",
}


@pytest.mark.parametrize(("address", "heading"), LEGAL_PAGES.items())
def test_a_legal_page_is_public_and_says_it_is_a_draft(client, address, heading):
    page = client.get(address, headers={"Accept-Language": "en"})

    assert page.status_code == 200
    assert f"<h1>{heading}</h1>" in page.text
    assert "The office still has to check and complete this text." in page.text


def test_a_legal_page_asks_nothing_of_the_database_and_sets_no_cookie(client):
    page = client.get("/contacts/")

    assert page.status_code == 200
    assert not page.cookies


@pytest.mark.django_db
def test_switching_the_language_changes_the_page_and_the_mails_of_who_is_signed_in(client):
    person = a_person(language="it")
    client.force_login(person)

    answer = client.post("/language/", {"language": "en", "next": "/contacts/"}, follow=True)

    assert answer.redirect_chain == [("/contacts/", 302)]
    assert '<html lang="en"' in answer.text
    assert User.objects.get().language == "en"


@pytest.mark.django_db
def test_an_unknown_language_changes_nothing(client):
    person = a_person(language="it")
    client.force_login(person)

    client.post("/language/", {"language": "de"})

    assert settings.LANGUAGE_COOKIE_NAME not in client.cookies
    assert User.objects.get().language == "it"


@pytest.mark.parametrize(("choice", "mark"), [("dark", 'data-theme="dark"'), ("auto", 'data-theme="auto"')])
def test_the_colours_somebody_chose_stay(client, choice, mark):
    client.post("/colours/", {"theme": "light", "next": "/contacts/"})

    page = client.post("/colours/", {"theme": choice, "next": "/contacts/"}, follow=True)

    assert mark in page.text


def test_the_switches_never_lead_to_another_site(client):
    colours = client.post("/colours/", {"theme": "dark", "next": "https://elsewhere.example/"})
    language = client.post("/language/", {"language": "en", "next": "https://elsewhere.example/"})

    assert (colours.url, language.url) == ("/", "/")


def test_a_colour_cookie_somebody_made_up_is_ignored(client):
    client.cookies["theme"] = '"><script>'

    assert 'data-theme="auto"' in client.get("/contacts/").text
