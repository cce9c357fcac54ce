"""Who is told of what participants send in about their presence, and of the answers."""

from datetime import datetime
from typing import Any

from django.db.models import (
    DateTimeField,
    IntegerField,
    Q,
    QuerySet,
    Value,
)
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from assessments.models import (
    AbsenceNotice,
    AnswerState,
    RectificationRequest,
    RegisterState,
)
from assessments.notices.mornings import morning
from courses.models import Cohort, Role
from courses.notices import WINDOW, NoticeKind
from enrollment.notices.session import Seconds


class SentIn(NoticeKind):
    """The tutors of an edition are told at nine in the morning what participants have sent in and nobody
    has answered yet; one mail for each edition, as long as something waits.

    The key is the edition, the revision the day.
    """

    name = "sent_in"
    title = _("Waiting for your answer")
    why = _("You get this because you are tutor of this edition.")

    def due(self, at):
        due_at = morning(at)
        tutors = Role.objects.filter(kind=Role.Kind.TUTOR, hub=None)
        waiting = Q(cohort__in=absences_before(due_at)) | Q(cohort__in=requests_before(due_at))
        day = Value(due_at.date().toordinal(), output_field=IntegerField())
        return (
            tutors.filter(waiting)
            .order_by()
            .values_list("user", "cohort", day, Value(due_at, output_field=DateTimeField()))
            .distinct()
        )

    def still_due(self, notice, at):
        if not Role.objects.filter(
            kind=Role.Kind.TUTOR, hub=None, user=notice.user_id, cohort=notice.key
        ).exists():
            return gettext_noop("the person is no longer tutor of the edition")
        if not waiting_in(notice.key):
            return gettext_noop("everything has been answered")
        later = morning(at).date().toordinal() > notice.revision
        return gettext_noop("a later reminder takes its place") if later else None

    def context(self, notices):
        cohort = Cohort.objects.get(pk=notices[0].key)
        return {"edition": cohort, "number": waiting_in(cohort.pk)}

    def path(self, notice):
        return reverse("assessments:teaching")


class Answered(NoticeKind):
    """What the office answers to something a participant sent in; in which words, only the page says.

    The revision is the second of the answer, so that one that is changed is told again.
    """

    model: Any  # a kind of SentIn
    why = _("You get this because you wrote to the office about this session.")

    def due(self, at):
        answered: QuerySet = QuerySet(self.model).filter(answered_at__gt=at - WINDOW, answered_at__lte=at)
        return answered.values_list("enrollment__user", "pk", Seconds("answered_at"), "answered_at")

    def still_due(self, notice, at):
        mine: QuerySet = QuerySet(self.model).filter(pk=notice.key, enrollment__user=notice.user_id)
        told_at = mine.values_list("answered_at", flat=True).first()
        stands = told_at and int(told_at.timestamp()) == notice.revision
        return None if stands else gettext_noop("the answer no longer stands")

    def context(self, notices):
        sent: Any = QuerySet(self.model).select_related("session__module").get(pk=notices[0].key)
        return {"session": sent.session, "accepted": sent.state == AnswerState.ACCEPTED}

    def path(self, notice):
        return reverse("assessments:attendance")


class RectificationAnswered(Answered):
    """A participant who asked to have their presence put right is told when the office has answered."""

    name = "rectification_answered"
    title = _("Rectification answered")
    model = RectificationRequest


class AbsenceAnswered(Answered):
    """A participant who sent a notice of absence is told when the office has answered."""

    name = "absence_answered"
    title = _("Notice of absence answered")
    model = AbsenceNotice


def absences_before(at: datetime):
    """The editions in which a notice of absence sent before then waits for an answer."""
    waiting = AbsenceNotice.objects.filter(state=AnswerState.SENT, sent_at__lt=at)
    return waiting.order_by().values("cohort")


def requests_before(at: datetime):
    """The same of requests for a rectification; what a locked register says is the office’s to change."""
    waiting = RectificationRequest.objects.filter(state=AnswerState.SENT, sent_at__lt=at)
    return waiting.exclude(session__register__state=RegisterState.LOCKED).order_by().values("cohort")


def waiting_in(cohort: int) -> int:
    """How many things participants of an edition have sent in wait for its tutors."""
    requests = RectificationRequest.objects.filter(state=AnswerState.SENT, cohort=cohort)
    requests = requests.exclude(session__register__state=RegisterState.LOCKED)
    return AbsenceNotice.objects.filter(state=AnswerState.SENT, cohort=cohort).count() + requests.count()
