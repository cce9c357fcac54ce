"""The call: when an edition takes applications."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models import Cohort


class Call(models.Model):
    """When one may apply for a place in an edition. The server's clock decides."""

    cohort = models.OneToOneField(Cohort, models.PROTECT, related_name="call", verbose_name=_("edition"))
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.CheckConstraint(
                name="a_call_closes_after_it_opens",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("The call must close after it opens."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.cohort} ({self.opens_at:%d/%m/%Y} – {self.closes_at:%d/%m/%Y})"

    def is_open(self, at) -> bool:
        """From the opening up to, not including, the closing moment."""
        return self.opens_at <= at < self.closes_at
