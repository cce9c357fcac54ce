"""Who may be admitted, in which order, until when a seat is offered, and why.

Points are averages over the committee. They are added and compared exactly, as fractions, and rounded
to two decimals, halves up, only where they are shown and recorded: nobody overtakes by a rounding.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from courses.reasons import Reason, Refused
from courses.workdays import ROME, Workdays, instant

NOON = time(12)
HOUR = timedelta(hours=1)
AT_LEAST = 24 * HOUR


class Outcome(StrEnum):
    """What a ranking says of an application."""

    ADMITTED = "admitted"
    ON_RESERVE = "on_reserve"
    NOT_SUITABLE = "not_suitable"
    EXCLUDED = "excluded"


class Why(StrEnum):
    """What settled a place, beside the total.

    The first three break a tie with the place `above`: fewer points in the interview, older, and as
    the last resort received later.
    """

    INTERVIEW = "interview"
    OLDER = "older"
    LATER = "later"
    SEATED = "seated"  # accepted a seat already, which a later version does not take away
    BELOW = "below"  # fewer points than the `suitable_from` of the call
    UNJUDGED = "unjudged"  # not excluded, and without points


@dataclass(frozen=True, slots=True)
class Candidate:
    """An application as the committee judged it; `receipt` is its number in order of arrival.

    Points are averages, None where nobody gave any. `ground` says why it is excluded, if it is;
    `seated` that the person has already accepted a seat.
    """

    key: int
    receipt: int
    born_on: date
    documents: Fraction | None
    interview: Fraction | None
    ground: str = ""
    seated: bool = False

    @property
    def total(self) -> Fraction:
        """Documents and interview together, exactly; `Refused` where one is missing."""
        if self.documents is None or self.interview is None:
            raise Refused(Reason(Why.UNJUDGED, {"receipt": self.receipt}))
        return self.documents + self.interview

    @property
    def order(self) -> tuple[Fraction, Fraction, int, int]:
        """Smallest first: the higher total, then the better interview, the younger, the first to arrive."""
        return -self.total, -(self.interview or Fraction(0)), -self.born_on.toordinal(), self.receipt


@dataclass(frozen=True, slots=True)
class Placed:
    """One application in a ranking. Only the suitable have a `place`, from 1."""

    key: int
    receipt: int
    place: int | None
    documents: Decimal | None
    interview: Decimal | None
    total: Decimal | None
    outcome: Outcome
    ground: str = ""
    reasons: tuple[Reason, ...] = ()

    @property
    def points(self) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        """Documents, interview, total."""
        return self.documents, self.interview, self.total


def rank(candidates: Iterable[Candidate], *, seats: int, suitable_from: int) -> tuple[Placed, ...]:
    """The suitable by place, then those not suitable by points, then the excluded by arrival.

    Of the excluded the ground alone is said, whatever they were judged before. The first of the suitable
    are admitted, as many as there are `seats`; whoever is seated already
    takes one of them wherever placed. `Refused` with an application neither excluded nor judged.
    """
    everyone = list(candidates)
    judged = sorted((c for c in everyone if not c.ground), key=lambda c: c.order)
    suitable = [c for c in judged if c.seated or c.total >= suitable_from]
    unsuitable = [c for c in judged if not c.seated and c.total < suitable_from]
    free = seats - sum(c.seated for c in suitable)
    placed = []
    for place, candidate in enumerate(suitable, start=1):
        reasons = _tie(suitable[place - 2], candidate, place - 1) if place > 1 else ()
        if candidate.seated:
            outcome, reasons = Outcome.ADMITTED, (*reasons, Reason(Why.SEATED))
        elif free > 0:
            outcome, free = Outcome.ADMITTED, free - 1
        else:
            outcome = Outcome.ON_RESERVE
        placed.append(_placed(candidate, outcome, place, reasons))
    below = (Reason(Why.BELOW, {"suitable_from": suitable_from}),)
    placed += [_placed(c, Outcome.NOT_SUITABLE, None, below) for c in unsuitable]
    excluded = sorted((c for c in everyone if c.ground), key=lambda c: c.receipt)
    return (*placed, *(_placed(c, Outcome.EXCLUDED, None, ()) for c in excluded))


def _tie(above: Candidate, below: Candidate, place: int) -> tuple[Reason, ...]:
    """Why `below` comes after `above`, which has `place`, though their totals are the same."""
    if above.total != below.total:
        return ()
    if above.interview != below.interview:
        code = Why.INTERVIEW
    elif above.born_on != below.born_on:
        code = Why.OLDER
    else:
        code = Why.LATER
    return (Reason(code, {"above": place}),)


def _placed(candidate: Candidate, outcome: Outcome, place: int | None, reasons: tuple[Reason, ...]) -> Placed:
    documents, interview = (None, None) if candidate.ground else (candidate.documents, candidate.interview)
    total = None if documents is None or interview is None else documents + interview
    return Placed(
        key=candidate.key,
        receipt=candidate.receipt,
        place=place,
        documents=to_hundredths(documents),
        interview=to_hundredths(interview),
        total=to_hundredths(total),
        outcome=outcome,
        ground=candidate.ground,
        reasons=reasons,
    )


def to_hundredths(points: Fraction | None) -> Decimal | None:
    """Points as they are shown: two decimals, halves up."""
    if points is None:
        return None
    return Decimal(math.floor(points * 100 + Fraction(1, 2))).scaleb(-2)


def average(sums: Sequence[int]) -> Fraction | None:
    """Of the sums of the signed sheets; None without any."""
    return Fraction(sum(sums), len(sums)) if sums else None


# A version of a ranking freezes its inputs as JSON:
#   seats, suitable_from: numbers · criteria: phase, titles, maximum · committee: member, name, organisation
#   candidates: application, receipt, born_on, ground, seated, and
#       sheets: phase, member, conflict, signed_at, points in the order of the criteria of the phase


def candidates_of(inputs: Mapping[str, Any]) -> list[Candidate]:
    """The candidates of a version, from the inputs it froze. A phase without criteria earns 0 points."""
    judged = {criterion["phase"] for criterion in inputs["criteria"]}

    def points(candidate: Mapping[str, Any], phase: str) -> Fraction | None:
        sums = [sum(sheet["points"]) for sheet in candidate["sheets"] if sheet["phase"] == phase]
        return average(sums) if phase in judged else Fraction(0)

    return [
        Candidate(
            key=candidate["application"],
            receipt=candidate["receipt"],
            born_on=date.fromisoformat(candidate["born_on"]),
            documents=points(candidate, "documents"),
            interview=points(candidate, "interview"),
            ground=candidate["ground"],
            seated=candidate["seated"],
        )
        for candidate in inputs["candidates"]
    ]


def rank_again(inputs: Mapping[str, Any]) -> tuple[Placed, ...]:
    """The ranking that follows from frozen inputs: of a published version, the very same lines."""
    return rank(candidates_of(inputs), seats=inputs["seats"], suitable_from=inputs["suitable_from"])


def digest_of(inputs: Mapping[str, Any], ranking: Iterable[Placed]) -> str:
    """SHA-256 of inputs and lines as canonical JSON: who has it can prove what was published."""
    lines = [[line.key, line.place, *map(str, line.points), line.outcome, line.ground] for line in ranking]
    canonical = json.dumps(
        {"inputs": inputs, "lines": lines}, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def deadline_of_later_offer(at: datetime, *, days: int, province: str, ends: date) -> datetime:
    """Until when a seat freed at `at` may be accepted: 12:00 in Italy of a working day `days` away.

    It never reaches past 12:00 of `ends`, the last day on which seats are offered again, but leaves
    24 hours in any case, up to a full hour. Public holidays count, closures of the Academy do not:
    people can answer while the office is closed.
    """
    day = Workdays(province).next_working(at.astimezone(ROME).date() + timedelta(days=days))
    return max(min(instant(day, NOON), instant(ends, NOON)), full_hour(at + AT_LEAST))


def full_hour(at: datetime) -> datetime:
    """The first full hour not before `at`: a deadline has an hour one can say."""
    begun = at.replace(minute=0, second=0, microsecond=0)
    return begun if begun == at else begun + HOUR
