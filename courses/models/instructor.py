"""Who teaches, when they cannot, and what they have agreed to."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.states import APPOINTMENT_PASSAGES

from .invariants import known_values, only_these_passages
from .place import ClosureHalf, Organisation


class TeachingKind(models.TextChoices):
    """Who stands in front: the 48 % and the 52 %. "Academic" is Politecnico and Università di Torino."""

    ACADEMIC = "academic", _("academic")
    COMPANY = "company", _("company")


class Instructor(models.Model):
    """A person who teaches; `kind` is today's, each session keeps its own snapshot."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="instructor",
        verbose_name=_("account"),
    )
    name = models.CharField(_("name"), max_length=150)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="instructors", verbose_name=_("organisation")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=TeachingKind)
    subject = models.CharField(pgettext_lazy("instructor", "subject"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("instructor")
        verbose_name_plural = _("instructors")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Weekday(models.IntegerChoices):
    """As Python counts them; called as Django calls them."""

    MONDAY = 0, WEEKDAYS[0]
    TUESDAY = 1, WEEKDAYS[1]
    WEDNESDAY = 2, WEEKDAYS[2]
    THURSDAY = 3, WEEKDAYS[3]
    FRIDAY = 4, WEEKDAYS[4]
    SATURDAY = 5, WEEKDAYS[5]


class Availability(models.Model):
    """When an instructor cannot teach: all days of a span, or one weekday; whole days, or a half."""

    Half = ClosureHalf

    instructor = models.ForeignKey(
        Instructor, models.PROTECT, related_name="absences", verbose_name=_("instructor")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday, null=True, blank=True)
    half = models.CharField(_("part of the day"), max_length=9, choices=ClosureHalf, blank=True)
    note = models.CharField(_("note for the office"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("absence of an instructor")
        verbose_name_plural = _("absences of instructors")
        ordering = ["starts_on", "pk"]
        constraints = [
            known_values("an_absence_is_of_the_day_or_a_half", "half", ClosureHalf, ""),
            models.CheckConstraint(
                name="an_absence_ends_after_it_begins",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                name="an_absence_is_on_a_working_day",
                condition=Q(weekday__isnull=True) | Q(weekday__lte=Weekday.SATURDAY),
                violation_error_message=_("This is not one of the possible values."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instructor}, {self.starts_on:%d/%m/%Y} – {self.ends_on:%d/%m/%Y}"


class AppointmentState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("appointment", "awaiting an answer")
    CONFIRMED = "confirmed", pgettext_lazy("appointment", "confirmed")
    DECLINED = "declined", pgettext_lazy("appointment", "declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("appointment", "withdrawn by the office")


class Appointment(models.Model):
    """What an instructor is asked to teach in an edition, and the answer; `minutes` as taught, for pay.

    `asked_at`: when the office last asked, or withdrew what it had asked.
    """

    State = AppointmentState

    instructor = models.ForeignKey(
        Instructor, models.PROTECT, related_name="appointments", verbose_name=_("instructor")
    )
    cohort = models.ForeignKey(
        "Cohort", models.PROTECT, related_name="appointments", verbose_name=_("edition")
    )
    state = models.CharField(
        _("state"), max_length=9, choices=AppointmentState, default=AppointmentState.ASKED
    )
    minutes = models.PositiveIntegerField(_("minutes taught"))
    asked_at = models.DateTimeField(_("asked"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    note = models.CharField(_("note for the office"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["cohort", "instructor__name"]
        constraints = [
            known_values("an_appointment_has_a_known_state", "state", AppointmentState),
            models.UniqueConstraint(
                name="one_appointment_per_instructor_and_edition",
                fields=["instructor", "cohort"],
                violation_error_message=_("The instructor already has an appointment in this edition."),
            ),
            models.CheckConstraint(
                name="an_answered_appointment_has_its_moment",
                condition=Q(state__in=["asked", "withdrawn"], answered_at__isnull=True)
                | (~Q(state__in=["asked", "withdrawn"]) & Q(answered_at__isnull=False)),
                violation_error_message=_("An answered appointment has its moment, an open one has none."),
            ),
        ]
        triggers = [
            only_these_passages(
                name="an_appointment_changes_state_by_the_rules",
                field="state",
                table=APPOINTMENT_PASSAGES,
                message=_("An appointment cannot pass from this state to that one."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instructor} – {self.cohort}"
