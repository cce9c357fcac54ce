"""How the people of an edition stand by its rules of attendance: one set of queries, however many."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from assessments.budget import Attended, Lesson, Rule, Scope, Standing, standing
from assessments.models import AbsenceNotice, AnswerState, AttendanceRule, Presence, RuleScope
from courses.models import Cohort, Session
from enrollment.models import Enrollment

DEFAULT_SHARE = 8000


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


def rules_of(cohort: Cohort, lessons: Collection[Lesson]) -> list[Rule]:
    """The rules of an edition, the overall one first; without any, 80% of the hours of the programme.

    The base of modules and blocks is what the programme gives them, of modes what the timetable has.
    """
    told = list(AttendanceRule.objects.filter(cohort=cohort))
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
            for lesson in lessons:
                sums[lesson.module if rule.scope == RuleScope.MODULE else lesson.block] += lesson.minutes
            return list(sums.items())
        case RuleScope.SESSION_MODE:
            return [(rule.mode, sum(one.minutes for one in lessons if one.mode == rule.mode))]
        case RuleScope.IN_PERSON:
            return [("", cohort.programme.minutes)]
    return []


def lessons_of(cohort: Cohort, *, at: datetime) -> list[Lesson]:
    """The teaching of an edition in order of time, cancelled sessions apart."""
    teaching = Session.objects.live().filter(cohort=cohort, purpose=Session.Purpose.TEACHING)
    return [
        Lesson(
            session.pk,
            session.starts_at,
            session.minutes,
            session.module.code,
            session.module.block.code,
            session.mode,
            session.ends_at <= at,
        )
        for session in teaching.select_related("module__block").order_by("starts_at", "pk")
    ]


def attendances(cohort: Cohort, enrollments: Collection[Enrollment], *, at: datetime) -> list[Attendance]:
    """How these people of one edition stand: the queries are the same for one and for a thousand."""
    lessons = lessons_of(cohort, at=at)
    rules = rules_of(cohort, lessons)
    mine = [enrollment.pk for enrollment in enrollments]
    excused = set(
        AbsenceNotice.objects.filter(enrollment__in=mine, state=AnswerState.ACCEPTED).values_list(
            "enrollment", "session"
        )
    )
    told: defaultdict[int, dict[int, Attended]] = defaultdict(dict)
    presences = Presence.objects.filter(enrollment__in=mine)
    for person, session, minutes, in_person in presences.values_list(
        "enrollment", "session", "minutes", "in_person"
    ):
        told[person][session] = Attended(minutes, in_person, (person, session) in excused)
    days = {lesson.key: timezone.localdate(lesson.starts_at) for lesson in lessons if lesson.held}
    found = []
    for enrollment in enrollments:
        record = told[enrollment.pk]
        for key, day in days.items():
            if not enrollment.attends(day):
                record.setdefault(key, Attended(0))
        found.append(
            Attendance(enrollment, lessons, record, [standing(rule, lessons, record) for rule in rules])
        )
    return found
