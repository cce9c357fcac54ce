"""The call of an edition and those who answer it, up to the office's check: who applies, with what."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import partial

from academy.demo import cast, editions
from academy.demo.cast import Person
from academy.demo.editions import OFFICE_DAYS, Edition
from academy.demo.papers import pdf, tax_code
from academy.demo.results import draw
from academy.demo.stage import Stage
from academy.models import User
from courses.models import Instructor, Organisation, Role
from courses.workdays import ROME, instant
from enrollment.actions import applications, eligibility
from enrollment.actions.calls import adopt_standard_scheme
from enrollment.actions.files import add_file, provide_documents
from enrollment.actions.offers import end_enrollment, give_up
from enrollment.models import Application, Call, Enrollment, Nomination, RequiredDocument

DAY = timedelta(days=1)
HOW_FAR = {"U01": 1, "U02": 2, "U03": 3, "U04": 4, "U05": 5, "U06": 0, "X17": 4}  # drafts, in steps
OMOCODIA = "A02"
EMPLOYER, CONTACT, NOMINATED = "Tram del Sangone S.p.A.", "Carlotta Montenevoso", "A02"
FILES = ("Curriculum", "Carta d’identità", "Certificato di laurea")  # as the standard scheme asks for
# Those of whom the office has more to say apply early enough for it.
EARLY = {"stepped_back", "unqualified", "incomplete", "unreadable", "asked", "eligible"}
UNREADABLE = "Nel file del curriculum non si legge nulla: mandalo di nuovo, per favore."
STILL_UNREADABLE = "Anche il secondo file del curriculum è illeggibile."
UNQUALIFIED = "Meno di tre anni di esperienza, e nessun ruolo di responsabilità."
Ground = Application.Ground


class Admission:
    """The call of one edition and the files of those who answer it."""

    call: Call
    documents: list[RequiredDocument]

    def __init__(self, stage: Stage, edition: Edition, people: tuple[Person, ...]) -> None:
        self.stage, self.edition, self.people = stage, edition, people
        self.applications: dict[str, Application] = {}
        self.enrollments: dict[str, Enrollment] = {}
        self.nomination: Nomination | None = None
        self.opening, self.closing = (
            moment.astimezone(ROME).date() for moment in (edition.call_opens, edition.call_closes)
        )
        self.still_open = self.closing >= stage.today

    def plan(self) -> None:
        """Let everything happen on its day."""
        self.stage.at(self.opening - 3 * DAY, 10, 0, self.announce)
        if self.has(NOMINATED):
            self.stage.at(self.opening, 15, 0, self.invite)
        for person in self.people:
            self.plan_file(person)

    def those(self, *outcomes: str) -> list[Person]:
        """Whose story ends like that."""
        return [person for person in self.people if person.outcome in outcomes]

    def has(self, code: str) -> bool:
        """Whether that person is among those who answer this call."""
        return any(person.code == code for person in self.people)

    def user(self, person: Person) -> User:
        """The account of somebody who has one."""
        return self.stage.people[person.name]

    def announce(self, at: datetime) -> None:
        """The edition, its call and its committee, as the office enters them."""
        cohort = self.stage.open_edition(self.edition)
        self.call = Call.objects.create(
            cohort=cohort,
            opens_at=self.edition.call_opens,
            closes_at=self.edition.call_closes,
            ranking_on=self.edition.ranking_on,
            answers_by=self.edition.answers_by,
            **cast.call()["call"],
        )
        adopt_standard_scheme(call=self.call, by=self.stage.office, at=at)
        self.documents = list(self.call.documents.all())
        for member in Instructor.objects.filter(name__in=self.edition.committee):
            Role.objects.create(
                user=self.stage.people[member.name], cohort=cohort, organisation_id=member.organisation_id
            )

    def invite(self, at: datetime) -> None:
        """One employer may nominate two of its people."""
        organisation = Organisation.objects.create(name=EMPLOYER, kind=Organisation.Kind.LARGE)
        self.nomination = Nomination.objects.create(
            organisation=organisation,
            cohort=self.call.cohort,
            places=2,
            contact=self.stage.sign_up(CONTACT, at),
            invited_at=at,
        )

    def plan_file(self, person: Person) -> None:
        """One person's application and the office's check; on the last day of the call everybody is late."""
        at, code = self.stage.at, person.code
        first, last = self.opening + DAY, min(self.closing, self.stage.today) - DAY
        if person.outcome in EARLY:
            last = first + (last - first) // 2
        day = first + draw(code, (last - first).days + 1) * DAY
        act = self.write if person.outcome == "draft" else self.send
        at(day, 8 + draw(f"{code} hour", 14), draw(f"{code} minute", 60), partial(act, person))
        self.plan_check(person, OFFICE_DAYS.next_working(day + DAY))

    def plan_check(self, person: Person, day: date) -> None:
        """What the office says of it on `day`, or asks for."""
        at, minute = self.stage.at, draw(f"{person.code} check", 60)
        match person.outcome:
            case "draft" | "submitted":
                pass
            case "stepped_back":
                at(day + 2 * DAY, 10, 30, partial(self.step_back, person))
            case "unqualified":
                at(day, 11, minute, partial(self.exclude, person, Ground.REQUIREMENTS, UNQUALIFIED))
            case "asked":
                self.plan_request(person, editions.working_day_before(self.stage.today))
            case "incomplete" | "unreadable":
                self.plan_request(person, day)
            case _:
                at(day, 11, minute, partial(self.declare_eligible, person))

    def plan_request(self, person: Person, day: date) -> None:
        """One file cannot be read; there are some days to send it once more."""
        at, until = self.stage.at, OFFICE_DAYS.next_working(day + 5 * DAY)
        at(day, 12, 0, partial(self.ask, person, instant(until, time(12))))
        if person.outcome == "incomplete":
            at(until, 12, 0, lambda now: eligibility.exclude_incomplete(at=now))
        elif person.outcome == "unreadable":
            at(day + 2 * DAY, 20, 15, partial(self.provide, person))
            check = OFFICE_DAYS.next_working(day + 3 * DAY)
            at(check, 11, 0, partial(self.exclude, person, Ground.INCOMPLETE, STILL_UNREADABLE))

    def write(self, person: Person, at: datetime) -> None:
        """An account, unless there is one, and the form, as far as the person comes."""
        steps = HOW_FAR.get(person.code, 5)
        user = self.stage.sign_up(person.name, at, language=person.language)
        application = applications.start_application(cohort=self.call.cohort, by=user, at=at)
        written: list[Mapping[str, object]] = [self.about(person), person.profile, self.motives(person)]
        applications.save_draft(
            application=application,
            written={name: value for step in written[:steps] for name, value in step.items()},
            seen=application.revision,
            by=user,
            at=at,
        )
        application.refresh_from_db()
        if person.code == NOMINATED:
            applications.nominate(application=application, nomination=self.nomination, by=user, at=at)
        for number in range({3: 0, 4: 1, 5: 2 + draw(f"{person.code} degree", 4) // 2}.get(steps, 0)):
            self.attach(person, application, number, at)
        self.applications[person.code] = application

    def about(self, person: Person) -> dict[str, object]:
        """The first step of the form. Whoever works abroad has no Italian tax code."""
        foreign = person.region == "abroad"
        return {
            "born_on": person.born,
            "phone": f"+39 011 000 {draw(person.name, 10_000):04}",
            "foreign": foreign,
            "tax_code": "" if foreign else tax_code(person, omocodia=person.code == OMOCODIA),
            "special_needs": cast.call()["needs"].get(person.code, ""),
        }

    def motives(self, person: Person) -> dict[str, object]:
        """The last step before the files."""
        motives = cast.motivations()[person.language]
        return {
            "motivation": motives[draw(f"{person.code} motive", len(motives))],
            "employer_may_know": bool(person.employer) and draw(f"{person.code} employer", 2) == 0,
        }

    def attach(self, person: Person, application: Application, number: int, at: datetime) -> None:
        """One of the documents the call asks for."""
        lines = (FILES[number], person.name, person.role, person.employer, f"{at:%d/%m/%Y}")
        add_file(
            application=application,
            document=self.documents[number],
            name=f"{FILES[number]} {person.name}.pdf",
            content_type="application/pdf",
            content=pdf(*filter(None, lines)),
            by=application.user,
            at=at,
        )

    def send(self, person: Person, at: datetime) -> None:
        """The whole form, and it is received."""
        self.write(person, at)
        application = self.applications[person.code]
        self.applications[person.code] = applications.submit(
            application=application, by=application.user, at=at
        )

    def step_back(self, person: Person, at: datetime) -> None:
        """The applicant thinks again."""
        application = self.applications[person.code]
        applications.withdraw_application(application=application, by=application.user, at=at)

    def declare_eligible(self, person: Person, at: datetime) -> None:
        """Everything is there."""
        eligibility.declare_eligible(application=self.applications[person.code], by=self.stage.office, at=at)

    def ask(self, person: Person, until: datetime, at: datetime) -> None:
        """For a file that can be read."""
        eligibility.ask_for_documents(
            application=self.applications[person.code],
            documents=self.documents[:1],
            message=UNREADABLE,
            due_at=until,
            by=self.stage.office,
            at=at,
        )

    def provide(self, person: Person, at: datetime) -> None:
        """The file once more."""
        application = self.applications[person.code]
        self.attach(person, application, 0, at)
        provide_documents(application=application, by=application.user, at=at)

    def exclude(self, person: Person, ground: str, reason: str, at: datetime) -> None:
        """Not admissible."""
        eligibility.exclude(
            application=self.applications[person.code],
            ground=ground,
            reason=reason,
            by=self.stage.office,
            at=at,
        )

    def withdraw(self, person: Person, reason: str, at: datetime) -> None:
        """The participant leaves, from their own page."""
        place = self.enrollments[person.code]
        self.enrollments[person.code] = give_up(place=place, reason=reason, by=place.user, at=at)

    def complete(self, person: Person, at: datetime, *, on: date) -> None:
        """The office says that the course was completed."""
        self.enrollments[person.code] = end_enrollment(
            enrollment=self.enrollments[person.code],
            state=Enrollment.State.COMPLETED,
            on=on,
            by=self.stage.office,
            at=at,
        )
