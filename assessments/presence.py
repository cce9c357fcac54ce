"""Minutes of presence in one session: which source rules, and how they are counted.

What the office decides rules over the roll call, and the roll call over every other source, as an
Italian teacher's register rules over the badge. Where neither has spoken, presence is the union of all
intervals, clipped to the session and floored to whole minutes: two devices are not twice there, and
nobody gains a minute by arriving early. Nothing is ever rounded up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from courses.workdays import ROME

MINUTE = timedelta(minutes=1)
UNSIGNED_AFTER = timedelta(minutes=30)  # from the end of a session, when its register should be signed
EVENING, MORNING = time(20), time(9)  # in Italy, when an unsigned register is asked for again
CHASED_EVERY, CHASED_FOR = 3, 30  # days
DAYS_TO_ASK = 3  # for a rectification
TOLERANCE = 15  # minutes two sources may differ by before somebody has to look


class Source(StrEnum):
    """Who or what says that somebody was there."""

    STAFF = "staff"
    ROLL_CALL = "roll_call"
    ROOM_CODE = "room_code"
    CALL_CODE = "call_code"
    PLATFORM = "platform"


class Attendance(StrEnum):
    """How a person attends."""

    IN_PERSON = "in_person"
    REMOTE = "remote"


class Remark(StrEnum):
    """What a presence is, beside its minutes."""

    ABSENT = "absent"
    LATE = "late"
    LEFT_EARLY = "left_early"
    INTERRUPTED = "interrupted"
    REMOTE = "remote"


DECISIVE: tuple[Source, ...] = (Source.STAFF, Source.ROLL_CALL)


@dataclass(frozen=True, slots=True)
class Interval:
    """Somebody was there from one instant to another; without instants, the source says they were not."""

    source: Source
    attendance: Attendance = Attendance.IN_PERSON
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.starts_at is None) != (self.ends_at is None):
            raise ValueError("an interval has both ends or none")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("an interval ends after it begins")


Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Credit:
    """What counts of one person's intervals in one session.

    `minutes` of which `in_person` are in presence: a second in both counts as in presence. `source` is
    the one that decided, None where several count together or nobody has said anything.
    """

    minutes: int
    in_person: int
    source: Source | None
    entered_at: datetime | None
    left_at: datetime | None
    remarks: tuple[Remark, ...]

    @property
    def attendance(self) -> Attendance:
        """How most of it was attended."""
        return Attendance.IN_PERSON if self.in_person * 2 >= self.minutes else Attendance.REMOTE


def credit(intervals: Iterable[Interval], *, starts_at: datetime, ends_at: datetime) -> Credit:
    """What `intervals`, in any order, are worth in a session planned from `starts_at` to `ends_at`."""
    told = list(intervals)
    sources = {one.source for one in told}
    source = ruling_source(sources)
    ruling = [one for one in told if source in (None, one.source)]
    spans = union(ruling, starts_at, ends_at)
    there = union([one for one in ruling if one.attendance is Attendance.IN_PERSON], starts_at, ends_at)
    minutes = whole_minutes(spans)
    return Credit(
        minutes,
        min(minutes, whole_minutes(there)),
        source or (sources.pop() if len(sources) == 1 else None),
        spans[0][0] if spans else None,
        spans[-1][1] if spans else None,
        tuple(_remarks(spans, there, told, starts_at, ends_at)),
    )


def ruling_source(sources: Collection[Source]) -> Source | None:
    """The decisive one among them; None where all count together."""
    return next((source for source in DECISIVE if source in sources), None)


def union(intervals: Iterable[Interval], starts_at: datetime, ends_at: datetime) -> list[Span]:
    """The intervals clipped to the session and melted together, in order of time."""
    begin, end = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    clipped = sorted(
        (max(one.starts_at.astimezone(UTC), begin), min(one.ends_at.astimezone(UTC), end))
        for one in intervals
        if one.starts_at and one.ends_at
    )
    spans: list[Span] = []
    for start, stop in clipped:
        if stop <= start:
            continue
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], stop))
        else:
            spans.append((start, stop))
    return spans


def whole_minutes(spans: Iterable[Span]) -> int:
    """Their length together, floored once: parts of a minute add up before they are dropped."""
    return sum((stop - start for start, stop in spans), timedelta()) // MINUTE


def _remarks(
    spans: Sequence[Span],
    there: Sequence[Span],
    told: Sequence[Interval],
    starts_at: datetime,
    ends_at: datetime,
) -> Iterable[Remark]:
    if not spans:
        if told:
            yield Remark.ABSENT
        return
    if spans[0][0] - starts_at >= MINUTE:
        yield Remark.LATE
    if ends_at - spans[-1][1] >= MINUTE:
        yield Remark.LEFT_EARLY
    if len(spans) > 1:
        yield Remark.INTERRUPTED
    if whole_minutes(there) * 2 < whole_minutes(spans):
        yield Remark.REMOTE


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two sources about one person in one session, further apart than `TOLERANCE`: minutes of each."""

    ruling: Source
    ruled: int
    other: Source
    said: int


def disagreements(
    intervals: Iterable[Interval], *, starts_at: datetime, ends_at: datetime
) -> tuple[Disagreement, ...]:
    """Where a decisive source says otherwise than another one; staff look at them, nothing is guessed.

    Of sources that do not rule, none contradicts another: their union counts.
    """
    told = list(intervals)
    sources = {one.source for one in told}
    ruling = ruling_source(sources)
    if ruling is None:
        return ()
    minutes = {
        source: whole_minutes(union([one for one in told if one.source is source], starts_at, ends_at))
        for source in sources
    }
    return tuple(
        Disagreement(ruling, minutes[ruling], source, said)
        for source, said in sorted(minutes.items())
        if source is not ruling and abs(said - minutes[ruling]) > TOLERANCE
    )


def chased_at(ends_at: datetime) -> list[datetime]:
    """When the register of a session nobody has signed is asked for, in order.

    Half an hour after the end, at eight of that evening, at nine of the next morning, then every three
    days for a month.
    """
    first, day = ends_at + UNSIGNED_AFTER, ends_at.astimezone(ROME).date()
    evening = datetime.combine(day, EVENING, tzinfo=ROME)
    mornings = [
        datetime.combine(day + timedelta(days=days), MORNING, tzinfo=ROME)
        for days in range(1, CHASED_FOR, CHASED_EVERY)
    ]
    return [first, *(at for at in (evening, *mornings) if at > first)]


def may_ask_until(
    ends_at: datetime, signed_at: datetime | None, corrected_at: Iterable[datetime] = ()
) -> datetime:
    """How long somebody may ask to have a presence put right.

    Three days from the end of the session, the signature of its register or what was decided of that
    person after it, whichever is last: who reads something new has time to answer.
    """
    since = [signed_at, *(at for at in corrected_at if at > signed_at)] if signed_at else []
    return max([ends_at, *since]) + timedelta(days=DAYS_TO_ASK)
