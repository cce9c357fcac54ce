"""A participant's own team: its project, what is handed in by when, and, once published, its judgement."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from assessments.access import deposits_open_to, projects_done_by, team_places_of
from assessments.actions.projects import hand_in
from assessments.forms.project import FilesForm, HandInForm, LinkForm
from assessments.models import Deposit, MentorNote, Milestone, ProjectWork
from assessments.panels import published_of
from courses.models import LARGEST_MATERIAL, sentence_for
from courses.refusals import Refusal
from courses.views.files import leading_to, takes_up_to, to_be_saved
from courses.views.once import once
from enrollment.models import TeamPlace

LARGEST_PARCEL = 3 * LARGEST_MATERIAL + 64 * 1024  # bytes of one request, with what stands beside the files
FORMS: dict[str, type[HandInForm]] = {"files": FilesForm, "link": LinkForm}
SOON = timedelta(days=7)

takes_files = takes_up_to(LARGEST_PARCEL)


@dataclass(frozen=True)
class Due:
    """A milestone as it stands at a moment."""

    milestone: Milestone
    deposits: list[Deposit]
    at: datetime

    @property
    def over(self) -> bool:
        return self.at > self.milestone.due_at

    @property
    def soon(self) -> bool:
        """Within a week, and nothing is there yet."""
        return not self.over and not self.deposits and self.milestone.due_at - self.at < SOON

    @property
    def late(self) -> set[UUID]:
        """The deposits that came after the deadline."""
        return {one.pk for one in self.deposits if one.at > self.milestone.due_at}


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """One's own team, of the latest edition or the one asked for; nothing of a judgement before its day."""
    at, today = timezone.now(), timezone.localdate()
    places = list(
        team_places_of(request.user, today).select_related("team__cohort").order_by("-starts_on", "-pk")
    )
    code = request.GET.get("edition")
    place = next((one for one in places if code in (None, one.team.cohort.code)), None)
    if code and place is None:
        raise Http404
    context = {"places": places, "place": place, "at": at, "project": None}
    if place:
        project = project_page(ProjectWork.objects.filter(team=place.team_id)).first()
        context |= {
            "project": project,
            "members": members_of(place.team_id, today),
            "dues": dues_of(project, at) if project else [],
            "notes": [note for note in project.notes.all() if note.for_team] if project else [],
            "published": published_of(project, place.enrollment_id) if project else None,
        }
    return render(request, "assessments/team.html", context)


def project_page(projects: QuerySet[ProjectWork]) -> QuerySet[ProjectWork]:
    """With what every page of a project shows."""
    deposits = Deposit.objects.current().select_related("by")
    return projects.select_related("team__cohort", "sponsor", "outcome").prefetch_related(
        Prefetch("milestones", Milestone.objects.prefetch_related(Prefetch("deposits", deposits))),
        Prefetch("notes", MentorNote.objects.select_related("by")),
        "mentorings__role__user",
        "mentorings__role__organisation",
    )


def members_of(team: int, day) -> list[TeamPlace]:
    """Who is in a team on `day`, or was to the end of its edition."""
    places = TeamPlace.objects.filter(team=team).select_related("enrollment__user")
    return list((places.on(day) | places.to_the_end()).order_by("enrollment__user__name"))


def dues_of(project: ProjectWork, at: datetime) -> list[Due]:
    """Its milestones in order of time."""
    return [Due(one, list(one.deposits.all()), at) for one in project.milestones.all()]


@require_http_methods(["GET", "HEAD", "POST"])
@takes_files
@once
def milestone(request: HttpRequest, pk: int) -> HttpResponse:
    """What one's team hands in for a milestone, in all its versions; another team's is not there."""
    at, today = timezone.now(), timezone.localdate()
    mine = Milestone.objects.filter(project__in=projects_done_by(request.user, today))
    found = get_object_or_404(mine.select_related("project__team__cohort"), pk=pk)
    deposits = list(found.deposits.select_related("by").order_by("-at"))
    replaced = {one.replaces_id for one in deposits}
    present = [one for one in deposits if one.pk not in replaced]
    wanted = request.POST.get("do") if request.method == "POST" else None
    if request.method == "POST" and wanted not in FORMS:
        raise BadRequest("no form of this page")
    forms = {
        name: form(
            *((request.POST, request.FILES) if name == wanted else ()),
            present=present,
            auto_id=f"{name}_%s",
        )
        for name, form in FORMS.items()
    }
    if wanted and forms[wanted].is_valid() and handed_in(request, found, forms[wanted], at):
        return redirect("assessments:milestone", pk)
    context = {
        "milestone": found,
        "due": Due(found, present, at),
        "older": [one for one in deposits if one.pk in replaced],
        "forms": forms,
        "closed": found.project.panel.filter(judgement__state="given").exists(),
        "wrong": any(form.errors for form in forms.values()),
        "largest": LARGEST_MATERIAL,
        "largest_parcel": 3 * LARGEST_MATERIAL,
        "trail": [(reverse("assessments:team"), found.project.team.code)],
    }
    return render(request, "assessments/milestone.html", context, status=422 if wanted else 200)


def handed_in(request: HttpRequest, milestone: Milestone, form, at: datetime) -> bool:
    """Whether all of it could be kept; otherwise none is, and the form says why."""
    try:
        with transaction.atomic():
            kept = [
                hand_in(milestone=milestone, by=request.user, at=at, **parcel) for parcel in form.parcels()
            ]
    except (Refusal, IntegrityError) as no:
        form.add_error(None, str(no) if isinstance(no, Refusal) else str(sentence_for(no)))
        return False
    words = ngettext("Handed in.", "%(number)d files handed in.", len(kept))
    messages.success(request, words % {"number": len(kept)})
    return True


@require_safe
def deposit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A file to be saved, or on to a link; for the team, its mentors, its panel and the office."""
    open_to = deposits_open_to(request.user, timezone.localdate()).defer(None)
    found = get_object_or_404(open_to, pk=pk)
    return leading_to(found.link) if found.link else to_be_saved(found)
