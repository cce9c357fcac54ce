"""The pages of somebody who applies: nothing typed is lost, nobody sees another's, refusals say why."""

from datetime import datetime, timedelta

import pytest
import time_machine

from courses.refusals import Refusal
from enrollment.actions import admission
from enrollment.models import Application
from tests.factories import PROFILE, ROME, a_call, a_cohort, a_person, an_application, rome

pytestmark = pytest.mark.django_db

State = Application.State
WRITTEN = PROFILE | {"motivation": "Coordino gli spostamenti di 3.000 persone.", "privacy_read": "on"}
OPEN = datetime(2021, 11, 15, 10, tzinfo=ROME)


@pytest.fixture(autouse=True)
def while_the_call_is_open():
    with time_machine.travel(OPEN, tick=False):
        yield


@pytest.fixture
def call():
    return a_call()


@pytest.fixture
def person(client):
    person = a_person()
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return person


def form_of(call):
    return f"/cohorts/{call.cohort.code}/apply/"


def test_applying_leads_to_the_page_of_the_application(client, call, person):
    assert client.get(form_of(call)).status_code == 200

    page = client.post(form_of(call), WRITTEN, follow=True)

    application = Application.objects.get()
    assert page.redirect_chain == [(f"/applications/{application.pk}/", 302)]
    assert "Your application has been received" in page.text
    assert (application.user, application.state, application.submitted_at) == (person, State.SUBMITTED, OPEN)


def test_somebody_between_two_jobs_applies_without_an_employer(client, call, person):
    client.post(form_of(call), WRITTEN | {"employer": "", "employer_kind": "none"})

    assert Application.objects.get().employer == ""


def test_a_visitor_is_asked_to_sign_in_and_comes_back(client, call):
    assert client.get(form_of(call)).url == f"/accounts/login/?next={form_of(call)}"
    assert client.post(form_of(call), WRITTEN).url == f"/accounts/login/?next={form_of(call)}"
    assert Application.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("motivation", ""),
        ("motivation", "a" * 3001),
        ("motivation", "Perch\x00é"),
        ("role", ""),
        ("role", "r" * 151),
        ("sector", "church"),
        ("region", "Atlantide"),
        ("access", ""),
        ("employer_kind", "none"),
        ("employer", ""),
        ("privacy_read", ""),
    ],
)
def test_what_cannot_be_is_shown_again_with_everything_typed(client, call, person, field, value):
    page = client.post(form_of(call), WRITTEN | {"employer": "Tramvia <Futura>"} | {field: value})

    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert WRITTEN["motivation"] in page.text or field == "motivation"
    assert "Tramvia &lt;Futura&gt;" in page.text or field == "employer"
    assert Application.objects.count() == 0


def test_only_what_the_form_asks_is_taken_from_it(client, call, person):
    other = a_call()
    sent = {
        "state": "admitted",
        "cohort": other.cohort.pk,
        "user": a_person().pk,
        "answered_at": "2021-11-01",
        "privacy_read_at": "2001-01-01",
    }

    client.post(form_of(call), WRITTEN | sent)

    application = Application.objects.get()
    assert (application.user, application.cohort, application.state) == (person, call.cohort, State.SUBMITTED)
    assert (application.answered_at, application.privacy_read_at) == (None, OPEN)


def test_a_second_application_is_refused_and_led_to_the_first(client, call, person):
    first = an_application(user=person, cohort=call.cohort)

    for page in (client.get(form_of(call)), client.post(form_of(call), WRITTEN)):
        assert page.status_code == 409
        assert f'href="/applications/{first.pk}/"' in page.text
    assert Application.objects.get() == first


def test_of_two_sent_at_once_the_second_is_led_to_the_first(client, call, person, monkeypatch):
    def slower(**given):
        an_application(user=person, cohort=call.cohort)
        raise Refusal("You have already applied to this edition.")

    monkeypatch.setattr(admission, "apply", slower)

    page = client.post(form_of(call), WRITTEN)

    assert page.status_code == 409
    assert f'href="/applications/{Application.objects.get().pk}/"' in page.text


def test_after_the_deadline_nothing_is_taken_and_the_words_are_given_back(client, call, person):
    with time_machine.travel(call.closes_at, tick=False):
        client.force_login(person)
        page = client.post(form_of(call), WRITTEN | {"closes_at": "2099-01-01"})

    assert page.status_code == 409
    assert "Applications closed on Tuesday 14 December 2021 at 14:00 (Italian time)." in page.text
    assert WRITTEN["motivation"] in page.text
    assert Application.objects.count() == 0


def test_before_the_call_opens_the_page_says_when(client, call, person):
    with time_machine.travel(call.opens_at - timedelta(seconds=1), tick=False):
        page = client.get(form_of(call))

    assert page.status_code == 409
    assert "Applications open on Friday 15 October 2021 at 14:00" in page.text


@pytest.mark.parametrize("fields", [{"listed": False}, {"code": "ANOTHER"}])
def test_an_edition_that_is_not_public_takes_no_applications(client, person, fields):
    a_call(cohort=a_cohort(**fields))

    assert client.post("/cohorts/SMTC-2022-1/apply/", WRITTEN).status_code == 404
    assert Application.objects.count() == 0


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("page", ["", "withdraw/"])
def test_another_persons_application_is_not_there(client, person, method, page):
    application = an_application()

    assert getattr(client, method)(f"/applications/{application.pk}/{page}").status_code in (404, 405)
    application.refresh_from_db()
    assert application.state == State.SUBMITTED


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Your application has been received"),
        (admission.admit, "You have a place"),
        (admission.put_on_reserve, "You are on the reserve list"),
        (admission.decline, "There is no place for you in this edition"),
    ],
)
def test_the_page_says_where_the_application_stands(client, call, person, answer, words):
    application = an_application(user=person, cohort=call.cohort, motivation="<script>alert(1)</script>")
    if answer:
        answer(application=application, by=a_person(), at=rome(2021, 12, 17, 9))

    page = client.get(f"/applications/{application.pk}/")

    assert words in page.text
    assert "<script>alert" not in page.text


def test_withdrawing_asks_first(client, call, person):
    application = an_application(user=person, cohort=call.cohort)

    assert "Withdraw the application?" in client.get(f"/applications/{application.pk}/withdraw/").text
    application.refresh_from_db()
    assert application.state == State.SUBMITTED

    page = client.post(f"/applications/{application.pk}/withdraw/", follow=True)
    application.refresh_from_db()
    assert application.state == State.WITHDRAWN
    assert "You have withdrawn this application" in page.text


def test_withdrawing_twice_is_withdrawing_once(client, call, person):
    application = an_application(user=person, cohort=call.cohort)

    answers = [client.post(f"/applications/{application.pk}/withdraw/").status_code for _ in range(2)]

    assert answers == [302, 302]


def test_an_admitted_applicant_cannot_withdraw_and_reads_why(client, call, person):
    application = an_application(user=person, cohort=call.cohort)
    admission.admit(application=application, by=a_person(), at=rome(2021, 12, 17, 9))

    assert client.get(f"/applications/{application.pk}/withdraw/").url == f"/applications/{application.pk}/"
    page = client.post(f"/applications/{application.pk}/withdraw/")

    assert page.status_code == 409
    assert "This application has been answered and can no longer be withdrawn." in page.text


def test_the_pages_ask_as_much_whatever_the_number_of_applications(
    client, call, person, django_assert_max_num_queries
):
    application = an_application(user=person, cohort=call.cohort)
    for _ in range(20):
        an_application(cohort=call.cohort)

    for address in (form_of(call), f"/applications/{application.pk}/"):
        with django_assert_max_num_queries(4):
            client.get(address)
