"""From the call of an edition to its participants: who applies, who gets a place, who gives it up."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

from django.utils.timezone import localdate

from academy.demo import cast
from academy.demo.cast import Person
from academy.demo.editions import Edition
from academy.demo.results import draw
from academy.demo.stage import Stage
from courses.workdays import ROME
from enrollment.actions import applications as admission
from enrollment.models import Application, Call, Enrollment

DAY = timedelta(days=1)


class Admission:
    """The call of one edition and the files of those who answer it."""

    def __init__(self, stage: Stage, edition: Edition, people: tuple[Person, ...]) -> None:
        self.stage, self.edition, self.people = stage, edition, people
        self.applications: dict[str, Application] = {}
        self.enrollments: dict[str, Enrollment] = {}
        self.opening, self.closing = (
            moment.astimezone(ROME).date() for moment in (edition.call_opens, edition.call_closes)
        )
        self.still_open = self.closing >= stage.today

    def plan(self) -> None:
        """Let everything happen on its day."""
        self.stage.at(self.opening - 3 * DAY, 10, 0, self.announce)
        for person in self.people:
            self.plan_file(person)
        second_round = self.edition.answers_on + 6 * DAY
        for person in self.those("renounced"):
            self.stage.at(second_round, 13, 30, partial(self.renounce, person))
        for person in self.those("from_reserve"):
            self.stage.at(second_round, 16, 0, partial(self.admit, person))
        for person in self.those("reserve"):
            self.stage.at(self.edition.first_day + DAY, 10, 0, partial(self.decline, person))

    def those(self, outcome: str) -> list[Person]:
        """Whose story ends like that."""
        return [person for person in self.people if person.outcome == outcome]

    def has(self, code: str) -> bool:
        """Whether that person is among those who answer this call."""
        return any(person.code == code for person in self.people)

    def announce(self, at: datetime) -> None:
        """The edition and its call, for everybody to see."""
        cohort = self.stage.open_edition(self.edition)
        Call.objects.create(
            cohort=cohort, opens_at=self.edition.call_opens, closes_at=self.edition.call_closes
        )

    def plan_file(self, person: Person) -> None:
        """One person's application and what follows; on the last day of the call everybody is late."""
        at, code, outcome = self.stage.at, person.code, person.outcome
        first, last = self.opening + DAY, min(self.closing, self.stage.today) - DAY
        if outcome in {"stepped_back", "unsuitable"}:
            last = first + (last - first) // 2
        day = first + draw(code, (last - first).days + 1) * DAY
        at(day, 8 + draw(f"{code} hour", 14), draw(f"{code} minute", 60), partial(self.apply, person))
        if outcome == "stepped_back":
            at(day + 3 * DAY, 10, 30, partial(self.step_back, person))
        elif outcome == "unsuitable" and self.still_open:
            at(day + 4 * DAY, 11, 0, partial(self.decline, person))
        elif answer := self.answers.get(outcome):
            at(self.edition.answers_on, 15, 0, partial(answer, person))

    @property
    def answers(self) -> dict[str, Callable[..., None]]:
        """What the office answers, once it has looked at all of them."""
        admit = dict.fromkeys(("admitted", "auditor", "withdrawn", "renounced"), self.admit)
        wait = dict.fromkeys(("from_reserve", "reserve"), self.put_on_reserve)
        return admit | wait | {"unsuitable": self.decline}

    def apply(self, person: Person, at: datetime) -> None:
        """An account, unless there is one, and the form."""
        user = self.stage.sign_up(person.name, at, language=person.language)
        motives = cast.motivations()[person.language]
        self.applications[person.code] = admission.apply(
            cohort=self.stage.cohorts[self.edition.code],
            profile=person.profile,
            motivation=motives[draw(f"{person.code} motive", len(motives))],
            by=user,
            at=at,
        )

    def step_back(self, person: Person, at: datetime) -> None:
        """The applicant thinks again."""
        admission.withdraw_application(
            application=self.applications[person.code], by=self.stage.people[person.name], at=at
        )

    def put_on_reserve(self, person: Person, at: datetime) -> None:
        """Suitable, and nobody has given up a seat yet."""
        admission.put_on_reserve(application=self.applications[person.code], by=self.stage.office, at=at)

    def decline(self, person: Person, at: datetime) -> None:
        """No place."""
        admission.decline(application=self.applications[person.code], by=self.stage.office, at=at)

    def admit(self, person: Person, at: datetime) -> None:
        """A place; the auditor is marked as such in the office's admin."""
        enrollment = admission.admit(application=self.applications[person.code], by=self.stage.office, at=at)
        if person.outcome == "auditor":
            enrollment.auditor = True
            enrollment.save(update_fields=["auditor"])
        self.enrollments[person.code] = enrollment

    def renounce(self, person: Person, at: datetime) -> None:
        """A place given back before the start."""
        self.end(person, Enrollment.State.RENOUNCED, at)

    def end(self, person: Person, state: str, at: datetime, *, on: date | None = None) -> None:
        """End a place, today unless `on` another day."""
        self.enrollments[person.code] = admission.end_enrollment(
            enrollment=self.enrollments[person.code],
            state=state,
            on=on or localdate(at),
            by=self.stage.office,
            at=at,
        )
