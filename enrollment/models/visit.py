"""When somebody last looked at what there is to read."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .enrollment import Enrollment


class MaterialVisit(models.Model):
    """A participant's visit to the materials of the edition: the last one, and the end of the one before.

    What came after `new_since` is marked as new during this visit, everything where it is None.
    `seen_at` is when the page was last looked at: what came later waits.
    """

    enrollment = models.OneToOneField(
        Enrollment, models.CASCADE, related_name="material_visit", verbose_name=_("enrollment")
    )
    new_since = models.DateTimeField(_("end of the visit before"), null=True)
    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("visit to the materials")
        verbose_name_plural = _("visits to the materials")
        constraints = [
            models.CheckConstraint(
                name="a_visit_follows_the_one_before",
                condition=Q(new_since__isnull=True) | Q(new_since__lte=F("seen_at")),
                violation_error_message=_("A visit comes after the one before."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.enrollment)
