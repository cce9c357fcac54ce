"""The page of what a person was told."""

from datetime import timedelta

import pytest
from django.urls import reverse

from academy.models import Notice
from tests.factories import a_person, rome

pytestmark = pytest.mark.django_db
AT = rome(2022, 1, 13, 18)


def told(person, **fields):
    fields = {"kind": "score_published", "key": 1, "due_at": AT, "not_before": AT, "state": "sent"} | fields
    fields.setdefault("sent_at", fields["due_at"])
    return Notice.objects.create(user=person, **fields)


def page(client, person, **query):
    client.force_login(person)
    return client.get(reverse("notices"), query).content.decode()


def test_one_reads_ones_own_notices_newest_first_and_nobody_elses(client):
    anna, bruno = a_person(language="en"), a_person()
    told(anna, subject="The older", key=1)
    told(anna, subject="The newer", key=2, due_at=AT + timedelta(hours=1))
    told(bruno, subject="Of Bruno")
    html = page(client, anna)
    assert html.index("The newer") < html.index("The older")
    assert "Of Bruno" not in html
    assert reverse("assessments:results") in html


def test_what_was_not_sent_says_why(client):
    person = a_person()
    client.cookies["django_language"] = "en"
    told(person, kind="session_tomorrow", state="dropped", remark="the session is cancelled", sent_at=None)
    html = page(client, person)
    assert "not sent" in html
    assert "the session is cancelled" in html


def test_the_words_of_a_mail_server_are_for_the_office(client):
    person = a_person()
    told(person, state="refused", remark="550 5.1.1 mailbox of secret.example unknown", sent_at=None)
    assert "secret.example" not in page(client, person)


def test_sessions_told_in_one_mail_are_one_line(client):
    person = a_person()
    for key in (1, 2):
        told(person, kind="session_tomorrow", key=key, subject="Friday: 2 sessions")
    assert page(client, person).count("Friday: 2 sessions") == 1


def test_who_was_told_nothing_reads_what_will_be_here(client):
    client.cookies["django_language"] = "en"
    assert "Nothing yet" in page(client, a_person())


def test_the_page_costs_the_same_for_three_notices_and_for_three_hundred(
    client, django_assert_max_num_queries
):
    person = a_person()
    for key in range(300):
        told(person, key=key, subject=f"Notice {key}")
    client.force_login(person)
    with django_assert_max_num_queries(5):
        first = client.get(reverse("notices"))
    assert first.content.decode().count("<tr>") == 31
    assert client.get(reverse("notices"), {"page": 10}).status_code == 200


def test_without_signing_in_one_is_asked_to(client):
    assert client.get(reverse("notices")).status_code == 302
