"""What participants are asked about themselves and about modules: in versions, each frozen once asked."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.surveys import digest_of
from courses.models.invariants import Guard, known_values
from courses.models.wording import Titled

FROZEN = "SELECT 1 FROM assessments_questionnaire WHERE frozen_at IS NOT NULL"


class QuestionnaireKind(models.TextChoices):
    COMPETENCES = "competences", pgettext_lazy("questionnaire", "self-assessment of competences")
    SATISFACTION = "satisfaction", _("satisfaction with a module")


class Questionnaire(Titled):
    """A version of what is asked. Until an edition is asked it can be changed; then it stays, with its hash.

    Of each kind one is `current`: editions are asked that one.
    """

    Kind = QuestionnaireKind

    kind = models.CharField(_("kind"), max_length=12, choices=QuestionnaireKind)
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    current = models.BooleanField(_("asked from now on"), default=False, editable=False)
    frozen_at = models.DateTimeField(_("first used"), null=True, blank=True, editable=False)
    digest = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        ordering = ["kind", "-version"]
        constraints = [
            known_values("a_questionnaire_is_of_a_known_kind", "kind", QuestionnaireKind),
            models.UniqueConstraint(
                name="questionnaires_number_their_versions_once",
                fields=["kind", "version"],
                violation_error_message=_("There is already a version of this number."),
            ),
            models.UniqueConstraint(
                name="one_questionnaire_of_a_kind_is_asked",
                fields=["kind"],
                condition=Q(current=True),
                violation_error_message=_("Another version is asked already."),
            ),
            models.UniqueConstraint(name="a_questionnaire_with_its_kind", fields=["id", "kind"]),
            models.CheckConstraint(
                name="a_questionnaire_in_use_has_its_hash",
                condition=Q(frozen_at__isnull=True, digest="")
                | Q(frozen_at__isnull=False, digest__regex="^[0-9a-f]{64}$"),
                violation_error_message=_("A questionnaire gets its hash when it is first used."),
            ),
        ]
        triggers = [
            Guard(
                name="a_questionnaire_in_use_stays",
                message=_("Editions were asked this questionnaire: make a new version of it."),
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF OLD.frozen_at IS NOT NULL AND (
                        TG_OP = 'DELETE' OR to_jsonb(OLD) - 'current' <> to_jsonb(NEW) - 'current'
                    ) THEN {refuse} END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
            Guard(
                name="a_questionnaire_that_is_asked_has_questions",
                message=_("Add a question first."),
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (NEW.current OR NEW.frozen_at IS NOT NULL) AND NOT EXISTS (
                        SELECT 1 FROM assessments_question WHERE questionnaire_id = NEW.id
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    @property
    def hash(self) -> str:
        """Of its present content; in use, the same as `digest`."""
        rows = [(one.position, one.title_it, one.title_en) for one in self.questions.all()]
        return digest_of((self.kind, self.version, self.title_it, self.title_en), rows)


class Question(Titled):
    """A competence one sees oneself in, or a statement one agrees with: from 1 to 5."""

    questionnaire = models.ForeignKey(
        Questionnaire, models.CASCADE, related_name="questions", verbose_name=_("questionnaire")
    )
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["questionnaire", "position"]
        constraints = [
            models.UniqueConstraint(
                name="questions_stand_in_line",
                fields=["questionnaire", "position"],
                violation_error_message=_("Two questions have the same position."),
            ),
        ]
        triggers = [
            Guard(
                name="questions_in_use_stay",
                message=_("Editions were asked this questionnaire: make a new version of it."),
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=f"""
                    IF EXISTS ({FROZEN} AND id IN (OLD.questionnaire_id, NEW.questionnaire_id))
                    THEN {{refuse}} END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
            Guard(
                name="the_last_question_asked_stays",
                message=_("This questionnaire is asked from now on: it keeps at least one question."),
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT 1 FROM assessments_questionnaire
                               WHERE id = OLD.questionnaire_id AND current)
                       AND NOT EXISTS (SELECT 1 FROM assessments_question
                                       WHERE questionnaire_id = OLD.questionnaire_id AND id <> OLD.id)
                    THEN {refuse} END IF;
                    RETURN OLD;
                """,
            ),
        ]
