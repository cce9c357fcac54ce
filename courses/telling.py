"""What the planner says, in words with names: why a session is where it is, and why there is no plan."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.utils.translation import ngettext

from courses import planner
from courses.changes import Change, Kind, difference
from courses.hours import show_minutes
from courses.models import Availability, Closure, DraftSession, Instructor, PlanRun, Room, TimetableDraft
from courses.models.wording import readers_language
from courses.planner import Hard, Shortage, Soft, Why
from courses.planning import placed_of, planned
from courses.reasons import Reason
from courses.timetable import drafted_standing, named
from courses.wording import span_in_words

Thing = TypeVar("Thing", Room, Instructor)
SHORT = {
    Shortage.HALF_DAYS: later(
        "The teaching of the edition needs %(needed)s, and its open half-days have %(open)s."
    ),
    Shortage.NO_HALF_DAY: later("%(session)s: no open half-day is long enough."),
    Shortage.NOBODY: later("%(session)s: it takes %(number)s to teach it, and known are: %(people)s."),
    Shortage.NOBODY_FREE: later("%(session)s: on no open half-day is anybody free of: %(people)s."),
    Shortage.NO_ROOM_FITS: later("%(session)s: no room of the hub seats %(seats)s people as it needs."),
    Shortage.NO_ROOM_FREE: later("%(session)s: on no open half-day is any of these rooms free: %(rooms)s."),
    Shortage.TOO_MUCH_FOR_ONE: later(
        "%(name)s alone could teach %(needed)s, and has %(open)s on the open half-days."
    ),
    Shortage.NO_TIME_IN_ORDER: later("%(session)s: what comes before and after it leaves it no half-day."),
}
RELAX = {
    Hard.PIN: later("Let go of the pin of %(session)s."),
    Hard.INSTRUCTOR_AWAY: later("Ask %(name)s to teach all the same, in spite of: %(cause)s."),
    Hard.ROOM_AWAY: later("Use %(room)s all the same, in spite of: %(cause)s."),
    Hard.CLOSED: later("Teach on closed days, in spite of: %(cause)s."),
    Hard.PRECEDENCE: later("Let %(cause)s begin before %(subject)s is over."),
    Hard.DAY_FULL: later("Let a day be longer than eight hours."),
    Hard.ORDER: later("Let the sessions of %(subject)s change their order."),
    Hard.ROOM_TOO_SMALL: later("Let %(subject)s be taught in rooms smaller than the class."),
    Hard.NO_KIT: later("Let %(subject)s be taught outside a laboratory."),
    Hard.TEST_LAST: later("Let the test of %(subject)s not be in its last session."),
    Hard.WELCOME_FIRST: later("Let the welcome not be the first session."),
    Hard.FINAL_LAST: later("Let the final assessment not be the last session."),
}
AGAINST = {
    Hard.NOT_OPEN: later("no half-day of the week is meant for it"),
    Hard.CLOSED: later("the edition is closed"),
    Hard.PAST: later("it has passed"),
    Hard.EDITION_CLASH: later("the edition has another session"),
    Hard.INSTRUCTOR_CLASH: later("its instructor teaches another session"),
    Hard.ROOM_CLASH: later("no room is free"),
    Hard.INSTRUCTOR_AWAY: later("its instructor cannot teach"),
    Hard.ROOM_AWAY: later("no room is free"),
    Hard.NO_ROOM: later("no room is free"),
    Hard.ROOM_TOO_SMALL: later("no room is large enough"),
    Hard.NO_KIT: later("no laboratory is free"),
    Hard.ORDER: later("the module would be out of order"),
    Hard.TEST_LAST: later("the module’s test would not be last"),
    Hard.PRECEDENCE: later("a module would begin before the one it rests on"),
    Hard.WELCOME_FIRST: later("the welcome would not be first"),
    Hard.FINAL_LAST: later("the final assessment would not be last"),
    Hard.DAY_FULL: later("the day would be longer than eight hours"),
}
SOFT = {
    Soft.BALANCE: later("months far from the promised share of academic teaching"),
    Soft.SATURDAYS: later("sessions on a Saturday"),
    Soft.LENGTH: later("modules drawn out beyond two weeks"),
    Soft.INSTRUCTORS: later("modules with more than two instructors"),
}


class Names:
    """What people call what the planner knows by keys."""

    def __init__(self, draft: TimetableDraft, rows: Iterable[DraftSession] | None = None) -> None:
        self.rows = {str(row.pk): row for row in (planned(draft) if rows is None else rows)}
        self.modules = {row.module.code: row.module.title for row in self.rows.values()}

    def session(self, key: str) -> str:
        """A session with its time; one that has left the draft has none."""
        row = self.rows.get(key)
        return span_in_words(row.module.code, row.starts_at, row.ends_at) if row else _("a former session")

    def people(self, keys: Iterable[str]) -> str:
        """Instructors by name, in the order of the keys."""
        return ", ".join(called(Instructor.objects.all(), keys).values()) or _("nobody")

    def rooms(self, keys: Iterable[str]) -> str:
        """Rooms by name, in the order of the keys."""
        return ", ".join(called(Room.objects.select_related("hub"), keys).values()) or _("none")

    def module(self, code: str) -> str:
        """Code and title of a module; an edition or a stranger as it is called."""
        return f"{code} {self.modules[code]}" if code in self.modules else code


def called(things: QuerySet, keys: Iterable[str]) -> dict[str, str]:
    """Key → name."""
    found = {str(thing.pk): str(thing) for thing in things.filter(pk__in=[int(key) for key in keys])}
    return {key: found[key] for key in keys if key in found}


def short_in_words(code: str, facts: Mapping[str, Any], names: Names) -> str:
    """What there is too little of."""
    words = {name: show_minutes(facts[name]) for name in ("needed", "open") if name in facts}
    if "unit" in facts:
        words["session"] = names.session(facts["unit"])
    if "known" in facts:
        words |= {"people": names.people(facts["known"]), "number": facts["needed"]}
    if "people" in facts:
        words["seats"] = facts["people"]
    if "rooms" in facts:
        words["rooms"] = names.rooms(facts["rooms"])
    if "instructor" in facts:
        words["name"] = names.people([facts["instructor"]])
    return SHORT[Shortage(code)] % words


def rule_in_words(rule: Mapping[str, str], names: Names) -> str:
    """A rule somebody could give up, as what they would do."""
    code, subject, cause = Hard(rule["code"]), rule["subject"], rule["cause"]
    words = {"subject": names.module(subject), "cause": names.module(cause)}
    if code is Hard.PIN:
        words["session"] = names.session(subject)
    elif code is Hard.INSTRUCTOR_AWAY:
        words |= {"name": names.people([subject]), "cause": days_of(Availability, cause)}
    elif code is Hard.ROOM_AWAY:
        words |= {"room": names.rooms([subject]), "cause": days_of(Closure, cause)}
    elif code is Hard.CLOSED:
        words["cause"] = in_one_language(cause)
    return RELAX[code] % words


def in_one_language(cause: str) -> str:
    """The half of "Pasquetta | Easter Monday" that is the reader's."""
    italian, _bar, english = cause.partition(" | ")
    return italian if readers_language() == "it" else english or italian


def days_of(model: type[Availability | Closure], key: str) -> str:
    """The days of an absence or a closure with what was noted; one withdrawn meanwhile is said as that."""
    row = model.objects.filter(pk=int(key)).first()
    if row is None:
        return _("an absence withdrawn meanwhile")
    note = row.note if isinstance(row, Availability) else row.reason
    days = day(row.starts_on)
    if row.ends_on > row.starts_on:
        days = _("%(first)s – %(last)s") % {"first": days, "last": day(row.ends_on)}
    return f"{days} ({note})" if note else days


def day(value: date) -> str:
    """A day as people write it."""
    return date_format(value, "DATE_FORMAT")


@dataclass(frozen=True)
class Elsewhere:
    """Another half-day for a session: what stands against it, or how many points more it would cost."""

    starts_at: datetime
    against: tuple[str, ...]
    dearer: int


@dataclass(frozen=True)
class Told:
    """Why a session is where it is: sentences, and every other half-day."""

    sentences: tuple[str, ...]
    elsewhere: tuple[Elsewhere, ...]


def told(account: planner.Account, row: DraftSession, score: int, names: Names) -> Told:
    """What `planner.account` says of `row` in a plan of `score` points."""
    sentences = tuple(filter(None, (why_in_words(reason, row, names) for reason in account.reasons)))
    elsewhere = tuple(
        Elsewhere(one.starts_at, against(one.broken, names), 0 if one.broken else one.points - score)
        for one in account.alternatives
    )
    return Told(sentences, elsewhere)


def why_in_words(reason: Reason, row: DraftSession, names: Names) -> str:
    """One reason for which a session is where it is, or is taught by whom."""
    facts: Mapping[str, Any] = reason.facts
    match reason.code:
        case Why.HELD | Why.PINNED if row.pinned:
            return _("It is pinned: the planner leaves it where it is.")
        case Why.HELD:
            return _("The planner leaves it where it is: it has begun, or it is not made as the pattern is.")
        case Why.ONLY_PLACE:
            return _("With everything else as it is, this is the only half-day it can have.")
        case Why.CHEAPEST:
            return at_best(facts, _("Of these, the best would cost %(more)s points more."))
        case Why.AS_CHEAP:
            return at_best(facts, _("The best of these would be just as good."))
        case Why.DEARER:
            return at_best(facts, _("The best of these would cost %(more)s points less by itself."))
        case Why.ONLY_ONE_FREE:
            name = names.people([facts["instructor"]])
            return _("Nobody else who could teach it is free then: it is for %(name)s.") % {"name": name}
        case Why.ONE_OF_SEVERAL:
            words = {
                "name": names.people([facts["instructor"]]),
                "others": names.people(facts["free"]),
            }
            return _("%(name)s teaches it; free then are also: %(others)s.") % words
    return ""


def at_best(facts: Mapping[str, Any], sentence: str) -> str:
    """How many other half-days it could have, and what the best of them would cost."""
    possible = facts["possible"]
    number = ngettext(
        "With everything else as it is, it could have %(number)s other half-day.",
        "With everything else as it is, it could have %(number)s other half-days.",
        possible,
    ) % {"number": possible}
    return f"{number} {sentence % {'more': abs(facts['other'] - facts['points'])}}"


def against(broken: Iterable[Reason], names: Names) -> tuple[str, ...]:
    """What stands against a half-day, each thing once, with the session in the way."""
    found: dict[str, None] = {}
    for reason in broken:
        code = Hard(reason.code)
        words = str(AGAINST.get(code, code))
        if code in {Hard.EDITION_CLASH, Hard.INSTRUCTOR_CLASH}:
            other = reason.facts.get("other")
            mine = names.rows.get(str(other))
            words = f"{words}, {mine.module.code}" if mine else words
        elif code is Hard.CLOSED:
            words = f"{words}: {in_one_language(str(reason.facts['cause']))}"
        found[words] = None
    return tuple(found)


def proposed(run: PlanRun) -> tuple[Change, ...]:
    """What taking a run's plan over would change in its draft, session by session."""
    rows = {str(row.pk): row for row in planned(run.draft)}
    plan = [placed_of(one) for one in (run.result or {}).get("plan", []) if one["unit"] in rows]
    rooms = things(Room, (key for one in plan for key in one.rooms))
    people = things(Instructor, (key for one in plan for key in one.instructors))
    before = {one.unit: replace(drafted_standing(rows[one.unit]), session=int(one.unit)) for one in plan}
    after = [
        replace(
            before[one.unit],
            starts_at=one.starts_at,
            ends_at=one.starts_at + (rows[one.unit].ends_at - rows[one.unit].starts_at),
            rooms=named(rooms[key] for key in one.rooms if key in rooms),
            instructors=named(people[key] for key in one.instructors if key in people),
        )
        for one in plan
    ]
    return difference(before.values(), after)


def things(model: type[Thing], keys: Iterable[str]) -> dict[str, Thing]:
    """Rows by the planner's keys."""
    return {str(thing.pk): thing for thing in model.objects.filter(pk__in={int(key) for key in keys})}


@dataclass(frozen=True)
class Share:
    """What a plan changes for one instructor: sessions given up, taken on, and moved."""

    name: str
    given_up: int
    taken_on: int
    moved: int


def by_person(changes: Iterable[Change]) -> list[Share]:
    """What `changes` mean for each instructor, by name."""
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for change in changes:
        was = {person.name for person in change.before.instructors} if change.before else set()
        now = {person.name for person in change.after.instructors} if change.after else set()
        for name in was | now:
            what = "given_up" if name not in now else "taken_on" if name not in was else "moved"
            if what != "moved" or Kind.MOVED in change.kinds:
                sums[name][what] += 1
    return [
        Share(name, sums[name]["given_up"], sums[name]["taken_on"], sums[name]["moved"])
        for name in sorted(sums)
    ]


@dataclass(frozen=True)
class Points:
    """What a soft rule costs in the draft and in the plan."""

    words: str
    before: int
    after: int


def points_of(run: PlanRun) -> list[Points]:
    """The points of a plan beside those of the draft, rule by rule."""
    result = run.result or {}
    return [
        Points(str(words), result["before"][rule], result["after"][rule])
        for rule, words in SOFT.items()
        if rule in result.get("before", {}) and rule in result.get("after", {})
    ]
