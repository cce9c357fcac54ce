"""How projects are judged: the seats of a panel, blind judgements, the outcome and how it differs for one."""

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.rubric import HIGHEST, LOWEST, MOST_STEPS
from assessments.states import JUDGEMENT_PASSAGES
from courses.models import Role
from courses.models.invariants import Guard, append_only, known_values, only_these_passages
from enrollment.models import Enrollment

from .project import NOT_BOTH, ROLE_OF_THE_EDITION, ProjectWork
from .rubric import RubricCriterion


class Side(models.TextChoices):
    """From where an assessor looks at a project."""

    ACADEMIC = "academic", _("academic")
    COMPANY = "company", _("company")
    THIRD = "third", _("third reading")


class JudgementWord(models.TextChoices):
    """A judgement in a word."""

    OTTIMO = "ottimo", _("excellent")
    DISTINTO = "distinto", _("very good")
    BUONO = "buono", pgettext_lazy("judgement", "good")
    DISCRETO = "discreto", _("fairly good")
    SUFFICIENTE = "sufficiente", _("sufficient")
    INSUFFICIENTE = "insufficiente", _("insufficient")


class PanelSeat(models.Model):
    """Who judges a project, from which side; a third reads it where the two differ too much."""

    project = models.ForeignKey(ProjectWork, models.PROTECT, related_name="panel", verbose_name=_("project"))
    role = models.ForeignKey(Role, models.PROTECT, related_name="seats", verbose_name=_("assessor"))
    side = models.CharField(_("side"), max_length=8, choices=Side)

    class Meta:
        verbose_name = _("assessor")
        verbose_name_plural = _("assessors")
        ordering = ["project", "side"]
        constraints = [
            known_values("a_seat_on_a_panel_has_a_known_side", "side", Side),
            models.UniqueConstraint(
                name="a_panel_has_one_assessor_of_each_side",
                fields=["project", "side"],
                violation_error_message=_("The panel already has its assessor of this side."),
            ),
            models.UniqueConstraint(
                name="an_assessor_sits_on_a_panel_once",
                fields=["project", "role"],
                violation_error_message=_("This person already sits on the panel."),
            ),
        ]
        triggers = [
            Guard(
                name="who_judges_a_project_belongs_to_the_panel",
                message=_("Only an assessor of the edition judges its projects."),
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=ROLE_OF_THE_EDITION % "panel",
            ),
            Guard(
                name="who_accompanies_a_project_does_not_judge_it",
                message=_("This person accompanies the project and cannot judge it."),
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=NOT_BOTH % "assessments_mentoring",
            ),
            Guard(
                name="who_has_begun_to_judge_keeps_the_seat",
                message=_("This assessor has begun to judge and keeps the seat."),
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT 1 FROM assessments_paneljudgement WHERE seat_id = OLD.id)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role.user} ({self.get_side_display()})"


class JudgementState(models.TextChoices):
    """How far an assessor's judgement has come."""

    DRAFT = "draft", _("draft")
    GIVEN = "given", pgettext_lazy("judgement", "given")


class PanelJudgementQuerySet(models.QuerySet):
    """The vocabulary of judgements."""

    def given(self):
        """Final."""
        return self.filter(state=JudgementState.GIVEN)

    def open_to(self, member):
        """One's own; those of the others once they are given, one's own is, and so are the first two.

        Whoever judges sees nothing of the others before (double-blind): the two of each other, and the
        third of both.
        """
        mine = PanelJudgement.objects.given().filter(
            seat__role__user=member, seat__project=models.OuterRef("seat__project")
        )
        return self.filter(
            Q(seat__role__user=member) | Q(models.Exists(mine), both_given(), state=JudgementState.GIVEN)
        )

    def open_to_office(self, user):
        """For the office, once both are given; for who sits on the panel too, as for any assessor."""
        seated = PanelSeat.objects.filter(role__user=user, project=models.OuterRef("seat__project"))
        open_to_all = self.given().filter(both_given(), ~models.Exists(seated))
        return self.open_to(user) | open_to_all


def both_given() -> models.Exists:
    """Whether the academic and the company reading of a judgement's project are there."""
    given = PanelJudgement.objects.filter(
        state=JudgementState.GIVEN, seat__project=models.OuterRef("seat__project")
    )
    sides = (given.filter(seat__side=side) for side in (Side.ACADEMIC, Side.COMPANY))
    academic, company = map(models.Exists, sides)
    return academic & company  # type: ignore[return-value]


class PanelJudgement(models.Model):
    """One assessor's judgement of a project: a level and words for each criterion, and words on the whole.

    `revision` rises with each saving, so that two tabs of its author notice each other.
    """

    State = JudgementState

    seat = models.OneToOneField(
        PanelSeat, models.PROTECT, related_name="judgement", verbose_name=_("assessor")
    )
    state = models.CharField(
        _("state"), max_length=5, choices=JudgementState, default=JudgementState.DRAFT, editable=False
    )
    words = models.TextField(_("on the project as a whole"), max_length=3000, blank=True)
    conflict = models.BooleanField(
        _("conflict of interest"), default=False, help_text=_("Same employer as somebody of the team.")
    )
    revision = models.PositiveIntegerField(_("revision"), default=0, editable=False)
    given_at = models.DateTimeField(pgettext_lazy("judgement", "given"), null=True, editable=False)

    objects = PanelJudgementQuerySet.as_manager()

    class Meta:
        verbose_name = _("judgement of an assessor")
        verbose_name_plural = _("judgements of assessors")
        ordering = ["seat__project", "seat__side"]
        constraints = [
            known_values("a_judgement_has_a_known_state", "state", JudgementState),
            models.CheckConstraint(
                name="a_given_judgement_has_its_moment",
                condition=Q(state="draft", given_at__isnull=True)
                | (~Q(state="draft") & Q(given_at__isnull=False)),
                violation_error_message=_("A judgement that is given says when."),
            ),
        ]
        triggers = [
            only_these_passages(
                name="a_judgement_changes_state_by_the_rules",
                field="state",
                table=JUDGEMENT_PASSAGES,
                message=_("A judgement cannot pass from this state to that one."),
            ),
            Guard(
                name="a_judgement_is_by_a_rubric_that_stays",
                message=_("Before anybody judges, the rubric of the project is fixed."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("seat_id"),
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (SELECT 1 FROM assessments_panelseat seat
                                   JOIN assessments_projectwork project ON project.id = seat.project_id
                                   JOIN assessments_rubric rubric ON rubric.id = project.rubric_id
                                   WHERE seat.id = NEW.seat_id AND rubric.frozen_at IS NOT NULL)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_third_reading_follows_two",
                message=_("A third reading is asked for once both have judged."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("seat_id"),
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT 1 FROM assessments_panelseat
                               WHERE id = NEW.seat_id AND side = 'third')
                       AND 2 > (SELECT count(*) FROM assessments_panelseat mine
                                JOIN assessments_panelseat seat USING (project_id)
                                JOIN assessments_paneljudgement judgement ON judgement.seat_id = seat.id
                                WHERE mine.id = NEW.seat_id AND seat.side <> 'third'
                                AND judgement.state = 'given')
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_judgement_is_given_after_the_last_deadline",
                message=_("The team still hands in: a judgement is given once its last deadline is past."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state", "given_at"),
                when=pgtrigger.Before,
                func="""
                    IF NEW.state = 'given' AND EXISTS (
                        SELECT 1 FROM assessments_panelseat seat
                        JOIN assessments_milestone milestone USING (project_id)
                        WHERE seat.id = NEW.seat_id AND milestone.due_at > NEW.given_at)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_given_judgement_stays",
                message=_("A judgement that is given stays as it is."),
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="IF OLD.state = 'given' THEN {refuse} END IF; RETURN COALESCE(NEW, OLD);",
            ),
            Guard(
                name="a_given_judgement_is_complete",
                message=_("Give a level and words for every criterion first."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),
                when=pgtrigger.Before,
                func="""
                    IF NEW.state = 'given' AND EXISTS (
                        SELECT 1 FROM assessments_panelseat seat
                        JOIN assessments_projectwork project ON project.id = seat.project_id
                        JOIN assessments_rubriccriterion criterion
                          ON criterion.rubric_id = project.rubric_id
                        WHERE seat.id = NEW.seat_id AND NOT EXISTS (
                            SELECT 1 FROM assessments_criterionjudgement given
                            WHERE given.judgement_id = NEW.id AND given.criterion_id = criterion.id
                            AND given.level IS NOT NULL AND given.words <> ''))
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat.project}: {self.seat}"

    @property
    def given(self) -> bool:
        return self.state == JudgementState.GIVEN


class CriterionJudgement(models.Model):
    """What one assessor says of one criterion: a level and why. A draft may lack either."""

    judgement = models.ForeignKey(
        PanelJudgement, models.CASCADE, related_name="criteria", verbose_name=_("judgement")
    )
    criterion = models.ForeignKey(
        RubricCriterion, models.PROTECT, related_name="judgements", verbose_name=_("criterion")
    )
    level = models.PositiveSmallIntegerField(_("level"), null=True)
    words = models.TextField(_("why"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("judgement of a criterion")
        verbose_name_plural = _("judgements of criteria")
        ordering = ["judgement", "criterion__position"]
        constraints = [
            models.UniqueConstraint(
                name="an_assessor_judges_a_criterion_once",
                fields=["judgement", "criterion"],
                violation_error_message=_("This criterion is already judged."),
            ),
            models.CheckConstraint(
                name="a_criterion_is_judged_by_a_level_there_is",
                condition=Q(level__isnull=True) | Q(level__gte=LOWEST, level__lte=HIGHEST),
                violation_error_message=_("Levels go from 1 to 5."),
            ),
        ]
        triggers = [
            Guard(
                name="a_project_is_judged_by_its_rubric",
                message=_("The criterion belongs to another rubric than the project’s."),
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (SELECT 1 FROM assessments_paneljudgement judgement
                                   JOIN assessments_panelseat seat ON seat.id = judgement.seat_id
                                   JOIN assessments_projectwork project ON project.id = seat.project_id
                                   JOIN assessments_rubriccriterion criterion
                                     ON criterion.rubric_id = project.rubric_id
                                   WHERE judgement.id = NEW.judgement_id
                                   AND criterion.id = NEW.criterion_id)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="levels_of_a_given_judgement_stay",
                message=_("A judgement that is given stays as it is."),
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT 1 FROM assessments_paneljudgement WHERE state = 'given'
                               AND id IN (OLD.judgement_id, NEW.judgement_id))
                    THEN {refuse} END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.level or '–'}"


class ProjectOutcomeQuerySet(models.QuerySet):
    """The vocabulary of outcomes."""

    def published(self):
        """Shown to the team."""
        return self.filter(published_at__isnull=False)


class ProjectOutcome(models.Model):
    """What the panel says of a team's project, in a word, a level and a text. Seen once published.

    `revision` rises with each change after that, of which the team is told.
    """

    Word = JudgementWord

    project = models.OneToOneField(
        ProjectWork, models.PROTECT, related_name="outcome", verbose_name=_("project")
    )
    word = models.CharField(_("judgement"), max_length=13, choices=JudgementWord)
    overall = models.DecimalField(_("level of the team"), max_digits=3, decimal_places=2)
    text = models.TextField(_("in words"), max_length=5000)
    saved_at = models.DateTimeField(_("saved"))
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=pgettext_lazy("judgement", "published by"),
    )
    revision = models.PositiveSmallIntegerField(_("revision"), default=1, editable=False)

    objects = ProjectOutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = _("judgement of a project")
        verbose_name_plural = _("judgements of projects")
        ordering = ["project"]
        constraints = [
            known_values("an_outcome_has_a_known_word", "word", JudgementWord),
            models.CheckConstraint(
                name="an_outcome_has_a_level_there_is",
                condition=Q(overall__gte=LOWEST, overall__lte=HIGHEST),
                violation_error_message=_("Levels go from 1 to 5."),
            ),
            models.CheckConstraint(
                name="an_outcome_has_its_words",
                condition=~Q(text=""),
                violation_error_message=_("Write the judgement in words, too."),
            ),
            models.CheckConstraint(
                name="a_published_outcome_has_its_moment_and_hand",
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False),
                violation_error_message=_("A publication has its moment and its author."),
            ),
        ]
        triggers = [
            Guard(
                name="an_outcome_rests_on_two_readings",
                message=_("The academic and the company assessor have not both judged yet."),
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF 2 > (SELECT count(*) FROM assessments_paneljudgement judgement
                            JOIN assessments_panelseat seat ON seat.id = judgement.seat_id
                            WHERE seat.project_id = NEW.project_id AND seat.side <> 'third'
                            AND judgement.state = 'given')
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_published_outcome_changes_only_with_a_reason",
                message=_(
                    "This judgement is published: it changes only with a reason, and is never deleted."
                ),
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF OLD.published_at IS NOT NULL AND (
                        TG_OP = 'DELETE' OR OLD.published_at IS DISTINCT FROM NEW.published_at
                        OR OLD.project_id <> NEW.project_id
                        OR coalesce(current_setting('smtc.reason', true), '') = ''
                    ) THEN {refuse} END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
            pgtrigger.Trigger(
                name="write_changes_of_outcomes",
                operation=pgtrigger.Update,
                when=pgtrigger.After,
                func="""
                    IF OLD.published_at IS NULL THEN RETURN NULL; END IF;
                    INSERT INTO assessments_outcomeentry (
                        outcome_id, enrollment_id, before, after, by_id, at, reason
                    ) VALUES (
                        NEW.id, NULL, to_jsonb(OLD), to_jsonb(NEW),
                        nullif(current_setting('smtc.actor', true), '')::bigint,
                        coalesce(nullif(current_setting('smtc.at', true), '')::timestamptz,
                                 clock_timestamp()),
                        coalesce(current_setting('smtc.reason', true), '')
                    );
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project}: {self.get_word_display()}"

    @property
    def published(self) -> bool:
        return self.published_at is not None


class Adjustment(models.Model):
    """By how many words, and why, the judgement of one of a team differs from the team's."""

    outcome = models.ForeignKey(
        ProjectOutcome, models.PROTECT, related_name="adjustments", verbose_name=_("judgement")
    )
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="adjustments", verbose_name=_("participant")
    )
    step = models.SmallIntegerField(_("words better or worse"))
    reason = models.TextField(_("reason"), max_length=1000)

    class Meta:
        verbose_name = _("individual adjustment")
        verbose_name_plural = _("individual adjustments")
        ordering = ["outcome", "enrollment__user__name"]
        constraints = [
            models.UniqueConstraint(
                name="one_adjustment_per_person_and_project",
                fields=["outcome", "enrollment"],
                violation_error_message=_("This person already has an adjustment."),
            ),
            models.CheckConstraint(
                name="an_adjustment_is_small_and_has_its_reason",
                condition=Q(step__gte=-MOST_STEPS, step__lte=MOST_STEPS) & ~Q(step=0) & ~Q(reason=""),
                violation_error_message=_(
                    "A judgement of one's own is one or two words better or worse, and says why."
                ),
            ),
        ]
        triggers = [
            Guard(
                name="an_adjustment_is_for_somebody_of_the_team",
                message=_("This person is not in the team of the project."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("outcome_id", "enrollment_id"),
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (SELECT 1 FROM assessments_projectoutcome outcome
                                   JOIN assessments_projectwork project ON project.id = outcome.project_id
                                   JOIN enrollment_teamplace place ON place.team_id = project.team_id
                                   WHERE outcome.id = NEW.outcome_id
                                   AND place.enrollment_id = NEW.enrollment_id)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_published_adjustment_changes_with_a_reason",
                message=_("This judgement is published: it changes only with a reason."),
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF coalesce(current_setting('smtc.reason', true), '') = ''
                       AND EXISTS (SELECT 1 FROM assessments_projectoutcome WHERE published_at IS NOT NULL
                                   AND id IN (OLD.outcome_id, NEW.outcome_id))
                    THEN {refuse} END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
            pgtrigger.Trigger(
                name="write_changes_of_adjustments",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.After,
                declare=[("the_row", "record")],
                func="""
                    the_row := COALESCE(NEW, OLD);
                    IF NOT EXISTS (SELECT 1 FROM assessments_projectoutcome
                                   WHERE id = the_row.outcome_id AND published_at IS NOT NULL)
                    THEN RETURN NULL; END IF;
                    INSERT INTO assessments_outcomeentry (
                        outcome_id, enrollment_id, before, after, by_id, at, reason
                    ) VALUES (
                        the_row.outcome_id, the_row.enrollment_id, to_jsonb(OLD), to_jsonb(NEW),
                        nullif(current_setting('smtc.actor', true), '')::bigint,
                        coalesce(nullif(current_setting('smtc.at', true), '')::timestamptz,
                                 clock_timestamp()),
                        coalesce(current_setting('smtc.reason', true), '')
                    );
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment.user}: {self.step:+}"


class OutcomeEntry(models.Model):
    """A change of a published judgement: who, when, from what to what, and why. Written by the database."""

    outcome = models.ForeignKey(
        ProjectOutcome, models.PROTECT, related_name="entries", verbose_name=_("judgement")
    )
    enrollment = models.ForeignKey(
        Enrollment,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("participant"),
        help_text=_("Empty: of the whole team."),
    )
    before = models.JSONField(_("before"), null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), null=True, encoder=DjangoJSONEncoder)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    reason = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("change of a judgement")
        verbose_name_plural = _("changes of judgements")
        ordering = ["-at", "-id"]
        triggers = [append_only(name="changes_of_judgements_are_append_only")]

    def __str__(self) -> str:
        return f"{self.outcome.project} – {localtime(self.at):%d/%m/%Y %H:%M}"
