"""A plan mended with as few changes as can be, when somebody or some room falls out."""

from __future__ import annotations

from .choices import Choices, Spot, Spots
from .engine import Solved
from .model import Model

# What a change weighs: a session at another time concerns everybody, another person or room fewer.
MOVED, OTHER_PERSON, OTHER_ROOM = 100, 20, 1


def mend(
    choices: Choices, before: Spots, *, substitutes: bool, limit: float, seed: int
) -> tuple[Solved, Spots]:
    """The plan nearest to `before`, everything that has not been held being free.

    Without `substitutes` everybody keeps what they teach and the sessions move. Units that `before` does
    not have are placed anew and weigh nothing.
    """
    model = Model(choices)
    for key, spot in before.items():
        if key in model.free:
            _keep(model, key, spot, substitutes=substitutes)
    complete = all(key in before for key in model.free)
    return model.solve(limit=limit, seed=seed, hint=before if complete else None, linear=False)


def _keep(model: Model, key: str, spot: Spot, *, substitutes: bool) -> None:
    elsewhere = [start for start in model.open[key] if start != spot.start]
    model.terms.append(MOVED * model.among(key, elsewhere))
    for who, literal in model.people[key].items():
        if who not in spot.instructors:
            model.terms.append(OTHER_PERSON * literal)
            if not substitutes:
                model.model.add(literal == 0)
    for room, literal in model.sitting[key].items():
        if room not in spot.rooms:
            model.terms.append(OTHER_ROOM * literal)
