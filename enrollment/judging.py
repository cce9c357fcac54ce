"""How far a committee has come with each application. Tells who has signed, never what was given."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import Cohort, Role
from enrollment.access import applications_judged_by
from enrollment.models import Application, Criterion, Evaluation, InterviewSlot, Phase


class Stage(models.TextChoices):
    """Where one member stands with one phase of an application."""

    TO_DO = "to_do", _("to do")
    DRAFT = "draft", _("your draft")
    NOT_YET = "not_yet", _("not yet")
    WAITING = "waiting", _("waiting for colleagues")
    DONE = "done", _("signed by all")
    MISSED = "missed", _("closed without your sheet")


ASK_FOR_WORK = (Stage.DRAFT, Stage.TO_DO)


@dataclass(frozen=True)
class Step:
    """One phase of one application: `signed` of `members` have signed."""

    phase: Phase
    stage: Stage
    signed: int
    members: int
    slot: InterviewSlot | None


@dataclass(frozen=True)
class Line:
    """One application as a member finds it in the list."""

    application: Application
    steps: list[Step]

    @property
    def order(self) -> tuple[int, int]:
        """What asks for work first, then by receipt number: nothing in it depends on anybody's points."""
        stages = {step.stage for step in self.steps}
        return (0 if stages & set(ASK_FOR_WORK) else 1), self.application.number or 0


def work_of(member, cohort: Cohort, at: datetime) -> list[Line]:
    """The applications `member` judges in one edition, each with the phases its call scores."""
    applications = (
        applications_judged_by(member)
        .filter(cohort=cohort)
        .select_related("user", "interview")
        .only("number", "state", "employer", "cohort", "user__name", "interview")
    )
    scored = set(Criterion.objects.filter(call__cohort=cohort).values_list("phase", flat=True))
    members = Role.objects.filter(cohort=cohort, kind=Role.Kind.COMMITTEE).count()
    sheets = Evaluation.objects.filter(application__cohort=cohort)
    keys = "application", "phase"
    signed = Counter(sheets.signed().values_list(*keys))
    mine = {(pk, phase): at for pk, phase, at in sheets.filter(member=member).values_list(*keys, "signed_at")}

    for application in applications:
        application.cohort = cohort

    def step(application: Application, phase: Phase) -> Step:
        slot = getattr(application, "interview", None)
        if (application.pk, phase) not in mine:
            stage = stage_without_sheet(application, phase, slot, at)
        elif not mine[application.pk, phase]:
            stage = Stage.DRAFT if application.state == Application.State.ELIGIBLE else Stage.MISSED
        else:
            stage = Stage.WAITING if signed[application.pk, phase] < members else Stage.DONE
        return Step(phase, stage, signed[application.pk, phase], members, slot)

    phases = [phase for phase in Phase if phase in scored]
    lines = [
        Line(application, [step(application, phase) for phase in phases]) for application in applications
    ]
    return sorted(lines, key=lambda line: line.order)


def stage_without_sheet(
    application: Application, phase: Phase, slot: InterviewSlot | None, at: datetime
) -> Stage:
    """To do, not yet, or too late."""
    if application.state != Application.State.ELIGIBLE:
        return Stage.MISSED
    if phase == Phase.INTERVIEW and not (slot and slot.may_be_scored(at)):
        return Stage.NOT_YET
    return Stage.TO_DO


def sheets_to_do(member, at: datetime) -> int:
    """How many score sheets wait for `member`, over all editions. Two queries."""
    held = Q(interview__turnout=InterviewSlot.Turnout.HELD)
    begun = held | Q(interview__turnout="", interview__starts_at__lte=at)
    judging = applications_judged_by(member).filter(state=Application.State.ELIGIBLE)
    signed = Evaluation.objects.signed().filter(member=member)
    return sum(
        judging.filter(ready, cohort__call__criteria__phase=phase)
        .exclude(evaluations__in=signed.filter(phase=phase))
        .distinct()
        .count()
        for phase, ready in ((Phase.DOCUMENTS, Q()), (Phase.INTERVIEW, begun))
    )


def next_to_judge(member, cohort: Cohort, at: datetime) -> tuple[Application, Phase] | None:
    """The next application that waits for `member`'s sheet, and in which phase."""
    waiting = (
        (line.application, step.phase)
        for line in work_of(member, cohort, at)
        for step in line.steps
        if step.stage in ASK_FOR_WORK
    )
    return next(waiting, None)
