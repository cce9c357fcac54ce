"""Who sits a test, who its retake, and whose presence a register records."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from assessments.models import ModuleTest, Presence, Score
from courses.models import Session
from enrollment.models import Enrollment


def roster(test: ModuleTest, *, attempt: int = 1, at: datetime):
    """Enrollments, by name, that need an outcome of this attempt.

    The test: the members of the edition on its day, auditors apart; someone who left before is not
    among them. The retake: those of them with a published result that is not a pass who still were
    members on the day of the retake, or are `at` when it has no date. Whoever already has a score
    stays in sight, whatever became of the dates of the enrollment.
    """
    scores = Score.objects.filter(test=test, enrollment=OuterRef("pk"))
    if attempt == 1:
        day, sits = timezone.localdate(test.session.starts_at), Q()
    else:
        retake = retake_of(test)
        day = timezone.localdate(retake.starts_at if retake else at)
        failed = scores.filter(attempt=1, test__may_be_retaken=True).published().not_passed()
        sits = Q(Exists(failed))
    edition = Enrollment.objects.filter(cohort=test.cohort_id)
    members = edition.members_on(day).filter(sits, auditor=False)
    recorded = edition.filter(Exists(scores.filter(attempt=attempt)))
    return (members | recorded).select_related("user").order_by("user__name", "pk")


def retake_of(test: ModuleTest) -> Session | None:
    """The session of the test's retake, if it is on the timetable."""
    retakes = Session.objects.live().filter(purpose=Session.Purpose.RETAKE)
    return retakes.filter(cohort=test.cohort_id, module=test.module_id).order_by("starts_at").first()


def register_roster(session: Session):
    """Enrollments, by name, whose presence in `session` is recorded: the members on its day.

    Auditors are among them. Whoever has a presence stays in sight, whatever became of the dates.
    """
    edition = Enrollment.objects.filter(cohort=session.cohort_id)
    members = edition.members_on(timezone.localdate(session.starts_at))
    recorded = edition.filter(Exists(Presence.objects.filter(session=session, enrollment=OuterRef("pk"))))
    return (members | recorded).select_related("user").order_by("user__name", "pk")


def rosters(sessions: Collection[Session]) -> dict[int, list[Enrollment]]:
    """`register_roster` of each of these sessions of one edition, in two queries."""
    edition = Enrollment.objects.filter(cohort__in={session.cohort_id for session in sessions})
    people = list(edition.select_related("user").order_by("user__name", "pk"))
    recorded = set(Presence.objects.filter(session__in=sessions).values_list("session", "enrollment"))
    return {
        session.pk: [
            person
            for person in people
            if person.cohort_id == session.cohort_id
            and (person.attends(timezone.localdate(session.starts_at)) or (session.pk, person.pk) in recorded)
        ]
        for session in sessions
    }
