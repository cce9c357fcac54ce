"""A class after its test, and the grid its scores are typed into."""

from django.test import Client
from django.urls import reverse

from assessments.actions.scores import Cell, publish_scores, record_scores
from assessments.marking import Outcome, Result
from assessments.models import ModuleTest, Score
from tests.factories import (
    a_cohort,
    a_person,
    a_session,
    a_test,
    an_enrollment,
    an_instructor,
    rome,
)

TEST_DAY = rome(2022, 1, 28, 9)
AFTERWARDS = rome(2022, 1, 28, 15)
ABSENT, EXCUSED = Result(Outcome.ABSENT), Result(Outcome.EXCUSED)


def mark(value: int, *, honours: bool = False) -> Result:
    return Result(Outcome.MARK, value, honours)


class Class:
    """A test with its instructor and participants; the clock is today's, long after the test."""

    def __init__(self, size: int = 3, *, seats: int = 30):
        self.cohort = a_cohort(seats=max(size, seats))
        self.instructor = an_instructor(user=a_person(name="Ada Docente", language="en"))
        session = a_session(self.cohort, starts_at=TEST_DAY, instructors=[self.instructor])
        self.test = a_test(session)
        self.people = [an_enrollment(cohort=self.cohort) for _ in range(size)]
        self.teacher = self.instructor.user

    def record(self, *results: Result | None, attempt=1, at=AFTERWARDS, by=None) -> int:
        """Type these results over what stands now, one per person."""
        now = {score.enrollment_id: score.result for score in self.test.scores.filter(attempt=attempt)}
        cells = [
            Cell(person.pk, now.get(person.pk), result)
            for person, result in zip(self.people, results, strict=False)
        ]
        return record_scores(test=self.test, cells=cells, attempt=attempt, by=by or self.teacher, at=at)

    def publish(self, *, attempt=1, at=AFTERWARDS) -> ModuleTest:
        return publish_scores(test=self.test, attempt=attempt, by=self.teacher, at=at)

    def results(self, attempt=1) -> list[Result | None]:
        now = {score.enrollment_id: score.result for score in Score.objects.filter(attempt=attempt)}
        return [now.get(person.pk) for person in self.people]


def client_of(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def form(group: Class, *typed: str, seen=("", "", ""), do="save", **extra) -> dict[str, str]:
    """What the page of the grid sends."""
    data = {}
    for person, now, before in zip(group.people, typed, seen, strict=False):
        data |= {f"seen-{person.pk}": before, f"cell-{person.pk}": now}
    return data | extra | {"do": do}


def grid(group: Class, attempt=1) -> str:
    name = "assessments:scores" if attempt == 1 else "assessments:retake_scores"
    return reverse(name, args=[group.test.pk])
