"""Who is on the committee or tutor of an edition, or of a hub in it, and who mentors and judges projects."""

from django.contrib import admin

from courses.models import Role

from .office import OfficeAdmin


@admin.register(Role)
class RoleAdmin(OfficeAdmin):
    list_display = ["user", "cohort", "kind", "hub", "organisation"]
    list_filter = ["cohort", "kind"]
    list_select_related = ["user", "cohort", "hub", "organisation"]
    search_fields = ["user__name", "user__email", "cohort__code"]
    ordering = ["-cohort__starts_on", "user__name"]
    people = ("user",)
    fields = ["cohort", "kind", "user", "hub", "organisation"]

    def get_readonly_fields(self, request, obj=None):
        """A colleague who joins gets a role of their own; this one stays whose it was."""
        return ["cohort", "kind", "user"] if obj else []
