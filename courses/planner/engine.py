"""The one door to OR-Tools, an optional extra of 187 MB: imported when a plan is sought, not before.

One worker, a fixed seed and deterministic time: the same model gives the same answer on any machine
with the same version of OR-Tools, however slow. With several workers it would not, and or-tools#5295
reports wrong answers for several workers without presolve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from math import ceil
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


ALL_LINEAR = 2


class Status(StrEnum):
    """What a search has shown."""

    BEST = "best"
    FOUND = "found"
    NONE = "none"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Solved:
    """An answer of the solver: `values` are those of the variables asked for, in their order.

    `bound` is the least the objective could be, `spent` the deterministic time used.
    """

    status: Status
    values: tuple[int, ...]
    objective: int
    bound: int
    spent: float
    core: tuple[int, ...] = ()

    @property
    def has_values(self) -> bool:
        """Whether there is an answer to read."""
        return self.status in (Status.BEST, Status.FOUND)


def available() -> bool:
    """Whether OR-Tools is installed."""
    return find_spec("ortools") is not None


def load() -> ModuleType:
    """OR-Tools' CP-SAT; takes seconds the first time."""
    from ortools.sat.python import cp_model

    return cp_model


def solve(
    model: cp_model.CpModel,
    variables: Sequence[cp_model.IntVar],
    *,
    limit: float,
    seed: int,
    presolve: bool = True,
    linear: int = 1,
    by_core: bool = False,
) -> Solved:
    """Search within `limit`, in deterministic time (about seconds of a quick core).

    With `linear` 0 it does without linear relaxations, which help little where few things change; with 2
    all of the model is in one, which shows bounds where literals add up. `by_core` it raises the bound from
    conflict to conflict, which is quick where the best is near it.
    """
    cp = load()
    solver: cp_model.CpSolver = cp.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = 1
    parameters.random_seed = seed
    parameters.max_deterministic_time = limit
    parameters.cp_model_presolve = presolve
    parameters.linearization_level = linear
    parameters.add_lp_constraints_lazily = linear < ALL_LINEAR
    parameters.optimize_with_core = by_core
    parameters.cp_model_probing_level = 0  # a third of a small search, for nothing
    known = {
        cp.OPTIMAL: Status.BEST,
        cp.FEASIBLE: Status.FOUND,
        cp.INFEASIBLE: Status.NONE,
        cp.UNKNOWN: Status.UNDECIDED,
    }
    code = solver.solve(model)
    if code == cp.MODEL_INVALID:
        raise ValueError(model.validate())
    status = known[code]
    found = status in (Status.BEST, Status.FOUND)
    has_objective = model.has_objective()
    return Solved(
        status,
        tuple(solver.value(variable) for variable in variables) if found else (),
        round(solver.objective_value) if found else 0,
        ceil(solver.best_objective_bound - 1e-6) if has_objective and status != Status.NONE else 0,
        solver.deterministic_time,
        tuple(solver.sufficient_assumptions_for_infeasibility()) if status == Status.NONE else (),
    )
