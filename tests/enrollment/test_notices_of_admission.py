"""Who is told what between the call and a seat, and when: in time, once, and nothing that is over."""

from datetime import timedelta

import pytest

from academy.letter import Desk
from academy.models import Notice
from academy.postman import KINDS, collect
from courses.refusals import Refusal
from enrollment.actions.applications import withdraw_application
from enrollment.actions.eligibility import ask_for_documents, declare_eligible, exclude, reinstate
from enrollment.actions.interest import confirm_address, forget_addresses, leave_address, take_address_off
from enrollment.actions.interviews import choose_slot
from enrollment.actions.offers import accept, decline, give_up, let_offers_lapse, make_offer, revoke
from enrollment.actions.passages import pass_to
from enrollment.models import ApplicationPassage, Interest, InterviewSlot
from tests.factories import (
    a_call,
    a_cohort,
    a_document,
    a_draft,
    a_nomination,
    a_person,
    a_slot,
    a_yes,
    an_application,
    an_enrollment,
    an_offer,
    rome,
)

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
AT = rome(2021, 12, 6, 10)


def due(kind, at):
    """(person, thing, revision, moment) as the ledger would get them."""
    return sorted(KINDS[kind].due(at))


def told(kind, moment):
    """The one row of the ledger as soon as `moment` has come, and no earlier."""
    assert due(kind, moment - SECOND) == []
    [(person, key, revision, due_at)] = due(kind, moment)
    assert due_at == moment
    return Notice(kind=kind, user_id=person, key=key, revision=revision)


def still(notice, at):
    return KINDS[notice.kind].still_due(notice, at)


def for_two_days(kind, moment):
    """A dead clock is caught up, but old news is none."""
    return bool(due(kind, moment + 48 * HOUR - SECOND)) and not due(kind, moment + 48 * HOUR)


@pytest.fixture
def office():
    return a_person(is_staff=True)


@pytest.fixture
def call():
    """Closes on 14 December 2021."""
    return a_call()


# Received, incomplete


def test_an_application_received_is_told_at_once_and_for_two_days_if_the_clock_was_dead():
    application = an_application(submitted_at=AT)
    notice = told("application_received", AT)
    assert (notice.user_id, notice.key) == (application.user_id, application.pk)
    assert for_two_days("application_received", AT)


def test_neither_a_draft_nor_a_withdrawn_application_is_news():
    a_draft(saved_at=AT)
    withdrawn = withdraw_application(application=an_application(submitted_at=AT), by=None, at=AT)
    assert due("application_received", AT) == []
    notice = Notice(kind="application_received", user=withdrawn.user, key=withdrawn.pk)
    assert still(notice, AT) == "the application has been withdrawn"


def test_documents_asked_for_are_told_as_long_as_there_is_time_to_send_them(call, office):
    application = an_application(cohort=call.cohort)
    until = AT + timedelta(days=5)
    ask_for_documents(
        application=application,
        documents=[a_document(call)],
        message="Manca la firma.",
        due_at=until,
        by=office,
        at=AT,
    )
    notice = told("documents_asked", AT)
    assert (notice.user_id, notice.key) == (application.user_id, application.pk)
    assert len(due("documents_asked", until - SECOND)) == 1
    assert still(notice, until - SECOND) is None
    assert due("documents_asked", until) == []
    assert still(notice, until) == "the time to send the documents is over"
    withdraw_application(application=application, by=application.user, at=AT + HOUR)
    assert due("documents_asked", AT + HOUR) == []
    assert still(notice, AT + HOUR) == "the documents are no longer expected"


# Interviews


def test_interviews_are_told_when_there_are_some_and_the_application_is_admissible(call, office):
    cohort = call.cohort
    early, late, excluded = (an_application(cohort=cohort) for _ in range(3))
    declare_eligible(application=early, by=office, at=AT)
    assert due("interview_offered", AT) == []
    offered = AT + HOUR
    a_slot(call, starts_at=AT + timedelta(days=10), offered_at=offered)
    assert due("interview_offered", AT) == []  # not before they are offered
    assert [row[:2] for row in due("interview_offered", offered)] == [(early.user_id, early.pk)]
    declare_eligible(application=late, by=office, at=offered + HOUR)
    assert [row[1] for row in due("interview_offered", offered + HOUR)] == [early.pk, late.pk]
    exclude(application=excluded, ground="requirements", reason="Titolo", by=office, at=offered)
    assert for_two_days("interview_offered", offered + HOUR)


def test_who_has_chosen_an_interview_is_not_asked_to_and_is_told_which(call):
    application = an_application(cohort=call.cohort, state="eligible")
    first, second = (
        a_slot(call, starts_at=AT + timedelta(days=days), offered_at=AT - timedelta(days=1))
        for days in (10, 11)
    )
    passage = ApplicationPassage.objects.get(application=application)
    asked = Notice(kind="interview_offered", user=application.user, key=application.pk, revision=passage.pk)
    assert still(asked, AT) is None
    choose_slot(application=application, slot=first, instead_of=None, by=application.user, at=AT)
    assert due("interview_offered", AT) == []
    assert still(asked, AT) == "an interview has been chosen"
    chosen = told("interview_chosen", AT)
    assert (chosen.user_id, chosen.key) == (application.user_id, application.pk)
    assert still(chosen, AT) is None
    choose_slot(application=application, slot=second, instead_of=first.pk, by=application.user, at=AT + HOUR)
    assert still(chosen, AT + HOUR) == "another interview has been chosen"
    assert still(told("interview_chosen", AT + HOUR), second.starts_at) == "the interview has already begun"


def test_nobody_is_sent_to_choose_where_nothing_is_left(call):
    application = an_application(cohort=call.cohort, state="eligible")
    notice = Notice(kind="interview_offered", user=application.user, key=application.pk, revision=1)
    assert still(notice, AT) == "there is no interview to choose"
    a_slot(a_call(), starts_at=AT + timedelta(days=9))  # of another edition
    assert still(notice, AT) == "there is no interview to choose"


def test_who_is_taken_in_again_is_asked_again_to_choose(call, office):
    application = declare_eligible(application=an_application(cohort=call.cohort), by=office, at=AT)
    a_slot(call, starts_at=AT + timedelta(days=20), offered_at=AT)
    before = told("interview_offered", AT)
    exclude(application=application, ground="absent", reason="Assente", by=office, at=AT + HOUR)
    assert still(before, AT + HOUR) == "the application has gone on"
    reinstate(application=application, reason="In ospedale", by=office, at=AT + 2 * HOUR)
    [(_person, _key, revision, moment)] = due("interview_offered", AT + 2 * HOUR)
    assert revision != before.revision
    assert moment == AT + 2 * HOUR


def an_interview(call, starts_at):
    application = an_application(cohort=call.cohort, state="eligible")
    slot = a_slot(call, starts_at=starts_at, application=application, chosen_at=starts_at - timedelta(days=3))
    return application, slot


def test_an_interview_is_reminded_of_at_six_of_the_evening_before(call):
    application, slot = an_interview(call, rome(2021, 12, 21, 9))
    evening = rome(2021, 12, 20, 18)
    notice = told("interview_tomorrow", evening)
    assert (notice.user_id, notice.key) == (application.user_id, application.pk)
    assert still(notice, evening) is None
    assert len(due("interview_tomorrow", slot.starts_at - SECOND)) == 1
    assert due("interview_tomorrow", slot.starts_at) == []
    assert still(notice, slot.starts_at) == "the interview has already begun"


def test_an_interview_moved_given_up_or_pointless_is_not_reminded_of(call, office):
    application, slot = an_interview(call, rome(2021, 12, 21, 9))
    evening = rome(2021, 12, 20, 18)
    notice = told("interview_tomorrow", evening)
    InterviewSlot.objects.filter(pk=slot.pk).update(starts_at=rome(2021, 12, 21, 15))
    assert still(notice, evening) == "the interview is at another time"
    [(_person, _key, revision, _at)] = due("interview_tomorrow", evening)
    assert revision == int(rome(2021, 12, 21, 15).timestamp())
    exclude(application=application, ground="requirements", reason="Titolo", by=office, at=evening)
    assert due("interview_tomorrow", evening) == []
    notice.revision = revision
    assert still(notice, evening) == "there is no interview any more"


def test_who_chooses_after_the_evening_has_that_mail_only(call):
    _application, slot = an_interview(call, rome(2021, 12, 21, 9))
    InterviewSlot.objects.filter(pk=slot.pk).update(chosen_at=rome(2021, 12, 20, 19))
    assert due("interview_tomorrow", rome(2021, 12, 20, 20)) == []
    assert len(due("interview_chosen", rome(2021, 12, 20, 20))) == 1


# Answers


@pytest.mark.parametrize("state", ["on_reserve", "not_suitable"])
def test_each_answer_is_told_and_an_older_one_no_longer(state, office):
    application = an_application(state="eligible")
    pass_to(application, state, by=office, at=AT)
    notice = told("application_answered", AT)
    assert (notice.user_id, notice.key) == (application.user_id, application.pk)
    assert still(notice, AT) is None
    assert for_two_days("application_answered", AT)
    pass_to(application, "excluded", by=office, at=AT + HOUR, reason="Appello", ground="requirements")
    assert still(notice, AT + HOUR) == "there is a newer answer"
    assert len(due("application_answered", AT + HOUR)) == 2  # the ledger drops the older one


def test_an_exclusion_and_its_end_are_told_but_not_that_an_application_is_admissible(office):
    application = declare_eligible(application=an_application(), by=office, at=AT)
    assert due("application_answered", AT) == []
    exclude(application=application, ground="requirements", reason="Titolo", by=office, at=AT + HOUR)
    told("application_answered", AT + HOUR)
    reinstate(application=application, reason="Titolo trovato", by=office, at=AT + 2 * HOUR)
    assert len(due("application_answered", AT + 2 * HOUR)) == 2


def test_the_reason_the_office_wrote_reaches_the_applicant(office):
    offer = an_offer()
    revoke(offer=offer, by=office, at=AT, reason="Errore <nel> calcolo.")
    collect(AT)
    notice = Notice.objects.get(kind="application_answered", key=offer.application_id, due_at=AT)
    mail = Desk().write(KINDS[notice.kind], [notice], AT)
    [(html, _subtype)] = mail.alternatives
    assert "Errore <nel> calcolo." in mail.body
    assert "Errore &lt;nel&gt; calcolo." in html


def test_who_is_admitted_is_told_once_by_the_offer(office):
    application = an_application(state="on_reserve")
    offer = make_offer(application=application, deadline=AT + timedelta(days=9), by=office, at=AT)
    assert [row[1:3] for row in due("offer_made", AT)] == [(application.pk, offer.pk)]
    later = [row for row in due("application_answered", AT) if row[3] == AT]
    assert later == []


# Offers


def test_an_open_offer_is_told_however_long_the_post_was_silent():
    offer = an_offer()
    notice = told("offer_made", offer.made_at)
    assert (notice.user_id, notice.key) == (offer.application.user_id, offer.application_id)
    assert len(due("offer_made", offer.deadline - SECOND)) == 1
    assert still(notice, offer.deadline - SECOND) is None
    assert due("offer_made", offer.deadline) == []
    assert still(notice, offer.deadline) == "the time to answer the offer is over"


def test_nothing_about_an_offer_that_was_answered_or_taken_back(office):
    answered, revoked = an_offer(), an_offer()
    notices = [
        Notice(kind=kind, user=offer.application.user, key=offer.application_id, revision=revision)
        for offer in (answered, revoked)
        for kind, revision in (
            ("offer_made", offer.pk),
            ("offer_expiring", int((offer.deadline - 4 * HOUR).timestamp())),
        )
    ]
    at = answered.deadline - HOUR
    assert [still(notice, at) for notice in notices] == [None] * 4
    decline(offer=answered, by=answered.application.user, at=at)
    revoke(offer=revoked, by=office, at=at, reason="Errore nel calcolo")
    assert {still(notice, at) for notice in notices} == {"the offer has been answered or taken back"}
    assert due("offer_made", at) == due("offer_expiring", at) == []


def test_a_second_offer_is_another_mail(office):
    first = an_offer()
    revoke(offer=first, by=office, at=first.made_at + HOUR, reason="Errore")
    application = first.application
    second = make_offer(
        application=application, deadline=first.deadline, by=office, at=first.made_at + 2 * HOUR
    )
    assert [row[2] for row in due("offer_made", second.made_at)] == [second.pk]


@pytest.mark.parametrize("hours", [48, 4])
def test_who_has_not_answered_is_reminded_48_and_4_hours_before_the_hour(hours):
    offer = an_offer()
    moment = offer.deadline - hours * HOUR
    before = {row[2] for row in due("offer_expiring", moment - SECOND)}
    [now] = [row for row in due("offer_expiring", moment) if row[2] not in before]
    assert now == (offer.application.user_id, offer.application_id, int(moment.timestamp()), moment)


def test_of_two_reminders_that_are_late_only_the_last_is_sent():
    offer = an_offer()
    early, late = (
        Notice(
            kind="offer_expiring",
            user=offer.application.user,
            key=offer.application_id,
            revision=int((offer.deadline - hours * HOUR).timestamp()),
        )
        for hours in (48, 4)
    )
    at = offer.deadline - 4 * HOUR
    assert [row[2] for row in due("offer_expiring", at)] == [late.revision]
    assert still(early, at - SECOND) is None
    assert still(early, at) == "a later reminder says so"
    assert still(late, at) is None
    assert still(late, offer.deadline) == "the time to answer the offer is over"


def test_an_offer_of_a_day_has_one_reminder_and_a_new_deadline_another():
    made = rome(2021, 12, 17, 12)
    offer = an_offer(made_at=made, deadline=made + 28 * HOUR)
    moments = [made + number * HOUR / 2 for number in range(56)]
    assert {row[2] for at in moments for row in due("offer_expiring", at)} == {
        int((made + 24 * HOUR).timestamp())
    }
    notice = told("offer_expiring", made + 24 * HOUR)
    type(offer).objects.filter(pk=offer.pk).update(deadline=offer.deadline + timedelta(days=3))
    assert still(notice, made + 24 * HOUR) == "the offer has been answered or taken back"


def test_a_declined_and_a_lapsed_offer_are_told_but_not_an_accepted_one():
    declined, lapsed, accepted = an_offer(), an_offer(), an_offer()
    at = declined.deadline - HOUR
    decline(offer=declined, by=declined.application.user, at=at)
    accept(offer=accepted, answers=a_yes(), by=accepted.application.user, at=at)
    assert [row[:3] for row in due("offer_settled", at)] == [
        (declined.application.user_id, declined.application_id, declined.pk)
    ]
    let_offers_lapse(at=lapsed.deadline)
    settled = {row[2] for row in due("offer_settled", lapsed.deadline)}
    assert settled == {declined.pk, lapsed.pk}
    notice = Notice(
        kind="offer_settled", user=lapsed.application.user, key=lapsed.application_id, revision=lapsed.pk
    )
    assert still(notice, lapsed.deadline) is None
    an_enrollment(user=lapsed.application.user, cohort=lapsed.cohort)
    assert still(notice, lapsed.deadline) == "the person has a place"


def test_a_seat_taken_by_an_offer_is_confirmed_and_one_given_up_no_longer():
    offer = an_offer()
    at = offer.deadline - HOUR
    enrollment = accept(offer=offer, answers=a_yes(), by=offer.application.user, at=at)
    an_enrollment(admitted_at=at)  # by the office, without an application
    notice = told("seat_confirmed", at)
    assert (notice.user_id, notice.key) == (enrollment.user_id, enrollment.pk)
    assert still(notice, at) is None
    assert for_two_days("seat_confirmed", at)
    give_up(place=enrollment, reason="", by=enrollment.user, at=at)
    assert still(notice, at) == "the place has been given up"


@pytest.mark.parametrize("applied", [True, False])
def test_the_end_of_a_place_is_told_once_with_its_reason_but_not_a_completed_course(applied):
    application = an_application(state="enrolled") if applied else None
    more = {"application": application, "user": application.user} if applied else {}
    place = an_enrollment(**more)
    done = an_enrollment()
    for one, state in ((place, "withdrawn"), (done, "completed")):
        last_day = rome(2022, 3, 1).date()
        type(one).objects.filter(pk=one.pk).update(
            state=state, ends_on=last_day, ended_at=rome(2022, 3, 1), reason="Cambio lavoro"
        )
    notice = told("place_ended", rome(2022, 3, 1))
    assert (notice.user_id, notice.key) == (place.user_id, place.pk)
    assert still(notice, rome(2022, 3, 1)) is None
    assert for_two_days("place_ended", rome(2022, 3, 1))
    assert "Cambio lavoro" in Desk().write(KINDS["place_ended"], [notice], rome(2022, 3, 1)).body
    assert KINDS["place_ended"].path(notice) == (f"/applications/{application.pk}/" if applied else "/home/")


def test_what_a_person_must_answer_leaves_again_when_nobody_knows_whether_it_arrived():
    assert all(KINDS[kind].resent for kind in ("offer_made", "offer_expiring", "documents_asked"))


# Interest


def an_interest(at, email="anna@example.org", confirmed=None):
    interest = leave_address(email=email, language="it", at=at)
    return confirm_address(interest=interest, at=confirmed) if confirmed else interest


def test_an_address_left_is_asked_once_whether_that_was_meant():
    interest = an_interest(AT)
    rows = due("interest_asked", AT)
    assert rows == [(interest.pk, interest.pk, int(AT.timestamp()), AT)]
    for minute in (1, 30, 59):
        an_interest(AT + timedelta(minutes=minute))
    assert due("interest_asked", AT + HOUR - SECOND) == rows
    an_interest(AT + HOUR)
    assert [row[2] for row in due("interest_asked", AT + HOUR)] == [int((AT + HOUR).timestamp())]
    notice = Notice(kind="interest_asked", interest=interest.pk, key=interest.pk, revision=rows[0][2])
    assert still(notice, AT + HOUR) == "the address was left again"


def test_a_question_nobody_can_answer_any_more_is_not_asked():
    interest = an_interest(AT)
    notice = Notice(kind="interest_asked", interest=interest.pk, key=1, revision=int(AT.timestamp()))
    assert still(notice, AT + 48 * HOUR - SECOND) is None
    assert still(notice, AT + 48 * HOUR) == "the time to confirm the address is over"


def test_an_address_is_confirmed_within_48_hours_once():
    interest = an_interest(AT)
    with pytest.raises(Refusal, match="48"):
        confirm_address(interest=interest, at=AT + 48 * HOUR)
    confirmed = confirm_address(interest=interest, at=AT + 48 * HOUR - SECOND)
    again = confirm_address(interest=interest, at=AT + timedelta(days=90))
    assert again.confirmed_at == confirmed.confirmed_at == AT + 48 * HOUR - SECOND


def test_only_those_who_confirmed_hear_of_the_next_call_and_of_that_one_only(call):
    anna = an_interest(call.opens_at - timedelta(days=9), confirmed=call.opens_at - timedelta(days=8))
    an_interest(call.opens_at - HOUR, "bruno@example.org")
    late = an_interest(call.opens_at, "carla@example.org", confirmed=call.opens_at)
    assert due("call_open", call.opens_at - SECOND) == []
    assert due("call_open", call.opens_at) == [(anna.pk, call.pk, 0, call.opens_at)]
    assert for_two_days("call_open", call.opens_at)
    other = {"programme": call.cohort.programme, "hub": call.cohort.hub}
    a_call(cohort=a_cohort(listed=False, **other), opens_at=call.opens_at - HOUR)
    following = a_call(cohort=a_cohort(**other), opens_at=call.opens_at + timedelta(days=5))
    assert due("call_open", following.opens_at) == [(late.pk, following.pk, 0, following.opens_at)]


def test_a_call_that_closed_or_is_hidden_is_announced_to_nobody(call):
    interest = an_interest(call.opens_at - HOUR, confirmed=call.opens_at - HOUR)
    notice = Notice(kind="call_open", interest=interest.pk, key=call.pk)
    assert still(notice, call.opens_at) is None
    assert still(notice, call.closes_at) == "the call is not open"
    call.cohort.listed = False
    call.cohort.save()
    assert still(notice, call.opens_at) == "the call is not open"


def test_an_address_is_kept_no_longer_than_it_is_needed(call):
    unconfirmed = an_interest(call.opens_at - timedelta(days=3), "bruno@example.org")
    told = an_interest(call.opens_at - timedelta(days=3), confirmed=call.opens_at - timedelta(days=3))
    kept = {interest.pk for interest in (unconfirmed, told)}

    def left(at):
        forget_addresses(at=at)
        return set(Interest.objects.values_list("pk", flat=True)) & kept

    assert left(unconfirmed.asked_at + 48 * HOUR - SECOND) == kept
    assert left(unconfirmed.asked_at + 48 * HOUR) == {told.pk}
    assert left(call.opens_at + timedelta(days=7) - SECOND) == {told.pk}
    assert left(call.opens_at + timedelta(days=7)) == set()


def test_whoever_steps_back_is_nowhere_any_more(call):
    interest = an_interest(call.opens_at - HOUR, confirmed=call.opens_at - HOUR)
    collect(call.opens_at)
    take_address_off(interest=interest)
    assert not Interest.objects.exists()
    assert Notice.objects.filter(interest=interest.pk).exists()  # a number that leads nowhere
    assert due("call_open", call.opens_at) == []
    take_address_off(interest=interest)


# Nominations


def test_an_employers_contact_is_told_the_code_until_the_call_closes(call):
    contact = a_person()
    nomination = a_nomination(cohort=call.cohort, contact=contact, invited_at=AT)
    a_nomination(cohort=call.cohort, invited_at=AT)  # nobody to write to
    notice = told("nomination_invited", AT)
    assert (notice.user_id, notice.key, notice.revision) == (contact.pk, nomination.pk, 0)
    assert for_two_days("nomination_invited", AT)
    assert still(notice, call.closes_at - SECOND) is None
    assert still(notice, call.closes_at) == "the call has closed"
    nomination.code_version = 1
    nomination.save()
    assert still(notice, AT) == "the invitation has been changed or taken back"
    assert [row[2] for row in due("nomination_invited", AT)] == [1]
