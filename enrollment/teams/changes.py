"""What changed between two formations, person by person."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from courses.reasons import Reason

from .problem import Team


class Change(StrEnum):
    """What happened to somebody."""

    JOINED = "joined"
    LEFT = "left"
    MOVED = "moved"


def difference(before: Iterable[Team], after: Iterable[Team]) -> tuple[Reason, ...]:
    """Who moved, joined or left, with the teams; in the order of people's keys."""
    was = {key: team.key for team in before for key in team.members}
    now = {key: team.key for team in after for key in team.members}
    changes = []
    for key in sorted(was.keys() | now.keys()):
        if was.get(key) != now.get(key):
            code = Change.JOINED if key not in was else Change.LEFT if key not in now else Change.MOVED
            changes.append(Reason(code, {"person": key, "was": was.get(key), "is": now.get(key)}))
    return tuple(changes)
