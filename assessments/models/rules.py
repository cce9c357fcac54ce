"""What an edition asks of its participants: of their hours, 80% without a rule, and for the certificate."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.budget import WHOLE, Scope
from assessments.certificate import Asked, Need
from courses.models import Cohort
from courses.models.invariants import known_values
from courses.models.session import SessionMode


class RuleScope(models.TextChoices):
    """Which minutes a rule counts."""

    OVERALL = Scope.OVERALL.value, _("all hours")
    MODULE = Scope.MODULE.value, _("each module by itself")
    BLOCK = Scope.BLOCK.value, _("each block by itself")
    SESSION_MODE = Scope.SESSION_MODE.value, _("sessions of one mode")
    IN_PERSON = Scope.IN_PERSON.value, _("hours attended in person")


class AttendanceRule(models.Model):
    """One line of the rule set of an edition: at least `share` hundredths of a percent of some minutes."""

    cohort = models.ForeignKey(
        Cohort, models.CASCADE, related_name="attendance_rules", verbose_name=_("edition")
    )
    scope = models.CharField(_("counts"), max_length=12, choices=RuleScope, default=RuleScope.OVERALL)
    mode = models.CharField(_("mode"), max_length=10, choices=SessionMode, blank=True)
    share = models.PositiveSmallIntegerField(
        _("share"), default=8000, help_text=_("In hundredths of a percent: 8000 is 80%.")
    )
    excuses_count = models.BooleanField(
        _("accepted absences count as attended"), default=False, db_default=False
    )

    class Meta:
        verbose_name = _("rule of attendance")
        verbose_name_plural = _("rules of attendance")
        ordering = ["cohort", "pk"]
        constraints = [
            known_values("a_rule_has_a_known_scope", "scope", RuleScope),
            models.CheckConstraint(
                name="a_rule_names_a_mode_exactly_when_it_counts_one",
                condition=Q(scope="session_mode", mode__in=SessionMode.values)
                | (~Q(scope="session_mode") & Q(mode="")),
                violation_error_message=_("Give a mode exactly when the rule counts sessions of one mode."),
            ),
            models.CheckConstraint(
                name="a_rule_asks_for_a_share_of_the_whole",
                condition=Q(share__gte=1, share__lte=WHOLE),
                violation_error_message=_("A share lies between 0.01% and 100%."),
            ),
            models.UniqueConstraint(
                name="an_edition_has_a_rule_once",
                fields=["cohort", "scope", "mode"],
                violation_error_message=_("The edition already has this rule."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_scope_display()


class CertificateNeed(models.TextChoices):
    """What a certificate may ask for."""

    HOURS = Need.HOURS.value, _("hours of attendance")
    TESTS = Need.TESTS.value, _("module tests")
    PROJECT = Need.PROJECT.value, _("project work")
    FINAL = Need.FINAL.value, _("final assessment")
    AGREEMENT = Need.AGREEMENT.value, _("participation agreement")


class CertificateRule(models.Model):
    """One line of what an edition asks for its certificate; an edition without any asks for every need."""

    cohort = models.ForeignKey(
        Cohort, models.CASCADE, related_name="certificate_rules", verbose_name=_("edition")
    )
    need = models.CharField(_("asks for"), max_length=9, choices=CertificateNeed)
    spared = models.PositiveSmallIntegerField(
        _("tests spared"),
        default=0,
        db_default=0,
        help_text=_("How many module tests may stay without a pass."),
    )
    letter = models.CharField(
        _("alternatives"),
        max_length=1,
        blank=True,
        choices=[(letter, letter) for letter in "ABC"],
        help_text=_("Of the lines with the same letter a single one is enough."),
    )

    class Meta:
        verbose_name = _("condition of the certificate")
        verbose_name_plural = _("conditions of the certificate")
        ordering = ["cohort", "pk"]
        constraints = [
            known_values("a_certificate_asks_for_a_known_need", "need", CertificateNeed),
            models.CheckConstraint(
                name="only_tests_are_spared",
                condition=Q(spared=0) | Q(need=CertificateNeed.TESTS),
                violation_error_message=_("Only module tests can be spared."),
            ),
            models.CheckConstraint(
                name="alternatives_share_a_letter",
                condition=Q(letter__in=["", "A", "B", "C"]),
                violation_error_message=_("Alternatives carry the letter A, B or C."),
            ),
            models.UniqueConstraint(
                name="an_edition_asks_for_a_need_once",
                fields=["cohort", "need"],
                violation_error_message=_("The edition already asks for this."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_need_display()

    @property
    def asked(self) -> Asked:
        """As the rule reads it."""
        return Asked(Need(self.need), self.spared, self.letter)
