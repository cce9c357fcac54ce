"""Teams of an edition, and who is in which from when to when."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.models import Cohort
from courses.models.invariants import CompositeForeignKey, CopiedFacts, Guard

from .enrollment import Enrollment

OF_THE_TEAM = CopiedFacts("team", "enrollment_team", ("cohort_id",))


class Days(Func):
    """From the first to the last day, both included; without a last one, for good."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Team(models.Model):
    """A group of participants that works on a project."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="teams", verbose_name=_("edition"))
    number = models.PositiveSmallIntegerField(pgettext_lazy("team", "number"))
    name = models.CharField(_("name"), max_length=80, blank=True, help_text=_("If the team has one."))

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["cohort", "number"]
        constraints = [
            models.UniqueConstraint(
                name="teams_of_an_edition_are_numbered_once",
                fields=["cohort", "number"],
                violation_error_message=_("The edition already has a team of this number."),
            ),
            models.UniqueConstraint(name="a_team_with_its_edition", fields=["id", "cohort"]),
        ]

    def __str__(self) -> str:
        return f"{self.cohort} {self.code}"

    @property
    def code(self) -> str:
        """As people say it: T3, with its name if it has one."""
        return " ".join(filter(None, [f"T{self.number}", self.name]))


class TeamPlaceQuerySet(models.QuerySet):
    """The vocabulary of places in teams."""

    def on(self, day):
        """Whose team it is on `day`."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)

    def to_the_end(self):
        """Not left before the edition's last day: who is judged with the team."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=F("team__cohort__ends_on")))


class TeamPlace(models.Model):
    """A participant's place in a team, with its first and last day; in one team at a time."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="places", verbose_name=_("team"))
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="team_places", verbose_name=_("participant")
    )
    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="+", editable=False, blank=True, verbose_name=_("edition")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    objects = TeamPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place in a team")
        verbose_name_plural = _("places in teams")
        ordering = ["team", "enrollment__user__name", "starts_on"]
        constraints = [
            models.CheckConstraint(
                name="a_place_in_a_team_ends_after_it_begins",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The last day cannot come before the first."),
            ),
            ExclusionConstraint(
                name="one_team_at_a_time",
                expressions=[
                    ("enrollment", RangeOperators.EQUAL),
                    (Days("starts_on", "ends_on", Value("[]")), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This person is in another team on some of these days."),
            ),
            CompositeForeignKey(
                name="a_team_is_made_of_participants_of_its_edition",
                fields=["enrollment", "cohort"],
                to="enrollment_enrollment",
                to_fields=["id", "cohort_id"],
                violation_error_message=_("This person does not follow the edition of the team."),
            ),
            OF_THE_TEAM.key(
                name="a_place_in_a_team_is_of_its_edition",
                violation_error_message=_("The team belongs to another edition."),
            ),
        ]
        triggers = [
            OF_THE_TEAM.filled_in("take_edition_from_team"),
            Guard(
                name="who_is_in_a_team_belongs_to_the_edition",
                message=_("This person does not belong to the edition on all of these days."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("enrollment_id", "starts_on", "ends_on"),
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT 1 FROM enrollment_enrollment
                               WHERE id = NEW.enrollment_id
                               AND (NEW.starts_on < starts_on OR NEW.ends_on > ends_on))
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment.user} – {self.team}"
