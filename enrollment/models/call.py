"""The call: when an edition takes applications."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Cohort


class CallPhase(models.TextChoices):
    UPCOMING = "upcoming", _("not open yet")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class Call(models.Model):
    """When one may apply for a place in an edition. The server's clock decides."""

    Phase = CallPhase

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
        days = f"{timezone.localtime(self.opens_at):%d/%m/%Y} – {timezone.localtime(self.closes_at):%d/%m/%Y}"
        return f"{self.cohort} ({days})"

    def is_open(self, at) -> bool:
        """From the opening up to, not including, the closing moment."""
        return self.opens_at <= at < self.closes_at

    def phase(self, at) -> str:
        """Not open yet, open or closed, as a member of `Phase`."""
        if at < self.opens_at:
            return CallPhase.UPCOMING
        return CallPhase.OPEN if self.is_open(at) else CallPhase.CLOSED

    def days_left(self, at) -> int:
        """Days on a wall calendar in Turin up to the closing: 0 on the last day."""
        return (timezone.localdate(self.closes_at) - timezone.localdate(at)).days
