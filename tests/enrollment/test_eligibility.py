"""The office's check of an application: each step once, with its reason, and never too late."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from courses.refusals import Refusal
from enrollment.actions import eligibility
from enrollment.actions.applications import withdraw_application
from enrollment.actions.eligibility import (
    ask_for_documents,
    declare_eligible,
    exclude,
    exclude_incomplete,
    reinstate,
)
from enrollment.actions.passages import pass_to
from enrollment.models import Application, DocumentRequest
from tests.factories import (
    a_call,
    a_document,
    a_person,
    a_slot,
    an_application,
    an_offer,
    rome,
    somebody_of_the_office,
)
from tests.invariants import refused_as

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

State, Ground = Application.State, Application.Ground
NOW = rome(2021, 12, 6, 10)
DUE = rome(2021, 12, 9, 14)


@pytest.fixture
def office():
    return somebody_of_the_office()


@pytest.fixture
def call():
    return a_call()


def received(call, **fields):
    return an_application(cohort=call.cohort, **fields)


def ask(application, *documents, by, message="Il CV non si apre.", due_at=DUE, at=NOW):
    return ask_for_documents(
        application=application, documents=documents, message=message, due_at=due_at, by=by, at=at
    )


def test_an_admissible_application_says_who_found_it_so_and_when(call, office):
    application = received(call)

    declared = declare_eligible(application=application, by=office, at=NOW)

    assert declared.state == State.ELIGIBLE
    passage = application.passages.get(after=State.ELIGIBLE)
    assert (passage.before, passage.after, passage.actor, passage.at) == (
        State.SUBMITTED,
        State.ELIGIBLE,
        office,
        NOW,
    )


def test_declared_twice_it_passes_once(call, office):
    application = received(call)
    for _twice in range(2):
        declare_eligible(application=application, by=office, at=NOW)
    assert application.passages.filter(after=State.ELIGIBLE).count() == 1


@pytest.mark.parametrize("state", sorted(set(State) - {State.SUBMITTED, State.ELIGIBLE, State.DRAFT}))
def test_only_an_application_waiting_for_the_check_is_declared_admissible(call, office, state):
    application = received(call, state=state)
    with pytest.raises(Refusal):
        declare_eligible(application=application, by=office, at=NOW)
    application.refresh_from_db()
    assert application.state == state


def test_documents_are_asked_for_with_a_message_and_an_hour(call, office):
    application, cv = received(call), a_document(call)

    request = ask(application, cv, by=office)

    application.refresh_from_db()
    assert application.state == State.DOCUMENTS_ASKED
    assert (request.message, request.due_at, request.asked_by) == ("Il CV non si apre.", DUE, office)
    assert list(request.documents.all()) == [cv]


def test_the_same_request_sent_twice_is_one(call, office):
    application, cv = received(call), a_document(call)
    assert ask(application, cv, by=office) == ask(application, cv, by=office)
    assert DocumentRequest.objects.count() == 1


def test_documents_are_asked_for_once_in_the_life_of_an_application(call, office):
    application, cv = received(call), a_document(call)
    ask(application, cv, by=office)
    with pytest.raises(Refusal, match="done once"):
        ask(application, cv, by=office, message="E anche la laurea.")

    Application.objects.filter(pk=application.pk).update(state=State.SUBMITTED)  # they came
    with pytest.raises(Refusal, match="done once"):
        ask(application, cv, by=office)


def test_a_request_names_documents_of_the_call_a_reason_and_an_hour_to_come(call, office):
    application, cv, foreign = received(call), a_document(call), a_document(a_call())
    for documents, change in (
        ([], {}),
        ([foreign], {}),
        ([cv, foreign], {}),
        ([cv], {"message": "  "}),
        ([cv], {"due_at": NOW}),
    ):
        with pytest.raises(Refusal):
            ask(application, *documents, by=office, **change)
    application.refresh_from_db()
    assert (application.state, DocumentRequest.objects.count()) == (State.SUBMITTED, 0)


def test_an_exclusion_has_its_ground_its_reason_and_its_author(call, office):
    application = received(call)

    exclude(
        application=application, ground=Ground.REQUIREMENTS, reason=" Manca la laurea. ", by=office, at=NOW
    )

    application.refresh_from_db()
    assert (application.state, application.ground) == (State.EXCLUDED, Ground.REQUIREMENTS)
    passage = application.passages.get(after=State.EXCLUDED)
    assert (passage.actor, passage.reason) == (office, "Manca la laurea.")


def test_excluded_twice_on_the_same_ground_it_passes_once_and_on_another_not_at_all(call, office):
    application = received(call)
    for _twice in range(2):
        exclude(application=application, ground=Ground.REQUIREMENTS, reason="No.", by=office, at=NOW)
    with pytest.raises(Refusal):
        exclude(application=application, ground=Ground.INCOMPLETE, reason="No.", by=office, at=NOW)
    assert application.passages.filter(after=State.EXCLUDED).count() == 1


@pytest.mark.parametrize(
    ("ground", "reason"), [("requirements", " "), ("", "Because."), ("ugly", "Because.")]
)
def test_nobody_is_excluded_without_a_ground_and_a_reason(call, office, ground, reason):
    application = received(call)
    with pytest.raises(Refusal):
        exclude(application=application, ground=ground, reason=reason, by=office, at=NOW)
    application.refresh_from_db()
    assert application.state == State.SUBMITTED


@pytest.mark.parametrize("state", [State.ENROLLED, State.RENOUNCED, State.WITHDRAWN])
def test_what_has_come_to_an_end_is_not_excluded(call, office, state):
    with pytest.raises(Refusal):
        exclude(
            application=received(call, state=state),
            ground=Ground.REQUIREMENTS,
            reason="Late.",
            by=office,
            at=NOW,
        )


def test_an_open_offer_is_revoked_before_its_applicant_is_excluded(call, office):
    application = received(call, state=State.ADMITTED)
    an_offer(application)
    with pytest.raises(Refusal, match="Revoke the offer"):
        exclude(application=application, ground=Ground.REQUIREMENTS, reason="False.", by=office, at=NOW)


def test_whoever_is_excluded_gives_back_the_interview_to_come(call, office):
    application = received(call, state=State.ELIGIBLE)
    slot = a_slot(call, application=application, chosen_at=NOW)

    exclude(application=application, ground=Ground.REQUIREMENTS, reason="False.", by=office, at=NOW)

    slot.refresh_from_db()
    assert (slot.application, slot.chosen_at) == (None, None)


def test_an_interview_already_held_stays_with_its_applicant(call, office):
    application = received(call, state=State.ELIGIBLE)
    slot = a_slot(call, application=application, chosen_at=NOW, turnout="held")

    exclude(application=application, ground=Ground.REQUIREMENTS, reason="False.", by=office, at=slot.ends_at)

    slot.refresh_from_db()
    assert slot.application == application


def test_an_appeal_takes_in_again_with_its_reason(call, office):
    application = received(call, state=State.EXCLUDED)

    for _twice in range(2):
        reinstate(application=application, reason="Ricorso accolto.", by=office, at=NOW)

    application.refresh_from_db()
    assert (application.state, application.ground) == (State.ELIGIBLE, "")
    assert [passage.reason for passage in application.passages.filter(after=State.ELIGIBLE)] == [
        "Ricorso accolto."
    ]


def test_an_exclusion_is_not_lifted_without_a_reason_nor_where_there_is_none(call, office):
    for application, reason in (
        (received(call, state=State.EXCLUDED), "  "),
        (received(call, state=State.SUBMITTED), "Appeal."),
        (received(call, state=State.RENOUNCED), "Appeal."),
    ):
        with pytest.raises(Refusal):
            reinstate(application=application, reason=reason, by=office, at=NOW)


def test_whoever_had_been_absent_and_is_taken_in_again_chooses_another_interview(call, office):
    application = received(call, state=State.EXCLUDED, ground=Ground.ABSENT)
    slot = a_slot(call, application=application, chosen_at=NOW, turnout="absent")

    reinstate(application=application, reason="Was in hospital.", by=office, at=slot.ends_at)

    slot.refresh_from_db()
    assert (slot.application, slot.turnout) == (None, "")


def test_documents_that_do_not_come_by_their_hour_exclude_once(call, office):
    late, in_time = received(call), received(call)
    cv = a_document(call)
    for application in (late, in_time):
        ask(application, cv, by=office)
    DocumentRequest.objects.filter(application=in_time).update(answered_at=NOW)
    Application.objects.filter(pk=in_time.pk).update(state=State.SUBMITTED)

    assert exclude_incomplete(at=DUE.replace(hour=13, minute=59)) == []
    assert exclude_incomplete(at=DUE) == [late]
    assert exclude_incomplete(at=DUE) == []

    late.refresh_from_db()
    assert (late.state, late.ground) == (State.EXCLUDED, Ground.INCOMPLETE)
    assert late.passages.get(after=State.EXCLUDED).actor is None


def test_whoever_withdrew_meanwhile_is_not_excluded(call, office):
    application = received(call)
    ask(application, a_document(call), by=office)
    withdraw_application(application=application, by=application.user, at=NOW)
    assert exclude_incomplete(at=DUE) == []


@pytest.fixture
def asked():
    """An application whose time to send documents is over."""
    call = a_call()
    application = received(call)
    ask(application, a_document(call), by=a_person())
    return application


def exclude_while_withdrawing(application, monkeypatch) -> tuple[list, str]:
    """The task has read its list and waits; meanwhile the applicant withdraws. What it did, and the state."""
    has_read, withdrawn, outcome = threading.Event(), threading.Event(), []
    look_again = eligibility.exclude_if_overdue

    def wait_first(request, at):
        has_read.set()
        withdrawn.wait(60)
        return look_again(request, at)

    def sweep():
        try:
            outcome.append(exclude_incomplete(at=DUE))
        except IntegrityError as error:
            outcome.append(refused_as(error))
        finally:
            connection.close()

    monkeypatch.setattr(eligibility, "exclude_if_overdue", wait_first)
    thread = threading.Thread(target=sweep)
    thread.start()
    has_read.wait(60)
    withdraw_application(application=application, by=application.user, at=NOW)
    withdrawn.set()
    thread.join(60)
    application.refresh_from_db()
    return outcome, application.state


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_that_comes_between_reading_and_excluding_wins(asked, monkeypatch):
    assert exclude_while_withdrawing(asked, monkeypatch) == ([[]], State.WITHDRAWN)


@pytest.mark.django_db(transaction=True)
def test_control_without_a_second_look_only_the_database_stops_it(asked, monkeypatch):
    def exclude_at_once(request, at):
        pass_to(request.application, State.EXCLUDED, by=None, at=at, ground=Ground.INCOMPLETE)

    monkeypatch.setattr(eligibility, "exclude_if_overdue", transaction.atomic(exclude_at_once))
    refusal = "an_application_changes_state_by_the_rules"
    assert exclude_while_withdrawing(asked, monkeypatch) == ([refusal], State.WITHDRAWN)
