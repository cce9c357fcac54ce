"""Who plays in the demo, and where: invented people and rooms, read from `data/`.

The addresses end in example.org, which nobody can own; the four log-ins replace four of them.
"""

import csv
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data")

# Whose address is one of the log-ins.
OFFICE = "Mariangela Tesorieri"
INSTRUCTOR = "Ivo Brondellari"
TUTOR = "Teodora Valfenera"  # closes the registers
HUB_TUTORS = {  # look after what of an edition is held in a regional hub
    "Hub di Milano": "Ambra Naviglioni",
    "Hub di Napoli": "Gennara Posillipani",
    "Hub di Bari": "Nicolina Murgialta",
    "Hub di Catania": "Agatino Simetini",
}
BY_NAME = {
    OFFICE: "office@example.org",
    INSTRUCTOR: "instructor@example.org",
    TUTOR: "tutor@example.org",
    "Amalia Castelfiore": "participant@example.org",
    "Nora Giardinalto": "applicant@example.org",
}


def address(name: str) -> str:
    """The e-mail address of somebody in the demo."""
    return BY_NAME.get(name) or f"{plain(name).lower().replace(' ', '.')}@example.org"


def plain(name: str) -> str:
    """Without accents."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


@dataclass(frozen=True)
class Person:
    """Somebody who applied, or began to; the first letter of `code` says to which edition.

    P, X: the first one, those with a place and those without; R, Y: the running one; A, U: the open
    one, sent and not sent yet. `documents` and `interview` are what the three members of the committee
    give together, None where they did not come to it. `outcome` is what came of it.
    """

    code: str
    name: str
    sex: str
    born: date
    employer: str
    employer_kind: str
    role: str
    sector: str
    region: str
    access: str
    language: str
    documents: int | None
    interview: int | None
    outcome: str

    @property
    def profile(self) -> dict[str, str]:
        """The work, as an application asks for it."""
        names = ("employer", "employer_kind", "role", "sector", "region", "access")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Teacher:
    """One of the instructors; `kind` is academic or company."""

    name: str
    kind: str
    organisation: str
    organisation_kind: str
    subject: str


@cache
def people(*letters: str) -> tuple[Person, ...]:
    """Those whose code begins with one of `letters`, in the order of the file."""
    return tuple(_person(**row) for row in _rows("people.csv") if row["code"][0] in letters)


def _person(*, born: str, documents: str, interview: str, **words: str) -> Person:
    return Person(
        **words,
        born=date.fromisoformat(born),
        documents=int(documents) if documents else None,
        interview=int(interview) if interview else None,
    )


@cache
def teachers() -> tuple[Teacher, ...]:
    """All instructors, academics first."""
    return tuple(Teacher(**row) for row in _rows("instructors.csv"))


@cache
def leads() -> dict[tuple[str, str], tuple[str, ...]]:
    """(module, kind) → the names of those who lead it."""
    by_surname = {teacher.name.partition(" ")[2]: teacher.name for teacher in teachers()}
    return {
        (module, kind): tuple(by_surname[surname] for surname in surnames)
        for module, kinds in _toml("leads.toml").items()
        for kind, surnames in kinds.items()
    }


@cache
def motivations() -> Mapping[str, list[str]]:
    """Why people apply, by language."""
    return _toml("motivations.toml")


@cache
def call() -> Mapping[str, Any]:
    """The words of a call, the agreements, and what some people need."""
    return _toml("call.toml")


@cache
def projects() -> Mapping[str, Any]:
    """The projects of an edition, their milestones, and how they are judged."""
    return _toml("projects.toml")


def hubs() -> list[dict[str, Any]]:
    """The hubs, each with its rooms; the main one first."""
    found: list[dict[str, Any]] = _toml("places.toml")["hub"]
    return found


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _toml(name: str) -> Mapping[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))
