"""An application sent: its receipt, its frozen copy, where it stands, stepping back."""

import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import override

from courses.refusals import Refusal
from enrollment.actions import applications as admission
from enrollment.actions.passages import pass_to
from enrollment.models import Application
from tests.factories import (
    PROFILE,
    ROME,
    a_call,
    a_cohort,
    a_document,
    a_draft,
    a_file,
    a_person,
    a_slot,
    a_tax_code,
    an_application,
    an_offer,
    rome,
)

pytestmark = pytest.mark.django_db

State = Application.State
OPEN = datetime(2021, 11, 15, 10, tzinfo=ROME)


@pytest.fixture(autouse=True)
def while_the_call_is_open():
    with time_machine.travel(OPEN, tick=False) as clock, override("en"):
        yield clock


@pytest.fixture
def call():
    return a_call()


@pytest.fixture
def person(client):
    person = a_person(name="Ada Bianchi")
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return person


def ready(call, **fields):
    """A draft that can be sent."""
    you = {"born_on": date(1985, 5, 17), "tax_code": a_tax_code(), "motivation": "Per imparare."}
    return a_draft(cohort=call.cohort, **PROFILE | you | fields)


def sent(draft, at=OPEN, **more):
    return admission.submit(application=draft, by=draft.user, at=at, **more)


# Sending.


def test_the_snapshot_holds_word_for_word_what_was_sent(call):
    draft = ready(call, special_needs="Rampa", phone="011 1234567")
    file = a_file(draft)

    application = sent(draft)

    snapshot = application.snapshots.get()
    assert (snapshot.number, snapshot.taken_at) == (1, OPEN)
    assert snapshot.content["receipt"] == application.receipt == f"{call.cohort.code}/0001"
    assert snapshot.content["written"]["motivation"] == "Per imparare."
    assert snapshot.content["written"]["born_on"] == "1985-05-17"
    assert [(f["name"], f["sha256"]) for f in snapshot.content["files"]] == [(file.name, file.digest)]
    canonical = json.dumps(snapshot.content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert snapshot.digest == hashlib.sha256(canonical.encode()).hexdigest()


def test_the_ledger_says_who_sent_it_and_when(call):
    application = sent(ready(call))

    passage = application.passages.get()
    assert (passage.before, passage.after, passage.at) == ("draft", "submitted", OPEN)
    assert passage.actor == application.user


@pytest.mark.parametrize(
    "gap", ["born_on", "employer_kind", "role", "sector", "region", "motivation", "tax_code", "employer"]
)
def test_with_a_gap_nothing_is_sent(call, gap):
    draft = ready(call, **{gap: None if gap == "born_on" else ""})

    assert draft.gaps == [gap]
    with pytest.raises(Refusal):
        sent(draft)
    assert Application.objects.get().state == State.DRAFT


def test_control_the_database_refuses_what_the_action_would_let_through(call, monkeypatch):
    monkeypatch.setattr(Application, "gaps", [])
    with pytest.raises(IntegrityError), transaction.atomic():
        sent(ready(call, motivation=""))


def test_a_required_document_is_waited_for_and_an_optional_one_is_not(call):
    card = a_document(call)
    a_document(call, required=False)
    draft = ready(call)

    with pytest.raises(Refusal):
        sent(draft)
    a_file(draft, card)
    assert sent(draft).state == State.SUBMITTED


def test_a_foreigner_needs_no_tax_code(call):
    assert sent(ready(call, tax_code="", foreign=True)).state == State.SUBMITTED


@pytest.mark.parametrize(
    ("late", "taken"), [(timedelta(seconds=-1), True), (timedelta(0), False), (timedelta(days=1), False)]
)
def test_the_call_closes_on_the_second(call, late, taken):
    draft = ready(call)
    at = call.closes_at + late

    if taken:
        assert sent(draft, at).submitted_at == at
        return
    with pytest.raises(Refusal, match="closed"):
        sent(draft, at)
    with pytest.raises(Refusal, match="closed"):
        admission.save_draft(application=draft, written={"role": "x"}, seen=0, by=draft.user, at=at)
    with pytest.raises(Refusal, match="closed"):
        admission.start_application(cohort=call.cohort, by=a_person(), at=at)


def test_the_call_opens_on_the_second(call):
    person = a_person()
    with pytest.raises(Refusal, match="not open yet"):
        admission.start_application(cohort=call.cohort, by=person, at=call.opens_at - timedelta(seconds=1))
    assert admission.start_application(cohort=call.cohort, by=person, at=call.opens_at)


def test_without_a_call_nobody_applies():
    with pytest.raises(Refusal, match="not open yet"):
        admission.start_application(cohort=a_cohort(), by=a_person(), at=OPEN)


def test_sent_again_it_is_the_same_also_after_the_call(call):
    draft = ready(call)
    numbers = [sent(draft, at).number for at in (OPEN, OPEN, call.closes_at + timedelta(days=1))]
    assert numbers == [1, 1, 1]
    assert draft.snapshots.count() == 1


def test_nothing_of_it_changes_any_more(call):
    application = sent(ready(call))

    with pytest.raises(Refusal):
        admission.save_draft(application=application, written={"role": "x"}, seen=0, by=None, at=OPEN)
    with pytest.raises(Refusal):
        admission.nominate(application=application, nomination=None, by=None, at=OPEN)
    with pytest.raises(Refusal):
        admission.throw_away(application=application, by=None, at=OPEN)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.update(motivation="Altro.")


def at_once(people, do):
    """What `do` gave each, all starting together on their own connections."""
    together = Barrier(len(people), timeout=30)

    def act(person):
        connection.ensure_connection()
        together.wait()
        try:
            return do(person)
        except (Refusal, IntegrityError) as refused:
            return type(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(act, people))


@pytest.fixture
def no_row_lock(monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)


def test_ten_sent_at_once_get_ten_numbers(transactional_db):
    call = a_call()

    numbers = at_once([ready(call) for _ in range(10)], lambda draft: sent(draft).number)

    assert sorted(numbers) == list(range(1, 11))


def test_control_without_the_lock_numbers_collide_and_the_database_refuses_the_second(
    transactional_db, no_row_lock
):
    call = a_call()

    numbers = at_once([ready(call) for _ in range(10)], lambda draft: sent(draft).number)

    assert IntegrityError in numbers
    given = list(Application.objects.sent().values_list("number", flat=True))
    assert len(given) == len(set(given))


def save_at_once(draft, *words):
    """Each of `words` saved upon the first revision by a device of its own."""

    def save(motivation):
        return admission.save_draft(
            application=draft, written={"motivation": motivation}, seen=0, by=draft.user, at=OPEN
        ).motivation

    return at_once(words, save)


def test_of_eight_devices_saving_at_once_one_is_first_and_seven_are_told(transactional_db):
    draft = a_draft(cohort=a_call().cohort)

    answers = save_at_once(draft, *"abcdefgh")

    draft.refresh_from_db()
    assert answers.count(admission.ChangedMeanwhile) == 7
    assert (draft.motivation, draft.revision) == (*{*answers} - {admission.ChangedMeanwhile}, 1)


def test_control_without_the_lock_a_device_overwrites_what_it_has_not_seen(transactional_db, no_row_lock):
    draft = a_draft(cohort=a_call().cohort)

    assert save_at_once(draft, *"abcdefgh").count(admission.ChangedMeanwhile) < 7


# Its page.


def test_the_page_shows_the_receipt_the_stages_and_what_one_wrote(client, call, person):
    call.ranking_on = date(2021, 12, 20)
    call.save()
    application = an_application(
        user=person,
        cohort=call.cohort,
        motivation="<script>alert(1)</script>",
        special_needs="Rampa",
        tax_code="RSSMRA85E17L219R",
    )

    page = client.get(f"/applications/{application.pk}/").text

    assert application.receipt in page
    assert "Rampa" in page
    assert "RSSMRA85E17L219R" not in page
    assert "<script>alert" not in page
    assert stages(page) == [
        "Application received",
        "Check by the office",
        "Interview",
        "Publication of the ranking",
    ]
    assert "Monday 20 December 2021" in page


def stages(page):
    """The titles of the stages listed, in their order."""
    listed = page.split("Where it stands")[1].split("</ol>")[0]
    return re.findall(r"<span>\s*(?:<strong>)?([^<]+?)\s*(?:</strong>)?<br>", listed)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.SUBMITTED, "Your application has been received"),
        (State.ELIGIBLE, "Your application is admissible"),
        (State.ON_RESERVE, "You are on the reserve list"),
        (State.NOT_SUITABLE, "There is no place for you in this edition"),
        (State.EXCLUDED, "Your application has been excluded"),
        (State.WITHDRAWN, "You have withdrawn this application"),
    ],
)
def test_the_page_says_what_its_state_means(client, call, person, state, words):
    application = an_application(user=person, cohort=call.cohort, state=state)
    assert words in client.get(f"/applications/{application.pk}/").text


def test_the_page_says_why_an_application_was_excluded(client, call, person):
    application = an_application(user=person, cohort=call.cohort)
    with transaction.atomic():
        pass_to(
            application, State.EXCLUDED, by=a_person(), at=OPEN, reason="No degree.", ground="requirements"
        )

    page = client.get(f"/applications/{application.pk}/").text

    assert "A requirement of the call is missing" in page
    assert "No degree." in page


def test_an_interview_stands_among_the_stages_on_its_day(client, call, person, while_the_call_is_open):
    application = an_application(user=person, cohort=call.cohort, state=State.ELIGIBLE)
    a_slot(call, starts_at=rome(2021, 12, 17, 15), application=application, chosen_at=rome(2021, 12, 10, 9))

    page = client.get(f"/applications/{application.pk}/").text
    assert stages(page)[-2:] == ["Interview", "Publication of the ranking"]
    assert "Friday 17 December 2021, 15:00" in page

    while_the_call_is_open.move_to(rome(2021, 12, 18, 9), tick=False)
    client.force_login(person)
    listed = client.get(f"/applications/{application.pk}/").text.split("Where it stands")[1]
    assert "done" in listed.split("Interview")[1].split("</li>")[0]


def test_an_offer_is_the_last_stage_with_its_hour(client, call, person):
    application = an_application(user=person, cohort=call.cohort, state=State.ADMITTED)
    an_offer(application)

    page = client.get(f"/applications/{application.pk}/").text

    assert stages(page)[-2:] == ["Your answer to the offer", "The edition begins"]
    assert "Thursday 23 December 2021, 14:00" in page


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("page", ["", "withdraw/", "documents/"])
@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED])
def test_another_persons_application_is_not_there(client, person, method, page, state):
    application = a_draft() if state == State.DRAFT else an_application()

    assert getattr(client, method)(f"/applications/{application.pk}/{page}").status_code in (404, 405)
    application.refresh_from_db()
    assert application.state == state


# Stepping back.


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
    assert application.passages.filter(after=State.WITHDRAWN).count() == 1


def test_withdrawing_frees_the_interview_that_was_chosen(call):
    application = an_application(cohort=call.cohort, state=State.ELIGIBLE)
    slot = a_slot(call, application=application, chosen_at=OPEN)

    admission.withdraw_application(application=application, by=application.user, at=OPEN)

    slot.refresh_from_db()
    assert (slot.application, slot.chosen_at) == (None, None)


def test_a_person_applies_once_and_again_only_after_withdrawing(call):
    first = sent(ready(call))

    begin = {"cohort": call.cohort, "by": first.user, "at": OPEN}
    assert admission.start_application(**begin) == first
    admission.withdraw_application(application=first, by=first.user, at=OPEN)
    assert admission.start_application(**begin).state == State.DRAFT


@pytest.mark.parametrize("state", [State.ADMITTED, State.NOT_SUITABLE, State.EXCLUDED])
def test_what_has_been_answered_can_no_longer_be_withdrawn(client, call, person, state):
    application = an_application(user=person, cohort=call.cohort, state=state)

    assert client.get(f"/applications/{application.pk}/withdraw/").url == f"/applications/{application.pk}/"
    page = client.post(f"/applications/{application.pk}/withdraw/")

    application.refresh_from_db()
    assert (page.status_code, application.state) == (409, state)
    assert "This application can no longer be withdrawn." in page.text


def test_a_draft_is_thrown_away_and_not_withdrawn(client, call, person):
    draft = a_draft(user=person, cohort=call.cohort)

    for answer in (
        client.get(f"/applications/{draft.pk}/withdraw/"),
        client.post(f"/applications/{draft.pk}/withdraw/"),
    ):
        assert answer.url == f"/cohorts/{call.cohort.code}/apply/throw-away/"
    draft.refresh_from_db()
    assert draft.state == State.DRAFT
