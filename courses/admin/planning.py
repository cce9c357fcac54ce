"""The planner's runs: how far one is, what it found against the draft, or why there is no plan."""

from dataclasses import replace

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses import planner
from courses.actions.drafting import weekly_pattern
from courses.actions.planning import mend_timetables, take_over_plan
from courses.models import Availability, Closure, DraftSession, PlanRun, TimetableDraft
from courses.planning import plan_of, problem_of
from courses.refusals import Refusal
from courses.telling import (
    Names,
    Told,
    by_person,
    points_of,
    proposed,
    rule_in_words,
    short_in_words,
    told,
)
from courses.timetable import hit_by
from courses.wording import kinds_in_words, span_in_words

from .office import Act, RecordAdmin


class PlanForm(forms.Form):
    """What the planner is to seek."""

    aim = forms.ChoiceField(
        label=_("What is sought"),
        choices=PlanRun.Aim,
        initial=PlanRun.Aim.ANEW,
        widget=forms.RadioSelect,
        help_text=_(
            "The best plan may move everything that is not pinned. With as few changes as possible only "
            "what cannot be any more is mended, such as sessions of somebody who is away."
        ),
    )
    substitutes = forms.BooleanField(
        label=_("Others may stand in"),
        initial=True,
        required=False,
        help_text=_("Otherwise everybody keeps what they teach, and sessions move."),
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=32767,
        initial=0,
        help_text=_("The same seed gives the same plan; another may find another."),
    )


class MendForm(forms.Form):
    """How somebody or some room that falls out is to be replaced."""

    substitutes = PlanForm.base_fields["substitutes"]


def page_of_run(run: PlanRun) -> str:
    """The address of a run's page."""
    return reverse("admin:courses_planrun_change", args=[run.pk])


def page_of_runs(runs: list[PlanRun]) -> str:
    """The address of the only run, or of the list of all."""
    return page_of_run(runs[0]) if len(runs) == 1 else reverse("admin:courses_planrun_changelist")


def mend_around_absence(*, availability: Availability, **rest) -> list[PlanRun]:
    """Somebody is away."""
    return mend_timetables(away=availability, **rest)


def mend_around_closure(*, closure: Closure, **rest) -> list[PlanRun]:
    """A room, a hub, an edition or the Academy is closed."""
    return mend_timetables(away=closure, **rest)


MEND_ABSENCE = Act(
    "mend",
    _("Mend the timetables"),
    mend_around_absence,
    form=MendForm,
    note=lambda _away: _(
        "In the open draft of each edition concerned, or in a new one, the planner seeks the plan with the "
        "fewest changes. Nothing is released."
    ),
    template="admin/courses/mend.html",
    shows=lambda away: {
        "hit": [
            (one.cohort.code, span_in_words(one.module.code, one.starts_at, one.ends_at))
            for one in hit_by(away, timezone.now())
        ]
    },
    leads=page_of_runs,
)
MEND_CLOSURE = replace(MEND_ABSENCE, do=mend_around_closure)


def why_here(draft: TimetableDraft, row: DraftSession, at) -> Told:
    """Why a session is where it is; Refusal where no weekly pattern says what else could be."""
    problem, plan = problem_of(draft, weekly_pattern(draft.cohort), at), plan_of(draft)
    if str(row.pk) not in problem.units:
        raise Refusal(_("The planner plans teaching and the two assessments only."))
    account = planner.account(problem, plan, str(row.pk))
    return told(account, row, planner.check(problem, plan).score.total, Names(draft))


def shown(run: PlanRun) -> dict:
    """What a run found, as its page shows it."""
    result, names, changes = run.result or {}, Names(run.draft), proposed(run)
    return {
        "run": run,
        "changes": [(kinds_in_words(change), change) for change in changes],
        "people": by_person(changes),
        "points": points_of(run),
        "total": sum(result.get("before", {}).values()),
        "short": [short_in_words(one["code"], one["facts"], names) for one in result.get("short", [])],
        "relax": [rule_in_words(rule, names) for rule in result.get("relax", [])],
        "conflict": [rule_in_words(rule, names) for rule in result.get("conflict", [])],
        "has_plan": bool(result.get("plan")),
    }


def can_be_taken_over(run: PlanRun) -> bool:
    """Whether there is a plan and still the draft to take it."""
    return run.state == PlanRun.State.DONE and run.draft.open and bool((run.result or {}).get("plan"))


@admin.register(PlanRun)
class PlanRunAdmin(RecordAdmin):
    change_form_template = "admin/courses/plan_run.html"
    list_display = ["draft", "at", "by", "aim", "state", "score", "bound", "length"]
    list_filter = ["state", "aim", "draft__cohort"]
    search_fields = ["draft__cohort__code"]
    acts = (
        Act(
            "take-over",
            _("Take this plan over"),
            take_over_plan,
            when=can_be_taken_over,
            note=lambda _run: _("The draft becomes as the plan has it. Nothing is released."),
            leads=lambda run: reverse("admin:courses_timetabledraft_change", args=[run.draft_id]),
        ),
    )

    def get_queryset(self, request: HttpRequest):
        return (
            super()
            .get_queryset(request)
            .select_related("by", "draft__cohort__hub", "draft__cohort__programme")
        )

    def get_fields(self, request, obj=None):
        return []

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context |= shown(obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    @admin.display(description=pgettext_lazy("planner", "time taken"), ordering="seconds")
    def length(self, run: PlanRun) -> str:
        return "" if run.seconds is None else _("%(seconds).1f s") % {"seconds": run.seconds}
