"""Teams of four to six people, as mixed as arithmetic allows, and why each is balanced.

Pure: a frozen `Problem` goes in, frozen answers come out, with codes and facts for the caller's words.

- `form(problem, seed=…, effort=…, progress=…)` → `Answer`: teams, level by level how far they are from the
  least there can be and whether that is proved, or why there are none.
- `mend(problem, more=…)` → `Mended`: the nearest teams after a late change, or with some more changes.
- `check(problem, teams)` → `Verdict`: every violation of a hard rule and the points, judged by a module
  that shares nothing with the search; for teams made by hand too.
- `explain(problem)` → `Explanation`: why there are no teams, and which rules alone would help if given up.
- `prices(problem, points)` → which rule costs what.
- `portrait(problem, team)`, `worst(problem, teams)` and `account(problem, teams, person)`: a team in counts
  with the reasons, the team furthest from even, and every exchange of one person.
- `difference(before, after)`: what changed, person by person.
- `number_of_teams(people)`; `Problem.fingerprint` tells whether the inputs have changed since.

The same problem, seed, effort and version of OR-Tools give the same answer: limits are deterministic time
and counts, never a clock. OR-Tools is the extra `planner`, imported only when a search needs it; without it
the annealed exchange alone forms the teams, judged by the same points. How good and how fast: docs/teams.md.
"""

from courses.planner.engine import Status

from .changes import Change, difference
from .checker import Verdict, check
from .forming import Answer, Engine, Note, Reached, form
from .infeasible import Explanation, Price, explain, prices
from .mending import Mended, mend
from .problem import Attribute, Person, Problem, Team, Teams, number_of_teams
from .rules import Hard, Level, Points
from .search import Effort, Step
from .shortages import Shortage
from .story import Account, Exchange, Place, Portrait, Why, account, portrait, worst

__all__ = [
    "Account",
    "Answer",
    "Attribute",
    "Change",
    "Effort",
    "Engine",
    "Exchange",
    "Explanation",
    "Hard",
    "Level",
    "Mended",
    "Note",
    "Person",
    "Place",
    "Points",
    "Portrait",
    "Price",
    "Problem",
    "Reached",
    "Shortage",
    "Status",
    "Step",
    "Team",
    "Teams",
    "Verdict",
    "Why",
    "account",
    "check",
    "difference",
    "explain",
    "form",
    "mend",
    "number_of_teams",
    "portrait",
    "prices",
    "worst",
]
