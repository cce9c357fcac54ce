"""Files of an application: with its draft, and once more when the office asks. Locks: see `passages`."""

import hashlib
import logging
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from courses.refusals import Refusal
from enrollment.models import Application, ApplicationFile, DocumentRequest, RequiredDocument

from .applications import hold_draft, take_snapshot
from .passages import hold, pass_to

log = logging.getLogger(__name__)
State = Application.State

MOST_FILES = 20  # of one application


@transaction.atomic
def add_file(
    *,
    application: Application,
    document: RequiredDocument,
    name: str,
    content_type: str,
    content: bytes,
    by,
    at: datetime,
) -> ApplicationFile:
    """Keep a file for a document the call asks for; `content` has been judged. The same again is one.

    Refused after the call's hour, and for a document the office asked for after the hour it gave.
    """
    application, since = hold_for_files(application, at)
    if document not in documents_wanted(application):
        raise Refusal(_("This document is not asked for."))
    digest = hashlib.sha256(content).hexdigest()
    came = application.files.filter(uploaded_at__gte=since) if since else application.files.all()
    if present := came.filter(document=document, digest=digest).first():
        return present
    if application.files.count() >= MOST_FILES:
        raise Refusal(_("An application has at most %(most)d files.") % {"most": MOST_FILES})
    file = ApplicationFile.objects.create(
        application=application,
        document=document,
        name=name,
        content_type=content_type,
        size=len(content),
        digest=digest,
        content=content,
        uploaded_at=at,
    )
    log.info("application %d has a file of %d bytes more", application.pk, file.size)
    return file


@transaction.atomic
def remove_file(*, file: ApplicationFile, by, at: datetime) -> None:
    """Take a file back before the office has it."""
    _application, since = hold_for_files(file.application, at)
    if since and file.uploaded_at < since:
        raise Refusal(_("A file the office has received is kept."))
    ApplicationFile.objects.filter(pk=file.pk).delete()


@transaction.atomic
def provide_documents(*, application: Application, by, at: datetime) -> Application:
    """Hand in what the office asked for, once and in time; a second snapshot says what it now has."""
    application = hold(application)
    if DocumentRequest.objects.filter(application=application, answered_at__isnull=False).exists():
        return application
    request = refuse_unasked(application, at)
    if still_asked_for(request):
        raise Refusal(_("A document the office asked for is still missing."))
    request.answered_at = at
    request.save(update_fields=["answered_at"])
    pass_to(application, State.SUBMITTED, by=by, at=at)
    take_snapshot(application, at)
    return application


def still_asked_for(request: DocumentRequest) -> list[RequiredDocument]:
    """The documents the office asked for without a file that came since."""
    come = request.application.files.filter(uploaded_at__gte=request.asked_at)
    return list(request.documents.exclude(pk__in=come.values("document")))


def documents_wanted(application: Application) -> QuerySet[RequiredDocument]:
    """What files are taken for now: in a draft all the call asks for, later what the office asked for."""
    if application.state == State.DRAFT:
        return RequiredDocument.objects.filter(call__cohort=application.cohort_id)
    return RequiredDocument.objects.filter(asked_in__application=application)


def hold_for_files(application: Application, at: datetime) -> tuple[Application, datetime | None]:
    """`application`, locked, while files may come and go; since when, if the office asked for them.

    Must run inside `atomic`.
    """
    if application.state == State.DRAFT:
        return hold_draft(application, at), None
    application = hold(application)
    return application, refuse_unasked(application, at).asked_at


def refuse_unasked(application: Application, at: datetime) -> DocumentRequest:
    """What the office waits for; Refusal when it waits for nothing or the time to send it is over."""
    request = DocumentRequest.objects.filter(application=application).first()
    if request is None or application.state != State.DOCUMENTS_ASKED:
        raise Refusal(_("The office is not waiting for documents from you."))
    if at >= request.due_at:
        raise Refusal(_("The time to send these documents is over."))
    return request
