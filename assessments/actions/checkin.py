"""Participants say themselves that they are there. Locks: the register of the session.

The revision of the register does not move: a check-in is never in the way of who is calling the roll.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.register import locked, refuse_final
from assessments.checkin_codes import Kind
from assessments.models import PresenceInterval
from assessments.presence import Attendance, Source
from assessments.roster import register_roster
from courses.models import Session
from courses.refusals import Refusal
from enrollment.models import Enrollment, Joining

log = logging.getLogger(__name__)

OPENS = timedelta(minutes=15)  # before the session begins
SAID = {Kind.ROOM: (Source.ROOM_CODE, Attendance.IN_PERSON), Kind.CALL: (Source.CALL_CODE, Attendance.REMOTE)}


@transaction.atomic
def check_in(*, session: Session, kind: Kind, scanned_at: datetime, by, at: datetime) -> PresenceInterval:
    """`by` read the code of this `kind` at `scanned_at`, which is judged by that moment, whenever it arrives.

    In the room it counts from that moment to the planned end. In the call from when they joined it
    through the portal, which the code confirms; who has not is refused. The second time, the first is
    returned. Where the roll has been called it stands beside it, as another source.
    """
    if session.cancelled:
        raise Refusal(_("This session is cancelled: there is nothing to check in to."))
    enrollment = register_roster(session).filter(user=by).first()
    if enrollment is None:
        raise Refusal(_("You are not on the roster of this session. Speak to the tutor of your edition."))
    register = locked(session)
    source, attendance = SAID[kind]
    told = PresenceInterval.objects.filter(session=session, enrollment=enrollment, source=source.value)
    if first := told.filter(supersedes=None).first():
        return first
    refuse_outside(session, scanned_at)
    refuse_final(register)
    interval = PresenceInterval.objects.create(
        session=session,
        enrollment=enrollment,
        source=source.value,
        attendance=attendance.value,
        starts_at=scanned_at if kind is Kind.ROOM else joined_at(session, enrollment, scanned_at),
        ends_at=session.ends_at,
        by=by,
        at=at,
    )
    log.info("%s checked in to session %d by the code of the %s", by.pk, session.pk, kind)
    return interval


def refuse_outside(session: Session, scanned_at: datetime) -> None:
    """Raise Refusal for a code read before its time or after it."""
    if scanned_at < session.starts_at - OPENS:
        raise Refusal(_("Checking in opens 15 minutes before the session."))
    if scanned_at >= session.ends_at:
        raise Refusal(_("The session is over: its codes are worth nothing any more."))


def joined_at(session: Session, enrollment: Enrollment, until: datetime) -> datetime:
    """When they first went into the call through the portal."""
    joinings = Joining.objects.filter(session=session, enrollment=enrollment, at__lte=until)
    if first := joinings.order_by("at").first():
        return first.at
    raise Refusal(_("Join the call by its button in the portal first, then type the code again."))
