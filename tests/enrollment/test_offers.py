"""Seats are offered in the order of the ranking, answered in time, and offered again when freed."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from courses.models import Cohort
from courses.refusals import Refusal
from enrollment.actions import offers
from enrollment.actions.applications import withdraw_application
from enrollment.actions.eligibility import exclude
from enrollment.models import Application, Consent, Enrollment, Offer
from enrollment.tasks import let_offers_lapse
from tests.factories import (
    PROFILE,
    a_call,
    a_cohort,
    a_person,
    a_ranking,
    a_yes,
    an_agreement,
    an_application,
    an_enrollment,
    an_offer,
    rome,
)
from tests.seats import AT, Selection, states

pytestmark = pytest.mark.django_db

State = Application.State
HOUR = rome(2021, 12, 23, 14)  # of the factory's offers
SECOND = timedelta(seconds=1)


# Making one.


def test_an_offer_admits_and_holds_a_seat_until_its_hour():
    selection = Selection(seats=1, reserve=0)
    application = an_application(cohort=a_cohort(), state=State.ON_RESERVE)

    offer = offers.make_offer(application=application, deadline=HOUR, by=selection.office, at=AT)

    assert (offer.application, offer.state, offer.made_at, offer.deadline) == (application, "open", AT, HOUR)
    assert states(application) == [State.ADMITTED]
    assert offers.seats_left(application.cohort) == application.cohort.seats - 1
    passage = application.passages.get(after=State.ADMITTED)
    assert (passage.before, passage.actor, passage.at) == (State.ON_RESERVE, selection.office, AT)


def test_offering_again_gives_the_offer_there_is():
    selection = Selection(seats=2, reserve=0)
    offer = selection.offers[0]

    again = offers.make_offer(application=offer.application, deadline=HOUR + SECOND, by=None, at=AT)

    assert (again, again.deadline) == (offer, HOUR)


@pytest.mark.parametrize("state", ["active", "completed"])
def test_seats_taken_and_offered_are_not_offered_again(state):
    cohort = a_cohort(seats=2)
    an_enrollment(cohort=cohort, state=state, ends_on=cohort.ends_on if state == "completed" else None)
    an_offer(an_application(cohort=cohort, state=State.ADMITTED))
    one_more = an_application(cohort=cohort, state=State.ON_RESERVE)

    with pytest.raises(Refusal):
        offers.make_offer(application=one_more, deadline=HOUR, by=None, at=AT)
    assert states(one_more) == [State.ON_RESERVE]
    with pytest.raises(IntegrityError, match="no_more_offers_than_seats"), transaction.atomic():
        an_offer(one_more)
    with pytest.raises(IntegrityError, match="no_more_enrollments_than_seats"), transaction.atomic():
        an_enrollment(cohort=cohort)


@pytest.mark.parametrize("state", ["submitted", "excluded", "enrolled", "renounced", "withdrawn"])
def test_only_who_was_ranked_is_offered_a_seat(state):
    application = an_application(state=state)

    with (
        pytest.raises(IntegrityError, match="an_application_changes_state_by_the_rules"),
        transaction.atomic(),
    ):
        offers.make_offer(application=application, deadline=HOUR, by=None, at=AT)
    assert not Offer.objects.exists()


# Accepting.


def test_accepting_takes_the_seat_with_what_was_written_and_agreed():
    [offer] = Selection(reserve=0).offers
    person = offer.application.user
    agreed, recording = an_agreement(), an_agreement(kind="recording")
    an_agreement(kind="directory", in_force_from=AT + SECOND)

    place = offers.accept(offer=offer, answers={agreed.pk: True}, by=person, at=AT)

    offer.refresh_from_db()
    assert (offer.state, offer.answered_at, offer.settled_by) == ("accepted", AT, person)
    assert states(offer.application) == [State.ENROLLED]
    assert (place.user, place.application, place.state) == (person, offer.application, "active")
    assert (place.starts_on, place.admitted_at) == (date(2022, 1, 13), AT)
    assert {name: getattr(place, name) for name in PROFILE} == PROFILE
    consents = Consent.objects.filter(user=person, cohort=offer.cohort, at=AT)
    assert {consent.agreement: consent.given for consent in consents} == {agreed: True, recording: False}


def test_accepting_again_changes_nothing():
    [offer] = Selection(reserve=0).offers
    agreed = an_agreement()
    first, second = (
        offers.accept(offer=offer, answers=answers, by=offer.application.user, at=at)
        for answers, at in (({agreed.pk: True}, AT), ({}, HOUR + SECOND))
    )

    assert first == second
    assert (Enrollment.objects.count(), Consent.objects.count()) == (1, 1)
    assert offer.application.passages.filter(after=State.ENROLLED).count() == 1


def test_without_a_required_yes_nothing_is_accepted():
    [offer] = Selection(reserve=0).offers
    agreed, free = an_agreement(), an_agreement(kind="recording")

    for answers in ({}, {agreed.pk: False, free.pk: True}, {free.pk: True}):
        with pytest.raises(Refusal):
            offers.accept(offer=offer, answers=answers, by=offer.application.user, at=AT)
    assert (Enrollment.objects.count(), Consent.objects.count()) == (0, 0)
    assert Offer.objects.open().get() == offer


def test_a_yes_to_an_older_version_is_none_to_the_one_in_force():
    [offer] = Selection(reserve=0).offers
    older = an_agreement()
    an_agreement(in_force_from=AT)

    with pytest.raises(Refusal):
        offers.accept(offer=offer, answers={older.pk: True}, by=offer.application.user, at=AT)


def test_who_accepts_after_the_start_belongs_from_that_day():
    late = rome(2022, 2, 3, 10)
    offer = an_offer(made_at=late, deadline=late + timedelta(days=1))

    assert offers.accept(offer=offer, answers=a_yes(), by=None, at=late).starts_on == date(2022, 2, 3)


@pytest.mark.parametrize("answer", ["accept", "decline"])
@pytest.mark.parametrize(("at", "in_time"), [(HOUR - SECOND, True), (HOUR, False), (HOUR + SECOND, False)])
def test_the_hour_itself_is_late(answer, at, in_time):
    [offer] = Selection(reserve=0).offers
    act = {"accept": accepted, "decline": declined}[answer]

    if in_time:
        act(offer, at)
    else:
        with pytest.raises(Refusal):
            act(offer, at)
    assert Offer.objects.open().exists() != in_time


def accepted(offer: Offer, at=AT) -> Enrollment:
    return offers.accept(offer=offer, answers=a_yes(), by=offer.application.user, at=at)


def declined(offer: Offer, at=AT) -> Offer:
    return offers.decline(offer=offer, by=offer.application.user, at=at)


def lapsed(offer: Offer) -> None:
    offers.let_offers_lapse(at=offer.deadline)


def revoked(offer: Offer) -> None:
    offers.revoke(offer=offer, by=a_person(is_staff=True), at=AT, reason="Errore materiale.")


@pytest.mark.parametrize(
    ("settle", "answer"),
    [
        (accepted, declined),
        (declined, accepted),
        (lapsed, accepted),
        (lapsed, declined),
        (revoked, accepted),
        (revoked, declined),
        (accepted, revoked),
        (declined, revoked),
        (lapsed, revoked),
    ],
)
def test_an_offer_is_settled_once(settle, answer):
    [offer] = Selection(reserve=0).offers
    settle(offer)
    before = Offer.objects.values().get()

    with pytest.raises(Refusal):
        answer(offer)
    assert Offer.objects.values().get() == before


# Renouncing, by word or by silence: the next one is offered the seat.


def test_a_seat_declined_is_offered_to_the_next_with_a_new_hour():
    selection = Selection(seats=1, reserve=2)
    [offer] = selection.offers

    declined(offer, rome(2021, 12, 23, 13, 59))

    assert states(offer.application, *selection.reserve) == ["renounced", "admitted", "on_reserve"]
    following = Offer.objects.open().get()
    assert (following.application, following.deadline) == (selection.reserve[0], rome(2022, 1, 3, 12))


def test_declining_again_renounces_once():
    selection = Selection(seats=1, reserve=2)
    for at in (AT, AT + SECOND, HOUR):
        declined(selection.offers[0], at)

    assert selection.waiting() == [selection.reserve[0]]


def test_silence_renounces_at_the_hour_and_the_next_is_offered_the_seat():
    """The past edition: two of thirty seats freed, the last by silence on 23 December at 14:00."""
    selection = Selection(seats=3, reserve=3)
    yes, no, silent = selection.offers
    accepted(yes)
    declined(no)

    assert offers.let_offers_lapse(at=HOUR - SECOND) == []
    assert offers.let_offers_lapse(at=HOUR) == [silent]

    silent.refresh_from_db()
    assert (silent.state, silent.answered_at, silent.settled_by) == ("lapsed", HOUR, None)
    assert states(yes.application, no.application, silent.application) == [
        "enrolled",
        "renounced",
        "renounced",
    ]
    assert selection.waiting() == selection.reserve[:2]
    assert Offer.objects.open().latest("pk").deadline == rome(2022, 1, 3, 12)
    assert offers.seats_left(selection.cohort) == 0


def test_silence_is_settled_once_however_often_one_looks():
    selection = Selection(seats=2, reserve=3)

    settled = [len(offers.let_offers_lapse(at=HOUR + number * SECOND)) for number in range(3)]

    assert settled == [2, 0, 0]
    assert selection.waiting() == selection.reserve[:2]


def test_a_later_offer_lapses_in_its_turn():
    selection = Selection(seats=1, reserve=2)
    for at in (HOUR, rome(2022, 1, 3, 12)):
        offers.let_offers_lapse(at=at)

    assert states(*selection.reserve) == ["renounced", "admitted"]
    assert Offer.objects.open().get().deadline == rome(2022, 1, 13, 12)


def test_the_clock_settles_what_is_due(time_machine):
    selection = Selection(seats=1, reserve=1)

    time_machine.move_to(HOUR, tick=False)
    let_offers_lapse()

    assert selection.waiting() == selection.reserve


def test_an_edition_that_is_busy_does_not_hold_up_the_others(monkeypatch, logged_errors):
    busy, other = Selection(seats=1, reserve=0), Selection(seats=1, reserve=0)
    settle = offers.let_offers_lapse_in

    def locked_by_somebody(*, cohort, at):
        if cohort == busy.cohort:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE lock_not_available; END $$")
        return settle(cohort=cohort, at=at)

    monkeypatch.setattr(offers, "let_offers_lapse_in", locked_by_somebody)
    assert offers.let_offers_lapse(at=HOUR) == other.offers
    assert [record.getMessage() for record in logged_errors] == [
        f"the offers of {busy.cohort} cannot be settled now"
    ]
    logged_errors.clear()

    monkeypatch.undo()
    assert offers.let_offers_lapse(at=HOUR) == busy.offers


def test_the_silence_of_somebody_excluded_meanwhile_only_frees_the_seat():
    selection = Selection(seats=1, reserve=1)
    [offer] = selection.offers
    Application.objects.filter(pk=offer.application_id).update(state="excluded", ground="requirements")

    offers.let_offers_lapse(at=HOUR)

    assert states(offer.application, *selection.reserve) == ["excluded", "admitted"]


# Who comes next.


def test_the_reserve_is_called_in_the_order_of_the_latest_ranking():
    selection = Selection(seats=1, reserve=3)
    first, second, third = selection.reserve
    a_ranking(selection.call, selection.offers[0].application, third, first, second)

    declined(selection.offers[0])

    assert selection.waiting() == [third]


def test_who_withdrew_from_the_reserve_is_passed_over():
    selection = Selection(seats=1, reserve=2)
    Application.objects.filter(pk=selection.reserve[0].pk).update(state="withdrawn")

    declined(selection.offers[0])

    assert selection.waiting() == [selection.reserve[1]]


def test_an_empty_reserve_leaves_the_seat_free():
    selection = Selection(seats=1, reserve=0)

    declined(selection.offers[0])

    assert offers.seats_left(selection.cohort) == 1


def test_before_a_ranking_is_published_nobody_is_called():
    cohort = a_cohort(seats=5)
    a_call(cohort=cohort)
    an_application(cohort=cohort, state=State.ON_RESERVE)

    assert offers.offer_free_seats(cohort=cohort, by=None, at=AT) == []


def test_an_edition_without_a_call_offers_nothing():
    cohort = a_cohort(seats=5)

    assert offers.offer_free_seats(cohort=cohort, by=None, at=AT) == []


@pytest.mark.parametrize(
    ("refills_until", "last_moment"),
    [
        (None, rome(2022, 1, 14)),  # the edition begins on the 13th
        (date(2022, 1, 28), rome(2022, 1, 29)),
        (date(2022, 1, 5), rome(2022, 1, 6)),
    ],
)
def test_a_freed_seat_is_offered_until_the_day_the_call_says(refills_until, last_moment):
    selection = Selection(seats=2, reserve=2, refills_until=refills_until)
    first, second = selection.places()
    for place, at in ((first, last_moment - SECOND), (second, last_moment)):
        on = at.date()
        state = "withdrawn" if on >= selection.cohort.starts_on else "renounced"
        offers.end_enrollment(
            enrollment=place, state=state, on=on, by=selection.office, at=at, reason="Cambio lavoro."
        )

    assert selection.waiting() == selection.reserve[:1]
    assert offers.seats_left(selection.cohort) == 1
    assert Offer.objects.open().get().deadline >= last_moment - SECOND + timedelta(hours=24)


# Revoking.


def test_a_revoked_offer_puts_the_person_back_on_the_reserve_and_says_why():
    selection = Selection(seats=1, reserve=1)
    [offer] = selection.offers

    for _ in range(2):
        offers.revoke(offer=offer, by=selection.office, at=AT, reason="Errore materiale.")

    offer.refresh_from_db()
    assert (offer.state, offer.settled_by) == ("revoked", selection.office)
    passage = offer.application.passages.get(after=State.ON_RESERVE)
    assert (passage.reason, passage.actor) == ("Errore materiale.", selection.office)
    assert selection.waiting() == []


def test_revoking_needs_a_reason():
    [offer] = Selection(reserve=0).offers

    with pytest.raises(Refusal):
        offers.revoke(offer=offer, by=a_person(is_staff=True), at=AT, reason="  ")
    assert Offer.objects.open().exists()


# More seats, fewer seats.


def test_more_seats_are_offered_at_once():
    selection = Selection(seats=1, reserve=3)

    offers.change_seats(cohort=selection.cohort, seats=3, by=selection.office, at=AT)

    assert selection.waiting() == [selection.offers[0].application, *selection.reserve[:2]]


def test_seats_go_down_to_those_taken_and_offered_and_not_below():
    selection = Selection(seats=3, reserve=0)
    accepted(selection.offers[0])
    declined(selection.offers[1])

    with pytest.raises(Refusal, match="2"):
        offers.change_seats(cohort=selection.cohort, seats=1, by=selection.office, at=AT)
    with pytest.raises(IntegrityError, match="seats_never_fall_below_those_taken"), transaction.atomic():
        Cohort.objects.filter(pk=selection.cohort.pk).update(seats=1)
    offers.change_seats(cohort=selection.cohort, seats=2, by=selection.office, at=AT)

    assert Cohort.objects.get(pk=selection.cohort.pk).seats == 2


# No text, no seat.


def test_without_the_participation_agreement_no_seat_can_be_accepted():
    [offer] = Selection(reserve=0).offers
    an_agreement(kind="recording")
    coming = an_agreement(in_force_from=AT + SECOND)
    answers = dict.fromkeys([coming.pk], True)

    with pytest.raises(Refusal, match=r"accettare|accepted"):
        offers.accept(offer=offer, answers=answers, by=offer.application.user, at=AT)
    assert Offer.objects.open().get() == offer
    assert offers.accept(offer=offer, answers=answers, by=offer.application.user, at=AT + SECOND)


# The order of locks.

ORDER = ("courses_cohort", "enrollment_application", "enrollment_offer")
ACTS = {
    "make_offer": lambda s: offers.make_offer(application=s.reserve[0], deadline=HOUR, by=None, at=AT),
    "accept": lambda s: accepted(s.offers[0]),
    "decline": lambda s: declined(s.offers[0]),
    "revoke": lambda s: offers.revoke(offer=s.offers[0], by=s.office, at=AT, reason="Errore."),
    "let_offers_lapse": lambda _: offers.let_offers_lapse(at=HOUR),
    "offer_free_seats": lambda s: offers.offer_free_seats(cohort=s.cohort, by=None, at=AT),
    "change_seats": lambda s: offers.change_seats(cohort=s.cohort, seats=5, by=s.office, at=AT),
    "end_enrollment": lambda s: offers.end_enrollment(
        enrollment=Enrollment.objects.get(), state="renounced", on=AT.date(), by=s.office, at=AT
    ),
}


def locked(statements: list[str]) -> list[str]:
    """The tables whose rows were locked or written, in the order of their first time."""
    tables = [
        re.search(r'(?:FROM|UPDATE|INTO) "(\w+)"', sql)[1]
        for sql in statements
        if sql.endswith("FOR NO KEY UPDATE") or sql.startswith(("INSERT", "UPDATE", "DELETE"))
    ]
    return list(dict.fromkeys(tables))


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_whatever_moves_a_seat_locks_the_edition_then_the_application_then_the_rest(act):
    selection = Selection(seats=4, reserve=2)
    accepted(selection.offers[1])
    Cohort.objects.filter(pk=selection.cohort.pk).update(seats=5)

    with CaptureQueriesContext(connection) as queries:
        act(selection)

    tables = locked([query["sql"] for query in queries])
    assert tables[0] == ORDER[0]
    assert [table for table in tables if table in ORDER] == [table for table in ORDER if table in tables]


@pytest.mark.parametrize(
    "leave",
    [
        lambda application, _office: withdraw_application(
            application=application, by=application.user, at=AT
        ),
        lambda application, office: exclude(
            application=application, ground="requirements", reason="Laurea", by=office, at=AT
        ),
    ],
    ids=["withdrawn", "excluded"],
)
def test_a_seat_taken_back_goes_on_once_whoever_had_it_leaves_the_reserve_list(leave):
    selection = Selection(seats=1, reserve=2)
    [offer] = selection.offers
    offers.revoke(offer=offer, by=selection.office, at=AT, reason="Verifica")
    assert selection.waiting() == []

    leave(offer.application, selection.office)

    assert selection.waiting() == selection.reserve[:1]
