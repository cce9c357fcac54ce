"""Reports of the platforms that carry remote sessions, as they were imported."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import Session
from courses.models.invariants import known_values

from .register import somebody


class Platform(models.TextChoices):
    ZOOM = "zoom", "Zoom"
    TEAMS = "teams", "Microsoft Teams"
    MEET = "meet", "Google Meet"


class PlatformReport(models.Model):
    """One imported file: what it said is in its intervals; undone, each of them is taken back."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="reports", verbose_name=_("session"))
    platform = models.CharField(_("platform"), max_length=5, choices=Platform)
    name = models.CharField(_("name of the file"), max_length=200)
    digest = models.CharField(_("SHA-256"), max_length=64)
    by = somebody(verbose_name=_("imported by"))
    at = models.DateTimeField(_("imported at"))
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True, editable=False)
    undone_by = somebody(null=True, verbose_name=_("undone by"))

    class Meta:
        verbose_name = _("report of a platform")
        verbose_name_plural = _("reports of platforms")
        ordering = ["-at", "-pk"]
        constraints = [
            known_values("a_report_is_of_a_known_platform", "platform", Platform),
            models.UniqueConstraint(
                name="a_report_is_imported_once",
                fields=["session", "digest"],
                condition=Q(undone_at=None),
                violation_error_message=_("This file has already been imported."),
            ),
            models.CheckConstraint(
                name="it_is_known_who_undid_a_report",
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                violation_error_message=_("An undone report says who undid it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} – {self.session}"
