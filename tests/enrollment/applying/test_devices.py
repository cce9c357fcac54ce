"""A draft open on two devices: what one changed is never overwritten unread by the other."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from enrollment.models import Application
from tests.applying import JSON, WHY, YOU, a_complete_draft, address
from tests.factories import a_document
from tests.paperwork import PDF

pytestmark = pytest.mark.django_db

State = Application.State


def test_the_script_saves_and_is_told_when(client, call, draft):
    page = client.post(address(call, "motivation"), WHY | {"seen": 0}, headers=JSON)

    assert page.json() == {"said": "Saved at 10:00.", "seen": 1}
    assert Application.objects.get().motivation == WHY["motivation"]


def test_the_script_is_told_what_is_not_right_yet_and_the_rest_is_kept(client, call, draft):
    page = client.post(address(call, "you"), YOU | {"tax_code": "RSSM", "seen": 0}, headers=JSON)

    assert page.status_code == 422
    assert page.json() == {
        "said": "Saved at 10:00. Not saved, because it is not right yet: Tax code.",
        "seen": 1,
    }
    assert Application.objects.get().phone == YOU["phone"]


def test_the_same_saving_sent_again_after_a_lost_reply_is_one(client, call, draft):
    for _ in range(2):
        page = client.post(address(call, "motivation"), WHY | {"seen": 0}, headers=JSON)

    assert (page.status_code, page.json()["seen"]) == (200, 1)


def test_what_another_device_changed_meanwhile_is_not_overwritten_and_nothing_typed_is_lost(
    client, call, draft
):
    client.post(address(call, "motivation"), {"motivation": "Dal telefono.", "seen": 0})

    told = client.post(address(call, "motivation"), WHY | {"seen": 0}, headers=JSON)
    page = client.post(address(call, "motivation"), WHY | {"seen": 0, "then": "next"})

    assert told.status_code == page.status_code == 409
    assert told.json()["stop"] is True
    assert "changed on another device meanwhile" in told.json()["said"]
    assert WHY["motivation"] in page.text
    assert "Dal telefono." in page.text
    assert Application.objects.get().motivation == "Dal telefono."

    assert 'name="seen" value="1"' in page.text
    client.post(address(call, "motivation"), WHY | {"seen": 1})
    assert Application.objects.get().motivation == WHY["motivation"]


def test_files_chosen_are_kept_where_the_words_meet_another_device(client, call, draft):
    document = a_document(call)
    client.post(address(call, "motivation"), {"motivation": "Dal telefono.", "seen": 0})

    chosen = {f"document_{document.pk}": SimpleUploadedFile("cv.pdf", PDF)}
    page = client.post(address(call, "motivation"), WHY | chosen | {"seen": 0, "then": "next"})

    assert page.status_code == 409
    assert "The files you chose are saved" in page.text
    assert [file.name for file in draft.files.all()] == ["cv.pdf"]
    assert f"/applications/{draft.pk}/files/{draft.files.get().pk}/" in page.text
    assert Application.objects.get().motivation == "Dal telefono."


def test_files_chosen_too_late_are_named_as_lost(client, call, draft, person, while_the_call_is_open):
    document = a_document(call)
    while_the_call_is_open.move_to(call.closes_at, tick=False)
    client.force_login(person)

    chosen = {f"document_{document.pk}": SimpleUploadedFile("cv.pdf", PDF)}
    page = client.post(address(call, "motivation"), WHY | chosen | {"seen": 0})

    assert (page.status_code, draft.files.count()) == (409, 0)
    assert re.search(r"These files you chose were not kept.*<li>cv\.pdf</li>", page.text, re.S)
    assert "were not kept" not in client.post(address(call, "motivation"), WHY | {"seen": 0}).text


def test_what_another_device_changed_since_the_last_look_is_not_sent_unread(client, call, person):
    draft = a_complete_draft(person, call)
    client.post(address(call, "motivation"), {"motivation": "Altro.", "seen": 0})

    page = client.post(address(call, "review"), {"seen": 0, "privacy_read": "on"})

    draft.refresh_from_db()
    assert (page.status_code, draft.state) == (409, State.DRAFT)
    assert "changed on another device meanwhile" in page.text
    assert "Altro." in page.text
