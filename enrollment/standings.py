"""Where the applications of a call stand: the ranking as it would be now, what is still missing for it
to be published, and how it differs from the version published last.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from courses.models import Role
from courses.reasons import Reason
from enrollment.admission import (
    AT_LEAST,
    Candidate,
    Outcome,
    Placed,
    Why,
    candidates_of,
    deadline_of_later_offer,
    digest_of,
    rank,
)
from enrollment.models import (
    Application,
    Call,
    Enrollment,
    Evaluation,
    InterviewSlot,
    Offer,
    Phase,
    Ranking,
)
from enrollment.states import LIVE_ENROLLMENTS, RANKED

State = Application.State
UNCHECKED = frozenset({State.SUBMITTED, State.DOCUMENTS_ASKED})
# Whoever was found admissible or excluded and has not stepped back; of the enrolled, those still there.
STANDING = frozenset({State.ELIGIBLE, *RANKED, State.EXCLUDED, State.ENROLLED})
FEWEST_SHEETS = 2  # per application and phase: nobody is judged by one person alone


class Missing(StrEnum):
    """What keeps a ranking from being published."""

    OPEN = "open"
    CRITERIA = "criteria"
    COMMITTEE = "committee"
    NOBODY = "nobody"
    UNCHECKED = "unchecked"
    INTERVIEWS = "interviews"
    SHEETS = "sheets"
    ALONE = "alone"
    OVERDUE = "overdue"
    DEADLINE = "deadline"


MISSING = {
    Missing.OPEN: _("The call has not closed yet."),
    Missing.CRITERIA: _("The call has no criteria to score by."),
    Missing.COMMITTEE: _("The committee has fewer than two members."),
    Missing.NOBODY: _("There is nobody to rank."),
    Missing.UNCHECKED: ngettext_lazy(
        "%(number)d application has not been checked yet.",
        "%(number)d applications have not been checked yet.",
        "number",
    ),
    Missing.INTERVIEWS: ngettext_lazy(
        "%(number)d interview has not been held, or nobody has written down that it was.",
        "%(number)d interviews have not been held, or nobody has written down that they were.",
        "number",
    ),
    Missing.SHEETS: ngettext_lazy(
        "%(number)d score sheet has not been signed.",
        "%(number)d score sheets have not been signed.",
        "number",
    ),
    Missing.ALONE: ngettext_lazy(
        "%(number)d application was judged by fewer than two members.",
        "%(number)d applications were judged by fewer than two members.",
        "number",
    ),
    Missing.OVERDUE: ngettext_lazy(
        "%(number)d offer has run out and is about to be settled: try again in a few minutes.",
        "%(number)d offers have run out and are about to be settled: try again in a few minutes.",
        "number",
    ),
    Missing.DEADLINE: ngettext_lazy(
        "%(number)d person would be offered a place, but the dates of the call leave no day to answer.",
        "%(number)d people would be offered a place, but the dates of the call leave no day to answer.",
        "number",
    ),
}
SETTLED = {
    Why.INTERVIEW: _("Same total as position %(above)d, fewer points in the interview."),
    Why.OLDER: _("Same total and interview as position %(above)d, older."),
    Why.LATER: _("Same total, interview and age as position %(above)d, applied later."),
    Why.SEATED: _("Has already accepted a place."),
    Why.BELOW: _("Fewer than %(suitable_from)d points."),
    Why.UNJUDGED: _("Application %(receipt)d has not been judged."),
}


def in_words(reason: Reason) -> str:
    """A reason of this room in the reader's language."""
    words = MISSING[reason.code] if isinstance(reason.code, Missing) else SETTLED[Why(reason.code)]
    return str(words % reason.facts)


class Stand(NamedTuple):
    """What a version says of one application, as far as versions are compared."""

    place: int | None
    total: Decimal | None
    outcome: str

    @property
    def judgement(self) -> tuple[Decimal | None, bool, bool]:
        """What is left without the others: points, suitable or not, excluded or not."""
        suitable = self.outcome in (Outcome.ADMITTED, Outcome.ON_RESERVE)
        return self.total, suitable, self.outcome == Outcome.EXCLUDED


class Person(NamedTuple):
    """An applicant, and where the application is now."""

    name: str
    state: str


class Change(NamedTuple):
    """What a later version would change for somebody; `before` is None who was not in the last one."""

    person: Person
    before: Stand | None
    after: Stand


@dataclass(frozen=True)
class Standing:
    """A call at one moment. `inputs` is what a version published now would freeze."""

    call: Call
    inputs: dict[str, Any]
    people: Mapping[int, Person]  # by application
    lacking: Mapping[Missing, int]
    deadline: datetime | None  # of the offers made now; None where there is no time for any
    current: Ranking | None  # the version published last, without its inputs
    published: Mapping[int, Stand]  # what it says, by application

    @cached_property
    def candidates(self) -> list[Candidate]:
        """Everybody who stands, judged or not yet."""
        return candidates_of(self.inputs)

    @cached_property
    def ranking(self) -> tuple[Placed, ...]:
        """Of those judged so far."""
        judged = [candidate for candidate in self.candidates if is_judged(candidate)]
        return rank(judged, seats=self.inputs["seats"], suitable_from=self.inputs["suitable_from"])

    @property
    def unjudged(self) -> list[Candidate]:
        """Those who cannot be ranked yet."""
        return [candidate for candidate in self.candidates if not is_judged(candidate)]

    @cached_property
    def digest(self) -> str:
        """Of what would be published."""
        return digest_of(self.inputs, self.ranking)

    @cached_property
    def newly_admitted(self) -> list[Placed]:
        """Those who would be offered a seat."""
        seated = State.ADMITTED, State.ENROLLED
        return [
            line
            for line in self.ranking
            if line.outcome == Outcome.ADMITTED and self.people[line.key].state not in seated
        ]

    @property
    def missing(self) -> list[Reason]:
        """What keeps it from being published."""
        untimely = len(self.newly_admitted) if self.deadline is None else 0
        lacking = {**self.lacking, Missing.DEADLINE: untimely}
        return [Reason(code, {"number": number}) for code, number in lacking.items() if number]

    @cached_property
    def says(self) -> dict[int, Stand]:
        """By application, as `published` is of the version before."""
        return {line.key: Stand(line.place, line.total, line.outcome.value) for line in self.ranking}

    @property
    def unchanged(self) -> bool:
        """The committee has judged nobody otherwise since: a new version would say nothing new.

        Who steps back is in the next version no more, and need not wait for one.
        """
        return self.current is not None and not any(map(self.is_new, self.says))

    @property
    def changes(self) -> list[Change]:
        """Those judged otherwise than in the version published last, and those it would move now."""
        return [
            Change(self.people[key], self.published.get(key), stand)
            for key, stand in self.says.items()
            if self.is_new(key) or self.people[key].state not in (stand.outcome, State.ENROLLED)
        ]

    def is_new(self, key: int) -> bool:
        """Not in the version published last, or judged otherwise there."""
        before = self.published.get(key)
        return before is None or before.judgement != self.says[key].judgement


def is_judged(candidate: Candidate) -> bool:
    """Can stand in a ranking: excluded, or with points in both phases."""
    return bool(candidate.ground) or None not in (candidate.documents, candidate.interview)


def standing_of(call: Call, at: datetime) -> Standing:
    """The standing of `call`, in nine queries however many have applied.

    It is nothing for a member of the committee who is blind in the edition: see `access.is_blind_in`.
    """
    criteria = list(
        call.criteria.order_by("phase", "position").values("phase", "title_it", "title_en", "maximum")
    )
    committee = [
        {"member": member, "name": name, "organisation": organisation or ""}
        for member, name, organisation in Role.objects.filter(cohort=call.cohort_id, kind=Role.Kind.COMMITTEE)
        .order_by("user")
        .values_list("user", "user__name", "organisation__name")
    ]
    rows = applications_of(call)
    sheets = signed_sheets_of(call)
    current = call.rankings.defer("inputs").order_by("-version").first()
    deadline = deadline_of_offers(call, current, at)
    seats = call.cohort.seats - seats_of_others(call)
    if current and deadline is None:  # too late to offer any: whoever is taken in goes on reserve
        seats = min(seats, sum(row.state in (State.ADMITTED, State.ENROLLED) for row in rows))
    inputs = {
        "edition": call.cohort.code,
        "seats": seats,
        "suitable_from": call.suitable_from,
        "criteria": criteria,
        "committee": committee,
        "candidates": [row.frozen(sheets[row.key]) for row in rows if row.state in STANDING],
    }
    return Standing(
        call=call,
        inputs=inputs,
        people={row.key: Person(row.name, row.state) for row in rows},
        lacking={
            Missing.OPEN: int(at < call.closes_at),
            Missing.CRITERIA: int(not criteria),
            Missing.COMMITTEE: int(len(committee) < FEWEST_SHEETS),
            Missing.NOBODY: int(not inputs["candidates"]),
            Missing.UNCHECKED: sum(row.state in UNCHECKED for row in rows),
            **still_to_judge(rows, sheets, inputs),
            Missing.OVERDUE: Offer.objects.overdue(at).filter(cohort=call.cohort_id).count(),
        },
        deadline=deadline,
        current=current,
        published=stands_in(current) if current else {},
    )


class Row(NamedTuple):
    """An application as a ranking needs it."""

    key: int
    receipt: int
    born_on: date
    ground: str
    state: str
    user: int
    name: str
    turnout: str | None
    enrollment: str | None

    def frozen(self, sheets: list[dict[str, Any]]) -> dict[str, Any]:
        """What a version keeps of it: no name, for a person may be forgotten and a ranking may not.

        Of somebody excluded the ground alone: nothing the committee gave or wrote before.
        """
        return {
            "application": self.key,
            "receipt": self.receipt,
            "born_on": self.born_on.isoformat(),
            "ground": self.ground,
            "seated": self.state == State.ENROLLED,
            "sheets": [] if self.ground else sheets,
        }


def applications_of(call: Call) -> list[Row]:
    """Those received, by number, without who has stepped back: of the enrolled, those still there."""
    rows = (
        Application.objects.filter(cohort=call.cohort_id, state__in=STANDING | UNCHECKED)
        .order_by("number")
        .values_list(
            "pk",
            "number",
            "born_on",
            "ground",
            "state",
            "user",
            "user__name",
            "interview__turnout",
            "enrollment__state",
        )
    )
    found = map(Row._make, rows)
    return [row for row in found if row.state != State.ENROLLED or row.enrollment in LIVE_ENROLLMENTS]


def signed_sheets_of(call: Call) -> defaultdict[int, list[dict[str, Any]]]:
    """By application; points in the order of the criteria of the phase."""
    signed = (
        Evaluation.objects.signed()
        .filter(application__cohort=call.cohort_id, application__state__in=STANDING)
        .annotate(values=ArrayAgg("points__value", order_by="points__criterion__position"))
        .order_by("application", "phase", "member")
        .values_list("application", "phase", "member", "conflict", "signed_at", "values")
    )
    sheets = defaultdict(list)
    for application, phase, member, conflict, signed_at, points in signed:
        sheets[application].append(
            {
                "phase": phase,
                "member": member,
                "conflict": conflict,
                "signed_at": signed_at.isoformat(),
                "points": points or [],
            }
        )
    return sheets


def seats_of_others(call: Call) -> int:
    """Seats held by people who did not apply, such as somebody the office enrolled by hand."""
    return Enrollment.objects.live().filter(cohort=call.cohort_id, application__isnull=True).count()


def still_to_judge(
    rows: Iterable[Row], sheets: Mapping[int, list[dict[str, Any]]], inputs: Mapping[str, Any]
) -> dict[Missing, int]:
    """What the committee owes to those admissible and not ranked yet; nobody judges the own application."""
    members = {member["member"] for member in inputs["committee"]}
    phases = {criterion["phase"] for criterion in inputs["criteria"]}
    lacking: Counter[Missing] = Counter()
    for row in rows:
        if row.state != State.ELIGIBLE:
            continue
        signed = {(sheet["phase"], sheet["member"]) for sheet in sheets.get(row.key, [])}
        due = {(phase, member) for phase in phases for member in members - {row.user}}
        lacking[Missing.SHEETS] += len(due - signed)
        given = Counter(phase for phase, _member in signed | due)
        lacking[Missing.ALONE] += any(given[phase] < FEWEST_SHEETS for phase in phases)
        lacking[Missing.INTERVIEWS] += Phase.INTERVIEW in phases and row.turnout != InterviewSlot.Turnout.HELD
    return lacking


def deadline_of_offers(call: Call, current: Ranking | None, at: datetime) -> datetime | None:
    """Until when offers made at `at` may be answered: `answers_by`, in a later version also afterwards.

    None where less than a day would be left, or seats are not offered any more.
    """
    if call.answers_by and at + AT_LEAST <= call.answers_by:
        return call.answers_by
    ends = call.last_refill
    if current is None or localdate(at) > ends:
        return None
    return deadline_of_later_offer(at, days=call.reserve_days, province=call.cohort.hub.province, ends=ends)


def stands_in(ranking: Ranking) -> dict[int, Stand]:
    """What a published version says, by application."""
    lines = ranking.lines.values_list("application", "place", "total", "outcome")
    return {application: Stand(place, total, outcome) for application, place, total, outcome in lines}
