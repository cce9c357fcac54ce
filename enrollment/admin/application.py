"""Applications, and what the office does with them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from courses.admin.office import RecordAdmin
from enrollment.actions.offers import seats_left
from enrollment.models import PROFILE_FIELDS, Application


@admin.register(Application)
class ApplicationAdmin(RecordAdmin):
    list_display = ["user", "cohort", "state", "employer", "role", "region", "submitted_at"]
    list_filter = ["cohort", "state", "sector", "employer_kind", "access", "region"]
    list_select_related = ["user", "cohort"]
    search_fields = ["user__name", "user__email", "employer", "role"]
    ordering = ["-cohort__starts_on", "submitted_at", "id"]
    fields = readonly_fields = [
        "user",
        "email",
        "cohort",
        "seats_left",
        "state",
        *PROFILE_FIELDS,
        "motivation",
        "privacy_read_at",
        "submitted_at",
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(state=Application.State.DRAFT)

    @admin.display(description=_("e-mail"))
    def email(self, application) -> str:
        return application.user.email

    @admin.display(description=_("seats left"))
    def seats_left(self, application) -> int:
        return seats_left(application.cohort)
