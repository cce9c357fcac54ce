"""Applying for a place: a draft in steps, kept however incomplete, sent once it is complete."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.models import Cohort
from courses.refusals import Refusal
from courses.views.once import once
from enrollment.access import nomination_of_code, too_many_guesses
from enrollment.actions import applications as admission
from enrollment.actions import files as filing
from enrollment.forms.application import STEPS, MotivationForm, ReviewForm, StepForm, YouForm
from enrollment.models import Application, Call
from enrollment.views.answers import answers, gaps_of, progress_of, says_other_birthday, spoken
from enrollment.views.cohorts import state_of_call
from enrollment.views.files import rows_of, take_and_remove, takes_files

State = Application.State
TOO_MANY = "too_many"


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """What applying asks of one, and the button to begin; with an application under way, on to that."""
    cohort, at = edition(code), timezone.now()
    application = own_application_to(cohort, request)
    if application:
        return redirect(where_to_go_on(application, at))
    state = state_of_call(getattr(cohort, "call", None), at)
    if state["phase"] != Call.Phase.OPEN:
        return render(request, "enrollment/call_not_open.html", {"cohort": cohort, **state}, status=409)
    if request.method == "POST":
        draft = admission.start_application(cohort=cohort, by=request.user, at=at)
        if draft.role:
            messages.info(request, _("We have taken over what you wrote the last time: look through it."))
        return redirect("enrollment:apply_step", code, YouForm.slug)
    return render(request, "enrollment/apply.html", {"cohort": cohort, **state, "steps": STEPS.values()})


@require_http_methods(["GET", "HEAD", "POST"])
@takes_files
def step(request: HttpRequest, code: str, step: str) -> HttpResponse:
    """One step of one's own draft. What is right of it is kept, whatever else is missing or wrong."""
    if step not in STEPS:
        raise Http404
    cohort, at = edition(code), timezone.now()
    draft = own_application_to(cohort, request)
    if draft is None and request.method == "POST":
        raise Refusal(_("You have no application under way here: begin one on the page of the edition."))
    if draft is None:
        return redirect("enrollment:apply", code)
    if request.method != "POST":
        if draft.state != State.DRAFT or not is_open(cohort, at):
            return redirect("enrollment:application", draft.pk)
        return show_step(request, draft, form_of(step, draft, at))
    form = form_of(step, draft, at, request)
    form.full_clean()
    try:
        saved = admission.save_draft(
            application=draft, written=form.written(), seen=seen_by(request), by=request.user, at=at
        )
        return answer(request, keep_the_rest(request, saved, form, at), form)
    except admission.ChangedMeanwhile as refusal:
        return say_changed(request, draft, form, refusal, at)
    except Refusal as refusal:
        return say_no(request, draft, form, refusal)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def review(request: HttpRequest, code: str) -> HttpResponse:
    """Everything once more, what is missing, and the button that sends it. Sent twice is sent once."""
    cohort, at = edition(code), timezone.now()
    draft, sending = own_application_to(cohort, request), request.method == "POST"
    if draft is None:
        return redirect("enrollment:apply", code)
    if draft.state != State.DRAFT or (not sending and not is_open(cohort, at)):
        return redirect("enrollment:application", draft.pk)
    form, status = ReviewForm(request.POST if sending else None), 200
    if sending:
        try:
            admission.refuse_closed(cohort, at)
            if form.is_valid() and not gaps_of(draft):
                sent = admission.submit(application=draft, by=request.user, at=at, seen=seen_by(request))
                return redirect("enrollment:application", sent.pk)
            status = 422
        except admission.ChangedMeanwhile as refusal:
            draft, status = own_application_to(cohort, request) or draft, 409
            form.add_error(None, str(refusal))
        except Refusal as refusal:
            return say_no(request, draft, None, refusal)
    return render(request, "enrollment/apply_review.html", review_of(draft, form), status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def throw_away(request: HttpRequest, code: str) -> HttpResponse:
    """Delete one's own draft, after being asked whether one means it."""
    cohort = edition(code)
    draft = own_application_to(cohort, request)
    if draft is None:
        return redirect("enrollment:cohort", code)
    if draft.state != State.DRAFT:
        return redirect("enrollment:application", draft.pk)
    if request.method == "POST":
        admission.throw_away(application=draft, by=request.user, at=timezone.now())
        messages.success(request, _("The draft has been deleted with its files."))
        return redirect("enrollment:cohort", code)
    return render(request, "enrollment/apply_throw_away.html", {"cohort": cohort, "draft": draft})


def edition(code: str) -> Cohort:
    """The edition shown to the public under this code."""
    return get_object_or_404(Cohort.objects.listed().select_related("call", "hub"), code=code)


def own_application_to(cohort: Cohort, request: HttpRequest) -> Application | None:
    """The person's own application to `cohort` that is not withdrawn."""
    mine = Application.objects.live().visible_to(request.user).filter(cohort=cohort)
    application = mine.select_related("nomination__organisation").first()
    if application:
        application.cohort = cohort
    return application


def where_to_go_on(application: Application, at: datetime) -> str:
    """The first step with something missing, or the last look; once sent or too late, its page."""
    cohort = application.cohort
    if application.state != State.DRAFT or not is_open(cohort, at):
        return reverse("enrollment:application", args=[application.pk])
    slugs = [slug for slug, missing in gaps_of(application).items() if missing]
    return reverse("enrollment:apply_step", args=[cohort.code, (slugs or [ReviewForm.slug])[0]])


def is_open(cohort: Cohort, at: datetime) -> bool:
    """Whether applications to `cohort` can be written and sent."""
    call = getattr(cohort, "call", None)
    return bool(call and call.is_open(at))


def form_of(step: str, draft: Application, at: datetime, request: HttpRequest | None = None) -> StepForm:
    """The form of a step, empty or with what was sent."""
    given: dict[str, Any] = {"instance": draft}
    if request:
        given |= {"data": request.POST, "files": request.FILES}
    if step == YouForm.slug:
        given["today"] = timezone.localdate(at)
    if step == MotivationForm.slug:
        given["documents"] = filing.documents_wanted(draft)
    return STEPS[step](**given)


def seen_by(request: HttpRequest) -> int:
    """The revision of the draft or the score sheet that what was sent was typed upon."""
    try:
        return int(request.POST["seen"])
    except (KeyError, ValueError) as error:
        raise BadRequest("the revision is missing") from error


def keep_the_rest(request: HttpRequest, draft: Application, form: StepForm, at: datetime) -> Application:
    """What is no field: files added and taken away, the employer that nominates. Faults go to `form`."""
    if isinstance(form, MotivationForm):
        take_and_remove(request, form, draft, at)
    if "drop_nomination" in request.POST and draft.nomination_id:
        return admission.nominate(application=draft, nomination=None, by=request.user, at=at)
    if code := form.cleaned_data.get("nomination_code"):
        if too_many_guesses(request):
            wait = _("Too many codes have been tried. Try again in a few minutes.")
            form.add_error("nomination_code", ValidationError(wait, code=TOO_MANY))
        elif nomination := nomination_of_code(code, draft):
            return admission.nominate(application=draft, nomination=nomination, by=request.user, at=at)
        else:
            form.add_error("nomination_code", _("No employer’s code for this edition, or no place left."))
    return draft


def answer(request: HttpRequest, draft: Application, form: StepForm) -> HttpResponse:
    """What was kept, in words for the script; otherwise the form with its errors, or the next page."""
    said = _("Saved at %(time)s.") % {"time": f"{timezone.localtime(draft.saved_at):%H:%M}"}
    if wants_json(request):
        if form.errors:
            wrong = ", ".join(str(form.fields[name].label) for name in form.errors)
            said = f"{said} {_('Not saved, because it is not right yet: %(fields)s.') % {'fields': wrong}}"
        return JsonResponse({"said": said, "seen": draft.revision}, status=422 if form.errors else 200)
    if form.errors:
        return show_step(request, draft, form, 429 if form.has_error("nomination_code", TOO_MANY) else 422)
    if request.POST.get("then") == "later":
        messages.success(request, f"{said} {_('Go on whenever you like, also on another device.')}")
        return redirect("enrollment:application", draft.pk)
    if request.POST.get("then") != "next":  # files and codes come and go on the same page
        return redirect(request.path)
    following = dict(zip(STEPS, [*list(STEPS)[1:], ReviewForm.slug], strict=True))
    return redirect("enrollment:apply_step", draft.cohort.code, following[form.slug])


def show_step(
    request: HttpRequest, draft: Application, form: StepForm, status: int = 200, **more
) -> HttpResponse:
    """A step as it stands."""
    context = {
        "cohort": draft.cohort,
        "draft": draft,
        "form": form,
        "steps": progress_of(draft, form.slug),
        "files": rows_of(form, draft) if isinstance(form, MotivationForm) else [],
        "tax_code": spoken(draft, "tax_code") if isinstance(form, YouForm) else "",
        "doubtful": isinstance(form, YouForm) and says_other_birthday(draft),
        "refusal": "",
        "changed": [],
        **more,
    }
    return render(request, "enrollment/apply_step.html", context, status=status)


def say_changed(
    request: HttpRequest, draft: Application, form: StepForm, refusal: Refusal, at: datetime
) -> HttpResponse:
    """Another device was faster: what was typed stays on the page, beside what is saved."""
    if wants_json(request):
        words = _("What you see here is not saved. Press “Save and continue” to compare the two.")
        return JsonResponse({"said": f"{refusal} {words}", "stop": True}, status=409)
    saved = own_application_to(draft.cohort, request)
    if saved is None:
        raise refusal
    if isinstance(form, MotivationForm):  # files only come and go: they stand in nobody's way
        take_and_remove(request, form, saved, at)
    differ = [name for name, value in form.written().items() if getattr(saved, name) != value]
    return show_step(request, saved, form, status=409, refusal=str(refusal), changed=answers(saved, differ))


def say_no(
    request: HttpRequest, application: Application, form: StepForm | None, refusal: Refusal
) -> HttpResponse:
    """Closed, or sent meanwhile: why, and what was typed, to be copied."""
    if wants_json(request):
        return JsonResponse({"said": str(refusal), "stop": True}, status=409)
    typed = answers(form.instance, form.written()) if form else []
    lost = [file.name for files in request.FILES.lists() for file in files[1]]
    context = {
        "cohort": application.cohort,
        "application": application,
        "reason": refusal,
        "typed": typed,
        "lost": lost,
    }
    return render(request, "enrollment/apply_refused.html", context, status=409)


def wants_json(request: HttpRequest) -> bool:
    """Whether the script asks, which saves as one types."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def review_of(draft: Application, form: ReviewForm) -> dict[str, Any]:
    """Everything that would be sent, by step, with what is missing."""
    gaps = gaps_of(draft)
    files = list(draft.files.select_related("document"))
    return {
        "cohort": draft.cohort,
        "draft": draft,
        "form": form,
        "steps": progress_of(draft, form.slug),
        "parts": [
            {
                "title": part.title,
                "address": reverse("enrollment:apply_step", args=[draft.cohort.code, slug]),
                "answers": answers(draft, part.base_fields),
                "missing": gaps.get(slug, []),
                "files": files if part is MotivationForm else [],
            }
            for slug, part in STEPS.items()
        ],
        "doubtful": says_other_birthday(draft),
        "missing": sum(map(len, gaps.values())),
    }
