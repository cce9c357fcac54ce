"""Teams after a late change: the nearest ones, and what some more changes would bring."""

from __future__ import annotations

from dataclasses import dataclass, replace

from courses.planner.engine import Status
from courses.reasons import Reason

from .changes import difference
from .forming import Answer, Engine, best_engine, form
from .model import Model
from .problem import Problem
from .rules import Level
from .search import Effort, nearest
from .shortages import shortages
from .units import Units

FEWEST = 20.0  # deterministic time


@dataclass(frozen=True, slots=True)
class Mended:
    """Teams with what they change; `fewest` when it is shown that no fewer people could leave theirs."""

    answer: Answer
    changes: tuple[Reason, ...]
    fewest: bool


def mend(
    problem: Problem,
    *,
    more: int = 0,
    seed: int = 0,
    effort: Effort | None = None,
    engine: Engine | None = None,
) -> Mended:
    """The best teams with the fewest people leaving theirs of today, or so many `more`.

    Without OR-Tools the fewest are those the exchange finds.
    """
    free = replace(problem, most_changes=None)
    if shortages(free):
        return Mended(form(free, engine=engine), (), False)
    fewest, shown = _fewest(free, seed=seed, engine=engine or best_engine())
    answer = form(replace(free, most_changes=fewest + more), seed=seed, effort=effort, engine=engine)
    if more:
        nearer = form(replace(free, most_changes=fewest), seed=seed, effort=effort, engine=engine)
        if nearer.found and (not answer.found or nearer.points < answer.points):
            answer = _under_bounds_of(answer, nearer)
    changes = difference(problem.today, answer.teams) if answer.found else ()
    return Mended(answer, changes, shown and answer.points.changes == fewest)


def _under_bounds_of(wider: Answer, nearer: Answer) -> Answer:
    """Teams found under a tighter limit: what was shown there need not hold where more may change."""
    bounds = {it.level: it.bound for it in wider.levels}
    levels = tuple(
        replace(it, bound=(bound := min(it.bound, bounds.get(it.level, 0))), proved=it.points <= bound)
        for it in nearer.levels
    )
    status = Status.BEST if all(it.proved for it in levels) else Status.FOUND
    return replace(nearer, levels=levels, status=status)


def _fewest(problem: Problem, *, seed: int, engine: Engine) -> tuple[int, bool]:
    """How few people could leave their team, and whether that is shown."""
    near = nearest(problem, seed=seed)
    found = near.points.changes if near and not near.broken else None
    if found == 0 or engine is Engine.EXCHANGE:
        return len(problem.people) if found is None else found, found == 0
    model = Model(Units(problem))
    model.minimize(Level.CHANGES)
    hint = near.teams if near and found is not None else None
    solved, _ = model.solve(limit=FEWEST, seed=seed, hint=hint, linear=1)
    if solved.has_values:
        return solved.objective, solved.status is Status.BEST
    return len(problem.people) if found is None else found, False
