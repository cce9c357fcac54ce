"""An employer invited to nominate its people."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import Cohort, Organisation


class NominationQuerySet(models.QuerySet):
    """The vocabulary of nominations."""

    def visible_to(self, user):
        """Those one is the employer's contact of."""
        return self.filter(contact=user)


class Nomination(models.Model):
    """An organisation may nominate `places` people for an edition; they apply with its code.

    The code is derived from the row and `code_version`, so nothing secret is stored; a new version
    makes every older code worthless. `contact` is told the code at `invited_at` and sees that a
    nominated person applied and enrolled.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="nominations", verbose_name=_("organisation")
    )
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="nominations", verbose_name=_("edition"))
    places = models.PositiveSmallIntegerField(_("places"))
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="nominations",
        verbose_name=_("employer’s contact"),
    )
    invited_at = models.DateTimeField(_("invited"), null=True, blank=True, editable=False)
    code_version = models.PositiveIntegerField(_("version of the code"), default=0, editable=False)

    objects = NominationQuerySet.as_manager()

    class Meta:
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")
        ordering = ["cohort", "organisation__name"]
        constraints = [
            models.UniqueConstraint(
                name="one_nomination_per_organisation_and_edition",
                fields=["organisation", "cohort"],
                violation_error_message=_("This organisation has already been invited to nominate."),
            ),
            models.CheckConstraint(
                name="a_nomination_has_places",
                condition=Q(places__gte=1),
                violation_error_message=_("A nomination has at least one place."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} – {self.cohort}"
