"""What is missing for a certificate: the same answer for its participant and for the office."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.access import (
    editions_watched_by,
    may_export_registers,
    may_issue_certificates,
    places_open_to,
)
from assessments.certificate import Verdict
from assessments.eligibility import Eligibility, asked_by, eligibilities
from assessments.models import ModuleTest
from courses.models import Session
from enrollment.models import Enrollment

ORDER = [Verdict.FAIL, Verdict.PENDING, Verdict.PASS]


@require_safe
def eligibility(request: HttpRequest, pk: int) -> HttpResponse:
    """Need by need, and what would be if: one's own, as tutor or office anybody's of the edition."""
    at = timezone.now()
    places = places_open_to(request.user).select_related("user", "cohort__programme")
    place = get_object_or_404(places, pk=pk)
    own = place.user_id == request.user.pk
    [found] = eligibilities(place.cohort, [place], at=at)
    missed = {int(key) for key in request.GET.getlist("miss") if key.isdecimal() and len(key) < 19}
    failed = set(request.GET.getlist("fail"))
    context = {
        "place": place,
        "found": found,
        "own": own,
        "supposed": found.supposing(missed=missed, failed=failed) if missed or failed else None,
        "coming": [
            (session, session.pk in missed)
            for session in Session.objects.live()
            .filter(cohort=place.cohort_id, starts_at__gt=at, purpose=Session.Purpose.TEACHING)
            .select_related("module")
            .order_by("starts_at")
        ],
        "tests": [(module, module in failed) for module in open_tests(found)],
        "titles": titles_in(place),
        "trail": trail_to(request, place, own=own),
    }
    return render(request, "assessments/eligibility.html", context)


@require_safe
def edition_eligibility(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody of an edition: 403 for who has no edition to watch, 404 for another's."""
    at = timezone.now()
    cohort = get_object_or_404(editions_watched_by(request.user).select_related("programme"), pk=pk)
    people = list(
        Enrollment.objects.filter(cohort=cohort).select_related("user").order_by("user__name", "pk")
    )
    found = eligibilities(cohort, people, at=at)
    rows = [(one, one.answer) for one in found]
    context = {
        "cohort": cohort,
        "tree": asked_by(cohort),
        "may_issue": may_issue_certificates(request.user),
        "may_change": request.user.has_perm("assessments.change_certificaterule"),
        "rows": sorted(rows, key=lambda row: ORDER.index(row[1].verdict)),
        "numbers": [(verdict, sum(answer.verdict is verdict for _one, answer in rows)) for verdict in ORDER],
        "trail": trail_of(request, cohort),
    }
    return render(request, "assessments/edition_eligibility.html", context)


def open_tests(found: Eligibility) -> list[str]:
    """Modules whose test may still go either way."""
    return [
        one.module
        for one in found.facts.tests
        if one.result is None or (one.retake_open and not one.result.passed)
    ]


def titles_in(place: Enrollment) -> dict[str, str]:
    """Module → what it is called, in the reader's language."""
    tests = ModuleTest.objects.filter(cohort=place.cohort_id).select_related("module")
    return {test.module.code: test.module.title for test in tests}


def trail_to(request: HttpRequest, place: Enrollment, *, own: bool) -> list[tuple[str, str]]:
    """Where the page of one person is."""
    if own:
        return [(reverse("assessments:results"), _("Results"))]
    address = reverse("assessments:edition_eligibility", args=[place.cohort_id])
    return [*trail_of(request, place.cohort), (address, _("Certificates"))]


def trail_of(request: HttpRequest, cohort) -> list[tuple[str, str]]:
    """Where the page of an edition is."""
    if may_export_registers(request.user):
        return [(reverse("admin:courses_cohort_change", args=[cohort.pk]), str(cohort))]
    return [(reverse("assessments:teaching"), _("Teaching"))]
