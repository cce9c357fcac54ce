"""Reports of platforms: uploaded, looked at, imported, taken back."""

import re
import secrets
import zlib
from functools import partial
from hashlib import sha256

from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assessments.actions.reports import import_report, undo_report
from assessments.forms.reports import Preview, ReportForm, report_of
from assessments.models import PlatformReport
from assessments.sheets import sheet_of
from assessments.views.register import kept
from courses.models import Session, SessionPlace
from courses.refusals import Refusal

PAGE = "assessments:report"
KEPT = 30 * 60  # seconds between preview and confirmation
ZOOM = re.compile(r"zoom\.us/(?:j|w|s)/([0-9]{9,12})")


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the file; POST shows what each of its rows would do, and writes nothing."""
    session = kept(request, pk)
    typed = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ReportForm(*typed, session=session, meeting_id=meeting_of(session))
    if not form.is_valid():
        context = {"form": form, "reports": PlatformReport.objects.filter(session=session)}
        return page(request, session, "report.html", context, status=422 if form.errors else 200)
    parcel = {
        "token": secrets.token_urlsafe(),
        "session": pk,
        "name": form.cleaned_data["file"].name,
        "content": zlib.compress(form.content),
    }
    cache.set(key_of(request), parcel, KEPT)
    context = {"preview": Preview(sheet_of(session), form.report), "token": parcel["token"]}
    return page(request, session, "report_preview.html", context | {"name": parcel["name"]})


@require_POST
def confirm_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what the preview showed, with the very file it showed and whom somebody picked."""
    session, parcel = kept(request, pk), cache.get(key_of(request))
    token = request.POST.get("token", "")
    if not parcel or parcel["session"] != pk or not secrets.compare_digest(token, parcel["token"]):
        raise Refusal(_("The file is no longer kept, or another one was uploaded since. Upload it again."))
    name, content = parcel["name"], zlib.decompress(parcel["content"])
    told = report_of(session, name, content, meeting_of(session))
    preview = Preview(sheet_of(session), told, request.POST)
    import_report(
        session=session,
        platform=told.platform.value,
        name=name[:200],
        digest=sha256(content).hexdigest(),
        spells=preview.spells,
        by=request.user,
        at=timezone.now(),
    )
    transaction.on_commit(partial(cache.delete, key_of(request)))
    messages.success(request, _("Imported. It can be taken back until the register is closed."))
    return redirect(PAGE, pk)


@require_POST
def take_back_report(request: HttpRequest, pk: int, report: int) -> HttpResponse:
    """Whatever a report said is taken back."""
    session = kept(request, pk)
    told = get_object_or_404(PlatformReport.objects.filter(session=session), pk=report)
    undo_report(report=told, by=request.user, at=timezone.now())
    messages.success(request, _("Taken back: %(name)s.") % {"name": told.name})
    return redirect(PAGE, pk)


def meeting_of(session: Session) -> str | None:
    """The number of the meeting in the session's link, where a link says it: Zoom's do."""
    links = SessionPlace.objects.filter(session=session, room=None).values_list("link", flat=True)
    return next((found[1] for link in links if (found := ZOOM.search(link))), None)


def key_of(request: HttpRequest) -> str:
    """Where the file of this person waits: one each, so they cannot pile up."""
    return f"report-to-import:{request.user.pk}"


def page(
    request: HttpRequest, session: Session, template: str, context: dict, *, status: int = 200
) -> HttpResponse:
    """One of the two pages with what both show."""
    context |= {
        "session": session,
        "trail": [
            (reverse("assessments:teaching"), _("Teaching")),
            (reverse("assessments:register", args=[session.pk]), session.title),
        ],
    }
    return render(request, f"assessments/{template}", context, status=status)
