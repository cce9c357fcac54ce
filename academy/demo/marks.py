"""How the tests of an edition are marked: recorded, published, retaken, corrected, and forgotten."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from academy.demo import loose_ends
from academy.demo.calls import Admission
from academy.demo.results import CORRECTED, SECOND_CHANCES, result, written
from academy.demo.timetable import Arranged
from academy.models import User
from assessments.actions.planning import plan_tests
from assessments.actions.scores import Cell, correct_score, publish_scores, record_scores, sign_scores
from assessments.marking import retake_day
from assessments.models import ModuleTest, Score
from assessments.roster import roster
from enrollment.models import Enrollment

DAY = timedelta(days=1)


class Marks:
    """The tests of one edition and the scores of its participants."""

    def __init__(self, admission: Admission) -> None:
        self.admission, self.stage, self.edition = admission, admission.stage, admission.edition
        self.tests: dict[str, ModuleTest] = {}

    def plan_tests(self, at: datetime) -> None:
        """In the last session of every module that has one."""
        cohort = self.stage.cohorts[self.edition.code]
        tests = plan_tests(cohort=cohort, by=self.stage.office, at=at)
        self.tests = {test.module.code: test for test in tests}

    def plan(self) -> None:
        """All tests are marked in time, but for those still open on the day of the story."""
        state = None
        if self.edition.first_day < self.stage.today <= self.edition.last_day:
            state = loose_ends.marking(self.edition.test_days, self.stage.today)
        for module, session in self.edition.tests.items():
            if state is None or module not in state.open:
                self.plan_marking(module, session)
            elif module == state.drafted:
                evening = min(session.day + 2 * DAY, self.stage.today - DAY)
                self.stage.at(evening, 21, 15, partial(self.begin, module))

    def plan_marking(self, module: str, session: Arranged) -> None:
        """Recorded two evenings after the test and published the next morning; so is the retake."""
        at, day = self.stage.at, session.day
        at(day + 2 * DAY, 18, 0, partial(self.record, module, 1))
        at(day + 3 * DAY, 9, 0, partial(self.publish, module, 1))
        if any(self.admission.has(person) for person, tested in SECOND_CHANCES if tested == module):
            again = retake_day(day, final=self.edition.last_day, is_open=self.edition.days.is_open)
            at(again, 17, 0, partial(self.record, module, 2))
            at(again + DAY, 9, 0, partial(self.publish, module, 2))
        for (person, tested), (value, reason) in CORRECTED.items():
            if tested == module and self.admission.has(person):
                at(day + 5 * DAY, 11, 0, partial(self.correct, module, person, value, reason))

    def record(self, module: str, attempt: int, at: datetime) -> None:
        """The whole class, as draft."""
        self.enter(module, attempt, self.class_of(module, attempt, at), at)

    def begin(self, module: str, at: datetime) -> None:
        """Half of the class: then somebody rang."""
        everybody = self.class_of(module, 1, at)
        self.enter(module, 1, everybody[: len(everybody) // 2], at)

    def class_of(self, module: str, attempt: int, at: datetime) -> list[Enrollment]:
        """Who sits this attempt."""
        return list(roster(self.tests[module], attempt=attempt, at=at))

    def enter(self, module: str, attempt: int, enrollments: Iterable[Enrollment], at: datetime) -> None:
        """What the instructor types."""
        code = {enrollment.pk: code for code, enrollment in self.admission.enrollments.items()}
        cells = [Cell(one.pk, None, result(code[one.pk], module, attempt)) for one in enrollments]
        by = self.marker(module)
        record_scores(test=self.tests[module], cells=cells, attempt=attempt, by=by, at=at)

    def publish(self, module: str, attempt: int, at: datetime) -> None:
        """For the participants to see; the office signs too where the instructor judges colleagues."""
        test, by = self.tests[module], self.marker(module)
        signed = sign_scores(test=test, attempt=attempt, by=by, at=at)
        by = self.stage.office if any(score.waits_for_second for score in signed) else by
        publish_scores(test=test, attempt=attempt, by=by, at=at)

    def correct(self, module: str, person: str, value: str, reason: str, at: datetime) -> None:
        """One published score, by the office."""
        score = Score.objects.get(
            test=self.tests[module], enrollment=self.admission.enrollments[person], attempt=1
        )
        correct_score(
            score=score, seen=score.result, result=written(value), reason=reason, by=self.stage.office, at=at
        )

    def marker(self, module: str) -> User:
        """Who taught the session with the test."""
        return self.stage.teacher_of(self.edition.tests[module])
