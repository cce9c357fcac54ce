"""The seal of a register: a hash over its rows, and which of them no longer agree with it.

Rows are JSON objects in a canonical form (keys in order, no blanks, UTF-8: RFC 8785 for the values used
here: text, whole numbers, booleans, lists and objects of them), each followed by a line feed; the seal is the
SHA-256 of all of them. Whoever has the printed rows can work it out with any tool.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
KEY = "key"  # what tells rows apart
NAME = "name"  # of people and things: printed and sealed, but one may change one's name


@dataclass(frozen=True, slots=True)
class Rectified:
    """A row put right afterwards, as it stood and as it stands."""

    key: str
    before: Row
    after: Row


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sealed register still says what it said.

    `broken`: the sealed rows are not those the seal was made of. `altered`: keys of rows that differ from
    what is recorded today, and no rectification says why. `rectified`: keys of those where one does.
    """

    broken: bool
    altered: tuple[str, ...]
    rectified: tuple[str, ...]

    @property
    def stands(self) -> bool:
        """Nothing was changed but by rectification."""
        return not self.broken and not self.altered


def canonical(row: Row) -> bytes:
    """The one way to write a row."""
    return json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def seal(rows: Iterable[Row]) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(b"".join(canonical(row) + b"\n" for row in rows)).hexdigest()


def verify(
    sealed: Sequence[Row], digest: str, recorded: Iterable[Row], rectifications: Iterable[Rectified]
) -> Verdict:
    """Compare the sealed rows with their seal and with what is `recorded` today.

    `rectifications` are those made after the sealing, in order of time: each has to begin where the one
    before ended.
    """
    then = {row[KEY]: _facts(row) for row in sealed}
    now = {row[KEY]: _facts(row) for row in recorded}
    expected, rectified = dict(then), {}
    for one in rectifications:
        if expected.get(one.key) == _facts(one.before):
            expected[one.key] = _facts(one.after)
            rectified[one.key] = True
    altered = tuple(key for key in {**expected, **now} if expected.get(key) != now.get(key))
    return Verdict(seal(sealed) != digest, altered, tuple(key for key in rectified if key not in altered))


def _facts(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != NAME}
