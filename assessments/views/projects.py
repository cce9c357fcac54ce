"""The projects somebody accompanies or judges: their page, and an assessor's own judgement."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments.access import (
    PROJECT_ROLES,
    oversees_projects,
    projects_accompanied_by,
    projects_followed_by,
)
from assessments.actions.panels import (
    JudgedMeanwhile,
    handing_in_until,
    judge,
    refuse_reading,
    shared_employer,
)
from assessments.actions.projects import write_note
from assessments.forms.project import JudgementForm, NoteForm
from assessments.models import PanelJudgement, PanelSeat, ProjectWork, RubricCriterion
from assessments.panels import readings_table, work_of
from assessments.views.team import dues_of, members_of, project_page
from courses.models import Role
from courses.refusals import Refusal
from courses.views.once import once

TRAIL = "assessments:projects"


@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """What one judges, what waits first, and what one accompanies, by edition."""
    user = request.user
    if not oversees_projects(user) and not Role.objects.filter(user=user.pk, kind__in=PROJECT_ROLES).exists():
        raise PermissionDenied
    return render(request, "assessments/projects.html", {"editions": work_of(user)})


@require_http_methods(["GET", "HEAD", "POST"])
@once
def project(request: HttpRequest, pk: int) -> HttpResponse:
    """A project with what its team handed in; its mentors note here. Another's is not there."""
    found = get_object_or_404(project_page(projects_followed_by(request.user)), pk=pk)
    at, accompanies = timezone.now(), projects_accompanied_by(request.user).filter(pk=pk).exists()
    if request.method == "POST" and not accompanies:
        raise PermissionDenied
    form = NoteForm(request.POST or None) if accompanies else None
    if form and form.is_valid():
        write_note(project=found, **form.cleaned_data, by=request.user, at=at)
        messages.success(request, _("Your note is saved."))
        return redirect("assessments:project", pk)
    context = {
        "project": found,
        "members": members_of(found.team_id, timezone.localdate()),
        "dues": dues_of(found, at),
        "form": form,
        "reads_notes": accompanies or oversees_projects(request.user),
        "seat": found.panel.filter(role__user=request.user.pk).select_related("judgement").first(),
        "trail": [(reverse(TRAIL), _("Projects"))],
    }
    return render(request, "assessments/project.html", context, status=422 if form and form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def judgement(request: HttpRequest, pk: int) -> HttpResponse:
    """An assessor's own judgement beside what the team handed in; POST saves a draft or gives it."""
    seat = own_seat(request, pk)
    at = timezone.now()
    mine = PanelJudgement.objects.filter(seat=seat).prefetch_related("criteria").first()
    criteria = list(RubricCriterion.objects.filter(rubric=seat.project.rubric_id).prefetch_related("levels"))
    page = partial(judgement_page, request, seat, criteria, mine, at)
    if request.method != "POST":
        return page(JudgementForm(criteria=criteria, judgement=mine))
    asked = request.POST.get("do")
    if asked not in ("save", "give"):  # the last field: a form cut short on its way has none
        raise BadRequest
    form = JudgementForm(request.POST, criteria=criteria, judgement=mine, giving=asked == "give")
    if not form.is_valid():
        return page(form, status=422)
    try:
        judge(
            seat=seat,
            said=form.said,
            words=form.cleaned_data["words"],
            give=asked == "give",
            by=request.user,
            at=at,
            seen=seen_by(request),
        )
    except JudgedMeanwhile as refusal:
        kept = PanelJudgement.objects.prefetch_related("criteria").get(seat=seat)
        page = partial(judgement_page, request, seat, criteria, kept, at)
        return page(form, refusal=str(refusal), changed=form.differing_from(kept), status=409)
    except Refusal as refusal:
        if mine and mine.given:
            raise
        form.add_error(None, str(refusal))
        return page(form, status=409)
    messages.success(request, _("Your judgement is given.") if asked == "give" else _("Draft saved."))
    return redirect("assessments:judgement", pk)


def own_seat(request: HttpRequest, project: int) -> PanelSeat:
    """The seat of this person on a panel; of any other panel nothing is there."""
    seats = PanelSeat.objects.select_related("role__organisation", "project__rubric", "project__team__cohort")
    return get_object_or_404(seats, project=project, role__user=request.user)


def seen_by(request: HttpRequest) -> int:
    """The revision the form was typed upon."""
    try:
        return int(request.POST.get("seen", ""))
    except ValueError as error:
        raise BadRequest("the revision is malformed") from error


def judgement_page(
    request: HttpRequest,
    seat: PanelSeat,
    criteria: list[RubricCriterion],
    mine: PanelJudgement | None,
    at: datetime,
    form: JudgementForm,
    *,
    refusal: str = "",
    changed: Iterable[tuple[str, str]] = (),
    status: int = 200,
) -> HttpResponse:
    """What the team handed in, one's own judgement, and those open to this person."""
    not_now = "" if seat.project.rubric else _("The project has no rubric yet: the office adds it.")
    try:
        refuse_reading(seat)
    except Refusal as too_early:
        not_now = str(too_early)
    project = project_page(ProjectWork.objects.all()).get(pk=seat.project_id)
    context = {
        "seat": seat,
        "project": project,
        "members": members_of(project.team_id, timezone.localdate(at)),
        "dues": dues_of(project, at),
        "judgement": mine,
        "form": form,
        "refusal": refusal,
        "changed": changed,
        "seen": mine.revision if mine else 0,
        "not_now": not_now,
        "until": handing_in_until(project, at),
        "shared_employer": shared_employer(seat),
        "table": readings_table(PanelJudgement.objects.open_to(request.user), project, criteria),
        "trail": [(reverse(TRAIL), _("Projects"))],
    }
    return render(request, "assessments/judgement.html", context, status=status)
