"""An instructor's own page: what the office asks, and when one cannot teach."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courses.actions.appointments import answer_appointment, declare_absence, withdraw_absence
from courses.forms import AbsenceForm, AnswerForm
from courses.models import Appointment, Availability, Instructor, Session
from courses.refusals import Refusal
from courses.timetable import asked_for, hit_by
from courses.views.once import once
from courses.wording import span_in_words


def own(request: HttpRequest) -> Instructor:
    """The instructor who asks; PermissionDenied for anybody else."""
    instructor: Instructor | None = getattr(request.user, "instructor", None)
    if instructor is None:
        raise PermissionDenied
    return instructor


@require_http_methods(["GET", "HEAD", "POST"])
@once
def availability(request: HttpRequest) -> HttpResponse:
    """Appointments to answer, absences declared, and a form for another."""
    instructor, at = own(request), timezone.now()
    form = AbsenceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            absence = declare_absence(instructor=instructor, **form.cleaned_data, by=request.user, at=at)
        except Refusal as refused:
            form.add_error("ends_on", str(refused))
        else:
            messages.success(request, _("Saved: the office sees it."))
            if standing := hit_by(absence, at):
                messages.warning(request, still_taught(standing))
            return redirect("courses:availability")
    return page(request, instructor, form, at, status=422 if form.errors else 200)


def still_taught(standing: list[Session]) -> str:
    """An absence moves nothing: which sessions stand, and whom to tell."""
    days = "; ".join(span_in_words(one.module.code, one.starts_at, one.ends_at) for one in standing)
    return _("You teach then, and it stands until the office finds somebody else: %(days)s.") % {"days": days}


def page(
    request: HttpRequest, instructor: Instructor, form: AbsenceForm, at: datetime, *, status: int, **answer
) -> HttpResponse:
    """The page; `answer` is what was wrong with one: `answered`, its `note` as typed, and the `refusal`."""
    today = timezone.localdate(at)
    appointments = instructor.appointments.filter(cohort__ends_on__gte=today).select_related("cohort")
    context = {
        "appointments": asked_for(instructor, appointments.order_by("cohort__starts_on")),
        "absences": instructor.absences.filter(ends_on__gte=today),
        "form": form,
        **answer,
    }
    return render(request, "courses/availability.html", context, status=status)


@require_POST
@once
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or decline; 404 for another's. What cannot be is said beside the appointment."""
    instructor, at = own(request), timezone.now()
    appointment = get_object_or_404(Appointment, pk=pk, instructor=instructor)
    form = AnswerForm(request.POST)
    wrong = {"answered": appointment, "note": request.POST.get("note", "")}
    if not form.is_valid():
        refusal = _(
            "Your answer could not be read: confirm or decline, with a note of at most 200 characters."
        )
        return page(request, instructor, AbsenceForm(), at, status=422, **wrong, refusal=refusal)
    try:
        answer_appointment(appointment=appointment, **form.cleaned_data, by=request.user, at=at)
    except Refusal as refused:
        return page(request, instructor, AbsenceForm(), at, status=409, **wrong, refusal=str(refused))
    messages.success(request, _("Saved: the office sees it."))
    return redirect("courses:availability")


@require_POST
@once
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an absence back; 404 for another's."""
    absence = get_object_or_404(Availability, pk=pk, instructor=own(request))
    withdraw_absence(absence=absence, by=request.user, at=timezone.now())
    return redirect("courses:availability")
