"""How a panel's readings become one judgement: divergence, the level of the team, its word; with reasons."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from fractions import Fraction
from hashlib import sha256
from statistics import median

from courses.reasons import Reason

LOWEST, HIGHEST = 1, 5
READINGS = 2  # one academic, one of a company
MOST_STEPS = 2  # by which somebody's own judgement may differ from the team's

Reading = Mapping[int, int]  # criterion → level


class Word(Enum):
    """A judgement in a word, the best first."""

    OTTIMO = "ottimo"
    DISTINTO = "distinto"
    BUONO = "buono"
    DISCRETO = "discreto"
    SUFFICIENTE = "sufficiente"
    INSUFFICIENTE = "insufficiente"


class Code(StrEnum):
    """What a reason says."""

    RUBRIC = "rubric"  # is missing, as all down to the words
    ACADEMIC = "academic"
    COMPANY = "company"
    THIRD = "third"
    WORDS = "words"
    DIVERGENT = "divergent"
    MEAN = "mean"
    MIDDLE = "middle"


# From this level of the team on; below the last, insufficient.
FROM = (
    (Fraction(9, 2), Word.OTTIMO),
    (Fraction(4), Word.DISTINTO),
    (Fraction(7, 2), Word.BUONO),
    (Fraction(3), Word.DISCRETO),
    (Fraction(2), Word.SUFFICIENTE),
)
WORDS = tuple(Word)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion of a rubric: titles and levels in both languages, Italian first."""

    key: int
    position: int
    weight: int
    titles: tuple[str, str]
    levels: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the readings say together: level by criterion, the team's level and its word.

    `reasons` says by criterion how its level came about: `mean` of two readings, `middle` of three.
    """

    levels: Mapping[int, Fraction]
    overall: Fraction
    word: Word
    reasons: tuple[Reason, ...]


def digest_of(head: Sequence[str | int], criteria: Sequence[Criterion]) -> str:
    """The hash of a rubric: of its words, weights and order, not of where they are stored."""
    rows = [
        [criterion.position, criterion.weight, *criterion.titles, sorted(map(list, criterion.levels))]
        for criterion in sorted(criteria, key=lambda criterion: criterion.position)
    ]
    text = json.dumps([list(head), rows], ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def divergences(first: Reading, second: Reading, limit: int) -> tuple[Reason, ...]:
    """The criteria on which two readings differ by more than `limit` levels."""
    return tuple(
        Reason(Code.DIVERGENT, {"criterion": key, "first": level, "second": second[key]})
        for key, level in first.items()
        if abs(level - second[key]) > limit
    )


def missing(readings: Mapping[str, Reading], limit: int) -> list[Reason]:
    """What a panel still owes, by side: the two readings, and a third where these diverge."""
    found = [Reason(code) for code in (Code.ACADEMIC, Code.COMPANY) if code not in readings]
    if not found and Code.THIRD not in readings:
        apart = divergences(readings[Code.ACADEMIC], readings[Code.COMPANY], limit)
        found += [Reason(Code.THIRD, {"number": len(apart)})] if apart else []
    return found


def verdict(readings: Collection[Reading], weights: Mapping[int, int]) -> Verdict:
    """Of two readings the mean of each criterion counts, of three the middle one; then the weighted mean."""
    if len(readings) < READINGS:
        raise ValueError("a panel has two readings at least")
    how = Code.MEAN if len(readings) == READINGS else Code.MIDDLE
    given = {key: tuple(reading[key] for reading in readings) for key in weights}
    levels = {key: median(map(Fraction, of)) for key, of in given.items()}
    total = sum((levels[key] * weight for key, weight in weights.items()), Fraction())
    overall = total / sum(weights.values())
    reasons = tuple(
        Reason(how, {"criterion": key, "level": levels[key], "of": of}) for key, of in given.items()
    )
    return Verdict(levels, overall, word_for(overall), reasons)


def word_for(overall: Fraction) -> Word:
    """The word for a team's level."""
    return next((word for least, word in FROM if overall >= least), Word.INSUFFICIENTE)


def shifted(word: Word, step: int) -> Word | None:
    """`step` words better (above 0) or worse; None where there is no such word."""
    place = WORDS.index(word) - step
    return WORDS[place] if abs(step) <= MOST_STEPS and 0 <= place < len(WORDS) else None
