"""An application from its first word to its receipt, and stepping back. Locks: see `passages`."""

import hashlib
import json
import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from courses.models import Cohort
from courses.refusals import Refusal
from enrollment.models import (
    WRITTEN,
    Application,
    ApplicationSnapshot,
    Call,
    Nomination,
    RequiredDocument,
)

from .offers import offer_free_seats
from .passages import hold, pass_to

log = logging.getLogger(__name__)
State = Application.State

# Taken over from the person's last application: why one wants to take part, one writes anew.
TAKEN_OVER = [name for name in WRITTEN if name not in ("motivation", "special_needs", "employer_may_know")]


class ChangedMeanwhile(Refusal):
    """Somebody saved upon what the saver had not seen: the same person, on another device."""


def refuse_closed(cohort: Cohort, at: datetime) -> Call:
    """The open call of `cohort`; Refusal outside its hours, on the server's clock."""
    call = Call.objects.filter(cohort=cohort).first()
    if call is None or at < call.opens_at:
        raise Refusal(_("Applications to this edition are not open yet."))
    if not call.is_open(at):
        raise Refusal(_("Applications to this edition are closed."))
    return call


@transaction.atomic
def start_application(*, cohort: Cohort, by, at: datetime) -> Application:
    """`by`'s application to `cohort`: the one under way, or a new draft while the call is open.

    A new draft begins with what the person wrote of themselves the last time.
    """
    present = Application.objects.live().filter(user=by, cohort=cohort).first()
    if present:
        return present
    refuse_closed(cohort, at)
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    last = Application.objects.sent().filter(user=by).order_by("-submitted_at").first()
    draft, created = Application.objects.live().get_or_create(
        user=by,
        cohort=cohort,
        defaults={"state": State.DRAFT, "saved_at": at}
        | ({name: getattr(last, name) for name in TAKEN_OVER} if last else {}),
    )
    if created:
        log.info("application %d to %s begun", draft.pk, cohort)
    return draft


def hold_draft(application: Application, at: datetime) -> Application:
    """`application` locked, if it is a draft and the call is open. Must run inside `atomic`."""
    draft = (
        Application.objects.select_for_update(no_key=True, of=["self"])
        .select_related("cohort")
        .get(pk=application.pk)
    )
    if draft.state != State.DRAFT:
        raise Refusal(_("This application has been sent and cannot be changed any more."))
    refuse_closed(draft.cohort, at)
    return draft


@transaction.atomic
def save_draft(
    *, application: Application, written: Mapping[str, object], seen: int, by, at: datetime
) -> Application:
    """Keep what was typed so far, however incomplete; `seen` is the revision it was typed upon.

    Refused when another device has saved meanwhile, when the application has been sent and when the
    call is closed. What is already so is not written again, so the same saving twice is one.
    """
    draft = hold_draft(application, at)
    changes = {
        name: value for name, value in written.items() if name in WRITTEN and getattr(draft, name) != value
    }
    if not changes:
        return draft
    if draft.revision != seen:
        raise ChangedMeanwhile(_("This draft has been changed on another device meanwhile."))
    for name, value in changes.items():
        setattr(draft, name, value)
    draft.revision, draft.saved_at = draft.revision + 1, at
    draft.save(update_fields=[*changes, "revision", "saved_at"])
    return draft


@transaction.atomic
def nominate(*, application: Application, nomination: Nomination | None, by, at: datetime) -> Application:
    """Apply as one of those an employer nominates, or no longer; the database counts its places."""
    draft = hold_draft(application, at)
    draft.nomination, draft.saved_at = nomination, at
    draft.save(update_fields=["nomination", "saved_at"])
    return draft


def missing_documents(application: Application) -> list[RequiredDocument]:
    """What the call requires and the application does not have yet."""
    required = RequiredDocument.objects.filter(call__cohort=application.cohort_id, required=True)
    return list(required.exclude(files__application=application))


@transaction.atomic
def submit(*, application: Application, by, at: datetime, seen: int | None = None) -> Application:
    """Send it: complete, within the call, once. It gets its receipt number and is frozen.

    Sent again, the same application with the same number. `seen` is the revision the person had
    before them: what another device wrote since is not sent unread.
    """
    application = hold(application)
    if application.state != State.DRAFT:
        return application
    refuse_closed(application.cohort, at)
    if seen not in (None, application.revision):
        raise ChangedMeanwhile(_("This draft has been changed on another device meanwhile."))
    if application.gaps or missing_documents(application):
        raise Refusal(_("Something is still missing: the application cannot be sent yet."))
    latest = Application.objects.filter(cohort=application.cohort).aggregate(latest=Max("number"))["latest"]
    pass_to(
        application,
        State.SUBMITTED,
        by=by,
        at=at,
        submitted_at=at,
        privacy_read_at=at,
        number=(latest or 0) + 1,
    )
    take_snapshot(application, at)
    return application


def take_snapshot(application: Application, at: datetime) -> ApplicationSnapshot:
    """Freeze what the office now has, with the digest of every file."""
    content = {
        "receipt": application.receipt,
        "name": application.user.name,
        "email": application.user.email,
        "written": {name: getattr(application, name) for name in WRITTEN if name != "born_on"}
        | {"born_on": application.born_on and application.born_on.isoformat()},
        "files": [
            {"id": str(file.pk), "document": file.document.title_it, "name": file.name, "sha256": file.digest}
            for file in application.files.select_related("document")
        ],
    }
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return ApplicationSnapshot.objects.create(
        application=application,
        number=application.snapshots.count() + 1,
        taken_at=at,
        content=content,
        digest=hashlib.sha256(canonical.encode()).hexdigest(),
    )


@transaction.atomic
def withdraw_application(*, application: Application, by, at: datetime) -> Application:
    """The applicant steps back. An open offer is declined instead, a draft thrown away.

    An interview chosen and not yet held is free again, and so is a seat whose offer had been revoked.
    """
    application = hold(application)
    if application.state == State.WITHDRAWN:
        return application
    if not application.may_be_withdrawn:
        raise Refusal(_("This application can no longer be withdrawn."))
    pass_to(application, State.WITHDRAWN, by=by, at=at)
    offer_free_seats(cohort=application.cohort, by=None, at=at)
    return application


@transaction.atomic
def throw_away(*, application: Application, by, at: datetime) -> None:
    """Delete a draft with its files; nothing of it was ever received."""
    application = Application.objects.select_for_update().get(pk=application.pk)
    if application.state != State.DRAFT:
        raise Refusal(_("This application has been sent: it can only be withdrawn."))
    application.delete()
