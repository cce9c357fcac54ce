"""Wanting to hear of the next call: left, confirmed from the mailbox, told once, off at one click."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from academy import postman
from academy.models import Notice
from enrollment.access import interest_of_token, interest_token
from enrollment.actions.interest import leave_address
from enrollment.models import Interest
from tests.factories import a_call, a_person, rome

pytestmark = pytest.mark.django_db

AT = rome(2021, 10, 1, 10)
HOUR = timedelta(hours=1)
LEFT = {"email": "anna@example.org", "language": "en"}


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(AT, tick=False)
    return time_machine


@pytest.fixture
def visitor():
    return Client(headers={"Accept-Language": "en"})


def post_at(moment):
    """What the post sends at `moment`."""
    mail.outbox.clear()
    postman.sweep(clock=lambda: moment, seconds=5)
    return mail.outbox


def link_in(message, kind):
    return re.search(rf"https?://[^/]+(/interest/{kind}/[^/\s]+/)", message.body)[1]


def on_the_list(visitor, at=AT):
    """Somebody who left an address and confirmed it."""
    visitor.post("/interest/", LEFT)
    [message] = post_at(at)
    visitor.post(link_in(message, "confirm"))
    return Interest.objects.get(confirmed_at__isnull=False)


def test_from_the_form_to_the_mail_about_the_call(visitor):
    call = a_call()
    assert 'href="/interest/"' in visitor.get(f"/cohorts/{call.cohort.code}/").text
    assert visitor.post("/interest/", LEFT).headers["Location"] == "/interest/left/"
    assert "48 hours" in visitor.get("/interest/left/").text

    [asked] = post_at(AT)
    assert (asked.to, asked.subject) == (["anna@example.org"], "Confirm your address")
    page = visitor.get(link_in(asked, "confirm"))
    assert "anna@example.org" in page.text
    confirmed = visitor.post(link_in(asked, "confirm"), follow=True)
    assert "Your address is on the list" in confirmed.text

    assert post_at(call.opens_at - HOUR) == []
    [told] = post_at(call.opens_at)
    assert told.subject == f"The call for {call.cohort.code} is open"
    assert "by 14:00 (Italian time) on Tuesday 14 December 2021" in told.body
    assert f"/cohorts/{call.cohort.code}/" in told.body
    assert post_at(call.opens_at + HOUR) == []


def test_a_program_that_looks_into_mails_confirms_nothing_and_takes_nobody_off(visitor):
    visitor.post("/interest/", LEFT)
    [asked] = post_at(AT)
    confirm, leave = link_in(asked, "confirm"), link_in(asked, "leave")
    for link in (confirm, leave):
        assert visitor.get(link).status_code == visitor.head(link).status_code == 200
    assert Interest.objects.get().confirmed_at is None


def test_a_mail_program_takes_the_address_off_by_itself(visitor):
    """RFC 8058: no cookie, no token of a form, no redirect."""
    on_the_list(visitor)
    call = a_call()
    [told] = post_at(call.opens_at)
    link = told.extra_headers["List-Unsubscribe"].strip("<>")
    assert told.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in told.body
    program = Client(enforce_csrf_checks=True)
    for _twice in range(2):
        answer = program.post(
            re.sub("https?://[^/]+", "", link),
            "List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code == 200
        assert not answer.cookies
    assert not Interest.objects.exists()


def test_a_person_takes_the_address_off_with_a_button_and_is_then_unknown(visitor):
    interest = on_the_list(visitor)
    link = f"/interest/leave/{interest_token(interest, 'leave')}/"
    assert "Delete my address" in visitor.get(link).text
    assert "Your address is not on the list" in visitor.post(link).text
    assert "Your address is not on the list" in visitor.get(link).text
    assert visitor.get(f"/interest/confirm/{interest_token(interest, 'confirm')}/").status_code == 404


def test_somebody_who_stepped_back_between_two_sweeps_gets_no_mail(visitor):
    interest = on_the_list(visitor)
    call = a_call()
    postman.collect(call.opens_at)
    interest.delete()
    assert post_at(call.opens_at) == []
    dropped = Notice.objects.get(kind="call_open")
    assert (dropped.state, dropped.remark) == ("dropped", "the address has been taken off the list")


def test_the_answer_is_the_same_for_a_known_and_an_unknown_address(visitor):
    on_the_list(visitor)
    leave_address(email="unconfirmed@example.org", language="it", at=AT)
    a_person(email="account@example.org")
    answers = {
        (answer.status_code, answer.headers["Location"], answer.content, tuple(answer.cookies))
        for email in ("anna@example.org", "unconfirmed@example.org", "account@example.org", "new@example.org")
        for answer in [Client().post("/interest/", LEFT | {"email": email})]
    }
    assert len(answers) == 1


def test_who_is_on_the_list_already_is_told_so_in_the_mailbox_only(visitor, now):
    on_the_list(visitor)
    now.move_to(AT + HOUR, tick=False)
    visitor.post("/interest/", LEFT | {"email": "ANNA@Example.org", "language": "it"})
    [again] = post_at(AT + HOUR)
    assert "/interest/confirm/" not in again.body
    assert "/interest/leave/" in again.body
    assert Interest.objects.count() == 1


@pytest.mark.parametrize(("later", "mails"), [(HOUR - timedelta(seconds=1), 0), (HOUR, 1)])
def test_an_address_left_again_is_written_to_again_after_an_hour(later, mails):
    leave_address(**LEFT, at=AT)
    assert len(post_at(AT)) == 1
    leave_address(**LEFT, at=AT + later)
    assert len(post_at(AT + later)) == mails


def test_nobody_can_fill_somebody_elses_mailbox(visitor):
    statuses = [visitor.post("/interest/", LEFT).status_code for _ in range(50)]
    assert statuses == [302] * 10 + [429] * 40
    assert len(post_at(AT)) == 1
    assert post_at(AT + HOUR) == []


def test_a_link_that_came_too_late_says_what_to_do(visitor, now):
    visitor.post("/interest/", LEFT)
    link = link_in(post_at(AT)[0], "confirm")
    now.move_to(AT + 48 * HOUR, tick=False)
    page = visitor.get(link)
    assert page.status_code == 410
    assert 'href="/interest/"' in page.text
    assert visitor.post(link).status_code == 409
    assert Interest.objects.get().confirmed_at is None


@pytest.mark.parametrize(
    "email", ["", "anna", "anna@", "a\r\nBcc: b@example.org", f"{'a' * 250}@example.org"]
)
def test_what_is_no_address_is_refused(visitor, email):
    answer = visitor.post("/interest/", LEFT | {"email": email})
    assert answer.status_code == 422
    assert not Interest.objects.exists()


def test_an_empty_form_is_refused(visitor):
    assert visitor.post("/interest/").status_code == 422


def test_an_unknown_language_is_refused(visitor):
    assert visitor.post("/interest/", LEFT | {"language": "de"}).status_code == 422


def test_tokens_open_their_own_purpose_and_address_only():
    anna = leave_address(email="anna@example.org", language="it", at=AT)
    bruno = leave_address(email="bruno@example.org", language="it", at=AT)
    token = interest_token(anna, "leave")
    assert interest_of_token(token, "leave") == anna
    assert interest_of_token(token, "confirm") is None
    assert interest_of_token(token.replace(str(anna.pk), str(bruno.pk), 1), "leave") is None
    assert interest_of_token(token[:-1] + ("0" if token[-1] != "0" else "1"), "leave") is None
    assert interest_of_token("nothing", "leave") is None


def test_somebody_signed_in_finds_the_own_address_in_the_form(visitor):
    person = a_person(email="carla@example.org")
    visitor.force_login(person)
    assert 'value="carla@example.org"' in visitor.get("/interest/").text


def test_two_addresses_are_two_mails_under_two_numbers(visitor):
    for email in ("anna@example.org", "bruno@example.org"):
        visitor.post("/interest/", LEFT | {"email": email})
    messages = post_at(AT)
    assert sorted(message.to[0] for message in messages) == ["anna@example.org", "bruno@example.org"]
    assert len({message.extra_headers["Message-ID"] for message in messages}) == 2
    assert set(Notice.objects.values_list("user", flat=True)) == {None}
