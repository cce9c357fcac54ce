"""Why a team is balanced, which team is worst, and what other exchanges would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from courses.reasons import Reason

from .checker import check
from .ideal import counts, fair
from .problem import Problem, Team, Teams
from .rules import Level, Points
from .scoring import HUNDREDTHS, Scoring

if TYPE_CHECKING:
    from collections.abc import Iterator


class Why(StrEnum):
    """Why a team is as it is."""

    EVEN = "even"
    TOO_MANY = "too_many"
    TOO_FEW = "too_few"
    ALONE = "alone"
    EMPLOYERS_DIFFER = "employers_differ"
    EMPLOYER_SHARED = "employer_shared"
    EVENINGS_SHARED = "evenings_shared"
    NO_EVENING = "no_evening"
    SCORES = "scores"
    PINNED = "pinned"
    TOGETHER = "together"


class Place(StrEnum):
    """Why somebody is in their team."""

    PINNED = "pinned"
    ONLY_PLACE = "only_place"
    BEST = "best"
    AS_GOOD = "as_good"
    BETTER_ELSEWHERE = "better_elsewhere"


@dataclass(frozen=True, slots=True)
class Portrait:
    """A team: how many of each value it has, by attribute, how far off that is, and the reasons.

    `off` is the people too many or too few, by the weights of the attributes; `scores` is by how many
    hundredths of a point its mean is off that of all.
    """

    team: Team
    counts: Mapping[str, Mapping[str, int]]
    off: int
    scores: int
    reasons: tuple[Reason, ...]

    @property
    def balanced(self) -> bool:
        """Whether every count is as even as can be."""
        return self.off == 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """Two people who could change places: what that would break, or the points it would give."""

    other: str
    team: str
    broken: tuple[Reason, ...]
    points: Points


@dataclass(frozen=True, slots=True)
class Account:
    """Why somebody is in a team: the reason, and every exchange with somebody of another team."""

    reason: Reason
    exchanges: tuple[Exchange, ...]


def portrait(problem: Problem, team: Team) -> Portrait:
    """A team in counts, with the reasons for calling it balanced or not."""
    of = problem.by_key
    table = {
        attribute.key: dict(
            sorted(
                Counter(
                    of[key].attributes[attribute.key]
                    for key in team.members
                    if attribute.key in of[key].attributes
                ).items()
            )
        )
        for attribute in problem.attributes
    }
    evenness = tuple(_evenness(problem, table))
    weights = {it.key: it.weight for it in problem.attributes}
    off = sum(weights[str(it.facts["attribute"])] for it in evenness if it.code is not Why.EVEN)
    average = Scoring(problem).off_average
    scores = round(sum(average[key] for key in team.members) / max(1, len(team.members)))
    reasons = (*evenness, *_rest(problem, team, scores))
    return Portrait(team, table, off, scores, reasons)


def worst(problem: Problem, teams: Teams) -> Portrait:
    """The team furthest from even; among several, the one whose scores are furthest off."""
    return max(
        (portrait(problem, team) for team in teams),
        key=lambda it: (_count(it, Why.ALONE), _count(it, Why.NO_EVENING), it.off, abs(it.scores)),
    )


def _count(portrait: Portrait, code: Why) -> int:
    return sum(reason.code is code for reason in portrait.reasons)


def _evenness(problem: Problem, table: Mapping[str, Mapping[str, int]]) -> Iterator[Reason]:
    """For each value, its number beside the fewest and the most a team has to have."""
    teams = len(problem.teams)
    for attribute in problem.attributes:
        for value, total in sorted(counts(problem, attribute.key).items()):
            number = table[attribute.key].get(value, 0)
            fewest, most = fair(total, teams)
            if value in attribute.not_alone and 1 < total < 2 * teams:
                fewest, most = 0, 2 + total % 2
            code = Why.TOO_MANY if number > most else Why.TOO_FEW if number < fewest else Why.EVEN
            facts = {"attribute": attribute.key, "value": value, "number": number}
            for _ in range(max(1, number - most, fewest - number)):
                yield Reason(code, {**facts, "fewest": fewest, "most": most, "of": total})


def _rest(problem: Problem, team: Team, scores: int) -> Iterator[Reason]:
    yield from _alone(problem, team)
    yield from _employers(problem, team)
    named = [it for key in team.members if (it := problem.by_key[key].evenings) is not None]
    if named:
        evenings = tuple(sorted(set(named[0]).intersection(*named[1:])))
        yield Reason(Why.EVENINGS_SHARED if evenings else Why.NO_EVENING, {"evenings": evenings})
    if any(it.score is not None for it in problem.people):
        yield Reason(Why.SCORES, {"off": scores / HUNDREDTHS})
    for key, pinned in problem.pins:
        if pinned == team.key:
            yield Reason(Why.PINNED, {"person": key})
    for group in problem.together:
        if set(group) <= set(team.members):
            yield Reason(Why.TOGETHER, {"people": group})


def _alone(problem: Problem, team: Team) -> Iterator[Reason]:
    of = problem.by_key
    for attribute, value in problem.asked_not_alone:
        alone = [key for key in team.members if of[key].attributes.get(attribute) == value]
        if len(alone) == 1:
            yield Reason(Why.ALONE, {"person": alone[0], "attribute": attribute, "value": value})


def _employers(problem: Problem, team: Team) -> Iterator[Reason]:
    employers = Counter(it for key in team.members if (it := problem.by_key[key].employer))
    shared = {employer: number for employer, number in sorted(employers.items()) if number > 1}
    for employer, number in shared.items():
        yield Reason(Why.EMPLOYER_SHARED, {"employer": employer, "number": number})
    if employers and not shared:
        yield Reason(Why.EMPLOYERS_DIFFER, {"number": len(employers)})


def account(problem: Problem, teams: Teams, person: str) -> Account:
    """Why somebody is in their team, every exchange judged by the independent checker."""
    here = next(team for team in teams if person in team.members)
    now = check(problem, teams)
    exchanges = tuple(
        _exchange(problem, teams, person, other, here.key, team.key, now.violations)
        for team in teams
        if team is not here
        for other in team.members
    )
    possible = [it.points for it in exchanges if not it.broken]
    facts = {"person": person, "team": here.key, "tried": len(exchanges), "possible": len(possible)}
    if (person, here.key) in problem.pins:
        return Account(Reason(Place.PINNED, facts), exchanges)
    if not possible:
        against = Counter(str(it.broken[0].code) for it in exchanges)
        return Account(Reason(Place.ONLY_PLACE, {**facts, "against": dict(against.most_common())}), exchanges)
    best = min(possible)
    code = Place.AS_GOOD if best == now.points else Place.BEST
    if best < now.points:
        code = Place.BETTER_ELSEWHERE
    differs = next((level for level in Level if best.by_level[level] != now.points.by_level[level]), None)
    return Account(Reason(code, {**facts, "level": differs, "points": now.points, "other": best}), exchanges)


def _exchange(
    problem: Problem,
    teams: Teams,
    one: str,
    other: str,
    here: str,
    there: str,
    already: tuple[Reason, ...],
) -> Exchange:
    swapped = {one: other, other: one}
    after = tuple(
        Team(team.key, tuple(sorted(swapped.get(key, key) for key in team.members))) for team in teams
    )
    verdict = check(problem, after)
    broken = tuple(it for it in verdict.violations if it not in already)
    return Exchange(other, there, broken, verdict.points)
