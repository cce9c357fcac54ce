"""By what projects are judged: rubrics in versions, each frozen with its hash at its first use."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.rubric import HIGHEST, LOWEST, Criterion, digest_of
from courses.models.invariants import Guard
from courses.models.wording import Titled, in_readers_language

FROZEN = "SELECT 1 FROM assessments_rubric rubric WHERE rubric.frozen_at IS NOT NULL"


class Rubric(Titled):
    """A version of a rubric. Until somebody judges by it, it can be changed; then it stays, with its hash.

    `limit` is how many levels two readings of a criterion may differ before a third is asked for.
    """

    code = models.SlugField(_("code"), help_text=_("The same for all versions."))
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    limit = models.PositiveSmallIntegerField(
        _("levels by which two readings may differ"),
        default=1,
        help_text=_("Beyond it, on any criterion, a third assessor reads the project."),
    )
    frozen_at = models.DateTimeField(_("first used"), null=True, blank=True, editable=False)
    digest = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("rubric")
        verbose_name_plural = _("rubrics")
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="a_rubric_numbers_its_versions_once",
                fields=["code", "version"],
                violation_error_message=_("The rubric already has a version of this number."),
            ),
            models.CheckConstraint(
                name="a_rubric_in_use_has_its_hash",
                condition=Q(frozen_at__isnull=True, digest="")
                | Q(frozen_at__isnull=False, digest__regex="^[0-9a-f]{64}$"),
                violation_error_message=_("A rubric gets its hash when it is first used."),
            ),
            models.CheckConstraint(
                name="readings_differ_by_levels_there_are",
                condition=Q(limit__lte=HIGHEST - LOWEST),
                violation_error_message=_("Two readings differ by 4 levels at most."),
            ),
        ]
        triggers = [
            Guard(
                name="a_rubric_in_use_stays",
                message=_("Projects are judged by this rubric: make a new version of it."),
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="IF OLD.frozen_at IS NOT NULL THEN {refuse} END IF; RETURN COALESCE(NEW, OLD);",
            ),
            Guard(
                name="a_rubric_in_use_is_complete",
                message=_("A rubric has criteria, and five levels described for each."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("frozen_at"),
                when=pgtrigger.Before,
                func=f"""
                    IF NEW.frozen_at IS NOT NULL AND (
                        NOT EXISTS (SELECT 1 FROM assessments_rubriccriterion WHERE rubric_id = NEW.id)
                        OR EXISTS (
                            SELECT 1 FROM assessments_rubriccriterion criterion
                            WHERE criterion.rubric_id = NEW.id
                            AND {HIGHEST} <> (SELECT count(*) FROM assessments_rubriclevel
                                              WHERE criterion_id = criterion.id)))
                    THEN {{refuse}} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    @property
    def content(self) -> list[Criterion]:
        """Its criteria with the words of their levels, as they are hashed."""
        return [
            Criterion(
                key=criterion.pk,
                position=criterion.position,
                weight=criterion.weight,
                titles=(criterion.title_it, criterion.title_en),
                levels=tuple((level.value, level.text_it, level.text_en) for level in criterion.levels.all()),
            )
            for criterion in self.criteria.all()
        ]

    @property
    def hash(self) -> str:
        """Of its present content; in use, the same as `digest`."""
        return digest_of((self.code, self.version, self.title_it, self.title_en, self.limit), self.content)


class RubricCriterion(Titled):
    """What is looked at in a project, and how much it weighs."""

    rubric = models.ForeignKey(Rubric, models.CASCADE, related_name="criteria", verbose_name=_("rubric"))
    position = models.PositiveSmallIntegerField(_("position"))
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)

    class Meta:
        verbose_name = _("criterion of a rubric")
        verbose_name_plural = _("criteria of rubrics")
        ordering = ["rubric", "position"]
        constraints = [
            models.UniqueConstraint(
                name="criteria_of_a_rubric_stand_in_line",
                fields=["rubric", "position"],
                violation_error_message=_("Two criteria have the same position."),
            ),
            models.CheckConstraint(
                name="a_criterion_of_a_rubric_weighs_something",
                condition=Q(weight__gte=1, weight__lte=100),
                violation_error_message=_("A criterion weighs from 1 to 100."),
            ),
        ]
        triggers = [
            Guard(
                name="criteria_of_a_rubric_in_use_stay",
                message=_("Projects are judged by this rubric: make a new version of it."),
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=f"""
                    IF EXISTS ({FROZEN} AND rubric.id IN (OLD.rubric_id, NEW.rubric_id))
                    THEN {{refuse}} END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
        ]


class RubricLevel(models.Model):
    """What a level of a criterion looks like, from 1 to 5."""

    criterion = models.ForeignKey(
        RubricCriterion, models.CASCADE, related_name="levels", verbose_name=_("criterion")
    )
    value = models.PositiveSmallIntegerField(_("level"))
    text_it = models.CharField(_("in Italian"), max_length=300)
    text_en = models.CharField(_("in English"), max_length=300)

    class Meta:
        verbose_name = _("level of a criterion")
        verbose_name_plural = _("levels of criteria")
        ordering = ["criterion", "value"]
        constraints = [
            models.UniqueConstraint(
                name="a_level_of_a_criterion_is_described_once",
                fields=["criterion", "value"],
                violation_error_message=_("This level is already described."),
            ),
            models.CheckConstraint(
                name="levels_of_a_rubric_go_from_one_to_five",
                condition=Q(value__gte=LOWEST, value__lte=HIGHEST),
                violation_error_message=_("Levels go from 1 to 5."),
            ),
        ]
        triggers = [
            Guard(
                name="levels_of_a_rubric_in_use_stay",
                message=_("Projects are judged by this rubric: make a new version of it."),
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=f"""
                    IF EXISTS ({FROZEN} AND rubric.id IN (
                        SELECT rubric_id FROM assessments_rubriccriterion
                        WHERE id IN (OLD.criterion_id, NEW.criterion_id)))
                    THEN {{refuse}} END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value}: {self.text}"

    @property
    def text(self) -> str:
        """In the reader's language."""
        return in_readers_language(self, "text")
