"""Who teaches."""

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.hours import show_minutes
from courses.models import Appointment, Availability, Instructor, Substitution
from courses.timetable import unfilled

from .office import LedgerAdmin, OfficeAdmin
from .planning import MEND_ABSENCE


@admin.register(Instructor)
class InstructorAdmin(OfficeAdmin):
    list_display = ["name", "organisation", "kind", "subject", "user"]
    list_filter = ["kind", "organisation"]
    list_select_related = ["organisation", "user"]
    search_fields = ["name", "subject", "organisation__name", "user__email"]
    people = ("user",)


@admin.register(Availability)
class AvailabilityAdmin(OfficeAdmin):
    list_display = ["instructor", "starts_on", "ends_on", "weekday", "half", "note"]
    list_filter = ["instructor"]
    list_select_related = ["instructor"]
    search_fields = ["instructor__name", "note"]
    acts = (MEND_ABSENCE,)


class UnfilledFilter(admin.SimpleListFilter):
    """Declined by somebody a timetable still counts on."""

    title = _("declined, and somebody else is needed")
    parameter_name = "unfilled"

    def lookups(self, request, model_admin):
        return [("yes", _("yes"))]

    def queryset(self, request, queryset):
        return queryset.filter(pk__in=unfilled(timezone.now()).values("pk")) if self.value() else queryset


@admin.register(Appointment)
class AppointmentAdmin(LedgerAdmin):
    list_display = ["instructor", "cohort", "length", "state", "asked_at", "answered_at", "note"]
    list_filter = ["cohort", "state", UnfilledFilter]
    list_select_related = ["instructor", "cohort"]
    search_fields = ["instructor__name"]
    fields = list_display

    @admin.display(description=_("minutes taught"), ordering="minutes")
    def length(self, appointment) -> str:
        return show_minutes(appointment.minutes)


@admin.register(Substitution)
class SubstitutionAdmin(LedgerAdmin):
    list_display = ["at", "session", "out", "into", "reason", "by"]
    list_select_related = ["session__module", "out", "into", "by"]
    search_fields = ["out__name", "into__name", "reason"]
    fields = list_display
