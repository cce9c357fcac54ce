"""Participants say themselves that they are there, by the code of the room or of the call."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.actions.checkin import check_in
from assessments.checkin_codes import Kind, code_at, token_at
from assessments.models import Presence, PresenceInterval
from assessments.presence import Source
from assessments.sheets import sheet_of
from courses.actions.timetable import cancel_session
from courses.refusals import Refusal
from enrollment.models import Joining
from tests.classroom import client_of
from tests.factories import a_person, a_session, an_enrollment, with_address
from tests.lesson import BEGIN, END, WHOLE, Lesson, from_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

SECRET = settings.SECRET_KEY.encode()
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
SCAN = BEGIN + 5 * MINUTE


@pytest.fixture
def lesson(time_machine):
    """The clock stands at five past two."""
    cache.clear()
    time_machine.move_to(SCAN, tick=False)
    return Lesson()


def code(session, kind=Kind.ROOM, at=SCAN) -> str:
    return code_at(SECRET, session.pk, kind, at)


def scan(session, kind=Kind.ROOM, at=SCAN) -> str:
    return reverse("assessments:scan", args=[session.pk, token_at(SECRET, session.pk, kind, at)])


def page(session) -> str:
    return reverse("assessments:checkin", args=[session.pk])


def type_in(client, session, typed, kind="room"):
    return client.post(page(session), {"code": typed, "kind": kind})


# --- in the room -------------------------------------------------------------------------------


def test_who_scans_is_there_from_that_moment_to_the_end(lesson):
    client = client_of(lesson.people[0].user)
    answer = client.get(scan(lesson.session))
    assert (answer.status_code, answer.url) == (302, page(lesson.session))
    assert PresenceInterval.objects.count() == 0  # looking at an address writes nothing
    assert client.post(page(lesson.session)).status_code == 302
    told = PresenceInterval.objects.get()
    assert (told.source, told.attendance) == ("room_code", "in_person")
    assert (told.starts_at, told.ends_at, told.by) == (SCAN, END, lesson.people[0].user)
    assert lesson.minutes() == [235, -1, -1]
    assert "14:05" in client.get(page(lesson.session)).text


def test_the_moment_of_scanning_is_kept_through_signing_in(lesson, time_machine):
    person = lesson.people[0].user
    with_address(person).set_password("mobilita-2022")
    person.save()
    browser = Client()
    browser.get(scan(lesson.session))
    door = browser.get(page(lesson.session))
    assert door.url == f"{reverse('account_login')}?next={page(lesson.session)}"
    time_machine.move_to(SCAN + 10 * MINUTE, tick=False)  # the code has long changed
    signed_in = browser.post(door.url, {"login": person.email, "password": "mobilita-2022"})
    assert signed_in.url == page(lesson.session)
    assert browser.post(page(lesson.session)).status_code == 302
    assert PresenceInterval.objects.get().starts_at == SCAN


def test_a_scan_is_of_one_browser_and_is_forgotten_after_a_quarter(lesson, time_machine):
    mine, other = (client_of(person.user) for person in lesson.people[:2])
    mine.get(scan(lesson.session))
    assert other.post(page(lesson.session)).status_code == 400  # the address alone is worth nothing
    time_machine.move_to(SCAN + timedelta(minutes=15, seconds=1), tick=False)
    assert mine.post(page(lesson.session)).status_code == 400
    assert PresenceInterval.objects.count() == 0


def test_checked_in_twice_is_checked_in_once(lesson, time_machine):
    client = client_of(lesson.people[0].user)
    assert type_in(client, lesson.session, code(lesson.session)).status_code == 302
    later = SCAN + 30 * MINUTE
    time_machine.move_to(later, tick=False)
    assert type_in(client, lesson.session, code(lesson.session, at=later)).status_code == 302
    assert PresenceInterval.objects.get().starts_at == SCAN


def test_who_comes_before_the_beginning_gains_nothing(lesson):
    check_in_at(lesson, BEGIN - 10 * MINUTE)
    assert lesson.minutes()[0] == 240


def check_in_at(lesson, moment, *, kind=Kind.ROOM, who=0, session=None):
    person = lesson.people[who].user
    return check_in(session=session or lesson.session, kind=kind, scanned_at=moment, by=person, at=moment)


@pytest.mark.parametrize(
    ("moment", "words"),
    [(BEGIN - 16 * MINUTE, "opens 15 minutes before"), (END, "is over"), (END + MINUTE, "is over")],
)
def test_outside_its_window_a_code_is_refused(lesson, moment, words):
    with pytest.raises(Refusal, match=words):
        check_in_at(lesson, moment)
    assert PresenceInterval.objects.count() == 0


def test_who_is_not_on_the_roster_is_refused_in_words(lesson):
    stranger = client_of(a_person())
    assert stranger.get(page(lesson.session)).status_code == 404
    assert type_in(stranger, lesson.session, code(lesson.session)).status_code == 404
    stranger.get(scan(lesson.session))
    answer = stranger.post(page(lesson.session))
    assert answer.status_code == 409
    assert "not on the roster" in answer.text
    assert (
        "not on the roster" in type_in(client_of(lesson.teacher), lesson.session, code(lesson.session)).text
    )
    assert PresenceInterval.objects.count() == 0


def test_wrong_codes_are_refused_each_in_its_words(lesson, time_machine):
    client = client_of(lesson.people[0].user)
    elsewhere = a_session(starts_at=BEGIN)
    for typed, words in (
        ("12345", "not a code of this session"),
        (code(elsewhere), "code of another session"),
        (code(lesson.session, Kind.CALL), "code of the call"),
        (code(lesson.session, at=SCAN - 2 * MINUTE), "too old"),
    ):
        answer = type_in(client, lesson.session, typed)
        assert answer.status_code == 409
        assert words in answer.text
        assert f'value="{typed}"' in answer.text
    old = client.get(scan(lesson.session, at=SCAN - 2 * MINUTE))
    assert (old.status_code, "too old" in old.text) == (409, True)
    assert client.get(reverse("assessments:scan", args=[999999, "nothing"])).status_code == 404
    assert client.get(scan(elsewhere)).status_code == 302
    assert PresenceInterval.objects.count() == 0


def test_a_door_the_session_does_not_have_is_no_request(lesson):
    lesson_in_room = a_session(
        lesson.cohort, starts_at=BEGIN + timedelta(days=1), mode="in_person", rooms=[], minutes=60
    )
    client = client_of(lesson.people[0].user)
    assert type_in(client, lesson_in_room, "12345", kind="call").status_code == 400
    assert type_in(client, lesson_in_room, "12345", kind="window").status_code == 400


def test_a_closed_register_takes_no_check_in(lesson):
    lesson.call(WHOLE, WHOLE)
    third = an_enrollment(cohort=lesson.cohort).user  # comes late: nobody has said anything of them
    lesson.call(WHOLE, WHOLE, ())
    lesson.people.append(third.enrollments.get())
    lesson.call(WHOLE, WHOLE, (), WHOLE)
    lesson.sign()
    lesson.close()
    with pytest.raises(Refusal, match="closed"):
        check_in(session=lesson.session, kind=Kind.ROOM, scanned_at=SCAN, by=third, at=END)


def test_a_cancelled_session_has_nothing_to_check_in_to(lesson):
    cancel_session(session=lesson.session, reason="Snow.", by=lesson.tutor, at=BEGIN - 20 * MINUTE)
    lesson.session.refresh_from_db()
    with pytest.raises(Refusal, match="cancelled"):
        check_in_at(lesson, SCAN)
    assert client_of(lesson.people[0].user).get(scan(lesson.session)).status_code == 404


def test_beside_the_roll_call_a_check_in_is_a_second_source_that_disagrees(lesson):
    lesson.call((), WHOLE, from_to(0, 60))
    check_in_at(lesson, SCAN)
    assert lesson.minutes() == [0, 240, 60]
    line = sheet_of(lesson.session).lines[0]
    [conflict] = line.disagreements
    assert (conflict.ruling, conflict.ruled, conflict.other, conflict.said) == (
        Source.ROLL_CALL,
        0,
        Source.ROOM_CODE,
        235,
    )


def test_a_check_in_is_not_in_the_way_of_who_calls_the_roll(lesson):
    seen = lesson.revision
    check_in_at(lesson, SCAN)
    lesson.call(WHOLE, WHOLE, WHOLE, seen=seen)
    assert lesson.minutes() == [240, 240, 240]


# --- in the call -------------------------------------------------------------------------------


@pytest.fixture
def remote(lesson):
    """The same hour of another day, held in a call alone."""
    day = BEGIN + timedelta(days=7)
    return a_session(lesson.cohort, starts_at=day, mode="remote", link="https://example.org/c")


def test_joining_is_confirmed_by_the_code_of_the_call(lesson, remote, time_machine):
    person, client = lesson.people[0], client_of(lesson.people[0].user)
    begin, week = remote.starts_at, timedelta(days=7)
    time_machine.move_to(begin + 3 * MINUTE, tick=False)
    assert client.get(reverse("enrollment:join", args=[remote.pk])).url == "https://example.org/c"
    assert Joining.objects.get().enrollment == person
    assert Presence.objects.count() == 0  # the button alone is worth nothing
    time_machine.move_to(begin + 40 * MINUTE, tick=False)
    answer = type_in(client, remote, code(remote, Kind.CALL, begin + 40 * MINUTE), kind="call")
    assert answer.status_code == 302
    told = PresenceInterval.objects.get()
    assert (told.source, told.attendance) == ("call_code", "remote")
    assert (told.starts_at, told.ends_at) == (BEGIN + week + 3 * MINUTE, END + week)
    assert Presence.objects.get().minutes == 237


def test_who_did_not_join_through_the_portal_is_asked_to(lesson, remote):
    moment = remote.starts_at + MINUTE
    with pytest.raises(Refusal, match="by its button in the portal"):
        check_in_at(lesson, moment, kind=Kind.CALL, session=remote)
    Joining.objects.create(enrollment=lesson.people[0], session=remote, at=moment + MINUTE)
    with pytest.raises(Refusal, match="by its button in the portal"):
        check_in_at(lesson, moment, kind=Kind.CALL, session=remote)
    assert PresenceInterval.objects.count() == 0


def test_who_teaches_leaves_no_note_and_a_head_request_neither(lesson, remote, time_machine):
    time_machine.move_to(remote.starts_at, tick=False)
    door = reverse("enrollment:join", args=[remote.pk])
    assert client_of(lesson.people[0].user).head(door).status_code == 302
    office = a_person(is_staff=True, is_superuser=True)
    assert client_of(office).get(door).status_code == 302
    assert Joining.objects.count() == 0


# --- guessing ----------------------------------------------------------------------------------


def test_the_digits_are_no_address_where_guesses_would_not_be_counted(lesson):
    browser = Client(headers={"Accept-Language": "en"})
    answer = browser.get(reverse("assessments:scan", args=[lesson.session.pk, code(lesson.session)]))
    assert answer.status_code == 409
    assert "not a code of this session" in answer.text
    assert f'href="{page(lesson.session)}"' in answer.text
    assert browser.get(scan(lesson.session)).status_code == 302


def test_guesses_are_counted_and_stopped(lesson):
    client = client_of(lesson.people[0].user)
    allowed = settings.ACCOUNT_RATE_LIMITS["checkin_code"].partition("/")[0]
    for _ in range(int(allowed)):
        assert type_in(client, lesson.session, "12345").status_code == 409
    stopped = type_in(client, lesson.session, code(lesson.session))
    assert stopped.status_code == 429
    assert "Wait five minutes" in stopped.text
    other = client_of(lesson.people[1].user)
    assert type_in(other, lesson.session, code(lesson.session)).status_code == 302
    client.get(scan(lesson.session))  # what is scanned is not guessed
    assert client.post(page(lesson.session)).status_code == 302


# --- the projector -----------------------------------------------------------------------------


def test_the_projector_shows_room_and_call_apart_with_the_picture_of_the_address(lesson):
    text = client_of(lesson.teacher).get(reverse("assessments:code", args=[lesson.session.pk])).text
    assert re.findall(r'code-letters"[^>]*>(\d{6})<', text) == [
        code(lesson.session),
        code(lesson.session, Kind.CALL),
    ]
    assert text.count("<svg") == 1 + text.count("<svg class")
    assert (
        "no-store"
        in client_of(lesson.teacher).get(f"/teaching/sessions/{lesson.session.pk}/code/")["Cache-Control"]
    )


def test_codes_are_for_who_keeps_the_register(lesson):
    address = reverse("assessments:code", args=[lesson.session.pk])
    assert client_of(lesson.people[0].user).get(address).status_code == 403
    assert client_of(Lesson().teacher).get(address).status_code == 404


@pytest.mark.parametrize(
    ("moment", "words"), [(BEGIN - timedelta(hours=1), "Not open yet"), (END, "is over")]
)
def test_outside_the_window_the_projector_shows_no_code(lesson, time_machine, moment, words):
    time_machine.move_to(moment, tick=False)
    text = client_of(lesson.teacher).get(reverse("assessments:code", args=[lesson.session.pk])).text
    assert words in text
    assert "code-letters" not in text


def test_projector_and_check_in_ask_as_much_for_three_as_for_thirty():
    def asked(size: int) -> list[int]:
        lesson, counts = Lesson(size), []
        for user, name in ((lesson.teacher, "code"), (lesson.people[0].user, "checkin")):
            client = client_of(user)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(reverse(f"assessments:{name}", args=[lesson.session.pk])).status_code == 200
            counts.append(len(captured))
        return counts

    asked(3)
    assert asked(3) == asked(30)
