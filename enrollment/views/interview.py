"""The applicant's interview: which times are free, and which is chosen."""

from collections.abc import Iterable
from datetime import date, datetime

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.refusals import Refusal
from courses.views.once import once
from enrollment.actions.interviews import choose_slot
from enrollment.models import Application, InterviewSlot


@require_http_methods(["GET", "HEAD", "POST"])
@once
def interview(request: HttpRequest, pk: int) -> HttpResponse:
    """Free times, and the one chosen; POST takes one, or takes it instead of the one the page showed.

    Sent twice it is taken once; a page overtaken by another one, or by another applicant, is shown again.
    """
    mine = Application.objects.visible_to(request.user).select_related("cohort", "interview")
    application, at = get_object_or_404(mine, pk=pk), timezone.now()
    if request.method == "POST":
        try:
            slot, instead_of = chosen(request, application)
            choose_slot(application=application, slot=slot, instead_of=instead_of, by=request.user, at=at)
        except Refusal as refusal:
            return interview_page(request, mine.get(pk=pk), at, refusal=str(refusal), status=409)
        messages.success(request, _("Your interview is booked."))
        return redirect("enrollment:interview", pk)
    if application.state != Application.State.ELIGIBLE and not hasattr(application, "interview"):
        return redirect("enrollment:application", pk)
    return interview_page(request, application, at)


def chosen(request: HttpRequest, application: Application) -> tuple[InterviewSlot, int | None]:
    """The interview asked for, and the key of the one the page showed as chosen.

    BadRequest for what is no key, Refusal where the office has taken the time back.
    """
    try:
        key, before = int(request.POST["slot"]), request.POST["instead_of"]
        instead_of = int(before) if before else None
    except (KeyError, ValueError) as error:
        raise BadRequest from error
    slot = InterviewSlot.objects.filter(pk=key, call__cohort=application.cohort_id).first()
    if slot is None:
        raise Refusal(_("This time is no longer offered. Choose another one."))
    return slot, instead_of


def interview_page(
    request: HttpRequest, application: Application, at: datetime, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    """The free times by day."""
    slot = getattr(application, "interview", None)
    exchangeable = bool(slot and slot.may_be_exchanged(at))
    may_choose = application.state == Application.State.ELIGIBLE and (exchangeable or not slot)
    free = InterviewSlot.objects.choosable(at).filter(call__cohort=application.cohort_id)
    context = {
        "application": application,
        "slot": slot,
        "may_choose": may_choose,
        "days": days_of(free) if may_choose else [],
        "refusal": refusal,
    }
    return render(request, "enrollment/interview.html", context, status=status)


def days_of(free: Iterable[InterviewSlot]) -> list[tuple[date, list[tuple[str, list[InterviewSlot]]]]]:
    """The free times under their day, and there under their place."""
    days: dict[date, dict[str, list[InterviewSlot]]] = {}
    for slot in free:
        there = days.setdefault(timezone.localdate(slot.starts_at), {})
        there.setdefault(slot.place, []).append(slot)
    return [(day, list(places.items())) for day, places in days.items()]
