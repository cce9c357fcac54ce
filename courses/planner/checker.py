"""The independent judge of a plan: written from the rules alone, it shares nothing with the search.

It goes by instants and pairs where the search goes by domains and intervals, so a mistake in one does
not hide in the other. It judges plans made by hand as well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product

from courses.reasons import Reason

from .problem import Edition, Instructor, Kind, Mode, Module, Placed, Problem, Purpose, Room, Unit, local_day
from .rules import Hard, Score

WEEK = timedelta(weeks=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every violation with its facts, and what the plan costs; sound when there is none."""

    violations: tuple[Reason, ...]
    score: Score

    @property
    def sound(self) -> bool:
        """Whether no hard rule is broken."""
        return not self.violations


@dataclass(frozen=True, slots=True)
class _Sitting:
    """A placed unit with what is known about it."""

    edition: Edition
    module: Module
    unit: Unit
    placed: Placed
    held: bool

    @property
    def begins(self) -> datetime:
        return self.placed.starts_at

    @property
    def ends(self) -> datetime:
        return self.placed.starts_at + timedelta(minutes=self.unit.minutes)

    def broken(self, rule: Hard, **facts: object) -> Reason:
        return Reason(rule, {"edition": self.edition.key, "unit": self.unit.key, **facts})


def check(problem: Problem, plan: Iterable[Placed]) -> Verdict:
    """Judge a plan. Units that have been held break no rule by themselves, only together with others."""
    return _Checker(problem, tuple(plan)).verdict()


class _Checker:
    def __init__(self, problem: Problem, plan: tuple[Placed, ...]) -> None:
        self.problem = problem
        self.plan = plan
        self.instructors = {one.key: one for one in problem.instructors}
        self.rooms = {one.key: one for one in problem.rooms}
        held = {one.unit for one in problem.held}
        self.sittings = [
            _Sitting(*problem.units[one.unit], one, one.unit in held)
            for one in plan
            if one.unit in problem.units
        ]

    def verdict(self) -> Verdict:
        found = [*self._complete(), *self._fixed()]
        for sitting in self.sittings:
            if not sitting.held:
                found += [*self._when(sitting), *self._who(sitting), *self._where(sitting)]
        found += [*self._clashes(), *self._sequence(), *self._days()]
        return Verdict(tuple(found), self._score())

    def _complete(self) -> Iterator[Reason]:
        times = Counter(one.unit for one in self.plan)
        for key, (edition, _, _) in self.problem.units.items():
            if times[key] != 1:
                rule = Hard.PLACED_TWICE if times[key] else Hard.NOT_PLACED
                yield Reason(rule, {"edition": edition.key, "unit": key})
        for key in times:
            if key not in self.problem.units:
                yield Reason(Hard.UNKNOWN, {"edition": "", "unit": key})

    def _fixed(self) -> Iterator[Reason]:
        placed = {sitting.unit.key: sitting for sitting in self.sittings}
        for one in self.problem.held:
            sitting = placed.get(one.unit)
            if sitting and sitting.placed != one:
                yield sitting.broken(Hard.HELD, starts_at=one.starts_at)
        for pin in self.problem.pins:
            sitting = placed.get(pin.unit)
            if sitting is None or sitting.held:
                continue
            if pin.starts_at not in (None, sitting.begins):
                yield sitting.broken(Hard.PIN, starts_at=pin.starts_at)
            if pin.rooms is not None and set(pin.rooms) != set(sitting.placed.rooms):
                yield sitting.broken(Hard.PIN, rooms=pin.rooms)
            if pin.instructors is not None and set(pin.instructors) != set(sitting.placed.instructors):
                yield sitting.broken(Hard.PIN, instructors=pin.instructors)

    def _when(self, sitting: _Sitting) -> Iterator[Reason]:
        if self.problem.not_before and sitting.begins < self.problem.not_before:
            yield sitting.broken(Hard.PAST, starts_at=sitting.begins)
        fitting = [
            slot for slot in sitting.edition.slots if self._fits(sitting, slot.starts_at, slot.ends_at)
        ]
        meant = [slot for slot in fitting if sitting.unit.purpose in slot.purposes]
        if not meant:
            yield sitting.broken(Hard.NOT_OPEN, starts_at=sitting.begins)
        elif all(slot.closed for slot in meant):
            yield sitting.broken(Hard.CLOSED, starts_at=sitting.begins, cause=meant[0].closed)

    @staticmethod
    def _fits(sitting: _Sitting, begins: datetime, ends: datetime) -> bool:
        in_step = (sitting.begins - begins) % timedelta(minutes=sitting.unit.minutes) == timedelta(0)
        return begins <= sitting.begins and sitting.ends <= ends and in_step

    def _who(self, sitting: _Sitting) -> Iterator[Reason]:
        teachers = sitting.placed.instructors
        if len(set(teachers)) != sitting.unit.teachers or len(set(teachers)) != len(teachers):
            yield sitting.broken(Hard.TEACHERS, needed=sitting.unit.teachers, given=len(teachers))
        for key in teachers:
            instructor = self.instructors.get(key)
            if instructor is None:
                yield sitting.broken(Hard.UNKNOWN, instructor=key)
                continue
            if key not in sitting.unit.qualified:
                yield sitting.broken(Hard.NOT_QUALIFIED, instructor=key)
            if sitting.unit.kind and instructor.kind != sitting.unit.kind:
                yield sitting.broken(Hard.WRONG_KIND, instructor=key, kind=sitting.unit.kind)
            yield from self._away(sitting, instructor, Hard.INSTRUCTOR_AWAY, "instructor")

    @staticmethod
    def _away(sitting: _Sitting, who: Instructor | Room, rule: Hard, name: str) -> Iterator[Reason]:
        for span in who.away:
            if span.starts_at < sitting.ends and sitting.begins < span.ends_at:
                facts: dict[str, object] = {name: who.key, "cause": span.cause}
                yield sitting.broken(rule, **facts, **{"from": span.starts_at, "until": span.ends_at})

    def _where(self, sitting: _Sitting) -> Iterator[Reason]:
        unit, keys = sitting.unit, sitting.placed.rooms
        if self._mode(sitting) == Mode.REMOTE:
            if keys:
                yield sitting.broken(Hard.ROOM_WITHOUT_NEED, rooms=keys)
            return
        if not keys:
            yield sitting.broken(Hard.NO_ROOM, people=unit.people)
            return
        if len(keys) > unit.parallel or len(set(keys)) != len(keys):
            yield sitting.broken(Hard.TOO_MANY_ROOMS, most=unit.parallel, given=len(keys))
        seats = sum(self.rooms[key].capacity for key in keys if key in self.rooms)
        if seats < unit.people:
            yield sitting.broken(Hard.ROOM_TOO_SMALL, rooms=keys, seats=seats, people=unit.people)
        for key in keys:
            yield from self._room(sitting, key)

    def _room(self, sitting: _Sitting, key: str) -> Iterator[Reason]:
        room = self.rooms.get(key)
        if room is None:
            yield sitting.broken(Hard.UNKNOWN, room=key)
            return
        if missing := tuple(kit for kit in sitting.unit.kit if kit not in room.kit):
            yield sitting.broken(Hard.NO_KIT, room=key, kit=missing)
        if room.hub != sitting.edition.hub:
            yield sitting.broken(Hard.ROOM_ELSEWHERE, room=key, hub=room.hub)
        yield from self._away(sitting, room, Hard.ROOM_AWAY, "room")

    def _mode(self, sitting: _Sitting) -> Mode:
        if sitting.unit.mode:
            return sitting.unit.mode
        slots = [it for it in sitting.edition.slots if sitting.unit.purpose in it.purposes]
        fitting = [it for it in slots if self._fits(sitting, it.starts_at, it.ends_at)]
        return min(fitting, key=lambda it: bool(it.closed)).mode if fitting else Mode.HYBRID

    def _clashes(self) -> Iterator[Reason]:
        running: list[_Sitting] = []
        for other in sorted(self.sittings, key=lambda it: (it.begins, it.unit.key)):
            running = [one for one in running if one.ends > other.begins]
            for one in running:
                if one.unit.key != other.unit.key and not (one.held and other.held):
                    yield from self._clash(one, other)
            running.append(other)

    @staticmethod
    def _clash(one: _Sitting, other: _Sitting) -> Iterator[Reason]:
        facts = {"other": one.unit.key, "starts_at": other.begins}
        if one.edition.key == other.edition.key:
            yield other.broken(Hard.EDITION_CLASH, **facts)
        for key in sorted(set(one.placed.instructors) & set(other.placed.instructors)):
            yield other.broken(Hard.INSTRUCTOR_CLASH, **facts, instructor=key)
        for key in sorted(set(one.placed.rooms) & set(other.placed.rooms)):
            yield other.broken(Hard.ROOM_CLASH, **facts, room=key)

    def _sequence(self) -> Iterator[Reason]:
        by_module: defaultdict[tuple[str, str], list[_Sitting]] = defaultdict(list)
        for sitting in self.sittings:
            by_module[sitting.edition.key, sitting.module.key].append(sitting)
        for edition in self.problem.editions:
            for module in edition.modules:
                yield from self._module(module, by_module[edition.key, module.key])
            for first, then in edition.before:
                for one, other in product(by_module[edition.key, first], by_module[edition.key, then]):
                    yield from self._late(Hard.PRECEDENCE, one, other)
            yield from self._first_and_last([it for it in self.sittings if it.edition.key == edition.key])

    def _module(self, module: Module, sittings: list[_Sitting]) -> Iterator[Reason]:
        place = {unit.key: number for number, unit in enumerate(module.units)}
        for one, other in product(sittings, sittings):
            if module.ordered and place[one.unit.key] < place[other.unit.key]:
                yield from self._late(Hard.ORDER, one, other)
            if other.unit.test and not one.unit.test:
                yield from self._late(Hard.TEST_LAST, one, other)

    def _first_and_last(self, sittings: list[_Sitting]) -> Iterator[Reason]:
        for end in (it for it in sittings if it.unit.purpose != Purpose.TEACHING):
            for other in (it for it in sittings if it.unit.purpose != end.unit.purpose):
                if end.unit.purpose == Purpose.WELCOME:
                    yield from self._late(Hard.WELCOME_FIRST, end, other)
                else:
                    yield from self._late(Hard.FINAL_LAST, other, end)

    @staticmethod
    def _late(rule: Hard, one: _Sitting, other: _Sitting) -> Iterator[Reason]:
        """Where `other`, which may begin only when `one` is over, begins before."""
        if other.begins < one.ends and not (one.held and other.held):
            yield other.broken(rule, other=one.unit.key)

    def _days(self) -> Iterator[Reason]:
        days: defaultdict[tuple[str, date], list[_Sitting]] = defaultdict(list)
        for sitting in self.sittings:
            days[sitting.edition.key, local_day(sitting.begins)].append(sitting)
        for (_, day), sittings in days.items():
            minutes = sum(sitting.unit.minutes for sitting in sittings)
            most = sittings[0].edition.most_minutes_a_day
            if minutes > most and not all(sitting.held for sitting in sittings):
                last = max(sittings, key=lambda it: it.begins)
                yield last.broken(Hard.DAY_FULL, day=day, minutes=minutes, most=most)

    def _score(self) -> Score:
        weights = self.problem.weights
        months: defaultdict[tuple[str, int, int], Counter[Kind]] = defaultdict(Counter)
        modules: defaultdict[tuple[str, str], list[_Sitting]] = defaultdict(list)
        saturdays = 0
        for sitting in self.sittings:
            day = local_day(sitting.begins)
            saturdays += day.weekday() == SATURDAY
            modules[sitting.edition.key, sitting.module.key].append(sitting)
            if sitting.unit.kind:
                months[sitting.edition.key, day.year, day.month][sitting.unit.kind] += sitting.unit.minutes
        return Score(
            balance=weights.balance * sum(self._hours_off(kinds) for kinds in months.values()),
            saturdays=weights.saturdays * saturdays,
            length=weights.length * sum(self._weeks_over(sittings) for sittings in modules.values()),
            instructors=weights.instructors * sum(self._too_many(sittings) for sittings in modules.values()),
        )

    def _hours_off(self, kinds: Counter[Kind]) -> int:
        due = self.problem.weights.academic_percent * kinds.total()
        hundredths = abs(100 * kinds[Kind.ACADEMIC] - due) - 100 * self.problem.weights.balance_tolerance
        return max(0, -(-hundredths // 6000))

    @staticmethod
    def _weeks_over(sittings: list[_Sitting]) -> int:
        usual = sittings[0].module.usual_weeks
        if usual is None:
            return 0
        length = max(it.ends for it in sittings) - min(it.begins for it in sittings)
        return max(0, -(-(length - usual * WEEK) // WEEK))

    def _too_many(self, sittings: list[_Sitting]) -> int:
        people = {key for sitting in sittings for key in sitting.placed.instructors}
        return max(0, len(people) - self.problem.weights.most_instructors)
