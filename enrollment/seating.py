"""Who sits where in a session, and why: rooms fill by order of choice and are never oversold."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

Room = int  # its key
Hub = int


class Reason(StrEnum):
    """Why somebody sits, or does not yet sit, where they chose."""

    REMOTE = "remote"
    KEPT = "kept"
    FREE = "free"
    FULL = "full"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Wish:
    """The room a person chose (None: remote), since when, and whether a seat in it is theirs already."""

    person: int
    room: Room | None
    chosen_at: datetime
    seated: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """What came of a wish. `ahead` counts those who wait for the same room before this person."""

    wish: Wish
    reason: Reason
    ahead: int = 0

    @property
    def seated(self) -> bool:
        return self.reason not in (Reason.FULL, Reason.GONE)


class Habit(NamedTuple):
    """How somebody attends in person: at the `hub` they chose, or wherever the edition is, which has its
    `main` hub.
    """

    hub: Hub | None
    main: Hub


def usual_rooms(rooms: Mapping[Room, Hub | None], habit: Habit | None, *, may_be_remote: bool) -> list[Room]:
    """The rooms of a session, each in its hub, where somebody goes who chose nothing; none is remotely.

    `habit` is None for who attends remotely. Where nothing fits, and there is no call either, any room is
    better than none.
    """
    if habit is None:
        fitting = []
    else:
        fitting = [room for room, where in rooms.items() if where == (habit.hub or habit.main)]
        fitting = fitting or ([] if habit.hub else list(rooms))
    return fitting if fitting or may_be_remote else list(rooms)


def seat(wishes: Iterable[Wish], capacity: Mapping[Room, int]) -> list[Seat]:
    """A seat for each wish while the room has one: first who sits already, then by order of choice.

    `capacity` holds the rooms of the session; a wish for another room, which the session has lost, waits.
    """
    taken: Counter[Room] = Counter()
    waiting: Counter[Room] = Counter()
    seats = []
    for wish in sorted(wishes, key=lambda wish: (not wish.seated, wish.chosen_at, wish.person)):
        if wish.room is None:
            seats.append(Seat(wish, Reason.REMOTE))
        elif wish.room not in capacity:
            seats.append(Seat(wish, Reason.GONE))
        elif taken[wish.room] < capacity[wish.room]:
            taken[wish.room] += 1
            seats.append(Seat(wish, Reason.KEPT if wish.seated else Reason.FREE))
        else:
            seats.append(Seat(wish, Reason.FULL, waiting[wish.room]))
            waiting[wish.room] += 1
    return seats
