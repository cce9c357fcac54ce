"""Registers in every state, with everything that can hang on them."""

from datetime import date, timedelta

from assessments.actions.register import put_right
from assessments.models import (
    AbsenceAttachment,
    AbsenceNotice,
    AttendanceRule,
    CertificateRule,
    PlatformReport,
    PresenceInterval,
    RectificationRequest,
    Register,
)
from courses.models import Cohort, Session
from enrollment.models import Enrollment
from tests import factories
from tests.lesson import BEGIN, END, WHOLE, Lesson, from_to

HOURS = END - BEGIN


def on_another_day(lesson: Lesson, day: int) -> Lesson:
    """The same people in a lesson `day` days later."""
    lesson.session = factories.a_session(
        lesson.cohort, starts_at=BEGIN + timedelta(days=day), minutes=240, instructors=[lesson.instructor]
    )
    return lesson


def shifted(spells, lesson: Lesson):
    """Times of the first lesson as times of this one."""
    later = lesson.session.starts_at - BEGIN
    return tuple(type(one)(one.attendance, one.starts_at + later, one.ends_at + later) for one in spells)


def kept(lesson: Lesson, *spells) -> Lesson:
    """With its roll called."""
    lesson.call(*(shifted(one, lesson) for one in spells), at=lesson.session.ends_at)
    return lesson


def registers_of_every_state() -> Lesson:
    """Of one edition, open, signed, closed with a rectification, and locked, in order of time; a session
    without one; what participants and platforms say of the first; another edition with its own people.
    """
    lesson = Lesson()
    kept(lesson, WHOLE, from_to(15, 240), ())
    signed = kept(on_another_day(lesson, 1), WHOLE, WHOLE, ())
    signed.sign(at=signed.session.ends_at)
    closed = kept(on_another_day(lesson, 2), WHOLE, WHOLE, ())
    closed.sign(at=closed.session.ends_at)
    closed.close()
    put_right(
        session=closed.session,
        enrollment=lesson.people[1],
        spells=shifted(from_to(0, 120), closed),
        reason="Left at four",
        by=lesson.tutor,
        at=closed.session.ends_at,
    )
    locked = kept(on_another_day(lesson, 7), WHOLE, WHOLE, ())
    locked.sign(at=locked.session.ends_at)
    locked.close()
    locked.lock()
    on_another_day(lesson, 8)
    first, person = lesson.cohort.sessions.earliest("starts_at"), lesson.people[0]
    sent = {"session": first, "enrollment": person, "sent_at": END + timedelta(hours=1), "reason": "Ill"}
    notice = AbsenceNotice.objects.create(**sent)
    AbsenceAttachment.objects.create(
        notice=notice, name="a.pdf", content_type="application/pdf", size=1, digest="0" * 64, content=b"%"
    )
    RectificationRequest.objects.create(**sent, attendance="in_person", starts_at=BEGIN, ends_at=END)
    PlatformReport.objects.create(
        session=first, platform="zoom", name="zoom.csv", digest="0" * 64, by=lesson.tutor, at=END
    )
    AttendanceRule.objects.create(cohort=lesson.cohort, scope="overall")
    CertificateRule.objects.create(cohort=lesson.cohort, need="hours")
    factories.an_enrollment(cohort=lesson.cohort, starts_on=date(2022, 5, 1))
    other = factories.a_cohort(programme=lesson.cohort.programme)
    factories.a_session(other, instructors=[factories.an_instructor()])
    factories.an_enrollment(cohort=other)
    return lesson


def a_thousand_closed_registers() -> tuple[Cohort, list[Enrollment]]:
    """Of reviews of 20 minutes, ten a day, in which everybody was there for 15; and their five people."""
    cohort, tutor = factories.a_cohort(), factories.a_person(name="Teo Tutor")
    people = [factories.an_enrollment(cohort=cohort) for _ in range(5)]
    module, begin = factories.a_module(cohort), factories.rome(2022, 1, 13, 8)
    moments = [begin + timedelta(days=day, minutes=30 * turn) for day in range(100) for turn in range(10)]
    facts = {"cohort": cohort, "module": module, "purpose": "review", "mode": "remote"}
    sessions = Session.objects.bulk_create(
        Session(starts_at=at, ends_at=at + timedelta(minutes=20), **facts) for at in moments
    )
    Register.objects.bulk_create(Register(session=session, topic="Review") for session in sessions)
    PresenceInterval.objects.bulk_create(
        PresenceInterval(
            session=session,
            enrollment=person,
            source="roll_call",
            attendance="in_person",
            starts_at=session.starts_at,
            ends_at=session.starts_at + timedelta(minutes=15),
            by=tutor,
            at=session.ends_at,
        )
        for session in sessions
        for person in people
    )
    end = cohort.sessions.latest("ends_at").ends_at
    Register.objects.update(state="signed", signed_at=end)
    Register.objects.update(state="closed", closed_at=end, closed_by=tutor)
    return cohort, people
