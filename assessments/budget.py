"""The absence budget: what a person may still miss, by every rule of the edition.

Everything is whole minutes. What a rule asks is rounded up, what a person has is rounded down, so
14,395 of 18,000 minutes is 79.97% and fails a rule of 80%; 14,400 passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

WHOLE = 10_000  # hundredths of a percent
REMOTE = "remote"  # of the modes of a session


class Scope(StrEnum):
    """Which minutes a rule counts."""

    OVERALL = "overall"
    MODULE = "module"  # of each module by itself
    BLOCK = "block"
    SESSION_MODE = "session_mode"  # of sessions planned in person, hybrid or remote: laboratories
    IN_PERSON = "in_person"  # in presence, wherever the session could be followed


@dataclass(frozen=True, slots=True)
class Rule:
    """At least `share` hundredths of a percent of `base` minutes.

    `key` is the module, block or mode it counts; empty for overall and in person. With
    `excuses_count`, an absence the office accepted is as good as presence.
    """

    scope: Scope
    base: int
    share: int
    key: str = ""
    excuses_count: bool = False

    @property
    def asked(self) -> int:
        """Minutes to reach, rounded up."""
        return -(-self.base * self.share // WHOLE)

    @property
    def budget(self) -> int:
        """Minutes one may miss."""
        return self.base - self.asked


@dataclass(frozen=True, slots=True)
class Lesson:
    """A session that counts towards the hours, as the timetable has it."""

    key: int
    starts_at: datetime
    minutes: int
    module: str
    block: str
    mode: str
    held: bool


@dataclass(frozen=True, slots=True)
class Attended:
    """What one person has of one session. `excused`: the office accepted the notice of absence."""

    minutes: int
    in_person: int = 0
    excused: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person stands by one rule, in minutes.

    `held` is what has been given; of it `attended` counts, `missed` does not and of `awaited` nobody has
    said anything yet. `coming` is still to be given. Of hours in person, what is planned remotely is missed
    from the outset.
    """

    rule: Rule
    held: int
    attended: int
    missed: int
    awaited: int
    coming: int

    @property
    def left(self) -> int:
        """Minutes one may still miss; below zero when too many are missed already."""
        return self.rule.budget - self.missed

    @property
    def used(self) -> int:
        """Hundredths of a percent of the budget that are used; all of it where there is none."""
        if self.rule.budget <= 0:
            return WHOLE if self.missed else 0
        return self.missed * WHOLE // self.rule.budget

    @property
    def reached(self) -> bool:
        """What is asked is already there."""
        return self.attended >= self.rule.asked

    @property
    def reachable(self) -> bool:
        """It is, or can be by attending whatever is still to come, on the timetable already or not."""
        unplanned = max(self.rule.base - self.held - self.coming, 0)
        return self.attended + self.awaited + self.coming + unplanned >= self.rule.asked

    @property
    def share(self) -> int:
        """Hundredths of a percent of the base attended so far, cut off."""
        return self.attended * WHOLE // self.rule.base if self.rule.base else 0

    @property
    def percent(self) -> Decimal:
        """The same as a number with two decimals: 79.97, never 80.0 for what is less."""
        return Decimal(self.share).scaleb(-2)


def standing(rule: Rule, lessons: Iterable[Lesson], record: Mapping[int, Attended]) -> Standing:
    """One person's standing; `record` holds what is known of each session, by its key.

    A session given before somebody joined is in the record with no minutes: the base is the same for
    everybody.
    """
    held = attended = missed = awaited = coming = 0
    for lesson in lessons:
        if not _counts(rule, lesson):
            continue
        in_vain = _in_vain(rule, lesson)
        if not (lesson.held or in_vain):
            coming += lesson.minutes
            continue
        held += lesson.minutes
        known = record.get(lesson.key, Attended(0) if in_vain else None)
        if known is None:
            awaited += lesson.minutes
            continue
        good = known.in_person if rule.scope is Scope.IN_PERSON else known.minutes
        if rule.excuses_count and known.excused:
            good = lesson.minutes
        attended += good
        missed += lesson.minutes - good
    return Standing(rule, held, attended, missed, awaited, coming)


def if_missed(now: Standing, lessons: Iterable[Lesson]) -> int:
    """Minutes that would be left after missing these sessions to come as well."""
    rule = now.rule
    coming = [one for one in lessons if not one.held and not _in_vain(rule, one)]
    return now.left - sum(one.minutes for one in coming if _counts(rule, one))


def _in_vain(rule: Rule, lesson: Lesson) -> bool:
    """Nobody can be there in person."""
    return rule.scope is Scope.IN_PERSON and lesson.mode == REMOTE


def _counts(rule: Rule, lesson: Lesson) -> bool:
    match rule.scope:
        case Scope.MODULE:
            return lesson.module == rule.key
        case Scope.BLOCK:
            return lesson.block == rule.key
        case Scope.SESSION_MODE:
            return lesson.mode == rule.key
    return True


def tightest(standings: Sequence[Standing]) -> Standing:
    """The rule one is nearest to breaking."""
    return min(standings, key=lambda one: (one.left, one.rule.scope is not Scope.OVERALL))
