"""The calendar feed: for one person, in every program, until its address is renewed."""

from datetime import UTC, timedelta
from html import escape
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses import curriculum, pattern
from courses.actions.programme import load_curriculum
from courses.actions.timetable import Plan, cancel_session, change_places, move_session, plan_sessions
from courses.models import Module, Session
from courses.workdays import Workdays
from enrollment.access import calendar_address, calendar_token
from enrollment.actions.offers import end_enrollment
from tests.factories import (
    a_cohort,
    a_person,
    a_room,
    a_score,
    a_session,
    a_test,
    an_enrollment,
    an_instructor,
    rome,
)

pytestmark = pytest.mark.django_db

CURRICULA = settings.BASE_DIR / "courses/curricula"
LINK = "https://meet.example.org/smtc/s001"


def address(user):
    return reverse("enrollment:feed", args=[calendar_token(user)])


def events(user):
    answer = Client().get(address(user))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return icalendar.Calendar.from_ical(answer.content).walk("VEVENT")


@pytest.fixture
def cohort():
    return a_cohort()


@pytest.fixture
def person(cohort):
    return an_enrollment(cohort=cohort).user


def whole_edition():
    """The past edition of the reference calendar: 78 sessions on both sides of 27 March 2022."""
    plan = pattern.read(CURRICULA / "smtc-2022-pattern.toml")
    closures = pattern.read_closures(CURRICULA / "smtc-2022-1-closures.toml")
    rows = pattern.lay_out(plan, first_day=rome(2022, 1, 13, 9).date(), workdays=Workdays("TO", closures))
    programme = load_curriculum(path=CURRICULA / "smtc-2022.toml", by=None, at=timezone.now())
    modules = {module.code: module for module in Module.objects.filter(block__programme=programme)}
    cohort = a_cohort(code="SMTC-2022-1", programme=programme)
    purposes = {"WA": Session.Purpose.WELCOME, "FA": Session.Purpose.FINAL}
    plan_sessions(
        cohort=cohort,
        plans=[
            Plan(
                modules[row.module],
                row.starts_at,
                row.ends_at,
                Session.Mode.REMOTE,
                purpose=purposes.get(row.module, Session.Purpose.TEACHING),
            )
            for row in rows
        ],
        by=None,
        at=rome(2022, 1, 1, 9),
    )
    return cohort


def test_a_whole_edition_is_78_events_at_the_right_hour_on_both_sides_of_27_march():
    person = an_enrollment(cohort=whole_edition()).user
    read = events(person)
    assert len(read) == 78
    starts = {event.decoded("DTSTART").astimezone(UTC) for event in read}
    local = {moment.astimezone(ZoneInfo("Europe/Rome")) for moment in starts}
    fridays = {moment.strftime("%H:%M") for moment in local if moment.weekday() == 4}
    assert fridays == {"09:00", "14:00"}
    assert rome(2022, 3, 25, 9) in starts
    assert rome(2022, 3, 25, 9).astimezone(UTC).hour == 8
    assert rome(2022, 4, 1, 9) in starts
    assert rome(2022, 4, 1, 9).astimezone(UTC).hour == 7
    assert sum(
        (event.decoded("DTEND") - event.decoded("DTSTART") for event in read), timedelta()
    ) == timedelta(hours=310)


def test_the_curriculum_and_the_pattern_agree():
    plan = pattern.read(CURRICULA / "smtc-2022-pattern.toml")
    assert pattern.check(plan, curriculum.read(CURRICULA / "smtc-2022.toml")) == []


def test_a_session_without_a_room_is_there_and_says_so(cohort, person):
    a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9), mode=Session.Mode.IN_PERSON)
    (event,) = events(person)
    assert str(event["LOCATION"])


def test_a_moved_session_keeps_its_uid_and_counts_its_sequence_up(cohort, person):
    session = a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9))
    (before,) = events(person)
    move_session(
        session=session,
        starts_at=rome(2022, 4, 1, 9),
        ends_at=rome(2022, 4, 1, 13),
        by=None,
        at=timezone.now() + timedelta(seconds=5),
    )
    (after,) = events(person)
    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"]) == int(before["SEQUENCE"]) + 1
    assert after.decoded("LAST-MODIFIED") > before.decoded("LAST-MODIFIED")
    assert after.decoded("DTSTART").astimezone(UTC) == rome(2022, 4, 1, 9)


def test_a_cancelled_session_stays_as_cancelled(cohort, person):
    session = a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9))
    events(person)
    cancel_session(session=session, by=None, at=timezone.now())
    (event,) = events(person)
    assert event["STATUS"] == "CANCELLED"
    assert int(event["SEQUENCE"]) == 1


def test_another_room_is_news_too(cohort, person):
    session = a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9), rooms=[a_room()])
    events(person)
    change_places(
        session=session, mode=session.mode, rooms=[a_room(name="Aula Magna")], by=None, at=timezone.now()
    )
    (event,) = events(person)
    assert "Aula Magna" in event["LOCATION"]
    assert int(event["SEQUENCE"]) == 1


def test_a_renamed_room_reaches_the_feed(cohort, person):
    room = a_room(name="Aula 1")
    a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9), rooms=[room])
    events(person)
    room.name = "Aula Settembrini"
    room.save()
    (event,) = events(person)
    assert "Aula Settembrini" in event["LOCATION"]


def test_an_edition_under_another_code_reaches_the_feed_of_who_follows_it_and_who_teaches_it(cohort, person):
    teacher = an_instructor(user=a_person())
    a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9), instructors=[teacher])
    for reader in (person, teacher.user):
        events(reader)
    cohort.code = "SMTC-2022-B"
    cohort.save(update_fields=["code"])
    for reader in (person, teacher.user):
        (event,) = events(reader)
        assert "SMTC-2022-B" in event["DESCRIPTION"]


def test_the_feed_never_holds_the_link_of_a_call(cohort, person):
    a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9), link=LINK)
    assert LINK.split("/")[2] not in Client().get(address(person)).text


def test_an_instructor_has_a_feed_of_what_is_taught(cohort):
    instructor = an_instructor(user=a_person())
    a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9), instructors=[instructor])
    a_session(cohort=cohort, starts_at=rome(2022, 3, 26, 9))
    assert len(events(instructor.user)) == 1


def test_the_feed_of_an_instructor_follows_changes_too(cohort):
    instructor = an_instructor(user=a_person())
    session = a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9), instructors=[instructor])
    events(instructor.user)
    cancel_session(session=session, by=None, at=timezone.now())
    (event,) = events(instructor.user)
    assert event["STATUS"] == "CANCELLED"


def test_whoever_withdrew_has_an_empty_feed_at_once(cohort, person):
    a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9))
    assert len(events(person)) == 1
    end_enrollment(
        enrollment=person.enrollments.get(),
        state="withdrawn",
        reason="Cambio lavoro.",
        on=rome(2022, 3, 24, 9).date(),
        by=person,
        at=timezone.now(),
    )
    assert len(events(person)) == 0


def test_unchanged_is_304_and_any_change_is_not(client, cohort, person):
    session = a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9))
    etag = client.get(address(person)).headers["ETag"]
    again = client.get(address(person), headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    Session.objects.filter(pk=session.pk).update(topic_it="Altro argomento")
    assert client.get(address(person), headers={"If-None-Match": etag}).status_code == 200


def test_a_program_without_etags_asks_by_date(client, time_machine, cohort, person):
    session = a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9))
    time_machine.move_to(rome(2022, 3, 1, 8), tick=False)
    written = client.get(address(person)).headers["Last-Modified"]
    assert written == "Tue, 01 Mar 2022 07:00:00 GMT"
    time_machine.move_to(rome(2022, 3, 2, 8), tick=False)
    assert client.get(address(person), headers={"If-Modified-Since": written}).status_code == 304
    cancel_session(session=session, by=None, at=timezone.now())
    assert client.get(address(person), headers={"If-Modified-Since": written}).status_code == 200


def test_a_published_score_changes_nothing_in_the_feed(client, cohort, person):
    session = a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9))
    before = client.get(address(person))
    a_score(a_test(session), enrollment=person.enrollments.get(), published_at=timezone.now())
    cache.clear()
    assert client.get(address(person)).text == before.text


def test_the_feed_holds_nobodys_address(client, cohort, person):
    a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9), instructors=[an_instructor()])
    an_enrollment(cohort=cohort)
    assert "@example.org" not in client.get(address(person)).text.replace("\r\n ", "")


def test_the_feed_costs_two_queries_cold_and_one_warm(client, django_assert_num_queries, cohort, person):
    a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9))
    cache.clear()
    with django_assert_num_queries(2):
        etag = client.get(address(person)).headers["ETag"]
    with django_assert_num_queries(1):
        client.get(address(person))
    with django_assert_num_queries(1):
        assert client.get(address(person), headers={"If-None-Match": etag}).status_code == 304


def test_a_wrong_or_shortened_token_finds_nothing(client, person):
    token = calendar_token(person)
    other = calendar_token(a_person())
    forged = f"{person.pk}-{other.split('-')[1]}"
    for wrong in (token[:-1], token + "0", forged, "1", token.upper() + "x", "9" * 30 + token):
        assert client.get(reverse("enrollment:feed", args=[wrong])).status_code == 404


def test_a_renewed_address_makes_the_old_one_worthless(client, person):
    old = address(person)
    client.force_login(person)
    assert client.post(reverse("enrollment:calendar")).status_code == 302
    person.refresh_from_db()
    assert client.get(old).status_code == 404
    assert client.get(address(person)).status_code == 200
    assert address(person) in client.get(reverse("enrollment:calendar")).text


def test_looking_at_the_page_renews_nothing(client, person):
    client.force_login(person)
    client.get(reverse("enrollment:calendar"))
    assert client.get(address(person)).status_code == 200


def test_a_closed_account_has_no_feed(client, person):
    person.is_active = False
    person.save()
    assert client.get(address(person)).status_code == 404


def test_nothing_can_be_posted_to_a_feed(person):
    assert Client(enforce_csrf_checks=True).post(address(person)).status_code in {403, 405}


def test_the_feed_speaks_the_persons_language_whoever_asks(client, cohort, person):
    session = a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9))
    person.language = "en"
    person.save()
    (event,) = events(person)
    assert event["SUMMARY"] == session.module.title_en


def test_a_title_cannot_smuggle_a_property_into_the_feed(cohort, person):
    session = a_session(cohort=cohort, starts_at=rome(2022, 3, 25, 9))
    Session.objects.filter(pk=session.pk).update(topic_it="x\r\nATTENDEE:mailto:evil@example.org")
    (event,) = events(person)
    assert "ATTENDEE" not in event


def test_one_press_subscribes_in_each_program(client, person):
    client.force_login(person)
    page = client.get("/calendar/")
    address = calendar_address(person)
    names = ("google", "outlook", "outlook_private")
    asked = {name: parse_qs(urlsplit(page.context[name]).query) for name in names}
    webcal = address.replace("http://", "webcal://")
    outlook = {"url": [address], "name": ["SMTC Academy"]}
    assert asked == {"google": {"cid": [webcal]}, "outlook": outlook, "outlook_private": outlook}
    for name in asked:
        assert escape(page.context[name]) in page.text
