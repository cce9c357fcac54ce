"""What moving, cancelling or restoring a session touches: each room says its part, the roof collects them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from courses.drafts import LONGEST_JOURNEY, Drafted, Finding, Found, Level, Teacher, judge
from courses.models import Instructor, Session, TeachingKind
from courses.models.timetable import OverrideLevel
from courses.timetable import (
    edition_of,
    permits_of,
    place_of,
    released_elsewhere,
    with_all,
)
from courses.wording import in_words

# What weighs little and is still to be known before; the rest of it is read in a draft.
SAID = {Finding.OVERRUN, Finding.SEATS_SHORT, Finding.CLOCKS_CHANGE}


@dataclass(frozen=True)
class Becoming:
    """What a session is to be; `rooms` None where they stay. Of what has begun nobody is `told`."""

    starts_at: datetime
    ends_at: datetime
    mode: str
    rooms: tuple | None = None
    cancelled: bool = False
    told: bool = True


@dataclass(frozen=True)
class Consequence:
    """One thing to know before: a clash, if `found`."""

    sentence: str
    found: Found | None = None

    @property
    def level(self) -> str:
        """How much a clash weighs, in words, where it is no bar."""
        return str(OverrideLevel(self.found.level).label) if self.found and not self.barred else ""

    @property
    def barred(self) -> bool:
        """It will not let it happen."""
        return self.found is not None and self.found.level is Level.HARD

    @property
    def to_permit(self) -> bool:
        """It happens only in somebody's name and with a reason."""
        return self.found is not None and self.found.bars and not self.barred


def of_session(session: Session, becoming: Becoming) -> Iterable[Consequence]:
    """Clashes and absences at the new time, instructors told, and a draft that will have to catch up."""
    if not becoming.cancelled:
        yield from _clashes(session, becoming)
    people = [row.instructor for row in session.teachers.select_related("instructor")]
    if not becoming.told:
        yield Consequence(_("Nobody is told: it has begun."))
    else:
        if names := [one.name for one in people if one.user_id]:
            yield Consequence(_("Instructors told: %(names)s.") % {"names": ", ".join(names)})
        yield from _unreachable(people)
    if session.drafted.filter(draft__state="open").exists():
        yield Consequence(_("An open draft has this session: it will have to take the change over."))


def of_substitution(session: Session, out: Instructor, into: Instructor) -> Iterable[Consequence]:
    """Clashes and absences of who comes, and who cannot be told."""
    here = _as_it_stands(session)
    academic = into.kind == TeachingKind.ACADEMIC
    teachers = tuple(
        Teacher(into.pk, into.name, academic, one.share, one.minutes) if one.key == out.pk else one
        for one in here.teachers
    )
    yield from _judged(session, replace(here, teachers=teachers))
    yield from _unreachable([out, into])


def _unreachable(people: Iterable[Instructor]) -> Iterable[Consequence]:
    """Whom no mail reaches."""
    if names := [one.name for one in people if not one.user_id]:
        yield Consequence(_("Not told, as they have no account: %(names)s.") % {"names": ", ".join(names)})


def _clashes(session: Session, becoming: Becoming) -> Iterable[Consequence]:
    """At another time, in another place."""
    here = _as_it_stands(session)
    rooms = here.rooms if becoming.rooms is None else tuple(map(place_of, becoming.rooms))
    begins, ends = becoming.starts_at, becoming.ends_at
    moved = replace(here, starts_at=begins, ends_at=ends, mode=becoming.mode, rooms=rooms)
    return _judged(session, moved)


def _as_it_stands(session: Session) -> Drafted:
    """A released session, to be judged otherwise."""
    [here] = [released_elsewhere(one) for one in with_all(Session.objects.filter(pk=session.pk))]
    return here


def _judged(session: Session, moved: Drafted) -> Iterable[Consequence]:
    """What `courses.drafts` says of this one session among all released ones."""
    cohort = session.cohort
    released = Session.objects.live().exclude(pk=session.pk)
    near = released.filter(
        starts_at__lt=moved.ends_at + LONGEST_JOURNEY, ends_at__gt=moved.starts_at - LONGEST_JOURNEY
    )
    others = [released_elsewhere(one) for one in with_all(near)]
    people = {teacher.key for teacher in moved.teachers}
    edition = edition_of(cohort, people, {room.hub for room in moved.rooms})
    mine = [moved, *(one for one in others if one.edition == cohort.code)]
    theirs = [one for one in others if one.edition != cohort.code]
    for found in judge(edition, mine, theirs, permits_of(cohort)).found:
        if moved.key not in found.sessions or (found.level is Level.LOW and found.reason.code not in SAID):
            continue
        sentence = in_words(found.reason)
        if found.permit:
            facts = {"by": found.permit.by, "reason": found.permit.reason}
            sentence += " " + _("Permitted by %(by)s: %(reason)s") % facts
        yield Consequence(sentence, found)
