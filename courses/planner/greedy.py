"""A plan without OR-Tools: half-day by half-day, the most urgent unit that may be held there.

It breaks no hard rule, but may leave units out; then it tries again, what was left out being more urgent.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations

from .choices import Choice, Choices, Spot, Spots, Stretch
from .costs import score
from .problem import Purpose

HALF_DAY = 240  # minutes
FOREVER = 1 << 40


Month = tuple[int, int]


def greedy(
    choices: Choices,
    *,
    seed: int,
    tries: int,
    months: Mapping[str, Month] | None = None,
    enough: bool = False,
) -> Spots:
    """The best of a number of tries: with the fewest units left out, then the fewest points.

    It goes by `months`, where they are given, as far as it can. `enough`: a complete plan will do.
    """
    luck = random.Random(seed)
    urgency: Counter[tuple[str, str]] = Counter()
    best: tuple[int, int] | None = None
    kept: Spots = {}
    for _ in range(tries):
        spots = _Try(choices, urgency, luck, months or {}).run()
        left_out = [key for key in choices.units if key not in spots]
        figure = len(left_out), score(choices, spots).total
        if best is None or figure < best:
            best, kept = figure, spots
        if enough and not left_out:
            break
        urgency.update(choices.units[key].module_key for key in left_out)
    return kept


class _Try:
    """One pass over all half-days in order of time."""

    def __init__(
        self,
        choices: Choices,
        urgency: Counter[tuple[str, str]],
        luck: random.Random,
        months: Mapping[str, Month],
    ) -> None:
        self.choices = choices
        self.months = months
        self.urgency = urgency
        self.luck = luck
        self.spots: Spots = dict(choices.held)
        self.taken: defaultdict[tuple[str, str], list[Stretch]] = defaultdict(list)
        self.days: Counter[tuple[str, tuple[int, int, int]]] = Counter()
        for who, away in choices.away.items():
            self.taken[who] += away
        self.after = _modules_after(choices)
        self.todo: dict[tuple[str, str], list[str]] = {}
        for edition, module in choices.problem.modules():
            units = sorted(module.units, key=lambda it: it.test and not module.ordered)
            self.todo[edition.key, module.key] = [unit.key for unit in units if unit.key not in self.spots]
        for key, spot in choices.held.items():
            self._take(key, spot)
        self.held_around = _held_around(choices)

    def run(self) -> Spots:
        slots = sorted(
            (self.choices.minute(slot.starts_at), self.choices.minute(slot.ends_at), edition.key)
            for edition in self.choices.problem.editions
            for slot in edition.slots
            if not slot.closed
        )
        for begins, ends, edition in slots:
            at = begins
            while (found := self._best(edition, at, ends)) is not None:
                key, spot = found
                self.spots[key] = spot
                self._take(key, spot)
                where = self.choices.units[key].module_key
                self.todo[where].remove(key)
                at = self.choices.stretch(key, spot)[1]
        return self.spots

    def _take(self, key: str, spot: Spot) -> None:
        edition, _, unit = self.choices.problem.units[key]
        stretch = self.choices.stretch(key, spot)
        self.taken["edition", edition.key].append(stretch)
        for person in spot.instructors:
            self.taken["instructor", person].append(stretch)
        for room in spot.rooms:
            self.taken["room", room].append(stretch)
        self.days[edition.key, self.choices.day(spot.start)[:3]] += unit.minutes

    def _best(self, edition: str, at: int, ends: int) -> tuple[str, Spot] | None:
        ready = [choice for choice in self._ready(edition) if at in choice.starts]
        ready = [choice for choice in ready if at + choice.unit.minutes <= ends]
        short = Counter(choice.unit.minutes for choice in ready if choice.unit.minutes < HALF_DAY)
        by_weight = []
        for choice in ready:
            alone = choice.unit.minutes < ends - at and short[choice.unit.minutes] < 2
            weight = self._weight(choice) - 1000 * alone + self._due(choice, at)
            by_weight.append((weight + self.luck.random(), choice))
        for _, choice in sorted(by_weight, key=lambda it: -it[0]):
            if spot := self._spot(choice, at):
                return choice.key, spot
        return None

    def _ready(self, edition: str) -> Iterator[Choice]:
        waiting = {where for where, keys in self.todo.items() if keys and where[0] == edition}
        for where in self.todo:
            if where not in waiting:
                continue
            choice = self.choices.units[self.todo[where][0]]
            if choice.unit.purpose == Purpose.FINAL and len(waiting) > 1:
                continue
            if any(where in self.after[first] for first in waiting):
                continue
            whole = choice.module.units if not choice.module.ordered else ()
            options = [self.choices.units[key] for key in self.todo[where]] if whole else [choice]
            others = [it for it in options if not it.unit.test]
            yield from others or options

    def _weight(self, choice: Choice) -> float:
        where = choice.module_key
        begun = len(self.todo[where]) < len(choice.module.units) and choice.module.usual_weeks is not None
        behind = sum(len(self.todo[later]) for later in self.after[where]) + len(self.todo[where])
        return 12 * begun + behind + 3 * self.urgency[where]

    def _due(self, choice: Choice, at: int) -> int:
        """What is meant for an earlier month is pressing, what is meant for a later one may wait."""
        month = self.choices.day(at)[:2]
        meant = self.months.get(choice.key, month)
        return 100 * ((meant < month) - (meant > month))

    def _spot(self, choice: Choice, at: int) -> Spot | None:
        """The beginning `at` with free people and rooms, or None where something stands against it."""
        stretch = at, at + choice.unit.minutes
        edition = choice.edition
        today = edition.key, self.choices.day(at)[:3]
        if self.days[today] + choice.unit.minutes > edition.most_minutes_a_day:
            return None
        if not self._free("edition", edition.key, stretch) or not self._in_sequence(choice, at):
            return None
        people = [key for key in choice.instructors if self._free("instructor", key, stretch)]
        same = {
            key
            for unit in choice.module.units
            if unit.key in self.spots
            for key in self.spots[unit.key].instructors
        }
        people.sort(key=lambda key: key not in same)
        if len(people) < choice.unit.teachers:
            return None
        rooms: tuple[str, ...] = ()
        if at not in choice.remote:
            free = [key for key in choice.rooms if self._free("room", key, stretch)]
            rooms = self._enough(choice, free)
            if not rooms:
                return None
        return Spot(at, rooms, tuple(people[: choice.unit.teachers]))

    def _enough(self, choice: Choice, free: list[str]) -> tuple[str, ...]:
        seats = self.choices.rooms
        fewest = len(choice.pinned_rooms or (1,))
        for number in range(fewest, choice.unit.parallel + 1):
            for rooms in combinations(free, number):
                if sum(seats[key].capacity for key in rooms) >= choice.unit.people:
                    return tuple(sorted(rooms))
        return ()

    def _in_sequence(self, choice: Choice, at: int) -> bool:
        """Nothing held lies on the wrong side; what is placed here cannot, since time runs forwards."""
        after, before = self.held_around[choice.key]
        return after <= at and at + choice.unit.minutes <= before

    def _free(self, name: str, key: str, stretch: Stretch) -> bool:
        begins, ends = stretch
        return not any(since < ends and begins < until for since, until in self.taken[name, key])


def _modules_after(choices: Choices) -> dict[tuple[str, str], frozenset[tuple[str, str]]]:
    """For each module all that may begin only when it is over, near or far."""
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for edition, module in choices.problem.modules():
        where = edition.key, module.key
        found[where] = {(edition.key, then) for first, then in edition.before if first == module.key}
        if any(unit.purpose == Purpose.WELCOME for unit in module.units):
            found[where] |= {(edition.key, other.key) for other in edition.modules if other != module}
    for _ in found:
        for later in found.values():
            later.update(*(found[it] for it in tuple(later) if it in found))
    return {where: frozenset(later) for where, later in found.items()}


def _held_around(choices: Choices) -> dict[str, tuple[int, int]]:
    """For each unit, when the last held one that comes before it is over, and the first after it begins."""
    found = dict.fromkeys(choices.units, (0, FOREVER))
    for _, before, after in choices.pairs:
        if before in choices.held and after in found:
            since, until = found[after]
            found[after] = max(since, choices.stretch(before, choices.held[before])[1]), until
        if after in choices.held and before in found:
            since, until = found[before]
            found[before] = since, min(until, choices.held[after].start)
    return found
