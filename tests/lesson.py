"""A lesson of four hours with its register, and the people on its roster."""

from datetime import timedelta

from assessments.actions.register import (
    Call,
    Given,
    Spell,
    call_roll,
    close_register,
    lock_registers,
    sign_register,
)
from assessments.models import Presence, Register
from assessments.presence import Attendance
from tests.factories import a_cohort, a_person, a_session, an_enrollment, an_instructor, rome

BEGIN, END = rome(2022, 1, 20, 14), rome(2022, 1, 20, 18)
IN_PERSON, REMOTE = Attendance.IN_PERSON, Attendance.REMOTE
WHOLE = (Spell(IN_PERSON, BEGIN, END),)


def from_to(start: int, end: int, attendance=IN_PERSON) -> tuple[Spell, ...]:
    """Minutes after the beginning."""
    return (Spell(attendance, BEGIN + timedelta(minutes=start), BEGIN + timedelta(minutes=end)),)


class Lesson:
    """Four hours with three people, an instructor and a tutor."""

    def __init__(self, size: int = 3):
        self.cohort = a_cohort(seats=max(30, size))
        self.instructor = an_instructor(user=a_person(name="Ada Docente"))
        self.session = a_session(self.cohort, starts_at=BEGIN, minutes=240, instructors=[self.instructor])
        self.people = [an_enrollment(cohort=self.cohort) for _ in range(size)]
        self.teacher, self.tutor = self.instructor.user, a_person(name="Teo Tutor")

    def call(self, *spells: tuple[Spell, ...], seen=None, by=None, at=END, given=None, reason="") -> Register:
        calls = [Call(person.pk, told) for person, told in zip(self.people, spells, strict=False)]
        return call_roll(
            session=self.session,
            calls=calls,
            given=given or Given(topic="Travel plans"),
            seen=self.revision if seen is None else seen,
            reason=reason,
            by=by or self.teacher,
            at=at,
        )

    @property
    def revision(self) -> int:
        return Register.objects.filter(session=self.session).values_list("revision", flat=True).first() or 0

    def sign(self, at=END) -> Register:
        return sign_register(
            session=self.session, instructor=self.instructor, seen=self.revision, by=self.teacher, at=at
        )

    def close(self) -> Register:
        return close_register(session=self.session, seen=self.revision, by=self.tutor, at=END)

    def lock(self) -> Register:
        lock_registers(cohort=self.cohort, sessions=[self.session], by=self.tutor, at=END)
        return Register.objects.get(session=self.session)

    def minutes(self) -> list[int]:
        told = dict(Presence.objects.values_list("enrollment", "minutes"))
        return [told.get(person.pk, -1) for person in self.people]
