"""Where: organisations, hubs, rooms and the days a place is closed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .invariants import every_timetable_changes, known_values
from .wording import in_readers_language


class Organisation(models.Model):
    """A university, company or public body that teaches, hosts or employs."""

    class Kind(models.TextChoices):
        UNIVERSITY = "university", _("university")
        PUBLIC_BODY = "public_body", _("public body")
        IN_HOUSE = "in_house", _("in-house company of public bodies")
        LARGE = "large", _("large company")
        SME = "sme", _("small or medium company")

    name = models.CharField(_("name"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Hub(models.Model):
    """The main hub in Turin or one of the regional hubs."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="hubs",
        verbose_name=_("organisation"),
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=5, blank=True)
    city = models.CharField(_("city"), max_length=80)
    province = models.CharField(_("province"), max_length=2)
    region = models.CharField(_("region"), max_length=40)

    class Meta:
        verbose_name = _("hub")
        verbose_name_plural = _("hubs")
        ordering = ["name"]
        triggers = [every_timetable_changes()]

    def __str__(self) -> str:
        return self.name

    @property
    def full_address(self) -> str:
        """As an Italian envelope has it: «corso Settembrini 178, 10135 Torino (TO)»."""
        town = f"{self.postal_code} {self.city} ({self.province})".strip()
        return f"{self.address}, {town}" if self.address else town


class Room(models.Model):
    """A classroom, laboratory or project room in a hub."""

    class Kind(models.TextChoices):
        CLASSROOM = "classroom", _("classroom")
        LAB = "lab", _("laboratory")
        PROJECT = "project", _("project room")

    hub = models.ForeignKey(Hub, models.PROTECT, related_name="rooms", verbose_name=_("hub"))
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.CLASSROOM)
    capacity = models.PositiveSmallIntegerField(_("seats"))
    hybrid_kit = models.BooleanField(_("camera and microphones for hybrid sessions"), default=False)
    notes = models.TextField(_("notes"), blank=True)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["hub", "name"]
        triggers = [every_timetable_changes()]
        constraints = [
            models.UniqueConstraint(
                name="one_room_per_name_and_hub",
                fields=["hub", "name"],
                violation_error_message=_("The hub already has a room with this name."),
            ),
            models.CheckConstraint(
                name="a_room_has_at_least_one_seat",
                condition=Q(capacity__gte=1),
                violation_error_message=_("A room has at least one seat."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.hub}"


class ClosureQuerySet(models.QuerySet):
    """The vocabulary of closures."""

    def touching(self, cohort):
        """Of the whole Academy, of the edition's main hub, or of the edition itself; not of one room."""
        days = self.filter(room=None)
        return days.filter(Q(hub=None, cohort=None) | Q(hub=cohort.hub_id, cohort=None) | Q(cohort=cohort))


class ClosureHalf(models.TextChoices):
    MORNING = "morning", _("mornings only")
    AFTERNOON = "afternoon", _("afternoons only")


class Closure(models.Model):
    """Days without sessions: of one hub, room or edition, or of the whole Academy."""

    Half = ClosureHalf

    hub = models.ForeignKey(
        Hub, models.PROTECT, null=True, blank=True, related_name="closures", verbose_name=_("hub")
    )
    cohort = models.ForeignKey(
        "Cohort", models.PROTECT, null=True, blank=True, related_name="closures", verbose_name=_("edition")
    )
    room = models.ForeignKey(
        Room, models.PROTECT, null=True, blank=True, related_name="closures", verbose_name=_("room")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    half = models.CharField(_("part of the day"), max_length=9, choices=ClosureHalf, blank=True)
    reason_it = models.CharField(_("reason in Italian"), max_length=120)
    reason_en = models.CharField(_("reason in English"), max_length=120)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["starts_on"]
        constraints = [
            known_values("a_closure_is_of_the_day_or_a_half", "half", ClosureHalf, ""),
            models.CheckConstraint(
                name="a_closure_ends_after_it_begins",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                name="a_closure_of_a_room_is_of_nothing_else",
                condition=Q(room__isnull=True) | Q(hub__isnull=True, cohort__isnull=True),
                violation_error_message=_("Choose a room, or a hub and an edition, not both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason}, {self.starts_on:%d/%m/%Y} – {self.ends_on:%d/%m/%Y}"

    @property
    def reason(self) -> str:
        """In the reader's language."""
        return in_readers_language(self, "reason")
