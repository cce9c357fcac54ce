"""Annealed exchange: units swap places as a cooling chance lets them, so that being together costs little.

A unit is somebody, people kept together, or an empty seat. All that is judged here is what two units cost
in one team and what a unit costs in a team: sums of squares are of this kind, and so is the maximally
diverse grouping problem, on whose public instances the search is measured (docs/teams.md).

A round weighs one unit against all others at once, by maps that run in C, and draws among them as the
temperature has it: the chance of an exchange falls with what it costs. Rounds are counted; no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, inf, log
from operator import add, itemgetter, sub
from random import Random
from statistics import median

Row = list[float]
Seating = list[int]  # the team of each unit
Beyond = Callable[[Sequence[int]], float]  # what the units of a team cost beyond pairs and places

NOISE = 1 << 14
SAMPLE = 1000
ROUNDS_A_STAGE = 500
BLOCK_EVERY = 4
SLOWLY = 0.8  # this part of the rounds


@dataclass(frozen=True)
class Table:
    """What each two units cost in one team, what each costs in each team, and how many people they are."""

    pairs: list[Row]
    places: list[Row]
    sizes: list[int]


@dataclass(frozen=True, slots=True)
class Cooling:
    """Rounds, and temperatures in parts of the usual cost of an exchange.

    Most of the rounds cool from `hot` to `warm`, where it is decided which teams it will be; the rest
    from there to `cold`.
    """

    rounds: int
    hot: float = 0.3
    warm: float = 0.1
    cold: float = 0.01

    def at(self, part: float) -> float:
        """The temperature when a part of the rounds is done."""
        if part < SLOWLY:
            begin, end, done = self.hot, self.warm, part / SLOWLY
        else:
            begin, end, done = self.warm, self.cold, (part - SLOWLY) / (1 - SLOWLY)
        return float(begin * (end / begin) ** done)


def usual_change(table: Table, seating: Seating, luck: Random) -> float:
    """The median cost or gain of an exchange of two units."""
    state = _State(table, seating, None)
    units = range(len(seating))
    changes = []
    for _ in range(SAMPLE):
        one, other = luck.choice(units), luck.choice(units)
        if seating[one] != seating[other] and table.sizes[one] == table.sizes[other]:
            changes.append(abs(state.change([one], [other])))
    return median([it for it in changes if it] or [1.0])


def cost(table: Table, seating: Seating, beyond: Beyond | None = None) -> float:
    """What a seating costs."""
    return _State(table, seating, beyond).total()


def anneal(
    table: Table,
    seating: Seating,
    cooling: Cooling,
    luck: Random,
    *,
    usual: float | None = None,
    beyond: Beyond | None = None,
) -> Seating:
    """The cheapest seating met on the way; never dearer than the first one."""
    usual = usual or usual_change(table, seating, luck)
    state = _State(table, seating, beyond)
    best, least, now = list(seating), 0.0, 0.0
    noise = [log(-log(luck.random() or 0.5)) for _ in range(NOISE)]
    blocks = [unit for unit, size in enumerate(table.sizes) if size > 1]
    number = len(seating)
    stages = max(2, cooling.rounds // ROUNDS_A_STAGE)
    for stage in range(stages):
        heat = usual * cooling.at(stage / (stages - 1))
        chances = [heat * it for it in noise]
        for turn in range(cooling.rounds // stages):
            if blocks and turn % BLOCK_EVERY == 0:
                change = _move_a_block(state, luck.choice(blocks), heat, luck)
            else:
                begin = int(luck.random() * (NOISE - number))
                change = _swap(
                    state, int(luck.random() * number), chances[begin : begin + number], heat, luck
                )
            now += change
            if now < least - 1e-9:
                least, best = now, state.team[:]
    return best


def _swap(state: _State, one: int, chances: Row, heat: float, luck: Random) -> float:
    """Exchange a unit with the one the chances favour, often itself; gives the change of the cost.

    Each exchange is drawn with the chance it has by its cost: with Gumbel noise the least is such a draw.
    """
    here = state.team[one]
    costs = list(
        map(
            add,
            map(sub, map(add, state.pick([it[one] for it in state.at]), state.at[here]), state.less[one]),
            map(sub, chances, state.own),
        )
    )
    other = costs.index(min(costs))
    there = state.team[other]
    if there == here:
        return 0.0
    if state.beyond is None:
        more = 0.0
    else:
        more = state.more_beyond([one], [other])
        if more > 0 and luck.random() >= exp(-more / heat):
            return 0.0
    change: float = costs[other] - chances[other] - state.own[one] + more
    state.exchange([one], [other])
    return change


def _move_a_block(state: _State, block: int, heat: float, luck: Random) -> float:
    """Exchange people kept together with as many others of another team, as the temperature has it."""
    here = state.team[block]
    there = int(luck.random() * len(state.at))
    if here == there:
        return 0.0
    others = state.units_of(there)
    luck.shuffle(others)
    chosen: list[int] = []
    left = state.table.sizes[block]
    for unit in others:
        if state.table.sizes[unit] <= left:
            chosen.append(unit)
            left -= state.table.sizes[unit]
    if left:
        return 0.0
    change = state.change([block], chosen) + state.more_beyond([block], chosen)
    if change > 0 and luck.random() >= exp(-change / heat):
        return 0.0
    state.exchange([block], chosen)
    return change


class _State:
    """A seating with what each unit costs, or would cost, in each team."""

    def __init__(self, table: Table, seating: Seating, beyond: Beyond | None) -> None:
        self.table = table
        self.team = list(seating)
        self.beyond = beyond
        units = range(len(seating))
        self.at: list[Row] = []
        for team in range(len(table.places[0])):
            row = [places[team] for places in table.places]
            for unit in units:
                if seating[unit] == team:
                    row = list(map(add, row, table.pairs[unit]))
            self.at.append(row)
        self.own = [self.at[self.team[unit]][unit] for unit in units]
        # Twice the cost of a pair, which an exchange saves; infinite where sizes differ.
        self.less = [
            [
                2 * table.pairs[one][other] if table.sizes[one] == table.sizes[other] else -inf
                for other in units
            ]
            for one in units
        ]
        self.pick = itemgetter(*self.team)

    def total(self) -> float:
        places = sum(row[team] for row, team in zip(self.table.places, self.team, strict=True))
        total = (sum(self.own) + places) / 2
        if self.beyond:
            total += sum(self.beyond(self.units_of(team)) for team in range(len(self.at)))
        return total

    def units_of(self, team: int) -> list[int]:
        return [unit for unit, its in enumerate(self.team) if its == team]

    def change(self, ones: list[int], others: list[int]) -> float:
        """What an exchange of units of two teams changes."""
        here, there = self.at[self.team[ones[0]]], self.at[self.team[others[0]]]
        pairs = self.table.pairs
        change = sum(there[it] - here[it] for it in ones) + sum(here[it] - there[it] for it in others)
        change -= 2 * sum(pairs[one][other] for one in ones for other in others)
        for side in (ones, others):
            change += 2 * sum(
                pairs[one][other] for index, one in enumerate(side) for other in side[index + 1 :]
            )
        return change

    def more_beyond(self, ones: list[int], others: list[int]) -> float:
        """What it changes beyond pairs and places."""
        beyond = self.beyond
        if beyond is None:
            return 0.0
        here = self.units_of(self.team[ones[0]])
        there = self.units_of(self.team[others[0]])
        before = beyond(here) + beyond(there)
        here_after = [it for it in here if it not in ones] + others
        there_after = [it for it in there if it not in others] + ones
        return beyond(here_after) + beyond(there_after) - before

    def exchange(self, ones: list[int], others: list[int]) -> None:
        here, there = self.team[ones[0]], self.team[others[0]]
        pairs, at, team = self.table.pairs, self.at, self.team
        for goes in ones:
            at[here] = list(map(sub, at[here], pairs[goes]))
            at[there] = list(map(add, at[there], pairs[goes]))
            team[goes] = there
        for comes in others:
            at[here] = list(map(add, at[here], pairs[comes]))
            at[there] = list(map(sub, at[there], pairs[comes]))
            team[comes] = here
        own = self.own
        row_here, row_there = at[here], at[there]
        for unit, its in enumerate(team):
            if its == here:
                own[unit] = row_here[unit]
            elif its == there:
                own[unit] = row_there[unit]
        self.pick = itemgetter(*team)
