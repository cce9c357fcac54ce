"""Small problems of teams, and all their teams by brute force."""

from collections.abc import Iterator
from itertools import combinations

from hypothesis import strategies as st

from enrollment.teams import Attribute, Person, Problem, Team, Teams, number_of_teams

SECTOR, REGION = Attribute("sector", 4), Attribute("region", 2)
PUBLIC, PRIVATE = "public", "private"


def person(key: str, sector: str = PRIVATE, region: str = "Piemonte", **more) -> Person:
    return Person(key, {"sector": sector, "region": region}, **more)


def ten() -> Problem:
    """Two teams of five: four public, six private; A and B work for the same employer."""
    regions = ("Piemonte", "Lombardia", "Piemonte", "Veneto", "Lombardia") * 2
    people = tuple(
        person(key, PUBLIC if key in "ABCD" else PRIVATE, region, score=float(60 + 3 * number))
        for number, (key, region) in enumerate(zip("ABCDEFGHIJ", regions, strict=True))
    )
    people = tuple(
        Person(it.key, it.attributes, "Tramvia" if it.key in "AB" else it.key, it.score) for it in people
    )
    return Problem(people, ("Rosso", "Verde"), (SECTOR, REGION))


def teams(**members: str) -> Teams:
    """Teams by their keys, of people whose keys are letters."""
    return tuple(Team(key, tuple(it)) for key, it in members.items())


def all_teams(problem: Problem, keys: tuple[str, ...] | None = None) -> Iterator[Teams]:
    """Every way to divide people into teams that are as large as each other, or one larger."""
    left = keys if keys is not None else tuple(sorted(it.key for it in problem.people))
    yield from _divide(problem, problem.teams, left)


def _divide(problem: Problem, names: tuple[str, ...], left: tuple[str, ...]) -> Iterator[Teams]:
    if not names:
        if not left:
            yield ()
        return
    for size in sorted(set(problem.sizes)):
        for members in combinations(left, size):
            rest = tuple(it for it in left if it not in members)
            for others in _divide(problem, names[1:], rest):
                yield (Team(names[0], members), *others)


@st.composite
def problems(draw, most: int = 18) -> Problem:
    """Problems of all sizes and rules, with teams or without."""
    number = draw(st.integers(4, most).filter(number_of_teams))
    keys = [f"P{index:02}" for index in range(number)]
    names = tuple(f"T{index}" for index in range(number_of_teams(number)))
    people = tuple(
        Person(
            key,
            draw(
                st.fixed_dictionaries(
                    {"sector": st.sampled_from([PUBLIC, PRIVATE])},
                    optional={"region": st.sampled_from("NCS")},
                )
            ),
            draw(st.sampled_from(["", *"abcdefgh"])),
            draw(st.none() | st.integers(0, 100).map(float)),
            draw(
                st.none() | st.sets(st.sampled_from(["mon", "tue", "wed"]), min_size=1).map(sorted).map(tuple)
            ),
            draw(st.lists(st.sampled_from(names), unique=True).map(tuple)),
        )
        for key in keys
    )
    one, team = st.sampled_from(keys), st.sampled_from(names)
    group = st.lists(one, min_size=2, max_size=3, unique=True).map(tuple)
    two = st.lists(one, min_size=2, max_size=2, unique=True).map(tuple)
    today = tuple(
        Team(name, tuple(key for key in keys if draw(st.integers(0, len(names))) == index))
        for index, name in enumerate(names)
    )
    taken: set[str] = set()
    single = []
    for it in today:
        single.append(Team(it.key, tuple(key for key in it.members if key not in taken)))
        taken |= set(it.members)
    return Problem(
        people,
        names,
        (Attribute("sector", 4, draw(st.sampled_from([(), (PUBLIC,)]))), Attribute("region", 1)),
        apart=tuple(draw(st.lists(two, max_size=3))),
        together=tuple(draw(st.lists(group, max_size=2))),
        pins=tuple(draw(st.lists(st.tuples(one, team), max_size=2))),
        forbidden=tuple(draw(st.lists(st.tuples(one, team), max_size=2))),
        today=draw(st.sampled_from([(), tuple(single)])),
        most_changes=draw(st.sampled_from([None, None, 3])),
    )
