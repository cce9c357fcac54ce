"""The committee's desk: what is to be judged, and one's own score sheet."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.models import Cohort
from courses.refusals import Refusal
from courses.views.once import once
from enrollment.access import applications_judged_by, editions_judged_by
from enrollment.actions.applications import ChangedMeanwhile
from enrollment.actions.evaluation import criteria_of, fill_in_sheet, refuse_too_early, shared_employer
from enrollment.forms.committee import ScoreSheetForm
from enrollment.judging import ASK_FOR_WORK, Line, Stage, next_to_judge, work_of
from enrollment.models import Application, Criterion, Evaluation, InterviewSlot, Phase
from enrollment.views.applying import seen_by

ROWS = 50


@require_safe
def committee(request: HttpRequest) -> HttpResponse:
    """What one judges in an edition: what is to do first, then what waits for colleagues or is done."""
    editions = list(editions_judged_by(request.user).order_by("-starts_on", "code"))
    if not editions:
        raise PermissionDenied
    code = request.GET.get("edition", editions[0].code)
    cohort = next((edition for edition in editions if edition.code == code), None)
    if cohort is None:
        raise Http404
    at = timezone.now()
    work = work_of(request.user, cohort, at)
    stages = [step.stage for line in work for step in line.steps]
    context = {
        "editions": editions,
        "cohort": cohort,
        "page": Paginator(work, ROWS).get_page(request.GET.get("page")),
        "to_do": sum(stage in ASK_FOR_WORK for stage in stages),
        "waiting": stages.count(Stage.WAITING),
        "done": stages.count(Stage.DONE),
        "interviews": interviews_to_come(work, at),
    }
    return render(request, "enrollment/committee.html", context)


def interviews_to_come(work: list[Line], at: datetime) -> list[InterviewSlot]:
    """Of the applications being judged, those that are not over, by time."""
    judged = [one for line in work if (one := line.application).state == Application.State.ELIGIBLE]
    chosen = [getattr(application, "interview", None) for application in judged]
    return sorted((slot for slot in chosen if slot and slot.ends_at > at), key=lambda slot: slot.starts_at)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def score_sheet(request: HttpRequest, pk: int, phase: str) -> HttpResponse:
    """The file of an applicant beside one's own sheet; POST saves it as a draft or signs it."""
    application, at = application_judged(request, pk), timezone.now()
    scored = list(criteria_of(application))
    criteria = [criterion for criterion in scored if criterion.phase == phase]
    if not criteria:  # an unknown phase, too
        raise Http404
    sheet = Evaluation.objects.filter(application=application, member=request.user.pk, phase=phase).first()
    if request.method != "POST":
        form = ScoreSheetForm(criteria=criteria, sheet=sheet)
        return sheet_page(request, application, Phase(phase), scored, form, sheet, at)
    asked = request.POST.get("do")
    if asked not in ("save", "sign"):  # the last field: a form cut short on its way has none
        raise BadRequest
    form = ScoreSheetForm(request.POST, criteria=criteria, sheet=sheet, signing=asked == "sign")
    if not form.is_valid():
        return sheet_page(request, application, Phase(phase), scored, form, sheet, at, status=422)
    try:
        fill_in_sheet(
            application=application,
            phase=phase,
            points=form.points,
            remark=form.cleaned_data["remark"],
            sign=asked == "sign",
            by=request.user,
            at=at,
            seen=seen_by(request),
        )
    except ChangedMeanwhile as refusal:
        sheet = Evaluation.objects.get(application=application, member=request.user.pk, phase=phase)
        page = partial(sheet_page, refusal=str(refusal), changed=form.differing_from(sheet), status=409)
        return page(request, application, Phase(phase), scored, form, sheet, at)
    messages.success(request, _("Your score sheet is signed.") if asked == "sign" else _("Draft saved."))
    return redirect("enrollment:score_sheet", pk, phase)


def application_judged(request: HttpRequest, pk: int) -> Application:
    """An application this person judges or has judged; any other is not there."""
    judged = applications_judged_by(request.user).select_related("user", "cohort", "interview")
    return get_object_or_404(judged, pk=pk)


def sheet_page(
    request: HttpRequest,
    application: Application,
    phase: Phase,
    scored: list[Criterion],
    form: ScoreSheetForm,
    sheet: Evaluation | None,
    at: datetime,
    *,
    refusal: str = "",
    changed: Iterable[tuple[str, str]] = (),
    status: int = 200,
) -> HttpResponse:
    """What the applicant sent, while it is being judged; one's own sheet; those open to this person.

    `scored` are the criteria of all phases; `refusal` says that another window of theirs has saved
    meanwhile, `changed` what it has instead of what `form` has.
    """
    try:
        refuse_too_early(application, phase, at)
        not_now = ""
    except Refusal as too_early:
        not_now = str(too_early)
    context = {
        "application": application,
        "phase": phase,
        "form": form,
        "refusal": refusal,
        "changed": changed,
        "seen": sheet.revision if sheet else 0,
        "sheet": sheet,
        "not_now": not_now,
        "slot": getattr(application, "interview", None) if phase == Phase.INTERVIEW else None,
        "shared_employer": shared_employer(application, request.user),
        "being_judged": application.state == Application.State.ELIGIBLE,
        "files": application.files.filter(document__judged=True).select_related("document"),
        "table": points_table(request.user, application, phase, scored),
        "tabs": tabs_of(application, scored),
        "next": next_to_judge(request.user, application.cohort, at) if sheet and sheet.signed_at else None,
        "trail": trail_to(application.cohort),
    }
    return render(request, "enrollment/score_sheet.html", context, status=status)


def tabs_of(application: Application, scored: list[Criterion]) -> list[tuple[str, Phase]]:
    """The phases the call scores, and where their sheets are."""
    phases = {criterion.phase for criterion in scored}
    return [
        (reverse("enrollment:score_sheet", args=[application.pk, phase]), phase)
        for phase in Phase
        if phase in phases
    ]


def points_table(member, application: Application, phase: Phase, scored: list[Criterion]) -> dict[str, list]:
    """Criteria by members, from the signed sheets open to `member`, with the total of each."""
    sheets = list(
        Evaluation.objects.open_to(member)
        .signed()
        .filter(application=application, phase=phase)
        .select_related("member")
        .prefetch_related("points")
        .order_by("member__name", "pk")
    )
    given = {
        (sheet.pk, points.criterion_id): points.value for sheet in sheets for points in sheet.points.all()
    }
    return {
        "sheets": sheets,
        "rows": [
            (criterion, [(sheet.member, given[sheet.pk, criterion.pk]) for sheet in sheets])
            for criterion in scored
            if criterion.phase == phase
        ],
        "totals": [(sheet.member, sum(points.value for points in sheet.points.all())) for sheet in sheets],
    }


def trail_to(cohort: Cohort) -> list[tuple[str, str]]:
    """Where a score sheet is."""
    address = reverse("enrollment:committee")
    return [(address, _("Committee")), (f"{address}?edition={cohort.code}", cohort.code)]
