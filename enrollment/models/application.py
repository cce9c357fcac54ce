"""An application for a place in an edition."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import Cohort
from courses.models.invariants import known_values, only_these_passages
from enrollment.states import APPLICATION_PASSAGES, LIVE_APPLICATIONS

from .profile import WorkProfile


class ApplicationQuerySet(models.QuerySet):
    """The vocabulary of applications."""

    def live(self):
        """Not declined, not withdrawn."""
        return self.filter(state__in=LIVE_APPLICATIONS)

    def open(self):
        """Live and not yet a place."""
        return self.live().exclude(state=Application.State.ADMITTED)

    def to_answer(self):
        """Waiting for the office."""
        return self.filter(state=Application.State.SUBMITTED)

    def visible_to(self, user):
        """One's own."""
        return self.filter(user=user)


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("received")
    ADMITTED = "admitted", _("admitted")
    ON_RESERVE = "on_reserve", _("on the reserve list")
    DECLINED = "declined", _("not admitted")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Application(WorkProfile):
    """One person's request for a place in one edition, and the office's answer."""

    State = ApplicationState

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="applications", verbose_name=_("applicant")
    )
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="applications", verbose_name=_("edition"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    motivation = models.TextField(_("motivation"), max_length=3000)
    privacy_read_at = models.DateTimeField(_("privacy notice read"), editable=False)
    submitted_at = models.DateTimeField(_("received"), null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("answered by"),
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-submitted_at", "-id"]
        constraints = [
            known_values("an_application_has_a_known_state", "state", ApplicationState),
            models.UniqueConstraint(
                name="one_live_application_per_person_and_edition",
                fields=["user", "cohort"],
                condition=Q(state__in=sorted(LIVE_APPLICATIONS)),
                violation_error_message=_("You have already applied to this edition."),
            ),
            models.CheckConstraint(
                name="an_application_received_has_its_moment",
                condition=Q(state__in=["draft", "withdrawn"]) | Q(submitted_at__isnull=False),
                violation_error_message=_("An application received has the moment it was received."),
            ),
            models.CheckConstraint(
                name="an_answer_has_its_moment_and_author",
                condition=~Q(state__in=["admitted", "on_reserve", "declined"])
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                violation_error_message=_("An answer has its moment and its author."),
            ),
        ]
        triggers = [
            only_these_passages(
                name="an_application_changes_state_by_the_rules",
                field="state",
                table=APPLICATION_PASSAGES,
                message=_("An application cannot pass from this state to that one."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.cohort}"

    @property
    def may_be_withdrawn(self) -> bool:
        """The applicant can still step back: no answer has settled it."""
        return ApplicationState.WITHDRAWN in APPLICATION_PASSAGES[self.state]
