"""A person's place in an edition, with its dates."""

from datetime import UTC, date, datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.models import Cohort, Hub, MaterialVersion
from courses.models.invariants import Guard, known_values, only_these_passages
from enrollment.states import ENROLLMENT_PASSAGES, LIVE_ENROLLMENTS

from .application import Application
from .profile import WorkProfile
from .seats import HOLDING_A_SEAT, refuse_more_than_seats, taken

END = ("ends_on", "ended_at", "ended_by_id", "reason")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # before there was anything
BEFORE_THE_START = "(NEW.ends_on < (SELECT starts_on FROM courses_cohort WHERE id = NEW.cohort_id))"


class EnrollmentQuerySet(models.QuerySet):
    """The vocabulary of places."""

    def live(self):
        """Holding a seat."""
        return self.filter(state__in=LIVE_ENROLLMENTS)

    def active(self):
        """Following the edition now."""
        return self.filter(state=Enrollment.State.ACTIVE)

    def held_by(self, user, *, on):
        """A person's places in editions that are not over on that day, each with its edition."""
        mine = self.active().filter(user=user, cohort__ends_on__gte=on)
        return mine.select_related("cohort").order_by("cohort__starts_on", "pk")

    def members_on(self, day):
        """Who belonged to the edition on `day`: the roster of that day's sessions.

        Whoever left before the first day never did.
        """
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def attending(self, session, *, on=None):
        """Who is expected in `session`, were it `on` that day: the members, of a retake those invited."""
        members = self.members_on(on or localdate(session.starts_at)).filter(cohort=session.cohort_id)
        if session.purpose == session.Purpose.RETAKE:
            return members.filter(invitations__session=session)
        return members

    def with_new_materials(self, at):
        """Each with `new_materials`: how many of the edition's came or changed since the last visit."""
        visit = OuterRef("material_visit__seen_at")
        new = MaterialVersion.objects.seen(at).filter(material__cohort=OuterRef("cohort"))
        new = new.filter(since__gt=Coalesce(visit, LONG_AGO)).order_by()
        counted = new.values("material__cohort").annotate(number=Count("pk")).values("number")
        return self.annotate(new_materials=Coalesce(Subquery(counted), 0))


class EnrollmentState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("enrollment", "active")
    COMPLETED = "completed", _("completed")
    RENOUNCED = "renounced", _("renounced before the start")
    WITHDRAWN = "withdrawn", pgettext_lazy("enrollment", "withdrawn")
    FORFEITED = "forfeited", _("forfeited")
    EXCLUDED = "excluded", _("excluded")


class Enrollment(WorkProfile):
    """A place. The work profile is what it was at admission and stays so.

    It ends once, for good: `ends_on` is the last day, before `starts_on` for who left before the start;
    `ended_at` and `ended_by` say who entered it and when, `reason` why. Of the four ways to lose a place
    renunciation is before the edition's first day, withdrawal from it on, forfeiture and exclusion at any
    time.
    """

    State = EnrollmentState

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="enrollments", verbose_name=_("participant")
    )
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="enrollments", verbose_name=_("edition"))
    application = models.OneToOneField(
        Application,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="enrollment",
        verbose_name=_("application"),
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.ACTIVE)
    auditor = models.BooleanField(_("auditor"), default=False, help_text=_("Attends, gets no certificate."))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    hub = models.ForeignKey(
        Hub,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("hub"),
        help_text=_("Where the person attends hybrid sessions; empty is the main hub of the edition."),
    )
    admitted_at = models.DateTimeField(pgettext_lazy("enrollment", "admitted"), editable=False)
    ended_at = models.DateTimeField(_("end entered"), null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("end entered by"),
    )
    reason = models.TextField(_("reason of the end"), max_length=1000, blank=True, editable=False)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrollment")
        verbose_name_plural = _("enrollments")
        ordering = ["cohort", "user__name"]
        constraints = [
            known_values("an_enrollment_has_a_known_state", "state", EnrollmentState),
            models.UniqueConstraint(
                name="one_live_enrollment_per_person_and_edition",
                fields=["user", "cohort"],
                condition=Q(state__in=sorted(LIVE_ENROLLMENTS)),
                violation_error_message=_("This person already has a place in this edition."),
            ),
            models.UniqueConstraint(
                name="an_enrollment_with_its_edition",
                fields=["id", "cohort"],
            ),
            models.CheckConstraint(
                name="an_ended_enrollment_has_its_last_day",
                condition=Q(state="active", ends_on__isnull=True, ended_at__isnull=True)
                | (~Q(state="active") & Q(ends_on__isnull=False, ended_at__isnull=False)),
                violation_error_message=_("An ended enrollment has its last day, an active one has none."),
            ),
            models.CheckConstraint(
                name="who_followed_an_edition_left_after_joining_it",
                condition=~Q(state__in=["withdrawn", "completed"]) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("This person had not joined the edition yet on that day."),
            ),
            models.CheckConstraint(
                name="a_withdrawal_forfeiture_or_exclusion_has_its_reason",
                condition=~Q(state__in=["withdrawn", "forfeited", "excluded"]) | ~Q(reason=""),
                violation_error_message=_("Write down why the place ends."),
            ),
        ]
        triggers = [
            only_these_passages(
                name="an_enrollment_changes_state_by_the_rules",
                field="state",
                table=ENROLLMENT_PASSAGES,
                message=_("An enrollment cannot pass from this state to that one."),
            ),
            Guard(
                name="one_renounces_before_the_first_day",
                message=_("The edition has begun: whoever leaves now withdraws."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state", "ends_on"),
                when=pgtrigger.Before,
                func=f"""
                    IF NEW.state = 'renounced' AND NOT {BEFORE_THE_START} THEN {{refuse}} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="one_withdraws_from_the_first_day_on",
                message=_("The edition has not begun: whoever leaves now renounces."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state", "ends_on"),
                when=pgtrigger.Before,
                func=f"""
                    IF NEW.state IN ('withdrawn', 'completed') AND {BEFORE_THE_START}
                    THEN {{refuse}} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="the_end_of_a_place_stays_as_it_is",
                message=_("This place has ended: what was written down about it stays."),
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=f"""
                    IF OLD.state <> 'active'
                       AND ({", ".join(f"OLD.{name}" for name in END)})
                           IS DISTINCT FROM ({", ".join(f"NEW.{name}" for name in END)})
                    THEN {{refuse}} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="no_more_enrollments_than_seats",
                message=_("The edition is full: all its seats are taken or offered."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state", "cohort_id"),
                when=pgtrigger.After,
                func=refuse_more_than_seats(f"NEW.state IN ({HOLDING_A_SEAT})"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.cohort}"

    def attends(self, day: date) -> bool:
        """Whether the person belonged to the edition on `day`: see `members_on`."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class CohortSeats(Cohort):
    """An edition as a number of seats: the guard from above, which the floor below need not know."""

    class Meta:
        proxy = True
        verbose_name = _("seats of an edition")
        triggers = [
            Guard(
                name="seats_never_fall_below_those_taken",
                message=_("More seats than that are taken or offered: their number cannot go below."),
                operation=pgtrigger.UpdateOf("seats"),
                when=pgtrigger.Before,
                func=f"""
                    IF NEW.seats < OLD.seats AND NEW.seats < {taken("NEW.id")} THEN {{refuse}} END IF;
                    RETURN NEW;
                """,
            ),
        ]
