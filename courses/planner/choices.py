"""A problem as the search sees it: whole minutes on one axis, and for each unit the choices it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from .problem import (
    Edition,
    Instructor,
    Mode,
    Module,
    Pin,
    Placed,
    Plan,
    Problem,
    Room,
    Unit,
    in_order,
    local_day,
)
from .sequence import sequence

Stretch = tuple[int, int]  # from, until


class Spot(NamedTuple):
    """Where a unit is: minutes since the origin, rooms, instructors."""

    start: int
    rooms: tuple[str, ...]
    instructors: tuple[str, ...]


Spots = dict[str, Spot]


@dataclass(frozen=True)
class Choice:
    """What one unit may take.

    `starts` are all its beginnings in order, those in `closed` half-days with their cause among them
    only when rules may be relaxed; at the `remote` ones it needs no room.
    """

    edition: Edition
    module: Module
    unit: Unit
    starts: tuple[int, ...]
    closed: Mapping[int, str]
    remote: frozenset[int]
    instructors: tuple[str, ...]
    rooms: tuple[str, ...]
    pinned_rooms: tuple[str, ...] | None = None

    @property
    def key(self) -> str:
        """The key of the unit."""
        return self.unit.key

    @property
    def module_key(self) -> tuple[str, str]:
        """The edition and the module."""
        return self.edition.key, self.module.key


class Choices:
    """The choices of every unit that has not been held, and where the held ones are.

    When `relaxable`, what could be relaxed is among them too: closed half-days, rooms that do not suit,
    everything in spite of pins, and absences that are not firm (in `absences`, the others in `away`).
    """

    def __init__(self, problem: Problem, *, relaxable: bool = False) -> None:
        self.problem = problem
        self.relaxable = relaxable
        self.origin = min(
            (slot.starts_at for edition in problem.editions for slot in edition.slots),
            default=datetime(2022, 1, 1, tzinfo=UTC),
        )
        self.instructors: dict[str, Instructor] = {one.key: one for one in problem.instructors}
        self.rooms: dict[str, Room] = {one.key: one for one in problem.rooms}
        self.away: dict[tuple[str, str], list[Stretch]] = {}
        self.absences: dict[tuple[str, str], list[tuple[Stretch, str]]] = {}
        for name, all_of_them in (("instructor", problem.instructors), ("room", problem.rooms)):
            for one in all_of_them:
                self._note_away(name, one)
        self.days: dict[int, tuple[int, int, int, int]] = {}  # start → year, month, day, weekday
        self.held: Spots = {one.unit: self.spot(one) for one in problem.held}
        self.pairs = tuple(sequence(problem, every=relaxable))
        pins = {pin.unit: pin for pin in problem.pins}
        self.units: dict[str, Choice] = {
            key: self._choice(edition, module, unit, None if relaxable else pins.get(key))
            for key, (edition, module, unit) in problem.units.items()
            if key not in self.held
        }

    def minute(self, at: datetime) -> int:
        """An instant on the axis."""
        return (at - self.origin) // timedelta(minutes=1)

    def at(self, minute: int) -> datetime:
        """A point of the axis as an instant."""
        return self.origin + timedelta(minutes=minute)

    def day(self, start: int) -> tuple[int, int, int, int]:
        """Year, month, day and weekday in Turin."""
        if start not in self.days:
            day = local_day(self.at(start))
            self.days[start] = day.year, day.month, day.day, day.weekday()
        return self.days[start]

    def spot(self, placed: Placed) -> Spot:
        """A placed unit on the axis."""
        return Spot(self.minute(placed.starts_at), placed.rooms, placed.instructors)

    def spots(self, plan: Iterable[Placed]) -> Spots:
        """A plan on the axis."""
        return {placed.unit: self.spot(placed) for placed in plan}

    def plan(self, spots: Mapping[str, Spot]) -> Plan:
        """Spots as a plan."""
        return in_order(
            [Placed(key, self.at(spot.start), spot.rooms, spot.instructors) for key, spot in spots.items()]
        )

    def stretch(self, key: str, spot: Spot) -> Stretch:
        """From when until when a unit lasts at its spot."""
        return spot.start, spot.start + self.problem.units[key][2].minutes

    def _note_away(self, name: str, who: Instructor | Room) -> None:
        spans = [((self.minute(it.starts_at), self.minute(it.ends_at)), it) for it in who.away]
        self.away[name, who.key] = [stretch for stretch, it in spans if it.firm or not self.relaxable]
        self.absences[name, who.key] = [
            (stretch, it.cause) for stretch, it in spans if not it.firm and self.relaxable
        ]

    def _choice(self, edition: Edition, module: Module, unit: Unit, pin: Pin | None) -> Choice:
        earliest = self.problem.not_before
        starts: dict[int, str] = {}
        remote: set[int] = set()
        taken = [
            self.stretch(key, spot)
            for key, spot in self.held.items()
            if self.problem.units[key][0].key == edition.key
        ]
        for slot in sorted(edition.slots, key=lambda it: bool(it.closed)):
            if unit.purpose not in slot.purposes or (slot.closed and not self.relaxable):
                continue
            begins, ends = self.minute(slot.starts_at), self.minute(slot.ends_at)
            for start in range(begins, ends - unit.minutes + 1, unit.minutes):
                if start in starts or (earliest and self.at(start) < earliest):
                    continue
                if any(since < start + unit.minutes and start < until for since, until in taken):
                    continue
                starts[start] = slot.closed
                if (unit.mode or slot.mode) == Mode.REMOTE:
                    remote.add(start)
        if pin and pin.starts_at:
            starts = {start: "" for start in starts if start == self.minute(pin.starts_at)}
        if pin and pin.rooms is not None:
            starts = {start: "" for start in starts if (start in remote) != bool(pin.rooms)}
        return Choice(
            edition,
            module,
            unit,
            tuple(sorted(starts)),
            {start: cause for start, cause in starts.items() if cause},
            frozenset(remote),
            self._teachers(unit, pin),
            self._rooms(edition, unit, pin),
            pin.rooms if pin else None,
        )

    def _teachers(self, unit: Unit, pin: Pin | None) -> tuple[str, ...]:
        known = [key for key in unit.qualified if key in self.instructors]
        fitting = [key for key in known if unit.kind in (None, self.instructors[key].kind)]
        if pin and pin.instructors is not None:
            pinned = tuple(key for key in fitting if key in pin.instructors)
            return pinned if len(pinned) == unit.teachers == len(pin.instructors) else ()
        return tuple(fitting) if unit.teachers else ()

    def _rooms(self, edition: Edition, unit: Unit, pin: Pin | None) -> tuple[str, ...]:
        here = [room for room in self.problem.rooms if room.hub == edition.hub]
        if pin and pin.rooms is not None:
            here = [room for room in here if room.key in pin.rooms]
        if not self.relaxable:
            here = [room for room in here if set(unit.kit) <= set(room.kit)]
            here = [room for room in here if unit.parallel > 1 or room.capacity >= unit.people]
        # the least that fits first; what is specially fitted last
        return tuple(room.key for room in sorted(here, key=lambda it: (len(it.kit), it.capacity)))

    def free_starts(self, choice: Choice, taken: Iterable[Stretch]) -> tuple[int, ...]:
        """The beginnings of a unit at which it overlaps nothing of what is `taken`."""
        minutes, taken = choice.unit.minutes, tuple(taken)
        return tuple(
            start
            for start in choice.starts
            if not any(since < start + minutes and start < until for since, until in taken)
        )

    def fewest_rooms(self, key: str, rooms: Iterable[str]) -> tuple[str, ...]:
        """As many of the rooms as the people of a unit need."""
        people = self.problem.units[key][2].people
        kept = sorted(rooms, key=lambda it: (self.rooms[it].capacity, it))
        for room in tuple(kept):
            if len(kept) > 1 and sum(self.rooms[it].capacity for it in kept if it != room) >= people:
                kept.remove(room)
        return tuple(sorted(kept))


def covered(stretches: Iterable[Stretch]) -> int:
    """The minutes of a union of stretches."""
    total = end = 0
    for since, until in sorted(stretches):
        total += max(0, until - max(since, end))
        end = max(end, until)
    return total
