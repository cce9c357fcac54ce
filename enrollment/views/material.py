"""What there is to read: per edition, and one by one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.models import MaterialVersion
from courses.views.files import leading_to, to_be_saved
from enrollment.access import editions_open_to, materials_open_to
from enrollment.actions.visits import visit_materials
from enrollment.models import Enrollment

# How browsers, and older ones, say that they only guess.
GUESSING, GUESSES = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"), ("prefetch", "preview")


@require_safe
def materials(request: HttpRequest, code: str) -> HttpResponse:
    """Those of an edition by block and module, with what came since the last visit: see `visit_materials`.

    404 for whoever neither follows nor teaches it. Only who follows it has visits, so for others nothing
    is new; they see what participants see of the modules they teach, the office of all.
    """
    if any(guess in request.headers.get(name, "") for name in GUESSING for guess in GUESSES):
        return HttpResponse(status=425)  # a browser guessing where one goes is no visit: it asks again
    at = timezone.now()
    cohort = get_object_or_404(editions_open_to(request.user), code=code)
    versions = MaterialVersion.objects.seen(at).filter(material__in=materials_open_to(request.user, at))
    found = list(
        versions.filter(material__cohort=cohort).select_related(
            "material__module__block", "material__session"
        )
    )
    enrollment = Enrollment.objects.live().filter(user=request.user, cohort=cohort).first()
    since = None
    if enrollment and request.method == "GET":
        since = visit_materials(enrollment=enrollment, by=request.user, at=at)
        for version in found:
            version.new = since is None or version.since > since
    context = {
        "cohort": cohort,
        "versions": found,
        "first": since is None,
        "new": sum(version.new for version in found),
    }
    return render(request, "enrollment/materials.html", context)


@require_safe
def material(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, to be saved, or on to where the link leads; not there for whoever may not read it."""
    at = timezone.now()
    versions = MaterialVersion.objects.seen(at).defer(None)
    found = get_object_or_404(versions, material__in=materials_open_to(request.user, at), material=pk)
    return leading_to(found.link) if found.link else to_be_saved(found)
