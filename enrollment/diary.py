"""One person's sessions, attended or taught: feeds the front page, the schedule and the calendar."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import JSONObject, TruncDate
from django.utils import timezone
from django.utils.translation import get_language

from courses.hours import minutes_between
from courses.models import Hub, Session, SessionPlace, SessionTeacher
from enrollment.models import Enrollment

JOIN_OPENS = timedelta(minutes=15)  # before the session begins


@dataclass(frozen=True, slots=True)
class Place:
    """A room, with the hub it is in."""

    room: str
    hub: str
    address: str

    def __str__(self) -> str:
        return f"{self.room}, {self.hub}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A session as this person has it. Texts are in the reader's language, moments in Rome's time.

    `online` says a call is arranged; its address is only behind the join page. `taught` says the
    person teaches it, otherwise they attend it.
    """

    pk: int
    starts_at: datetime
    ends_at: datetime
    mode: str
    state: str
    purpose: str
    revision: int
    changed_at: datetime
    previous_starts_at: datetime | None
    change_reason: str
    title: str
    module: str
    block: str
    counts: bool
    cohort: str
    programme_minutes: int
    taught: bool
    online: bool
    places: tuple[Place, ...]

    @property
    def day(self) -> date:
        """The day in Rome."""
        return self.starts_at.date()

    @property
    def minutes(self) -> int:
        """Planned length."""
        return minutes_between(self.starts_at, self.ends_at)

    @property
    def cancelled(self) -> bool:
        return self.state == Session.State.CANCELLED

    @property
    def moved(self) -> bool:
        """It takes place, at another time than once told."""
        return self.previous_starts_at is not None and not self.cancelled

    @property
    def needs_room(self) -> bool:
        """People are expected somewhere, and nobody has said where yet."""
        return self.mode != Session.Mode.REMOTE and not self.places

    @property
    def needs_link(self) -> bool:
        """A call is planned and not arranged yet."""
        return self.mode != Session.Mode.IN_PERSON and not self.online

    @property
    def title_as_module(self) -> bool:
        """No topic of its own: naming the module again would say it twice."""
        return self.title == self.module

    def over(self, at: datetime) -> bool:
        return self.ends_at <= at

    def may_join(self, at: datetime) -> bool:
        """The call is open: from 15 minutes before the beginning to the end."""
        return self.online and not self.cancelled and self.starts_at - JOIN_OPENS <= at < self.ends_at


def sessions_of(user):
    """The sessions `user` (or that key) attends, by membership on their day, or teaches.

    Whoever left has none.
    """
    membership = (
        Enrollment.objects.live().members_on(OuterRef("day")).filter(user=user, cohort=OuterRef("cohort"))
    )
    teaching = SessionTeacher.objects.filter(session=OuterRef("pk"), instructor__user=user)
    mine = Session.objects.annotate(day=TruncDate("starts_at"), taught=Exists(teaching))
    return mine.filter(Q(taught=True) | Exists(membership))


def diary(user, *filters: Q) -> list[Entry]:
    """The entries of `user` in order of time, narrowed by `filters`: one query, whatever their number."""
    language = "en" if get_language() == "en" else "it"
    rooms = SessionPlace.objects.filter(session=OuterRef("pk"), room__isnull=False).order_by("pk")
    calls = SessionPlace.objects.filter(session=OuterRef("pk"), room__isnull=True)
    hub = {name: F(f"room__hub__{name}") for name in ("address", "postal_code", "city", "province")}
    rows = (
        sessions_of(user)
        .filter(*filters)
        .order_by("starts_at", "pk")
        .values_list(
            *("pk", "starts_at", "ends_at", "mode", "state", "purpose", "revision", "changed_at"),
            *("previous_starts_at", "change_reason", f"topic_{language}", f"module__title_{language}"),
            *(f"module__block__title_{language}", "module__block__counts_towards_total"),
            *("cohort__code", "cohort__programme__minutes", "taught"),
            Exists(calls),
            ArraySubquery(rooms.values(one=JSONObject(room="room__name", hub="room__hub__name", **hub))),
        )
    )
    return [entry(*row) for row in rows]


def entry(
    pk, starts_at, ends_at, mode, state, purpose, revision, changed_at, previous, reason, *rest
) -> Entry:
    """A row of the query, in the reader's terms."""
    topic, module, block, counts, cohort, programme_minutes, taught, online, rooms = rest
    zone = timezone.get_current_timezone()
    return Entry(
        pk,
        starts_at.astimezone(zone),
        ends_at.astimezone(zone),
        mode,
        state,
        purpose,
        revision,
        changed_at,
        previous and previous.astimezone(zone),
        reason,
        topic or module,
        module,
        block,
        counts and purpose == Session.Purpose.TEACHING,
        cohort,
        programme_minutes,
        taught,
        online,
        tuple(place(**room) for room in rooms),
    )


def place(room: str, hub: str, **address: str) -> Place:
    """A room with the address of its hub on one line."""
    return Place(room, hub, Hub(name=hub, **address).full_address)


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes of an edition held so far, of those the programme has."""

    cohort: str
    held: int
    total: int


def hours_so_far(entries: list[Entry], at: datetime) -> list[Hours]:
    """For each edition attended: the planned minutes of teaching that are over."""
    attended = [entry for entry in entries if not entry.taught]
    totals = {entry.cohort: entry.programme_minutes for entry in attended}
    return [
        Hours(
            cohort,
            sum(
                e.minutes
                for e in attended
                if e.cohort == cohort and e.counts and not e.cancelled and e.over(at)
            ),
            total,
        )
        for cohort, total in totals.items()
    ]
