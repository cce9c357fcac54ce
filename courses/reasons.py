"""Why something may not be: the form in which every pure module answers.

A reason is a code and the facts that belong in its sentence. The sentence itself is the caller's,
in the reader's language; see docs/decisions/0003-reasons.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: `code` is a member of the enumeration of the module that judged."""

    code: StrEnum
    facts: Mapping[str, object] = field(default_factory=dict, hash=False)


class Refused(ValueError):
    """Raised where there is no answer to give, only reasons for having none."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__(*reasons)
        self.reasons = reasons
