"""Seats wanted, given up and offered by many at the same moment: never one too many, never one lost."""

from datetime import timedelta
from functools import partial

import pgtrigger
import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

from courses.models import Cohort
from courses.refusals import Refusal
from enrollment.actions import offers
from enrollment.models import Application, Enrollment, Offer
from tests.factories import (
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
from tests.together import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)

State = Application.State
AT = rome(2021, 12, 20, 10)
HOUR = rome(2021, 12, 23, 14)
GUARDS = (
    "enrollment.Offer:no_more_offers_than_seats",
    "enrollment.Enrollment:no_more_enrollments_than_seats",
)


def an_edition(*, seats: int, reserve: int) -> tuple[Cohort, list[Application]]:
    """One whose ranking is published, and who waits on its reserve list, in order."""
    an_agreement()
    cohort = a_cohort(seats=seats)
    call = a_call(cohort=cohort)
    waiting = [an_application(cohort=cohort, state=State.ON_RESERVE) for _ in range(reserve)]
    a_ranking(call, *waiting)
    return cohort, waiting


def take_a_seat(application: Application) -> Enrollment:
    """Be offered one and accept it at once."""
    offer = offers.make_offer(application=application, deadline=HOUR, by=None, at=AT)
    return offers.accept(offer=offer, answers=a_yes(), by=application.user, at=AT)


def forty_on_ten_seats() -> tuple[int, int]:
    """How many of forty were told they have a place, and how many places there are."""
    _cohort, waiting = an_edition(seats=10, reserve=40)
    told = all_at_once(partial(take_a_seat, application) for application in waiting)
    return sum(isinstance(answer, Enrollment) for answer in told), Enrollment.objects.live().count()


@pytest.fixture
def no_row_lock(monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)


@pytest.fixture
def no_guards(transactional_db):
    pgtrigger.disable(*GUARDS)
    yield
    pgtrigger.enable(*GUARDS)


def test_forty_acceptances_at_once_on_ten_seats_give_exactly_ten():
    assert forty_on_ten_seats() == (10, 10)
    assert Application.objects.filter(state=State.ENROLLED).count() == 10
    assert Application.objects.filter(state=State.ON_RESERVE).count() == 30


@pytest.mark.usefixtures("no_row_lock")
def test_without_the_row_lock_the_guards_still_sell_no_seat_twice():
    assert forty_on_ten_seats() == (10, 10)


@pytest.mark.parametrize("take", [an_enrollment, lambda cohort: an_offer(an_application(cohort=cohort))])
def test_the_guards_wait_for_whoever_takes_a_seat_at_the_same_moment(take):
    cohort = a_cohort(seats=2)

    def impatiently():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        try:
            return take(cohort=cohort)
        except OperationalError as waited:
            return waited

    with transaction.atomic():
        take(cohort=cohort)
        [answer] = all_at_once([impatiently])

    assert isinstance(answer, OperationalError)


@pytest.mark.usefixtures("no_row_lock", "no_guards")
def test_control_without_row_lock_and_guards_seats_are_oversold():
    told, taken = forty_on_ten_seats()

    assert told == taken > 10


def test_one_offer_accepted_in_ten_tabs_is_one_place():
    offer = an_offer()
    answers = all_at_once([partial(offers.accept, offer=offer, answers=a_yes(), by=None, at=AT)] * 10)

    assert answers == [Enrollment.objects.get()] * 10


def test_who_accepts_and_declines_at_once_has_done_one_of_the_two():
    chosen = [an_offer() for _ in range(6)]
    answers = all_at_once(
        partial(act, offer=offer, by=None, at=AT)
        for offer in chosen
        for act in (partial(offers.accept, answers=a_yes()), offers.decline)
    )

    for offer, pair in zip(chosen, zip(answers[::2], answers[1::2], strict=True), strict=True):
        offer.refresh_from_db()
        assert sorted(isinstance(answer, Refusal) for answer in pair) == [False, True]
        assert Enrollment.objects.filter(application=offer.application).exists() == (
            offer.state == "accepted"
        )


def test_an_answer_in_the_last_second_and_the_hour_itself_do_not_both_count():
    offer = an_offer()
    last_second = HOUR - timedelta(seconds=1)

    answer, lapsed = all_at_once(
        [
            partial(offers.accept, offer=offer, answers=a_yes(), by=None, at=last_second),
            partial(offers.let_offers_lapse, at=HOUR),
        ]
    )

    state = Offer.objects.get().state
    assert state == ("lapsed" if lapsed else "accepted")
    assert isinstance(answer, Enrollment) == (not lapsed) == Enrollment.objects.exists()


def test_two_withdrawals_and_two_scroll_runs_at_once_give_two_offers_to_the_first_two():
    cohort, waiting = an_edition(seats=5, reserve=4)
    places = [an_enrollment(cohort=cohort) for _ in range(5)]
    leave = partial(offers.end_enrollment, state="renounced", on=AT.date(), by=a_person(), at=AT)
    scroll = partial(offers.offer_free_seats, cohort=cohort, by=None, at=AT)

    all_at_once([partial(leave, enrollment=places[0]), scroll, partial(leave, enrollment=places[1]), scroll])

    assert [offer.application for offer in Offer.objects.order_by("pk")] == waiting[:2]
    assert Enrollment.objects.live().count() == 3
    assert offers.seats_left(cohort) == 0


def test_four_runs_of_the_clock_at_once_settle_each_silence_once():
    cohort, waiting = an_edition(seats=3, reserve=5)
    silent = [an_offer(an_application(cohort=cohort, state=State.ADMITTED)) for _ in range(3)]

    runs = all_at_once([partial(offers.let_offers_lapse, at=HOUR)] * 4)

    assert sorted(offer.pk for run in runs for offer in run) == [offer.pk for offer in silent]
    assert [offer.application for offer in Offer.objects.open().order_by("pk")] == waiting[:3]


def test_while_seats_are_cut_and_offered_at_once_none_is_oversold():
    cohort, waiting = an_edition(seats=8, reserve=12)
    for application in waiting[:4]:
        offers.make_offer(application=application, deadline=HOUR, by=None, at=AT)
    cut = [partial(offers.change_seats, cohort=cohort, seats=seats, by=None, at=AT) for seats in (7, 6, 5, 4)]
    offer = [
        partial(offers.make_offer, application=application, deadline=HOUR, by=None, at=AT)
        for application in waiting[4:]
    ]

    all_at_once(job for pair in zip(cut * 2, offer, strict=True) for job in pair)

    cohort.refresh_from_db()
    assert 4 <= Offer.objects.open().count() <= cohort.seats <= 8
    assert offers.seats_left(cohort) >= 0
