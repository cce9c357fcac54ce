"""Whose rows of a report are whose: by e-mail, and never by a name alone.

A display name is what its owner typed that morning. Matching by it put the presence of one person down to
another of the same name (github.com/jrchamp/moodle-mod_zoom/issues/496), and matching by likeness to
people of other names (issues/168). So a name that agrees letter by letter is proposed for somebody to
decide, what is only alike is not even that, and where two people fit both are shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from assessments.reports import Row
from courses.reasons import Reason


class Verdict(StrEnum):
    """How sure it is whose row it is."""

    CERTAIN = "certain"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"


class Ground(StrEnum):
    """What the verdict rests on."""

    EMAIL = "email"
    SHARED_EMAIL = "shared_email"
    NAME_OF_ANOTHER = "name_of_another"
    NAME = "name"
    NAME_WITH_OTHER_EMAIL = "name_with_other_email"
    SAME_NAME = "same_name"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody on the roster: `id` is the caller's."""

    id: int
    name: str
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Whose a row may be: one candidate when certain, one or more when doubtful, none when unknown."""

    row: Row
    verdict: Verdict
    candidates: tuple[int, ...]
    reason: Reason


def match(rows: Iterable[Row], roster: Sequence[Entry]) -> tuple[Match, ...]:
    """One match for each row, in their order; candidates are ids in the order of the roster."""
    whose = whose_of(roster)
    matches: list[Match] = []
    for row in rows:
        ground, candidates = whose(row.name, row.email)
        facts = {"line": row.line, "name": row.name, "email": row.email}
        matches.append(Match(row, VERDICTS[ground], candidates, Reason(ground, facts)))
    return tuple(matches)


def whose_of(roster: Sequence[Entry]) -> Callable[[str, str], tuple[Ground, tuple[int, ...]]]:
    """What speaks for whom of `roster` where a row has a name and an address, either perhaps empty."""
    emails: dict[str, list[int]] = defaultdict(list)
    names: dict[Key, list[int]] = defaultdict(list)
    for entry in roster:
        for email in {folded(email) for email in entry.emails}:
            emails[email].append(entry.id)
        if key := key_of(entry.name):
            names[key].append(entry.id)
    order = [entry.id for entry in roster]
    return cache(lambda name, email: judged(name, email, emails, names, order))


VERDICTS = dict.fromkeys(Ground, Verdict.DOUBTFUL) | {
    Ground.EMAIL: Verdict.CERTAIN,
    Ground.NOBODY: Verdict.UNKNOWN,
}

Key = tuple[str, ...]  # the words of a name, in the order of the alphabet


def judged(
    name: str,
    email: str,
    emails: Mapping[str, list[int]],
    names: Mapping[Key, list[int]],
    order: Sequence[int],
) -> tuple[Ground, tuple[int, ...]]:
    """What speaks for whom."""
    by_email = set(emails.get(folded(email), ())) if email else set()
    by_name = {one for key in keys_shown(name) for one in names.get(key, ())}
    if len(by_email) > 1:
        ground = Ground.SHARED_EMAIL
    elif by_email and by_name and not by_email & by_name:
        ground = Ground.NAME_OF_ANOTHER
    elif by_email:
        return Ground.EMAIL, tuple(by_email)
    elif len(by_name) > 1:
        ground = Ground.SAME_NAME
    elif by_name:
        ground = Ground.NAME_WITH_OTHER_EMAIL if email else Ground.NAME
    else:
        return Ground.NOBODY, ()
    candidates = by_email | by_name if ground is Ground.NAME_OF_ANOTHER else by_email or by_name
    return ground, tuple(one for one in order if one in candidates)


def folded(email: str) -> str:
    """An address as it is compared: case does not tell people apart."""
    return unicodedata.normalize("NFC", email.strip()).casefold()


def key_of(name: str) -> Key:
    """A name without accents, case, punctuation and the order of its words."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return tuple(sorted(re.findall(r"\w+", bare.replace("_", " "))))


DEVICE = (
    r"(?:ipad|iphone|ipod|imac|macbook|mac|pc|tablet|smartphone|telefono|cellulare|galaxy|huawei|samsung)"
)
MODEL = r"(?: (?:air|pro|mini|plus|max|ultra|tab|note|[a-z]{0,2}[0-9]+[a-z+]*))*"
BEFORE = re.compile(rf"{DEVICE}{MODEL}(?: (?:di|de|of) | ?[-–:] ?| )", re.IGNORECASE)
AFTER = re.compile(rf"(?:['’]s)? ?[-–,]? ?\b{DEVICE}{MODEL}", re.IGNORECASE)
PARTS = re.compile(r"\(([^()]*)\)")


def keys_shown(name: str) -> set[Key]:
    """The names a display name may stand for: all of it, less its brackets, in them, and less a device."""
    shown = " ".join(name.split())
    parts = [shown, PARTS.sub(" ", shown), *PARTS.findall(shown)]
    return {key for part in parts for one in (part, without_device(part)) if (key := key_of(one))}


def without_device(name: str) -> str:
    """`iPad di Maria Rossi` and `Maria Rossi's iPhone 12` are Maria Rossi's."""
    name = " ".join(name.split())
    if before := BEFORE.match(name):
        return name[before.end() :]
    after = next((found for found in AFTER.finditer(name) if found.end() == len(name)), None)
    return name[: after.start()] if after and after.start() else name
