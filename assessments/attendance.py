"""How the people of an edition stand by its rules of attendance: one set of queries, however many."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import FilteredRelation, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone

from assessments.budget import Attended, Lesson, Rule, Scope, Standing, standing
from assessments.models import AbsenceNotice, AnswerState, AttendanceRule, Presence, RuleScope
from courses.models import Cohort, Module, Session
from enrollment.models import Enrollment

DEFAULT_SHARE = 8000
LESSON = ("pk", "starts_at", "ends_at", "module__code", "module__block__code", "mode")


@dataclass(frozen=True)
class Attendance:
    """One person's record in an edition, and how it stands by each of the rules."""

    enrollment: Enrollment
    lessons: list[Lesson]
    record: dict[int, Attended]
    standings: list[Standing]

    @property
    def overall(self) -> Standing:
        """By the hours of the whole programme."""
        return self.standings[0]

    @property
    def reached(self) -> bool:
        """Every rule is met already."""
        return all(one.reached for one in self.standings)

    @property
    def reachable(self) -> bool:
        """Every rule is met or can be."""
        return all(one.reachable for one in self.standings)


def rules_of(cohort: Cohort, told: Collection[AttendanceRule], lessons: Collection[Lesson]) -> list[Rule]:
    """The rules of an edition, the overall one first; without any, 80% of the hours of the programme.

    The base of modules and blocks is what the programme gives them, planned yet or not, of modes what the
    timetable has.
    """
    whole = cohort.programme.minutes
    overall = next((one for one in told if one.scope == RuleScope.OVERALL), None)
    rules = [
        Rule(
            Scope.OVERALL,
            whole,
            overall.share if overall else DEFAULT_SHARE,
            excuses_count=bool(overall and overall.excuses_count),
        )
    ]
    for one in told:
        for key, base in bases(one, cohort, lessons):
            rules.append(Rule(Scope(one.scope), base, one.share, key, one.excuses_count))
    return rules


def bases(rule: AttendanceRule, cohort: Cohort, lessons: Collection[Lesson]) -> list[tuple[str, int]]:
    """(what a rule beside the overall one counts, its base in minutes)."""
    match rule.scope:
        case RuleScope.MODULE | RuleScope.BLOCK:
            sums: defaultdict[str, int] = defaultdict(int)
            modules = Module.objects.filter(block__programme=cohort.programme_id)
            given = modules.filter(block__counts_towards_total=True, minutes__gt=0)
            key = "code" if rule.scope == RuleScope.MODULE else "block__code"
            for one, minutes in given.order_by("block__position", "position").values_list(key, "minutes"):
                sums[one] += minutes
            return list(sums.items())
        case RuleScope.SESSION_MODE:
            return [(rule.mode, sum(one.minutes for one in lessons if one.mode == rule.mode))]
        case RuleScope.IN_PERSON:
            return [("", cohort.programme.minutes)]
    return []


def teaching() -> QuerySet[Session]:
    """What counts towards the hours, in order of time, cancelled sessions apart."""
    sessions = Session.objects.live().filter(purpose=Session.Purpose.TEACHING)
    return sessions.order_by("starts_at", "pk")


def lesson(
    key: int, starts_at: datetime, ends_at: datetime, module: str, block: str, mode: str, *, at: datetime
) -> Lesson:
    """A row of `LESSON` as the pure rules read it."""
    minutes = round((ends_at - starts_at).total_seconds() / 60)
    return Lesson(key, starts_at, minutes, module, block, mode, ends_at <= at)


def lessons_of(cohort: Cohort, *, at: datetime) -> list[Lesson]:
    """The teaching of an edition."""
    return [lesson(*row, at=at) for row in teaching().filter(cohort=cohort).values_list(*LESSON)]


def attendances(cohort: Cohort, enrollments: Collection[Enrollment], *, at: datetime) -> list[Attendance]:
    """How these people of one edition stand: the queries are the same for one and for a thousand."""
    lessons = lessons_of(cohort, at=at)
    rules = rules_of(cohort, list(AttendanceRule.objects.filter(cohort=cohort)), lessons)
    mine = [enrollment.pk for enrollment in enrollments]
    excused = set(
        AbsenceNotice.objects.filter(enrollment__in=mine, state=AnswerState.ACCEPTED).values_list(
            "enrollment", "session"
        )
    )
    told: defaultdict[int, dict[int, Attended]] = defaultdict(dict)
    # Where all that was said has been taken back, nobody has said anything: that is no absence.
    presences = Presence.objects.filter(enrollment__in=mine).exclude(minutes=0, source="")
    for person, session, minutes, in_person in presences.values_list(
        "enrollment", "session", "minutes", "in_person"
    ):
        told[person][session] = Attended(minutes, in_person, (person, session) in excused)
    return [judged(enrollment, lessons, told[enrollment.pk], rules) for enrollment in enrollments]


def judged(
    enrollment: Enrollment, lessons: list[Lesson], record: dict[int, Attended], rules: Iterable[Rule]
) -> Attendance:
    """What was held before one came, or after one left, was missed."""
    for one in lessons:
        if one.held and one.key not in record and not enrollment.attends(timezone.localdate(one.starts_at)):
            record[one.key] = Attended(0)
    return Attendance(enrollment, lessons, record, [standing(rule, lessons, record) for rule in rules])


def with_rules(enrollments: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
    """As `own_attendances` needs them."""
    told = AttendanceRule.objects.filter(cohort=OuterRef("cohort")).order_by("pk")
    rule = JSONObject(scope="scope", mode="mode", share="share", excuses_count="excuses_count")
    return enrollments.select_related("cohort__programme").annotate(
        rules=ArraySubquery(told.values(one=rule))
    )


def own_attendances(enrollments: Collection[Any], *, at: datetime) -> list[Attendance]:
    """How one person stands in these places, `with_rules` and each in another edition: one query, and one
    for each rule of modules or blocks.
    """
    mine = [enrollment.pk for enrollment in enrollments]
    presence = Q(presences__enrollment__in=mine)
    accepted = Q(absencenotices__enrollment__in=mine, absencenotices__state=AnswerState.ACCEPTED)
    rows = teaching().filter(cohort__in=[enrollment.cohort_id for enrollment in enrollments])
    rows = rows.annotate(
        told=FilteredRelation("presences", condition=presence),
        notice=FilteredRelation("absencenotices", condition=accepted),
    )
    lessons: defaultdict[int, list[Lesson]] = defaultdict(list)
    record: dict[int, Attended] = {}
    told = "told__minutes", "told__in_person", "told__source", "notice"
    for cohort, *row, minutes, in_person, source, notice in rows.values_list("cohort", *LESSON, *told):
        lessons[cohort].append(one := lesson(*row, at=at))
        if minutes or source:
            record[one.key] = Attended(minutes, in_person, notice is not None)
    return [
        judged(
            enrollment,
            lessons[enrollment.cohort_id],
            record,
            rules_of(
                enrollment.cohort,
                [AttendanceRule(**rule) for rule in enrollment.rules],
                lessons[enrollment.cohort_id],
            ),
        )
        for enrollment in enrollments
    ]
