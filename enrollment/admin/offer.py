"""Seats offered, until when, and what became of them."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.utils.translation import gettext_lazy as _

from courses.admin.office import Act, RecordAdmin
from enrollment.actions.offers import revoke
from enrollment.models import Offer


class ReasonForm(forms.Form):
    """Why: whoever it concerns reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=AdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("The applicant reads it."),
    )


@admin.register(Offer)
class OfferAdmin(RecordAdmin):
    list_display = ["applicant", "cohort", "state", "made_at", "deadline", "answered_at"]
    list_filter = ["cohort", "state"]
    list_select_related = ["application__user", "cohort"]
    search_fields = ["application__user__name", "application__user__email"]
    ordering = ["-made_at", "-id"]
    fields = readonly_fields = [
        "application",
        "cohort",
        "state",
        "made_at",
        "deadline",
        "answered_at",
        "settled_by",
    ]
    acts = (
        Act(
            "revoke",
            _("Take the offer back"),
            revoke,
            form=ReasonForm,
            when=lambda offer: offer.state == Offer.State.OPEN,
            note=lambda _offer: _("The applicant returns to the reserve list and is told by mail."),
            danger=True,
        ),
    )

    @admin.display(description=_("applicant"), ordering="application__user__name")
    def applicant(self, offer) -> str:
        return offer.application.user.name
