"""Minutes of presence: whose word rules, how intervals add up, and the database counts the same."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.models import PlatformReport, Presence, PresenceInterval
from assessments.presence import (
    DECISIVE,
    TOLERANCE,
    Attendance,
    Credit,
    Disagreement,
    Interval,
    Remark,
    Source,
    credit,
    disagreements,
)
from tests.factories import rome
from tests.lesson import Lesson, from_to

BEGIN, END = rome(2022, 1, 20, 14), rome(2022, 1, 20, 18)
IN_PERSON, REMOTE = Attendance.IN_PERSON, Attendance.REMOTE


def at(clock: str) -> datetime:
    """A time of day on 20 January 2022 in Turin: 15:02 or 15:02:30."""
    hour, minute, *second = map(int, clock.split(":"))
    return rome(2022, 1, 20, hour, minute) + timedelta(seconds=sum(second))


def spell(begin: str, end: str, source=Source.PLATFORM, attendance=REMOTE) -> Interval:
    return Interval(source, attendance, at(begin), at(end))


def credited(*intervals: Interval) -> Credit:
    return credit(intervals, starts_at=BEGIN, ends_at=END)


def test_a_line_that_dropped_for_19_minutes_leaves_221():
    counted = credited(spell("14:00", "15:02"), spell("15:21", "18:00"))
    assert counted.minutes == 221
    assert (counted.entered_at, counted.left_at) == (BEGIN, END)
    assert counted.remarks == (Remark.INTERRUPTED, Remark.REMOTE)


def test_two_devices_are_not_twice_there():
    counted = credited(spell("14:00", "16:30"), spell("14:10", "18:00"))
    assert (counted.minutes, counted.remarks) == (240, (Remark.REMOTE,))


def test_nobody_gains_a_minute_by_coming_early_or_staying_on():
    counted = credited(spell("13:52", "18:09"))
    assert (counted.minutes, counted.entered_at, counted.left_at) == (240, BEGIN, END)


def test_what_lies_outside_the_session_is_an_absence():
    counted = credited(spell("13:00", "14:00"), spell("18:00", "19:00"))
    assert (counted.minutes, counted.entered_at, counted.remarks) == (0, None, (Remark.ABSENT,))


def test_of_whom_nobody_says_anything_nothing_is_remarked():
    assert credited() == Credit(0, 0, None, None, None, ())


def test_the_roll_call_rules_over_codes_and_platforms():
    counted = credited(
        spell("14:00", "18:00", Source.ROOM_CODE),
        spell("14:00", "18:00"),
        spell("14:20", "17:55", Source.ROLL_CALL, IN_PERSON),
    )
    assert (counted.minutes, counted.in_person, counted.source) == (215, 215, Source.ROLL_CALL)
    assert counted.remarks == (Remark.LATE, Remark.LEFT_EARLY)


def test_absent_in_the_roll_call_is_absent_whatever_a_platform_says():
    counted = credited(Interval(Source.ROLL_CALL), spell("14:00", "18:00"))
    assert (counted.minutes, counted.source, counted.remarks) == (0, Source.ROLL_CALL, (Remark.ABSENT,))


def test_the_office_rules_over_the_roll_call():
    counted = credited(
        spell("14:00", "17:55", Source.ROLL_CALL, IN_PERSON),
        spell("14:00", "18:00", Source.STAFF, IN_PERSON),
    )
    assert (counted.minutes, counted.source) == (240, Source.STAFF)


def test_where_nobody_rules_all_sources_count_together_and_a_second_in_both_is_in_person():
    counted = credited(
        spell("14:00", "15:30", Source.ROOM_CODE, IN_PERSON), spell("15:00", "18:00", Source.CALL_CODE)
    )
    assert (counted.minutes, counted.in_person, counted.source) == (240, 90, None)
    assert counted.attendance is REMOTE


def test_who_was_in_the_room_for_half_of_it_attended_in_person():
    half = credited(
        spell("14:00", "16:00", Source.ROLL_CALL, IN_PERSON), spell("16:00", "18:00", Source.ROLL_CALL)
    )
    assert (half.attendance, half.remarks) == (IN_PERSON, ())


def test_parts_of_minutes_add_up_before_they_are_dropped():
    halves = [spell(f"14:{minute}:00", f"14:{minute}:30") for minute in (10, 20, 30)]
    assert credited(*halves).minutes == 1
    assert credited(*halves, spell("14:40:00", "14:40:30")).minutes == 2


def test_59_seconds_are_no_minute_and_no_lateness():
    counted = credited(spell("14:00:59", "17:59:01"))
    assert (counted.minutes, counted.remarks) == (238, (Remark.REMOTE,))


@pytest.mark.parametrize("offset", [timedelta(hours=1), timedelta(hours=2)], ids=["before", "after"])
def test_four_hours_are_240_minutes_on_both_sides_of_27_march_2022(offset):
    begin = rome(2022, 3, 24 if offset.seconds == 3600 else 31, 14)
    assert begin.utcoffset() == offset
    whole = Interval(
        Source.PLATFORM, REMOTE, begin.astimezone(UTC), begin.astimezone(UTC) + timedelta(hours=4)
    )
    assert credit([whole], starts_at=begin, ends_at=begin + timedelta(hours=4)).minutes == 240


def test_the_night_in_which_the_hour_is_lost_has_an_hour_less():
    night = (rome(2022, 3, 27, 1), rome(2022, 3, 27, 5))
    whole = Interval(Source.PLATFORM, REMOTE, *night)
    assert credit([whole], starts_at=night[0], ends_at=night[1]).minutes == 180


@pytest.mark.parametrize(("starts_at", "ends_at"), [(BEGIN, None), (None, END), (END, BEGIN), (BEGIN, BEGIN)])
def test_an_interval_that_cannot_be_is_none(starts_at, ends_at):
    with pytest.raises(ValueError, match="an interval"):
        Interval(Source.STAFF, IN_PERSON, starts_at, ends_at)


def test_two_sources_far_apart_are_shown_and_near_ones_are_not():
    ruled = spell("14:00", "17:00", Source.ROLL_CALL)
    near = spell("14:00", "17:15")
    far = spell("14:00", "17:16", Source.CALL_CODE)
    assert disagreements([ruled, near, far], starts_at=BEGIN, ends_at=END) == (
        Disagreement(Source.ROLL_CALL, 180, Source.CALL_CODE, 180 + TOLERANCE + 1),
    )
    assert disagreements([near, far], starts_at=BEGIN, ends_at=END) == ()


# In general: whatever people and machines may say.

MOMENTS = st.integers(-1800, 240 * 60 + 1800).map(lambda second: BEGIN + timedelta(seconds=second))


@st.composite
def intervals(draw, sources=tuple(Source)) -> Interval:
    """Of any source, around the session; who decides stays within it."""
    source, attendance = draw(st.sampled_from(sources)), draw(st.sampled_from(Attendance))
    if source in DECISIVE and draw(st.booleans()):
        return Interval(source, attendance)
    first, last = sorted(draw(st.tuples(MOMENTS, MOMENTS)))
    if source in DECISIVE:
        first, last = max(first, BEGIN), min(last, END)
    if last <= first:
        return Interval(source, attendance, BEGIN, END)
    return Interval(source, attendance, first, last)


TOLD = st.lists(intervals(), max_size=7)


@given(TOLD)
def test_minutes_never_exceed_the_session_nor_those_in_person_the_whole(told):
    counted = credited(*told)
    assert 0 <= counted.in_person <= counted.minutes <= 240
    assert bool(counted.minutes) <= (counted.entered_at is not None)


@given(TOLD.flatmap(lambda told: st.tuples(st.just(told), st.permutations(told))))
def test_the_order_in_which_it_is_said_never_matters(both):
    told, shuffled = both
    assert credited(*told) == credited(*shuffled)


@given(
    st.lists(intervals(tuple(one for one in Source if one not in DECISIVE)), max_size=6),
    intervals((Source.CALL_CODE, Source.PLATFORM)),
)
def test_one_interval_more_never_lowers_what_counts_together(told, more):
    assert credited(*told, more).minutes >= credited(*told).minutes


@given(TOLD, intervals((Source.STAFF,)))
def test_once_the_office_has_spoken_nothing_else_counts(told, decided):
    others = [one for one in told if one.source is not Source.STAFF]
    alone = credited(decided)
    assert credited(*others, decided).minutes == alone.minutes


# The database's trigger, without which none of this would count.


@pytest.fixture
def lesson(db) -> Lesson:
    return Lesson(size=1)


def write(lesson: Lesson, told: list[Interval]) -> Presence:
    """The presence the database has after all of it was said; of a code each says only one."""
    report = PlatformReport.objects.create(
        session=lesson.session, platform="zoom", name="zoom.csv", digest="0" * 64, by=lesson.teacher, at=END
    )
    PresenceInterval.objects.bulk_create(
        PresenceInterval(
            enrollment=lesson.people[0],
            session=lesson.session,
            source=one.source,
            attendance=one.attendance,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            reason="Because",
            report=report if one.source is Source.PLATFORM else None,
            by=lesson.tutor,
            at=END,
        )
        for one in told
    )
    return Presence.objects.get()


def one_of_each_code(told: list[Interval]) -> list[Interval]:
    codes = {one.source: one for one in told if one.source in (Source.ROOM_CODE, Source.CALL_CODE)}
    return [one for one in told if codes.get(one.source, one) is one]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(intervals(), min_size=1, max_size=7).map(one_of_each_code))
def test_the_database_counts_as_the_rule_does(lesson, told):
    with transaction.atomic():
        presence, counted = write(lesson, told), credited(*told)
        assert (presence.minutes, presence.in_person) == (counted.minutes, counted.in_person)
        assert presence.source == (counted.source or "")
        assert (presence.entered_at, presence.left_at) == (counted.entered_at, counted.left_at)
        transaction.set_rollback(True)


def test_what_anybody_writes_into_a_presence_is_counted_anew(lesson):
    lesson.call(from_to(0, 200))
    Presence.objects.update(minutes=240, in_person=240, source="staff")
    presence = Presence.objects.get()
    assert (presence.minutes, presence.in_person, presence.source) == (200, 200, "roll_call")
