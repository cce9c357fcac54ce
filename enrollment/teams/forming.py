"""Form teams: from a problem to an answer that says what it rests on.

All teams that leave here have been judged by the independent checker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

from courses.planner.engine import Status, available
from courses.reasons import Reason

from .checker import check
from .ideal import below_least, least_points
from .model import Model
from .problem import Problem, Teams
from .rules import Level, Points
from .search import Effort, Found, Progress, balance, exchange, greedy, judged
from .shortages import shortages
from .units import Units

LEVEL_ONE = (Level.ALONE, Level.EVENINGS, Level.EVENNESS)
NO_POINTS = Points()
TEAMS_AT_ONCE = (4, 5, 6)
SLICE = 0.5  # deterministic time
WHOLE = 40  # so many people are balanced in one model, which can show that it is the best


class Engine(StrEnum):
    """What sought the teams."""

    CP_SAT = "cp_sat"
    EXCHANGE = "exchange"


def best_engine() -> Engine:
    """The solver, where it is installed."""
    return Engine.CP_SAT if available() else Engine.EXCHANGE


class Note(StrEnum):
    """What the answer wants to be said beside the teams."""

    EMPLOYER_RELAXED = "employer_relaxed"


@dataclass(frozen=True, slots=True)
class Reached:
    """A level with its points, and the least they could be, given what the levels above have reached.

    `proved` when no teams as good in the levels above are better in this one.
    """

    level: Level
    points: int
    bound: int
    proved: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, by what, and how good it is.

    `status`: `best` when every level is proved, `found` when teams keep all rules, `none` when there are
    none, `undecided` when none were found: then `teams` are as far as the search came. `first` is what the
    greedy search had. `notes` are rules that had to give way; `short` is what counting showed.
    """

    engine: Engine
    status: Status
    teams: Teams = ()
    points: Points = NO_POINTS
    levels: tuple[Reached, ...] = ()
    first: Points = NO_POINTS
    notes: tuple[Reason, ...] = ()
    short: tuple[Reason, ...] = ()
    violations: tuple[Reason, ...] = ()

    @property
    def found(self) -> bool:
        """Whether there are teams to take."""
        return self.status in (Status.BEST, Status.FOUND)


def form(
    problem: Problem,
    *,
    seed: int = 0,
    effort: Effort | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Teams for a problem, the same for the same problem, seed, effort and version of OR-Tools.

    `engine` EXCHANGE does without OR-Tools though it is there.
    """
    effort = effort or Effort()
    engine = engine or best_engine()
    short = shortages(problem)
    if short:
        return Answer(engine, Status.NONE, short=short)
    least = least_points(problem)
    # The solver needs one good beginning, and no more.
    runs = effort if engine is Engine.EXCHANGE else replace(effort, runs=1)
    first = greedy(problem, seed=seed)
    best = exchange(problem, seed=seed, effort=runs, progress=progress, goal=least)
    proved: dict[Level, int] = {}
    if engine is Engine.CP_SAT:
        status, best, proved = _level_one(problem, best, least, effort=effort, seed=seed)
        if status in (Status.NONE, Status.UNDECIDED) and (best is None or best.broken):
            return _answer(problem, engine, first, best, least, proved, status)
        if best and not best.broken:
            best = _scores(problem, best, effort=effort, seed=seed)
            best, more = _rest(problem, best, least, proved, effort=effort, seed=seed)
            proved |= more
    return _answer(problem, engine, first, best, least, proved, Status.UNDECIDED)


def _level_one(
    problem: Problem, best: Found | None, least: Points, *, effort: Effort, seed: int
) -> tuple[Status, Found | None, dict[Level, int]]:
    """Level one at its least if that can be; else as near as is found, with a bound."""
    if best and not best.broken and best.points.first(3) <= least.first(3):
        return Status.BEST, best, {}
    units = Units(problem)
    hint = best.teams if best else None
    model = Model(units)
    model.as_even_as_can_be()
    solved, teams = model.solve(limit=effort.proof, seed=seed, hint=hint)
    if solved.has_values:
        return Status.BEST, judged(problem, teams), {}
    proved: dict[Level, int] = {}
    status = Status.BEST
    for number, level in enumerate(LEVEL_ONE):
        model = Model(units)
        for above in LEVEL_ONE[:number]:
            if best:
                model.at_most(above, best.points.by_level[above])
        model.minimize(level)
        sound = best is not None and not best.broken
        solved, teams = model.solve(
            limit=effort.proof, seed=seed, hint=best.teams if best else None, linear=1 if sound else 0
        )
        if not solved.has_values:
            return (solved.status if not sound else status), best, proved
        found = judged(problem, teams)
        if best is None or found.rank < best.rank:
            best = found
        proved[level] = solved.bound
        if solved.status is not Status.BEST:
            return Status.FOUND, best, proved
    return status, best, proved


def _scores(problem: Problem, best: Found, *, effort: Effort, seed: int) -> Found:
    """Scores more alike, nothing above them worse: annealed, then a few teams at a time solved exactly."""
    units = Units(problem)
    if not any(units.scoring.off_average.values()):
        return best
    luck = Random(f"{seed}/scores")
    best = balance(units, best, effort.rounds, luck)
    for _ in range(effort.slices):
        if best.points.scores <= 1 or len(best.teams) <= min(TEAMS_AT_ONCE):
            break
        model = Model(units, best.teams, _some(problem, units, best, luck))
        _keep(model, best, LEVEL_ONE)
        model.minimize(Level.SCORES)
        solved, teams = model.solve(limit=SLICE, seed=luck.randrange(1 << 30), hint=best.teams)
        if solved.has_values:
            best = min(best, judged(problem, teams), key=lambda it: it.rank)
    return best


def _some(problem: Problem, units: Units, best: Found, luck: Random) -> set[str]:
    """The teams with the highest and the lowest mean, and some others."""
    off = units.scoring.off_average
    order = sorted(best.teams, key=lambda it: sum(off[key] for key in it.members) / len(it.members))
    ends = {order[0].key, order[-1].key}
    number = min(luck.choice(TEAMS_AT_ONCE), len(order))
    others = [team.key for team in best.teams if team.key not in ends]
    return ends | set(luck.sample(others, number - len(ends)))


def _keep(model: Model, best: Found, levels: tuple[Level, ...]) -> None:
    """What has been reached is kept; fair counts are the tightest form of it."""
    if best.points.first(3) == least_points(model.problem).first(3):
        model.as_even_as_can_be()
        levels = tuple(level for level in levels if level not in LEVEL_ONE)
    for level in levels:
        model.at_most(level, best.points.by_level[level])


def _rest(
    problem: Problem, best: Found, least: Points, proved: dict[Level, int], *, effort: Effort, seed: int
) -> tuple[Found, dict[Level, int]]:
    """The levels below the first, each in one model of all teams where there is hope to show the best."""
    units, bounds = Units(problem), {}
    asked = {
        Level.SCORES: any(units.scoring.off_average.values()) and len(problem.people) <= WHOLE,
        Level.CHANGES: bool(problem.team_today),
        Level.PREFERENCES: any(it.preferences for it in problem.people),
    }
    order = list(Level)
    for level, sought in asked.items():
        if not sought or best.points.by_level[level] <= least.by_level[level]:
            continue
        model = Model(units, best.teams)
        _keep(model, best, tuple(order[: order.index(level)]))
        model.minimize(level)
        solved, teams = model.solve(limit=effort.scores, seed=seed, hint=best.teams, linear=1)
        if solved.has_values:
            best = min(best, judged(problem, teams), key=lambda it: it.rank)
            # Sizes are those of the teams found: shown for the others only where all are as large.
            if problem.sizes[0] == problem.sizes[1]:
                bounds[level] = solved.bound
    return best, bounds


def _answer(
    problem: Problem,
    engine: Engine,
    first: Found | None,
    best: Found | None,
    least: Points,
    proved: dict[Level, int],
    otherwise: Status,
) -> Answer:
    notes = tuple(_notes(problem))
    if best is None or best.broken:
        teams = best.teams if best else ()
        violations = check(problem, teams).violations if teams else ()
        return Answer(engine, otherwise, teams, notes=notes, violations=violations)
    levels = tuple(_reached(problem, best.points, least, proved))
    status = Status.BEST if all(it.proved for it in levels) else Status.FOUND
    return Answer(
        engine, status, best.teams, best.points, levels, first.points if first else NO_POINTS, notes
    )


def _reached(problem: Problem, points: Points, least: Points, proved: dict[Level, int]) -> Iterator[Reached]:
    """Level by level: below one that is not proved, only what arithmetic shows is."""
    above = True
    for level, number in points.by_level.items():
        least_of_all = least.by_level[level]
        if level is Level.EVENNESS and points.alone > least.alone:
            least_of_all -= below_least(problem)
        bound = max(least_of_all, proved.get(level, least_of_all)) if above else least_of_all
        above = above and number <= bound
        yield Reached(level, number, bound, number <= bound)


def _notes(problem: Problem) -> Iterator[Reason]:
    """Employers of whom one team has more than one person, as few as can be."""
    for employer, most in sorted(problem.most_of_employer.items()):
        if most > 1:
            number = sum(it.employer == employer for it in problem.people)
            facts = {"employer": employer, "number": number, "teams": len(problem.teams), "most": most}
            yield Reason(Note.EMPLOYER_RELAXED, facts)
