"""Teams of an edition: the office asks for them, looks at what was found, and takes it over."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assessments.access import editions_with_teams_formed_by
from assessments.actions.teams import ask_for_teams, take_team_plan
from assessments.forming import members_of, problem_of_plan
from assessments.forms.teams import TeamsForm, as_asked_last
from assessments.models import TeamPlan
from assessments.team_words import Found
from courses.models import Cohort
from courses.refusals import Refusal
from courses.views.once import once
from enrollment.models import Enrollment, Team


@require_http_methods(["GET", "HEAD", "POST"])
@once
def teams(request: HttpRequest, pk: int) -> HttpResponse:
    """What was asked last with its answer, and the form to ask; 404 for who forms no teams."""
    cohort = get_object_or_404(editions_with_teams_formed_by(request.user), pk=pk)
    at = timezone.now()
    plan = TeamPlan.objects.filter(cohort=cohort).select_related("by", "cohort").first()
    soonest = max(localdate(at) + timedelta(days=1), cohort.starts_on)
    form = TeamsForm(
        request.POST if request.method == "POST" else None,
        initial=as_asked_last(plan, soonest),
        people=list(members_of(cohort, soonest)),
        numbers=list(Team.objects.filter(cohort=cohort).values_list("number", flat=True)),
    )
    if request.method == "POST" and form.is_valid():
        asked = {name: form.cleaned_data[name] for name in ("starts_on", "aim", "seed")}
        try:
            ask_for_teams(cohort=cohort, wishes=form.wishes, by=request.user, at=at, **asked)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("assessments:teams", pk)
    context = context_of(cohort, plan) | {"form": form}
    answer = render(request, "assessments/teams.html", context, status=422 if form.errors else 200)
    if plan and plan.under_way and request.method != "POST":
        answer.headers["Refresh"] = "10"
    return answer


@require_POST
@once
def take_teams(request: HttpRequest, pk: int, plan: int) -> HttpResponse:
    """Everybody joins the team the plan has for them; refused when it is old."""
    cohort = get_object_or_404(editions_with_teams_formed_by(request.user), pk=pk)
    found = get_object_or_404(TeamPlan.objects.select_related("cohort"), pk=plan, cohort=cohort)
    try:
        take_team_plan(plan=found, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The teams have been taken over."))
    return redirect("assessments:teams", pk)


def context_of(cohort: Cohort, plan: TeamPlan | None) -> dict:
    """The edition, its last plan and what that found; `old` when it rests on what is no longer so."""
    names = Enrollment.objects.filter(cohort=cohort).values_list("pk", "user__name")
    ready = plan is not None and plan.state == TeamPlan.State.DONE
    return {
        "cohort": cohort,
        "plan": plan,
        "found": Found(plan, {str(pk): name for pk, name in names}) if plan and plan.result else None,
        "old": plan is not None and ready and problem_of_plan(plan).fingerprint != plan.inputs,
        "trail": [(reverse("admin:courses_cohort_change", args=[cohort.pk]), str(cohort))],
    }
