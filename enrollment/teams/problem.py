"""A problem of teams: who is to be put into which teams, under which rules.

Everything is known by a key of the caller's. Teams are as large as each other, or one larger. Sequences
are tuples, so that a problem has one written form and one `fingerprint`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import sha256
from itertools import pairwise

SMALLEST, LARGEST, USUAL = 4, 6, 5


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be put into a team.

    An attribute that is not known is left out and counts nowhere; without a `score` one counts as the
    average; `evenings` None is free on any; `preferences` are teams, the dearest first.
    """

    key: str
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)
    employer: str = ""
    score: float | None = None
    evenings: tuple[str, ...] | None = None
    preferences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something teams are to be mixed in, its weight, and the values nobody should be alone with."""

    key: str
    weight: int = 1
    not_alone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Team:
    """A team with its members, in the order of their keys."""

    key: str
    members: tuple[str, ...]


Teams = tuple[Team, ...]
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Problem:
    """People, the keys of their teams, and the rules.

    `apart` are pairs of people, `together` groups of them; `pins` and `forbidden` are people with a team.
    `today` are the teams there are, for few changes; no more than `most_changes` people may leave theirs.
    """

    people: tuple[Person, ...]
    teams: tuple[str, ...]
    attributes: tuple[Attribute, ...] = ()
    smallest: int = SMALLEST
    largest: int = LARGEST
    apart: Pairs = ()
    together: tuple[tuple[str, ...], ...] = ()
    pins: Pairs = ()
    forbidden: Pairs = ()
    today: Teams = ()
    most_changes: int | None = None

    @cached_property
    def by_key(self) -> dict[str, Person]:
        """Everybody by their key."""
        return {person.key: person for person in self.people}

    @cached_property
    def sizes(self) -> tuple[int, int]:
        """How many people the smaller and the larger teams have."""
        number = max(1, len(self.teams))
        return len(self.people) // number, -(-len(self.people) // number)

    @cached_property
    def asked_not_alone(self) -> tuple[tuple[str, str], ...]:
        """The attributes and values nobody should be alone with."""
        return tuple((it.key, value) for it in self.attributes for value in it.not_alone)

    @cached_property
    def team_today(self) -> dict[str, str]:
        """The team of everybody who has one today and is still there."""
        return {key: team.key for team in self.today for key in team.members if key in self.by_key}

    @cached_property
    def close(self) -> tuple[tuple[str, ...], ...]:
        """People who end in one team whatever happens: kept together, or pinned to it."""
        leader = {person.key: person.key for person in self.people}

        def of(key: str) -> str:
            while leader[key] != key:
                key = leader[key]
            return key

        pinned: defaultdict[str, list[str]] = defaultdict(list)
        for key, team in self.pins:
            pinned[team].append(key)
        for group in (*self.together, *pinned.values()):
            known = [key for key in group if key in leader]
            for one, other in pairwise(known):
                leader[of(other)] = of(one)
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for person in self.people:
            groups[of(person.key)].append(person.key)
        return tuple(tuple(group) for group in groups.values())

    @cached_property
    def most_of_employer(self) -> dict[str, int]:
        """How many people of each employer one team may have.

        One, unless there are more of them than teams, or some are kept together.
        """
        counts = Counter(person.employer for person in self.people if person.employer)
        most = {employer: -(-number // max(1, len(self.teams))) for employer, number in counts.items()}
        for group in self.close:
            for employer, number in Counter(self.by_key[key].employer for key in group).items():
                if employer:
                    most[employer] = max(most[employer], number)
        return most

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same problem, and for no other: tells whether the inputs have changed since."""
        return sha256(json.dumps(asdict(self), default=str, sort_keys=True).encode()).hexdigest()


def number_of_teams(people: int, smallest: int = SMALLEST, largest: int = LARGEST) -> int | None:
    """How many teams of about five these people make; None if they make none of the right sizes."""
    possible = [
        number
        for number in range(1, people + 1)
        if people // number >= smallest and -(-people // number) <= largest
    ]
    return min(possible, key=lambda number: (abs(people - USUAL * number), number), default=None)


def as_teams(problem: Problem, team_of: Mapping[str, str]) -> Teams:
    """Teams in the problem's order, from the team of everybody."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for person, team in team_of.items():
        members[team].append(person)
    return tuple(Team(key, tuple(sorted(members[key]))) for key in problem.teams)
