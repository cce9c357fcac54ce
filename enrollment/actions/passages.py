"""One application at a time along its states. Locks, always in this order: edition, application, offer."""

import logging
from collections.abc import Collection
from datetime import datetime

from courses.actions.ledger import sign
from courses.models import Cohort
from enrollment.models import Application, InterviewSlot

log = logging.getLogger(__name__)


def hold(application: Application) -> Application:
    """`application` as it is now, locked after its edition. Must run inside `atomic`."""
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=application.cohort_id)
    held = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    held.cohort = cohort
    return held


def pass_to(application: Application, state: str, *, by, at: datetime, reason: str = "", **fields) -> None:
    """Write the new state and a line in the ledger of passages. The database refuses a forbidden one.

    `by` None is the portal itself; `fields` are written along. Whoever leaves the selection gives back
    an interview to come.
    """
    sign(by=by, at=at, reason=reason)
    changes = {"state": state, "ground": ""} | fields
    for name, value in changes.items():
        setattr(application, name, value)
    application.save(update_fields=changes)
    if state in (Application.State.EXCLUDED, Application.State.WITHDRAWN):
        InterviewSlot.objects.filter(application=application, starts_at__gt=at).release()
    log.info("application %d is now %s", application.pk, state)


def pass_all_to(applications: Collection[int], state: str, *, by, at: datetime, reason: str = "") -> None:
    """The same for many at once, by their keys, in one statement; each leaves its line in the ledger.

    For the outcomes of a ranking, of which none leaves the selection. Must run under the edition's lock.
    """
    sign(by=by, at=at, reason=reason)
    held = Application.objects.select_for_update(no_key=True).filter(pk__in=applications)
    moved = Application.objects.filter(pk__in=[*held.order_by("pk").values_list("pk", flat=True)])
    moved.update(state=state, ground="")
    log.info("%d applications are now %s", len(applications), state)
