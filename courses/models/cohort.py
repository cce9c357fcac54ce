"""An edition: one run of one version of the programme."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .invariants import Guard, known_values
from .place import Hub, Organisation
from .programme import Programme


class CohortQuerySet(models.QuerySet):
    """The vocabulary of editions."""

    def listed(self):
        """Shown to the public."""
        return self.filter(listed=True)

    def running(self, day):
        """Between first and last day."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def upcoming(self, day):
        """Not begun yet."""
        return self.filter(starts_on__gt=day)

    def next_first(self, day):
        """Not over yet: the one to begin next, those after it, then those under way."""
        begun = Q(starts_on__lte=day)
        return self.filter(ends_on__gte=day).alias(begun=begun).order_by("begun", "starts_on")


class Cohort(models.Model):
    """An edition. `version` rises with every change of its timetable: caches and ETags hang on it."""

    code = models.SlugField(_("code"), unique=True, help_text=_("Such as SMTC-2022-1."))
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="cohorts", verbose_name=_("programme")
    )
    hub = models.ForeignKey(Hub, models.PROTECT, related_name="cohorts", verbose_name=_("main hub"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    seats = models.PositiveSmallIntegerField(_("seats"))
    choice_hours = models.PositiveSmallIntegerField(
        _("hours before a session until which its place can be chosen"), default=24
    )
    listed = models.BooleanField(_("shown to the public"), default=True)
    funder = models.CharField(_("funder"), max_length=200, blank=True)
    project = models.CharField(
        _("project code"), max_length=100, blank=True, help_text=_("As the funder wants it on each register.")
    )
    version = models.PositiveBigIntegerField(_("version of the timetable"), default=0, editable=False)

    objects = CohortQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="an_edition_ends_after_it_begins",
                condition=Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("The last day must come after the first."),
            ),
        ]
        triggers = [
            Guard(
                name="an_edition_spans_its_sessions",
                message=_("Some sessions would fall outside the edition's dates: move them first."),
                operation=pgtrigger.UpdateOf("starts_on", "ends_on"),
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM courses_session s WHERE s.cohort_id = NEW.id AND s.live
                        AND ((s.starts_at AT TIME ZONE 'Europe/Rome')::date < NEW.starts_on
                             OR (s.ends_at AT TIME ZONE 'Europe/Rome')::date > NEW.ends_on)
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="an_edition_keeps_its_programme",
                message=_("An edition with sessions keeps its version of the programme."),
                operation=pgtrigger.UpdateOf("programme_id"),
                when=pgtrigger.Before,
                func="""
                    IF NEW.programme_id <> OLD.programme_id
                       AND EXISTS (SELECT 1 FROM courses_session WHERE cohort_id = NEW.id)
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def funding(self) -> str:
        """Who pays for it and under which code, as registers say it; empty for most editions."""
        return " · ".join(filter(None, [self.funder, self.project]))


class RoleKind(models.TextChoices):
    """What somebody does for an edition beside teaching."""

    COMMITTEE = "committee", _("member of the committee")
    TUTOR = "tutor", _("tutor")
    MENTOR = "mentor", _("mentor of projects")
    PANEL = "panel", _("assessor of projects")


class Role(models.Model):
    """A person's part in an edition; `organisation` is where the person works.

    A tutor with a `hub` looks after what of the edition is held there, without one after all of it.
    """

    Kind = RoleKind

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="roles", verbose_name=_("person")
    )
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="roles", verbose_name=_("edition"))
    kind = models.CharField(_("kind"), max_length=10, choices=RoleKind, default=RoleKind.COMMITTEE)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
        help_text=_("Tells when a member and an applicant have the same employer."),
    )
    hub = models.ForeignKey(
        "Hub",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="roles",
        verbose_name=_("hub"),
        help_text=_("Of a tutor who looks after this hub only; empty for the tutor of the whole edition."),
    )

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["cohort", "kind", "user__name"]
        constraints = [
            known_values("a_role_has_a_known_kind", "kind", RoleKind),
            models.UniqueConstraint(
                name="a_role_in_an_edition_is_held_once",
                fields=["user", "cohort", "kind"],
                violation_error_message=_("This person already has this role."),
            ),
            models.CheckConstraint(
                name="only_a_tutor_looks_after_a_hub",
                condition=Q(hub=None) | Q(kind="tutor"),
                violation_error_message=_("Only a tutor looks after a hub."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.cohort}"
