"""What is known of people towards their certificate, and what it would be if: one set of queries for all."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from assessments.attendance import Attendance, attendances
from assessments.budget import Attended, standing
from assessments.certificate import Answer, Facts, Group, Sitting, Verdict, eligibility, tree_of
from assessments.marking import Outcome, Result
from assessments.models import Adjustment, CertificateRule, ModuleTest, Presence, ProjectOutcome, Score
from assessments.progress import TestRecord
from assessments.rubric import Word, shifted
from courses.models import Cohort, Session
from enrollment.models import Agreement, Consent, Enrollment, TeamPlace
from enrollment.states import LIVE_ENROLLMENTS


@dataclass(frozen=True)
class Eligibility:
    """One person, what is known, and what the rules of the edition say of it."""

    enrollment: Enrollment
    attendance: Attendance
    facts: Facts
    tree: Group

    @property
    def answer(self) -> Answer:
        """As things stand."""
        return eligibility(self.facts, self.tree)

    def supposing(self, *, missed: Collection[int] = (), failed: Collection[str] = ()) -> Answer:
        """As it would be, had this person missed these sessions to come and not passed these tests."""
        lessons = [replace(one, held=one.held or one.key in missed) for one in self.attendance.lessons]
        absent = {
            one.key: Attended(0) for one in self.attendance.lessons if one.key in missed and not one.held
        }
        record = self.attendance.record | absent
        standings = [standing(one.rule, lessons, record) for one in self.facts.standings]
        tests = [
            Sitting(one.module, Result(Outcome.ABSENT)) if one.module in failed else one
            for one in self.facts.tests
        ]
        return eligibility(replace(self.facts, standings=standings, tests=tests), self.tree)


def eligibilities(cohort: Cohort, enrollments: Collection[Enrollment], *, at: datetime) -> list[Eligibility]:
    """How these people of one edition stand: the queries are the same for one and for a thousand."""
    people = [enrollment.pk for enrollment in enrollments]
    sittings = sittings_of(cohort, people)
    finals = finals_of(cohort, people, at=at)
    projects = projects_of(people)
    signed = signed_by(cohort)
    tree = asked_by(cohort)
    return [
        Eligibility(
            one.enrollment,
            one,
            Facts(
                standings=one.standings,
                tests=sittings[one.enrollment.pk],
                project=projects.get(one.enrollment.pk, Verdict.PENDING),
                final=finals.get(one.enrollment.pk, Verdict.PENDING),
                agreement=one.enrollment.user_id in signed,
                auditor=one.enrollment.auditor,
                left_on=None if one.enrollment.state in LIVE_ENROLLMENTS else one.enrollment.ends_on,
            ),
            tree,
        )
        for one in attendances(cohort, enrollments, at=at)
    ]


def asked_by(cohort: Cohort) -> Group:
    """What an edition asks for its certificate."""
    return tree_of([one.asked for one in CertificateRule.objects.filter(cohort=cohort)])


def sittings_of(cohort: Cohort, people: Collection[int]) -> Mapping[int, list[Sitting]]:
    """Enrollment → every test of the edition in its order, with the published result that counts."""
    tests = list(
        ModuleTest.objects.filter(cohort=cohort).select_related("module").order_by("session__starts_at")
    )
    published = Score.objects.published().filter(test__in=tests, enrollment__in=people)
    results = {(one.enrollment_id, one.test_id, one.attempt): one.result for one in published}
    found: dict[int, list[Sitting]] = {}
    for person in people:
        records = [
            TestRecord(test, results.get((person, test.pk, 1)), results.get((person, test.pk, 2)), None)
            for test in tests
        ]
        found[person] = [Sitting(one.test.module.code, one.standing, one.may_retake) for one in records]
    return found


def finals_of(cohort: Cohort, people: Collection[int], *, at: datetime) -> Mapping[int, Verdict]:
    """Enrollment → whether the final assessment was attended; nobody's before its register says so."""
    sessions = Session.objects.live().filter(cohort=cohort, purpose=Session.Purpose.FINAL, ends_at__lte=at)
    # Where all that was said has been taken back, nobody has said anything: that is no absence.
    told = Presence.objects.filter(session__in=sessions, enrollment__in=people).exclude(minutes=0, source="")
    minutes: defaultdict[int, int] = defaultdict(int)
    for person, number in told.values_list("enrollment", "minutes"):
        minutes[person] += number
    return {person: Verdict.PASS if number else Verdict.FAIL for person, number in minutes.items()}


def projects_of(people: Collection[int]) -> Mapping[int, Verdict]:
    """Enrollment → what the published judgement of the project work means for who stayed to the end."""
    outcomes = ProjectOutcome.objects.published()
    places = TeamPlace.objects.to_the_end().filter(enrollment__in=people, team__project__outcome__in=outcomes)
    told = places.values_list("enrollment", "team__project__outcome__word")
    adjusted = Adjustment.objects.filter(enrollment__in=people, outcome__in=outcomes)
    steps = dict(adjusted.values_list("enrollment", "step"))
    words = {person: shifted(Word(word), steps.get(person, 0)) for person, word in told}
    return {
        person: Verdict.FAIL if word is Word.INSUFFICIENTE else Verdict.PASS for person, word in words.items()
    }


def signed_by(cohort: Cohort) -> set[int]:
    """Who has signed the participation agreement: of several answers of a person the last one counts."""
    answers = Consent.objects.filter(cohort=cohort, agreement__kind=Agreement.Kind.PARTICIPATION)
    last = dict(answers.order_by("at", "pk").values_list("user", "given"))
    return {user for user, given in last.items() if given}
