"""Interviews: to be chosen, chosen, tomorrow."""

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from courses.notices import WINDOW, NoticeKind
from enrollment.models import Application, ApplicationPassage, InterviewSlot

from .session import LONGEST_EVENING, EveningBefore, Seconds

State = Application.State


class InterviewOffered(NoticeKind):
    """Who is admissible is told, once interviews are offered, that it is time to choose one.

    The revision is the passage: who is taken in again after an exclusion is told again.
    """

    name = "interview_offered"
    title = _("Interviews offered")
    why = _("You get this because you applied for a place.")

    def due(self, at):
        passages = ApplicationPassage.objects.filter(application=OuterRef("pk"), after=State.ELIGIBLE)
        slots = InterviewSlot.objects.choosable(at).filter(call__cohort=OuterRef("cohort"))
        return (
            Application.objects.filter(state=State.ELIGIBLE, interview=None)
            .annotate(
                passage=Subquery(passages.order_by("-pk").values("pk")[:1]),
                passed_at=Subquery(passages.order_by("-pk").values("at")[:1]),
                offered_at=Subquery(slots.order_by("offered_at").values("offered_at")[:1]),
            )
            .filter(offered_at__isnull=False)
            .annotate(both_at=Greatest("passed_at", "offered_at"))
            .filter(both_at__gt=at - WINDOW, both_at__lte=at)
            .values_list("user", "pk", "passage", "both_at")
        )

    def still_due(self, notice, at):
        application = Application.objects.select_related("interview").get(pk=notice.key)
        if application.state != State.ELIGIBLE:
            return gettext_noop("the application has gone on")
        if hasattr(application, "interview"):
            return gettext_noop("an interview has been chosen")
        slots = InterviewSlot.objects.choosable(at).filter(call__cohort=application.cohort_id)
        return None if slots.exists() else gettext_noop("there is no interview to choose")

    def context(self, notices):
        return {"application": Application.objects.select_related("cohort").get(pk=notices[0].key)}

    def path(self, notice):
        return reverse("enrollment:interview", args=[notice.key])


class InterviewChosen(NoticeKind):
    """Who chose an interview, or exchanged it for another, is told when and where it is."""

    name = "interview_chosen"
    title = _("Interview chosen")
    why = _("You get this because you chose this interview.")

    def due(self, at):
        return (
            InterviewSlot.objects.filter(chosen_at__gt=at - WINDOW, chosen_at__lte=at, starts_at__gt=at)
            .annotate(revision=Seconds("chosen_at"))
            .values_list("application__user", "application", "revision", "chosen_at")
        )

    def still_due(self, notice, at):
        slot = InterviewSlot.objects.filter(application=notice.key).first()
        if slot and slot.chosen_at and int(slot.chosen_at.timestamp()) != notice.revision:
            return gettext_noop("another interview has been chosen")
        return over(slot, at)

    def context(self, notices):
        return about(notices[0])

    def path(self, notice):
        return reverse("enrollment:interview", args=[notice.key])


class InterviewTomorrow(NoticeKind):
    """Who chose an interview is reminded of it at 18:00 of the evening before.

    The revision is the moment it begins: an interview moved by the office is another reminder.
    """

    name = "interview_tomorrow"
    title = _("Interview tomorrow")
    why = _("You get this because you chose this interview.")

    def due(self, at):
        return (
            InterviewSlot.objects.filter(starts_at__gt=at, starts_at__lte=at + LONGEST_EVENING)
            .filter(application__state=State.ELIGIBLE)
            .annotate(evening=EveningBefore("starts_at"), start=Seconds("starts_at"))
            .filter(evening__gt=at - WINDOW, evening__lte=at, chosen_at__lte=F("evening"))
            .values_list("application__user", "application", "start", "evening")
        )

    def still_due(self, notice, at):
        slot = InterviewSlot.objects.filter(application=notice.key).first()
        if slot and int(slot.starts_at.timestamp()) != notice.revision:
            return gettext_noop("the interview is at another time")
        return over(slot, at)

    def context(self, notices):
        return about(notices[0])

    def path(self, notice):
        return reverse("enrollment:interview", args=[notice.key])


def over(slot: InterviewSlot | None, at) -> str | None:
    """Why there is no interview to come."""
    if slot is None or not slot.application or slot.application.state != State.ELIGIBLE:
        return gettext_noop("there is no interview any more")
    return gettext_noop("the interview has already begun") if slot.starts_at <= at else None


def about(notice) -> dict[str, object]:
    """The interview and its application; a room is said, the link of a call is on its page."""
    slot = InterviewSlot.objects.select_related("application__cohort").get(application=notice.key)
    return {"slot": slot, "application": slot.application, "room": "" if "://" in slot.where else slot.where}
