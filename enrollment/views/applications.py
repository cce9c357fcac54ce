"""Applying for a place, following one's application, stepping back."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.models import Cohort
from courses.refusals import Refusal
from enrollment.actions import applications as admission
from enrollment.forms import ApplicationForm
from enrollment.models import PROFILE_FIELDS, Application, Call
from enrollment.views.cohorts import state_of_call

WRITTEN = (*PROFILE_FIELDS, "motivation")


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """The form while the call is open; otherwise, or with an application already in, why not."""
    cohort = get_object_or_404(Cohort.objects.listed().select_related("call"), code=code)
    form = ApplicationForm(request.POST or None)
    at = timezone.now()
    if refusal := obstacle(request, cohort, form, at):
        return refusal
    if request.method == "POST" and form.is_valid():
        try:
            application = admission.apply(
                cohort=cohort,
                profile={name: form.cleaned_data[name] for name in PROFILE_FIELDS},
                motivation=form.cleaned_data["motivation"],
                by=request.user,
                at=at,
            )
        except Refusal:  # the same form came twice at once: the other one has just won
            if refusal := obstacle(request, cohort, form, at):
                return refusal
            raise
        messages.success(request, _("Your application has been received."))
        return redirect("enrollment:application", application.pk)
    context = {"cohort": cohort, "form": form, **state_of_call(getattr(cohort, "call", None), at)}
    return render(request, "enrollment/apply.html", context, status=422 if form.errors else 200)


def obstacle(
    request: HttpRequest, cohort: Cohort, form: ApplicationForm, at: datetime
) -> HttpResponse | None:
    """Why this person cannot apply now: an application already in, or a call that is not open."""
    context = {"cohort": cohort, "form": form, **state_of_call(getattr(cohort, "call", None), at)}
    present = Application.objects.live().visible_to(request.user).filter(cohort=cohort).first()
    if present:
        context["application"] = present
        return render(request, "enrollment/applied_already.html", context, status=409)
    if context["phase"] != Call.Phase.OPEN:
        return render(request, "enrollment/call_not_open.html", context, status=409)
    return None


@require_safe
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """Where one's own application stands and what happens next."""
    application = own_application(request, pk)
    fields = ApplicationForm.base_fields
    context = {
        "application": application,
        "answers": [(fields[name].label, spoken(application, name)) for name in WRITTEN],
    }
    return render(request, "enrollment/application.html", context)


def spoken(application: Application, field: str) -> str:
    """What the person gave in `field`; of a choice, its words."""
    words = getattr(application, f"get_{field}_display", None)
    return capfirst(words()) if words else getattr(application, field)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Step back, after being asked whether one means it."""
    application = own_application(request, pk)
    if request.method != "POST" and not application.may_be_withdrawn:
        return redirect("enrollment:application", application.pk)
    if request.method == "POST":
        admission.withdraw_application(application=application, by=request.user, at=timezone.now())
        messages.success(request, _("Your application has been withdrawn."))
        return redirect("enrollment:application", application.pk)
    return render(request, "enrollment/withdraw_application.html", {"application": application})


def own_application(request: HttpRequest, pk: int) -> Application:
    """The person's own application with its edition; anybody else's is not there."""
    mine = Application.objects.visible_to(request.user)
    return get_object_or_404(mine.select_related("cohort__hub", "cohort__call", "enrollment"), pk=pk)
