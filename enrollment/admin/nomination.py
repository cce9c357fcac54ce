"""Employers invited to nominate their people."""

from django.contrib import admin
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from courses.admin.office import Act, OfficeAdmin
from enrollment.access import nomination_code
from enrollment.actions.nominations import invite_to_nominate, renew_code
from enrollment.models import Nomination
from enrollment.states import LIVE_APPLICATIONS

USED = Count("applications", filter=Q(applications__state__in=LIVE_APPLICATIONS))


@admin.register(Nomination)
class NominationAdmin(OfficeAdmin):
    list_display = ["organisation", "cohort", "places", "used", "contact", "invited_at"]
    list_filter = ["cohort"]
    list_select_related = ["organisation", "cohort", "contact"]
    search_fields = ["organisation__name", "contact__name", "contact__email"]
    ordering = ["-cohort__starts_on", "organisation__name"]
    people = ("contact",)
    fields = ["cohort", "organisation", "places", "contact"]
    facts = ["used", "code", "invited_at"]
    acts = (
        Act(
            "invite",
            _("Send the code to the contact"),
            invite_to_nominate,
            when=lambda nomination: nomination.contact_id and not nomination.invited_at,
            note=lambda nomination: (
                _("%(contact)s gets a mail with the code and how to use it.")
                % {"contact": nomination.contact}
            ),
        ),
        Act(
            "renew",
            _("Renew the code"),
            renew_code,
            note=lambda _nomination: _(
                "The code used so far becomes worthless; applications made with it stay. "
                "A contact who had been sent it gets the new one."
            ),
            danger=True,
        ),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(used_count=USED)

    def get_fields(self, request, obj=None):
        return [*self.fields, *self.facts] if obj else self.fields

    def get_readonly_fields(self, request, obj=None):
        return ["cohort", "organisation", *self.facts] if obj else []

    @admin.display(description=_("places used"), ordering="used_count")
    def used(self, nomination) -> int:
        return nomination.used_count

    @admin.display(description=_("code"))
    def code(self, nomination) -> str:
        return nomination_code(nomination)
