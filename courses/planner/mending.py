"""A plan mended with as few changes as can be, when somebody or some room falls out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from .choices import Choices, Spot, Spots
from .engine import ALL_LINEAR, Solved, Status
from .model import Model, Value

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from .model import Literal

# What a change weighs: a session at another time concerns everybody, another person or room fewer.
MOVED, OTHER_PERSON, OTHER_ROOM = 100, 20, 1
DAY = 24 * 60
QUICK = 0.6  # deterministic time: what touches few sessions is shown by then
NEARER = 0.5


def mend(
    choices: Choices, before: Spots, *, substitutes: bool, limit: float, seed: int
) -> tuple[Solved, Spots]:
    """The plan nearest to `before`, everything that has not been held being free.

    Fewest changes come first, and the answer says whether they are shown to be; among as few, sessions
    stay as many days nearer as is found. Without `substitutes` everybody keeps what they teach and the
    sessions move. Units that `before` does not have are placed anew and weigh nothing.
    """
    model = Model(choices)
    known = {key: spot for key, spot in before.items() if key in model.free}
    for key, spot in known.items():
        elsewhere = [start for start in model.open[key] if start != spot.start]
        model.terms.append(MOVED * model.among(key, elsewhere))
        _keep_people_and_rooms(model, key, spot, substitutes=substitutes)
    hint = before if len(known) == len(model.free) else None
    solved, spots = model.solve(limit=QUICK, seed=seed, hint=hint, linear=0)
    if solved.status in (Status.FOUND, Status.UNDECIDED):
        return _by_half_days(choices, known, substitutes=substitutes, limit=limit, seed=seed)
    if solved.status is Status.BEST:
        model.model.add(sum(model.terms) <= solved.objective)
        model.terms = [_days(model, key, spot) for key, spot in known.items()]
        nearer, found = model.solve(limit=NEARER, seed=seed, hint=spots, linear=0)
        spots = found if nearer.has_values else spots
    return solved, spots


def _keep_people_and_rooms(model: Model, key: str, spot: Spot, *, substitutes: bool, unit: int = 1) -> None:
    for who, literal in model.people[key].items():
        if who not in spot.instructors:
            model.terms.append(OTHER_PERSON * unit * literal)
            if not substitutes:
                model.model.add(literal == 0)
    for room, literal in model.sitting[key].items():
        if room not in spot.rooms:
            model.terms.append(OTHER_ROOM * unit * literal)


def _days(model: Model, key: str, spot: Spot) -> Literal:
    """How many days, to the nearest, a unit is from where it was."""
    farthest = max(_apart(start, spot) for start in model.open[key])
    days = model.count(farthest, lambda spots: _apart(spots[key].start, spot))
    for distance in (model.starts[key] - spot.start, spot.start - model.starts[key]):
        model.model.add(distance < DAY * days + DAY // 2)
    return days


def _apart(start: int, spot: Spot) -> int:
    return (abs(start - spot.start) + DAY // 2) // DAY


class _HalfDays(Model):
    """A literal in `at` for every unit and beginning: many, but what many sessions moved would cost at
    least adds up in a linear relaxation, where the lean model shows next to nothing.
    """

    def _no_overlaps(self) -> None:
        if len(self.choices.problem.editions) > 1:
            super()._no_overlaps()
        self.at: dict[str, dict[int, cp_model.IntVar]] = {}
        taken: defaultdict[str, list[tuple[int, int, cp_model.IntVar]]] = defaultdict(list)
        for key, choice in self.free.items():
            self.at[key] = {start: self.literal(_begins(key, start)) for start in self.open[key]}
            self.model.add_exactly_one(self.at[key].values())
            self.model.add(sum(start * it for start, it in self.at[key].items()) == self.starts[key])
            taken[choice.edition.key] += [
                (start, start + choice.unit.minutes, it) for start, it in self.at[key].items()
            ]
        for spans in taken.values():
            for now in sorted({since for since, _, _ in spans}):
                self.model.add_at_most_one(it for since, until, it in spans if since <= now < until)


def _begins(key: str, start: int) -> Value:
    return lambda spots: int(spots[key].start == start)


def _by_half_days(
    choices: Choices, known: Mapping[str, Spot], *, substitutes: bool, limit: float, seed: int
) -> tuple[Solved, Spots]:
    """Changes and days together: all the days weigh less than one change more."""
    model = _HalfDays(choices)
    unit = 1 + sum(
        max((_apart(start, spot) for start in model.open[key]), default=0) for key, spot in known.items()
    )
    for key, spot in known.items():
        model.terms += [
            (MOVED * unit * (start != spot.start) + _apart(start, spot)) * it
            for start, it in model.at[key].items()
        ]
        _keep_people_and_rooms(model, key, spot, substitutes=substitutes, unit=unit)
    solved, spots = model.solve(limit=limit, seed=seed, linear=ALL_LINEAR)
    return replace(solved, objective=solved.objective // unit, bound=solved.bound // unit), spots
