"""Documents the office asks for once: sent in time they complete the application, late they are refused."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from courses.refusals import Refusal
from enrollment.actions.eligibility import ask_for_documents
from enrollment.actions.files import add_file, provide_documents
from enrollment.models import Application
from tests.factories import ROME, a_call, a_document, a_draft, a_file, a_person, an_application
from tests.paperwork import JPEG, PDF

pytestmark = pytest.mark.django_db

State = Application.State
ASKED = datetime(2021, 11, 15, 10, tzinfo=ROME)
DUE = ASKED + timedelta(days=5)


@pytest.fixture(autouse=True)
def after_the_request():
    with time_machine.travel(ASKED + timedelta(days=1), tick=False) as clock:
        yield clock


@pytest.fixture
def call():
    return a_call()


@pytest.fixture
def card(call):
    return a_document(call, title_en="Identity card", title_it="Documento")


@pytest.fixture
def asked(client, call, card):
    """An application sent without a readable card, of the person signed in."""
    person = a_person()
    client.force_login(person)
    client.cookies["django_language"] = "en"
    application = an_application(user=person, cohort=call.cohort)
    ask_for_documents(
        application=application,
        documents=[card],
        message="The back of the card is missing.",
        due_at=DUE,
        by=a_person(),
        at=ASKED,
    )
    application.refresh_from_db()
    return application


def page_of(application):
    return f"/applications/{application.pk}/documents/"


def sent(card, content=PDF, name="card.pdf"):
    return {f"document_{card.pk}": SimpleUploadedFile(name, content)}


def test_the_application_says_what_is_asked_until_when_and_leads_there(client, asked):
    page = client.get(f"/applications/{asked.pk}/").text
    assert "The office asks you for documents" in page
    assert "Send them by 10:00 (Italian time) on Saturday 20 November 2021" in page
    assert f'href="{page_of(asked)}"' in page

    page = client.get(page_of(asked)).text
    assert "The back of the card is missing." in page
    assert "Identity card" in page


def test_documents_sent_complete_the_application_with_a_second_snapshot(client, asked, card):
    answer = client.post(page_of(asked), sent(card) | {"send": ""})

    asked.refresh_from_db()
    assert (answer.url, asked.state) == (f"/applications/{asked.pk}/", State.SUBMITTED)
    assert asked.document_request.answered_at == ASKED + timedelta(days=1)
    snapshot = asked.snapshots.get()
    assert [file["name"] for file in snapshot.content["files"]] == ["card.pdf"]
    assert "Documents received" in client.get(f"/applications/{asked.pk}/").text


def test_files_wait_here_until_they_are_sent(client, asked, card):
    client.post(page_of(asked), sent(card))
    client.post(page_of(asked), sent(card, JPEG, "back.jpg"))

    asked.refresh_from_db()
    assert (asked.state, asked.files.count(), asked.snapshots.count()) == (State.DOCUMENTS_ASKED, 2, 0)

    back = asked.files.get(name="back.jpg")
    client.post(page_of(asked), {"remove": str(back.pk)})
    client.post(page_of(asked), {"send": ""})
    asked.refresh_from_db()
    assert (asked.state, asked.files.get().name) == (State.SUBMITTED, "card.pdf")


def test_sent_twice_is_sent_once(client, asked, card):
    answers = [client.post(page_of(asked), sent(card) | {"send": ""}).url for _ in range(2)]

    assert answers == [f"/applications/{asked.pk}/"] * 2
    assert (asked.files.count(), asked.snapshots.count()) == (1, 1)
    again = provide_documents(application=asked, by=asked.user, at=DUE + timedelta(days=9))
    assert again.state == State.SUBMITTED


def test_nothing_is_sent_without_the_document_asked_for(client, asked, card):
    page = client.post(page_of(asked), {"send": ""})

    asked.refresh_from_db()
    assert (page.status_code, asked.state) == (422, State.DOCUMENTS_ASKED)
    assert "A document the office asked for is still missing." in page.text


def test_what_the_office_had_before_is_no_answer_and_cannot_be_removed(client, call, card):
    person = a_person()
    client.force_login(person)
    application = a_draft(user=person, cohort=call.cohort)
    before = a_file(application, card, content=PDF)
    complete = {"born_on": "1985-05-17", "foreign": True, "employer_kind": "none", "role": "m"}
    complete |= {"sector": "public", "region": "Piemonte", "motivation": "m"}
    complete |= {"state": "submitted", "submitted_at": ASKED, "privacy_read_at": ASKED, "number": 1}
    Application.objects.filter(pk=application.pk).update(**complete)
    request = {"documents": [card], "message": "Unreadable.", "due_at": DUE, "by": a_person(), "at": ASKED}
    ask_for_documents(application=application, **request)

    assert client.post(page_of(application), {"send": ""}).status_code == 422
    assert client.post(page_of(application), {"remove": str(before.pk)}).status_code == 422
    assert application.files.get() == before

    client.post(page_of(application), sent(card, PDF) | {"send": ""})  # the same bytes, sent anew
    application.refresh_from_db()
    assert (application.state, application.files.count()) == (State.SUBMITTED, 2)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=2)])
def test_after_their_hour_documents_are_refused(client, asked, card, after_the_request, late):
    client.post(page_of(asked), sent(card))
    after_the_request.move_to(DUE + late, tick=False)
    client.force_login(asked.user)

    answers = [
        client.post(page_of(asked), sent(card, JPEG, "late.jpg")),
        client.post(page_of(asked), {"send": ""}),
        client.post(page_of(asked), {"remove": str(asked.files.get().pk)}),
    ]

    asked.refresh_from_db()
    assert [page.status_code for page in answers] == [409, 409, 409]
    assert "The time to send these documents is over." in answers[0].text
    assert (asked.state, asked.files.count(), asked.snapshots.count()) == (State.DOCUMENTS_ASKED, 1, 0)
    assert client.get(page_of(asked)).status_code == 200
    with pytest.raises(Refusal):
        provide_documents(application=asked, by=asked.user, at=DUE)


def test_a_second_before_their_hour_they_are_taken(asked, card):
    at = DUE - timedelta(seconds=1)
    file = {"name": "card.pdf", "content_type": "application/pdf", "content": PDF}
    add_file(application=asked, document=card, **file, by=asked.user, at=at)
    assert provide_documents(application=asked, by=asked.user, at=at).state == State.SUBMITTED


def test_only_what_was_asked_for_is_taken(client, call, asked):
    other = a_document(call, title_en="Degree", title_it="Titolo")

    client.post(page_of(asked), sent(other))

    assert asked.files.count() == 0


def test_who_was_asked_for_nothing_is_led_back(client, call):
    application = an_application(cohort=call.cohort)
    client.force_login(application.user)

    for answer in (client.get(page_of(application)), client.post(page_of(application), {"send": ""})):
        assert answer.url == f"/applications/{application.pk}/"
    with pytest.raises(Refusal):
        provide_documents(application=application, by=application.user, at=ASKED)


def test_what_is_asked_of_somebody_else_is_not_there(client, call, asked, card):
    client.force_login(a_person())

    assert client.get(page_of(asked)).status_code == 404
    assert client.post(page_of(asked), sent(card) | {"send": ""}).status_code == 404
    assert asked.files.count() == 0
