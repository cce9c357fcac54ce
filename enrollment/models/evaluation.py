"""How the committee judges: criteria, one sheet per member, application and phase, interviews."""

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from courses.models.invariants import Guard, known_values
from courses.models.wording import Titled

from .application import Application
from .call import Call

# An interview is chosen, or exchanged for another one, until this long before it begins.
CHOICE_ENDS = timedelta(hours=24)


class Phase(models.TextChoices):
    """What is judged."""

    DOCUMENTS = "documents", _("documents")
    INTERVIEW = "interview", _("interview")


class Criterion(Titled):
    """What earns points in a call, and how many at most."""

    Phase = Phase

    call = models.ForeignKey(Call, models.CASCADE, related_name="criteria", verbose_name=_("call"))
    phase = models.CharField(_("phase"), max_length=10, choices=Phase)
    position = models.PositiveSmallIntegerField(_("position"))
    maximum = models.PositiveSmallIntegerField(_("points at most"))

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["call", "phase", "position"]
        constraints = [
            known_values("a_criterion_has_a_known_phase", "phase", Phase),
            models.UniqueConstraint(
                name="criteria_of_a_phase_stand_in_line",
                fields=["call", "phase", "position"],
                violation_error_message=_("Two criteria have the same position."),
            ),
            models.CheckConstraint(
                name="a_criterion_earns_points",
                condition=Q(maximum__gte=1),
                violation_error_message=_("A criterion earns at least one point."),
            ),
        ]
        triggers = [
            Guard(
                name="criteria_stay_once_used",
                message=_("The committee has begun to score: the criteria stay as they are."),
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                declare=[("calls", "bigint[]")],
                func="""
                    IF TG_OP = 'INSERT' THEN calls := ARRAY[NEW.call_id];
                    ELSIF TG_OP = 'DELETE' THEN calls := ARRAY[OLD.call_id];
                    ELSE
                        IF (OLD.call_id, OLD.phase, OLD.maximum)
                           IS NOT DISTINCT FROM (NEW.call_id, NEW.phase, NEW.maximum)
                        THEN RETURN NEW; END IF;
                        calls := ARRAY[OLD.call_id, NEW.call_id];
                    END IF;
                    IF EXISTS (SELECT 1 FROM enrollment_evaluation evaluation
                               JOIN enrollment_application application
                                 ON application.id = evaluation.application_id
                               JOIN enrollment_call call ON call.cohort_id = application.cohort_id
                               WHERE call.id = ANY(calls))
                    THEN {refuse} END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
        ]


class EvaluationQuerySet(models.QuerySet):
    """The vocabulary of score sheets."""

    def signed(self):
        """Final: counted, and shown to colleagues who have signed theirs."""
        return self.filter(signed_at__isnull=False)

    def open_to(self, member):
        """One's own, and of what one has signed oneself the signed sheets of the others.

        Nobody sees a colleague's points before having given one's own (double-blind scoring).
        """
        mine = Evaluation.objects.signed().filter(
            member=member, application=models.OuterRef("application"), phase=models.OuterRef("phase")
        )
        return self.filter(Q(member=member) | Q(models.Exists(mine), signed_at__isnull=False))


class Evaluation(models.Model):
    """One member's sheet for one application and phase. Signed, it stays as it is.

    `revision` rises with each saving, so that two tabs of its author notice each other.
    """

    Phase = Phase

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="evaluations", verbose_name=_("application")
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="evaluations", verbose_name=_("member")
    )
    phase = models.CharField(_("phase"), max_length=10, choices=Phase)
    remark = models.TextField(_("remark for the minutes"), max_length=1000, blank=True)
    conflict = models.BooleanField(
        _("conflict of interest"), default=False, help_text=_("Same employer as the applicant.")
    )
    revision = models.PositiveIntegerField(_("revision"), default=0, editable=False)
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True, editable=False)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        ordering = ["application", "phase", "member"]
        constraints = [
            known_values("a_score_sheet_has_a_known_phase", "phase", Phase),
            models.UniqueConstraint(
                name="one_score_sheet_per_member_application_and_phase",
                fields=["application", "member", "phase"],
                violation_error_message=_("This member already has a score sheet for this application."),
            ),
        ]
        triggers = [
            Guard(
                name="only_the_committee_scores",
                message=_("Only members of the committee score an application, and nobody their own."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("application_id", "member_id"),
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (SELECT 1 FROM courses_role role
                                   JOIN enrollment_application application
                                     ON application.cohort_id = role.cohort_id
                                   WHERE application.id = NEW.application_id
                                   AND application.user_id <> NEW.member_id
                                   AND role.user_id = NEW.member_id AND role.kind = 'committee')
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_signed_score_sheet_stays",
                message=_("A signed score sheet stays as it is."),
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="IF OLD.signed_at IS NOT NULL THEN {refuse} END IF; RETURN COALESCE(NEW, OLD);",
            ),
            Guard(
                name="a_signed_score_sheet_is_complete",
                message=_("Give points for every criterion before signing."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("signed_at"),
                when=pgtrigger.Before,
                func="""
                    IF NEW.signed_at IS NOT NULL AND EXISTS (
                        SELECT 1 FROM enrollment_criterion criterion
                        JOIN enrollment_call call ON call.id = criterion.call_id
                        JOIN enrollment_application application
                          ON application.cohort_id = call.cohort_id
                        WHERE application.id = NEW.application_id AND criterion.phase = NEW.phase
                        AND NOT EXISTS (SELECT 1 FROM enrollment_points points
                                        WHERE points.evaluation_id = NEW.id
                                        AND points.criterion_id = criterion.id))
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}, {self.get_phase_display()}: {self.member}"


class Points(models.Model):
    """What one member gives for one criterion: a whole number from 0 to its maximum."""

    evaluation = models.ForeignKey(
        Evaluation, models.CASCADE, related_name="points", verbose_name=_("score sheet")
    )
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, related_name="points", verbose_name=_("criterion")
    )
    value = models.PositiveSmallIntegerField(_("points"))

    class Meta:
        verbose_name = _("points")
        verbose_name_plural = _("points")
        ordering = ["evaluation", "criterion__position"]
        constraints = [
            models.UniqueConstraint(
                name="points_for_a_criterion_are_given_once",
                fields=["evaluation", "criterion"],
                violation_error_message=_("This criterion already has its points."),
            ),
        ]
        triggers = [
            Guard(
                name="points_stay_within_their_criterion",
                message=_("More points than the criterion gives, or a criterion of another sheet."),
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (SELECT 1 FROM enrollment_evaluation evaluation
                                   JOIN enrollment_application application
                                     ON application.id = evaluation.application_id
                                   JOIN enrollment_call call ON call.cohort_id = application.cohort_id
                                   JOIN enrollment_criterion criterion ON criterion.call_id = call.id
                                   WHERE evaluation.id = NEW.evaluation_id
                                   AND criterion.id = NEW.criterion_id
                                   AND criterion.phase = evaluation.phase
                                   AND NEW.value BETWEEN 0 AND criterion.maximum)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="points_of_a_signed_sheet_stay",
                message=_("A signed score sheet stays as it is."),
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT 1 FROM enrollment_evaluation WHERE signed_at IS NOT NULL
                               AND id IN (OLD.evaluation_id, NEW.evaluation_id))
                    THEN {refuse} END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.value}"


class InterviewSlotQuerySet(models.QuerySet):
    """The vocabulary of interview slots."""

    def free(self):
        """Nobody has chosen it."""
        return self.filter(application__isnull=True)

    def release(self):
        """Make them free again: as if nobody had ever chosen them."""
        return self.update(application=None, chosen_at=None, turnout="")

    def choosable(self, at):
        """Free, and far enough ahead for the committee to hear of it."""
        return self.free().filter(starts_at__gte=at + CHOICE_ENDS)


class Turnout(models.TextChoices):
    """What came of an interview."""

    HELD = "held", pgettext_lazy("an interview", "held")
    ABSENT = "absent", _("absent")


class InterviewSlot(models.Model):
    """A time for one interview, offered at least four days before; an applicant takes one."""

    Turnout = Turnout

    call = models.ForeignKey(Call, models.PROTECT, related_name="slots", verbose_name=_("call"))
    starts_at = models.DateTimeField(_("start"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=20)
    where = models.CharField(_("where"), max_length=200, help_text=_("A room, or the address of the call."))
    offered_at = models.DateTimeField(_("offered"), editable=False)
    application = models.OneToOneField(
        Application,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="interview",
        verbose_name=_("application"),
    )
    chosen_at = models.DateTimeField(_("chosen"), null=True, blank=True, editable=False)
    turnout = models.CharField(_("outcome"), max_length=6, choices=Turnout, blank=True)

    objects = InterviewSlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("interview slot")
        verbose_name_plural = _("interview slots")
        ordering = ["starts_at", "id"]
        constraints = [
            known_values("an_interview_has_a_known_outcome", "turnout", Turnout, ""),
            models.UniqueConstraint(
                name="one_interview_at_a_time_and_place",
                fields=["call", "starts_at", "where"],
                violation_error_message=_("There is already an interview at this time and place."),
            ),
            models.CheckConstraint(
                name="an_interview_is_offered_four_days_before",
                condition=Q(starts_at__gte=F("offered_at") + timedelta(days=4)),
                violation_error_message=_("An interview is offered at least four days before."),
            ),
            models.CheckConstraint(
                name="a_chosen_interview_has_its_moment",
                condition=Q(application__isnull=True, chosen_at__isnull=True)
                | Q(application__isnull=False, chosen_at__isnull=False, chosen_at__lt=F("starts_at")),
                violation_error_message=_("An interview is chosen before it begins."),
            ),
            models.CheckConstraint(
                name="only_a_chosen_interview_has_an_outcome",
                condition=Q(turnout="") | Q(application__isnull=False),
                violation_error_message=_("Nobody has chosen this interview."),
            ),
        ]
        triggers = [
            Guard(
                name="an_interview_is_of_its_own_call",
                message=_("This interview belongs to the call of another edition."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("application_id", "call_id"),
                when=pgtrigger.Before,
                func="""
                    IF NEW.application_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM enrollment_application application
                        JOIN enrollment_call call ON call.cohort_id = application.cohort_id
                        WHERE application.id = NEW.application_id AND call.id = NEW.call_id)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.starts_at):%d/%m/%Y %H:%M}, {self.where}"

    @property
    def place(self) -> str:
        """Where, for choosing: the address of a call is told to whoever has chosen it."""
        return gettext("online") if self.where.startswith(("https://", "http://")) else self.where

    @property
    def ends_at(self):
        """When the next one may begin."""
        return self.starts_at + timedelta(minutes=self.minutes)

    def may_be_exchanged(self, at) -> bool:
        """The applicant can still take another one instead."""
        return at <= self.starts_at - CHOICE_ENDS and not self.turnout

    def may_be_scored(self, at) -> bool:
        """It has been held, or has begun and nobody has said yet what came of it."""
        return self.turnout == Turnout.HELD or (not self.turnout and self.starts_at <= at)
