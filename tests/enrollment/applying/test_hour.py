"""The hour of the call: outside it everything can be read and nothing is taken."""

from datetime import timedelta

import pytest

from enrollment.models import Application
from tests.applying import JSON, WHY, a_complete_draft, address

pytestmark = pytest.mark.django_db

State = Application.State


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=3)])
def test_after_the_hour_nothing_is_taken_and_everything_can_be_read(
    client, call, person, while_the_call_is_open, late
):
    draft = a_complete_draft(person, call)
    while_the_call_is_open.move_to(call.closes_at + late, tick=False)
    client.force_login(person)

    answers = [
        client.post(address(call, "motivation"), {"motivation": "Tardi.", "seen": 0}),
        client.post(address(call, "motivation"), {"motivation": "Tardi.", "seen": 0}, headers=JSON),
        client.post(address(call, "review"), {"seen": 0, "privacy_read": "on"}),
    ]

    draft.refresh_from_db()
    assert [page.status_code for page in answers] == [409, 409, 409]
    assert [("Applications to this edition are closed." in page.text) for page in answers] == [True] * 3
    assert "Tardi." in answers[0].text
    assert (draft.state, draft.motivation) == (State.DRAFT, WHY["motivation"])
    for step in ("", "you", "review"):
        assert client.get(address(call, step)).url == f"/applications/{draft.pk}/"
    page = client.get(f"/applications/{draft.pk}/").text
    assert "the call is closed: it can no longer be changed or sent" in page
    assert WHY["motivation"] in page


def test_a_second_before_the_hour_it_is_taken(client, call, person, while_the_call_is_open):
    draft = a_complete_draft(person, call)
    while_the_call_is_open.move_to(call.closes_at - timedelta(seconds=1), tick=False)
    client.force_login(person)

    client.post(address(call, "review"), {"seen": 0, "privacy_read": "on"})

    draft.refresh_from_db()
    assert draft.state == State.SUBMITTED


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        (timedelta(seconds=-1), "Applications open on Friday 15 October 2021 at 14:00"),
        (timedelta(days=60), "Applications closed on Tuesday 14 December 2021 at 14:00 (Italian time)."),
    ],
)
def test_outside_its_hours_nobody_begins(client, call, person, while_the_call_is_open, moved, words):
    while_the_call_is_open.move_to(call.opens_at + moved, tick=False)
    client.force_login(person)

    for page in (client.get(address(call)), client.post(address(call))):
        assert page.status_code == 409
        assert words in page.text
    assert Application.objects.count() == 0
