"""Reports of platforms: what they say of a session, all or nothing, and taken back."""

import sys
from datetime import timedelta
from hashlib import sha256
from resource import RUSAGE_SELF, getrusage
from time import perf_counter

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from assessments.actions.register import put_right
from assessments.actions.reports import import_report, undo_report
from assessments.forms.reports import Preview, report_of, sentence_of
from assessments.layouts import Unreadable
from assessments.matching import Ground
from assessments.models import PlatformReport, PresenceInterval, Register
from assessments.moments import Undecided
from assessments.presence import Attendance
from assessments.reports import Unfit
from assessments.sheets import sheet_of
from courses.models import Role, SessionPlace
from courses.reasons import Reason
from courses.refusals import Refusal
from tests.classroom import client_of
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


# --- the page ----------------------------------------------------------------------------------

HEADINGS = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"


def zoom(*rows: tuple[str, str, str, str], day="20/01/2022", meeting="") -> SimpleUploadedFile:
    """A report of Zoom: name, address, when they came and left."""
    lines = [f"{name},{email},{day} {came},{day} {left},0,No" for name, email, came, left in rows]
    about = [f"Meeting ID,Topic,Start Time,End Time\n{meeting},Lesson,{day} 14:00:00,{day} 18:00:00\n\n"]
    return SimpleUploadedFile("zoom.csv", "\n".join([*(about if meeting else []), HEADINGS, *lines]).encode())


def page(lesson, name="report", *more) -> str:
    return reverse(f"assessments:{name}", args=[lesson.session.pk, *more])


@pytest.fixture
def tutor(lesson):
    lesson.tutor.roles.create(cohort=lesson.cohort, kind=Role.Kind.TUTOR)
    cache.clear()
    return client_of(lesson.tutor)


def upload(client, lesson, file):
    return client.post(page(lesson), {"file": file})


def confirm(client, lesson, preview, **picked):
    return client.post(page(lesson, "confirm_report"), {"token": preview.context["token"]} | picked)


def test_a_report_is_looked_at_before_it_is_written(lesson, tutor):
    ada, bruno, carla = (person.user for person in lesson.people)
    file = zoom(
        (ada.name, ada.email.upper(), "14:00:00", "16:00:30"),
        ("Ada al telefono", ada.email, "15:00:00", "17:00:00"),
        (bruno.name, "", "14:00:00", "18:00:00"),
        ("iPad", "", "14:00:00", "18:00:00"),
        (carla.name, carla.email, "15:00:00", "14:00:00"),
    )
    preview = upload(tutor, lesson, file)
    assert preview.status_code == 200
    shown = preview.context["preview"]
    assert [(one.name, one.minutes) for one in shown.certain] == [(ada.name, 120), ("Ada al telefono", 120)]
    assert [(one.name, one.minutes) for one in shown.doubtful] == [(bruno.name, 240)]
    assert [one.name for one in shown.unknown] == ["iPad"]
    assert [why for _, why in shown.left_out] == ["They left before they came."]
    assert [(one.now, one.then) for one in shown.changes] == [(0, 180)]
    assert "Same name, and no e-mail address." in preview.text
    assert PresenceInterval.objects.count() == 0

    assert confirm(tutor, lesson, preview).url == page(lesson)
    assert lesson.minutes() == [180, -1, -1]  # nobody is guessed
    told = PlatformReport.objects.get()
    assert (told.platform, told.name, told.by) == ("zoom", "zoom.csv", lesson.tutor)


def test_a_doubtful_row_is_somebodys_when_picked_by_hand(lesson, tutor):
    bruno = lesson.people[1]
    file = zoom((bruno.user.name, "", "14:00:00", "15:00:00"))
    preview = upload(tutor, lesson, file)
    [row] = preview.context["preview"].doubtful
    stranger = confirm(tutor, lesson, preview, **{f"whose-{row.key}": lesson.people[0].pk})
    assert stranger.status_code == 400  # only who was proposed
    confirm(tutor, lesson, preview, **{f"whose-{row.key}": bruno.pk})
    assert lesson.minutes() == [-1, 60, -1]


def test_a_report_of_another_meeting_or_day_is_refused_in_words(lesson, tutor):
    ada = lesson.people[0].user
    row = (ada.name, ada.email, "14:00:00", "16:00:00")
    away = upload(tutor, lesson, zoom(row, day="21/01/2022"))
    assert (away.status_code, "another day" in away.text) == (422, True)
    link = "https://zoom.us/j/81234567890"
    SessionPlace.objects.filter(session=lesson.session, room=None).delete()
    SessionPlace.objects.create(session=lesson.session, room=None, link=link)
    other = upload(tutor, lesson, zoom(row, meeting="899 9999 9999"))
    assert (other.status_code, "another meeting" in other.text) == (422, True)
    assert upload(tutor, lesson, zoom(row, meeting="812 3456 7890")).status_code == 200
    nonsense = upload(tutor, lesson, SimpleUploadedFile("a.csv", b"one,two\n1,2\n"))
    assert nonsense.status_code == 422


def test_taken_back_in_one_click(lesson, tutor):
    ada = lesson.people[0].user
    confirm(tutor, lesson, upload(tutor, lesson, zoom((ada.name, ada.email, "14:00:00", "16:00:00"))))
    back = page(lesson, "take_back_report", PlatformReport.objects.get().pk)
    assert "Take back" in tutor.get(page(lesson)).text
    assert tutor.post(back).url == page(lesson)
    assert lesson.minutes()[0] == 0
    assert client_of(Lesson().teacher).post(back).status_code == 404


def test_a_file_is_confirmed_by_who_uploaded_it_and_once(lesson, tutor):
    ada = lesson.people[0].user
    preview = upload(tutor, lesson, zoom((ada.name, ada.email, "14:00:00", "16:00:00")))
    assert confirm(client_of(lesson.teacher), lesson, preview).status_code == 409
    assert tutor.post(page(lesson, "confirm_report"), {"token": "another"}).status_code == 409
    assert confirm(tutor, lesson, preview).status_code == 302
    assert confirm(tutor, lesson, preview).status_code == 409
    assert PlatformReport.objects.count() == 1


def test_reports_are_for_who_keeps_the_register(lesson):
    assert client_of(lesson.people[0].user).get(page(lesson)).status_code == 403
    assert client_of(Lesson().teacher).get(page(lesson)).status_code == 404
    assert client_of(lesson.teacher).get(page(lesson)).status_code == 200


def test_page_preview_and_import_ask_as_much_for_three_people_as_for_thirty(time_machine):
    time_machine.move_to(END, tick=False)

    def asked(size: int) -> list[int]:
        lesson, counts, answer = Lesson(size), [], None
        client = client_of(lesson.teacher)
        rows = [
            (one.user.name, one.user.email if n else "", "14:00:00", "18:00:00")
            for n, one in enumerate(lesson.people)
        ]
        for step in (
            lambda _: client.get(page(lesson)),
            lambda _: upload(client, lesson, zoom(*rows)),
            lambda preview: confirm(client, lesson, preview),
        ):
            with CaptureQueriesContext(connection) as captured:
                answer = step(answer)
            counts.append(len(captured))
        assert PresenceInterval.objects.filter(session=lesson.session).count() == size - 1
        return counts

    asked(3)
    few = asked(3)
    assert asked(30) == few
    assert max(few) <= 30, few


def test_every_reason_has_its_sentence():
    for kind in (Unreadable, Unfit, Undecided, Ground):
        for code in kind:
            assert "%" not in sentence_of(Reason(code))


@pytest.mark.slow
def test_ten_thousand_rows_are_imported_in_five_seconds_and_a_hundred_megabytes(time_machine):
    time_machine.move_to(END, tick=False)
    lesson = Lesson(300)
    times = [f"{14 + at // 12}:{at % 12 * 5:02}" for at in range(48)]
    rows = [
        (person.user.name, person.user.email, f"{came}:00", f"{came}:59")
        for came in times[:34]
        for person in lesson.people
    ][:10_000]
    content = zoom(*rows).read()
    before, begun = getrusage(RUSAGE_SELF).ru_maxrss, perf_counter()
    report = report_of(lesson.session, "zoom.csv", content, None)
    preview = Preview(sheet_of(lesson.session), report)
    import_report(
        session=lesson.session,
        platform="zoom",
        name="zoom.csv",
        digest=sha256(content).hexdigest(),
        spells=preview.spells,
        by=lesson.tutor,
        at=END,
    )
    seconds, megabytes = perf_counter() - begun, (getrusage(RUSAGE_SELF).ru_maxrss - before) / 1024
    sys.stdout.write(f"10,000 rows: {seconds:.2f} s, {megabytes:.0f} MB\n")
    assert PresenceInterval.objects.count() == 10_000
    assert seconds < 5
    assert megabytes < 100
