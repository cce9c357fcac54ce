"""What many said without what anybody said, how competences grew, and when a questionnaire is open."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256

LOWEST, HIGHEST = 1, 5
LEAST = 5  # people behind anything that is shown of many
OPEN_FOR = timedelta(days=7)  # after the end of the module, or of the session it is about
TENTH = Decimal("0.1")


class Hidden(StrEnum):
    """Why nothing is shown."""

    FEW = "few"  # fewer than `LEAST` answered
    ALIKE = "alike"  # everybody said the same: the value would be each one's own


@dataclass(frozen=True, slots=True)
class Picture:
    """What at least `LEAST` people answered to a question: the mean to a tenth, how many gave each level."""

    number: int
    mean: Decimal
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A competence at the start and at the end, as far as the person has said."""

    question: int
    before: int | None
    after: int | None

    @property
    def gained(self) -> int | None:
        """Levels more (or, below 0, fewer) at the end; None before both are known."""
        return None if self.before is None or self.after is None else self.after - self.before


def picture(levels: Sequence[int]) -> Picture | Hidden:
    """What `levels` of one question say of many people; one picture for each question, drawn once all
    answers are in, so that no two differ by one person.

    The least number is that of domain practice for satisfaction questionnaires; that nothing is shown of
    answers all alike is l-diversity with l = 2 (Machanavajjhala et al., 2007).
    """
    if len(levels) < LEAST:
        return Hidden.FEW
    counts = tuple(levels.count(level) for level in range(LOWEST, HIGHEST + 1))
    if len(levels) in counts:
        return Hidden.ALIKE
    mean = Fraction(sum(levels), len(levels))
    exact = Decimal(mean.numerator) / Decimal(mean.denominator)
    return Picture(len(levels), exact.quantize(TENTH, ROUND_HALF_UP), counts)


def growth(questions: Iterable[int], before: Mapping[int, int], after: Mapping[int, int]) -> tuple[Step, ...]:
    """The competences, in the order of `questions`, from the level `before` to that `after`."""
    return tuple(Step(key, before.get(key), after.get(key)) for key in questions)


def closes_at(ends_at: datetime) -> datetime:
    """Until when a questionnaire about what ended then may be answered."""
    return ends_at + OPEN_FOR


def digest_of(head: Sequence[str | int], questions: Iterable[tuple[int, str, str]]) -> str:
    """The hash of a questionnaire: of its words and their order, not of where they are stored."""
    text = json.dumps([list(head), sorted(questions)], ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
