"""The timetable of an edition: planned with its call, and what changes later."""

from datetime import date, datetime, time, timedelta
from functools import partial

from academy.demo import loose_ends
from academy.demo.calls import Admission
from academy.demo.cast import Person
from academy.demo.drafting import Drafting
from academy.demo.marks import Marks
from academy.demo.timetable import Arranged
from courses import pattern
from courses.actions.timetable import Plan, cancel_session, move_session, plan_sessions
from courses.models import Session
from courses.workdays import instant
from enrollment.models import Enrollment

DAY = timedelta(days=1)
LATER = timedelta(minutes=30)
REVIEW = time(18), time(19, 30)
THIRD_WEEK = 8  # half-days taught before it
LEFT_ON = {"P07": date(2022, 3, 4)}


class Lessons:
    """The sessions of one edition and those who no longer come to them."""

    def __init__(self, admission: Admission, marks: Marks) -> None:
        self.admission, self.marks = admission, marks
        self.stage, self.edition = admission.stage, admission.edition
        self.sessions: dict[int, Session] = {}
        self.reviews: list[Session] = []

    def plan(self) -> None:
        """The timetable before the call, a session moved yesterday, who leaves and who stays to the end."""
        stage, edition = self.stage, self.edition
        stage.at(self.admission.opening - DAY, 16, 0, self.put_on_the_timetable)
        if edition.first_day < stage.today <= edition.last_day:
            moved = loose_ends.to_move(edition.sessions, stage.today)
            stage.at(stage.today - DAY, 11, 0, partial(self.move, moved))
            stage.at(stage.today - 3 * DAY, 15, 0, self.add_reviews)
            stage.at(stage.today - DAY, 15, 0, self.cancel_a_review)
        if edition.first_day > stage.today:
            stage.at(stage.today - 4 * DAY, 10, 0, self.ask_everybody)
            stage.at(stage.today - DAY, 17, 0, self.lose_an_instructor)
        leaving = self.admission.those("withdrawn")
        for number, person in enumerate(leaving, start=1):
            held = edition.held(stage.today)
            day = LEFT_ON.get(person.code) or held[number * len(held) // (len(leaving) + 1)].day
            stage.at(day, 19, 0, partial(self.withdraw, person))
        if edition.last_day < stage.today:
            stage.at(edition.last_day + 9 * DAY, 11, 0, self.complete)

    def put_on_the_timetable(self, at: datetime) -> None:
        """All sessions with what they need, and the tests; of the coming edition by a draft’s release."""
        plans = [self.needs(session) for session in self.edition.sessions]
        if self.edition.first_day > self.stage.today:
            rows = self.drafting.release(plans, "Il calendario della nuova edizione.", at)
        else:
            rows = plan_sessions(cohort=self.drafting.cohort, plans=plans, by=self.stage.office, at=at)
        self.sessions = dict(enumerate(rows, start=1))
        self.marks.plan_tests(at)

    @property
    def drafting(self) -> Drafting:
        """How the office makes its timetable."""
        return Drafting(self.stage, self.stage.cohorts[self.edition.code])

    def add_reviews(self, at: datetime) -> None:
        """Two evenings before the next tests, drafted and released."""
        module = self.stage.modules[self.next_test(at)]
        evenings = [self.stage.today + days * DAY for days in range(8, 40)]  # August is closed for weeks
        open_days = [
            day for day in evenings if day.weekday() < pattern.THURSDAY and self.edition.days.is_open(day)
        ]
        plans = [
            Plan(
                module=module,
                starts_at=instant(day, REVIEW[0]),
                ends_at=instant(day, REVIEW[1]),
                mode="remote",
                purpose=Session.Purpose.REVIEW,
                topic_it="Ripasso e domande",
                topic_en="Review and questions",
                link=f"https://meet.example.org/{self.edition.code.lower()}/ripasso-{number}",
            )
            for number, day in enumerate(open_days[:2], start=1)
        ]
        self.reviews = self.drafting.release(plans, "Due serate di ripasso prima della prova.", at)

    def next_test(self, at: datetime) -> str:
        """The module whose test is the next, or the last of all."""
        days = self.edition.test_days
        return next((module for module, day in days.items() if day > at.date()), list(days)[-1])

    def cancel_a_review(self, at: datetime) -> None:
        """The second of the two."""
        cancel_session(
            session=self.reviews[-1],
            reason="Una serata basta: le domande arrivate sono poche.",
            by=self.stage.office,
            at=at,
        )

    def ask_everybody(self, at: datetime) -> None:
        """A draft of the coming edition, and the question whether the hours are right."""
        self.drafting.ask_everybody(at)

    def lose_an_instructor(self, at: datetime) -> None:
        """Of a session of the third week."""
        taught = [
            session for session in self.edition.sessions if session.whole and len(session.teachers) == 1
        ]
        self.drafting.lose_an_instructor(taught[THIRD_WEEK], at)

    def needs(self, session: Arranged) -> Plan:
        """Names become rows; groups side by side are taught by several at once."""
        plan, code = session.plan, self.edition.code.lower()
        return Plan(
            module=self.stage.modules[plan.module],
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
            mode=plan.mode,
            purpose=plan.purpose,
            rooms=tuple(self.stage.rooms[name] for name in session.rooms),
            link=f"https://meet.example.org/{code}/s{plan.number:03}" if session.linked else "",
            instructors=tuple(self.stage.instructors[name] for name in session.teachers),
            parallel=len(session.teachers) > 1,
        )

    def move(self, session: Arranged, at: datetime) -> None:
        """Half an hour later."""
        move_session(
            session=self.sessions[session.plan.number],
            starts_at=session.plan.starts_at + LATER,
            ends_at=session.plan.ends_at + LATER,
            reason="Il treno di chi insegna arriva più tardi.",
            by=self.stage.office,
            at=at,
        )

    def withdraw(self, person: Person, at: datetime) -> None:
        """That session was the last, as the person writes."""
        self.admission.withdraw(person, "Cambio sede di lavoro e non posso più frequentare.", at)

    def complete(self, at: datetime) -> None:
        """Everybody who is still there has been there to the end."""
        for person in self.admission.people:
            enrollment = self.admission.enrollments.get(person.code)
            if enrollment and enrollment.state == Enrollment.State.ACTIVE:
                self.admission.complete(person, at, on=self.edition.last_day)
