"""The ledger of hours: planned, delivered and credited, by block, by kind of teaching and by instructor.

Everything is whole minutes, and nothing is rounded up. Planned is what the timetable has; delivered is
what a signed register says was held; credited is what participants have of it, all of them together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from courses.hours import split

ACADEMIC, COMPANY = "academic", "company"
KINDS = (ACADEMIC, COMPANY)


@dataclass(frozen=True, slots=True)
class Share:
    """One instructor's part of a session.

    `minutes` are those taught, for pay; `share` is what counts towards 48/52: the shares of a session
    make up its minutes, also when two teach together. `signed` minutes are those answered for, None
    before the signature.
    """

    instructor: int
    kind: str
    minutes: int
    share: int
    signed: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A session of teaching; `delivered` once its register is signed. `credited` to all participants."""

    block: str
    minutes: int
    delivered: bool
    credited: int
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """Minutes."""

    planned: int = 0
    delivered: int = 0
    credited: int = 0

    def __add__(self, other: Account) -> Account:
        return Account(
            self.planned + other.planned,
            self.delivered + other.delivered,
            self.credited + other.credited,
        )


@dataclass(frozen=True, slots=True)
class Pay:
    """One instructor's minutes: on the timetable, and signed for, which are those to pay.

    `unsigned` are of sessions that were delivered, as a colleague signed for them, but not by this one.
    """

    planned: int = 0
    signed: int = 0
    unsigned: int = 0
    sessions: int = 0

    def __add__(self, other: Pay) -> Pay:
        return Pay(
            self.planned + other.planned,
            self.signed + other.signed,
            self.unsigned + other.unsigned,
            self.sessions + other.sessions,
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """The accounts of one edition. Minutes of a kind are shares; those of (block, kind) make up the block
    as far as each of its minutes is somebody's."""

    blocks: Mapping[str, Account]
    kinds: Mapping[tuple[str, str], Account]
    instructors: Mapping[tuple[int, str], Pay]

    @property
    def total(self) -> Account:
        """Of all blocks."""
        return sum(self.blocks.values(), Account())

    def of_kind(self, kind: str) -> Account:
        """Of all blocks, academic or company."""
        return sum((one for (_block, of), one in self.kinds.items() if of == kind), Account())


def ledger(sessions: Iterable[Held]) -> Ledger:
    """Enter every session into the accounts."""
    blocks: defaultdict[str, Account] = defaultdict(Account)
    kinds: defaultdict[tuple[str, str], Account] = defaultdict(Account)
    instructors: defaultdict[tuple[int, str], Pay] = defaultdict(Pay)
    for session in sessions:
        done = session.delivered
        blocks[session.block] += Account(
            session.minutes, session.minutes if done else 0, session.credited if done else 0
        )
        credited = _credited(session) if done else [0] * len(session.shares)
        for one, part in zip(session.shares, credited, strict=True):
            kinds[session.block, one.kind] += Account(one.share, one.share if done else 0, part)
            unsigned = one.minutes if done and one.signed is None else 0
            instructors[one.instructor, one.kind] += Pay(one.minutes, one.signed or 0, unsigned, 1)
    return Ledger(dict(blocks), dict(kinds), dict(instructors))


def _credited(session: Held) -> list[int]:
    """What participants have of the session, in proportion to the shares; nothing is lost."""
    weights = [one.share for one in session.shares]
    return split(session.credited, weights) if sum(weights) else [0] * len(weights)


def drift(part: int, whole: int, promised_part: int, promised_whole: int) -> int:
    """Minutes that `part` has more than its promised share of `whole`, towards zero; below zero, less.

    Of 300 hours promised 144 academic: with 100 hours delivered, 50 of them academic, 2 hours more.
    """
    if not promised_whole:
        return 0
    more = part * promised_whole - whole * promised_part
    return more // promised_whole if more >= 0 else -(-more // promised_whole)


def percent(part: int, whole: int) -> str:
    """With two decimals and a point, cut off: "48.00"; nothing of nothing."""
    if not whole:
        return ""
    return f"{part * 100 // whole}.{part * 10_000 // whole % 100:02}"
