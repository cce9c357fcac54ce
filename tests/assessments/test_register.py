"""The life of a register, as its actions play it."""

from datetime import timedelta

import pytest

from assessments.actions.register import Given, RegisterChangedMeanwhile, Spell, lock_registers, put_right
from assessments.models import Presence, PresenceInterval, Rectification, Register
from assessments.sheets import sheet_of, verdict
from courses.refusals import Refusal
from tests.factories import a_session, an_enrollment, rome
from tests.lesson import BEGIN, END, IN_PERSON, REMOTE, WHOLE, Lesson, from_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def lesson() -> Lesson:
    return Lesson()


def test_the_roll_call_says_who_was_there_and_for_how_long(lesson):
    lesson.call(WHOLE, from_to(15, 240), ())
    assert lesson.minutes() == [240, 225, 0]


def test_the_same_roll_call_twice_writes_once(lesson):
    first = lesson.call(WHOLE, WHOLE, ())
    again = lesson.call(WHOLE, WHOLE, (), seen=0)
    assert again.revision == first.revision
    assert PresenceInterval.objects.count() == 3


def test_of_two_people_who_save_the_second_is_told(lesson):
    lesson.call(WHOLE, WHOLE, WHOLE)
    with pytest.raises(RegisterChangedMeanwhile):
        lesson.call(WHOLE, WHOLE, (), seen=0)
    assert lesson.minutes() == [240, 240, 240]


def test_a_correction_supersedes_and_nothing_is_lost(lesson):
    lesson.call((*from_to(0, 60), *from_to(90, 240, REMOTE)), WHOLE, ())
    assert lesson.minutes() == [210, 240, 0]
    lesson.call(from_to(0, 60), (), WHOLE)
    assert lesson.minutes() == [60, 0, 240]
    lesson.call((), WHOLE, WHOLE)
    assert lesson.minutes() == [0, 240, 240]
    assert PresenceInterval.objects.count() == 4 + 4 + 3


@pytest.mark.parametrize(
    "spells",
    [from_to(-1, 240), from_to(0, 241), from_to(60, 60), from_to(60, 30), from_to(0, 100) + from_to(90, 240)],
)
def test_times_that_cannot_be_are_refused(lesson, spells):
    with pytest.raises(Refusal):
        lesson.call(spells)
    assert not Presence.objects.exists()


def test_a_person_not_on_the_roster_is_refused(lesson):
    lesson.people.append(an_enrollment())
    with pytest.raises(Refusal, match="roster"):
        lesson.call(WHOLE, WHOLE, WHOLE, WHOLE)


def test_no_roll_is_called_before_the_beginning(lesson):
    with pytest.raises(Refusal, match="not begun"):
        lesson.call(WHOLE, at=BEGIN - timedelta(minutes=1))


def test_it_is_signed_when_everybody_has_a_word_and_the_topic_is_there(lesson):
    lesson.call(WHOLE, WHOLE)
    with pytest.raises(Refusal, match=lesson.people[2].user.name):
        lesson.sign()
    lesson.call(WHOLE, WHOLE, (), given=Given())
    with pytest.raises(Refusal, match="topic"):
        lesson.sign()
    lesson.call(WHOLE, WHOLE, ())
    assert lesson.sign().state == Register.State.SIGNED
    assert lesson.sign().signatures.count() == 1


def test_it_is_not_signed_while_the_lesson_runs(lesson):
    lesson.call(WHOLE, WHOLE, WHOLE, at=BEGIN)
    with pytest.raises(Refusal, match="over"):
        lesson.sign(at=END - timedelta(minutes=16))
    lesson.sign(at=END - timedelta(minutes=15))


def test_a_signed_register_is_corrected_with_a_reason(lesson):
    lesson.call(WHOLE, WHOLE, WHOLE)
    lesson.sign()
    with pytest.raises(Refusal, match="reason"):
        lesson.call(WHOLE, WHOLE, ())
    lesson.call(WHOLE, WHOLE, (), reason="Had left unseen")
    assert lesson.minutes() == [240, 240, 0]


def test_a_closed_register_takes_only_rectifications(lesson):
    lesson.call(WHOLE, WHOLE, from_to(0, 235))
    lesson.sign()
    lesson.close()
    with pytest.raises(Refusal, match="rectifications"):
        lesson.call(WHOLE, WHOLE, WHOLE, reason="Really")
    put_right(
        session=lesson.session,
        enrollment=lesson.people[2],
        spells=WHOLE,
        reason="The clock was slow",
        by=lesson.tutor,
        at=END,
    )
    assert lesson.minutes() == [240, 240, 240]
    change = Rectification.objects.get()
    assert (change.before["minutes"], change.after["minutes"]) == (235, 240)
    assert change.after == sheet_of(lesson.session).lines[2].row


def test_a_locked_register_is_numbered_and_its_seal_stands(lesson):
    lesson.call(WHOLE, from_to(10, 240, REMOTE), ())
    lesson.sign()
    lesson.close()
    register = lesson.lock()
    assert register.number == 1
    found = verdict(sheet_of(lesson.session))
    assert (found.stands, found.altered, found.rectified) == (True, (), ())


def test_a_rectification_shows_and_the_seal_stands(lesson):
    lesson.call(WHOLE, WHOLE, ())
    lesson.sign()
    lesson.close()
    lesson.lock()
    put_right(
        session=lesson.session,
        enrollment=lesson.people[2],
        spells=WHOLE,
        reason="Was there",
        by=lesson.tutor,
        at=END + timedelta(days=1),
    )
    found = verdict(sheet_of(lesson.session))
    assert found.stands
    assert found.rectified == (str(lesson.people[2].pk),)


def test_no_register_is_locked_before_it_is_closed(lesson):
    lesson.call(WHOLE, WHOLE, ())
    lesson.sign()
    with pytest.raises(Refusal, match="not closed"):
        lesson.lock()


def test_registers_are_numbered_in_order_of_time(lesson):
    other = a_session(
        lesson.cohort, starts_at=rome(2022, 1, 13, 14), minutes=240, instructors=[lesson.instructor]
    )
    for session in (lesson.session, other):
        lesson.session = session
        lesson.call(*[[Spell(IN_PERSON, session.starts_at, session.ends_at)]] * 3)
        lesson.sign()
        lesson.close()
    both = lesson.cohort.sessions.all()
    lock_registers(cohort=lesson.cohort, sessions=both, by=lesson.tutor, at=rome(2022, 2, 1))
    numbered = Register.objects.order_by("session__starts_at").values_list("number", flat=True)
    assert list(numbered) == [1, 2]
