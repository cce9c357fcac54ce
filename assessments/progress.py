"""How far things are: one participant's published record, and the recording of tests."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone

from assessments.marking import (
    Band,
    Result,
    Scale,
    averages,
    distribution,
    may_retake,
    results_due_on,
    standing,
)
from assessments.models import ModuleTest, Score
from courses.models import Session
from enrollment.models import Enrollment


def published_scores(user):
    """The scores `user` may see, latest first."""
    return (
        Score.objects.published()
        .filter(enrollment__user=user)
        .select_related("test__module", "test__cohort")
        .order_by("-published_at", "-pk")
    )


@dataclass(frozen=True)
class TestRecord:
    """A test as its participant knows it: nothing of it before publication."""

    __test__ = False  # not a test of ours, for pytest

    test: ModuleTest
    first: Result | None
    second: Result | None
    retake: Session | None
    spread: tuple[Band, ...] = ()

    @property
    def standing(self) -> Result | None:
        """The result that counts."""
        return standing(self.first, self.second)

    @property
    def may_retake(self) -> bool:
        """A second attempt is open and without result."""
        return self.test.may_be_retaken and may_retake(self.first) and self.second is None


@dataclass(frozen=True)
class Record:
    """One participant in one edition."""

    enrollment: Enrollment
    tests: list[TestRecord]

    @property
    def passed(self) -> int:
        """Tests passed so far."""
        return sum(bool(test.standing and test.standing.passed) for test in self.tests)

    @property
    def averages(self) -> dict[Scale, Decimal]:
        """Means of the passed tests of each scale, weighted by the minutes of their modules."""
        return averages((test.standing, test.test.module.minutes) for test in self.tests if test.standing)


def records_of(user) -> list[Record]:
    """Everything published of `user`, the latest edition first."""
    enrollments = list(
        Enrollment.objects.filter(user=user).select_related("cohort__programme").order_by("-starts_on", "-pk")
    )
    cohorts = {enrollment.cohort_id for enrollment in enrollments}
    scores = {(score.enrollment_id, score.test_id, score.attempt): score for score in published_scores(user)}
    retakes = {(session.cohort_id, session.module_id): session for session in retakes_in(cohorts)}
    tests = list(
        ModuleTest.objects.filter(cohort__in=cohorts)
        .select_related("module__block", "session")
        .order_by("session__starts_at")
    )

    seen = {test for _, test, attempt in scores if attempt == 1}
    marks = marks_of(seen)

    def result(enrollment, test, attempt):
        score = scores.get((enrollment.pk, test.pk, attempt))
        return score.result if score else None

    return [
        Record(
            enrollment,
            [
                TestRecord(
                    test,
                    result(enrollment, test, 1),
                    result(enrollment, test, 2),
                    retakes.get((test.cohort_id, test.module_id)),
                    distribution(test.marks, marks[test.pk]),
                )
                for test in tests
                if test.cohort_id == enrollment.cohort_id
                and (sits(enrollment, test) or (enrollment.pk, test.pk, 1) in scores)
            ],
        )
        for enrollment in enrollments
    ]


def marks_of(tests: Collection[int]) -> defaultdict[int, list[int]]:
    """Test → every mark published of its first attempt, in one query."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    published = Score.objects.published().filter(test__in=tests, attempt=1, value__isnull=False)
    for test, value in published.values_list("test", "value"):
        found[test].append(value)
    return found


def sits(enrollment: Enrollment, test: ModuleTest) -> bool:
    """Whether the test falls into the person's time in the edition; auditors sit none."""
    day = timezone.localdate(test.session.starts_at)
    stayed = enrollment.ends_on is None or day <= enrollment.ends_on
    return stayed and enrollment.starts_on <= day and not enrollment.auditor


def retakes_in(cohorts):
    """The retakes on the timetable of these editions."""
    retakes = Session.objects.live().filter(purpose=Session.Purpose.RETAKE, cohort__in=cohorts)
    return retakes.order_by("-starts_at")


class RowCount(Subquery):
    """How many rows a query gives."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def with_progress(tests, *, at: datetime):
    """`tests` with how far their recording is.

    Of the `sitting` people, `entered` have an outcome of the first attempt and `missing` have none;
    `retaking` still need one of the retake, which begins at `retake_at` if it has a date; `waiting` are
    scores without the second signature they need.
    """
    scores = Score.objects.filter(test=OuterRef("pk"))
    has_score = Score.objects.filter(test=OuterRef(OuterRef("pk")), enrollment=OuterRef("pk"))
    members = Enrollment.objects.filter(cohort=OuterRef("cohort"), auditor=False)
    had_no_second = ~Exists(
        Score.objects.published().filter(test=OuterRef("test"), enrollment=OuterRef("enrollment"), attempt=2)
    )
    today = Enrollment.objects.members_on(timezone.localdate(at))
    retake = Session.objects.live().filter(
        purpose=Session.Purpose.RETAKE, cohort=OuterRef("cohort"), module=OuterRef("module")
    )
    return tests.annotate(
        day=TruncDate("session__starts_at"),
        entered=RowCount(scores.filter(attempt=1).values("pk")),
        missing=RowCount(
            members.members_on(OuterRef("day")).exclude(Exists(has_score.filter(attempt=1))).values("pk")
        ),
        retaking=RowCount(
            scores.published()
            .not_passed()
            .filter(had_no_second, attempt=1, enrollment__in=today, test__may_be_retaken=True)
            .values("pk")
        ),
        sitting=F("entered") + F("missing"),
        waiting=RowCount(
            scores.unpublished().filter(conflict=True, signed_at__isnull=False, second_at=None).values("pk")
        ),
        retake_at=Subquery(retake.order_by("starts_at").values("starts_at")[:1]),
    )


def overdue_since(test: ModuleTest, *, at: datetime):
    """The day on which the unpublished results of a held test were due, once that is over; or None."""
    due = results_due_on(timezone.localdate(test.session.starts_at))
    late = not test.published_at and not test.session.cancelled and due < timezone.localdate(at)
    return due if late else None
