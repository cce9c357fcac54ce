"""When editions take applications."""

from django.contrib import admin

from courses.admin.office import OfficeAdmin
from enrollment.models import Call


@admin.register(Call)
class CallAdmin(OfficeAdmin):
    list_display = ["cohort", "opens_at", "closes_at"]
    list_select_related = ["cohort"]
    search_fields = ["cohort__code"]
