"""Places in sessions: chosen, given up, moved up to, and given to whoever chose none.

Locks: the edition, as in every action on its timetable; the guard `a_room_is_never_oversold` keeps the
promise against everyone else.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from courses.models import Cohort, Hub, Room, Session, SessionPlace
from courses.refusals import Refusal
from enrollment.models import BY_INVITATION, Enrollment, PlaceChoice
from enrollment.seating import Habit, Wish, seat, usual_rooms

log = logging.getLogger(__name__)

Rooms = dict[int, Room]


@transaction.atomic
def choose_place(
    *, enrollment: Enrollment, session: Session, room: Room | None, by, at: datetime
) -> PlaceChoice:
    """Attend `session` in `room`, or remotely for None; where the room is full, wait for a seat in it.

    Refusal after the edition's cut-off, or for a place the session does not have. Choosing again what is
    chosen keeps one's turn. Whoever has not chosen comes before: see `seat_by_default`.
    """
    session = hold(session)
    refuse_choice(enrollment, session, at)
    rooms = rooms_of(session)
    if (room is None and not may_be_remote(session)) or (room is not None and room.pk not in rooms):
        raise Refusal(_("The session does not have this place. Choose another one."))
    seat_by_default(session, rooms, at)
    mine = PlaceChoice.objects.filter(enrollment=enrollment, session=session).first()
    if mine and mine.room_id == (room and room.pk):
        PlaceChoice.objects.filter(pk=mine.pk).update(by_default=False)
    else:
        wish = {"room": room, "chosen_at": at, "seated": room is None, "by_default": False}
        PlaceChoice.objects.update_or_create(
            enrollment=enrollment, session=session, defaults=wish | {"moved_up_at": None}
        )
    fill_rooms(session, rooms, at)
    return PlaceChoice.objects.get(enrollment=enrollment, session=session)


@transaction.atomic
def choose_usual_place(
    *, enrollment: Enrollment, access: str, hub: Hub | None, by, at: datetime
) -> Enrollment:
    """From now on attend as `access` says, in person at `hub`; None is the main hub of the edition.

    It counts for every session whose place can still be chosen and was not.
    """
    Cohort.objects.select_for_update(no_key=True).get(pk=enrollment.cohort_id)
    enrollment = Enrollment.objects.get(pk=enrollment.pk)
    if enrollment.state != Enrollment.State.ACTIVE:
        raise Refusal(_("Only who follows the edition can choose a place."))
    enrollment.access, enrollment.hub = access, hub
    enrollment.save(update_fields=["access", "hub"])
    made_for_them = PlaceChoice.objects.filter(enrollment=enrollment, by_default=True)
    open_still = Session.objects.filter(starts_at__gte=at + timedelta(hours=enrollment.cohort.choice_hours))
    for session in list(open_still.filter(choices__in=made_for_them).order_by("pk")):
        made_for_them.filter(session=session).delete()
        seat_by_default(session, rooms_of(session), at)
    return enrollment


@transaction.atomic
def leave_places(*, enrollment: Enrollment, by, at: datetime) -> list[Session]:
    """Free the seats of who no longer follows the edition, for those who wait; the sessions touched."""
    Cohort.objects.select_for_update(no_key=True).get(pk=enrollment.cohort_id)
    upcoming = Session.objects.upcoming(at).filter(choices__enrollment=enrollment)
    sessions = list(upcoming.order_by("pk"))
    PlaceChoice.objects.filter(enrollment=enrollment, session__in=sessions).delete()
    for session in sessions:
        fill_rooms(session, rooms_of(session), at)
    return sessions


def settle_places(*, at: datetime) -> list[Session]:
    """Give a place to whoever has none once it can no longer be chosen, and mend those of rooms that are
    no longer the session's; the sessions touched. What begins is not touched any more.
    """
    member = Enrollment.objects.live().members_on(OuterRef("day")).filter(cohort=OuterRef("cohort"))
    undecided = member.exclude(choices__session=OuterRef("pk"))
    invited = undecided.filter(invitations__session=OuterRef("pk"))
    lacking = Exists(undecided) & ~Q(purpose__in=BY_INVITATION) | Exists(invited)
    booked = SessionPlace.objects.filter(session=OuterRef("session"), room=OuterRef("room"))
    astray = PlaceChoice.objects.filter(~Exists(booked), session=OuterRef("pk"), room__isnull=False)
    roomy = SessionPlace.objects.filter(session=OuterRef("pk"), room__isnull=False)
    ahead = ExpressionWrapper(F("cohort__choice_hours") * Value(timedelta(hours=1)), DurationField())
    sessions = (
        Session.objects.live()
        .filter(Exists(roomy), starts_at__gt=at)
        .exclude(mode=Session.Mode.REMOTE)
        .annotate(day=TruncDate("starts_at"), ahead=ahead)
        .filter(lacking & Q(starts_at__lt=at + F("ahead")) | Q(Exists(astray)))
        .order_by("starts_at", "pk")
    )
    return [settle_places_of(session=session, at=at) for session in sessions]


@transaction.atomic
def settle_places_of(*, session: Session, at: datetime) -> Session:
    """The same for one session: who chose a room it lost gets another of that hub, in their turn."""
    session = hold(session)
    rooms = rooms_of(session)
    astray = PlaceChoice.objects.filter(session=session, room__isnull=False).exclude(room__in=rooms)
    sat = list(astray.filter(seated=True).values_list("pk", flat=True))
    for choice, hub in astray.values_list("pk", "room__hub"):
        there = [room for room in rooms.values() if room.hub_id == hub]
        mine = PlaceChoice.objects.filter(pk=choice)
        if there:
            mine.update(room=there[0], seated=False, moved_up_at=None)
        else:
            mine.delete()
    fill_rooms(session, rooms, at)
    PlaceChoice.objects.filter(pk__in=sat).update(moved_up_at=None)  # they had not waited
    if at > session.starts_at - timedelta(hours=session.cohort.choice_hours):
        seat_by_default(session, rooms, at)
    return session


def hold(session: Session) -> Session:
    """The session as it is now, with its edition locked."""
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=session.cohort_id)
    session = Session.objects.get(pk=session.pk)
    session.cohort = cohort
    return session


def rooms_of(session: Session) -> Rooms:
    """The rooms of the session by their keys, in the order they were booked."""
    places = SessionPlace.objects.filter(session=session).select_related("room").order_by("pk")
    return {place.room.pk: place.room for place in places if place.room}


def may_be_remote(session: Session) -> bool:
    return session.mode != Session.Mode.IN_PERSON


def refuse_choice(enrollment: Enrollment, session: Session, at: datetime) -> None:
    """Refusal where nothing can be chosen any more, or not by this person."""
    members = Enrollment.objects.live().attending(session)
    if not members.filter(pk=enrollment.pk).exists():
        raise Refusal(_("Only who follows the edition on that day can choose a place."))
    if session.cancelled:
        raise Refusal(_("This session is cancelled."))
    if at > session.starts_at - timedelta(hours=session.cohort.choice_hours):
        raise Refusal(_("The place can no longer be changed: the session begins too soon."))


def seat_by_default(session: Session, rooms: Rooms, at: datetime) -> None:
    """Whoever has not chosen gets a seat where they usually are, in the order of admission.

    Of several rooms of their hub the first with a free seat; when all are full they wait for the first.
    """
    hubs = {pk: room.hub_id for pk, room in rooms.items()}
    chosen = PlaceChoice.objects.filter(session=session)  # who waits comes before too
    free = {pk: room.capacity - chosen.filter(room=pk).count() for pk, room in rooms.items()}
    undecided = Enrollment.objects.live().attending(session).exclude(choices__session=session)
    choices = []
    for enrollment in undecided.order_by("admitted_at", "pk"):
        remote = enrollment.access == Enrollment.Access.REMOTE
        habit = None if remote else Habit(enrollment.hub_id, session.cohort.hub_id)
        usual = usual_rooms(hubs, habit, may_be_remote=may_be_remote(session))
        if not usual and not may_be_remote(session):
            continue  # in person, and no room yet
        room = next((room for room in usual if free[room] > 0), usual[0] if usual else None)
        if room is not None:
            free[room] -= 1
        wish = {"room_id": room, "chosen_at": at, "seated": room is None, "by_default": True}
        choices.append(PlaceChoice(enrollment=enrollment, session=session, **wish))
    PlaceChoice.objects.bulk_create(choices)
    fill_rooms(session, rooms, at)


def fill_rooms(session: Session, rooms: Rooms, at: datetime) -> None:
    """Give free seats to those who wait, in their order; nobody loses a seat to somebody else."""
    choices = {choice.pk: choice for choice in PlaceChoice.objects.filter(session=session)}
    wishes = [Wish(pk, one.room_id, one.chosen_at, one.seated) for pk, one in choices.items()]
    seats = seat(wishes, {pk: room.capacity for pk, room in rooms.items()})
    lost = [one.wish.person for one in seats if not one.seated and one.wish.seated]
    given = [one.wish.person for one in seats if one.seated and not one.wish.seated]
    PlaceChoice.objects.filter(pk__in=lost).update(seated=False, moved_up_at=None)
    PlaceChoice.objects.filter(pk__in=given, chosen_at=at).update(seated=True)
    moved_up = PlaceChoice.objects.filter(pk__in=given, seated=False).update(seated=True, moved_up_at=at)
    if moved_up:
        log.info("session %d: %d moved up to a seat", session.pk, moved_up)
