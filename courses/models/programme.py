"""The programme as data: a version of the 300 hours, its blocks and modules."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .invariants import Guard, every_timetable_changes
from .wording import Titled, in_readers_language

WORDS = "'{title_it,title_en,outcomes_it,outcomes_en}'::text[]"


def frozen_once_used(name: str, programme: str) -> Guard:
    """The figures of a programme version stay as they are once an edition follows it.

    `programme` is the SQL that leads from `the_row` to its programme; nothing leaves a used version
    and nothing joins it. Titles may still be corrected: a typing error changes nobody's hours.
    """
    before, after = programme.replace("the_row", "OLD"), programme.replace("the_row", "NEW")
    return Guard(
        name=name,
        message=_("This version of the programme is in use by an edition: its hours can no longer change."),
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"""
            IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - {WORDS} = to_jsonb(OLD) - {WORDS} THEN
                RETURN NEW;
            END IF;
            IF EXISTS (SELECT 1 FROM courses_cohort WHERE programme_id IN (({before}), ({after})))
            THEN {{refuse}} END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


class Programme(Titled):
    """One version of the programme. Loaded from `courses/curricula/`, frozen once an edition uses it."""

    code = models.SlugField(_("code"), unique=True, help_text=_("Name and version, such as smtc-2022."))
    minutes = models.PositiveIntegerField(_("total minutes"))
    academic_minutes = models.PositiveIntegerField(_("academic minutes"))
    company_minutes = models.PositiveIntegerField(_("company minutes"))

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="academic_and_company_minutes_make_the_programme",
                condition=Q(minutes=F("academic_minutes") + F("company_minutes")),
                violation_error_message=_("Academic and company minutes must make the programme's total."),
            ),
        ]
        triggers = [frozen_once_used("a_used_programme_keeps_its_hours", "the_row.id")]


class Block(Titled):
    """One of the six parts. The two assessments stand beside the 300 hours."""

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="blocks", verbose_name=_("programme")
    )
    code = models.SlugField(_("code"), max_length=10)
    position = models.PositiveSmallIntegerField(_("position"))
    minutes = models.PositiveIntegerField(_("minutes"))
    counts_towards_total = models.BooleanField(_("counts towards the 300 hours"), default=True)

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        ordering = ["programme", "position"]
        constraints = [
            models.UniqueConstraint(
                name="one_block_per_code_and_programme",
                fields=["programme", "code"],
                violation_error_message=_("The programme already has a block with this code."),
            ),
        ]
        triggers = [
            frozen_once_used("a_used_block_keeps_its_hours", "the_row.programme_id"),
            every_timetable_changes(),
        ]


class Module(Titled):
    """A unit with one test. The welcome and the final assessment are modules without a test."""

    block = models.ForeignKey(Block, models.PROTECT, related_name="modules", verbose_name=_("block"))
    code = models.SlugField(_("code"), max_length=10)
    position = models.PositiveSmallIntegerField(_("position"))
    minutes = models.PositiveIntegerField(_("minutes"))
    academic_minutes = models.PositiveIntegerField(_("academic minutes"))
    company_minutes = models.PositiveIntegerField(_("company minutes"))
    has_test = models.BooleanField(_("ends with a test"), default=True)
    outcomes_it = models.TextField(_("learning outcomes in Italian"), blank=True)
    outcomes_en = models.TextField(_("learning outcomes in English"), blank=True)

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")
        ordering = ["block__position", "position"]
        constraints = [
            models.UniqueConstraint(
                name="one_module_per_code_and_block",
                fields=["block", "code"],
                violation_error_message=_("The block already has a module with this code."),
            ),
            models.CheckConstraint(
                name="academic_and_company_minutes_fit_the_module",
                condition=Q(minutes=F("academic_minutes") + F("company_minutes"))
                | Q(academic_minutes=0, company_minutes=0),
                violation_error_message=_("Academic and company minutes must make the module's minutes."),
            ),
        ]
        triggers = [
            frozen_once_used(
                "a_used_module_keeps_its_hours",
                "SELECT programme_id FROM courses_block WHERE id = the_row.block_id",
            ),
            every_timetable_changes(),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def outcomes(self) -> str:
        """What a participant can do afterwards, in the reader's language."""
        return in_readers_language(self, "outcomes")
