"""Do the hours add up: per module and block, 300 in all, 48% academic and 52% company.

Everything is whole minutes. What a person is owed or has done is never rounded up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import accumulate, pairwise

from courses.reasons import Reason


class Discrepancy(StrEnum):
    """Why a timetable does not deliver what its programme promises."""

    UNKNOWN_MODULE = "unknown_module"
    SHARES_DIFFER = "shares_differ"
    MODULE_SHORT = "module_short"
    MODULE_OVER = "module_over"
    ACADEMIC_DIFFERS = "academic_differs"
    COMPANY_DIFFERS = "company_differs"


@dataclass(frozen=True, slots=True)
class Due:
    """What the programme promises for one module, in minutes.

    `counts` is false for the welcome and the final assessment, which stand beside the 300 hours
    and are nobody's teaching.
    """

    module: str
    block: str
    minutes: int
    academic: int
    company: int
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Taught:
    """One session that is not cancelled: its minutes and who teaches them.

    `academic` and `company` are the shares of its teachers by kind; they make up its minutes also
    when two teach together or groups run in parallel. `held` says whether it has taken place.
    """

    key: int
    module: str
    minutes: int
    academic: int
    company: int
    held: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """Minutes due, planned and already delivered, and the kinds of teaching planned."""

    due: int = 0
    planned: int = 0
    delivered: int = 0
    academic: int = 0
    company: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(
            self.due + other.due,
            self.planned + other.planned,
            self.delivered + other.delivered,
            self.academic + other.academic,
            self.company + other.company,
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """The hours of one edition. `total` holds only what counts towards the 300 hours."""

    modules: dict[str, Sum]
    blocks: dict[str, Sum]
    total: Sum
    discrepancies: tuple[Reason, ...]


def minutes_between(start: datetime, end: datetime) -> int:
    """Whole minutes that pass between two instants.

    Both are taken to UTC first: Python subtracts wall-clock times within one zone, which is an
    hour wrong across the change of 27 March 2022.
    """
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("minutes between instants need a time zone on both")
    seconds = (end.astimezone(UTC) - start.astimezone(UTC)).total_seconds()
    return int(seconds // 60)


def split(minutes: int, weights: Sequence[int]) -> list[int]:
    """`minutes` in whole shares in proportion to `weights`, each less than one off, that lose nothing."""
    ends = [minutes * weight // sum(weights) for weight in (0, *accumulate(weights))]
    return [end - begin for begin, end in pairwise(ends)]


def resized(teaching: Sequence[tuple[int, int]], minutes: int) -> list[tuple[int, int]]:
    """The (minutes taught, share) of each instructor, in proportion to the session's new length."""
    shares = [share for _taught, share in teaching]
    return [
        (max(share, taught * minutes // sum(shares)), share)
        for (taught, _share), share in zip(teaching, split(minutes, shares), strict=True)
    ]


def show_minutes(minutes: int) -> str:
    """Minutes as registers show them in both languages: "4 h 30 min", "4 h", "45 min", "0 h"."""
    hours, rest = divmod(abs(minutes), 60)
    parts = [f"{hours} h"] if hours or not rest else []
    if rest:
        parts.append(f"{rest} min")
    return ("−" if minutes < 0 else "") + " ".join(parts)


def tally(promised: Iterable[Due], sessions: Iterable[Taught]) -> Tally:
    """Sum the sessions of an edition against its programme and say what does not agree."""
    due = {line.module: line for line in promised}
    sums = {line.module: Sum(due=line.minutes) for line in due.values()}
    found: list[Reason] = []
    for session in sessions:
        line = due.get(session.module)
        if line is None:
            found.append(_reason(Discrepancy.UNKNOWN_MODULE, session))
            continue
        if line.counts and session.academic + session.company != session.minutes:
            found.append(_reason(Discrepancy.SHARES_DIFFER, session))
        sums[session.module] += Sum(
            planned=session.minutes,
            delivered=session.minutes if session.held else 0,
            academic=session.academic,
            company=session.company,
        )
    blocks: defaultdict[str, Sum] = defaultdict(Sum)
    total = Sum()
    for module, line in due.items():
        found.extend(_compare(line, sums[module]))
        blocks[line.block] += sums[module]
        if line.counts:
            total += sums[module]
    return Tally(sums, dict(blocks), total, tuple(found))


def _reason(code: Discrepancy, session: Taught) -> Reason:
    return Reason(
        code,
        {
            "session": session.key,
            "module": session.module,
            "minutes": session.minutes,
            "shares": session.academic + session.company,
        },
    )


def _compare(line: Due, reached: Sum) -> Iterable[Reason]:
    pairs = (
        (
            Discrepancy.MODULE_SHORT if reached.planned < line.minutes else Discrepancy.MODULE_OVER,
            reached.planned,
            line.minutes,
        ),
        (Discrepancy.ACADEMIC_DIFFERS, reached.academic, line.academic),
        (Discrepancy.COMPANY_DIFFERS, reached.company, line.company),
    )
    for code, planned, due in pairs:
        if planned != due:
            yield Reason(code, {"module": line.module, "planned": planned, "due": due})
