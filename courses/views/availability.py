"""An instructor's own page: what the office asks, and when one cannot teach."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from courses.actions.appointments import answer_appointment, declare_absence, withdraw_absence
from courses.forms import AbsenceForm, AnswerForm
from courses.models import Appointment, Availability, Instructor
from courses.views.once import once


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
    form = AbsenceForm(request.POST or None)
    if form.is_valid():
        declare_absence(instructor=instructor, **form.cleaned_data, by=request.user, at=at)
        return redirect("courses:availability")
    today = timezone.localdate(at)
    appointments = instructor.appointments.filter(cohort__ends_on__gte=today).select_related("cohort")
    context = {
        "appointments": appointments.order_by("cohort__starts_on"),
        "absences": instructor.absences.filter(ends_on__gte=today),
        "form": form,
    }
    return render(request, "courses/availability.html", context, status=422 if form.errors else 200)


@require_POST
@once
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or decline; 404 for another's."""
    appointment = get_object_or_404(Appointment, pk=pk, instructor=own(request))
    form = AnswerForm(request.POST)
    if form.is_valid():
        answer_appointment(appointment=appointment, **form.cleaned_data, by=request.user, at=timezone.now())
    return redirect("courses:availability")


@require_POST
@once
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an absence back; 404 for another's."""
    absence = get_object_or_404(Availability, pk=pk, instructor=own(request))
    withdraw_absence(absence=absence, by=request.user, at=timezone.now())
    return redirect("courses:availability")
