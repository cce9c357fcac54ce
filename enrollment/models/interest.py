"""Who wants to hear of the next call."""

from datetime import timedelta

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from .call import Call

TIME_TO_CONFIRM = timedelta(hours=48)
KEPT_AFTER_THE_CALL_OPENS = timedelta(days=7)  # longer than the post tries to deliver a mail


class InterestQuerySet(models.QuerySet):
    """The vocabulary of interest."""

    def confirmed(self):
        """Said yes again from the mailbox: double opt-in."""
        return self.filter(confirmed_at__isnull=False)

    def with_next_call(self):
        """Those confirmed, with `next_call` and `next_call_opens_at`: the first to open since then."""
        calls = Call.objects.filter(cohort__listed=True, opens_at__gt=models.OuterRef("confirmed_at"))
        first = calls.order_by("opens_at", "pk")
        return self.confirmed().annotate(
            next_call=models.Subquery(first.values("pk")[:1]),
            next_call_opens_at=models.Subquery(first.values("opens_at")[:1]),
        )

    def unconfirmed_in_time(self, at):
        """Left by somebody who did not say yes from the mailbox."""
        return self.filter(confirmed_at__isnull=True, asked_at__lte=at - TIME_TO_CONFIRM)

    def served(self, at):
        """Told of the next call: the address has done what it was left for."""
        return self.with_next_call().filter(next_call_opens_at__lte=at - KEPT_AFTER_THE_CALL_OPENS)


class Interest(models.Model):
    """An address to write to when the next call opens, once. Stepping back deletes the row."""

    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=2, default="it")
    asked_at = models.DateTimeField(_("asked"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    objects = InterestQuerySet.as_manager()

    class Meta:
        verbose_name = _("address waiting for the next call")
        verbose_name_plural = _("addresses waiting for the next call")
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

    def may_be_confirmed(self, at) -> bool:
        """The link sent there still holds."""
        return at < self.asked_at + TIME_TO_CONFIRM
