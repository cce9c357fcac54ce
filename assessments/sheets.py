"""What a register says, row by row: the same for its page, its paper, its table and its seal."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from assessments.models import PresenceInterval, Register, Signature
from assessments.presence import Attendance, Credit, Disagreement, Interval, credit, disagreements
from assessments.roster import rosters
from assessments.seal import Rectified, Verdict, verify
from courses.models import Session, SessionPlace, SessionTeacher
from enrollment.models import Enrollment, PlaceChoice

HEAD = "session"


@dataclass(frozen=True)
class Line:
    """One person of a register: what is said of them and what counts."""

    enrollment: Enrollment
    session: Session
    intervals: tuple[PresenceInterval, ...]

    @cached_property
    def spells(self) -> list[Interval]:
        """The intervals as the pure rules read them."""
        return [one.interval for one in self.intervals]

    @cached_property
    def credit(self) -> Credit:
        return credit(self.spells, starts_at=self.session.starts_at, ends_at=self.session.ends_at)

    @cached_property
    def disagreements(self) -> tuple[Disagreement, ...]:
        return disagreements(self.spells, starts_at=self.session.starts_at, ends_at=self.session.ends_at)

    @property
    def told(self) -> bool:
        """Somebody has said something about this person."""
        return bool(self.intervals)

    @property
    def row(self) -> dict[str, Any]:
        """As it is sealed."""
        return row_of(self.enrollment, self.credit)


@dataclass(frozen=True)
class Sheet:
    """A register with its session and everybody on its roster."""

    register: Register
    session: Session
    lines: list[Line]

    @property
    def untold(self) -> list[Line]:
        """Of whom nobody has said anything yet."""
        return [line for line in self.lines if not line.told]

    @property
    def present(self) -> int:
        """People with at least a minute."""
        return sum(line.credit.minutes > 0 for line in self.lines)

    @property
    def absent(self) -> int:
        """People the record says were not there."""
        return sum(line.told and not line.credit.minutes for line in self.lines)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The head and one row per person, as they are sealed."""
        return [self.head, *(line.row for line in self.lines)]

    @property
    def head(self) -> dict[str, Any]:
        """What was given, when and by whom; `name` holds names of that time, which are not compared."""
        register, session = self.register, self.session
        signed = {one.instructor_id: one for one in register.signatures.all()} if register.pk else {}
        teachers = sorted(session.teachers.all(), key=lambda one: one.pk)
        return {
            "key": HEAD,
            "name": {
                "module": {"it": session.module.title_it, "en": session.module.title_en},
                "places": [place_of(place) for place in session.places.all()],
                "instructors": [teacher.instructor.name for teacher in teachers],
                "closed": register.closed_by.name if register.closed_by else "",
                "funding": session.cohort.funding,
            },
            "session": session.pk,
            "module": session.module.code,
            "purpose": session.purpose,
            "mode": session.mode,
            "starts": stamp(session.starts_at),
            "ends": stamp(session.ends_at),
            "began": stamp(register.started_at),
            "finished": stamp(register.finished_at),
            "topic": register.topic,
            "note": register.note,
            "signed": stamp(register.signed_at),
            "closed": stamp(register.closed_at),
            "instructors": [given_by(teacher, signed.get(teacher.instructor_id)) for teacher in teachers],
        }


def given_by(teacher: SessionTeacher, signature: Signature | None) -> dict[str, Any]:
    """One instructor's part; the minutes are those signed for, before that those planned."""
    return {
        "instructor": teacher.instructor_id,
        "kind": teacher.kind,
        "minutes": signature.minutes if signature else teacher.minutes,
        "signed": stamp(signature.at if signature else None),
    }


def place_of(place: SessionPlace) -> str:
    """A room with its address, or the address of the call."""
    return f"{place.room.name}, {place.room.hub}, {place.room.hub.full_address}" if place.room else place.link


def row_of(person: Enrollment, counted: Credit) -> dict[str, Any]:
    """One person's row as it is sealed: minutes are whole, times are UTC to the second."""
    return {
        "key": str(person.pk),
        "name": person.user.name,
        "attendance": counted.attendance.value if counted.minutes else "",
        "entered": stamp(counted.entered_at),
        "left": stamp(counted.left_at),
        "minutes": counted.minutes,
        "in_person": counted.in_person,
        "source": counted.source.value if counted.source else "",
        "remarks": [remark.value for remark in counted.remarks],
    }


def stamp(moment: datetime | None) -> str:
    """An instant as RFC 3339 in UTC to the second, which is cut off; nothing for none."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else ""


def with_all_it_shows(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """What the head of a register names is read with them."""
    return sessions.select_related("cohort__programme", "module__block").prefetch_related(
        "teachers__instructor", "places__room__hub"
    )


def sheet_of(session: Session) -> Sheet:
    """The register of one session; unsaved where nobody has written into it."""
    [sheet] = sheets_of([session])
    return sheet


def sheets_of(sessions: Collection[Session]) -> list[Sheet]:
    """The registers of sessions of one edition: the queries are the same for one and for a thousand."""
    registers = (
        Register.objects.filter(session__in=sessions)
        .select_related("closed_by", "locked_by")
        .prefetch_related("signatures", "rectifications")
    )
    kept = {register.session_id: register for register in registers}
    intervals, people = live_intervals([session.pk for session in sessions]), rosters(sessions)
    return [
        Sheet(
            kept.get(session.pk) or Register(session=session, cohort_id=session.cohort_id),
            session,
            [Line(person, session, tuple(intervals[session.pk, person.pk])) for person in people[session.pk]],
        )
        for session in sessions
    ]


def live_intervals(sessions: Iterable[int]) -> defaultdict[tuple[int, int], list[PresenceInterval]]:
    """(session, enrollment) → what is said of it and stands."""
    found: defaultdict[tuple[int, int], list[PresenceInterval]] = defaultdict(list)
    for interval in PresenceInterval.objects.live().filter(session__in=sessions):
        found[interval.session_id, interval.enrollment_id].append(interval)
    return found


def verdict(sheet: Sheet) -> Verdict:
    """Whether the seal of a locked register still stands, against what is recorded now."""
    register = sheet.register
    later = [
        Rectified(one.after["key"], one.before, one.after)
        for one in register.rectifications.all()
        if register.locked_at and one.at >= register.locked_at
    ]
    return verify(register.rows or [], register.digest, sheet.rows, later)


def meant(sheet: Sheet) -> dict[int, Attendance]:
    """Enrollment → how each of the roster is expected: as they chose, or as they usually attend."""
    mode = sheet.session.mode
    if mode != Session.Mode.HYBRID:
        only = Attendance.REMOTE if mode == Session.Mode.REMOTE else Attendance.IN_PERSON
        return {line.enrollment.pk: only for line in sheet.lines}
    chosen = dict(PlaceChoice.objects.filter(session=sheet.session).values_list("enrollment", "room"))
    remote = {
        line.enrollment.pk: chosen.get(line.enrollment.pk, 0) is None
        or (line.enrollment.pk not in chosen and line.enrollment.access == Enrollment.Access.REMOTE)
        for line in sheet.lines
    }
    return {pk: Attendance.REMOTE if away else Attendance.IN_PERSON for pk, away in remote.items()}


def whose(sheet: Sheet, keys: Iterable[str]) -> list[str]:
    """The names behind keys of rows, as they were sealed or as they are."""
    names = {row["key"]: row["name"] for row in (*sheet.rows, *(sheet.register.rows or []))}
    return [names[key] for key in keys if key != HEAD and key in names]
