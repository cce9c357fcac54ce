"""The planner on problems of real size, in this process's CPU seconds."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from courses.planner import Effort, Pin, Plan, Problem, check, explain, plan, repair
from courses.planner.choices import Choices
from courses.planner.costs import score
from courses.planner.engine import load
from courses.planner.model import Model
from courses.planner.problem import local_day

from .editions import four_editions, past_edition, with_away

Say = Callable[[str], object]
SEED = 0
NOTHING = Effort(rounds=0, bound=0.0)
# Who falls out, for two weeks from the first session they would teach.
ABSENT = ("Nerina Valdorsa", "Bice Lamporelli", "Ginevra Montescudaio", "Quirino Barbalunga")


def planner_figures(*, say: Say, seeds: Sequence[int] = (0, 1, 2)) -> dict:
    """Planning, repairing and explaining one edition and four, each seen by the checker."""
    load()  # a start-up cost of its own, seconds
    figures = {"one edition": [planned(past_edition(), seed, say) for seed in seeds]}
    figures["four editions"] = [planned(four_editions(), SEED, say)]
    base = plan(past_edition(), seed=SEED, effort=Effort(rounds=20)).plan
    figures["absences"] = [
        repaired(base, name, substitutes, say) for name in ABSENT for substitutes in (True, False)
    ]
    figures["relaxations"] = [relaxed(name, problem, say) for name, problem in infeasible().items()]
    return figures


def planned(problem: Problem, seed: int, say: Say) -> dict:
    """A first plan, the best one, how far it is from the bound, and whether it comes out the same again."""
    first = seconds(lambda: plan(problem, seed=seed, effort=NOTHING))
    solver, (_, spots) = seconds(lambda: Model(Choices(problem)).solve(limit=20, seed=seed))
    whole, answer = seconds(lambda: plan(problem, seed=seed))
    figures = {
        "seed": seed,
        "units": len(problem.units),
        "first_s": first[0],
        "first_score": answer.first,
        "solver_first_s": solver,
        "solver_first_score": score(Choices(problem), spots).total,
        "seconds": whole,
        "score": answer.score.total,
        "bound": answer.bound,
        "violations": len(check(problem, answer.plan).violations),
        "same_again": plan(problem, seed=seed).plan == answer.plan,
    }
    say(
        f"planner, {figures['units']} units, seed {seed}: first {answer.first} in {first[0]} s, "
        f"{answer.score.total} in {whole} s, bound {answer.bound}, {figures['violations']} violations"
    )
    return figures


def fallen_out(base: Plan, name: str) -> Problem:
    """The past edition without somebody, for two weeks from their first session in `base`."""
    first = min(local_day(it.starts_at) for it in base if name in it.instructors)
    return with_away(past_edition(), name, first=first, weeks=2)


def repaired(base: Plan, name: str, substitutes: bool, say: Say) -> dict:
    """Somebody falls out for two weeks."""
    problem = fallen_out(base, name)
    took, mended = seconds(lambda: repair(problem, base, substitutes=substitutes))
    touched = len({change.facts["unit"] for change in mended.changes})
    figures = {
        "who": name,
        "substitutes": substitutes,
        "seconds": took,
        "status": str(mended.status),
        "touched": touched,
        "days": days_away(base, mended.plan),
        "violations": len(check(problem, mended.plan).violations) if mended.plan else None,
    }
    how = "others standing in" if substitutes else "nobody standing in"
    say(f"planner, {name} away two weeks, {how}: {mended.status} in {took} s, {touched} touched")
    return figures


def days_away(before: Plan, after: Plan) -> int:
    """How many days all that moved is from where it was."""
    was = {it.unit: it.starts_at for it in before}
    return sum(round(abs(it.starts_at - was[it.unit]) / timedelta(days=1)) for it in after)


def relaxed(name: str, problem: Problem, say: Say) -> dict:
    """The fewest rules to relax of a problem without a plan."""
    took, answer = seconds(lambda: explain(problem, conflict=False))
    rules = [f"{rule.code}: {rule.subject} {rule.cause}".strip() for rule in answer.relax]
    say(
        f"planner, {name}: relax {', '.join(rules)} ({'shown' if answer.fewest else 'not shown'} in {took} s)"
    )
    return {"problem": name, "seconds": took, "relax": rules, "fewest": answer.fewest}


def infeasible() -> dict[str, Problem]:
    """The past edition with one thing too many."""
    problem = past_edition()
    (edition,) = problem.editions
    before = (*edition.before, ("2022-1/AMS3", "2022-1/DD3"))
    struck = tuple(
        replace(it, closed="Strike") if it.day == date(2022, 3, 11) else it for it in edition.slots
    )
    late = next(it.starts_at for it in edition.slots if it.day == date(2022, 6, 9))
    away = with_away(problem, "Leopoldo Traversina", first=edition.slots[0].day, weeks=22)
    return {
        "both who could teach AMS6 away": with_away(
            away, "Viola Campodonico Reale", first=edition.slots[0].day, weeks=22
        ),
        "an order that goes in a circle": replace(problem, editions=(replace(edition, before=before),)),
        "one Friday closed more": replace(problem, editions=(replace(edition, slots=struck),)),
        "a beginning pinned to the end": replace(problem, pins=(Pin("2022-1/STM1/1", starts_at=late),)),
        "a laboratory closed from February": with_away(
            problem, "Linea pilota Digital Factory", first=date(2022, 2, 10), weeks=30
        ),
    }


def seconds(work: Callable) -> tuple[float, object]:
    """How much CPU something takes, and what it gives."""
    began = time.process_time()
    given = work()
    return round(time.process_time() - began, 2), given
