"""The participants of an edition as a problem of teams: what they are mixed in, and what the office wishes.

Pure. People are known by the key of their enrollment, teams by their number: "01", "02", …
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from enrollment.teams import Attribute, Person, Problem, Team, number_of_teams

# What teams are mixed in, the heaviest first. Nobody is to be the only one of their sector.
WEIGHTS = {"sector": 4, "employer_kind": 3, "region": 2, "access": 2, "role": 1}
NOT_ALONE = {"sector": ("private", "public")}

Marks = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the edition, as their work profile has them, and the number of their team, if any."""

    key: str
    sector: str
    employer_kind: str
    employer: str
    role: str
    region: str
    access: str
    team: int | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the office wishes, each as (person, mark).

    Of `pins` and `forbidden` the mark is a team; of `together` and `apart` a letter: who has the same is
    kept in one team, or each two of them apart. `teams` is how many there are to be, None about five people
    each.
    """

    teams: int | None = None
    pins: Marks = ()
    forbidden: Marks = ()
    together: Marks = ()
    apart: Marks = ()

    def as_json(self) -> dict[str, object]:
        """As a plan keeps them."""
        marks = {name: [list(mark) for mark in getattr(self, name)] for name in MARKS}
        return {"teams": self.teams, **marks}


MARKS = ("pins", "forbidden", "together", "apart")


def wishes_of(kept: Mapping[str, object]) -> Wishes:
    """As a plan kept them."""
    marks = {name: tuple((str(one), str(mark)) for one, mark in _pairs(kept, name)) for name in MARKS}
    teams = kept.get("teams")
    return Wishes(teams if isinstance(teams, int) else None, **marks)


def _pairs(kept: Mapping[str, object], name: str) -> Sequence[tuple[object, object]]:
    found = kept.get(name, [])
    return [(one, mark) for one, mark in found] if isinstance(found, list) else []


def team_key(number: int) -> str:
    """A number as the key of a team, so that keys stand in the order of numbers."""
    return f"{number:02}"


def problem_of(
    members: Iterable[Member], numbers: Sequence[int], wishes: Wishes, *, smallest: int, largest: int
) -> Problem:
    """The problem; `numbers` are those of the teams there are, of which the first are used again.

    Wishes about somebody who is no longer there, and about teams there will not be, are left in: counting
    says so before anything is sought.
    """
    people = sorted(members, key=lambda it: it.key)
    wanted = wishes.teams or number_of_teams(len(people), smallest, largest) or 0
    teams = tuple(map(team_key, numbers_of(numbers, wanted)))
    today: defaultdict[str, list[str]] = defaultdict(list)
    for member in people:
        if member.team is not None:
            today[team_key(member.team)].append(member.key)
    values = {key: Counter(normal(getattr(it, key)) for it in people) for key in WEIGHTS}
    return Problem(
        people=tuple(person_of(it, values) for it in people),
        teams=teams,
        attributes=tuple(Attribute(key, weight, NOT_ALONE.get(key, ())) for key, weight in WEIGHTS.items()),
        smallest=smallest,
        largest=largest,
        apart=tuple(
            (one, other)
            for group in grouped(wishes.apart)
            for index, one in enumerate(group)
            for other in group[index + 1 :]
        ),
        together=tuple(group for group in grouped(wishes.together) if len(group) > 1),
        pins=tuple(sorted(wishes.pins)),
        forbidden=tuple(sorted(wishes.forbidden)),
        today=tuple(Team(key, tuple(sorted(keys))) for key, keys in sorted(today.items())),
    )


def numbers_of(numbers: Sequence[int], wanted: int) -> list[int]:
    """So many numbers of teams: those there are, then the next free ones."""
    found = sorted(numbers)[:wanted]
    free = (number for number in range(1, wanted + len(found) + 1) if number not in found)
    return sorted([*found, *(next(free) for _ in range(wanted - len(found)))])


def person_of(member: Member, values: Mapping[str, Counter[str]]) -> Person:
    """A member; what nobody shares cannot be uneven and is left out."""
    known = {key: normal(getattr(member, key)) for key in WEIGHTS}
    shared = {key: value for key, value in known.items() if value and values[key][value] > 1}
    return Person(member.key, shared, employer=normal(member.employer))


def normal(text: str) -> str:
    """Free text as it is compared: capitals and spaces make no other employer, nor another role."""
    return " ".join(text.split()).casefold()


def grouped(marks: Marks) -> list[tuple[str, ...]]:
    """People with the same letter."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for person, letter in sorted(marks):
        found[letter].append(person)
    return [tuple(group) for _letter, group in sorted(found.items())]
