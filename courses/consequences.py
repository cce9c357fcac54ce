"""What moving, cancelling or restoring a session touches: each room says its part, the roof collects them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from courses.drafts import LONGEST_JOURNEY, Level, judge
from courses.models import Session
from courses.timetable import (
    edition_of,
    permits_of,
    place_of,
    released_elsewhere,
    with_all,
)
from courses.wording import in_words


@dataclass(frozen=True)
class Becoming:
    """What a session is to be; `rooms` None where they stay."""

    starts_at: datetime
    ends_at: datetime
    mode: str
    rooms: tuple | None = None
    cancelled: bool = False


@dataclass(frozen=True)
class Consequence:
    """One thing to know before; a `barred` one will not let it happen."""

    sentence: str
    barred: bool = False


def of_session(session: Session, becoming: Becoming) -> Iterable[Consequence]:
    """Clashes and absences at the new time, instructors told, and a draft that will have to catch up."""
    if not becoming.cancelled:
        yield from _clashes(session, becoming)
    names = [row.instructor.name for row in session.teachers.select_related("instructor")]
    if names:
        yield Consequence(_("Instructors told: %(names)s.") % {"names": ", ".join(names)})
    if session.drafted.filter(draft__state="open").exists():
        yield Consequence(_("An open draft has this session: it will have to take the change over."))


def _clashes(session: Session, becoming: Becoming) -> Iterable[Consequence]:
    """What `courses.drafts` says of this one session among all released ones."""
    cohort = session.cohort
    released = Session.objects.live().exclude(pk=session.pk)
    near = released.filter(
        starts_at__lt=becoming.ends_at + LONGEST_JOURNEY, ends_at__gt=becoming.starts_at - LONGEST_JOURNEY
    )
    others = [released_elsewhere(one) for one in with_all(near)]
    [here] = [released_elsewhere(one) for one in with_all(Session.objects.filter(pk=session.pk))]
    rooms = here.rooms if becoming.rooms is None else tuple(map(place_of, becoming.rooms))
    moved = replace(
        here, starts_at=becoming.starts_at, ends_at=becoming.ends_at, mode=becoming.mode, rooms=rooms
    )
    people = {teacher.key for teacher in here.teachers}
    edition = edition_of(cohort, people, {room.hub for room in rooms})
    mine = [moved, *(one for one in others if one.edition == cohort.code)]
    theirs = [one for one in others if one.edition != cohort.code]
    for found in judge(edition, mine, theirs, permits_of(cohort)).found:
        if moved.key not in found.sessions or found.level is Level.LOW:
            continue
        sentence = in_words(found.reason)
        if found.permit:
            facts = {"by": found.permit.by, "reason": found.permit.reason}
            sentence += " " + _("Permitted by %(by)s: %(reason)s") % facts
        yield Consequence(sentence, barred=found.level is Level.HARD)
