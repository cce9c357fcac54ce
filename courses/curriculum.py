"""The programme as a file: reads `courses/curricula/*.toml` and refuses what does not add up.

The file gives hours, the rest of the house whole minutes. Every message names the line of the
file, for its author; nobody else reads them, so they are in English only.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from courses.hours import show_minutes

HALF_DAY = 240  # minutes
MOST_HOURS = 9_999  # longer than any programme: a slip of the keyboard

_TITLES = ("title_it", "title_en")
_PROGRAMME_KEYS = frozenset(
    {
        "code",
        "version",
        *_TITLES,
        "total_hours",
        "academic_hours",
        "company_hours",
        "block",
    }
)
_BLOCK_KEYS = frozenset({"code", *_TITLES, "hours", "counts_towards_total", "module"})
_MODULE_KEYS = frozenset(
    {
        "code",
        *_TITLES,
        "hours",
        "academic_hours",
        "company_hours",
        "lab_half_days",
        "has_test",
    }
)
_HEADER = re.compile(r"^\s*\[\[\s*(block|block\s*\.\s*module)\s*\]\]")
_KEY = re.compile(r"^\s*(\w+)\s*=")


@dataclass(frozen=True, slots=True)
class ModulePlan:
    """A module: the unit with at most one test. Durations are in minutes."""

    code: str
    title_it: str
    title_en: str
    minutes: int
    academic_minutes: int
    company_minutes: int
    lab_half_days: int
    has_test: bool
    line: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class BlockPlan:
    """One of the parts of the programme; two of the six stand beside the 300 hours."""

    code: str
    title_it: str
    title_en: str
    minutes: int
    counts_towards_total: bool
    modules: tuple[ModulePlan, ...]
    line: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Curriculum:
    """A version of the programme with what it declares as its sums, in minutes."""

    code: str
    version: str
    title_it: str
    title_en: str
    total_minutes: int
    academic_minutes: int
    company_minutes: int
    blocks: tuple[BlockPlan, ...]
    lines: Mapping[str, int] = field(compare=False, hash=False)

    @property
    def modules(self) -> tuple[ModulePlan, ...]:
        """Every module, in the order of the file."""
        return tuple(module for block in self.blocks for module in block.modules)


class CurriculumError(ValueError):
    """A curriculum that may not be used; `problems` is one sentence per fault."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def read(path: Path) -> Curriculum:
    """The checked curriculum in a file, or a `CurriculumError` with everything wrong in it."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise CurriculumError([f"{path.name} is not UTF-8: {error.reason}"]) from error


def parse(text: str) -> Curriculum:
    """The checked curriculum in a text; see `read`."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise CurriculumError([f"not a TOML file: {error}"]) from error
    reader = _Reader(text)
    curriculum = reader.curriculum(data)
    problems = reader.problems or check(curriculum)
    if problems:
        raise CurriculumError(problems)
    return curriculum


def check(curriculum: Curriculum) -> list[str]:
    """What does not add up, each with the line of the file that says so; empty when all does."""
    return [
        *_repeated("block", curriculum.blocks),
        *_repeated("module", curriculum.modules),
        *(problem for block in curriculum.blocks for problem in _check_block(block)),
        *_check_total(curriculum),
    ]


def _repeated(noun: str, plans: Iterable[BlockPlan | ModulePlan]) -> Iterator[str]:
    first: dict[str, int] = {}
    for plan in plans:
        if plan.code in first:
            yield f"line {plan.line}: {noun} {plan.code} is there already, on line {first[plan.code]}"
        else:
            first[plan.code] = plan.line


def _check_block(block: BlockPlan) -> Iterator[str]:
    for module in block.modules:
        yield from _check_module(module, counts=block.counts_towards_total)
    reached = sum(module.minutes for module in block.modules)
    if reached != block.minutes:
        yield (
            f"line {block.line}: block {block.code} has {show_minutes(block.minutes)}, "
            f"its modules make {show_minutes(reached)}"
        )


def _check_module(module: ModulePlan, *, counts: bool) -> Iterator[str]:
    where = f"line {module.line}: module {module.code}"
    taught = module.academic_minutes + module.company_minutes
    if module.minutes == 0:
        yield f"{where} has no hours"
    if counts and taught != module.minutes:
        yield (
            f"{where} has {show_minutes(module.minutes)}, academic and company teaching make "
            f"{show_minutes(taught)}"
        )
    if not counts and (taught or module.has_test):
        yield f"{where} is beside the total, so it has neither teaching hours nor a test"
    if module.lab_half_days * HALF_DAY > module.minutes:
        yield (
            f"{where} has {show_minutes(module.minutes)}, too short for "
            f"{module.lab_half_days} half-days in a lab"
        )


def _check_total(curriculum: Curriculum) -> Iterator[str]:
    counting = [block for block in curriculum.blocks if block.counts_towards_total]
    modules = [module for block in counting for module in block.modules]
    sums = (
        ("total_hours", curriculum.total_minutes, sum(b.minutes for b in counting)),
        (
            "academic_hours",
            curriculum.academic_minutes,
            sum(m.academic_minutes for m in modules),
        ),
        (
            "company_hours",
            curriculum.company_minutes,
            sum(m.company_minutes for m in modules),
        ),
    )
    for key, declared, reached in sums:
        if declared != reached:
            yield (
                f"line {curriculum.lines.get(key, 0)}: {key} declares {show_minutes(declared)}, "
                f"the blocks that count make {show_minutes(reached)}"
            )


class _Reader:
    """Turns parsed TOML into plans, collecting every fault instead of stopping at the first."""

    def __init__(self, text: str) -> None:
        self.problems: list[str] = []
        self.lines: dict[str, int] = {}
        headers: dict[str, list[int]] = {"block": [], "block.module": []}
        for number, line in enumerate(text.splitlines(), start=1):
            if header := _HEADER.match(line):
                headers["".join(header[1].split())].append(number)
            elif (key := _KEY.match(line)) and not headers["block"]:
                self.lines[key[1]] = number
        self._headers = {kind: iter(numbers) for kind, numbers in headers.items()}

    def curriculum(self, data: dict[str, object]) -> Curriculum:
        table = _Table(data, "line 1: the programme", self.problems)
        table.expect(_PROGRAMME_KEYS)
        return Curriculum(
            code=table.text("code"),
            version=table.text("version"),
            title_it=table.text("title_it"),
            title_en=table.text("title_en"),
            total_minutes=table.minutes("total_hours"),
            academic_minutes=table.minutes("academic_hours"),
            company_minutes=table.minutes("company_hours"),
            blocks=tuple(self._block(block) for block in table.tables("block")),
            lines=self.lines,
        )

    def _block(self, data: dict[str, object]) -> BlockPlan:
        line = next(self._headers["block"], 0)
        table = _Table(data, f"line {line}: block {data.get('code', '?')}", self.problems)
        table.expect(_BLOCK_KEYS)
        return BlockPlan(
            code=table.text("code"),
            title_it=table.text("title_it"),
            title_en=table.text("title_en"),
            minutes=table.minutes("hours"),
            counts_towards_total=table.truth("counts_towards_total"),
            modules=tuple(self._module(module) for module in table.tables("module")),
            line=line,
        )

    def _module(self, data: dict[str, object]) -> ModulePlan:
        line = next(self._headers["block.module"], 0)
        table = _Table(data, f"line {line}: module {data.get('code', '?')}", self.problems)
        table.expect(_MODULE_KEYS)
        return ModulePlan(
            code=table.text("code"),
            title_it=table.text("title_it"),
            title_en=table.text("title_en"),
            minutes=table.minutes("hours"),
            academic_minutes=table.minutes("academic_hours"),
            company_minutes=table.minutes("company_hours"),
            lab_half_days=table.count("lab_half_days"),
            has_test=table.truth("has_test"),
            line=line,
        )


@dataclass(frozen=True, slots=True)
class _Table:
    """One TOML table read value by value; `where` begins every complaint about it."""

    data: dict[str, object]
    where: str
    problems: list[str]

    def expect(self, keys: frozenset[str]) -> None:
        for key in sorted(self.data.keys() - keys):
            self.problems.append(f"{self.where} has an unknown key: {key}")
        for key in sorted(keys - self.data.keys()):
            self.problems.append(f"{self.where} lacks {key}")

    def text(self, key: str) -> str:
        value = self.data.get(key, "?")
        if isinstance(value, str) and value.strip():
            return value
        self.problems.append(f"{self.where}: {key} is not a text")
        return "?"

    def minutes(self, key: str) -> int:
        value = self.data.get(key, 0)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | Decimal)
            or not Decimal(value).is_finite()
            or not 0 <= value <= MOST_HOURS
        ):
            self.problems.append(f"{self.where}: {key} is not a number of hours")
            return 0
        minutes = Decimal(value) * 60
        if minutes != int(minutes):
            self.problems.append(f"{self.where}: {key} is not a whole number of minutes: {value}")
            return 0
        return int(minutes)

    def count(self, key: str) -> int:
        value = self.data.get(key, 0)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self.problems.append(f"{self.where}: {key} is not a whole number")
        return 0

    def truth(self, key: str) -> bool:
        value = self.data.get(key, False)
        if isinstance(value, bool):
            return value
        self.problems.append(f"{self.where}: {key} is neither true nor false")
        return False

    def tables(self, key: str) -> list[dict[str, object]]:
        value = self.data.get(key, [])
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return value
        self.problems.append(f"{self.where}: {key} is not a list of tables")
        return []
