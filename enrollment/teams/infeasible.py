"""Why there are no teams, and what each rule costs: the rules people could talk about, one by one."""

from __future__ import annotations

from dataclasses import dataclass

from courses.planner.engine import Status
from courses.reasons import Reason

from .forming import Engine, best_engine, form
from .model import Model
from .problem import Problem
from .rules import Points
from .search import Effort, exchange
from .shortages import shortages
from .talk import rules
from .units import Units

LIMIT = 5.0  # deterministic time
SHORT = Effort(runs=2, rounds=6000, proof=5.0, scores=1.0, slices=0)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What there is too little of, and the rules of which giving up any one alone would do.

    `shown` when it is certain that there are no teams.
    """

    short: tuple[Reason, ...]
    relax: tuple[Reason, ...]
    shown: bool


@dataclass(frozen=True, slots=True)
class Price:
    """A rule, and the points teams could have without it."""

    rule: Reason
    without: Points


def explain(problem: Problem, *, seed: int = 0, engine: Engine | None = None) -> Explanation:
    """Why there are no teams. Nothing is to be relaxed where there are some."""
    engine = engine or best_engine()
    short = shortages(problem)
    status = Status.NONE if short else _possible(problem, seed, engine)
    if status is Status.FOUND:
        return Explanation((), (), shown=False)
    relax = (
        rule
        for rule, without in rules(problem)
        if not shortages(without) and _possible(without, seed, engine) is Status.FOUND
    )
    return Explanation(short, tuple(relax), status is Status.NONE)


def _possible(problem: Problem, seed: int, engine: Engine) -> Status:
    """Whether any teams keep the rules."""
    found = exchange(problem, seed=seed, effort=Effort(runs=1, rounds=2000))
    if found and not found.broken:
        return Status.FOUND
    if engine is Engine.EXCHANGE:
        return Status.UNDECIDED
    solved, _ = Model(Units(problem)).solve(limit=LIMIT, seed=seed)
    return Status.FOUND if solved.has_values else solved.status


def prices(
    problem: Problem, points: Points, *, seed: int = 0, effort: Effort = SHORT, engine: Engine | None = None
) -> tuple[Price, ...]:
    """The rules without which teams were found that are better than these in level one, the dearest first.

    A short search for each rule: it may overlook one, and what it finds is there to be had.
    """
    found = []
    for rule, without in rules(problem):
        answer = form(without, seed=seed, effort=effort, engine=engine)
        if answer.found and answer.points.first(3) < points.first(3):
            found.append(Price(rule, answer.points))
    return tuple(sorted(found, key=lambda it: it.without))
