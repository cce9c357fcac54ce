"""The page where an applicant chooses the time of the interview."""

import re

import pytest
import time_machine
from django.template.loader import render_to_string
from django.utils.translation import override

from enrollment.models import Application, InterviewSlot
from tests.factories import a_call, a_person, a_slot, an_application, rome

pytestmark = pytest.mark.django_db

State, Turnout = Application.State, InterviewSlot.Turnout
NOW = rome(2021, 12, 10, 9)
DAY = rome(2021, 12, 20, 10)


@pytest.fixture(autouse=True)
def ten_days_before():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def call():
    return a_call()


@pytest.fixture
def application(client, call):
    """Of the person who is signed in."""
    application = an_application(cohort=call.cohort, state=State.ELIGIBLE)
    client.force_login(application.user)
    client.cookies["django_language"] = "en"
    return application


@pytest.fixture
def slots(call):
    return [a_slot(call, starts_at=DAY.replace(hour=hour), where=f"Aula {hour}") for hour in (10, 11, 12)]


def page_of(application):
    return f"/applications/{application.pk}/interview/"


def click(client, application, slot, instead_of=None):
    fields = {"slot": slot.pk, "instead_of": instead_of.pk if instead_of else ""}
    return client.post(page_of(application), fields)


def free_on(page):
    return [slot for _day, places in page.context["days"] for _place, there in places for slot in there]


def test_free_times_are_listed_by_day_and_one_is_chosen_with_one_click(client, application, slots):
    page = client.get(page_of(application))
    assert free_on(page) == slots
    assert "Monday 20 December 2021" in page.text

    page = client.post(page_of(application), {"slot": slots[1].pk, "instead_of": ""}, follow=True)

    assert page.redirect_chain == [(page_of(application), 302)]
    assert "Your interview is booked" in page.text
    assert (page.context["slot"], free_on(page)) == (slots[1], [slots[0], slots[2]])


def test_the_address_of_a_call_is_told_to_whoever_has_chosen_it(client, call, application):
    slot = a_slot(call, starts_at=DAY, where="https://meet.example.org/colloqui")
    page = client.get(page_of(application)).text
    assert "online" in page
    assert slot.where not in page

    click(client, application, slot)
    assert slot.where in client.get(page_of(application)).text


def test_a_click_sent_twice_is_one(client, application, slots):
    assert click(client, application, slots[0]).status_code == 302
    assert click(client, application, slots[0]).status_code == 302
    assert list(InterviewSlot.objects.filter(application=application)) == [slots[0]]


def test_another_time_can_be_taken_instead(client, application, slots):
    click(client, application, slots[0])
    assert click(client, application, slots[2], instead_of=slots[0]).status_code == 302
    assert list(InterviewSlot.objects.free()) == slots[:2]


def test_who_comes_second_gets_409_and_the_times_still_free(client, application, call, slots):
    faster = an_application(cohort=call.cohort, state=State.ELIGIBLE)
    InterviewSlot.objects.filter(pk=slots[0].pk).update(application=faster, chosen_at=NOW)

    answer = click(client, application, slots[0])

    assert answer.status_code == 409
    assert "has just been taken" in answer.text
    assert free_on(answer) == slots[1:]
    assert faster.user.name not in answer.text


def test_each_time_is_a_form_of_its_own_so_that_an_old_page_does_not_swallow_another_wish(
    client, application, slots
):
    page = client.get(page_of(application)).text
    keys = re.findall(r'name="once" value="([^"]+)"', page)
    assert len(set(keys)) == len(slots)

    first, second = (
        {"slot": slot.pk, "instead_of": "", "once": key}
        for slot, key in zip(slots[:2], keys[:2], strict=True)
    )
    client.post(page_of(application), first)
    answer = client.post(page_of(application), second)

    assert (answer.status_code, answer.context["slot"]) == (409, slots[0])
    assert client.post(page_of(application), first).status_code == 302


def test_a_form_from_before_an_exchange_does_not_undo_it(client, application, slots):
    click(client, application, slots[0])
    click(client, application, slots[1], instead_of=slots[0])

    answer = click(client, application, slots[0])

    assert (answer.status_code, answer.context["slot"]) == (409, slots[1])
    assert "on another page or device" in answer.text


def test_a_time_the_office_took_back_is_said_to_be_gone(client, application, slots):
    InterviewSlot.objects.filter(pk=slots[0].pk).delete()
    answer = click(client, application, slots[0])
    assert (answer.status_code, free_on(answer)) == (409, slots[1:])
    assert "no longer offered" in answer.text


def test_a_time_of_another_call_cannot_be_had(client, application):
    foreign = a_slot(a_call(), starts_at=DAY)
    assert click(client, application, foreign).status_code == 409
    foreign.refresh_from_db()
    assert foreign.application is None


@pytest.mark.parametrize(
    "fields", [{}, {"slot": "first", "instead_of": ""}, {"slot": "1"}, {"slot": "1", "instead_of": "x"}]
)
def test_what_no_page_of_ours_sends_is_malformed(client, application, fields):
    assert client.post(page_of(application), fields).status_code == 400


def test_a_key_beyond_all_keys_is_no_time(client, application):
    answer = client.post(page_of(application), {"slot": "9" * 30, "instead_of": ""})
    assert answer.status_code == 409


@pytest.mark.parametrize("method", ["get", "post"])
def test_anothers_interview_is_not_there(client, application, call, slots, method):
    other = an_application(cohort=call.cohort, state=State.ELIGIBLE)
    answer = getattr(client, method)(page_of(other), {"slot": slots[0].pk, "instead_of": ""})
    assert answer.status_code == 404


@pytest.mark.parametrize("state", sorted(set(State) - {State.ELIGIBLE, State.DRAFT}))
def test_only_the_admissible_are_led_to_choose(client, call, slots, state):
    application = an_application(cohort=call.cohort, state=state)
    client.force_login(application.user)

    assert client.get(page_of(application)).url == f"/applications/{application.pk}/"
    assert click(client, application, slots[0]).status_code == 409
    assert InterviewSlot.objects.free().count() == 3


def test_within_24_hours_the_page_says_it_is_too_late_to_exchange(client, application, slots):
    click(client, application, slots[0])
    with time_machine.travel(DAY.replace(hour=9), tick=False):
        client.force_login(application.user)
        page = client.get(page_of(application))
        answer = click(client, application, slots[1], instead_of=slots[0])
    assert "can no longer be exchanged" in page.text
    assert "<button" not in page.text.split("<main")[1].split("</main>")[0]
    assert answer.status_code == 409


def test_without_free_times_the_page_says_so(client, application):
    assert "No time is free at present" in client.get(page_of(application)).text


def card_of(application, at=NOW):
    """What the status page shows of the interview."""
    fresh = Application.objects.get(pk=application.pk)
    with override("en"):
        return " ".join(
            render_to_string("enrollment/_interview.html", {"application": fresh, "at": at}).split()
        )


def test_the_status_page_invites_to_choose_while_something_is_free(application, slots):
    assert "Choose a time" in card_of(application)
    assert page_of(application) in card_of(application)

    assert card_of(application, at=DAY) == ""  # too late for all three
    InterviewSlot.objects.all().delete()
    assert card_of(application) == ""


def test_the_status_page_shows_the_time_chosen_and_where(client, application, slots):
    click(client, application, slots[0])

    card = card_of(application)

    assert "Monday 20 December 2021, 10:00" in card
    assert "Aula 10" in card
    assert "Choose another time" in card
    assert "Choose another time" not in card_of(application, at=DAY)


def test_the_status_page_invites_nobody_who_is_not_admissible(call, slots):
    for state in (State.SUBMITTED, State.ADMITTED, State.NOT_SUITABLE):
        assert card_of(an_application(cohort=call.cohort, state=state, user=a_person())) == ""


def test_the_address_of_a_call_is_a_link_and_nothing_else_becomes_markup(application, call):
    a_slot(
        call, starts_at=DAY, where="https://meet.example.org/c?<b>x", application=application, chosen_at=NOW
    )
    card = card_of(application)
    assert 'href="https://meet.example.org/c' in card
    assert "<b>x" not in card
