"""What must be over before what begins, as pairs of units, each with the rule it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from .problem import Edition, Module, Problem, Purpose
from .rules import Hard, Rule

Pair = tuple[Rule, str, str]


def sequence(problem: Problem, *, every: bool = False) -> Iterator[Pair]:
    """The pairs that imply all others, or `every` one, so that a rule may be left out by itself."""
    for edition in problem.editions:
        yield from _edition(edition, every=every)


def _edition(edition: Edition, *, every: bool) -> Iterator[Pair]:
    modules = {module.key: module for module in edition.modules}
    for module in edition.modules:
        yield from _module(module, every=every)
    for first, then in edition.before:
        rule = Rule(Hard.PRECEDENCE, first, then)
        for one in _last(modules[first], every=every):
            for other in _first(modules[then], every=every):
                yield rule, one, other
    for module in edition.modules:
        for unit in module.units:
            others = [it for it in edition.modules if it != module]
            if unit.purpose == Purpose.WELCOME:
                rule = Rule(Hard.WELCOME_FIRST, edition.key)
                yield from ((rule, unit.key, key) for it in others for key in _first(it, every=every))
            if unit.purpose == Purpose.FINAL:
                rule = Rule(Hard.FINAL_LAST, edition.key)
                yield from ((rule, key, unit.key) for it in others for key in _last(it, every=every))


def _module(module: Module, *, every: bool) -> Iterator[Pair]:
    keys = [unit.key for unit in module.units]
    if module.ordered:
        rule = Rule(Hard.ORDER, module.key)
        yield from ((rule, *pair) for pair in (combinations(keys, 2) if every else pairwise(keys)))
    if every or not module.ordered:
        rule = Rule(Hard.TEST_LAST, module.key)
        tests = [unit.key for unit in module.units if unit.test]
        yield from ((rule, key, test) for test in tests for key in keys if key not in tests)


def _first(module: Module, *, every: bool) -> list[str]:
    keys = [unit.key for unit in module.units]
    return keys[:1] if module.ordered and not every else keys


def _last(module: Module, *, every: bool) -> list[str]:
    keys = [unit.key for unit in module.units]
    return keys[-1:] if module.ordered and not every else keys
