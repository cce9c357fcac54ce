"""The front page: what the Academy is, for whom, when, and how to get a place."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.models import Block, Cohort, Programme
from courses.views.programme import share, strip_of_hours
from enrollment.views.cohorts import state_of_call


@require_safe
@login_not_required
def front(request: HttpRequest) -> HttpResponse:
    """For everybody. The programme is that of the edition shown, or the newest one."""
    at = timezone.now()
    cohort = (
        Cohort.objects.listed()
        .next_first(timezone.localdate(at))
        .select_related("hub", "call", "programme")
        .first()
    )
    newest = Programme.objects.order_by("-pk").values("pk")[:1]
    shown = {"programme": cohort.programme_id} if cohort else {"programme__in": newest}
    blocks = list(Block.objects.filter(**shown).select_related("programme"))
    stretches, total = strip_of_hours(blocks)
    programme = blocks[0].programme if blocks else None
    return render(
        request,
        "academy/front.html",
        {
            "cohort": cohort,
            **(state_of_call(getattr(cohort, "call", None), at) if cohort else {}),
            "programme": programme,
            "stretches": stretches,
            "total": total,
            "academic_share": programme and share(programme.academic_minutes, programme.minutes),
            "company_share": programme and share(programme.company_minutes, programme.minutes),
        },
    )
