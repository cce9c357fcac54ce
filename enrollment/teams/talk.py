"""Every rule people could talk about, and the problem without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from courses.reasons import Reason

from .problem import Pairs, Problem
from .rules import Hard


def rules(problem: Problem) -> Iterator[tuple[Reason, Problem]]:
    """Pins, forbidden teams, people apart and together, the limit of changes, employers with several people.

    In the order in which they are easiest to talk about.
    """
    if problem.most_changes is not None:
        limit = Reason(Hard.TOO_MANY_CHANGES, {"most": problem.most_changes})
        yield limit, replace(problem, most_changes=None)
    for pin in problem.pins:
        yield _place(Hard.PIN, *pin), replace(problem, pins=_less(problem.pins, pin))
    for pin in problem.forbidden:
        yield _place(Hard.FORBIDDEN, *pin), replace(problem, forbidden=_less(problem.forbidden, pin))
    for group in problem.together:
        rest = tuple(it for it in problem.together if it != group)
        yield Reason(Hard.TOGETHER, {"people": group}), replace(problem, together=rest)
    for pair in problem.apart:
        yield Reason(Hard.APART, {"people": pair}), replace(problem, apart=_less(problem.apart, pair))
    for employer, number in sorted(Counter(it.employer for it in problem.people if it.employer).items()):
        if number > 1:
            people = (replace(it, employer="") if it.employer == employer else it for it in problem.people)
            rule = Reason(Hard.EMPLOYER, {"employer": employer, "number": number})
            yield rule, replace(problem, people=tuple(people))


def _place(rule: Hard, person: str, team: str) -> Reason:
    return Reason(rule, {"person": person, "team": team})


def _less(pairs: Pairs, one: tuple[str, str]) -> Pairs:
    return tuple(pair for pair in pairs if pair != one)
