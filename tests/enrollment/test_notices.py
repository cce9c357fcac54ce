"""Who is told what about sessions, and when. For the admission see `test_notices_of_admission`."""

from datetime import date, timedelta

import pytest

from academy.models import Notice
from academy.postman import KINDS, collect
from courses.actions.timetable import cancel_session, change_places, move_session, restore_session
from enrollment.actions.offers import end_enrollment
from tests.factories import (
    a_cohort,
    a_room,
    a_session,
    an_enrollment,
    an_instructor,
    rome,
)

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def due(kind, at):
    """(person, thing, revision, moment) as the ledger would get them."""
    return sorted(KINDS[kind].due(at))


def people(kind, at):
    return sorted(person for person, *_rest in KINDS[kind].due(at))


def row(kind, person, key, revision):
    return Notice(kind=kind, user=person, key=key, revision=revision)


# The evening before


def a_class(starts_at, **fields):
    """A session with one participant and one instructor."""
    cohort = fields.pop("cohort", None) or a_cohort()
    teacher = an_instructor()
    member = an_enrollment(cohort=cohort).user
    session = a_session(cohort, starts_at=starts_at, instructors=[teacher], **fields)
    return session, member, teacher.user


def test_members_and_instructors_are_reminded_at_six_of_the_evening_before_not_earlier():
    session, member, teacher = a_class(rome(2022, 1, 14, 9))
    evening = rome(2022, 1, 13, 18)
    start = int(session.starts_at.timestamp())
    assert due("session_tomorrow", evening - SECOND) == []
    assert due("session_tomorrow", evening) == sorted(
        (person.pk, session.pk, start, evening) for person in (member, teacher)
    )


@pytest.mark.parametrize(
    ("starts_at", "evening", "in_utc"),
    [
        (rome(2022, 3, 28, 9), rome(2022, 3, 27, 18), 16),  # the evening of the day the clocks went on
        (rome(2022, 3, 26, 9), rome(2022, 3, 25, 18), 17),
    ],
)
def test_the_evening_is_six_in_italy_on_both_sides_of_the_change_of_the_clocks(starts_at, evening, in_utc):
    a_class(starts_at)
    assert evening.astimezone(tz=None).utctimetuple().tm_hour == in_utc
    assert people("session_tomorrow", evening - SECOND) == []
    assert len(people("session_tomorrow", evening)) == 2


def test_the_autumn_evening_too():
    cohort = a_cohort(starts_on=date(2022, 10, 1), ends_on=date(2023, 1, 31))
    a_class(rome(2022, 10, 31, 9), cohort=cohort, at=rome(2022, 9, 1, 9))
    evening = rome(2022, 10, 30, 18)
    assert people("session_tomorrow", evening - SECOND) == []
    assert len(people("session_tomorrow", evening)) == 2


@pytest.mark.parametrize("hour", [0, 23])
def test_a_session_just_after_or_before_midnight_belongs_to_its_own_day(hour):
    a_class(rome(2022, 3, 28, hour), minutes=59)
    assert people("session_tomorrow", rome(2022, 3, 27, 18) - SECOND) == []
    assert len(people("session_tomorrow", rome(2022, 3, 27, 18))) == 2


def test_a_dead_clock_is_caught_up_until_the_session_begins():
    session, *_ = a_class(rome(2022, 1, 14, 9))
    assert len(people("session_tomorrow", session.starts_at - SECOND)) == 2
    assert people("session_tomorrow", session.starts_at) == []


def test_nobody_is_reminded_of_a_session_that_began_or_was_cancelled():
    session, member, _teacher = a_class(rome(2022, 1, 14, 9))
    evening = rome(2022, 1, 13, 18)
    kind = KINDS["session_tomorrow"]
    notice = row("session_tomorrow", member, session.pk, int(session.starts_at.timestamp()))
    assert kind.still_due(notice, evening) is None
    assert kind.still_due(notice, session.starts_at) == "the session has already begun"
    cancel_session(session=session, by=None, at=evening)
    assert kind.still_due(notice, evening) == "the session is cancelled"
    assert people("session_tomorrow", evening) == []


def test_a_session_moved_to_another_day_drops_its_reminder_and_gets_another():
    session, member, teacher = a_class(rome(2022, 1, 14, 9))
    evening = rome(2022, 1, 13, 18)
    collect(evening)
    old = Notice.objects.get(kind="session_tomorrow", user=member)
    moved = move_session(
        session=session, starts_at=rome(2022, 1, 17, 14), ends_at=rome(2022, 1, 17, 18), by=None, at=evening
    )
    kind = KINDS["session_tomorrow"]
    assert kind.still_due(old, evening) == "the session has been moved"
    assert people("session_tomorrow", evening) == []
    start = int(moved.starts_at.timestamp())
    assert due("session_tomorrow", rome(2022, 1, 16, 18)) == sorted(
        (person.pk, session.pk, start, rome(2022, 1, 16, 18)) for person in (member, teacher)
    )


def test_a_change_after_the_evening_is_told_by_one_mail_not_by_two():
    session, *_ = a_class(rome(2022, 1, 14, 9))
    at = rome(2022, 1, 13, 20)
    move_session(
        session=session, starts_at=rome(2022, 1, 14, 10), ends_at=rome(2022, 1, 14, 14), by=None, at=at
    )
    assert people("session_tomorrow", at) == []
    assert len(people("session_changed", at)) == 2


def test_a_session_planned_after_the_evening_is_told_at_once():
    at = rome(2022, 1, 13, 20)
    a_class(rome(2022, 1, 14, 9), at=at)
    assert len(people("session_tomorrow", at)) == 2


def test_who_left_before_the_day_or_never_came_is_not_reminded():
    cohort = a_cohort()
    stays, leaves, renounced, later = (an_enrollment(cohort=cohort) for _ in range(4))
    end_enrollment(
        enrollment=leaves,
        state="withdrawn",
        reason="Cambio lavoro.",
        on=date(2022, 1, 13),
        by=None,
        at=rome(2022, 1, 13, 9),
    )
    end_enrollment(
        enrollment=renounced, state="renounced", on=date(2022, 1, 10), by=None, at=rome(2022, 1, 10, 9)
    )
    type(later).objects.filter(pk=later.pk).update(starts_on=date(2022, 1, 20))
    session = a_session(cohort, starts_at=rome(2022, 1, 14, 9))
    a_session(cohort, starts_at=rome(2022, 1, 13, 9))
    evening = rome(2022, 1, 13, 18)
    assert people("session_tomorrow", evening) == [stays.user_id]
    notice = row("session_tomorrow", leaves.user, session.pk, int(session.starts_at.timestamp()))
    reason = KINDS["session_tomorrow"].still_due(notice, evening)
    assert reason == "the person no longer belongs to the session"
    assert renounced.user_id not in people("session_tomorrow", rome(2022, 1, 12, 18))


def test_who_both_follows_and_teaches_is_told_once():
    cohort, teacher = a_cohort(), an_instructor()
    an_enrollment(cohort=cohort, user=teacher.user)
    a_session(cohort, starts_at=rome(2022, 1, 14, 9), instructors=[teacher])
    assert people("session_tomorrow", rome(2022, 1, 13, 18)) == [teacher.user_id]


def test_an_instructor_without_an_account_and_other_editions_are_told_nothing():
    a_session(starts_at=rome(2022, 1, 14, 9), instructors=[an_instructor(user=None)])
    an_enrollment(cohort=a_cohort())
    assert people("session_tomorrow", rome(2022, 1, 13, 18)) == []


# Changes


def changed(session, at, hours=2):
    return move_session(
        session=session,
        starts_at=session.starts_at + hours * HOUR,
        ends_at=session.ends_at + hours * HOUR,
        by=None,
        at=at,
    )


def test_a_moved_session_is_told_ten_minutes_later_to_those_concerned():
    session, member, teacher = a_class(rome(2022, 2, 10, 9))
    an_enrollment(cohort=a_cohort())
    at = rome(2022, 2, 1, 12)
    session = changed(session, at)
    settled = at + timedelta(minutes=10)
    assert due("session_changed", settled - SECOND) == []
    assert due("session_changed", settled) == sorted(
        (person.pk, session.pk, session.revision, settled) for person in (member, teacher)
    )


def test_several_changes_before_they_settle_are_one_mail_with_the_last():
    session, member, teacher = a_class(rome(2022, 2, 10, 9))
    at = rome(2022, 2, 1, 12)
    for minute in (0, 6, 12):
        session = changed(session, at + timedelta(minutes=minute), hours=1)
        collect(at + timedelta(minutes=minute))
    collect(at + timedelta(minutes=21))
    assert not Notice.objects.exists()
    collect(at + timedelta(minutes=22))
    assert sorted(Notice.objects.values_list("user", "revision")) == sorted(
        [(member.pk, session.revision), (teacher.pk, session.revision)]
    )


def test_a_change_that_was_collected_is_dropped_when_another_follows():
    session, member, _teacher = a_class(rome(2022, 2, 10, 9))
    at = rome(2022, 2, 1, 12)
    session = changed(session, at)
    notice = row("session_changed", member, session.pk, session.revision)
    assert KINDS["session_changed"].still_due(notice, at) is None
    changed(session, at + timedelta(minutes=10))
    reason = KINDS["session_changed"].still_due(notice, at + timedelta(minutes=10))
    assert reason == "the session has changed again"


@pytest.mark.parametrize(
    ("hours_ahead", "moved_by", "delay"),
    [(23, 48, 0), (25, 2, 10), (30, -10, 0)],
    ids=["was to begin soon", "neither", "begins soon now"],
)
def test_a_change_of_what_begins_within_a_day_is_told_at_once(hours_ahead, moved_by, delay):
    at = rome(2022, 2, 1, 8)
    session, *_ = a_class(at + hours_ahead * HOUR)
    changed(session, at, hours=moved_by)
    settled = at + timedelta(minutes=delay)
    assert people("session_changed", settled - SECOND) == []
    assert len(people("session_changed", settled)) == 2


def test_a_cancelled_session_and_one_in_another_room_are_told():
    at = rome(2022, 2, 1, 12)
    settled = at + timedelta(minutes=10)
    cohort = a_cohort()
    an_enrollment(cohort=cohort)
    one, other = (a_session(cohort, starts_at=rome(2022, 2, day, 9)) for day in (10, 11))
    cancel_session(session=one, reason="sciopero", by=None, at=at)
    assert [key for _person, key, *_ in due("session_changed", settled)] == [one.pk]
    change_places(session=other, mode="hybrid", rooms=[a_room()], by=None, at=at)
    assert sorted(key for _person, key, *_ in due("session_changed", settled)) == [one.pk, other.pk]


def test_who_was_told_of_a_cancellation_is_told_that_it_is_undone():
    session, member, teacher = a_class(rome(2022, 2, 10, 9))
    at = rome(2022, 2, 1, 12)
    cancelled = cancel_session(session=session, reason="sciopero", by=None, at=at)
    notice = row("session_changed", member, session.pk, cancelled.revision)
    restored = restore_session(session=session, reason="sciopero revocato", by=None, at=at + HOUR)
    assert KINDS["session_changed"].still_due(notice, at + HOUR) == "the session has changed again"
    told = [row[:3] for row in due("session_changed", at + HOUR + timedelta(minutes=10))]
    assert told == sorted((who.pk, session.pk, restored.revision) for who in (member, teacher))


def test_a_session_nobody_knew_otherwise_is_no_change():
    at = rome(2022, 2, 1, 12)
    a_class(rome(2022, 2, 10, 9), at=at)
    assert people("session_changed", at + timedelta(minutes=10)) == []


def test_who_was_admitted_after_the_change_never_knew_the_old_time():
    session, *_ = a_class(rome(2022, 2, 10, 9))
    at = rome(2022, 2, 1, 12)
    changed(session, at)
    late = an_enrollment(cohort=session.cohort, admitted_at=at + SECOND)
    assert late.user_id not in people("session_changed", at + timedelta(minutes=10))


def test_changes_of_what_is_past_are_told_to_nobody():
    session, member, _teacher = a_class(rome(2022, 2, 10, 9))
    at = rome(2022, 2, 10, 15)
    session = changed(session, at, hours=1)
    assert people("session_changed", at + timedelta(minutes=10)) == []
    notice = row("session_changed", member, session.pk, session.revision)
    assert KINDS["session_changed"].still_due(notice, at) == "the session has already begun"


def test_the_mail_says_from_when_people_knew_not_from_a_time_nobody_was_told():
    session, *_ = a_class(rome(2022, 2, 10, 9))
    known, at = session.starts_at, rome(2022, 2, 1, 12)
    for minute in (0, 5):
        session = changed(session, at + timedelta(minutes=minute), hours=1)
    assert session.previous_starts_at == known
    back = changed(session, at + timedelta(minutes=9), hours=-2)
    assert (back.starts_at, back.moved) == (known, False)
    told = changed(back, at + timedelta(minutes=10), hours=1)
    later = changed(told, at + timedelta(days=1), hours=1)
    assert later.previous_starts_at == told.starts_at
