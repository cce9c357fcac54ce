"""A participant's own results."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.progress import records_of


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """What is published of this person, by edition; before publication nothing, in no form."""
    context = {"records": records_of(request.user), "at": timezone.now()}
    return render(request, "assessments/results.html", context)
