"""Giving up one's place: what it means is read first, it is done once, and by nobody else."""

from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from enrollment.actions import offers
from enrollment.models import Enrollment, Offer
from tests.factories import a_call, a_ranking, a_yes, an_application, an_enrollment, an_offer, rome

pytestmark = pytest.mark.django_db

AT = rome(2021, 12, 20, 10)
BEFORE, FIRST_DAY = rome(2022, 1, 12, 23, 59), rome(2022, 1, 13)
SURE = {"sure": "on"}


@pytest.fixture
def now(time_machine):
    return partial(time_machine.move_to, tick=False)


@pytest.fixture
def place() -> Enrollment:
    """Accepted; one more person waits on the reserve list."""
    offer = an_offer()
    waiting = an_application(cohort=offer.cohort, state="on_reserve")
    type(offer.cohort).objects.filter(pk=offer.cohort_id).update(seats=1)
    call = a_call(cohort=offer.cohort, refills_until=FIRST_DAY.date())
    a_ranking(call, offer.application, waiting)
    return offers.accept(offer=offer, answers=a_yes(), by=offer.application.user, at=AT)


@pytest.fixture
def client(place) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(place.user)
    return client


def page(place: Enrollment) -> str:
    return reverse("enrollment:leave", args=[place.pk])


def ended(place: Enrollment) -> tuple:
    place.refresh_from_db()
    return place.state, place.ends_on, place.ended_by, place.reason


@pytest.mark.parametrize(
    ("at", "way", "heading", "reason"),
    [
        (BEFORE, "renounced", "Renounce the place?", ""),
        (FIRST_DAY, "withdrawn", "Withdraw from the edition?", "Cambio lavoro."),
    ],
)
def test_one_reads_what_it_means_and_then_leaves_and_the_next_is_offered_the_seat(
    place, client, now, at, way, heading, reason
):
    now(at)
    shown = client.get(page(place))
    assert (heading in shown.text, "It cannot be undone" in shown.text) == (True, True)
    assert ended(place) == ("active", None, None, "")
    assert page(place) in client.get(f"/applications/{place.application_id}/").text

    answer = client.post(page(place), SURE | {"way": way, "reason": reason})

    assert answer["Location"] == f"/applications/{place.application_id}/"
    assert ended(place) == (way, at.date(), place.user, reason)
    assert Offer.objects.open().count() == 1
    after = client.get(f"/applications/{place.application_id}/").text
    assert (page(place) in after, reason in after) == (False, True)


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"reason": "Cambio lavoro."}, "Tick this box if you mean it"),
        (SURE, "This field is required."),
        (SURE | {"reason": "  "}, "This field is required."),
        (SURE | {"reason": "a" * 1001}, "at most 1000 characters"),
    ],
)
def test_a_withdrawal_needs_its_reason_and_that_one_means_it(place, client, now, form, fault):
    now(FIRST_DAY)
    shown = client.post(page(place), {"way": "withdrawn"} | form)
    assert (shown.status_code, fault in shown.text) == (422, True)
    assert form.get("reason", "").strip() in shown.text
    assert ended(place)[0] == "active"


@pytest.mark.parametrize("way", ["renounced", "excluded", ""])
def test_who_read_of_a_renunciation_is_asked_again_once_the_edition_has_begun(place, client, now, way):
    now(FIRST_DAY)
    shown = client.post(page(place), SURE | {"way": way, "reason": "Cambio lavoro."})

    assert (shown.status_code, ended(place)[0]) == (409, "active")
    assert "The edition has begun since you opened this page" in shown.text
    assert "Cambio lavoro." in shown.text
    assert 'value="withdrawn"' in shown.text


def test_sent_again_it_leads_where_it_led_and_changes_nothing(place, client, now):
    now(BEFORE)
    form = SURE | {"way": "renounced", "reason": "Primo."}
    for again in (form, form | {"reason": "Secondo."}):
        assert client.post(page(place), again)["Location"] == f"/applications/{place.application_id}/"
    assert ended(place)[3] == "Primo."


def test_after_the_last_day_there_is_nothing_to_give_up(place, client, now):
    now(rome(2022, 6, 12))
    assert client.get(page(place)).status_code == 409
    assert client.post(page(place), SURE | {"way": "withdrawn", "reason": "Tardi."}).status_code == 409
    assert ended(place)[0] == "active"


def test_anothers_place_is_not_there(place, client, now):
    now(BEFORE)
    anothers = an_enrollment()
    assert {client.get(page(anothers)).status_code, client.post(page(anothers), SURE).status_code} == {404}
    assert ended(anothers)[0] == "active"


def test_who_was_enrolled_without_an_application_can_leave_too(client, place, now):
    now(BEFORE)
    mine = an_enrollment(user=place.user)
    assert page(mine) in client.get("/schedule/").text
    assert client.post(page(mine), SURE | {"way": "renounced"})["Location"] == "/home/"
    assert ended(mine)[0] == "renounced"


def test_the_schedule_leads_to_the_places_one_has_and_may_still_give_up(client, place, now):
    now(FIRST_DAY)
    anothers = an_enrollment()
    shown = client.get("/schedule/").text
    ways = (page(place), f"/applications/{place.application_id}/", "Withdraw from the edition…")
    assert [way in shown for way in (*ways, page(anothers))] == [True, True, True, False]

    now(rome(2022, 6, 12))
    assert page(place) not in client.get("/schedule/").text

    now(FIRST_DAY)
    client.post(page(place), SURE | {"way": "withdrawn", "reason": "Cambio lavoro."})
    assert page(place) not in client.get("/schedule/").text


def test_who_renounced_reads_when(client, place, now):
    now(BEFORE)
    client.post(page(place), SURE | {"way": "renounced"})
    words = " ".join(client.get(f"/applications/{place.application_id}/").text.split())
    assert "Your renunciation was recorded at 23:59 on Wednesday 12 January 2022." in words
    assert (">renounced before the start</span>" in words, ">enrolled</span>" in words) == (True, False)
