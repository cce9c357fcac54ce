"""Teams of cohorts of real size and the public instances of a hard problem, in this process's CPU seconds.

The cohorts are invented from a seed. The instances are those of the maximally diverse grouping problem
(MDGPLIB) with equal sizes; they are not ours to copy: TEAMS_INSTANCES names the folder that holds them.
"""

import os
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from random import Random
from statistics import mean

from courses.planner.engine import load
from enrollment.teams import Answer, Attribute, Effort, Engine, Person, Problem, Team, check, form
from enrollment.teams.exchange import Cooling, Table, anneal, cost
from enrollment.teams.search import greedy

from .planner import seconds

Say = Callable[[str], object]
SEEDS = (0, 1, 2)
TEN_SECONDS = {30: Effort(runs=12, rounds=30_000), 120: Effort(runs=3, rounds=35_000)}
REGIONS = "PIE " * 10 + "LOM " * 4 + "EMR " * 3 + "VEN " * 3 + "TOS TOS CAM CAM PUG PUG SIC SIC ABR BAS"
# The best values known, or proved, and how many runs of how many rounds are spent on each.
INSTANCES: dict[str, tuple[float | None, int, int]] = {
    "RanInt_n010_ss_01": (1292, 2, 2000),
    "RanInt_n012_ss_01": (985, 2, 4000),
    "Geo_n010_ss_01": (None, 2, 2000),
    "RanInt_n030_ss_01": (5364, 4, 60_000),
    "Geo_n030_ss_01": (13790.99, 8, 40_000),
    "Geo_n060_ss_01": (None, 4, 20_000),
    "RanInt_n120_ss_01": (47909, 5, 110_000),
    "RanReal_n120_ss_01": (47363.2, 5, 110_000),
    "Geo_n120_ss_01": (101655.5, 3, 80_000),
}


def cohort(people: int, teams: int, seed: int = 0) -> Problem:
    """Invented people: two in five public, regions as in the past edition, some colleagues."""
    luck = Random(seed)
    names = [f"P{number:02}" for number in range(1, people + 1)]
    members = tuple(
        Person(
            name,
            {
                "sector": "public" if number % 5 < 2 else "private",
                "discipline": luck.choice(("engineering", "economics", "planning", "law", "computing")),
                "seniority": luck.choice(("junior", "middle", "senior")),
                "region": luck.choice(REGIONS.split()),
            },
            f"organisation {luck.randrange(people * 9 // 10)}",
            round(luck.gauss(65, 12), 1),
        )
        for number, name in enumerate(names)
    )
    attributes = (
        Attribute("sector", 4),
        Attribute("discipline", 4),
        Attribute("seniority", 3),
        Attribute("region", 2),
    )
    return Problem(members, tuple(f"T{number:02}" for number in range(1, teams + 1)), attributes)


def joint(problem: Problem, teams: tuple[Team, ...]) -> float:
    """One number for comparing searches: evenness, and by how many points each team's mean is off."""
    of = problem.by_key
    everybody = mean(it.score for it in problem.people)
    off = (abs(mean(of[key].score for key in team.members) - everybody) for team in teams)
    return check(problem, teams).points.evenness + sum(off)


def at_random(problem: Problem, number: int = 100) -> float:
    """The mean of teams drawn by lot."""
    luck = Random(0)
    keys = [it.key for it in problem.people]
    drawn = []
    for _ in range(number):
        luck.shuffle(keys)
        drawn.append(
            joint(
                problem,
                tuple(
                    Team(name, tuple(keys[index :: len(problem.teams)]))
                    for index, name in enumerate(problem.teams)
                ),
            )
        )
    return mean(drawn)


def formed(problem: Problem, engine: Engine, seed: int) -> dict:
    """Teams with their points, what is proved, the joint number, and the seconds."""
    effort = TEN_SECONDS[len(problem.people)] if engine is Engine.EXCHANGE else Effort()
    quick, _ = seconds(lambda: greedy(problem, seed=seed))
    took, answer = seconds(lambda: form(problem, seed=seed, effort=effort, engine=engine))
    return {
        "people": len(problem.people),
        "engine": str(engine),
        "seed": seed,
        "greedy_s": quick,
        "seconds": took,
        "status": str(answer.status),
        "evenness": answer.points.evenness,
        "evenness_proved": answer.levels[2].proved,
        "score_range": answer.points.scores / 100,
        "score_range_proved": answer.levels[3].proved,
        "percent_of_random": round(100 * joint(problem, answer.teams) / at_random(problem), 1),
        "violations": len(check(problem, answer.teams).violations),
    }


def level_one(problem: Problem, seed: int) -> tuple[float, Answer]:
    """Teams whose counts are as even as can be, and no more: how long the proof takes."""
    effort = Effort(scores=0.01, slices=0)
    return seconds(lambda: form(problem, seed=seed, effort=effort, engine=Engine.CP_SAT))


def dispersed(name: str, seed: int) -> tuple[float, float]:
    """How far apart the exchange gets the people of an instance, and the seconds."""
    _, runs, rounds = INSTANCES[name]
    table, start = instance(name)

    def best() -> float:
        luck = Random(seed)
        found = []
        for _ in range(runs):
            luck.shuffle(start)
            found.append(-cost(table, anneal(table, start, Cooling(rounds), luck)))
        return max(found)

    took, value = seconds(best)
    return value, took


def instance(name: str) -> tuple[Table, list[int]]:
    """An instance as a table of costs, and a division to begin with."""
    lines = iter((Path(os.environ["TEAMS_INSTANCES"]) / f"{name}.txt").read_text().splitlines())
    number, groups, kind, *sizes = next(lines).split()
    if kind != "ss" or len(set(sizes)) > 1:
        raise ValueError(f"{name}: groups of different sizes")
    pairs = [[0.0] * int(number) for _ in range(int(number))]
    for line in lines:
        if line.strip():
            one, other, distance = line.split()
            pairs[int(one)][int(other)] = pairs[int(other)][int(one)] = -float(distance)
    places = [[0.0] * int(groups) for _ in pairs]
    return Table(pairs, places, [1] * int(number)), [unit % int(groups) for unit in range(int(number))]


def halves(name: str) -> tuple[float, float]:
    """The least and the most of an instance of two groups, by trying all."""
    table, start = instance(name)
    units = range(len(start))
    every = [[int(unit in half) for unit in units] for half in combinations(units, len(start) // 2)]
    costs = [-cost(table, it) for it in every]
    return min(costs), max(costs)


def instances() -> Iterator[str]:
    """The instances at hand."""
    folder = os.environ.get("TEAMS_INSTANCES")
    if folder:
        yield from (name for name in INSTANCES if (Path(folder) / f"{name}.txt").exists())


def team_figures(*, say: Say) -> dict:
    """Cohorts of 30 and of 120 with both engines, and the instances, each seen by the checker."""
    load()
    figures: dict = {"cohorts": [], "instances": []}
    for people, teams in ((30, 6), (120, 20)):
        for engine in Engine:
            for seed in SEEDS:
                made = formed(cohort(people, teams, seed), engine, seed)
                figures["cohorts"].append(made)
                say("teams, " + ", ".join(f"{key} {value}" for key, value in made.items()))
    for name in instances():
        runs = [dispersed(name, seed) for seed in SEEDS]
        known = INSTANCES[name][0]
        values = [value for value, _ in runs]
        off = round(100 * (mean(values) / known - 1), 3) if known else None
        made = {"instance": name, "values": values, "percent": off, "seconds": max(it for _, it in runs)}
        figures["instances"].append(made)
        say("teams, " + ", ".join(f"{key} {value}" for key, value in made.items()))
    return figures
