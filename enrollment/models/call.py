"""The call: when an edition takes applications, what it asks for, how it scores them."""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Cohort
from courses.models.invariants import Guard
from courses.models.wording import Titled, in_readers_language


class CallPhase(models.TextChoices):
    UPCOMING = "upcoming", _("not open yet")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class Call(models.Model):
    """When and on which terms one may apply for a place in an edition. The server's clock decides.

    `suitable_from` is in points of the whole scheme. The first offers expire at `answers_by`; one made
    later, to the next on the reserve list, expires at 12:00 of the first working day at least
    `reserve_days` days away. A seat freed after `refills_until` (without it, after the edition's first
    day) is not offered again.
    """

    Phase = CallPhase

    cohort = models.OneToOneField(Cohort, models.PROTECT, related_name="call", verbose_name=_("edition"))
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    requirements_it = models.TextField(_("who may apply, in Italian"), blank=True)
    requirements_en = models.TextField(_("who may apply, in English"), blank=True)
    minimum = models.PositiveSmallIntegerField(
        _("minimum to start"), default=1, help_text=_("With fewer participants the edition does not start.")
    )
    suitable_from = models.PositiveSmallIntegerField(
        _("suitable from"), default=50, help_text=_("Points, documents and interview together.")
    )
    ranking_on = models.DateField(_("ranking published on"), null=True, blank=True)
    answers_by = models.DateTimeField(_("first offers expire"), null=True, blank=True)
    reserve_days = models.PositiveSmallIntegerField(
        _("days to answer a later offer"), default=10, help_text=_("Then until 12:00 of a working day.")
    )
    refills_until = models.DateField(
        _("freed seats offered until"),
        null=True,
        blank=True,
        help_text=_("Empty: until the edition’s first day."),
    )

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.CheckConstraint(
                name="a_call_closes_after_it_opens",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("The call must close after it opens."),
            ),
            models.CheckConstraint(
                name="first_offers_expire_after_the_call",
                condition=Q(answers_by__isnull=True) | Q(answers_by__gt=F("closes_at")),
                violation_error_message=_("Offers expire after the call has closed."),
            ),
            models.CheckConstraint(
                name="an_edition_needs_somebody_to_start",
                condition=Q(minimum__gte=1),
                violation_error_message=_("An edition needs at least one participant to start."),
            ),
            models.CheckConstraint(
                name="a_later_offer_leaves_time_to_answer",
                condition=Q(reserve_days__gte=1),
                violation_error_message=_("A later offer leaves at least one day to answer."),
            ),
        ]
        triggers = [
            Guard(
                name="a_call_somebody_answered_is_kept",
                message=_("Somebody has applied already: the call is kept."),
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT 1 FROM enrollment_application WHERE cohort_id = OLD.cohort_id)
                    THEN {refuse} END IF;
                    RETURN OLD;
                """,
            ),
        ]

    def __str__(self) -> str:
        days = f"{timezone.localtime(self.opens_at):%d/%m/%Y} – {timezone.localtime(self.closes_at):%d/%m/%Y}"
        return f"{self.cohort} ({days})"

    @property
    def requirements(self) -> str:
        """Who may apply, in the reader's language."""
        return in_readers_language(self, "requirements")

    @property
    def last_refill(self) -> date:
        """The last day on which a freed seat is offered to the next on the reserve list."""
        return self.refills_until or self.cohort.starts_on

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


class RequiredDocument(Titled):
    """An attachment the call asks for; without those `required` an application cannot be sent.

    The committee reads those `judged`; the others, such as an identity document, which shows the tax code,
    are for the office alone.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="documents", verbose_name=_("call"))
    position = models.PositiveSmallIntegerField(_("position"))
    required = models.BooleanField(_("required"), default=True)
    judged = models.BooleanField(_("read by the committee"), default=True)

    class Meta:
        verbose_name = _("required document")
        verbose_name_plural = _("required documents")
        ordering = ["call", "position"]
        constraints = [
            models.UniqueConstraint(
                name="documents_of_a_call_stand_in_line",
                fields=["call", "position"],
                violation_error_message=_("Two documents have the same position."),
            ),
        ]
