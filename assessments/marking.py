"""How module tests are marked: 0 to 30 and passed from 18 unless the test says otherwise.

A failed 16 is recorded as 16. A test may be taken once more, and honours raise no average: both
are rules of the Politecnico's school of masters, whose scale the thirtieths are. Hundredths passed
from 60 are those of the final tests of the ITS academies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from courses.reasons import Reason, Refused

ATTEMPTS = 2

RETAKE_BEGINS, RETAKE_ENDS = time(12, 30), time(13, 15)  # Europe/Rome
THURSDAY = 3

RESULTS_WITHIN_DAYS = 10
REMIND_EVERY_DAYS = 3


class Scale(StrEnum):
    """What a test is marked in."""

    THIRTY = "thirty"
    HUNDRED = "hundred"
    VERDICT = "verdict"


@dataclass(frozen=True, slots=True)
class Range:
    """Marks go from 0 to `highest`; from `passes` on the test is passed; honours go with `highest`."""

    highest: int
    passes: int
    honours: bool = False

    @property
    def marks(self) -> range:
        """Every mark there is."""
        return range(self.highest + 1)


RANGES: Mapping[Scale, Range] = {
    Scale.THIRTY: Range(30, 18, honours=True),
    Scale.HUNDRED: Range(100, 60),
    Scale.VERDICT: Range(1, 1),
}


class Outcome(StrEnum):
    """What became of one attempt."""

    MARK = "mark"
    ABSENT = "absent"
    EXCUSED = "excused"


class Unreadable(StrEnum):
    """Why what was typed into a cell is not a result."""

    NOT_A_RESULT = "not_a_result"
    NOT_OF_A_HUNDRED = "not_of_a_hundred"
    NO_VERDICT = "no_verdict"
    NOT_WHOLE = "not_whole"
    OUT_OF_SCALE = "out_of_scale"
    HONOURS_BELOW_30 = "honours_below_30"


class Impossible(StrEnum):
    """Why a retake cannot be held."""

    NO_DAY_BEFORE_THE_FINAL = "no_day_before_the_final"


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one attempt: a value is there exactly for a mark; of a verdict 1 is a pass."""

    outcome: Outcome
    value: int | None = None
    honours: bool = False
    scale: Scale = Scale.THIRTY

    def __post_init__(self) -> None:
        if (self.value is not None) != (self.outcome is Outcome.MARK):
            raise ValueError("a value belongs to a mark, and only to a mark")
        if self.value is not None and not 0 <= self.value <= self.range.highest:
            raise ValueError(f"{self.value} is outside the scale")
        if self.honours and not (self.range.honours and self.value == self.range.highest):
            raise ValueError("honours come only with 30")

    @property
    def range(self) -> Range:
        """The marks of its scale."""
        return RANGES[self.scale]

    @property
    def passed(self) -> bool:
        """Whether the test is passed with this attempt."""
        return self.value is not None and self.value >= self.range.passes


# A spreadsheet may write a whole number with decimals: "28,00".
_MARK = re.compile(
    r"(?P<value>-?[0-9]+)(?:[.,]0+)?(?: ?/ ?(?P<of>[0-9]+))?"
    r" ?(?P<honours>l|lode|e ?lode|cum laude|with honours)?"
)
_NOT_WHOLE = re.compile(r"-?[0-9]+[.,][0-9]+")
_WORDS = {
    **dict.fromkeys(("ass", "assente", "abs", "absent"), Outcome.ABSENT),
    **dict.fromkeys(("giu", "giustificato", "giustificata", "exc", "excused"), Outcome.EXCUSED),
}
_VERDICTS = {
    **dict.fromkeys(("pass", "passed", "sup", "superato", "superata", "idoneo", "idonea"), 1),
    **dict.fromkeys(
        (
            "fail",
            "failed",
            "not passed",
            "non sup",
            "non superato",
            "non superata",
            "non idoneo",
            "non idonea",
        ),
        0,
    ),
}
_NO_RESULT = {
    Scale.THIRTY: Unreadable.NOT_A_RESULT,
    Scale.HUNDRED: Unreadable.NOT_OF_A_HUNDRED,
    Scale.VERDICT: Unreadable.NO_VERDICT,
}


def read(typed: str, scale: Scale = Scale.THIRTY) -> Result | None:
    """The result a person typed into a cell, None for an empty one; anything else is `Refused`.

    "28", "28,0", "30L", "30 e lode", "82/100", "superato", "ASS" or "absent", "GIU" or "excused", in any
    case. Digits are ASCII digits: what merely looks like a number to Python ("27_5", "٢٧", "1e400") is
    refused.
    """
    text = " ".join(typed.split()).lower()
    if not text:
        return None
    if outcome := _WORDS.get(text):
        return Result(outcome, scale=scale)
    if scale is Scale.VERDICT:
        if text not in _VERDICTS:
            raise _unreadable(_NO_RESULT[scale], typed, scale)
        return Result(Outcome.MARK, _VERDICTS[text], scale=scale)
    return _mark(text, typed, scale)


def _mark(text: str, typed: str, scale: Scale) -> Result:
    """The mark a text stands for on a scale of numbers."""
    marks = RANGES[scale]
    if not (found := _MARK.fullmatch(text)):
        code = Unreadable.NOT_WHOLE if _NOT_WHOLE.fullmatch(text) else _NO_RESULT[scale]
        raise _unreadable(code, typed, scale)
    digits, honours = found["value"], bool(found["honours"])
    if found["of"] not in (None, str(marks.highest)) or (honours and not marks.honours):
        raise _unreadable(_NO_RESULT[scale], typed, scale)
    if len(digits) > 3 or digits.startswith("-") or int(digits) > marks.highest:
        raise _unreadable(Unreadable.OUT_OF_SCALE, typed, scale)
    if honours and int(digits) < marks.highest:
        raise _unreadable(Unreadable.HONOURS_BELOW_30, typed, scale)
    return Result(Outcome.MARK, int(digits), honours, scale)


def _unreadable(code: Unreadable, typed: str, scale: Scale) -> Refused:
    return Refused(Reason(code, {"typed": typed[:40], "highest": RANGES[scale].highest}))


def show(result: Result, words: Mapping[str, object]) -> str:
    """The result in the reader's language: "28", "30 e lode", "82/100", "superato", "assente".

    `words` says "honours", "of_hundred", "passed", "failed", "absent" and "excused" in that language.
    """
    if result.value is None:
        return str(words[result.outcome])
    match result.scale:
        case Scale.VERDICT:
            return str(words["passed" if result.passed else "failed"])
        case Scale.HUNDRED:
            return f"{result.value}{words['of_hundred']}"
    return f"{result.value} {words['honours']}" if result.honours else str(result.value)


def standing(first: Result | None, retake: Result | None) -> Result | None:
    """The attempt that counts: the retake once it has a mark, otherwise the first.

    A pass is not retaken away: a first attempt corrected to one counts, whatever the retake gave.
    """
    counts = may_retake(first) and retake is not None and retake.value is not None
    return retake if counts else first


def may_retake(first: Result | None) -> bool:
    """Whether a second attempt is open: to whoever has a result and has not passed."""
    return first is not None and not first.passed


def averages(results: Iterable[tuple[Result, int]]) -> dict[Scale, Decimal]:
    """The mean of the passed tests of each scale of numbers, weighted by the minutes of their modules.

    No scale is converted into another. Honours count as 30. Cut to two decimals, never rounded up.
    """
    passed = [(result, minutes) for result, minutes in results if result.passed and minutes]
    return {
        scale: _mean([(result.value or 0, minutes) for result, minutes in passed if result.scale is scale])
        for scale in (Scale.THIRTY, Scale.HUNDRED)
        if any(result.scale is scale for result, _ in passed)
    }


def _mean(weighted: Sequence[tuple[int, int]]) -> Decimal:
    weight = sum(minutes for _, minutes in weighted)
    mean = Decimal(sum(value * minutes for value, minutes in weighted)) / weight
    return mean.quantize(Decimal("0.01"), rounding=ROUND_DOWN)


@dataclass(frozen=True, slots=True)
class Band:
    """How many of a class have a mark from `lowest` to `highest`; `share` of the fullest band, in percent."""

    lowest: int
    highest: int
    number: int
    share: int

    def holds(self, result: Result | None) -> bool:
        """Whether this result is one of them."""
        return result is not None and result.value is not None and self.lowest <= result.value <= self.highest


BANDS: Mapping[Scale, Sequence[tuple[int, int]]] = {
    Scale.THIRTY: ((0, 17), (18, 20), (21, 23), (24, 26), (27, 29), (30, 30)),
    Scale.HUNDRED: ((0, 59), (60, 69), (70, 79), (80, 89), (90, 100)),
    Scale.VERDICT: ((0, 0), (1, 1)),
}
FEWEST = 5  # marks: a distribution of fewer would give away somebody's


def distribution(scale: Scale, values: Sequence[int]) -> tuple[Band, ...]:
    """How the marks of a class are spread over the bands of the scale; nothing of fewer than 5 marks."""
    if len(values) < FEWEST:
        return ()
    counts = [sum(low <= value <= high for value in values) for low, high in BANDS[scale]]
    return tuple(
        Band(low, high, count, 100 * count // max(counts))
        for (low, high), count in zip(BANDS[scale], counts, strict=True)
    )


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
