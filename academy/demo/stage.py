"""The stage of the demo: who and what is there before anything happens, and the order of the acts."""

from collections.abc import Callable
from datetime import date, datetime, time

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from academy.demo import cast, editions, timetable
from academy.demo.editions import Edition
from academy.demo.logins import PASSWORD
from academy.demo.timetable import Arranged
from academy.models import User
from academy.rights import set_up_office
from courses.actions.programme import load_curriculum
from courses.models import Closure, Cohort, Hub, Instructor, Module, Organisation, Programme, Room
from courses.workdays import Closure as ClosedDays
from courses.workdays import instant
from enrollment.models import Agreement

Act = Callable[[datetime], object]
BEGINNING = date(2021, 10, 1)


class Stage:
    """Acts with their moments, and the rows they share, found by name or code."""

    programme: Programme
    office: User

    def __init__(self, today: date) -> None:
        self.today = today
        self.acts: list[tuple[datetime, int, Act]] = []
        self.password = make_password(PASSWORD)
        self.people: dict[str, User] = {}
        self.instructors: dict[str, Instructor] = {}
        self.rooms: dict[str, Room] = {}
        self.modules: dict[str, Module] = {}
        self.cohorts: dict[str, Cohort] = {}
        self.agreements: list[Agreement] = []

    def at(self, day: date, hour: int, minute: int, act: Act) -> None:
        """Let `act` happen on `day` at that time in Turin; at one moment, in the order they are told."""
        self.acts.append((instant(day, time(hour, minute)), len(self.acts), act))

    def play(self) -> None:
        """All acts before today, in their order."""
        tonight = instant(self.today, time())
        for at, _number, act in sorted(self.acts, key=lambda entry: entry[:2]):
            if at < tonight:
                act(at)

    def sign_up(self, name: str, at: datetime, *, language: str = "it", staff: bool = False) -> User:
        """The account of that name, its address confirmed; whoever has one keeps it."""
        if name not in self.people:
            user = User.objects.create(
                email=cast.address(name),
                name=name,
                language=language,
                is_staff=staff,
                password=self.password,
                date_joined=at,
                consented_at=at,
            )
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            self.people[name] = user
        return self.people[name]

    def set_up(self, at: datetime) -> None:
        """The office, the programme, places, agreements and instructors, as the office enters them."""
        self.office = self.sign_up(cast.OFFICE, at, staff=True)
        self.office.groups.add(set_up_office())
        self.programme = load_curriculum(path=timetable.PROGRAMME, by=self.office, at=at)
        self.modules = {
            module.code: module for module in Module.objects.filter(block__programme=self.programme)
        }
        for entry in cast.hubs():
            self.open_hub(**entry)
        for days in editions.closures(self.today):
            close(days)
        for text in cast.call()["agreement"]:
            self.agreements.append(Agreement.objects.create(version=1, in_force_from=at, **text))
        for teacher in cast.teachers():
            organisation, _ = Organisation.objects.get_or_create(
                name=teacher.organisation, defaults={"kind": teacher.organisation_kind}
            )
            self.instructors[teacher.name] = Instructor.objects.create(
                user=self.sign_up(teacher.name, at),
                name=teacher.name,
                organisation=organisation,
                kind=teacher.kind,
                subject=teacher.subject,
            )

    def open_hub(self, *, rooms: list[dict[str, object]], organisation: str = "", **fields: object) -> None:
        """A hub and its rooms; a regional hub has one, known by the hub's name."""
        host = None
        if organisation:
            host = Organisation.objects.create(name=organisation, kind=Organisation.Kind.LARGE)
        hub = Hub.objects.create(organisation=host, **fields)
        for room in rooms:
            row = Room.objects.create(hub=hub, **room)
            self.rooms[row.name if len(rooms) > 1 else hub.name] = row

    def open_edition(self, edition: Edition) -> Cohort:
        """The edition and what it leaves out of its weeks."""
        cohort = Cohort.objects.create(
            code=edition.code,
            programme=self.programme,
            hub=self.rooms[timetable.CLASSROOMS[0]].hub,
            starts_on=edition.first_day,
            ends_on=edition.last_day,
            seats=editions.SEATS,
        )
        for days in edition.own_closures:
            close(days, cohort)
        self.cohorts[edition.code] = cohort
        return cohort

    def teacher_of(self, session: Arranged) -> User:
        """The account of who teaches it, or of the first of them."""
        return self.people[session.teachers[0]]


def close(days: ClosedDays, cohort: Cohort | None = None) -> None:
    """Days without sessions, of the whole Academy or of one edition."""
    Closure.objects.create(
        cohort=cohort,
        starts_on=days.first,
        ends_on=days.last,
        half=days.half.value if days.half else "",
        reason_it=days.reason_it,
        reason_en=days.reason_en,
    )
