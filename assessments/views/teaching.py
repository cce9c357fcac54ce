"""What an instructor teaches and which results are missing; what waits for the tutor of an edition."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.access import instructor_of, records_every_test, tests_open_to
from assessments.desk import desks_of, state_of
from assessments.marking import results_due_on
from assessments.models import ModuleTest, RegisterState
from assessments.progress import overdue_since, with_progress
from courses.models import Cohort, Module, SessionPlace, SessionTeacher


@dataclass
class Taught:
    """A module in an edition, with its test if it has one yet."""

    module: Module
    test: ModuleTest | None = None
    due_on: date | None = None
    overdue: date | None = None


@dataclass
class Edition:
    """What one instructor teaches in one edition; minutes as taught, for pay."""

    cohort: Cohort
    modules: dict[int, Taught] = field(default_factory=dict)
    unsigned: list[SessionTeacher] = field(default_factory=list)
    coming: list[SessionTeacher] = field(default_factory=list)
    past: list[SessionTeacher] = field(default_factory=list)
    minutes_taught: int = 0
    minutes_planned: int = 0

    @property
    def taught(self) -> list[Taught]:
        """Modules in the order of the programme."""
        return sorted(
            self.modules.values(), key=lambda taught: (taught.module.block.position, taught.module.position)
        )


@require_safe
def teaching(request: HttpRequest) -> HttpResponse:
    """Modules with the state of their tests, sessions to come and past, hours taught; before them, of a
    tutor, what the editions ask.
    """
    at, today = timezone.now(), timezone.localdate()
    instructor = instructor_of(request.user)
    desks = sorted(desks_of(request.user, at=at), key=lambda desk: distance(desk.cohort, today))
    editions = []
    if instructor or records_every_test(request.user) or not desks:
        tests = with_progress(tests_open_to(request.user), at=at)
        tests = tests.select_related("session", "module__block", "cohort")
        editions = by_edition(tests, lessons(instructor) if instructor else [], at)
    context = {"instructor": instructor, "desks": desks, "editions": editions, "at": at}
    return render(request, "assessments/teaching.html", context)


def lessons(instructor):
    """Everything `instructor` teaches or was to teach, in order of time."""
    places = SessionPlace.objects.select_related("room__hub")
    return (
        SessionTeacher.objects.filter(instructor=instructor)
        .select_related("session__module__block", "session__cohort", "session__register")
        .prefetch_related(Prefetch("session__places", queryset=places))
        .order_by("session__starts_at")
    )


def by_edition(tests: Iterable[ModuleTest], lessons: Iterable[SessionTeacher], at: datetime) -> list[Edition]:
    """Tests and lessons under their edition: running ones first, then those to come, then past ones."""
    editions: dict[int, Edition] = {}
    for lesson in lessons:
        session = lesson.session
        edition = editions.setdefault(session.cohort_id, Edition(session.cohort))
        if session.ends_at > at:
            edition.coming.append(lesson)
        elif lesson.live and state_of(session) == RegisterState.OPEN:
            edition.unsigned.append(lesson)
        else:
            edition.past.insert(0, lesson)
        if lesson.live:
            edition.modules.setdefault(session.module_id, Taught(session.module))
            edition.minutes_planned += lesson.minutes
            edition.minutes_taught += lesson.minutes if session.ends_at <= at else 0
    for test in tests:
        edition = editions.setdefault(test.cohort_id, Edition(test.cohort))
        due = results_due_on(timezone.localdate(test.session.starts_at))
        edition.modules[test.module_id] = Taught(test.module, test, due, overdue_since(test, at=at))
    today = timezone.localdate(at)
    return sorted(editions.values(), key=lambda edition: distance(edition.cohort, today))


def distance(cohort: Cohort, today: date) -> tuple[int, int]:
    """How far an edition is from today; what is over is further than what is to come."""
    if cohort.starts_on > today:
        return 1, (cohort.starts_on - today).days
    return (2, (today - cohort.ends_on).days) if cohort.ends_on < today else (0, 0)
