"""Rubrics: changed until somebody judges by them, then read, and copied into a new version."""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.actions.panels import new_version
from assessments.actions.standard_rubric import adopt_standard_rubric
from assessments.models import Rubric, RubricCriterion, RubricLevel
from courses.admin.office import Act, OfficeAdmin


class OfARubric:
    """Lines of a rubric in use are only read."""

    def frozen(self, obj) -> bool:
        rubric = getattr(obj, "rubric", obj)
        return rubric is not None and rubric.frozen_at is not None

    def has_add_permission(self, request, obj=None):
        return not self.frozen(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return not self.frozen(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return not self.frozen(obj) and super().has_delete_permission(request, obj)


class CriterionInline(OfARubric, admin.TabularInline):
    model = RubricCriterion
    fields = ["position", "title_it", "title_en", "weight"]
    extra = 0
    max_num = 12
    show_change_link = True  # to its levels


@admin.register(Rubric)
class RubricAdmin(OfficeAdmin):
    list_display = ["title", "code", "version", "frozen_at", "digest"]
    search_fields = ["code", "title_it", "title_en"]
    fields = ["code", "title_it", "title_en", "limit"]
    facts = ["version", "frozen_at", "digest"]
    acts = (
        Act(
            "version",
            _("Make a new version"),
            new_version,
            note=lambda _rubric: _("A copy that can be changed; projects already judged keep their version."),
            leads=lambda fresh: reverse("admin:assessments_rubric_change", args=[fresh.pk]),
        ),
    )

    def get_fields(self, request, obj=None):
        return [*self.fields, *self.facts] if obj else self.fields

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        return [*self.fields, *self.facts] if obj.frozen_at else ["code", *self.facts]

    def get_inlines(self, request, obj):
        return [CriterionInline] if obj else []

    def save_model(self, request, obj, form, change):
        """A new rubric begins with the standard criteria."""
        super().save_model(request, obj, form, change)
        if not change:
            adopt_standard_rubric(rubric=obj, by=request.user, at=timezone.now())

    @admin.display(description=_("rubric"), ordering="title_it")
    def title(self, rubric) -> str:
        return rubric.title


class LevelInline(OfARubric, admin.TabularInline):
    model = RubricLevel
    fields = ["value", "text_it", "text_en"]
    extra = 0
    max_num = 5


@admin.register(RubricCriterion)
class RubricCriterionAdmin(OfficeAdmin):
    """Its levels; criteria are added in their rubric."""

    list_display = ["title", "rubric", "position", "weight"]
    list_filter = ["rubric"]
    list_select_related = ["rubric"]
    search_fields = ["title_it", "title_en"]
    fields = ["rubric", "position", "title_it", "title_en", "weight"]
    inlines = [LevelInline]

    def get_readonly_fields(self, request, obj=None):
        return self.fields if obj and obj.rubric.frozen_at else ["rubric"]

    def has_add_permission(self, request):
        return False

    @admin.display(description=_("criterion"), ordering="title_it")
    def title(self, criterion) -> str:
        return criterion.title
