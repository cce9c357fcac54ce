"""The exchange search: greedy, annealed with everything in view, then annealed once more for the scores.

Several runs, the best of them by the levels: on instances of this size four runs of 120,000 rounds were
nearer to the best known than one of 480,000 (docs/teams.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from .checker import check
from .exchange import Cooling, Seating, anneal, usual_change
from .problem import Problem, Teams
from .rules import Points
from .units import Alone, Units, first_seating

# What a change costs beside the heaviest attribute, until no more people leave their team than may.
CHANGES = (0.0, 0.5, 2.0, 8.0, 60.0)


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search: runs of the exchange, the rounds of each, and deterministic time for each level.

    `slices` are the rounds in which a few teams are freed and solved exactly for their scores.
    """

    runs: int = 4
    rounds: int = 30_000
    proof: float = 60.0
    scores: float = 10.0
    slices: int = 24


@dataclass(frozen=True, slots=True)
class Step:
    """How far a search has come: runs done, runs in all, points of the best teams so far."""

    done: int
    of: int
    points: Points | None


@dataclass(frozen=True, slots=True)
class Found:
    """Teams with what the checker says of them."""

    teams: Teams
    broken: int
    points: Points

    @property
    def rank(self) -> tuple[int, Points]:
        """The fewer broken rules, the better; then by the levels."""
        return self.broken, self.points


Progress = Callable[[Step], object]


def judged(problem: Problem, teams: Teams) -> Found:
    """What the checker says."""
    verdict = check(problem, teams)
    return Found(teams, len(verdict.violations), verdict.points)


def exchange(
    problem: Problem,
    *,
    seed: int,
    effort: Effort,
    progress: Progress | None = None,
    goal: Points | None = None,
) -> Found | None:
    """The best teams of all runs; None where the greedy search finds no room for people kept together.

    Stops at `goal`, the least there can be.
    """
    units = Units(problem)
    best: Found | None = None
    for run in range(effort.runs):
        luck = Random(f"{seed}/{run}")
        found = _run(units, effort.rounds, luck)
        if found and (best is None or found.rank < best.rank):
            best = found
        if progress:
            progress(Step(run + 1, effort.runs, best.points if best else None))
        if best and goal and not best.broken and best.points <= goal:
            break
    return best


def nearest(problem: Problem, *, seed: int, rounds: int = 4000) -> Found | None:
    """Teams that keep the rules with as few changes as the exchange finds, whatever else it costs."""
    units = Units(problem)
    table = units.for_changes()
    luck = Random(f"{seed}/nearest")
    seating = first_seating(units, table, luck)
    if seating is None:
        return None
    return judged(problem, units.teams(anneal(table, seating, Cooling(rounds), luck)))


def greedy(problem: Problem, *, seed: int) -> Found | None:
    """What the exchange begins with."""
    units = Units(problem)
    seating = first_seating(units, units.for_level_one(changes=0.0), Random(seed))
    return judged(problem, units.teams(seating)) if seating else None


def _run(units: Units, rounds: int, luck: Random) -> Found | None:
    best: Found | None = None
    for changes in CHANGES:
        table = units.for_level_one(changes=changes)
        seating = _begin(units, luck, changes)
        if seating is None:
            return None
        alone = Alone(units)
        seating = anneal(table, seating, Cooling(rounds), luck, beyond=alone if alone.asked else None)
        found = judged(units.problem, units.teams(seating))
        if best is None or found.rank < best.rank:
            best = found
        if units.problem.most_changes is None or found.points.changes <= units.problem.most_changes:
            return min(best, _balanced(units, best, rounds, luck, changes), key=lambda it: it.rank)
    return best


def _begin(units: Units, luck: Random, changes: float) -> Seating | None:
    return first_seating(units, units.for_level_one(changes=changes), luck)


def _balanced(units: Units, found: Found, rounds: int, luck: Random, changes: float) -> Found:
    """The scores more alike, without loss above them."""
    if not any(units.scoring.off_average.values()):
        return found
    return balance(units, found, rounds, luck, changes)


def balance(units: Units, found: Found, rounds: int, luck: Random, changes: float = 0.0) -> Found:
    """Anneal for the scores, from teams that are good in the rest."""
    table = units.for_scores(changes=changes)
    seating = units.seating(found.teams)
    usual = usual_change(units.only_scores(), seating, luck)
    alone = Alone(units, scale=100.0)
    cooling = Cooling(rounds, hot=0.5, warm=0.05, cold=0.005)
    seating = anneal(table, seating, cooling, luck, usual=usual, beyond=alone if alone.asked else None)
    after = judged(units.problem, units.teams(seating))
    return after if after.rank < found.rank else found
