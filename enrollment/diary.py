"""One person's sessions, attended or taught: feeds the front page, the schedule and the calendar."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Exists,
    ExpressionWrapper,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone

from courses.access import sessions_tutored_by
from courses.hours import minutes_between
from courses.models import Hub, Session, SessionTeacher
from courses.models.session import title_of
from courses.models.wording import readers_language
from enrollment.models import Enrollment, Invitation, PlaceChoice
from enrollment.models.ready import ready
from enrollment.seating import Habit, usual_rooms

Mode = Session.Mode
PLACE = 9  # columns of a place, at the end of a row of the query


@dataclass(frozen=True, slots=True)
class Place:
    """A room, with its key and the hub it is in."""

    pk: int
    room: str
    hub: str
    address: str

    def __str__(self) -> str:
        return f"{self.room}, {self.hub}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A session as this person has it. Texts are in the reader's language, moments in Rome's time.

    `online` says a call is arranged; its address is only behind the join page. `taught` and `tutored` say
    the person teaches it or is its tutor, and has all its places; who attends it has one's own: `mode` and
    `places` are the room where they sit, or `online` the call. Who waits for a seat has the call meanwhile,
    if there is one, and `waits_for` the room; `by_choice` says that they chose for this very session.
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
    tutored: bool
    online: bool
    places: tuple[Place, ...]
    waits_for: Place | None
    by_choice: bool

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
        return self.mode != Mode.REMOTE and not self.places and not self.waits_for

    @property
    def needs_link(self) -> bool:
        """A call is planned and not arranged yet."""
        return self.mode != Mode.IN_PERSON and not self.online

    @property
    def title_as_module(self) -> bool:
        """No topic of its own: naming the module again would say it twice."""
        return self.title == self.module

    @property
    def attended(self) -> bool:
        """One is there to learn."""
        return not (self.taught or self.tutored)

    def over(self, at: datetime) -> bool:
        return self.ends_at <= at


def sessions_of(user):
    """The sessions `user` (or that key) attends, by membership on their day, teaches, or is tutor of.

    Whoever left has none.
    """
    followed = Enrollment.objects.live().filter(user=user)
    membership = followed.members_on(OuterRef("day")).filter(cohort=OuterRef("cohort"))
    teaching = SessionTeacher.objects.filter(session=OuterRef("pk"), instructor__user=user)
    mine = Session.objects.annotate(
        day=TruncDate("starts_at"),
        taught=Exists(teaching),
        tutored=ExpressionWrapper(sessions_tutored_by(user), BooleanField()),
    )
    # Naming the editions first spares the look at memberships for every session of the others.
    attended = Q(cohort__in=followed.values("cohort")) & Q(Exists(membership))
    attended &= Invitation.objects.expecting(enrollment__user=user)
    return mine.filter(Q(taught=True) | Q(tutored=True) | attended)


class Whole(Func):
    """Several columns as one array of whole numbers: one look where each would be one of its own."""

    template = "ARRAY[%(expressions)s]"
    output_field = ArrayField(BigIntegerField())


@ready
def rows_of(person: int, language: str) -> QuerySet:
    """A row for each session of `person` and each of its places, in order of time.

    `habits`, the same in every row, are the editions attended in person, each with the hub one goes to
    and its main hub; `choice` is the room chosen (None: remotely), whether a seat in it is theirs, and
    whether that was by default.
    """
    mine = Enrollment.objects.live().filter(user=person).order_by()
    habits = mine.exclude(access=Enrollment.Access.REMOTE).values(one=Whole("cohort", "hub", "cohort__hub"))
    choices = PlaceChoice.objects.filter(session=OuterRef("pk"), enrollment__user=person)
    number = BigIntegerField()
    choice = Whole(
        "room", Cast(Cast("seated", IntegerField()), number), Cast(Cast("by_default", IntegerField()), number)
    )
    return (
        sessions_of(person)
        .annotate(
            habits=ArraySubquery(habits),
            choice=Subquery(choices.order_by("-chosen_at").values(one=choice)[:1]),
        )
        .order_by("starts_at", "pk", "places__pk")
        .values_list(
            *("pk", "starts_at", "ends_at", "mode", "state", "purpose", "revision", "changed_at"),
            *("previous_starts_at", "change_reason", f"topic_{language}", f"module__title_{language}"),
            *(f"module__block__title_{language}", "module__block__counts_towards_total"),
            *("cohort__code", "cohort__programme__minutes", "taught", "tutored"),
            *("cohort", "habits", "choice"),
            *("places__pk", "places__room", "places__room__hub"),
            *("places__room__name", "places__room__hub__name"),
            *(f"places__room__hub__{part}" for part in ("address", "postal_code", "city", "province")),
        )
    )


def diary(person) -> list[Entry]:
    """The entries of `person`, in order of time: one query, whatever their number."""
    rows = rows_of(person.pk, readers_language())
    return [entry(list(places)) for _pk, places in groupby(rows, key=itemgetter(0))]


def entry_of(person, session: Session) -> Entry | None:
    """The one of `session`; None where it is not in the diary of `person`."""
    rows = [row for row in rows_of(person.pk, readers_language()) if row[0] == session.pk]
    return entry(rows) if rows else None


def entry(rows: list[tuple]) -> Entry:
    """The rows of one session, one for each of its places, in the reader's terms."""
    pk, starts_at, ends_at, mode, state, purpose, revision, changed_at, previous, reason, *rest = rows[0]
    topic, module, block, counts, cohort, programme_minutes, taught, tutored, *rest = rest
    edition, habits, choice, *_place = rest
    zone = timezone.get_current_timezone()
    found = [row[-PLACE:] for row in rows]
    online = any(key is not None and number is None for key, number, *_hub in found)
    rooms = {number: hub for _key, number, hub, *_words in found if number is not None}
    waits_for, by_choice = None, False
    if not (taught or tutored):
        habit = next((Habit(hub, main) for attended, hub, main in habits if attended == edition), None)
        mode, own, waits_for, by_choice = own_place(mode, rooms, habit, choice)
        rooms = {number: rooms[number] for number in own}
    place = {number: room(number, *words) for _key, number, _hub, *words in found if number is not None}
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
        title_of(purpose, topic, module),
        module,
        block,
        counts and purpose == Session.Purpose.TEACHING,
        cohort,
        programme_minutes,
        taught,
        tutored,
        online and mode != Mode.IN_PERSON,
        tuple(place[number] for number in rooms),
        place.get(waits_for),
        by_choice,
    )


def own_place(
    mode: str, rooms: dict[int, int], habit: Habit | None, choice: list[int | None] | None
) -> tuple[str, list[int], int | None, bool]:
    """One's mode and rooms, the room one waits for, and whether one chose: see `Entry`.

    `rooms` gives the hub of each. A choice the session no longer offers is as if it had not been made.
    """
    hybrid = mode == Mode.HYBRID
    chosen, seated, by_default = choice or (None, False, True)
    by_choice = not by_default
    if chosen in rooms:
        if seated:
            return Mode.IN_PERSON, [chosen], None, by_choice
        return (Mode.REMOTE if hybrid else mode), [], chosen, by_choice
    if hybrid and choice and chosen is None:
        return Mode.REMOTE, [], None, by_choice
    own = usual_rooms(rooms, habit, may_be_remote=mode != Mode.IN_PERSON)
    if hybrid and (rooms or habit is None):
        return (Mode.IN_PERSON if own else Mode.REMOTE), own, None, False
    return mode, own, None, False  # hybrid without a room yet: nobody can say where one is expected


@lru_cache(maxsize=1024)
def room(pk: int, name: str, hub: str, address: str, postal_code: str, city: str, province: str) -> Place:
    """A room with the address of its hub on one line."""
    at = Hub(name=hub, address=address, postal_code=postal_code, city=city, province=province)
    return Place(pk, name, hub, at.full_address)


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes of an edition held so far, of those the programme has."""

    cohort: str
    held: int
    total: int


def hours_so_far(entries: list[Entry], at: datetime) -> list[Hours]:
    """For each edition attended: the planned minutes of teaching that are over."""
    attended = [entry for entry in entries if entry.attended]
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
