"""The registers of an edition: called, signed, closed and locked, and what is not in order with them."""

from datetime import date, datetime, timedelta
from functools import cached_property, partial
from hashlib import sha256

from academy.demo import cast
from academy.demo.attendance import Record, attends_in_person, record
from academy.demo.calls import Admission
from academy.demo.cast import Person
from academy.demo.lessons import Lessons
from academy.demo.timetable import Arranged
from academy.models import User
from assessments.actions.absences import accept_notice, send_notice
from assessments.actions.register import (
    Call,
    Given,
    Spell,
    call_roll,
    close_register,
    lock_registers,
    put_right,
    sign_register,
)
from assessments.actions.reports import import_report
from assessments.actions.requests import ask_for_rectification
from assessments.forms.reports import Preview, report_of
from assessments.models import AbsenceNotice, Register
from assessments.presence import Attendance
from assessments.roster import register_roster
from assessments.sheets import sheet_of
from courses.models import Role, Session
from courses.workdays import ROME

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
LOCKED_ON = 5  # of each month: what was closed in the months before
LEFT_EARLY = "P18"  # by five minutes, on a Thursday: that is what the certificate fails by
# Of whom the report of the first call speaks: cut off from 15:02 to 15:21, on two devices, early.
IN_THE_CALL = ("P12", "P17", "P24")
REPORT = cast.DATA / "zoom-2022-01-20.csv"
RECTIFIED, EXCUSED, ILL = "R05", "R11", "R02"


class Registers:
    """Of one edition."""

    def __init__(self, admission: Admission, lessons: Lessons) -> None:
        self.admission, self.lessons = admission, lessons
        self.stage, self.edition = admission.stage, admission.edition

    def plan(self) -> None:
        """Each is called and signed in the lesson and closed the next morning, but for the last one."""
        stage, edition = self.stage, self.edition
        stage.at(edition.first_day - DAY, 12, 0, self.appoint_the_tutor)
        held = edition.held(stage.today)
        for session in held:
            called = session.plan.starts_at.astimezone(ROME) + 20 * MINUTE
            end = session.plan.ends_at.astimezone(ROME)
            stage.at(session.day, called.hour, called.minute, partial(self.call, session))
            if session is held[-1] and edition.last_day >= stage.today:
                continue  # nobody has signed it yet
            if self.reported(session):
                stage.at(session.day, end.hour, end.minute, partial(self.take_the_report, session))
            stage.at(session.day, end.hour, end.minute, partial(self.sign, session))
            stage.at(session.day + DAY, 9, 30, partial(self.close, session))
        for day in self.locking_days:
            stage.at(day, 10, 0, partial(self.lock, day))
        if self.admission.has(LEFT_EARLY):
            stage.at(self.last_thursday.day + 2 * DAY, 20, 0, self.ask)
        if held and edition.last_day >= stage.today:
            stage.at(held[-3].day + 2 * DAY, 15, 0, partial(self.rectify, held[-3]))
            coming = next(session for session in edition.sessions if session.day > stage.today)
            stage.at(stage.today - DAY, 21, 0, partial(self.excuse, held[-5], EXCUSED, "Visita medica."))
            stage.at(stage.today - DAY, 21, 30, partial(self.notify, coming, ILL, "Un impegno di lavoro."))

    @cached_property
    def locking_days(self) -> list[date]:
        """The fifth of each month of the edition, and once more after its end."""
        first, last = self.edition.first_day, self.edition.last_day
        days = [last + 5 * DAY]
        day = date(last.year, last.month, LOCKED_ON)
        while day > first:
            days.append(day)
            day = (day.replace(day=1) - DAY).replace(day=LOCKED_ON)
        return sorted(days)

    @cached_property
    def records(self) -> dict[str, Record]:
        """By code: what each person misses, of what may be missed."""
        tested = {session.plan.number for session in self.edition.tests.values()}
        told_apart = {self.remote[0].plan.number, self.last_thursday.plan.number}
        missable = [
            session
            for session in self.edition.held(self.stage.today)
            if session.whole and session.plan.number not in tested | told_apart
        ]
        return {
            person.code: record(person, missable, place=place)
            for place, person in enumerate(self.admission.people)
            if person.code in self.admission.enrollments
        }

    @cached_property
    def remote(self) -> list[Arranged]:
        """Half-days held remotely, on Thursday afternoons."""
        return [one for one in self.edition.sessions if one.whole and one.plan.mode == "remote"]

    @cached_property
    def last_thursday(self) -> Arranged:
        """The last of them."""
        return self.remote[-1]

    def appoint_the_tutor(self, at: datetime) -> None:
        """One for all editions, and one for each of the regional hubs that take part."""
        self.tutor = self.stage.sign_up(cast.TUTOR, at)
        cohort = self.stage.cohorts[self.edition.code]
        Role.objects.create(user=self.tutor, cohort=cohort, kind=Role.Kind.TUTOR)
        for place, name in cast.HUB_TUTORS.items():
            user, hub = self.stage.sign_up(name, at), self.stage.rooms[place].hub
            Role.objects.create(user=user, cohort=cohort, kind=Role.Kind.TUTOR, hub=hub)

    def call(self, arranged: Arranged, at: datetime) -> None:
        """The whole class; who comes late is put in when they come, which is the same register."""
        session = self.lessons.sessions[arranged.plan.number]
        people = {place.pk: code for code, place in self.admission.enrollments.items()}
        cast_by_code = {person.code: person for person in self.admission.people}
        calls = [
            Call(place.pk, self.spells(cast_by_code[people[place.pk]], arranged, session))
            for place in register_roster(session)
            if not (self.reported(arranged) and people[place.pk] in IN_THE_CALL)
        ]
        module = self.stage.modules[arranged.plan.module]
        call_roll(
            session=session,
            calls=calls,
            given=Given(topic=session.topic_it or module.title_it),
            seen=0,
            by=self.keeper(arranged),
            at=at,
        )

    def reported(self, arranged: Arranged) -> bool:
        """Who was in the call is told by its platform."""
        return arranged is self.remote[0] and all(self.admission.has(code) for code in IN_THE_CALL)

    def take_the_report(self, arranged: Arranged, at: datetime) -> None:
        """The tutor has it from the platform when the call is over."""
        session = self.lessons.sessions[arranged.plan.number]
        content = REPORT.read_bytes()
        read = report_of(session, REPORT.name, content, None)
        import_report(
            session=session,
            platform=read.platform.value,
            name=REPORT.name,
            digest=sha256(content).hexdigest(),
            spells=Preview(sheet_of(session), read).spells,
            by=self.tutor,
            at=at,
        )

    def spells(self, person: Person, arranged: Arranged, session: Session) -> tuple[Spell, ...]:
        """When this person was there."""
        mine, number = self.records[person.code], arranged.plan.number
        if number in mine.missed:
            return ()
        attendance = Attendance.IN_PERSON if attends_in_person(person, arranged) else Attendance.REMOTE
        begin, end = session.starts_at, session.ends_at
        if person.code == LEFT_EARLY and arranged is self.last_thursday:
            return (Spell(attendance, begin, end - 5 * MINUTE),)
        late = 0 if person.code == LEFT_EARLY else mine.late.get(number, 0)
        return (Spell(attendance, begin + late * MINUTE, end),)

    def sign(self, arranged: Arranged, at: datetime) -> None:
        """Each of the instructors; of the assessments, which nobody teaches, the tutor."""
        session = self.lessons.sessions[arranged.plan.number]
        for name in arranged.teachers or (None,):
            sign_register(
                session=session,
                instructor=self.stage.instructors[name] if name else None,
                seen=self.revision(session),
                by=self.stage.people[name] if name else self.tutor,
                at=at,
            )

    def close(self, arranged: Arranged, at: datetime) -> None:
        """The tutor, the next morning."""
        session = self.lessons.sessions[arranged.plan.number]
        close_register(session=session, seen=self.revision(session), by=self.tutor, at=at)

    def lock(self, day: date, at: datetime) -> None:
        """All that were closed in the months before."""
        cohort = self.stage.cohorts[self.edition.code]
        closed = Register.objects.filter(
            cohort=cohort, state=Register.State.CLOSED, session__starts_at__lt=at.replace(day=1)
        )
        if day > self.edition.last_day:
            closed = Register.objects.filter(cohort=cohort, state=Register.State.CLOSED)
        sessions = Session.objects.filter(register__in=closed)
        lock_registers(cohort=cohort, sessions=list(sessions), by=self.stage.office, at=at)

    def rectify(self, arranged: Arranged, at: datetime) -> None:
        """Somebody was there from the beginning, as the office finds out."""
        session = self.lessons.sessions[arranged.plan.number]
        put_right(
            session=session,
            enrollment=self.admission.enrollments[RECTIFIED],
            spells=(Spell(Attendance.IN_PERSON, session.starts_at, session.ends_at),),
            reason="Era in aula dall’inizio: lo conferma chi insegnava.",
            by=self.stage.office,
            at=at,
        )

    def ask(self, at: datetime) -> None:
        """P18 was there to the end, and says so; nobody has answered."""
        session = self.lessons.sessions[self.last_thursday.plan.number]
        place = self.admission.enrollments[LEFT_EARLY]
        ask_for_rectification(
            enrollment=place,
            session=session,
            spell=Spell(Attendance.REMOTE, session.starts_at, session.ends_at),
            reason="Ero collegata fino alle 18:00: l’uscita alle 17:55 è un errore.",
            by=place.user,
            at=at,
        )

    def notify(self, arranged: Arranged, code: str, reason: str, at: datetime) -> AbsenceNotice:
        """Somebody says why they are not there."""
        place = self.admission.enrollments[code]
        session = self.lessons.sessions[arranged.plan.number]
        return send_notice(enrollment=place, session=session, spell=None, reason=reason, by=place.user, at=at)

    def excuse(self, arranged: Arranged, code: str, reason: str, at: datetime) -> None:
        """And the tutor accepts it."""
        notice = self.notify(arranged, code, reason, at)
        accept_notice(absencenotice=notice, words="Grazie, ne teniamo conto.", by=self.tutor, at=at)

    def keeper(self, arranged: Arranged) -> User:
        """Who calls the roll: the first of those who teach, or the tutor."""
        return self.stage.teacher_of(arranged) if arranged.teachers else self.tutor

    def revision(self, session: Session) -> int:
        """As the page would have it."""
        return Register.objects.values_list("revision", flat=True).get(session=session)
