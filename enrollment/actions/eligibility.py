"""The check of an application: admissible, incomplete, excluded with its ground, taken in again.

Locks: see `passages`.
"""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from courses.refusals import Refusal
from enrollment.models import Application, DocumentRequest, InterviewSlot, Offer, RequiredDocument
from enrollment.states import APPLICATION_PASSAGES

from .offers import offer_free_seats
from .passages import hold, pass_to

log = logging.getLogger(__name__)
State, Ground = Application.State, Application.Ground


@transaction.atomic
def declare_eligible(*, application: Application, by, at: datetime) -> Application:
    """It meets the requirements and its file is complete: from now on the committee judges it."""
    application = hold(application)
    if application.state == State.ELIGIBLE:
        return application
    if application.state != State.SUBMITTED:
        raise Refusal(
            _("Only an application waiting for the check can be declared admissible; this one is: %(state)s.")
            % {"state": application.get_state_display()}
        )
    pass_to(application, State.ELIGIBLE, by=by, at=at)
    return application


@transaction.atomic
def ask_for_documents(
    *,
    application: Application,
    documents: Iterable[RequiredDocument],
    message: str,
    due_at: datetime,
    by,
    at: datetime,
) -> DocumentRequest:
    """Ask, once in the life of an application, for what is missing or cannot be read, until `due_at`.

    The same request again is the one there is.
    """
    application = hold(application)
    wanted, message = set(documents), message.strip()
    asked = DocumentRequest.objects.filter(application=application).first()
    if asked:
        same = asked.due_at == due_at and asked.message == message and set(asked.documents.all()) == wanted
        if same and application.state == State.DOCUMENTS_ASKED:
            return asked
        raise Refusal(_("This applicant has already been asked for documents: that is done once."))
    if application.state != State.SUBMITTED:
        raise Refusal(_("Documents can be asked for only while an application waits for the check."))
    if not wanted or not message:
        raise Refusal(_("Say which documents are missing, and why."))
    if not wanted <= set(RequiredDocument.objects.filter(call__cohort=application.cohort)):
        raise Refusal(_("The call does not ask for these documents."))
    if due_at <= at:
        raise Refusal(_("The time to send the documents must lie in the future."))
    request = DocumentRequest.objects.create(
        application=application, message=message, asked_at=at, asked_by=by, due_at=due_at
    )
    request.documents.set(wanted)
    pass_to(application, State.DOCUMENTS_ASKED, by=by, at=at)
    return request


@transaction.atomic
def exclude(*, application: Application, ground: str, reason: str, by, at: datetime) -> Application:
    """Out of the selection, on a ground of the call and with a reason the applicant reads.

    Whoever holds an open offer is excluded only after it has been revoked; then its seat goes on.
    """
    if ground not in Ground or not reason.strip():
        raise Refusal(_("Say on which ground, and why, the application is excluded."))
    application = hold(application)
    if application.state == State.EXCLUDED and application.ground == ground:
        return application
    if State.EXCLUDED not in APPLICATION_PASSAGES[application.state]:
        raise Refusal(
            _("This application cannot be excluded: it is %(state)s.")
            % {"state": application.get_state_display()}
        )
    if Offer.objects.open().filter(application=application).exists():
        raise Refusal(_("Revoke the offer of a place first."))
    pass_to(application, State.EXCLUDED, by=by, at=at, reason=reason.strip(), ground=ground)
    offer_free_seats(cohort=application.cohort, by=None, at=at)
    return application


@transaction.atomic
def reinstate(*, application: Application, reason: str, by, at: datetime) -> Application:
    """Lift an exclusion, after an appeal or a mistake: it is admissible again.

    Whoever had been absent chooses another interview.
    """
    if not reason.strip():
        raise Refusal(_("Say why the exclusion is lifted."))
    application = hold(application)
    if application.state == State.ELIGIBLE:
        return application
    if application.state != State.EXCLUDED:
        raise Refusal(_("This application has not been excluded."))
    InterviewSlot.objects.filter(application=application, turnout=InterviewSlot.Turnout.ABSENT).release()
    pass_to(application, State.ELIGIBLE, by=by, at=at, reason=reason.strip())
    return application


def exclude_incomplete(*, at: datetime) -> list[Application]:
    """Exclude whoever has not sent the documents asked for by their hour; each in its own transaction.

    Run twice, or twice at once, it excludes once.
    """
    overdue = DocumentRequest.objects.overdue(at).select_related("application").order_by("due_at", "pk")
    return [excluded for request in list(overdue) if (excluded := exclude_if_overdue(request, at))]


@transaction.atomic
def exclude_if_overdue(request: DocumentRequest, at: datetime) -> Application | None:
    """None where the documents came, or the applicant withdrew, in the meantime."""
    application = hold(request.application)
    if not DocumentRequest.objects.overdue(at).filter(pk=request.pk).exists():
        return None
    pass_to(application, State.EXCLUDED, by=None, at=at, ground=Ground.INCOMPLETE)
    return application
