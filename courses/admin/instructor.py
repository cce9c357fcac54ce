"""Who teaches."""

from django.contrib import admin

from courses.models import Instructor

from .office import OfficeAdmin


@admin.register(Instructor)
class InstructorAdmin(OfficeAdmin):
    list_display = ["name", "organisation", "kind", "subject", "user"]
    list_filter = ["kind", "organisation"]
    list_select_related = ["organisation", "user"]
    search_fields = ["name", "subject", "organisation__name", "user__email"]
    people = ("user",)
