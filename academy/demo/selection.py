"""From the admissible to the participants: the committee's points, interviews, the ranking, the offers."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import partial

from django.db.models import QuerySet

from academy.demo import editions
from academy.demo.calls import Admission
from academy.demo.cast import Person
from academy.demo.points import spread_over_committee, spread_over_criteria
from academy.demo.results import draw
from academy.models import User
from courses.workdays import ROME, instant
from enrollment.actions.evaluation import fill_in_sheet
from enrollment.actions.interviews import choose_slot, offer_slots, record_turnout
from enrollment.actions.offers import accept, decline, let_offers_lapse
from enrollment.actions.ranking import publish_ranking
from enrollment.models import (
    Application,
    Criterion,
    Evaluation,
    InterviewSlot,
    Offer,
    Phase,
    Points,
)

DAY = timedelta(days=1)
FIRST_INTERVIEW, INTERVIEW_MINUTES, INTERVIEWS_A_DAY = time(9), 20, 9
CHOOSES_AT_ONCE = "A06"
Sheet = tuple[Application, dict[int, int]]  # points by the key of their criterion
STAYS, TAKES_OVER = ("accepted", "withdrawn", "auditor"), ("from_reserve",)


class Selection:
    """What the committee and the office make of one call, and what those admitted make of their seat."""

    def __init__(self, admission: Admission) -> None:
        self.admission, self.stage, self.edition = admission, admission.stage, admission.edition
        self.judged = [person for person in admission.people if person.documents is not None]
        self.slots: list[InterviewSlot] = []
        self.in_rows = self.edition.first_day < self.stage.today <= self.edition.last_day

    def plan(self) -> None:
        """Everything on its day; of a call still open, what can be done before it closes."""
        if self.admission.still_open:
            self.plan_beginning(editions.working_day_before(self.stage.today))
        else:
            self.plan_judgement()
            self.plan_answers()

    def plan_beginning(self, day: date) -> None:
        """Interviews to choose; one member has judged every file, the log-in of the instructors has not."""
        at, (mine, other, _) = self.stage.at, self.edition.committee
        at(day, 16, 0, self.offer_interviews)
        chooser, *_ = [person for person in self.judged if person.code == CHOOSES_AT_ONCE]
        at(day, 19, 40, partial(self.choose, chooser))
        at(day, 20, 30, partial(self.judge, other, Phase.DOCUMENTS, self.judged))
        at(day, 21, 0, partial(self.judge, mine, Phase.DOCUMENTS, self.judged[1:2]))
        at(day, 21, 10, partial(self.judge, mine, Phase.DOCUMENTS, self.judged[2:3], sign=False))

    def plan_judgement(self) -> None:
        """Interviews offered and chosen, files judged the evenings before them; then the ranking."""
        at, edition, closing = self.stage.at, self.edition, self.admission.closing
        at(closing, 17, 0, self.offer_interviews)
        for number, person in enumerate(sorted(self.judged, key=lambda one: draw(f"{one.code} slot", 1000))):
            at(closing + DAY, 9 + number // 6, number % 6 * 10, partial(self.choose, person))
        for number, member in enumerate(edition.committee):
            evening = edition.interview_days[0] - (3 - number) * DAY
            at(evening, 20, 30, partial(self.judge, member, Phase.DOCUMENTS, self.judged))
        for day in edition.interview_days:
            at(day, 12, 30, self.record_turnouts)
            for number, member in enumerate(edition.committee):
                at(day, 18, number * 15, partial(self.judge_interviews, member))
        at(edition.ranking_on, 12, 0, self.publish)

    def plan_answers(self) -> None:
        """Who is offered a seat takes it, gives it up, or says nothing; then those on reserve."""
        at, those, expire = self.stage.at, self.admission.those, self.edition.answers_by.astimezone(ROME)
        last = expire.date()
        days = (last - self.edition.ranking_on).days - 1
        for person in those(*STAYS):
            day = self.edition.ranking_on + (1 + draw(f"{person.code} answer", days)) * DAY
            at(day, 8 + draw(f"{person.code} answer hour", 14), 25, partial(self.accept, person))
        for person in those("declined"):
            at(last - DAY, 18, 30, partial(self.decline, person))
        at(last, expire.hour, 0, lambda now: let_offers_lapse(at=now))
        for number, person in enumerate(those(*TAKES_OVER)):
            at(last + (3 + 4 * number) * DAY, 10, 0, partial(self.accept, person))

    def offer_interviews(self, at: datetime) -> None:
        """Some mornings, remotely."""
        for day in self.edition.interview_days:
            self.slots += offer_slots(
                call=self.admission.call,
                start=instant(day, FIRST_INTERVIEW),
                minutes=INTERVIEW_MINUTES,
                number=INTERVIEWS_A_DAY,
                where=f"https://meet.example.org/{self.edition.code.lower()}/colloqui",
                by=self.stage.office,
                at=at,
            )

    def choose(self, person: Person, at: datetime) -> None:
        """One of those still free."""
        free = list(InterviewSlot.objects.filter(call=self.admission.call, application=None))
        choose_slot(
            application=self.admission.applications[person.code],
            slot=free[draw(f"{person.code} choice", len(free))],
            instead_of=None,
            by=self.admission.user(person),
            at=at,
        )

    def record_turnouts(self, at: datetime) -> None:
        """Of this morning, by the office."""
        absent = [self.admission.applications[one.code] for one in self.admission.those("absent")]
        for slot in self.held_on(at):
            turnout = "absent" if slot.application in absent else "held"
            record_turnout(slot=slot, turnout=turnout, by=self.stage.office, at=at)

    def judge_interviews(self, member: str, at: datetime) -> None:
        """Those held today."""
        held = set(self.held_on(at).filter(turnout="held").values_list("application", flat=True))
        people = [one for one in self.judged if self.admission.applications[one.code].pk in held]
        self.judge(member, Phase.INTERVIEW, people, at)

    def held_on(self, at: datetime) -> QuerySet[InterviewSlot]:
        """The chosen interviews of that day."""
        return InterviewSlot.objects.filter(
            call=self.admission.call, application__isnull=False, starts_at__date=at.astimezone(ROME).date()
        )

    def judge(
        self, member: str, phase: str, people: Iterable[Person], at: datetime, *, sign: bool = True
    ) -> None:
        """The sheets of one member, signed unless somebody rang; of the running edition as rows."""
        by, sheets = self.stage.people[member], self.sheets(member, phase, people)
        if self.in_rows:
            write_sheets(sheets, phase, by, at)
            return
        for application, given in sheets:
            points: dict[int, int | None] = dict(given)
            if not sign:
                points[max(points)] = None
            fill_in_sheet(
                application=application, phase=phase, points=points, remark="", sign=sign, by=by, at=at
            )

    def sheets(self, member: str, phase: str, people: Iterable[Person]) -> list[Sheet]:
        """What `member` gives each of them, by criterion."""
        criteria = list(Criterion.objects.filter(call=self.admission.call, phase=phase))
        maxima, number = [criterion.maximum for criterion in criteria], self.edition.committee.index(member)
        sheets = []
        for person in people:
            key = f"{person.code} {phase}"
            together = (person.documents if phase == Phase.DOCUMENTS else person.interview) or 0
            each = spread_over_committee(together, len(self.edition.committee), sum(maxima), key)
            given = spread_over_criteria(each[number], maxima, f"{key} {member}")
            points = {criterion.pk: value for criterion, value in zip(criteria, given, strict=True)}
            sheets.append((self.admission.applications[person.code], points))
        return sheets

    def publish(self, at: datetime) -> None:
        """The ranking, and with it the offers."""
        publish_ranking(call=self.admission.call, by=self.stage.office, at=at)

    def accept(self, person: Person, at: datetime) -> None:
        """The seat; an auditor is marked as such in the office's admin."""
        agreements = self.stage.agreements
        enrollment = accept(
            offer=self.offer_to(person),
            answers={one.pk: one.required or draw(f"{person.code} {one.kind}", 4) > 0 for one in agreements},
            by=self.admission.user(person),
            at=at,
        )
        if person.outcome == "auditor":
            enrollment.auditor = True
            enrollment.save(update_fields=["auditor"])
        self.admission.enrollments[person.code] = enrollment

    def decline(self, person: Person, at: datetime) -> None:
        """Somebody else's seat now."""
        decline(offer=self.offer_to(person), by=self.admission.user(person), at=at)

    def offer_to(self, person: Person) -> Offer:
        """The one that waits for an answer."""
        application = self.admission.applications[person.code]
        return Offer.objects.get(application=application, state=Offer.State.OPEN)


def write_sheets(sheets: list[Sheet], phase: str, by: User, at: datetime) -> None:
    """Signed score sheets as rows: by their action they would take as long as those of the first edition."""
    rows = Evaluation.objects.bulk_create(
        Evaluation(application=application, member=by, phase=phase) for application, _points in sheets
    )
    Points.objects.bulk_create(
        Points(evaluation=row, criterion_id=criterion, value=value)
        for row, (_application, points) in zip(rows, sheets, strict=True)
        for criterion, value in points.items()
    )
    Evaluation.objects.filter(pk__in=[row.pk for row in rows]).update(signed_at=at)
