"""Versions of the programme: figures that freeze once an edition follows them."""

from django.contrib import admin
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from courses.hours import show_minutes
from courses.models import Block, Cohort, Module, Programme

from .office import OfficeAdmin

WORDS = {"title_it", "title_en", "outcomes_it", "outcomes_en"}


@admin.display(description=_("hours"), ordering="minutes")
def hours(thing) -> str:
    return show_minutes(thing.minutes)


class FrozenAdmin(OfficeAdmin):
    """Only the words can be changed once an edition uses the version; the page says so."""

    to_programme: str
    fields: list[str]

    def editions(self, thing):
        """The editions that follow the programme of `thing`."""
        return Cohort.objects.filter(**{f"programme__{self.to_programme}".removesuffix("__"): thing})

    def get_readonly_fields(self, request, obj=None):
        if obj is None or not self.editions(obj).exists():
            return self.readonly_fields
        return [name for name in self.fields if name not in WORDS]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj and (editions := list(self.editions(obj))):
            facts = {"editions": ", ".join(edition.code for edition in editions)}
            context["note"] = _("In use by %(editions)s: hours stay, only words can still change.") % facts
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


@admin.register(Programme)
class ProgrammeAdmin(FrozenAdmin):
    change_form_template = "admin/courses/programme.html"
    to_programme = ""
    fields = ["code", "title_it", "title_en", "minutes", "academic_minutes", "company_minutes"]
    list_display = ["code", "title", hours, "blocks", "modules", "used_by"]
    search_fields = ["code", "title_it", "title_en"]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .annotate(
                block_count=Count("blocks", distinct=True),
                module_count=Count("blocks__modules", distinct=True),
                cohort_count=Count("cohorts", distinct=True),
            )
        )

    @admin.display(description=_("blocks"), ordering="block_count")
    def blocks(self, programme) -> int:
        return programme.block_count

    @admin.display(description=_("modules"), ordering="module_count")
    def modules(self, programme) -> int:
        return programme.module_count

    @admin.display(description=_("editions"), ordering="cohort_count")
    def used_by(self, programme) -> int:
        return programme.cohort_count

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        blocks = obj.blocks.prefetch_related("modules") if obj else []
        context["lines"] = [
            (block, hours(block), [(module, hours(module)) for module in block.modules.all()])
            for block in blocks
        ]
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


@admin.register(Block)
class BlockAdmin(FrozenAdmin):
    to_programme = "blocks"
    fields = ["programme", "code", "position", "title_it", "title_en", "minutes", "counts_towards_total"]
    list_display = ["code", "title", "programme", hours, "modules", "counts_towards_total"]
    list_filter = ["programme"]
    list_select_related = ["programme"]
    search_fields = ["code", "title_it", "title_en"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(module_count=Count("modules"))

    @admin.display(description=_("modules"), ordering="module_count")
    def modules(self, block) -> int:
        return block.module_count


@admin.register(Module)
class ModuleAdmin(FrozenAdmin):
    to_programme = "blocks__modules"
    fields = [
        "block",
        "code",
        "position",
        "title_it",
        "title_en",
        "minutes",
        "academic_minutes",
        "company_minutes",
        "has_test",
        "outcomes_it",
        "outcomes_en",
    ]
    list_display = ["code", "title", "block", hours, "academic", "company", "has_test"]
    list_filter = ["block__programme", "has_test"]
    list_select_related = ["block"]
    search_fields = ["code", "title_it", "title_en"]

    @admin.display(description=_("academic"), ordering="academic_minutes")
    def academic(self, module) -> str:
        return show_minutes(module.academic_minutes)

    @admin.display(description=_("company"), ordering="company_minutes")
    def company(self, module) -> str:
        return show_minutes(module.company_minutes)
