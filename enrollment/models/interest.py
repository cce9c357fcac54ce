"""Who wants to hear of the next call."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class InterestQuerySet(models.QuerySet):
    """The vocabulary of interest."""

    def confirmed(self):
        """Said yes again from the mailbox: double opt-in."""
        return self.filter(confirmed_at__isnull=False)


class Interest(models.Model):
    """An address to write to when a call opens. Stepping back deletes the row."""

    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=2, default="it")
    asked_at = models.DateTimeField(_("asked"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    objects = InterestQuerySet.as_manager()

    class Meta:
        verbose_name = _("interest in the next call")
        verbose_name_plural = _("interest in the next call")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_interest_per_address",
                violation_error_message=_("This address is already on the list."),
            ),
        ]

    def __str__(self) -> str:
        return self.email
