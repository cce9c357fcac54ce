"""Places in editions, and how they end."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget, AdminTextareaWidget
from django.utils.translation import gettext_lazy as _

from courses.admin.office import Act, RecordAdmin
from enrollment.actions.offers import end_enrollment
from enrollment.models import PROFILE_FIELDS, Enrollment
from enrollment.states import ENROLLMENT_PASSAGES

ENDS = [choice for choice in Enrollment.State.choices if choice[0] != Enrollment.State.ACTIVE]


class EndForm(forms.Form):
    """How and when a place ends."""

    state = forms.ChoiceField(label=_("How it ends"), choices=ENDS)
    on = forms.DateField(label=_("Last day"), widget=AdminDateWidget)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        required=False,
        widget=AdminTextareaWidget(attrs={"rows": 3}),
        help_text=_(
            "The participant reads it. Needed for a withdrawal, which is in writing, a forfeiture and an"
            " exclusion."
        ),
    )


@admin.register(Enrollment)
class EnrollmentAdmin(RecordAdmin):
    list_display = [
        "user",
        "cohort",
        "state",
        "employer",
        "sector",
        "region",
        "starts_on",
        "ends_on",
        "auditor",
    ]
    list_filter = ["cohort", "state", "auditor", "sector", "employer_kind", "region"]
    list_select_related = ["user", "cohort"]
    search_fields = ["user__name", "user__email", "employer", "role"]
    dates = ("starts_on", "ends_on", "admitted_at")
    end = ("ended_at", "ended_by", "reason")
    settled = ("user", "email", "cohort", "state", "application", *dates, *end)
    fields = [*settled, "hub", "auditor", *PROFILE_FIELDS]
    readonly_fields = [*settled, *(name for name in PROFILE_FIELDS if name != "access")]
    acts = (
        Act(
            "end",
            _("End this place"),
            end_enrollment,
            form=EndForm,
            when=lambda enrollment: ENROLLMENT_PASSAGES[enrollment.state],
            note=lambda _enrollment: _("It cannot be undone. The record stays."),
            danger=True,
        ),
    )

    @admin.display(description=_("e-mail"))
    def email(self, enrollment) -> str:
        return enrollment.user.email
