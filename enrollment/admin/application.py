"""Applications, and the office's answer to them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from courses.admin.office import Act, RecordAdmin
from enrollment.actions.admission import admit, decline, put_on_reserve, seats_left
from enrollment.models import PROFILE_FIELDS, Application
from enrollment.states import APPLICATION_PASSAGES


def may_become(state: str):
    """Whether an application may still be answered so."""
    return lambda application: state in APPLICATION_PASSAGES[application.state]


def left_and_told(application) -> str:
    """How many seats are left, and that the applicant hears of the answer."""
    left = seats_left(application.cohort)
    seats = ngettext("%(left)d seat is left.", "%(left)d seats are left.", left) % {"left": left}
    return f"{seats} {_('The applicant is told by mail.')}"


@admin.register(Application)
class ApplicationAdmin(RecordAdmin):
    list_display = ["user", "cohort", "state", "employer", "role", "region", "submitted_at"]
    list_filter = ["cohort", "state", "sector", "employer_kind", "access", "region"]
    list_select_related = ["user", "cohort"]
    search_fields = ["user__name", "user__email", "employer", "role"]
    ordering = ["-cohort__starts_on", "submitted_at", "id"]
    actions = ["admit_all", "put_all_on_reserve", "decline_all"]
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
        "answered_at",
        "answered_by",
    ]
    acts = (
        Act("admit", _("Admit"), admit, when=may_become(Application.State.ADMITTED), note=left_and_told),
        Act(
            "reserve",
            _("Put on the reserve list"),
            put_on_reserve,
            when=may_become(Application.State.ON_RESERVE),
            note=left_and_told,
        ),
        Act(
            "decline",
            _("Decline"),
            decline,
            when=may_become(Application.State.DECLINED),
            note=left_and_told,
            danger=True,
        ),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(state=Application.State.DRAFT)

    @admin.display(description=_("e-mail"))
    def email(self, application) -> str:
        return application.user.email

    @admin.display(description=_("seats left"))
    def seats_left(self, application) -> int:
        return seats_left(application.cohort)

    @admin.action(description=_("Admit"), permissions=["change"])
    def admit_all(self, request, queryset):
        self.act_on_all(request, queryset, admit)

    @admin.action(description=_("Put on the reserve list"), permissions=["change"])
    def put_all_on_reserve(self, request, queryset):
        self.act_on_all(request, queryset, put_on_reserve)

    @admin.action(description=_("Decline"), permissions=["change"])
    def decline_all(self, request, queryset):
        self.act_on_all(request, queryset, decline)
