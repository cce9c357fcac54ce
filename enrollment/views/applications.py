"""Following one's application, stepping back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.views.once import once
from enrollment.actions import applications as admission
from enrollment.models import Application
from enrollment.views.answers import answers
from enrollment.views.stages import stages_of


@require_safe
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """Where one's own application stands, what happens next, what one wrote."""
    application, at = own_application(request, pk), timezone.now()
    call = getattr(application.cohort, "call", None)
    context = {
        "application": application,
        "at": at,
        "today": timezone.localdate(at),
        "call_open": bool(call and call.is_open(at)),
        "stages": stages_of(application, at),
        "exclusion": reason_of_exclusion(application),
        "answers": answers(application),
        "files": application.files.select_related("document"),
    }
    return render(request, "enrollment/application.html", context)


def reason_of_exclusion(application: Application) -> str:
    """What the office wrote to somebody excluded."""
    if application.state != Application.State.EXCLUDED:
        return ""
    reasons = application.passages.filter(after=Application.State.EXCLUDED).values_list("reason", flat=True)
    return reasons.last() or ""


@require_http_methods(["GET", "HEAD", "POST"])
@once
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Step back, after being asked whether one means it. A draft is thrown away instead."""
    application = own_application(request, pk)
    if application.state == Application.State.DRAFT:
        return redirect("enrollment:throw_away", application.cohort.code)
    if request.method == "POST":
        admission.withdraw_application(application=application, by=request.user, at=timezone.now())
        messages.success(request, _("Your application has been withdrawn."))
        return redirect("enrollment:application", application.pk)
    if not application.may_be_withdrawn:
        return redirect("enrollment:application", application.pk)
    return render(request, "enrollment/withdraw_application.html", {"application": application})


def own_application(request: HttpRequest, pk: int) -> Application:
    """The person's own application with its edition; anybody else's is not there."""
    mine = Application.objects.visible_to(request.user)
    beside = (
        "cohort__hub",
        "cohort__call",
        "enrollment",
        "document_request",
        "interview",
        "nomination__organisation",
    )
    return get_object_or_404(mine.select_related(*beside), pk=pk)
