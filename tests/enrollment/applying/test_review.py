"""The last look: what is missing is said, and what is complete is sent once."""

import pytest

from enrollment.models import Application
from tests.applying import a_complete_draft, address
from tests.factories import a_document, an_application

pytestmark = pytest.mark.django_db

State = Application.State


def test_the_last_look_says_exactly_what_is_missing_and_leads_there(client, call, person):
    a_document(call, title_en="Identity card", title_it="Documento")
    a_document(call, title_en="Photograph", title_it="Foto", required=False)
    draft = a_complete_draft(person, call, motivation="", employer="")

    for page in (
        client.get(address(call, "review")),
        client.post(address(call, "review"), {"seen": 0, "privacy_read": "on"}),
    ):
        missing = page.text.split("Still missing")[1].split("</ul>")[0]
        assert [part.split("</a>")[0].split(">")[-1] for part in missing.split("<li>")[1:]] == [
            "Employer",
            "Why you want to take part",
            "Identity card",
        ]
        assert f'href="{address(call, "motivation")}"' in missing
    draft.refresh_from_db()
    assert (page.status_code, draft.state) == (422, State.DRAFT)


def test_somebody_between_two_jobs_applies_without_an_employer(client, call, person):
    draft = a_complete_draft(person, call, employer="", employer_kind="none")

    client.post(address(call, "review"), {"seen": 0, "privacy_read": "on"})

    draft.refresh_from_db()
    assert draft.state == State.SUBMITTED


def test_nothing_is_sent_before_the_privacy_notice_is_read(client, call, person):
    draft = a_complete_draft(person, call)

    page = client.post(address(call, "review"), {"seen": 0})

    draft.refresh_from_db()
    assert (page.status_code, draft.state) == (422, State.DRAFT)
    assert "Read the privacy notice and tick this box" in page.text


def test_sent_twice_is_one_receipt(client, call, person):
    an_application(cohort=call.cohort, number=6)
    draft = a_complete_draft(person, call)

    answers = [client.post(address(call, "review"), {"seen": 0, "privacy_read": "on"}) for _ in range(2)]

    draft.refresh_from_db()
    assert [page.url for page in answers] == [f"/applications/{draft.pk}/"] * 2
    assert (draft.number, draft.snapshots.count(), draft.passages.count()) == (7, 1, 1)


def test_once_sent_every_step_leads_to_its_page_and_takes_nothing(client, call, person):
    sent = an_application(user=person, cohort=call.cohort)

    for step in ("", "you", "review", "throw-away"):
        assert client.get(address(call, step)).url == f"/applications/{sent.pk}/"
    page = client.post(address(call, "motivation"), {"motivation": "Ripensandoci.", "seen": 0})

    sent.refresh_from_db()
    assert page.status_code == 409
    assert "This application has been sent and cannot be changed any more." in page.text
    assert "Ripensandoci." in page.text
    assert sent.motivation != "Ripensandoci."
