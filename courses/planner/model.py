"""The lean CP-SAT model: an integer beginning per unit, optional people and rooms, nothing per half-day.

Built for all units, or for some while the others stay where they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from .choices import Choice, Choices, Spot, Spots, Stretch, covered
from .engine import Solved, load, solve
from .rules import Hard, Rule

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    Var = cp_model.IntVar
    Literal = cp_model.IntVar | bool
    Expression = cp_model.LinearExprT

# What is chosen of a kind for a unit: the name of the thing, and its literal or True when there is no choice.
Taken = dict[str, "Literal"]
Value = Callable[[Mapping[str, Spot]], int]


class Model:
    """Variables and hard rules; what a plan costs is added by others as terms of the objective."""

    def __init__(
        self, choices: Choices, *, free: Iterable[str] | None = None, fixed: Mapping[str, Spot] | None = None
    ) -> None:
        self.cp = load()
        self.model: cp_model.CpModel = self.cp.CpModel()
        self.choices = choices
        self.free = {key: choices.units[key] for key in (choices.units if free is None else free)}
        stay = {**choices.held, **(fixed or {})}
        self.fixed = {key: spot for key, spot in stay.items() if key not in self.free}
        self.starts: dict[str, Var] = {}
        self.open: dict[str, tuple[int, ...]] = {}
        self.people: dict[str, Taken] = {}
        self.sitting: dict[str, Taken] = {}
        self.terms: list[Expression] = []
        self.asked: list[Var] = []
        self._values: list[tuple[Var, Value]] = []
        self._pairs = [pair for pair in choices.pairs if pair[1] in self.free or pair[2] in self.free]
        self._busy = self._busy_with_fixed()
        for choice in self.free.values():
            self._unit(choice)
        self._no_overlaps()
        self._sequence()
        self._days()

    # What others build on.

    def literal(self, value: Value) -> Var:
        """A literal; `value` tells what it is in given spots, for a complete hint."""
        variable = self.model.new_bool_var("")
        self._values.append((variable, value))
        return variable

    def count(self, most: int, value: Value) -> Var:
        """A number from 0 to `most`; likewise."""
        variable = self.model.new_int_var(0, most, "")
        self._values.append((variable, value))
        return variable

    def only_at(self, key: str, starts: Iterable[int], *literals: cp_model.LiteralT) -> None:
        """When all `literals` hold, the unit begins at one of `starts`."""
        domain = self.cp.Domain.from_values(list(starts))
        asked = [it for it in literals if not isinstance(it, bool)]
        self.model.add_linear_expression_in_domain(self.starts[key], domain).only_enforce_if(asked)

    def enforced(self, rule: Rule) -> list[Var]:
        """The literals under which a rule holds: none, it always does."""
        return []

    def solve(
        self,
        *,
        limit: float,
        seed: int,
        hint: Mapping[str, Spot] | None = None,
        linear: int = 1,
        by_core: bool = False,
    ) -> tuple[Solved, Spots]:
        """Search for the least sum of the terms; gives the free units' spots among the fixed ones'."""
        if self.terms:
            self.model.minimize(self.cp.LinearExpr.sum(self.terms))
        if hint is not None:
            self._hint(hint)
        taken = [
            it for chosen in (self.people, self.sitting) for key in self.free for it in chosen[key].values()
        ]
        literals = [it for it in taken if not isinstance(it, bool)]
        asked = [*self.starts.values(), *literals, *self.asked]
        solved = solve(self.model, asked, limit=limit, seed=seed, linear=linear, by_core=by_core)
        if not solved.has_values:
            return solved, {}
        return solved, self._spots({it.index: value for it, value in zip(asked, solved.values, strict=True)})

    def _hint(self, spots: Mapping[str, Spot]) -> None:
        """A hint for every variable: on the choices alone it would be lost."""
        self.model.proto.clear_solution_hint()
        for key, variable in self.starts.items():
            self.model.add_hint(variable, spots[key].start)
        for variable, value in self._values:
            self.model.add_hint(variable, value(spots))

    def _spots(self, values: Mapping[int, int]) -> Spots:
        found = dict(self.fixed)
        for key, choice in self.free.items():
            start = values[self.starts[key].index]
            rooms = _chosen(self.sitting[key], values) if start not in choice.remote else ()
            if choice.pinned_rooms is None:
                rooms = self.choices.fewest_rooms(key, rooms)
            found[key] = Spot(start, rooms, _chosen(self.people[key], values))
        return found

    # The hard rules.

    def _busy_with_fixed(self) -> dict[tuple[str, str], list[Stretch]]:
        busy: defaultdict[tuple[str, str], list[Stretch]] = defaultdict(list)
        for key, spot in self.fixed.items():
            stretch = self.choices.stretch(key, spot)
            busy["edition", self.choices.problem.units[key][0].key].append(stretch)
            for person in spot.instructors:
                busy["instructor", person].append(stretch)
            for room in spot.rooms:
                busy["room", room].append(stretch)
        return busy

    def _unit(self, choice: Choice) -> None:
        key, minutes = choice.key, choice.unit.minutes
        starts = self._without(choice.starts, minutes, self._busy.get(("edition", choice.edition.key), ()))
        people = self._candidates(choice, "instructor", choice.instructors, starts)
        seated = tuple(it for it in starts if it not in choice.remote)
        rooms = self._candidates(choice, "room", choice.rooms, seated)
        if len(people) == choice.unit.teachers:
            starts = tuple(it for it in starts if all(it in free for free in people.values()))
        if not rooms:
            starts = tuple(it for it in starts if it in choice.remote)
        self.open[key] = starts
        if not starts:
            self.model.add_bool_or([])  # nowhere to go: there is no plan
        domain = self.cp.Domain.from_values(list(starts or (0,)))
        self.starts[key] = self.model.new_int_var_from_domain(domain, "")
        self.people[key] = self._teachers(choice, people)
        self.sitting[key] = self._rooms(choice, rooms)

    def _candidates(
        self, choice: Choice, name: str, keys: Iterable[str], starts: tuple[int, ...]
    ) -> dict[str, tuple[int, ...]]:
        """Those that could be had at one of `starts` at least, and at which."""
        found = {}
        for key in keys:
            taken = (*self.choices.away[name, key], *self._busy.get((name, key), ()))
            if free := self._without(starts, choice.unit.minutes, taken):
                found[key] = free
        return found

    @staticmethod
    def _without(starts: Iterable[int], minutes: int, taken: Iterable[Stretch]) -> tuple[int, ...]:
        """The beginnings at which so many minutes overlap nothing of what is taken."""
        taken = tuple(taken)
        return tuple(
            it for it in starts if not any(since < it + minutes and it < until for since, until in taken)
        )

    def _teachers(self, choice: Choice, people: Mapping[str, tuple[int, ...]]) -> Taken:
        key, needed = choice.key, choice.unit.teachers
        if len(people) == needed:
            return dict.fromkeys(people, True)
        taken: Taken = {}
        for person, starts in people.items():
            taken[person] = teaches = self.literal(_teaching(key, person))
            if len(starts) < len(self.open[key]):
                self.only_at(key, starts, teaches)
        self.model.add(sum(taken.values()) == needed)
        return taken

    def _rooms(self, choice: Choice, rooms: Mapping[str, tuple[int, ...]]) -> Taken:
        key, unit = choice.key, choice.unit
        remote = [it for it in self.open[key] if it in choice.remote]
        if not rooms or len(remote) == len(self.open[key]):
            return {}
        needed: Literal = True
        if remote:
            needed = self.literal(lambda spots: int(spots[key].start not in choice.remote))
            self.only_at(key, (it for it in self.open[key] if it not in choice.remote), needed)
            self.only_at(key, remote, ~needed)
        taken: Taken = {}
        for room, starts in rooms.items():
            taken[room] = sits = self.literal(_sitting(key, room))
            if len(starts) < len(self.open[key]):
                self.only_at(key, starts, sits)
            if not isinstance(needed, bool):
                self.model.add_implication(sits, needed)
        seats = sum(self.choices.rooms[room].capacity * literal for room, literal in taken.items())
        scarce = unit.parallel > 1 or any(self.choices.rooms[room].capacity < unit.people for room in taken)
        if scarce:
            rule = Rule(Hard.ROOM_TOO_SMALL, choice.module.key)
            self.model.add(seats >= unit.people * needed).only_enforce_if(self.enforced(rule))
        if unit.parallel == 1:
            self.model.add(sum(taken.values()) == needed)
        else:
            fewest = needed if choice.pinned_rooms is None else len(choice.pinned_rooms)
            self.model.add(sum(taken.values()) >= fewest)
            self.model.add(sum(taken.values()) <= unit.parallel)
        return taken

    def _no_overlaps(self) -> None:
        """Nothing twice at once. Within one edition the edition itself sees to people and rooms."""
        using: defaultdict[tuple[str, str], list[tuple[str, cp_model.IntervalVar]]] = defaultdict(list)
        for key, choice in self.free.items():
            start, minutes, edition = self.starts[key], choice.unit.minutes, choice.edition.key
            whole = self.model.new_fixed_size_interval_var(start, minutes, "")
            using["edition", edition].append((edition, whole))
            for name, taken in (("instructor", self.people[key]), ("room", self.sitting[key])):
                for who, literal in taken.items():
                    interval = whole
                    if not isinstance(literal, bool):
                        interval = self.model.new_optional_fixed_size_interval_var(
                            start, minutes, literal, ""
                        )
                    using[name, who].append((edition, interval))
        for (name, _), intervals in using.items():
            if name == "edition" or len({edition for edition, _ in intervals}) > 1:
                self.model.add_no_overlap([interval for _, interval in intervals])

    def _sequence(self) -> None:
        for rule, before, after in self._pairs:
            minutes = self.choices.problem.units[before][2].minutes
            begins, follows = (
                self.starts[key] if key in self.free else self.fixed[key].start for key in (before, after)
            )
            self.model.add(begins + minutes <= follows).only_enforce_if(self.enforced(rule))

    def _days(self) -> None:
        """No day of an edition has more minutes than it may."""
        days: defaultdict[tuple[str, tuple[int, int, int]], dict[str, list[int]]] = defaultdict(dict)
        for key, choice in self.free.items():
            for start in self.open[key]:
                days[choice.edition.key, self.choices.day(start)[:3]].setdefault(key, []).append(start)
        most = {edition.key: edition.most_minutes_a_day for edition in self.choices.problem.editions}
        for (edition, day), starts in days.items():
            units = self.choices.problem.units
            stretches = {(it, it + units[key][2].minutes) for key, them in starts.items() for it in them}
            already = sum(
                units[key][2].minutes
                for key, spot in self.fixed.items()
                if units[key][0].key == edition and self.choices.day(spot.start)[:3] == day
            )
            if covered(stretches) + already <= most[edition]:
                continue
            load = [units[key][2].minutes * self.among(key, them) for key, them in starts.items()]
            rule = Rule(Hard.DAY_FULL, edition)
            self.model.add(sum(load) + already <= most[edition]).only_enforce_if(self.enforced(rule))

    def among(self, key: str, starts: Iterable[int]) -> Literal:
        """A literal that is true when the unit begins at one of `starts`, all of them open to it.

        It may be true also when it does not: for what costs or counts against a limit.
        """
        inside = set(starts)
        outside = [it for it in self.open[key] if it not in inside]
        if not outside or not inside:
            return bool(inside)
        literal = self.literal(lambda spots: int(spots[key].start in inside))
        self.only_at(key, outside, ~literal)
        return literal

    def exactly(self, key: str, starts: Iterable[int]) -> Literal:
        """A literal that is true only when the unit begins at one of `starts`."""
        inside = set(starts)
        if inside.issuperset(self.open[key]) or not inside:
            return bool(inside)
        literal = self.literal(lambda spots: int(spots[key].start in inside))
        self.only_at(key, inside, literal)
        return literal


def _sitting(key: str, room: str) -> Value:
    """Whether in given spots a room is among those of a unit."""
    return lambda spots: int(room in spots[key].rooms)


def _teaching(key: str, person: str) -> Value:
    """Whether in given spots a person is among those who teach a unit."""
    return lambda spots: int(person in spots[key].instructors)


def _chosen(taken: Taken, values: Mapping[int, int]) -> tuple[str, ...]:
    return tuple(
        name
        for name, literal in taken.items()
        if (literal if isinstance(literal, bool) else values[literal.index])
    )
