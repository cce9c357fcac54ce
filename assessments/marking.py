"""The scale of the module tests: 0 to 30, passed from 18, honours only with 30.

A failed 16 is recorded as 16. A test may be taken once more, and honours raise no average: both
are rules of the Politecnico's school of masters, whose scale this is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from courses.reasons import Reason, Refused

HIGHEST = 30
PASS = 18
ATTEMPTS = 2

RETAKE_BEGINS, RETAKE_ENDS = time(12, 30), time(13, 15)  # Europe/Rome
THURSDAY = 3

RESULTS_WITHIN_DAYS = 10
REMIND_EVERY_DAYS = 3


class Outcome(StrEnum):
    """What became of one attempt."""

    MARK = "mark"
    ABSENT = "absent"
    EXCUSED = "excused"


class Unreadable(StrEnum):
    """Why what was typed into a cell is not a result."""

    NOT_A_RESULT = "not_a_result"
    NOT_WHOLE = "not_whole"
    OUT_OF_SCALE = "out_of_scale"
    HONOURS_BELOW_30 = "honours_below_30"


class Impossible(StrEnum):
    """Why a retake cannot be held."""

    NO_DAY_BEFORE_THE_FINAL = "no_day_before_the_final"


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one attempt: a value is there exactly for a mark."""

    outcome: Outcome
    value: int | None = None
    honours: bool = False

    def __post_init__(self) -> None:
        if (self.value is not None) != (self.outcome is Outcome.MARK):
            raise ValueError("a value belongs to a mark, and only to a mark")
        if self.value is not None and not 0 <= self.value <= HIGHEST:
            raise ValueError(f"{self.value} is outside the scale")
        if self.honours and self.value != HIGHEST:
            raise ValueError("honours come only with 30")

    @property
    def passed(self) -> bool:
        """Whether the test is passed with this attempt."""
        return self.value is not None and self.value >= PASS


_MARK = re.compile(r"(?P<value>-?[0-9]+) ?(?P<honours>l|lode|e ?lode|cum laude|with honours)?")
_NOT_WHOLE = re.compile(r"-?[0-9]+[.,][0-9]+")
_WORDS = {
    **dict.fromkeys(("ass", "assente", "abs", "absent"), Outcome.ABSENT),
    **dict.fromkeys(("giu", "giustificato", "giustificata", "exc", "excused"), Outcome.EXCUSED),
}


def read(typed: str) -> Result | None:
    """The result a person typed into a cell, None for an empty one; anything else is `Refused`.

    "28", "30L", "30 e lode", "ASS" or "absent", "GIU" or "excused", in any case. Digits are
    ASCII digits: what merely looks like a number to Python ("27_5", "٢٧", "1e400") is refused.
    """
    text = " ".join(typed.split()).lower()
    if not text:
        return None
    if outcome := _WORDS.get(text):
        return Result(outcome)
    if not (found := _MARK.fullmatch(text)):
        whole = not _NOT_WHOLE.fullmatch(text)
        raise _unreadable(Unreadable.NOT_A_RESULT if whole else Unreadable.NOT_WHOLE, typed)
    digits, honours = found["value"], bool(found["honours"])
    if len(digits) > 2 or digits.startswith("-") or int(digits) > HIGHEST:
        raise _unreadable(Unreadable.OUT_OF_SCALE, typed)
    if honours and int(digits) < HIGHEST:
        raise _unreadable(Unreadable.HONOURS_BELOW_30, typed)
    return Result(Outcome.MARK, int(digits), honours)


def _unreadable(code: Unreadable, typed: str) -> Refused:
    return Refused(Reason(code, {"typed": typed[:40], "highest": HIGHEST}))


def show(result: Result, words: Mapping[str, object]) -> str:
    """The result in the reader's language: "28", "30 e lode", "assente".

    `words` says "honours", "absent" and "excused" in that language.
    """
    if result.value is None:
        return str(words[result.outcome])
    return f"{result.value} {words['honours']}" if result.honours else str(result.value)


def standing(first: Result | None, retake: Result | None) -> Result | None:
    """The attempt that counts: the retake once it has a mark, otherwise the first."""
    return retake if retake is not None and retake.value is not None else first


def may_retake(first: Result | None) -> bool:
    """Whether a second attempt is open: to whoever has a result and has not passed."""
    return first is not None and not first.passed


def average(results: Iterable[tuple[Result, int]]) -> Decimal | None:
    """The mean of the passed tests weighted by the minutes of their modules, None without any.

    Honours count as 30. Cut to two decimals, never rounded up.
    """
    passed = [(result.value or 0, minutes) for result, minutes in results if result.passed]
    weight = sum(minutes for _, minutes in passed)
    if not weight:
        return None
    mean = Decimal(sum(value * minutes for value, minutes in passed)) / weight
    return mean.quantize(Decimal("0.01"), rounding=ROUND_DOWN)


def retake_day(tested: date, *, final: date, is_open: Callable[[date], bool]) -> date:
    """The day of the retake: the second Thursday after the test, or the next open one.

    Never on or after the day of the final assessment: then it is the last open Thursday between
    test and final. `Refused` when there is none.
    """
    first = tested + timedelta(days=(THURSDAY - tested.weekday() - 1) % 7 + 1)
    thursdays = (first + timedelta(days=days) for days in range(0, (final - first).days, 7))
    open_days = [day for day in thursdays if is_open(day)]
    if not open_days:
        facts = {"tested": tested, "final": final}
        raise Refused(Reason(Impossible.NO_DAY_BEFORE_THE_FINAL, facts))
    second = first + timedelta(weeks=1)
    return next((day for day in open_days if day >= second), open_days[-1])


def results_due_on(tested: date) -> date:
    """The last day on which the results of a test are in time."""
    return tested + timedelta(days=RESULTS_WITHIN_DAYS)


def reminders_due(tested: date, *, on: date) -> int:
    """How many reminders of missing results are due by a day: one at 10 days, then every 3."""
    late = (on - results_due_on(tested)).days
    return late // REMIND_EVERY_DAYS + 1 if late >= 0 else 0
