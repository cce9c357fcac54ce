"""Teams, and who is in them from when to when."""

from django.contrib import admin
from django.db.models import Count, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from courses.admin.office import OfficeAdmin, PlainChoices
from enrollment.models import Enrollment, Team, TeamPlace

from .call import LineInline


class TeamPlaceInline(PlainChoices, LineInline):
    """Participants of the team's edition."""

    model = TeamPlace
    fields = ["enrollment", ("starts_on", "ends_on")]

    def get_formset(self, request, obj=None, **kwargs):
        self.team = obj
        return super().get_formset(request, obj, **kwargs)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("enrollment__user", "enrollment__cohort", "team")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "enrollment":
            mine = Enrollment.objects.filter(cohort=self.team.cohort_id)
            kwargs["queryset"] = mine.select_related("user", "cohort").order_by("user__name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Team)
class TeamAdmin(OfficeAdmin):
    list_display = ["team", "cohort", "members"]
    list_filter = ["cohort"]
    list_select_related = ["cohort"]
    search_fields = ["cohort__code", "name", "places__enrollment__user__name"]
    ordering = ["-cohort__starts_on", "number"]
    fields = ["cohort", "number", "name"]

    def get_queryset(self, request):
        today = localdate()
        now = Q(places__ends_on=None) | Q(places__ends_on__gte=today)
        return super().get_queryset(request).annotate(members_now=Count("places", filter=now))

    def get_inlines(self, request, obj):
        return [TeamPlaceInline] if obj else []

    def get_readonly_fields(self, request, obj=None):
        return ["cohort"] if obj else []

    @admin.display(description=_("team"), ordering="number")
    def team(self, team) -> str:
        return team.code

    @admin.display(description=_("members"), ordering="members_now")
    def members(self, team) -> int:
        return team.members_now
