"""Who applies gets an answer, and a seat is never given twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import override

from courses.models import Cohort
from courses.models.invariants import sentence_for
from courses.refusals import Refusal
from enrollment.actions import admission
from enrollment.models import Application, Enrollment
from tests.factories import PROFILE, a_call, a_cohort, a_person, an_application, an_enrollment, rome

State = Application.State
AT = rome(2021, 12, 17, 9)


def applied(call, by, at):
    return admission.apply(cohort=call.cohort, profile=PROFILE, motivation="Per imparare.", by=by, at=at)


@pytest.mark.django_db
def test_an_application_holds_what_was_written_and_when_it_was_received():
    call, person = a_call(), a_person()

    application = applied(call, person, call.opens_at)

    application.refresh_from_db()
    assert {name: getattr(application, name) for name in PROFILE} == PROFILE
    assert (application.user, application.cohort, application.state) == (person, call.cohort, State.SUBMITTED)
    assert application.submitted_at == application.privacy_read_at == call.opens_at


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("late", "received"), [(timedelta(seconds=-1), True), (timedelta(0), False), (timedelta(days=1), False)]
)
def test_the_call_closes_on_the_second(late, received):
    call = a_call()

    if received:
        applied(call, a_person(), call.closes_at + late)
    else:
        with pytest.raises(Refusal):
            applied(call, a_person(), call.closes_at + late)
    assert Application.objects.count() == received


@pytest.mark.django_db
def test_nobody_applies_before_the_call_opens_or_without_one():
    call = a_call()

    with pytest.raises(Refusal):
        applied(call, a_person(), call.opens_at - timedelta(seconds=1))
    call.delete()
    with pytest.raises(Refusal):
        applied(call, a_person(), call.opens_at)
    assert Application.objects.count() == 0


@pytest.mark.django_db
def test_a_person_applies_once_and_again_only_after_withdrawing():
    call, person = a_call(), a_person()
    first = applied(call, person, call.opens_at)

    with pytest.raises(Refusal):
        applied(call, person, call.opens_at)

    admission.withdraw_application(application=first, by=person, at=call.opens_at)
    assert applied(call, person, call.opens_at).pk != first.pk


@pytest.mark.django_db
def test_a_second_application_is_refused_by_the_database_too():
    application = an_application()

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        an_application(user=application.user, cohort=application.cohort)
    with override("en"):
        assert sentence_for(error.value) == "You have already applied to this edition."


@pytest.mark.django_db
def test_admission_gives_a_seat_from_the_first_day_with_what_was_written():
    application, office = an_application(), a_person(is_staff=True)

    enrollment = admission.admit(application=application, by=office, at=AT)

    application.refresh_from_db()
    assert (application.state, application.answered_by, application.answered_at) == (
        State.ADMITTED,
        office,
        AT,
    )
    assert (enrollment.user, enrollment.cohort) == (application.user, application.cohort)
    assert enrollment.starts_on == application.cohort.starts_on
    assert {name: getattr(enrollment, name) for name in PROFILE} == PROFILE


@pytest.mark.django_db
def test_who_is_admitted_after_the_start_belongs_from_that_day():
    application = an_application()

    enrollment = admission.admit(application=application, by=a_person(), at=rome(2022, 2, 3, 10))

    assert enrollment.starts_on.isoformat() == "2022-02-03"


@pytest.mark.django_db
def test_admitting_twice_gives_one_seat():
    application, office = an_application(), a_person()

    first, second = (admission.admit(application=application, by=office, at=AT) for _ in range(2))

    assert first == second
    assert Enrollment.objects.count() == 1


@pytest.mark.django_db
def test_a_full_edition_admits_nobody_until_a_seat_is_given_up():
    cohort, office = a_cohort(seats=1), a_person()
    holder = an_enrollment(cohort=cohort)
    waiting = an_application(cohort=cohort)

    with pytest.raises(Refusal):
        admission.admit(application=waiting, by=office, at=AT)
    assert admission.put_on_reserve(application=waiting, by=office, at=AT).state == State.ON_RESERVE

    admission.end_enrollment(enrollment=holder, state="renounced", on=AT.date(), by=office, at=AT)
    assert admission.admit(application=waiting, by=office, at=AT).cohort == cohort


@pytest.mark.django_db
@pytest.mark.parametrize("answer", [admission.decline, admission.put_on_reserve])
def test_an_answer_is_written_once_with_its_author(answer):
    application, office = an_application(), a_person()

    answer(application=application, by=office, at=AT)
    again = answer(application=application, by=a_person(), at=AT + timedelta(days=1))

    assert (again.answered_by, again.answered_at) == (office, AT)


@pytest.mark.django_db
def test_a_declined_application_is_not_admitted_later():
    application, office = an_application(), a_person()
    admission.decline(application=application, by=office, at=AT)

    with pytest.raises(IntegrityError), transaction.atomic():
        admission.admit(application=application, by=office, at=AT)
    assert Enrollment.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("answer", [admission.decline, admission.admit])
def test_an_answered_application_can_no_longer_be_withdrawn(answer):
    application = an_application()
    answer(application=application, by=a_person(), at=AT)
    application.refresh_from_db()

    with pytest.raises(Refusal):
        admission.withdraw_application(application=application, by=application.user, at=AT)


@pytest.mark.django_db
def test_seats_do_not_fall_below_those_taken():
    cohort = a_cohort(seats=2)
    an_enrollment(cohort=cohort)
    an_enrollment(cohort=cohort)

    with pytest.raises(IntegrityError), transaction.atomic():
        Cohort.objects.filter(pk=cohort.pk).update(seats=1)


# Forty people, ten seats, forty connections at once.


def admit_all_at_once(applications, office):
    """How many were admitted, each on its own connection, all starting together."""

    together = Barrier(len(applications), timeout=30)

    def admit(application):
        connection.ensure_connection()
        together.wait()
        try:
            admission.admit(application=application, by=office, at=AT)
        except (Refusal, IntegrityError):
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(max_workers=len(applications)) as pool:
        return sum(pool.map(admit, applications))


@pytest.fixture
def forty_applications(transactional_db):
    cohort = a_cohort(seats=10)
    return [an_application(cohort=cohort) for _ in range(40)]


def test_forty_acceptances_at_once_on_ten_seats_give_exactly_ten(forty_applications):
    admitted = admit_all_at_once(forty_applications, a_person(is_staff=True))

    assert admitted == Enrollment.objects.count() == 10
    assert Application.objects.filter(state=State.ADMITTED).count() == 10


@pytest.fixture
def no_row_lock(monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)


@pytest.fixture
def no_trigger(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE enrollment_enrollment DISABLE TRIGGER USER")
        yield
        cursor.execute("ALTER TABLE enrollment_enrollment ENABLE TRIGGER USER")


def test_without_the_row_lock_the_trigger_still_sells_no_seat_twice(forty_applications, no_row_lock):
    admitted = admit_all_at_once(forty_applications, a_person(is_staff=True))

    assert admitted == Enrollment.objects.count() == 10


def test_control_without_row_lock_and_trigger_seats_are_oversold(forty_applications, no_row_lock, no_trigger):
    admitted = admit_all_at_once(forty_applications, a_person(is_staff=True))

    assert admitted == Enrollment.objects.count() > 10
