"""Who is told what of a release, of a substitution and of an appointment: those concerned, once."""

from datetime import timedelta

import pytest

from academy.models import Notice
from academy.postman import KINDS, collect
from courses.actions.appointments import answer_appointment
from courses.actions.drafting import add_draft_session, edit_draft_session, open_draft
from courses.actions.releasing import release_draft
from courses.actions.timetable import cancel_session, substitute_teacher
from tests.factories import (
    a_cohort,
    a_module,
    a_session,
    an_appointment,
    an_enrollment,
    an_instructor,
    rome,
)

pytestmark = pytest.mark.django_db

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
AT = rome(2022, 1, 13, 12)
SETTLED = AT + timedelta(minutes=10)
NINE = rome(2022, 1, 20, 9)


def due(kind, at):
    return sorted(set(KINDS[kind].due(at)))


def told(person, kind) -> list[Notice]:
    return list(Notice.objects.filter(user=person, kind=kind))


def released(cohort, *sessions, at=AT):
    """Sessions added by one release: (beginning, instructors) each."""
    draft = open_draft(cohort=cohort, by=None, at=AT - HOUR)
    for starts_at, instructors in sessions:
        add_draft_session(
            draft=draft,
            module=a_module(cohort),
            starts_at=starts_at,
            ends_at=starts_at + HOUR,
            mode="remote",
            instructors=instructors,
            by=None,
            at=AT - HOUR,
        )
    return release_draft(timetabledraft=draft, by=None, at=at)


def test_sessions_added_by_one_release_are_one_mail_ten_minutes_later_for_those_concerned():
    cohort, teacher = a_cohort(), an_instructor()
    member = an_enrollment(cohort=cohort).user
    an_enrollment()  # in another edition
    release = released(cohort, *((NINE + day * DAY, [teacher]) for day in (0, 1, 4)))
    assert due("sessions_added", SETTLED - SECOND) == []
    assert due("sessions_added", SETTLED) == sorted(
        (person.pk, release.pk, 0, SETTLED) for person in (member, teacher.user)
    )
    assert due("session_changed", SETTLED) == due("teaching_changed", SETTLED) == []


def test_what_begins_within_a_day_is_told_at_once_and_not_again_with_the_rest_nor_as_a_reminder():
    cohort = a_cohort()
    member = an_enrollment(cohort=cohort).user
    at = rome(2022, 1, 13, 19)
    released(cohort, (rome(2022, 1, 14, 9), []), (NINE, []), at=at)
    for moment in (at, at + HOUR / 2, at + HOUR):
        collect(moment)
    assert [notice.due_at for notice in told(member, "sessions_added")] == [at]
    assert told(member, "session_tomorrow") == []


def test_a_reminder_still_comes_the_evening_before():
    cohort = a_cohort()
    member = an_enrollment(cohort=cohort).user
    released(cohort, (NINE, []))
    collect(rome(2022, 1, 19, 18))
    assert len(told(member, "session_tomorrow")) == 1


def test_sessions_cancelled_before_the_mail_leaves_are_not_announced():
    cohort = a_cohort()
    member = an_enrollment(cohort=cohort).user
    release = released(cohort, (NINE, []))
    collect(SETTLED)
    [notice] = told(member, "sessions_added")
    assert KINDS["sessions_added"].still_due(notice, SETTLED) is None
    cancel_session(session=release.added.get(), by=None, at=SETTLED)
    assert KINDS["sessions_added"].still_due(notice, SETTLED)


def test_an_instructor_who_comes_in_with_a_move_reads_of_it_once():
    out, into = an_instructor(), an_instructor()
    session = a_session(starts_at=NINE, instructors=[out])
    member = an_enrollment(cohort=session.cohort).user
    draft = open_draft(cohort=session.cohort, by=None, at=AT - HOUR)
    row = draft.sessions.get()
    later = {"starts_at": NINE + HOUR, "ends_at": NINE + 5 * HOUR}
    edit_draft_session(draftsession=row, instructors=[into], **later, by=None, at=AT - HOUR)
    release_draft(timetabledraft=draft, by=None, at=AT)
    assert [person for person, *_ in due("session_changed", SETTLED)] == [member.pk]
    substitution = session.substitutions.get()
    assert due("teaching_changed", SETTLED) == sorted(
        (person.user_id, substitution.pk, 0, SETTLED) for person in (out, into)
    )


def test_participants_do_not_hear_of_a_substitution():
    out, into = an_instructor(), an_instructor()
    session = a_session(starts_at=NINE, instructors=[out])
    an_enrollment(cohort=session.cohort)
    substitute_teacher(session=session, out=out, into=into, reason="Malattia", by=None, at=AT)
    people = {person for kind in ("teaching_changed", "session_changed") for person, *_ in due(kind, SETTLED)}
    assert people == {out.user_id, into.user_id}


def test_a_substitution_undone_before_it_was_told_is_told_to_nobody():
    out, into = an_instructor(), an_instructor()
    session = a_session(starts_at=NINE, instructors=[out])
    substitute_teacher(session=session, out=out, into=into, reason="Malattia", by=None, at=AT)
    collect(SETTLED)
    substitute_teacher(session=session, out=into, into=out, reason="Guarito", by=None, at=SETTLED)
    kind = KINDS["teaching_changed"]
    notices = told(out.user, "teaching_changed") + told(into.user, "teaching_changed")
    assert len(notices) == 2
    assert all(kind.still_due(notice, SETTLED) for notice in notices)


@pytest.mark.parametrize(("ahead", "delay"), [(23 * HOUR, timedelta()), (25 * HOUR, SETTLED - AT)])
def test_a_substitute_of_tomorrow_is_told_at_once(ahead, delay):
    out, into = an_instructor(), an_instructor()
    session = a_session(starts_at=AT + ahead, minutes=60, instructors=[out])
    substitute_teacher(session=session, out=out, into=into, reason="Malattia", by=None, at=AT)
    assert {moment for *_, moment in due("teaching_changed", AT + delay)} == {AT + delay}
    assert due("teaching_changed", AT + delay - SECOND) == []


def test_an_appointment_is_asked_once_until_the_hours_change():
    appointment = an_appointment(asked_at=AT)
    for moment in (AT, AT + HOUR):
        collect(moment)
    [notice] = told(appointment.instructor.user, "appointment_asked")
    kind = KINDS["appointment_asked"]
    assert kind.still_due(notice, AT) is None
    answer_appointment(
        appointment=appointment, state="confirmed", minutes=appointment.minutes, by=None, at=AT
    )
    assert kind.still_due(notice, AT)
    assert due("appointment_asked", AT) == []


def test_who_is_no_longer_asked_is_told_once_unless_asked_anew():
    appointment = an_appointment(state="withdrawn", asked_at=AT)
    for moment in (AT, AT + HOUR):
        collect(moment)
    [notice] = told(appointment.instructor.user, "appointment_withdrawn")
    kind = KINDS["appointment_withdrawn"]
    assert kind.still_due(notice, AT) is None
    type(appointment).objects.filter(pk=appointment.pk).update(state="asked", asked_at=AT + HOUR)
    assert kind.still_due(notice, AT + HOUR)
