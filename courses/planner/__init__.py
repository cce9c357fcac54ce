"""The planner: which half-day, room and instructor each unit of one or several editions gets, and why.

Pure: a frozen `Problem` goes in, frozen answers come out, with codes and facts for the caller's words.

- `plan(problem, seed=…, effort=…, progress=…)` → `Answer`: a plan with its points and a bound below
  which no plan can go, or what there is too little of.
- `check(problem, plan)` → `Verdict`: every violation of a hard rule and the points, judged by a module
  that shares nothing with the search; for plans made by hand too.
- `explain(problem)` → `Explanation`: why there is no plan, the fewest rules to relax, a conflict.
- `repair(problem, before, substitutes=…)` → `Repair`: the nearest plan after somebody fell out.
- `account(problem, plan, unit)` → `Account`: why a unit is where it is, against every alternative.
- `difference(problem, before, after)` and `points_changed(…)`: what changed between two plans.
- `Problem.fingerprint` tells whether the inputs of a plan have changed since.

The same problem, seed, effort and version of OR-Tools give the same answer: limits are deterministic
time and counts, never a clock. OR-Tools is the extra `planner`, imported only when a search begins;
without it `plan` is greedy, `explain` counts, `repair` answers undecided, and each says so. Searches
take many seconds: call them from a task. How good and how fast: docs/planner.md.
"""

from .changes import Change, difference, points_changed
from .checker import Verdict, check
from .engine import Status
from .infeasible import Explanation, explain
from .planning import Answer, Engine, Repair, plan, repair
from .problem import (
    Edition,
    Instructor,
    Kind,
    Mode,
    Module,
    Pin,
    Placed,
    Plan,
    Problem,
    Purpose,
    Room,
    Slot,
    Span,
    Unit,
    mode_of,
)
from .rules import Hard, Rule, Score, Soft, Weights
from .search import Effort, Step
from .shortages import Shortage
from .story import Account, Alternative, Why, account

__all__ = [
    "Account",
    "Alternative",
    "Answer",
    "Change",
    "Edition",
    "Effort",
    "Engine",
    "Explanation",
    "Hard",
    "Instructor",
    "Kind",
    "Mode",
    "Module",
    "Pin",
    "Placed",
    "Plan",
    "Problem",
    "Purpose",
    "Repair",
    "Room",
    "Rule",
    "Score",
    "Shortage",
    "Slot",
    "Soft",
    "Span",
    "Status",
    "Step",
    "Unit",
    "Verdict",
    "Weights",
    "Why",
    "account",
    "check",
    "difference",
    "explain",
    "mode_of",
    "plan",
    "points_changed",
    "repair",
]
