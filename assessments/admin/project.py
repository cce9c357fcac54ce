"""Projects, their panels, the judgement of a team, and its publication with all others of the edition."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import TextField
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.actions.panels import decide, publish_judgements
from assessments.actions.projects import copy_milestones
from assessments.models import (
    Mentoring,
    Milestone,
    OutcomeEntry,
    PanelSeat,
    ProjectOutcome,
    ProjectWork,
)
from assessments.panels import Panel, decimal_of, judgement_of, panel_of, panels_of, with_panels
from courses.admin.office import Act, LedgerAdmin, OfficeAdmin, PlainChoices
from courses.models import Role

STEPS = {
    0: _("as the team"),
    1: _("one word better"),
    2: _("two words better"),
    -1: _("one word worse"),
    -2: _("two words worse"),
}


SHORT = {TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})}}


class RoleInline(PlainChoices, admin.TabularInline):
    """People with a role in the project's edition."""

    kind: str
    extra = 1

    def get_formset(self, request, obj=None, **kwargs):
        self.project = obj
        return super().get_formset(request, obj, **kwargs)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("role__user", "role__cohort")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "role" and self.project:
            roles = Role.objects.filter(kind=self.kind, cohort=self.project.team.cohort_id)
            kwargs["queryset"] = roles.select_related("user", "cohort").order_by("user__name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class MentoringInline(RoleInline):
    model = Mentoring
    kind = Role.Kind.MENTOR
    fields = ["role"]


class PanelSeatInline(RoleInline):
    model = PanelSeat
    kind = Role.Kind.PANEL
    fields = ["side", "role"]
    max_num = 3


class MilestoneInline(admin.StackedInline):
    model = Milestone
    formfield_overrides = SHORT
    fields = [("title_it", "title_en"), "due_at", "instructions"]
    extra = 1
    max_num = 12


class DecideForm(forms.Form):
    """The judgement in words, and by how much and why it differs for single people."""

    text = forms.CharField(
        label=_("The judgement in words"),
        max_length=5000,
        widget=AdminTextareaWidget(attrs={"rows": 8}),
        help_text=_("The team reads it. Its word and level follow from the readings of the panel."),
    )

    def __init__(self, *args, project: ProjectWork, **kwargs):
        super().__init__(*args, **kwargs)
        outcome = getattr(project, "outcome", None)
        self.fields["text"].initial = outcome.text if outcome else ""
        present = {one.enrollment_id: one for one in outcome.adjustments.all()} if outcome else {}
        places = project.team.places.to_the_end().select_related("enrollment__user")
        self.people = [place.enrollment for place in places]
        for person in self.people:
            adjusted = present.get(person.pk)
            self.fields[f"step-{person.pk}"] = forms.TypedChoiceField(
                label=str(person.user),
                choices=list(STEPS.items()),
                coerce=int,
                initial=adjusted.step if adjusted else 0,
            )
            self.fields[f"why-{person.pk}"] = forms.CharField(
                label=_("Why, for %(name)s") % {"name": person.user},
                max_length=1000,
                required=False,
                initial=adjusted.reason if adjusted else "",
                help_text=_("Only this person reads it."),
                widget=AdminTextareaWidget(attrs={"rows": 2}),
            )
        if outcome and outcome.published:
            self.fields["reason"] = forms.CharField(
                label=_("Why the published judgement changes"),
                max_length=1000,
                help_text=_("It goes into the ledger. The team is told of the change."),
                widget=AdminTextareaWidget(attrs={"rows": 2}),
            )

    def clean(self):
        """What the action asks for."""
        typed = super().clean()
        adjustments = {
            one.pk: (typed.get(f"step-{one.pk}", 0), typed.get(f"why-{one.pk}", "")) for one in self.people
        }
        return {
            "text": typed.get("text", ""),
            "adjustments": adjustments,
            "reason": typed.get("reason", ""),
        }


def panel_in_full(project: ProjectWork) -> Panel:
    """What its panel has given and owes."""
    return panel_of(with_panels(ProjectWork.objects).get(pk=project.pk))


def how_it_stands(project: ProjectWork) -> dict:
    """Who has judged, what is missing and what the readings say once all are there."""
    panel = panel_in_full(project)
    verdict = panel.verdict
    seats = [
        (seat, judgement if (judgement := judgement_of(seat)) and judgement.given else None)
        for seat in panel.seats
    ]
    word = ProjectOutcome.Word(verdict.word.value).label if verdict else ""
    return {
        "panel": panel,
        "seats": seats,
        "word": word,
        "overall": decimal_of(verdict.overall) if verdict else None,
        "outcome": getattr(panel.project, "outcome", None),
    }


def what_is_missing(project: ProjectWork) -> dict:
    """In each project of the edition."""
    panels = panels_of(project.team.cohort)
    return {
        "lacking": [
            (reverse("admin:assessments_projectwork_change", args=[panel.project.pk]), panel)
            for panel in panels
            if panel.missing
        ],
        "ready": [panel for panel in panels if not panel.missing],
    }


@admin.register(ProjectWork)
class ProjectWorkAdmin(OfficeAdmin):
    change_form_template = "admin/assessments/project.html"
    formfield_overrides = SHORT
    list_display = ["title", "team", "sponsor", "rubric", "judgement", "published_at"]
    list_filter = ["team__cohort"]
    list_select_related = ["team__cohort", "sponsor", "rubric", "outcome"]
    search_fields = ["title_it", "title_en", "team__cohort__code", "sponsor__name"]
    ordering = ["-team__cohort__starts_on", "team__number"]
    fields = ["team", "title_it", "title_en", "sponsor", "brief", "rubric"]
    acts = (
        Act(
            "milestones",
            _("Copy the milestones to the other projects"),
            copy_milestones,
            when=lambda project: project.milestones.exists(),
            note=lambda _project: _("The edition’s projects that have none yet get these."),
        ),
        Act(
            "judgement",
            _("Write the judgement"),
            decide,
            form=DecideForm,
            when=lambda project: panel_in_full(project).complete,
            template="admin/assessments/decide.html",
            shows=how_it_stands,
            given=lambda project: {"project": project},
            press=_("Save the judgement"),
        ),
        Act(
            "publish",
            _("Publish the edition’s judgements"),
            publish_judgements,
            when=lambda project: not getattr(getattr(project, "outcome", None), "published", False),
            template="admin/assessments/publish_projects.html",
            shows=what_is_missing,
            note=lambda _project: _(
                "All teams of the edition read theirs at once. Afterwards a judgement changes only with a "
                "reason."
            ),
            press=_("Publish them all"),
        ),
    )

    def view_on_site(self, project) -> str:
        """As its mentors and its panel find it."""
        return reverse("assessments:project", args=[project.pk])

    def get_inlines(self, request, obj):
        return [MilestoneInline, MentoringInline, PanelSeatInline] if obj else []

    def get_readonly_fields(self, request, obj=None):
        return ["team"] if obj else []

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["standing"] = how_it_stands(obj) if obj else None
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    @admin.display(description=_("project"), ordering="title_it")
    def title(self, project) -> str:
        return project.title

    @admin.display(description=_("judgement"), ordering="outcome__word")
    def judgement(self, project) -> str:
        return project.outcome.get_word_display() if hasattr(project, "outcome") else "–"

    @admin.display(description=pgettext_lazy("judgement", "published"), ordering="outcome__published_at")
    def published_at(self, project):
        return project.outcome.published_at if hasattr(project, "outcome") else None


class OfTheProject:
    """The columns a judgement and a change of it share."""

    @admin.display(description=_("team"))
    def team(self, row) -> str:
        return str(getattr(row, "outcome", row).project.team)


@admin.register(ProjectOutcome)
class ProjectOutcomeAdmin(OfTheProject, LedgerAdmin):
    """As written and published: written and changed at the project."""

    list_display = ["team", "word", "overall", "saved_at", "published_at"]
    list_filter = ["project__team__cohort", "word"]
    list_select_related = ["project__team__cohort"]
    search_fields = ["project__title_it", "project__title_en", "project__team__cohort__code"]
    ordering = ["-project__team__cohort__starts_on", "project__team__number"]


@admin.register(OutcomeEntry)
class OutcomeEntryAdmin(OfTheProject, LedgerAdmin):
    """Changes after publication: who, when, of what, and why."""

    list_display = ["at", "team", "person", "was", "by", "reason"]
    list_filter = ["outcome__project__team__cohort"]
    list_select_related = ["outcome__project__team__cohort", "enrollment__user", "by"]
    search_fields = ["reason", "outcome__project__title_it"]

    @admin.display(description=_("participant"))
    def person(self, entry) -> str:
        return str(entry.enrollment.user) if entry.enrollment else str(_("the whole team"))

    @admin.display(description=_("before"))
    def was(self, entry) -> str:
        before = entry.before or {}
        if "word" in before:
            return capfirst(ProjectOutcome.Word(before["word"]).label)
        return str(STEPS[before.get("step", 0)])
