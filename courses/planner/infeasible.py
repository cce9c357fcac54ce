"""Why there is no plan, and what would make one possible.

First what can be counted; then the fewest rules to relax, with a plan that needs no more; then, for
those who doubt it, a set of rules that cannot all hold, confirmed by a solve of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from courses.reasons import Reason

from .choices import Choices
from .engine import Status, available
from .problem import Plan, Problem
from .relaxed import RelaxedModel
from .rules import Rule
from .shortages import shortages

RELAX, CONFLICT, CONFIRM = 20.0, 10.0, 5.0  # deterministic time
DROPS = 40  # attempts to make a conflict smaller


@dataclass(frozen=True, slots=True)
class Explanation:
    """What stands against a plan.

    `short` is what was counted. `relax` are rules that together would have to be given up, `fewest`
    whether it is shown that no fewer would do, and `plan` what would then be possible. `conflict` are
    rules that cannot all hold, `confirmed` by a second solve. All but `short` need OR-Tools.
    """

    short: tuple[Reason, ...]
    relax: tuple[Rule, ...] = ()
    fewest: bool = False
    plan: Plan = ()
    conflict: tuple[Rule, ...] = ()
    confirmed: bool = False


def explain(problem: Problem, *, seed: int = 0, conflict: bool = True) -> Explanation:
    """Why a problem has no plan. Of one that has, it says nothing is short and no rule need be relaxed."""
    short = shortages(Choices(problem))
    if not available():
        return Explanation(short)
    model = RelaxedModel(problem)
    model.ask_for_fewest()
    solved, spots = model.solve(limit=RELAX, seed=seed, linear=0, by_core=True)
    if not solved.has_values:
        return Explanation(short)
    given_up = dict(zip(model.rules, solved.values[-len(model.rules) :], strict=True))
    relax = tuple(sorted(rule for rule, holds in given_up.items() if not holds))
    answer = Explanation(short, relax, solved.status == Status.BEST, model.choices.plan(spots))
    if not relax or not conflict:
        return answer
    rules, confirmed = _conflict(problem, seed)
    return Explanation(answer.short, relax, answer.fewest, answer.plan, rules, confirmed)


def _conflict(problem: Problem, seed: int) -> tuple[tuple[Rule, ...], bool]:
    """A conflict with every rule dropped that is not needed for it, as far as the attempts go."""
    model = RelaxedModel(problem)
    core = model.conflict(limit=CONFLICT, seed=seed)
    if not core or not model.impossible_together(core, limit=CONFIRM, seed=seed):
        return core, False
    for rule in core[:DROPS]:
        rest = tuple(it for it in core if it != rule)
        if model.impossible_together(rest, limit=CONFIRM / 5, seed=seed):
            core = rest
    return core, True
