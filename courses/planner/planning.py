"""Plan and repair: from a problem to an answer that says what it rests on.

Every plan that leaves here has been judged by the independent checker.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from courses.reasons import Reason

from .bounds import least_points
from .changes import difference
from .checker import check
from .choices import Choices, Spots
from .costs import score
from .engine import Status, available
from .greedy import greedy
from .mending import mend
from .problem import Placed, Plan, Problem
from .rules import Score
from .search import Effort, Progress, by_months, first_plan, improve
from .shortages import shortages

MENDING = 30.0  # deterministic time
NO_POINTS = Score()


class Engine(StrEnum):
    """What sought the plan."""

    CP_SAT = "cp_sat"
    GREEDY = "greedy"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, by what, and how good it is.

    `status`: `best` and `found` come with a plan, `none` says that there is none, `undecided` that none
    was found. No plan costs less than `bound`. `first` is what the first plan cost. `short` is what was
    counted as too little. A greedy search that gives up is undecided, and `plan` is as far as it came.
    """

    engine: Engine
    status: Status
    plan: Plan = ()
    score: Score = NO_POINTS
    bound: int = 0
    first: int = 0
    short: tuple[Reason, ...] = ()
    violations: tuple[Reason, ...] = ()

    @property
    def found(self) -> bool:
        """Whether there is a plan to take."""
        return self.status in (Status.BEST, Status.FOUND)


@dataclass(frozen=True, slots=True)
class Repair:
    """A mended plan with what it changes; `fewest` when it is shown that no fewer changes would do."""

    engine: Engine
    status: Status
    plan: Plan
    changes: tuple[Reason, ...]
    fewest: bool
    score: Score


def plan(
    problem: Problem, *, seed: int = 0, effort: Effort | None = None, progress: Progress | None = None
) -> Answer:
    """A plan for a problem, the same for the same problem, seed, effort and version of OR-Tools.

    `progress` is told of every round. Without OR-Tools the search is greedy and the answer says so.
    """
    effort = effort or Effort()
    choices = Choices(problem)
    engine = Engine.CP_SAT if available() else Engine.GREEDY
    short = shortages(choices)
    if short:
        return Answer(engine, Status.NONE, short=short)
    if engine is Engine.GREEDY:
        spots = greedy(choices, seed=seed, tries=effort.tries)
        status = Status.FOUND if len(spots) == len(problem.units) else Status.UNDECIDED
        bound, _ = least_points(choices, limit=0, seed=seed)
        return _answer(choices, engine, status, spots, spots, bound)
    status, first = first_plan(choices, seed=seed, effort=effort)
    if status in (Status.NONE, Status.UNDECIDED):
        return Answer(engine, status)
    bound, months = least_points(choices, limit=effort.bound, seed=seed)
    begin = by_months(choices, first, months, seed=seed, effort=effort)
    better = improve(choices, begin, seed=seed, effort=effort, goal=bound, progress=progress)
    spots = min(better, first, key=lambda it: score(choices, it).total)
    return _answer(choices, engine, status, first, spots, bound)


def _answer(
    choices: Choices, engine: Engine, status: Status, first: Spots, spots: Spots, bound: int
) -> Answer:
    found = choices.plan(spots)
    verdict = check(choices.problem, found)
    if verdict.sound and verdict.score.total <= bound:
        status = Status.BEST
    return Answer(
        engine,
        status,
        found,
        verdict.score,
        bound,
        score(choices, first).total,
        violations=verdict.violations,
    )


def repair(problem: Problem, before: Iterable[Placed], *, substitutes: bool = True, seed: int = 0) -> Repair:
    """The plan nearest to `before` that keeps the rules of `problem`, which somebody or some room left.

    A session moved weighs most, another instructor less, another room least. Without `substitutes`
    nobody takes over and the sessions move. Without OR-Tools nothing is mended: the status is undecided.
    """
    before = tuple(before)
    if not available():
        return Repair(Engine.GREEDY, Status.UNDECIDED, (), (), False, NO_POINTS)
    choices = Choices(problem)
    solved, spots = mend(choices, choices.spots(before), substitutes=substitutes, limit=MENDING, seed=seed)
    if not solved.has_values:
        return Repair(Engine.CP_SAT, solved.status, (), (), False, NO_POINTS)
    after = choices.plan(spots)
    changes = difference(problem, before, after)
    fewest = solved.status is Status.BEST
    return Repair(Engine.CP_SAT, solved.status, after, changes, fewest, check(problem, after).score)
