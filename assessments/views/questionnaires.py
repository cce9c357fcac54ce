"""What participants are asked, how their competences grew, and what a class said."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments.access import editions_watched_by, instructor_of, oversees_surveys, surveys_read_by
from assessments.actions.surveys import assess_oneself, give_opinion
from assessments.forms.questionnaire import LevelsForm, OpinionForm
from assessments.models import Question, QuestionnaireKind, Reply, Survey, SurveyState
from assessments.questionnaires import growth_of, put_to, result_of, surveys_of
from courses.refusals import Refusal
from courses.views.once import once
from enrollment.models import Enrollment

OWN = "assessments:questionnaires"


@require_safe
def questionnaires(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, and one's own competences from start to end."""
    at = timezone.now()
    context = {"put": put_to(request.user, at=at), "grown": growth_of(request.user)}
    return render(request, "assessments/questionnaires.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def questionnaire(request: HttpRequest, pk: int) -> HttpResponse:
    """One questionnaire, answered by who is asked; another's, or one that is closed, is not there."""
    at = timezone.now()
    places = Enrollment.objects.members_on(timezone.localdate(at)).filter(user=request.user)
    surveys = Survey.objects.open_at(at).filter(cohort__in=places.values("cohort"))
    survey = get_object_or_404(surveys.select_related("questionnaire", "module", "cohort"), pk=pk)
    place = places.get(cohort=survey.cohort_id)
    questions = list(Question.objects.filter(questionnaire=survey.questionnaire_id))
    form: LevelsForm
    if survey.kind == QuestionnaireKind.COMPETENCES:
        reply = Reply.objects.filter(survey=survey, enrollment=place).prefetch_related("levels").first()
        form = LevelsForm(request.POST or None, questions=questions, reply=reply)
    elif survey.answered.filter(enrollment=place).exists():
        return render(request, "assessments/questionnaire_given.html", {"survey": survey, "trail": trail()})
    else:
        form = OpinionForm(request.POST or None, questions=questions)
    if request.method == "POST" and form.is_valid():
        facts = {"survey": survey, "enrollment": place, "levels": form.levels, "by": request.user, "at": at}
        try:
            if isinstance(form, OpinionForm):
                give_opinion(**facts, remark=form.cleaned_data["remark"])
            else:
                assess_oneself(**facts)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you: your answers are saved."))
            return redirect(OWN)
    context = {"survey": survey, "form": form, "trail": trail()}
    return render(request, "assessments/questionnaire.html", context, status=422 if form.errors else 200)


@require_safe
def edition_questionnaires(request: HttpRequest, pk: int) -> HttpResponse:
    """What an edition was asked, and how many answered: 403 for who watches none, 404 for another's."""
    cohort = get_object_or_404(editions_watched_by(request.user), pk=pk)
    context = {"cohort": cohort, "surveys": surveys_of(cohort), "trail": trail_to_edition(request, cohort)}
    return render(request, "assessments/edition_questionnaires.html", context)


@require_safe
def said_of_modules(request: HttpRequest) -> HttpResponse:
    """What was said of the modules an instructor teaches."""
    if instructor_of(request.user) is None:
        raise PermissionDenied
    closed = surveys_read_by(request.user).filter(
        kind=QuestionnaireKind.SATISFACTION, state=SurveyState.CLOSED
    )
    context = {
        "surveys": closed.select_related("cohort", "module").order_by("-opens_at", "pk"),
        "trail": [(reverse("assessments:teaching"), _("Teaching"))],
    }
    return render(request, "assessments/said_of_modules.html", context)


@require_safe
def survey_result(request: HttpRequest, pk: int) -> HttpResponse:
    """What a class said, once it is closed; of fewer than five people nothing."""
    surveys = surveys_read_by(request.user).select_related("questionnaire", "module", "cohort")
    survey = get_object_or_404(surveys, pk=pk)
    context = {
        "survey": survey,
        "result": result_of(survey),
        "reads_remarks": oversees_surveys(request.user),
        "trail": [(reverse("assessments:teaching"), _("Teaching"))],
    }
    return render(request, "assessments/survey_result.html", context)


def trail() -> list[tuple[str, str]]:
    """Where a questionnaire is."""
    return [(reverse(OWN), _("Questionnaires"))]


def trail_to_edition(request: HttpRequest, cohort) -> list[tuple[str, str]]:
    """Where the page of an edition is."""
    if oversees_surveys(request.user):
        return [(reverse("admin:courses_cohort_change", args=[cohort.pk]), str(cohort))]
    return [(reverse("assessments:teaching"), _("Teaching"))]
