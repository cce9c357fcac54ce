"""What an employer's contact sees: the code, and that a nominated person applied and enrolled."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from enrollment.access import nomination_code
from enrollment.models import Application, Nomination
from enrollment.states import RANKED
from enrollment.views.cohorts import state_of_call

State = Application.State
OUTCOMES = RANKED | {State.EXCLUDED, State.RENOUNCED, State.WITHDRAWN}


class Nominee(NamedTuple):
    """All the contact learns of one person; `outcome` only where that person wants it."""

    name: str
    enrolled: bool
    outcome: str


@require_safe
def nomination(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own invitation; anybody else's is not there."""
    mine = Nomination.objects.visible_to(request.user)
    nomination = get_object_or_404(mine.select_related("organisation", "cohort__call"), pk=pk)
    applications = nomination.applications.select_related("user").order_by("user__name", "pk")
    context = {
        "nomination": nomination,
        "code": nomination_code(nomination),
        # Who withdrew still counts: the place is free again, but that is not the employer's to know.
        "used": min(len(applications), nomination.places),
        "people": [nominee(application) for application in applications if application.submitted_at],
        **state_of_call(getattr(nomination.cohort, "call", None), timezone.now()),
    }
    return render(request, "enrollment/nomination.html", context)


def nominee(application: Application) -> Nominee:
    """What may be said of a person who has applied with the code."""
    enrolled = application.state == State.ENROLLED
    told = application.employer_may_know and application.state in OUTCOMES
    outcome = application.get_state_display() if told else ""
    return Nominee(name=application.user.name, enrolled=enrolled, outcome=outcome)
