"""Registers in every state, with everything that can hang on them."""

from datetime import date, timedelta

from assessments.actions.register import put_right
from assessments.models import (
    AbsenceAttachment,
    AbsenceNotice,
    AttendanceRule,
    PlatformReport,
    RectificationRequest,
)
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
    factories.an_enrollment(cohort=lesson.cohort, starts_on=date(2022, 5, 1))
    other = factories.a_cohort(programme=lesson.cohort.programme)
    factories.a_session(other, instructors=[factories.an_instructor()])
    factories.an_enrollment(cohort=other)
    return lesson
