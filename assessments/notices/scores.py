"""Who is told of scores, and who is reminded of those that are missing."""

from datetime import datetime, timedelta

from django.db.models import (
    F,
)
from django.urls import reverse
from django.utils.timezone import get_default_timezone, localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from assessments.marking import REMIND_EVERY_DAYS, RESULTS_WITHIN_DAYS, reminders_due, results_due_on
from assessments.models import (
    ModuleTest,
    Score,
)
from assessments.notices.mornings import MORNING, morning, numbered
from courses.models import SessionTeacher
from courses.notices import WINDOW, NoticeKind
from enrollment.states import LIVE_ENROLLMENTS


class ScorePublished(NoticeKind):
    """Participants are told when their score in a test is published; which one, only the page says."""

    name = "score_published"
    title = _("Score published")
    why = _("You get this because you took this test.")
    resent = False

    def due(self, at):
        return Score.objects.filter(
            published_at__gt=at - WINDOW, published_at__lte=at, enrollment__state__in=LIVE_ENROLLMENTS
        ).values_list("enrollment__user", "test", "attempt", "published_at")

    def still_due(self, notice, at):
        score = Score.objects.filter(
            test=notice.key,
            attempt=notice.revision,
            enrollment__user=notice.user_id,
            enrollment__state__in=LIVE_ENROLLMENTS,
            published_at__isnull=False,
        )
        return None if score.exists() else gettext_noop("the person no longer follows the edition")

    def context(self, notices):
        test = ModuleTest.objects.select_related("module", "cohort").get(pk=notices[0].key)
        return {"test": test, "retake": notices[0].revision > 1}

    def path(self, notice):
        return reverse("assessments:results")


class ScoreOverdue(NoticeKind):
    """Instructors of a module whose scores are not published 10 days after its test are reminded at 9
    in the morning, and again every 3 days.

    The revision is the number of the reminder, as `marking.reminders_due` counts them.
    """

    name = "score_overdue"
    title = _("Scores awaited")
    why = _("You get this because you teach this module.")

    def due(self, at):
        late = {test.pk: reminder(test, at) for test in unpublished(at)}
        return (
            SessionTeacher.objects.filter(live=True, instructor__user__isnull=False)
            .annotate(test=F("session__cohort__tests"), tested=F("session__cohort__tests__module"))
            .filter(
                tested=F("session__module"),
                test__in=[pk for pk, (number, due_at) in late.items() if number and due_at > at - WINDOW],
            )
            .values_list("instructor__user", "test", *numbered("test", late))
        )

    def still_due(self, notice, at):
        test = unpublished(at).filter(pk=notice.key).first()
        if test is None:
            return gettext_noop("the scores have been published")
        if reminder(test, at)[0] != notice.revision:
            return gettext_noop("a later reminder takes its place")
        if not SessionTeacher.objects.filter(
            live=True,
            instructor__user=notice.user_id,
            session__cohort=test.cohort_id,
            session__module=test.module_id,
        ).exists():
            return gettext_noop("the person no longer teaches the module")
        return None

    def context(self, notices):
        test = ModuleTest.objects.select_related("module", "cohort", "session").get(pk=notices[0].key)
        return {"test": test, "days": RESULTS_WITHIN_DAYS}

    def path(self, notice):
        return reverse("assessments:scores", args=[notice.key])


def unpublished(at: datetime):
    """Tests held whose scores nobody has seen yet."""
    tests = ModuleTest.objects.held(at).unpublished().select_related("session")
    return tests.filter(session__live=True)


def reminder(test: ModuleTest, at: datetime) -> tuple[int, datetime]:
    """How many reminders of the missing scores are due by now, and the morning of the last of them."""
    tested = localdate(test.session.ends_at)
    number = reminders_due(tested, on=morning(at).date())
    day = results_due_on(tested) + timedelta(days=REMIND_EVERY_DAYS * (number - 1))
    return number, datetime.combine(day, MORNING, tzinfo=get_default_timezone())
