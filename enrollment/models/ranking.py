"""The ranking as it was published: versions that are only superseded, never changed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.models.invariants import append_only, known_values

from .application import Application, Ground
from .call import Call


class RankingOutcome(models.TextChoices):
    ADMITTED = "admitted", _("admitted")
    ON_RESERVE = "on_reserve", _("on the reserve list")
    NOT_SUITABLE = "not_suitable", _("not suitable")
    EXCLUDED = "excluded", pgettext_lazy("application", "excluded")


class Ranking(models.Model):
    """One version of a call's ranking: who published it, when, why anew, and from which inputs.

    `inputs` holds seats, threshold, criteria and every signed sheet it was computed from; `digest` is
    the SHA-256 of inputs and lines as canonical JSON.
    """

    call = models.ForeignKey(Call, models.PROTECT, related_name="rankings", verbose_name=_("call"))
    version = models.PositiveSmallIntegerField(_("version"))
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("published by")
    )
    reason = models.TextField(_("why a new version"), blank=True)
    inputs = models.JSONField(_("inputs"))
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("ranking")
        verbose_name_plural = _("rankings")
        ordering = ["call", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="versions_of_a_ranking_are_numbered",
                fields=["call", "version"],
                violation_error_message=_("This version has already been published."),
            ),
            models.CheckConstraint(
                name="a_new_version_of_a_ranking_has_a_reason",
                condition=Q(version=1) | (Q(version__gt=1) & ~Q(reason="")),
                violation_error_message=_("Say why the ranking is published anew."),
            ),
        ]
        triggers = [append_only(name="rankings_are_only_superseded")]

    def __str__(self) -> str:
        return f"{self.call.cohort} ({self.version})"


class RankingLine(models.Model):
    """One application in one version. Points are averages over the committee, of two decimals."""

    Outcome = RankingOutcome

    ranking = models.ForeignKey(Ranking, models.PROTECT, related_name="lines", verbose_name=_("ranking"))
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="ranking_lines", verbose_name=_("application")
    )
    place = models.PositiveSmallIntegerField(pgettext_lazy("in a ranking", "position"), null=True, blank=True)
    documents = models.DecimalField(_("documents"), max_digits=5, decimal_places=2, null=True, blank=True)
    interview = models.DecimalField(_("interview"), max_digits=5, decimal_places=2, null=True, blank=True)
    total = models.DecimalField(_("total"), max_digits=5, decimal_places=2, null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=RankingOutcome)
    ground = models.CharField(_("ground of exclusion"), max_length=14, choices=Ground, blank=True)

    class Meta:
        verbose_name = _("line of a ranking")
        verbose_name_plural = _("lines of a ranking")
        ordering = ["ranking", "place", "application"]
        constraints = [
            known_values("a_line_of_a_ranking_has_a_known_outcome", "outcome", RankingOutcome),
            models.UniqueConstraint(
                name="an_application_stands_once_in_a_ranking",
                fields=["ranking", "application"],
                violation_error_message=_("This application is already in the ranking."),
            ),
            models.UniqueConstraint(
                name="each_place_in_a_ranking_is_taken_once",
                fields=["ranking", "place"],
                violation_error_message=_("This position in the ranking is already taken."),
            ),
            models.CheckConstraint(
                name="exactly_the_suitable_have_a_place",
                condition=Q(outcome__in=["admitted", "on_reserve"], place__isnull=False)
                | Q(outcome__in=["not_suitable", "excluded"], place__isnull=True),
                violation_error_message=_("Whoever is suitable has a position in the ranking, nobody else."),
            ),
            models.CheckConstraint(
                name="the_excluded_stand_with_their_ground_alone",
                condition=Q(outcome="excluded", documents=None, interview=None, total=None) & ~Q(ground="")
                | ~Q(outcome="excluded") & Q(ground=""),
                violation_error_message=_("Whoever is excluded has the ground in the ranking and no points."),
            ),
        ]
        triggers = [append_only(name="lines_of_a_ranking_are_only_added")]

    def __str__(self) -> str:
        return f"{self.ranking}: {self.application}"
