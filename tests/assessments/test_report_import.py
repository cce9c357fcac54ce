"""Reports of platforms: what they say of a session, all or nothing, and taken back."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.utils.translation import override

from assessments.actions.register import put_right
from assessments.actions.reports import import_report, undo_report
from assessments.models import PlatformReport, PresenceInterval, Register
from assessments.presence import Attendance
from assessments.sheets import sheet_of
from courses.refusals import Refusal
from tests.factories import an_enrollment
from tests.lesson import BEGIN, END, REMOTE, WHOLE, Lesson, from_to
from tests.together import all_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(time_machine):
    time_machine.move_to(END, tick=False)
    with override("en"):
        yield Lesson()


def bring(lesson, *spells, content=b"a report", session=None, people=None):
    """Import what the report says of each of them, in the order of the roster."""
    told = zip(people or lesson.people, spells, strict=False)
    return import_report(
        session=session or lesson.session,
        platform="zoom",
        name="report.csv",
        digest=sha256(content).hexdigest(),
        spells={person.pk: spell for person, spell in told},
        by=lesson.tutor,
        at=END,
    )


def test_the_minutes_are_the_union_of_what_is_reported(lesson):
    two_devices = (*from_to(0, 120, REMOTE), *from_to(60, 200, REMOTE))
    broken_off = (*from_to(-30, 60, REMOTE), *from_to(90, 300, REMOTE))
    bring(lesson, two_devices, broken_off)
    assert lesson.minutes() == [200, 210, -1]
    assert set(PresenceInterval.objects.values_list("source", "attendance")) == {("platform", "remote")}
    assert PresenceInterval.objects.filter(starts_at__lt=BEGIN).count() == 1  # as it was reported


def test_beside_the_roll_call_a_report_only_disagrees(lesson):
    lesson.call(WHOLE, WHOLE, WHOLE)
    seen = lesson.revision
    bring(lesson, from_to(0, 100, REMOTE), from_to(0, 226, REMOTE))
    assert lesson.minutes() == [240, 240, 240]
    assert [len(line.disagreements) for line in sheet_of(lesson.session).lines] == [1, 0, 0]
    assert lesson.revision == seen


def test_the_same_file_is_imported_once(lesson):
    bring(lesson, from_to(0, 60, REMOTE))
    with pytest.raises(Refusal, match="already been imported"):
        bring(lesson, from_to(0, 60, REMOTE))
    bring(lesson, from_to(60, 90, REMOTE), content=b"the second half")
    assert lesson.minutes()[0] == 90


def test_of_somebody_who_is_not_on_the_roster_nothing_is_written_of_anybody(lesson):
    stranger = an_enrollment()
    with pytest.raises(Refusal, match="not on the roster"):
        bring(lesson, *[from_to(0, 60)] * 2, people=[lesson.people[0], stranger])
    assert (PlatformReport.objects.count(), PresenceInterval.objects.count()) == (0, 0)


def test_a_report_of_another_hour_leaves_nothing_behind(lesson):
    with pytest.raises(Refusal, match="Nothing in this file counts"):
        bring(lesson, from_to(-120, -10, REMOTE), from_to(240, 300, REMOTE))
    assert PlatformReport.objects.count() == 0


def test_a_report_is_taken_back_and_can_come_again(lesson):
    first = bring(lesson, from_to(0, 60, REMOTE), (*from_to(0, 30, REMOTE), *from_to(40, 50, REMOTE)))
    for _ in range(2):  # asked twice, done once
        undone = undo_report(report=first, by=lesson.tutor, at=END)
        assert (undone.undone_at, undone.undone_by) == (END, lesson.tutor)
    assert lesson.minutes() == [0, 0, -1]
    assert PresenceInterval.objects.live().count() == 0
    assert PresenceInterval.objects.count() == 6
    assert len(sheet_of(lesson.session).untold) == 3
    bring(lesson, from_to(0, 60, REMOTE))
    assert lesson.minutes() == [60, 0, -1]


def test_what_the_office_decided_meanwhile_stays(lesson):
    report = bring(lesson, from_to(0, 60, REMOTE))
    put_right(
        session=lesson.session,
        enrollment=lesson.people[0],
        spells=from_to(0, 80, Attendance.REMOTE),
        reason="Seen.",
        by=lesson.tutor,
        at=END,
    )
    undo_report(report=report, by=lesson.tutor, at=END)
    assert lesson.minutes()[0] == 80


def test_a_final_register_takes_no_report_and_gives_none_back(lesson):
    report = bring(lesson, from_to(0, 60, REMOTE))
    lesson.call(WHOLE, WHOLE, WHOLE)
    lesson.sign()
    lesson.close()
    for refused in (
        lambda: bring(lesson, from_to(0, 60, REMOTE), content=b"another"),
        lambda: undo_report(report=report, by=lesson.tutor, at=END),
    ):
        with pytest.raises(Refusal, match="only rectifications"):
            refused()
    assert PresenceInterval.objects.filter(report__isnull=False).count() == 1


def test_before_the_session_there_is_nothing_to_report(lesson):
    with pytest.raises(Refusal, match="not begun"):
        import_report(
            session=lesson.session,
            platform="meet",
            name="early.csv",
            digest="0" * 64,
            spells={lesson.people[0].pk: from_to(0, 10)},
            by=lesson.tutor,
            at=BEGIN - timedelta(minutes=1),
        )
    assert Register.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_who_import_the_same_file_at_once_one_does(lesson):
    first, second = all_at_once([lambda: bring(lesson, from_to(0, 60, REMOTE))] * 2)
    assert sorted(type(one).__name__ for one in (first, second)) == ["PlatformReport", "Refusal"]
    assert PresenceInterval.objects.count() == 1
    assert lesson.minutes()[0] == 60
