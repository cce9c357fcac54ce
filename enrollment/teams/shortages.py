"""What cannot be, by counting alone: said before anything is searched."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from enum import StrEnum

from courses.reasons import Reason

from .problem import Problem


class Shortage(StrEnum):
    """Why there can be no teams."""

    UNKNOWN = "unknown"
    NAMED_TWICE = "named_twice"
    SIZES = "sizes"
    GROUP_TOO_LARGE = "group_too_large"
    TOO_MANY_LARGE_GROUPS = "too_many_large_groups"
    TOGETHER_AND_APART = "together_and_apart"
    TWO_PINS = "two_pins"
    PINNED_AND_FORBIDDEN = "pinned_and_forbidden"
    NO_TEAM_LEFT = "no_team_left"
    ALL_APART = "all_apart"
    CHANGES = "changes"


def shortages(problem: Problem) -> tuple[Reason, ...]:
    """Everything that counting shows; the later counts only where the names and sizes are sound."""
    return (
        tuple(_names(problem))
        or tuple(_sizes(problem))
        or (*_groups(problem), *_apart(problem), *_teams_left(problem), *_changes(problem))
    )


def _names(problem: Problem) -> Iterator[Reason]:
    people, teams = Counter(it.key for it in problem.people), Counter(problem.teams)
    for key, number in (people + teams).items():
        if number > 1 and max(people[key], teams[key]) > 1:
            yield Reason(Shortage.NAMED_TWICE, {"key": key})
    named = [key for group in (*problem.apart, *problem.together) for key in group]
    named += [key for key, _ in (*problem.pins, *problem.forbidden)]
    for key in dict.fromkeys(named):
        if key not in people:
            yield Reason(Shortage.UNKNOWN, {"person": key})
    for team in dict.fromkeys(team for _, team in (*problem.pins, *problem.forbidden)):
        if team not in teams:
            yield Reason(Shortage.UNKNOWN, {"team": team})


def _sizes(problem: Problem) -> Iterator[Reason]:
    low, high = problem.sizes
    if not problem.teams or low < problem.smallest or high > problem.largest:
        yield Reason(
            Shortage.SIZES,
            {
                "people": len(problem.people),
                "teams": len(problem.teams),
                "smallest": problem.smallest,
                "largest": problem.largest,
            },
        )


def _groups(problem: Problem) -> Iterator[Reason]:
    low, high = problem.sizes
    larger = len(problem.people) - low * len(problem.teams) or len(problem.teams)
    full = [group for group in problem.close if len(group) == high > low]
    if len(full) > larger:
        yield Reason(Shortage.TOO_MANY_LARGE_GROUPS, {"groups": tuple(full), "size": high, "most": larger})
    for group in problem.close:
        if len(group) > high:
            yield Reason(Shortage.GROUP_TOO_LARGE, {"people": group, "most": high})
        for pair in problem.apart:
            if set(pair) <= set(group):
                yield Reason(Shortage.TOGETHER_AND_APART, {"people": pair})
        pins = {team: key for key, team in problem.pins if key in group}
        if len(pins) > 1:
            yield Reason(Shortage.TWO_PINS, {"people": tuple(pins.values()), "teams": tuple(pins)})


def _apart(problem: Problem) -> Iterator[Reason]:
    """People of whom each two are to be apart, more than there are teams."""
    apart: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in problem.apart:
        apart[one].add(other)
        apart[other].add(one)
    largest: list[str] = []
    for first in apart:
        clique = [first]
        for it in sorted(apart[first], key=lambda key: (-len(apart[key]), key)):
            if apart[it].issuperset(clique):
                clique.append(it)
        largest = max(largest, clique, key=len)
    if len(largest) > len(problem.teams):
        yield Reason(Shortage.ALL_APART, {"people": tuple(sorted(largest)), "teams": len(problem.teams)})


def _teams_left(problem: Problem) -> Iterator[Reason]:
    pinned, forbidden = dict(problem.pins), set(problem.forbidden)
    for group in problem.close:
        barred = {team for key, team in forbidden if key in group}
        for key in group:
            if pinned.get(key) in barred:
                yield Reason(Shortage.PINNED_AND_FORBIDDEN, {"people": group, "team": pinned[key]})
        if barred.issuperset(problem.teams):
            yield Reason(Shortage.NO_TEAM_LEFT, {"people": group})


def _changes(problem: Problem) -> Iterator[Reason]:
    """People whom pins and forbidden teams send away from their team of today."""
    if problem.most_changes is None:
        return
    today, forbidden = problem.team_today, set(problem.forbidden)
    leave = {key for key, team in problem.pins if today.get(key, team) != team}
    leave |= {key for key, team in today.items() if (key, team) in forbidden}
    if len(leave) > problem.most_changes:
        yield Reason(Shortage.CHANGES, {"people": tuple(sorted(leave)), "most": problem.most_changes})
