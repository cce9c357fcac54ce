"""When judging somebody is a conflict of interest: the same employer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# What follows is a department, an office, a place: "Politecnico di Torino – DAUIN", "Acme (Torino)".
DEPARTMENT = re.compile(r"\s[-–—]\s|[,;(/]")
PUNCTUATION = re.compile(r"[^\w\s]+")
# Legal forms, as they stand without full stops.
FORMS = frozenset(
    ["spa", "srl", "srls", "sapa", "snc", "sas", "scarl", "scrl", "scpa", "scpl", "gmbh", "ltd", "inc"]
)
FORMS_IN_WORDS = re.compile(
    r"\bsocieta (?:per azioni|a responsabilita limitata(?: semplificata)?|consortile|cooperativa"
    r"|in accomandita (?:semplice|per azioni)|in nome collettivo|benefit)\b"
)


def same_employer(organisations: Iterable[str], employer: str) -> str | None:
    """The one of a member's `organisations` that is the applicant's `employer`, or None.

    Names are compared without case, accents, punctuation, legal form and department; somebody
    without an employer shares it with nobody.
    """
    sought = essence(employer)
    return next((name for name in organisations if sought and essence(name) == sought), None)


def essence(name: str) -> str:
    """What is left of an organisation's name: "TRAMVIA FUTURA S.p.A." and "Tramvia Futura" are one."""
    letters = unicodedata.normalize("NFKD", DEPARTMENT.split(name.strip())[0]).casefold()
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    joined = re.sub(r"(?<=\b\w)\.\s*(?=\w\b)", "", plain)  # s.p.a. → spa.
    spoken = FORMS_IN_WORDS.sub(" ", re.sub(r"\s+", " ", PUNCTUATION.sub(" ", joined)))
    words = [word for word in spoken.split() if word not in FORMS]
    return " ".join(words) or spoken.strip()
