"""Places in sessions: chosen, given up, and moved up to.

Locks: the edition, as in every action on its timetable; the guard `a_room_is_never_oversold` keeps the
promise against everyone else.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.models import Cohort, Room, Session
from courses.refusals import Refusal
from enrollment.models import Enrollment, PlaceChoice
from enrollment.seating import Wish, seat

log = logging.getLogger(__name__)


@transaction.atomic
def choose_place(
    *, enrollment: Enrollment, session: Session, room: Room | None, by, at: datetime
) -> PlaceChoice:
    """Attend `session` in `room`, or remotely for None; where the room is full, wait for a seat in it.

    Refusal after the edition's cut-off, or for a place the session does not have. Choosing again what is
    chosen keeps one's turn.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=session.cohort_id)
    session = Session.objects.get(pk=session.pk)
    refuse_choice(cohort, enrollment, session, at)
    rooms = {place.room_id: place.room for place in session.places.select_related("room") if place.room_id}
    remote = session.mode != Session.Mode.IN_PERSON
    if (room is None and not remote) or (room is not None and room.pk not in rooms):
        raise Refusal(_("The session does not have this place. Choose another one."))
    take_default_seats(session, rooms, at)
    mine = PlaceChoice.objects.filter(enrollment=enrollment, session=session).first()
    if mine is None or mine.room_id != (room and room.pk):
        PlaceChoice.objects.update_or_create(
            enrollment=enrollment,
            session=session,
            defaults={"room": room, "chosen_at": at, "seated": room is None},
        )
    fill_rooms(session, rooms)
    return PlaceChoice.objects.get(enrollment=enrollment, session=session)


@transaction.atomic
def leave_places(*, enrollment: Enrollment, by, at: datetime) -> list[Session]:
    """Free the seats of who no longer follows the edition, for those who wait; the sessions touched."""
    Cohort.objects.select_for_update(no_key=True).get(pk=enrollment.cohort_id)
    upcoming = Session.objects.upcoming(at).filter(choices__enrollment=enrollment)
    sessions = list(upcoming.order_by("pk").prefetch_related("places__room"))
    PlaceChoice.objects.filter(enrollment=enrollment, session__in=sessions).delete()
    for session in sessions:
        fill_rooms(session, {place.room_id: place.room for place in session.places.all() if place.room_id})
    return sessions


def refuse_choice(cohort: Cohort, enrollment: Enrollment, session: Session, at: datetime) -> None:
    """Refusal where nothing can be chosen any more, or not by this person."""
    members = Enrollment.objects.live().members_on(localdate(session.starts_at)).filter(cohort=cohort)
    if not members.filter(pk=enrollment.pk).exists():
        raise Refusal(_("Only who follows the edition on that day can choose a place."))
    if session.cancelled:
        raise Refusal(_("This session is cancelled."))
    if at > session.starts_at - timedelta(hours=cohort.choice_hours):
        raise Refusal(_("The place can no longer be changed: the session begins too soon."))


def take_default_seats(session: Session, rooms: dict[int, Room], at: datetime) -> None:
    """Whoever has not chosen chooses by default, in the order of admission, before anybody else does now."""
    members = Enrollment.objects.live().members_on(localdate(session.starts_at))
    undecided = members.filter(cohort=session.cohort_id).exclude(choices__session=session)
    choices = []
    for enrollment in undecided.order_by("admitted_at", "pk"):
        room = default_room(enrollment, session, rooms)
        if room is None and session.mode == Session.Mode.IN_PERSON:
            continue
        choices.append(
            PlaceChoice(enrollment=enrollment, session=session, room=room, chosen_at=at, seated=room is None)
        )
    PlaceChoice.objects.bulk_create(choices)
    fill_rooms(session, rooms)


def default_room(enrollment: Enrollment, session: Session, rooms: dict[int, Room]) -> Room | None:
    """The first room of one's hub, else of the edition's; None is remote.

    Who is remote by default still goes to a room where the session has nothing else.
    """
    if enrollment.access == Enrollment.Access.REMOTE and session.mode != Session.Mode.IN_PERSON:
        return None
    home = enrollment.hub_id or session.cohort.hub_id
    ordered = sorted(rooms.values(), key=lambda room: (room.hub_id != home, room.pk))
    return ordered[0] if ordered else None


def fill_rooms(session: Session, rooms: dict[int, Room]) -> None:
    """Give free seats to those who wait, in their order; nobody loses a seat to somebody else."""
    choices = {choice.pk: choice for choice in PlaceChoice.objects.filter(session=session)}
    wishes = [Wish(pk, one.room_id, one.chosen_at, one.seated) for pk, one in choices.items()]
    seats = seat(wishes, {pk: room.capacity for pk, room in rooms.items()})
    moved_up = [one.wish.person for one in seats if one.seated and not one.wish.seated]
    lost = [one.wish.person for one in seats if not one.seated and one.wish.seated]
    PlaceChoice.objects.filter(pk__in=lost).update(seated=False)
    PlaceChoice.objects.filter(pk__in=moved_up).update(seated=True)
    if moved_up:
        log.info("session %d: %d got a seat", session.pk, len(moved_up))
