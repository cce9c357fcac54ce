"""Who wants to hear of the next call."""

from django.contrib import admin

from courses.admin.office import OfficeAdmin
from enrollment.models import Interest


@admin.register(Interest)
class InterestAdmin(OfficeAdmin):
    """People put themselves on the list; the office can take an address off it."""

    list_display = ["email", "language", "asked_at", "confirmed_at"]
    list_filter = ["language", ("confirmed_at", admin.EmptyFieldListFilter)]
    search_fields = ["email"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False
