"""Who is told of milestones and of the judgement of a project."""

from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.db.models import (
    Case,
    DateTimeField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Q,
    Value,
    When,
)
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from assessments.models import (
    Milestone,
    ProjectOutcome,
)
from courses.notices import WINDOW, NoticeKind
from enrollment.models import TeamPlace

REMIND_OF_MILESTONES = (7, 1)  # days before
EPOCH = date(1970, 1, 1).toordinal()


class DayNumber(Func):
    """The day of a moment in Italy, counted from 1970."""

    template = "((%(expressions)s AT TIME ZONE 'Europe/Rome')::date - DATE '1970-01-01')"
    output_field = IntegerField()


class MilestoneNear(NoticeKind):
    """A team that has handed in nothing for a milestone is reminded a week and a day before it is due.

    The revision is the day it is due and how many days before that; so one that is put off is told anew.
    """

    name = "milestone_near"
    title = _("Milestone ahead")
    why = _("You get this because you are in the team.")

    def due(self, at):
        moments = {days: at + timedelta(days=days) for days in REMIND_OF_MILESTONES}
        near = [Q(due_at__gt=moment - WINDOW, due_at__lte=moment) for moment in moments.values()]
        places = TeamPlace.objects.on(localdate(at)).values("pk")
        days = Case(*(When(when, then=Value(days)) for when, days in zip(near, moments, strict=True)))
        before = Case(
            *(When(when, then=Value(timedelta(days=days))) for when, days in zip(near, moments, strict=True))
        )
        return (
            Milestone.objects.filter(reduce(or_, near), deposits=None, project__team__places__in=places)
            .order_by()
            .values_list(
                "project__team__places__enrollment__user",
                "pk",
                DayNumber("due_at") * Value(10) + days,
                ExpressionWrapper(F("due_at") - before, DateTimeField()),
            )
        )

    def still_due(self, notice, at):
        milestone = Milestone.objects.filter(pk=notice.key, due_at__gt=at).select_related("project").first()
        if milestone is None:
            return gettext_noop("it is over")
        if localdate(milestone.due_at).toordinal() != notice.revision // 10 + EPOCH:
            return gettext_noop("it was put off")
        if milestone.deposits.exists():
            return gettext_noop("the team has handed in")
        places = TeamPlace.objects.filter(team__project=milestone.project, enrollment__user=notice.user_id)
        return None if places.on(localdate(at)).exists() else gettext_noop("the person left the team")

    def context(self, notices):
        milestone = Milestone.objects.select_related("project__team").get(pk=notices[0].key)
        return {"milestone": milestone, "days": notices[0].revision % 10}

    def path(self, notice):
        return reverse("assessments:milestone", args=[notice.key])


class ProjectJudged(NoticeKind):
    """A team is told when the judgement of its project is published, and when it changes afterwards;
    what it says, only the page does.
    """

    name = "project_judged"
    title = _("Judgement of the project published")
    why = _("You get this because your team did this project.")
    resent = False

    def due(self, at):
        told_at = Case(When(revision=1, then=F("published_at")), default=F("saved_at"))
        places = TeamPlace.objects.to_the_end().values("pk")
        return (
            ProjectOutcome.objects.published()
            .filter(project__team__places__in=places)
            .annotate(told_at=told_at)
            .filter(told_at__gt=at - WINDOW, told_at__lte=at)
            .order_by()
            .values_list("project__team__places__enrollment__user", "pk", "revision", "told_at")
        )

    def still_due(self, notice, at):
        outcome = ProjectOutcome.objects.published().filter(pk=notice.key).first()
        stands = outcome and outcome.revision == notice.revision
        return None if stands else gettext_noop("it was changed once more")

    def context(self, notices):
        outcome = ProjectOutcome.objects.select_related("project__team__cohort").get(pk=notices[0].key)
        return {"project": outcome.project, "changed": notices[0].revision > 1}

    def path(self, notice):
        return reverse("assessments:team")
