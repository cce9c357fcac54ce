"""The model in which rules may be given up: each that people could talk about has a literal of its own.

What nobody can give up stays: nothing is in two places at once, people teach what they are qualified
for, what is past is past, and a firm booking elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .choices import Choice, Choices
from .engine import Status, solve
from .model import Model, Taken
from .problem import Pin, Problem
from .rules import Hard, Rule
from .shortages import teaching_minutes

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

# Among equally few, what is easier to talk about.
EASIEST_FIRST = (
    Hard.PIN,
    Hard.INSTRUCTOR_AWAY,
    Hard.ROOM_AWAY,
    Hard.CLOSED,
    Hard.PRECEDENCE,
    Hard.DAY_FULL,
    Hard.ORDER,
    Hard.ROOM_TOO_SMALL,
    Hard.NO_KIT,
    Hard.TEST_LAST,
    Hard.WELCOME_FIRST,
    Hard.FINAL_LAST,
)
ONE_RULE = 1000  # against a preference among equals


class RelaxedModel(Model):
    """The hard rules, each under its literal in `rules`: true where the rule holds."""

    def __init__(self, problem: Problem) -> None:
        self.rules: dict[Rule, cp_model.IntVar] = {}
        super().__init__(Choices(problem, relaxable=True))
        for choice in self.free.values():
            self._closures(choice)
            self._absences(choice, "instructor", self.people[choice.key], Hard.INSTRUCTOR_AWAY)
            self._absences(choice, "room", self.sitting[choice.key], Hard.ROOM_AWAY)
            self._kit(choice)
        for pin in problem.pins:
            if pin.unit in self.free:
                self._pin(pin)
        self._half_days()
        self.asked.extend(self.rules.values())

    def enforced(self, rule: Rule) -> list[cp_model.IntVar]:
        """The literal under which a rule holds."""
        if rule not in self.rules:
            self.rules[rule] = self.model.new_bool_var("")
        return [self.rules[rule]]

    def ask_for_fewest(self) -> None:
        """Give up as few rules as can be, among these what is easier to talk about."""
        for rule, holds in self.rules.items():
            self.terms.append((ONE_RULE + EASIEST_FIRST.index(rule.code)) * (1 - holds))

    def conflict(self, *, limit: float, seed: int) -> tuple[Rule, ...]:
        """Rules that cannot all hold; none if that is not shown. Not necessarily the fewest.

        Without presolve, under which a core can be wrong (or-tools#5141), and with no objective beside
        assumptions (or-tools#3943).
        """
        self.model.add_assumptions(list(self.rules.values()))
        solved = solve(self.model, (), limit=limit, seed=seed, presolve=False)
        self.model.clear_assumptions()
        by_index = {literal.index: rule for rule, literal in self.rules.items()}
        return tuple(sorted(by_index[index] for index in solved.core if index in by_index))

    def impossible_together(self, rules: Iterable[Rule], *, limit: float, seed: int) -> bool:
        """Whether it is shown that these rules, with no other that could be given up, leave no plan."""
        kept = set(rules)
        model = self.model.clone()
        for rule, literal in self.rules.items():
            model.add(model.get_bool_var_from_proto_index(literal.index) == int(rule in kept))
        return solve(model, (), limit=limit, seed=seed).status == Status.NONE

    def _closures(self, choice: Choice) -> None:
        by_cause: defaultdict[str, set[int]] = defaultdict(set)
        for start, cause in choice.closed.items():
            by_cause[cause].add(start)
        for cause, closed in by_cause.items():
            rule = Rule(Hard.CLOSED, choice.edition.key, cause)
            self.only_at(choice.key, self._but(choice, closed), *self.enforced(rule))

    def _absences(self, choice: Choice, name: str, taken: Taken, code: Hard) -> None:
        for who, literal in taken.items():
            for (since, until), cause in self.choices.absences[name, who]:
                minutes = choice.unit.minutes
                away = {it for it in self.open[choice.key] if since < it + minutes and it < until}
                if name == "room":
                    away -= choice.remote
                if away:
                    rule = Rule(code, who, cause)
                    self.only_at(choice.key, self._but(choice, away), literal, *self.enforced(rule))

    def _kit(self, choice: Choice) -> None:
        rule = Rule(Hard.NO_KIT, choice.module.key)
        for room, literal in self.sitting[choice.key].items():
            if not set(choice.unit.kit) <= set(self.choices.rooms[room].kit):
                self.model.add(literal == 0).only_enforce_if(self.enforced(rule))

    def _pin(self, pin: Pin) -> None:
        rule = Rule(Hard.PIN, pin.unit)
        if pin.starts_at is not None:
            start = self.choices.minute(pin.starts_at)
            self.only_at(pin.unit, [it for it in self.open[pin.unit] if it == start], *self.enforced(rule))
        for named, taken in ((pin.rooms, self.sitting), (pin.instructors, self.people)):
            for who, literal in taken[pin.unit].items() if named is not None else ():
                self.model.add(literal == int(who in (named or ()))).only_enforce_if(self.enforced(rule))

    def _but(self, choice: Choice, starts: set[int]) -> list[int]:
        return [it for it in self.open[choice.key] if it not in starts]

    def _half_days(self) -> None:
        """So many minutes need so many half-days: clear to people, hard to find for the solver."""
        for edition in self.choices.problem.editions:
            needed, possible = teaching_minutes(self.choices, edition)
            more = sum(
                minutes * (1 - self.enforced(Rule(Hard.CLOSED, edition.key, cause))[0])
                for cause, minutes in possible.items()
                if cause
            )
            self.model.add(needed <= possible[""] + more)
