"""A seat offered until a deadline."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.models import Cohort
from courses.models.invariants import CopiedFacts, Guard, known_values, only_these_passages
from enrollment.states import OFFER_PASSAGES

from .application import Application
from .seats import refuse_more_than_seats

OF_THE_APPLICATION = CopiedFacts("application", "enrollment_application", ("cohort_id",))


class OfferQuerySet(models.QuerySet):
    """The vocabulary of offers."""

    def open(self):
        """Waiting for an answer: each holds a seat, also past its deadline until it is settled."""
        return self.filter(state=Offer.State.OPEN)

    def overdue(self, at):
        """Open, and their hour has come: silence is a renunciation."""
        return self.open().filter(deadline__lte=at)


class OfferState(models.TextChoices):
    OPEN = "open", pgettext_lazy("offer", "open")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", pgettext_lazy("offer", "declined")
    LAPSED = "lapsed", _("lapsed without an answer")
    REVOKED = "revoked", _("revoked")


class Offer(models.Model):
    """A seat in the applicant's edition, to be accepted before `deadline`: the hour itself is late."""

    State = OfferState

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="offers", verbose_name=_("application")
    )
    cohort = models.ForeignKey(
        Cohort,
        models.PROTECT,
        related_name="offers",
        editable=False,
        blank=True,
        verbose_name=_("edition"),
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    made_at = models.DateTimeField(_("made"))
    deadline = models.DateTimeField(_("to be answered by"))
    answered_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["-made_at", "-id"]
        constraints = [
            known_values("an_offer_has_a_known_state", "state", OfferState),
            models.UniqueConstraint(
                name="one_open_offer_per_application",
                fields=["application"],
                condition=Q(state="open"),
                violation_error_message=_("This application already has an open offer."),
            ),
            models.CheckConstraint(
                name="an_offer_leaves_time_to_answer",
                condition=Q(deadline__gt=F("made_at")),
                violation_error_message=_("An offer leaves time to answer."),
            ),
            models.CheckConstraint(
                name="a_settled_offer_has_its_moment",
                condition=Q(state="open", answered_at__isnull=True)
                | (~Q(state="open") & Q(answered_at__isnull=False)),
                violation_error_message=_("A settled offer has its moment, an open one has none."),
            ),
            models.CheckConstraint(
                name="an_offer_is_answered_before_its_hour",
                condition=~Q(state__in=["accepted", "declined"]) | Q(answered_at__lt=F("deadline")),
                violation_error_message=_("The time to answer this offer is over."),
            ),
            models.CheckConstraint(
                name="an_offer_lapses_at_its_hour",
                condition=~Q(state="lapsed") | Q(answered_at__gte=F("deadline")),
                violation_error_message=_("There is still time to answer this offer."),
            ),
            OF_THE_APPLICATION.key(
                name="an_offer_is_for_the_edition_applied_to",
                violation_error_message=_("An offer is for the edition the person applied to."),
            ),
        ]
        triggers = [
            OF_THE_APPLICATION.filled_in("take_edition_from_application"),
            only_these_passages(
                name="an_offer_changes_state_by_the_rules",
                field="state",
                table=OFFER_PASSAGES,
                message=_("This offer has already been settled."),
            ),
            Guard(
                name="a_seat_is_accepted_with_its_agreement",
                message=_("A place is accepted together with the participation agreement."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),
                when=pgtrigger.Before,
                func="""
                    IF NEW.state = 'accepted' AND NOT EXISTS (
                        SELECT 1 FROM enrollment_consent consent
                        JOIN enrollment_agreement agreement ON agreement.id = consent.agreement_id
                        JOIN enrollment_application application ON application.user_id = consent.user_id
                        WHERE application.id = NEW.application_id
                        AND consent.cohort_id = application.cohort_id
                        AND consent.given AND consent.at = NEW.answered_at
                        AND agreement.kind = 'participation')
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="no_more_offers_than_seats",
                message=_("The edition is full: all its seats are taken or offered."),
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                func=refuse_more_than_seats("NEW.state = 'open'"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.get_state_display()}"
