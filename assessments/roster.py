"""Who sits a test, who its retake, and whose presence a register records."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from assessments.models import ModuleTest, Presence, Score, ScoreEntry
from assessments.score_files import Place, Standing, Why
from courses.models import Session
from enrollment.models import BY_INVITATION, Enrollment, Invitation


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


def standings_of(tests: Collection[ModuleTest], *, at: datetime) -> dict[Place, Standing]:
    """What a file of scores may go to: every attempt of `tests`, each with its session, and whoever sits it.

    As `roster` has it, in four queries however many tests; with what stands there, whether somebody typed
    it by hand, and why it cannot change.
    """
    keys = [test.pk for test in tests]
    scores = {
        (one.enrollment_id, one.test_id, one.attempt): one for one in Score.objects.filter(test__in=keys)
    }
    last = ScoreEntry.objects.changes().filter(test__in=keys)
    last = last.order_by("enrollment", "test", "attempt", "-pk").distinct("enrollment", "test", "attempt")
    batches = {tuple(place): batch for *place, batch in last.values_list(*PLACE, "batch")}
    cohorts = {test.cohort_id for test in tests}
    retakes = Session.objects.live().filter(purpose=Session.Purpose.RETAKE, cohort__in=cohorts)
    retaken = {(one.cohort_id, one.module_id): one for one in retakes.order_by("-starts_at")}
    people = list(Enrollment.objects.filter(cohort__in=cohorts))
    found = {}
    for test in tests:
        retake = retaken.get((test.cohort_id, test.module_id))
        held = test.session.starts_at, retake.starts_at if retake else at
        early = test.session.cancelled or at < held[0], not test.published_at or at < held[1]
        for person in people:
            if person.cohort_id != test.cohort_id:
                continue
            for attempt in (1, 2):
                place = person.pk, test.pk, attempt
                score, first = scores.get(place), scores.get((person.pk, test.pk, 1))
                sits = not person.auditor and person.attends(timezone.localdate(held[attempt - 1]))
                if attempt == 2:
                    sits = sits and bool(first and first.published_at and not first.result.passed)
                    sits = sits and test.may_be_retaken
                if sits or score:
                    found[Place(*place)] = standing_of(score, early[attempt - 1], batches.get(place))
    return found


PLACE = ("enrollment", "test", "attempt")


def standing_of(score: Score | None, early: bool, batch: int | None) -> Standing:
    """What stands in one place."""
    if score is None:
        return Standing(settled=Why.NOT_YET if early else None)
    settled = Why.PUBLISHED if score.published_at else Why.FINAL if score.signed_at else None
    return Standing(score.result, batch is None, settled or (Why.NOT_YET if early else None))


def retake_of(test: ModuleTest) -> Session | None:
    """The session of the test's retake, if it is on the timetable."""
    retakes = Session.objects.live().filter(purpose=Session.Purpose.RETAKE)
    return retakes.filter(cohort=test.cohort_id, module=test.module_id).order_by("starts_at").first()


def register_roster(session: Session):
    """Enrollments, by name, whose presence in `session` is recorded: who is expected in it.

    Auditors are among them. Whoever has a presence stays in sight, whatever became of the dates.
    """
    edition = Enrollment.objects.filter(cohort=session.cohort_id)
    members = edition.filter(pk__in=Enrollment.objects.attending(session).values("pk"))
    recorded = edition.filter(Exists(Presence.objects.filter(session=session, enrollment=OuterRef("pk"))))
    return (members | recorded).select_related("user").order_by("user__name", "pk")


def rosters(sessions: Collection[Session]) -> dict[int, list[Enrollment]]:
    """`register_roster` of each of these sessions of one edition, in three queries."""
    edition = Enrollment.objects.filter(cohort__in={session.cohort_id for session in sessions})
    people = list(edition.select_related("user").order_by("user__name", "pk"))
    recorded = set(Presence.objects.filter(session__in=sessions).values_list("session", "enrollment"))
    invited = set(Invitation.objects.filter(session__in=sessions).values_list("session", "enrollment"))
    return {
        session.pk: [
            person
            for person in people
            if person.cohort_id == session.cohort_id
            and (
                (session.pk, person.pk) in recorded
                or (
                    person.attends(timezone.localdate(session.starts_at))
                    and (session.purpose not in BY_INVITATION or (session.pk, person.pk) in invited)
                )
            )
        ]
        for session in sessions
    }
