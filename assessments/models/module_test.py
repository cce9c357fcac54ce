"""Tests of modules: when they are sat, and what they are marked in."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.marking import Scale as Marks
from courses.models import Cohort, Module, Session
from courses.models.invariants import CompositeForeignKey, Guard, known_values


class Scale(models.TextChoices):
    """What a test is marked in; the rules are those of `marking.RANGES`."""

    THIRTY = Marks.THIRTY.value, _("thirtieths, passed from 18, honours with 30")
    HUNDRED = Marks.HUNDRED.value, _("hundredths, passed from 60")
    VERDICT = Marks.VERDICT.value, pgettext_lazy("scale of a test", "passed or not, without marks")


class ModuleTestQuerySet(models.QuerySet):
    """The vocabulary of tests."""

    def of(self, instructor):
        """Those whose module `instructor` teaches in that edition, cancelled sessions apart."""
        return self.filter(
            models.Exists(
                Session.objects.live()
                .of(instructor)
                .filter(cohort=models.OuterRef("cohort"), module=models.OuterRef("module"))
            )
        )

    def held(self, at):
        """The session with the test is over."""
        return self.filter(session__ends_at__lte=at, session__live=True)

    def unpublished(self):
        """Scores not yet shown to participants."""
        return self.filter(published_at__isnull=True)


class ModuleTest(models.Model):
    """The test of a module in an edition, sat in the module's last session; taken once more if it may be."""

    Scale = Scale

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="tests", verbose_name=_("edition"))
    module = models.ForeignKey(Module, models.PROTECT, related_name="tests", verbose_name=_("module"))
    session = models.ForeignKey(
        Session, models.PROTECT, related_name="tests", verbose_name=_("session with the test")
    )
    scale = models.CharField(
        _("marked in"), max_length=9, choices=Scale, default=Scale.THIRTY, db_default=Scale.THIRTY
    )
    may_be_retaken = models.BooleanField(_("may be taken once more"), default=True, db_default=True)
    published_at = models.DateTimeField(_("scores published"), null=True, blank=True, editable=False)

    objects = ModuleTestQuerySet.as_manager()

    class Meta:
        verbose_name = _("module test")
        verbose_name_plural = _("module tests")
        ordering = ["session__starts_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_test_per_module_and_edition",
                fields=["cohort", "module"],
                violation_error_message=_("The module already has its test in this edition."),
            ),
            known_values("a_test_is_marked_in_a_known_scale", "scale", Scale),
            models.UniqueConstraint(
                name="a_test_with_its_edition_and_scale", fields=["id", "cohort", "scale"]
            ),
            CompositeForeignKey(
                name="a_test_is_sat_in_a_session_of_its_module",
                fields=["session", "cohort", "module"],
                to="courses_session",
                to_fields=["id", "cohort_id", "module_id"],
                violation_error_message=_("A test is sat in a session of its own module and edition."),
            ),
        ]
        triggers = [
            Guard(
                name="only_modules_with_a_test_have_one",
                message=_("This module has no test."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("module_id"),
                when=pgtrigger.Before,
                func="""
                    IF NOT (SELECT has_test FROM courses_module WHERE id = NEW.module_id)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_test_with_scores_keeps_its_rules",
                message=_("The test has scores: what it is marked in, and whether it is retaken, stay."),
                operation=pgtrigger.UpdateOf("scale", "may_be_retaken"),
                when=pgtrigger.Before,
                func="""
                    IF (OLD.scale, OLD.may_be_retaken) <> (NEW.scale, NEW.may_be_retaken) AND EXISTS (
                        SELECT FROM assessments_score
                        WHERE test_id = NEW.id AND (OLD.scale <> NEW.scale OR attempt = 2)
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.module.code} – {self.cohort}"

    @property
    def marks(self) -> Marks:
        """Its scale as the rules of marking know it."""
        return Marks(self.scale)
