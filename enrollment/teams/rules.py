"""The rules of teams: those that bind, and what is as good as can be, level before level.

A lower level never outweighs a higher one; weights compare attributes with each other inside one level.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum


class Hard(StrEnum):
    """A rule that binds; its name says what is wrong where it is broken."""

    NOT_PLACED = "not_placed"
    PLACED_TWICE = "placed_twice"
    UNKNOWN = "unknown"
    SIZE = "size"
    EMPLOYER = "employer"
    APART = "apart"
    TOGETHER = "together"
    PIN = "pin"
    FORBIDDEN = "forbidden"
    TOO_MANY_CHANGES = "too_many_changes"


class Level(StrEnum):
    """What teams are judged by, the most important first."""

    ALONE = "alone"
    EVENINGS = "evenings"
    EVENNESS = "evenness"
    SCORES = "scores"
    CHANGES = "changes"
    PREFERENCES = "preferences"


@dataclass(frozen=True, slots=True, order=True)
class Points:
    """How far teams are from perfect, level by level: compared in this order, fewer are better.

    `alone`: people alone in their team with a value nobody should be alone with. `evenings`: teams without
    an evening all members share. `evenness`: the sum of squares of the counts beyond the least there can
    be, each attribute by its weight. `scores`: hundredths of a point between the highest and the lowest
    mean of a team. `changes`: people not in the team they are in today. `preferences`: places down
    people's lists.
    """

    alone: int = 0
    evenings: int = 0
    evenness: int = 0
    scores: int = 0
    changes: int = 0
    preferences: int = 0

    @property
    def by_level(self) -> dict[Level, int]:
        """The points of each level."""
        return {Level(field.name): getattr(self, field.name) for field in fields(self)}

    def first(self, number: int) -> tuple[int, ...]:
        """The points of the most important levels."""
        return tuple(self.by_level.values())[:number]
