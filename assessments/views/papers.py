"""The paper of a register, and the page that says whether it still stands."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assessments.access import may_lock_registers, registers_kept_by
from assessments.exports.register import name_of_file, paper_of
from assessments.models import Register
from assessments.sheets import HEAD, sheet_of, verdict, whose, with_all_it_shows
from courses.models import Session


@require_safe
def register_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The register of a session as PDF, for who keeps it."""
    session = get_object_or_404(with_all_it_shows(registers_kept_by(request.user)), pk=pk)
    sheet = sheet_of(session)
    return HttpResponse(
        paper_of(sheet, at=timezone.now()),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name_of_file(sheet)}"'},
    )


@login_not_required
@never_cache
@require_safe
def verification(request: HttpRequest, digest: str) -> HttpResponse:
    """Whether the register with this seal still stands: how many rows changed, and nobody's name.

    The office also reads which rows. Whoever does not hold the paper cannot guess the address.
    """
    register = Register.objects.locked().filter(digest=digest).first()
    if register is None:
        return render(request, "assessments/verification.html", status=404)
    sheet = sheet_of(with_all_it_shows(Session.objects.all()).get(pk=register.session_id))
    found = verdict(sheet)
    context = {
        "sheet": sheet,
        "register": sheet.register,
        "people": len(sheet.register.rows or []) - 1,
        "verdict": found,
        "head_altered": HEAD in found.altered,
        "office": may_lock_registers(request.user),
        "names": whose(sheet, found.altered),
    }
    return render(request, "assessments/verification.html", context)
