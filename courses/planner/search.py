"""Fix and optimise: free a few modules or weeks, solve exactly what they could be, keep what is no worse.

Nothing here looks at a clock: rounds are counted, and each has its deterministic time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .choices import Choices, Spots
from .costs import WEEK, score
from .engine import Status
from .greedy import Month, greedy
from .model import Model
from .objective import add_costs

PER_ROUND = 0.3  # deterministic time
MODULES_AT_ONCE = (4, 4, 5)
WEEKS_AT_ONCE = 6
ROUNDS_OF_WEEKS = 4  # every so many rounds weeks are freed rather than modules


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search: tries of the greedy search, deterministic time for a first plan and for the
    bound, and for each edition rounds of improvement.
    """

    tries: int = 60
    first: float = 20.0
    bound: float = 4.0
    rounds: int = 60


@dataclass(frozen=True, slots=True)
class Step:
    """How far a search has come: rounds done, rounds in all, points of the best plan so far."""

    done: int
    of: int
    score: int


Progress = Callable[[Step], object]


def first_plan(choices: Choices, *, seed: int, effort: Effort) -> tuple[Status, Spots]:
    """Any plan without a fault: the greedy one if it leaves nothing out, else the solver's."""
    spots = greedy(choices, seed=seed, tries=effort.tries, enough=True)
    if len(spots) == len(choices.problem.units):
        return Status.FOUND, spots
    solved, found = Model(choices).solve(limit=effort.first, seed=seed)
    return solved.status, found


def by_months(
    choices: Choices, first: Spots, months: Mapping[str, Month], *, seed: int, effort: Effort
) -> Spots:
    """A plan that goes by `months` as far as it can, or the first one: what is better to begin with.

    Even where it costs more, since weeks mend a module's length and hardly a month's balance.
    """
    spots = greedy(choices, seed=seed, tries=effort.tries, months=months) if months else first
    return spots if len(spots) == len(choices.problem.units) else first


def improve(
    choices: Choices, spots: Spots, *, seed: int, effort: Effort, goal: int, progress: Progress | None
) -> Spots:
    """A plan that costs no more; the editions take turns. Stops at `goal`, the least it could cost."""
    luck = random.Random(seed)
    cost = score(choices, spots).total
    editions = [edition.key for edition in choices.problem.editions]
    rounds = effort.rounds * len(editions)
    for number in range(rounds):
        if cost <= goal:
            break
        turn, edition = divmod(number, len(editions))
        mine = [key for key, it in choices.units.items() if it.edition.key == editions[edition]]
        free = (_weeks if turn % ROUNDS_OF_WEEKS == 0 else _modules)(choices, spots, mine, luck)
        model = Model(choices, free=free, fixed=spots)
        add_costs(model)
        solved, found = model.solve(limit=PER_ROUND, seed=luck.randrange(1 << 30), hint=spots)
        if solved.has_values and (after := score(choices, found).total) <= cost:
            spots, cost = found, after
        if progress:
            progress(Step(number + 1, rounds, cost))
    return spots


def _modules(choices: Choices, spots: Spots, mine: list[str], luck: random.Random) -> list[str]:
    """Some whole modules: they exchange their half-days, also across months."""
    modules = sorted({choices.units[key].module.key for key in mine})
    number = min(luck.choice(MODULES_AT_ONCE), len(modules))
    chosen = set(luck.sample(modules, number))
    return [key for key in mine if choices.units[key].module.key in chosen]


def _weeks(choices: Choices, spots: Spots, mine: list[str], luck: random.Random) -> list[str]:
    """Everything in some weeks."""
    around = luck.choice(sorted(spots[key].start for key in mine))
    return [key for key in mine if abs(spots[key].start - around) * 2 < WEEKS_AT_ONCE * WEEK]
