"""Files of an application: sent with its draft or when the office asks, given to those who may read them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.files import LARGEST_FILE
from courses.refusals import Refusal
from courses.views.files import takes_up_to, to_be_saved
from enrollment.access import files_open_to
from enrollment.actions import files as filing
from enrollment.forms.files import DocumentsForm, TakesFiles
from enrollment.models import Application, ApplicationFile
from enrollment.views.applications import own_application

LARGEST_PARCEL = 5 * LARGEST_FILE  # bytes of one request with files

takes_files = takes_up_to(LARGEST_PARCEL)


@require_safe
def file(request: HttpRequest, pk: int, file: UUID) -> HttpResponse:
    """One file, to be saved and not shown, for its owner and those who judge it; to others not there."""
    found = get_object_or_404(files_open_to(request.user).defer(None), application=pk, pk=file)
    return to_be_saved(found)


@require_http_methods(["GET", "HEAD", "POST"])
@takes_files
def documents(request: HttpRequest, pk: int) -> HttpResponse:
    """What the office asked for, once: files come and go until they are handed in or their time is over."""
    application, at = own_application(request, pk), timezone.now()
    if application.state != Application.State.DOCUMENTS_ASKED:
        return redirect("enrollment:application", pk)
    asked, posted = application.document_request, request.method == "POST"
    late = at >= asked.due_at
    form = DocumentsForm(
        *((request.POST, request.FILES) if posted else ()), documents=filing.documents_wanted(application)
    )
    if posted and not late and hand_over(request, form, application, at):
        return redirect("enrollment:application" if "send" in request.POST else "enrollment:documents", pk)
    context = {
        "application": application,
        "asked": asked,
        "late": late,
        "form": form,
        "files": rows_of(form, application, since=asked.asked_at),
    }
    status = 409 if posted and late else 422 if form.errors else 200
    return render(request, "enrollment/documents.html", context, status=status)


def hand_over(request: HttpRequest, form: TakesFiles, application: Application, at: datetime) -> bool:
    """Keep the files sent and, if the person says so, hand all in. What is wrong is then said in `form`."""
    form.full_clean()
    take_and_remove(request, form, application, at)
    if not form.errors and "send" in request.POST:
        try:
            filing.provide_documents(application=application, by=request.user, at=at)
            messages.success(request, _("The documents have been sent."))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    return not form.errors


def take_and_remove(request: HttpRequest, form: TakesFiles, application: Application, at: datetime) -> None:
    """Remove the file named by the button pressed, keep those sent with `form`; faults go to `form`."""
    try:
        if file := asked_file(request, application):
            filing.remove_file(file=file, by=request.user, at=at)
        for document, upload in form.uploads():
            filing.add_file(
                application=application, document=document, by=request.user, at=at, **asdict(upload)
            )
    except Refusal as refusal:
        form.add_error(None, str(refusal))


def asked_file(request: HttpRequest, application: Application) -> ApplicationFile | None:
    """The file of `application` that is to be removed, if it is still there."""
    if "remove" not in request.POST:
        return None
    try:
        key = UUID(request.POST["remove"])
    except ValueError as error:
        raise BadRequest("the key of the file is malformed") from error
    return application.files.select_related("application").filter(pk=key).first()


def rows_of(
    form: TakesFiles, application: Application, since: datetime | None = None
) -> list[dict[str, Any]]:
    """By document: its field, and the files there are for it; removable those that came `since`."""
    files = list(application.files.all())
    return [
        {
            "field": form[name],
            "files": [
                (file, since is None or file.uploaded_at >= since)
                for file in files
                if file.document_id == document.pk
            ],
        }
        for name, document in form.documents.items()
    ]
