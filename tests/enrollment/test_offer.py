"""The page of an offer: its terms, its hour, a yes with its agreements, a no after a second question."""

import re
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from courses.models import Once
from enrollment.actions import offers
from enrollment.models import Application, Consent, Enrollment, Offer
from tests.factories import (
    a_call,
    a_person,
    a_ranking,
    a_yes,
    an_agreement,
    an_application,
    an_offer,
    rome,
)
from tests.together import all_at_once

AT = rome(2021, 12, 20, 10)
HOUR = rome(2021, 12, 23, 14)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(AT, tick=False)
    return partial(time_machine.move_to, tick=False)


@pytest.fixture
def offer(db) -> Offer:
    return an_offer()


@pytest.fixture
def client(offer) -> Client:
    return client_of(offer)


def client_of(offer: Offer) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(offer.application.user)
    return client


def page(offer: Offer, name: str = "offer") -> str:
    return reverse(f"enrollment:{name}", args=[offer.application_id])


def key_in(response) -> str:
    """The key of the form on a page."""
    return re.search(r'name="once" value="([0-9a-f-]{36})"', response.content.decode())[1]


def yes(*agreements) -> dict[str, str]:
    return {f"agreement-{agreement.pk}": "on" for agreement in agreements}


def text_of(response) -> str:
    """What a person reads: words one space apart, without markup."""
    words = re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").replace("&nbsp;", " ")
    return " ".join(words.split())


def test_the_page_says_what_is_offered_until_when_and_on_which_terms(offer, client):
    agreed, free = an_agreement(), an_agreement(kind="recording", title_en="Recording", text_en="You <b>may.")

    shown = client.get(page(offer))
    text = text_of(shown)

    assert shown.status_code == 200
    assert offer.cohort.code in text
    assert "Answer by 14:00 (Italian time) on Thursday 23 December 2021" in text
    assert "Time left: 3 days, 4 hours" in text
    for agreement in (agreed, free):
        assert f"Version {agreement.version}, in force from 1 September 2021" in text
    assert (agreed.text_en in text, "You &lt;b&gt;may." in text) == (True, True)
    boxes = re.findall(r'<input type="checkbox"[^>]*>', shown.content.decode())
    assert ["checked" in box for box in boxes] == [False, False]
    assert ["required" in box for box in boxes] == [True, False]


def test_looking_changes_nothing(offer, client):
    for name in ("offer", "decline_offer"):
        for method in (client.get, client.head):
            assert method(page(offer, name)).status_code == 200

    assert Offer.objects.open().get() == offer
    assert not Enrollment.objects.exists()


def test_one_form_accepts_the_place_with_its_agreements(offer, client):
    agreed, free, other = an_agreement(), an_agreement(kind="recording"), an_agreement(kind="directory")

    answer = client.post(page(offer), yes(agreed, other))

    assert (answer.status_code, answer["Location"]) == (302, f"/applications/{offer.application_id}/")
    place = Enrollment.objects.get()
    assert (place.user, place.application, place.admitted_at) == (
        offer.application.user,
        offer.application,
        AT,
    )
    given = {consent.agreement: (consent.given, consent.at) for consent in Consent.objects.all()}
    assert given == {agreed: (True, AT), free: (False, AT), other: (True, AT)}


def test_a_missing_required_yes_is_said_and_what_was_ticked_is_kept(offer, client):
    agreed, free = an_agreement(), an_agreement(kind="recording")

    shown = client.post(page(offer), yes(free))

    assert shown.status_code == 422
    assert "Without this agreement the place cannot be accepted." in text_of(shown)
    boxes = dict(re.findall(r'name="(agreement-\d+)"([^>]*)>', shown.text))
    ticked = {name for name, attributes in boxes.items() if "checked" in attributes}
    assert (boxes.keys(), ticked) == (yes(agreed, free).keys(), yes(free).keys())
    assert (Offer.objects.open().count(), Enrollment.objects.count(), Consent.objects.count()) == (1, 0, 0)


def test_without_the_participation_agreement_the_page_says_so_and_takes_no_yes(offer, client):
    free = an_agreement(kind="recording")

    shown, sent = client.get(page(offer)), client.post(page(offer), yes(free))

    assert (shown.status_code, sent.status_code) == (200, 409)
    for answer in (shown, sent):
        assert "The participation agreement is still missing" in text_of(answer)
        assert "Accept the place" not in text_of(answer)
        assert "Renounce the place" in text_of(answer)
    assert (Offer.objects.open().count(), Consent.objects.count()) == (1, 0)
    an_agreement()
    assert "Accept the place" in text_of(client.get(page(offer)))


def test_a_text_that_changed_while_one_read_is_shown_before_it_counts(offer, client, now):
    older = an_agreement()
    an_agreement(in_force_from=AT + SECOND, text_en="The newer text.")

    now(AT + 2 * SECOND)
    shown = client.post(page(offer), yes(older))

    assert shown.status_code == 422
    assert "The newer text." in text_of(shown)
    assert not Consent.objects.exists()


def test_renouncing_asks_again_and_then_the_next_one_is_offered_the_place(offer, client):
    waiting = an_application(cohort=offer.cohort, state=Application.State.ON_RESERVE)
    a_ranking(a_call(cohort=offer.cohort), offer.application, waiting)

    assert "Renounce the place?" in text_of(client.get(page(offer, "decline_offer")))
    answer = client.post(page(offer, "decline_offer"), follow=True)

    assert "You have renounced the place." in text_of(answer)
    offer.refresh_from_db()
    assert offer.state == "declined"
    assert Offer.objects.open().get().application == waiting


@pytest.mark.parametrize("name", ["offer", "decline_offer"])
@pytest.mark.parametrize(("late", "status"), [(-SECOND, 302), (0 * SECOND, 409), (SECOND, 409)])
def test_the_clock_of_the_server_decides_to_the_second(offer, client, now, name, late, status):
    agreed = an_agreement()
    now(HOUR + late)

    answer = client.post(page(offer, name), yes(agreed))

    assert answer.status_code == status
    assert Offer.objects.open().exists() == (status == 409)
    if status == 409:
        assert "The time to answer this offer is over." in text_of(answer)


def settle(offer: Offer, how: str) -> None:
    person = offer.application.user
    if how == "revoked":
        offers.revoke(offer=offer, by=a_person(is_staff=True), at=AT, reason="Errore.")
    elif how == "lapsed":
        offers.let_offers_lapse(at=HOUR)
    elif how == "declined":
        offers.decline(offer=offer, by=person, at=AT)
    else:
        offers.accept(offer=offer, answers=a_yes(), by=person, at=AT)


def everything() -> list:
    return [list(model.objects.values()) for model in (Offer, Application, Enrollment, Consent)]


SENTENCES = {
    "revoked": "This offer has been taken back by the office.",
    "lapsed": "The time to answer this offer is over.",
    "declined": "This offer has already been answered.",
    "accepted": "This offer has already been answered.",
}


@pytest.mark.parametrize(
    ("how", "name"),
    [
        ("revoked", "offer"),
        ("revoked", "decline_offer"),
        ("lapsed", "offer"),
        ("lapsed", "decline_offer"),
        ("declined", "offer"),
        ("accepted", "decline_offer"),
    ],
)
def test_an_offer_that_was_used_says_so_and_changes_nothing(offer, client, how, name):
    settle(offer, how)
    before = everything()

    for answer in (client.get(page(offer, name)), client.post(page(offer, name))):
        assert answer.status_code == 409
        assert SENTENCES[how] in text_of(answer)
    assert everything() == before


@pytest.mark.parametrize(("how", "name"), [("accepted", "offer"), ("declined", "decline_offer")])
def test_the_same_answer_again_leads_to_the_application(offer, client, how, name):
    settle(offer, how)

    for answer in (client.get(page(offer, name)), client.post(page(offer, name))):
        assert answer["Location"] == f"/applications/{offer.application_id}/"


def test_after_an_offer_was_revoked_the_page_shows_the_next_one(offer, client):
    settle(offer, "revoked")
    offers.make_offer(
        application=offer.application, deadline=HOUR + timedelta(days=7), by=None, at=AT + SECOND
    )

    assert "on Thursday 30 December 2021" in text_of(client.get(page(offer)))


@pytest.mark.parametrize("name", ["offer", "decline_offer"])
def test_anothers_offer_and_one_never_made_are_not_there(offer, client, name):
    anothers = an_offer()
    without = an_application(user=offer.application.user)

    for address in (page(anothers, name), reverse(f"enrollment:{name}", args=[without.pk])):
        assert {client.get(address).status_code, client.post(address).status_code} == {404}
    assert Offer.objects.open().count() == 2


# A form sent again.


@pytest.mark.parametrize("name", ["offer", "decline_offer"])
def test_a_form_sent_again_after_a_lost_reply_leads_where_the_first_did(offer, client, name):
    form = yes(an_agreement()) | {"once": key_in(client.get(page(offer, name)))}
    [first] = {client.post(page(offer, name), form)["Location"]}
    before = Offer.objects.values().get()

    again = [client.post(page(offer, name), form) for _ in range(3)]

    assert {(answer.status_code, answer["Location"]) for answer in again} == {(302, first)}
    assert Offer.objects.values().get() == before


def test_a_form_shown_again_keeps_its_key_and_is_then_done(offer, client):
    agreed = an_agreement()
    key = key_in(client.get(page(offer)))

    shown = client.post(page(offer), {"once": key})

    assert (shown.status_code, key_in(shown)) == (422, key)
    assert client.post(page(offer), {"once": key} | yes(agreed)).status_code == 302
    assert Once.objects.get().answer == f"/applications/{offer.application_id}/"


def test_a_form_replayed_after_the_place_was_given_up_gives_no_second_one(offer, client, now):
    form = yes(an_agreement()) | {"once": key_in(client.get(page(offer)))}
    client.post(page(offer), form)
    place = Enrollment.objects.get()
    offers.end_enrollment(enrollment=place, state="renounced", on=AT.date(), by=place.user, at=AT)

    assert client.post(page(offer), form).status_code == 302
    assert client.post(page(offer)).status_code == 302  # without its key
    assert not Enrollment.objects.live().exists()


def test_a_key_that_was_changed_is_malformed_and_nothing_happens(offer, client):
    assert client.post(page(offer), {"once": "1 OR 1=1"}).status_code == 400
    assert Offer.objects.open().exists()


def test_the_key_of_an_acceptance_does_not_renounce(offer, client):
    form = yes(an_agreement()) | {"once": key_in(client.get(page(offer)))}
    client.post(page(offer), form)

    assert client.post(page(offer, "decline_offer"), form).status_code == 409
    assert Enrollment.objects.live().exists()


def test_somebody_elses_key_gives_nothing_away(offer, client):
    anothers = an_offer()
    form = yes(an_agreement()) | {"once": str(uuid4())}
    client_of(anothers).post(page(anothers), form)

    answer = client.post(page(offer), form)

    assert answer["Location"] == f"/applications/{offer.application_id}/"
    assert Enrollment.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_ten_tabs_that_send_the_same_form_at_once_all_see_the_one_place():
    offer, form = an_offer(), yes(an_agreement()) | {"once": str(uuid4())}
    tabs = [client_of(offer) for _ in range(10)]

    answers = all_at_once(partial(tab.post, page(offer), form) for tab in tabs)

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, f"/applications/{offer.application_id}/")
    }
    assert (Enrollment.objects.count(), Once.objects.count()) == (1, 1)


# On the application's page.


def status_line(offer: Offer, at=AT) -> str:
    application = Application.objects.get(pk=offer.application_id)
    with override("en"):
        shown = render_to_string(
            "enrollment/_offer.html", {"application": application, "at": at, "today": at.date()}
        )
    return " ".join(re.sub(r"<[^>]+>", " ", shown).split())


@pytest.mark.parametrize(
    ("how", "heading"),
    [
        ("open", "You are offered a place"),
        ("accepted", "You have a place"),
        ("declined", "You have renounced the place"),
        ("lapsed", "You have renounced the place"),
    ],
)
def test_the_application_says_what_became_of_the_offer(offer, how, heading):
    if how != "open":
        settle(offer, how)

    assert status_line(offer).startswith(heading)


def test_who_kept_silent_is_told_so(offer):
    settle(offer, "lapsed")

    assert "by 14:00 (Italian time) on Thursday 23 December 2021" in status_line(offer, HOUR)


def test_an_overdue_offer_leads_nowhere_even_before_it_is_settled(offer):
    assert page(offer) not in render_to_string(
        "enrollment/_offer.html", {"application": offer.application, "at": HOUR, "today": HOUR.date()}
    )


def test_an_application_without_an_offer_says_nothing_of_one(db):
    application = an_application()

    assert (
        render_to_string(
            "enrollment/_offer.html", {"application": application, "at": AT, "today": AT.date()}
        ).strip()
        == ""
    )


def test_a_place_that_ended_is_not_called_a_place(offer):
    settle(offer, "accepted")
    end = {"state": "withdrawn", "on": rome(2022, 2, 1).date(), "at": rome(2022, 2, 1, 9)}
    offers.end_enrollment(enrollment=Enrollment.objects.get(), by=None, reason="Cambio lavoro.", **end)

    assert "Tuesday 1 February 2022" in status_line(offer)
    assert "You have a place" not in status_line(offer)
