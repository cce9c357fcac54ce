"""Certificates: issued by the office, downloaded by their owners, checked by anybody."""

from hashlib import sha256

from allauth.core import ratelimit
from allauth.core.internal.ratelimit import consume
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assessments.access import may_issue_certificates, papers_open_to, places_open_to
from assessments.achievement import facts_of
from assessments.actions.certificates import issue_certificates, sample
from assessments.eligibility import eligibilities
from assessments.exports.certificate import make, transcript_today
from assessments.issuing import fingerprint, lines_of
from assessments.models import Certificate, CertificatePaper
from courses.models import Cohort
from courses.refusals import Refusal
from courses.views.once import once
from enrollment.models import Enrollment


def edition_of(request: HttpRequest, pk: int) -> Cohort:
    """The edition, for who may issue; 403 for everybody else."""
    if not may_issue_certificates(request.user):
        raise PermissionDenied
    return get_object_or_404(Cohort.objects.select_related("programme", "hub"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of who gets what; POST issues what is ticked, as it was seen."""
    cohort, at, refusal = edition_of(request, pk), timezone.now(), ""
    if request.method == "POST":
        people = {int(key) for key in request.POST.getlist("person") if key.isdecimal() and len(key) < 19}
        seen = request.POST.get("seen", "")
        try:
            issued = issue_certificates(cohort=cohort, people=people, seen=seen, by=request.user, at=at)
        except Refusal as caught:
            refusal = str(caught)
        else:
            words = ngettext("%d document issued.", "%d documents issued.", len(issued)) % len(issued)
            messages.success(request, words)
            return redirect("assessments:issue", pk)
    lines = lines_of(cohort, at=at)
    made = Certificate.objects.filter(cohort=cohort).aggregate(
        ready=Count("pk", filter=Q(ready_at__isnull=False)), total=Count("pk")
    )
    context = {
        "cohort": cohort,
        "lines": [line for line in lines if not line.issued],
        "issued": [line for line in lines if line.issued],
        "seen": fingerprint(lines),
        "made": made,
        "refusal": refusal,
        "trail": [
            (reverse("admin:courses_cohort_change", args=[pk]), str(cohort)),
            (reverse("assessments:edition_eligibility", args=[pk]), _("Certificates")),
        ],
    }
    answer = render(request, "assessments/issue.html", context, status=409 if refusal else 200)
    if made["ready"] < made["total"] and request.method != "POST":
        answer.headers["Refresh"] = "5"
    return answer


@require_safe
def preview(request: HttpRequest, pk: int, person: int) -> HttpResponse:
    """What somebody's document would look like, without a number."""
    cohort, at = edition_of(request, pk), timezone.now()
    get_object_or_404(Enrollment, pk=person, cohort=cohort)
    line = next(line for line in lines_of(cohort, at=at) if line.enrollment.pk == person)
    certificate = sample(cohort, line, by=request.user, at=at)
    return shown(make(certificate, certificate.kind, get_language() or "it"), "sample.pdf")


@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """What was issued to this person, and the transcript as of today of each edition."""
    certificates = (
        Certificate.objects.ready()
        .filter(enrollment__user=request.user.pk)
        .select_related("successor", "badge")
        .prefetch_related("papers")
        .order_by("-issued_at", "-pk")
    )
    places = Enrollment.objects.filter(user=request.user.pk, cohort__tests__isnull=False).distinct()
    context = {"certificates": certificates, "places": places.select_related("cohort").order_by("-starts_on")}
    return render(request, "assessments/documents.html", context)


@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A paper that was issued, byte for byte: one's own, for the office anybody's."""
    found = get_object_or_404(
        papers_open_to(request.user).select_related("certificate").defer(None), pk=pk, content__isnull=False
    )
    return shown(bytes(found.content), found.file_name)


@require_safe
def transcript(request: HttpRequest, pk: int) -> HttpResponse:
    """What is published of somebody so far: one's own, as tutor or office anybody's of the edition."""
    places = places_open_to(request.user).select_related("user", "cohort__programme", "cohort__hub")
    place, at = get_object_or_404(places, pk=pk), timezone.localtime()
    facts = facts_of(place.cohort, eligibilities(place.cohort, [place], at=at), at=at)
    return shown(transcript_today(facts[place.pk], at), f"transcript-{place.cohort.code}.pdf")


def shown(content: bytes, name: str) -> HttpResponse:
    """A PDF of one person, kept nowhere on the way."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"},
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Whether a certificate stands: name, title, hours, date and state; POST compares a file with ours.

    Whoever does not hold the paper cannot guess the address, and is stopped after some attempts.
    """
    certificate = Certificate.objects.filter(code=code).select_related("successor").first()
    if certificate is None:
        # The public function never counts a GET, and a guess is one.
        guess = {"app": "allauth.account", "action": "certificate_code", "limit_get": True}
        return render(request, "assessments/check.html", status=404 if consume(request, **guess) else 429)
    context: dict = {"certificate": certificate, "facts": certificate.facts}
    status = 200
    if request.method == "POST":
        upload = request.FILES.get("file")
        if not ratelimit.consume(request, action="certificate_file"):
            context["refusal"], status = _("Too many files. Wait five minutes."), 429
        elif not upload:
            context["refusal"], status = _("Choose the PDF to compare."), 422
        else:
            digest = sha256(upload.read()).hexdigest()
            context |= {
                "compared": upload.name,
                "ours": CertificatePaper.objects.filter(certificate=certificate, digest=digest).first(),
                "digest": digest,
            }
    answer = render(request, "assessments/check.html", context, status=status)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
