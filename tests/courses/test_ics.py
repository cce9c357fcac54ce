import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from courses.ics import Event, write

ROME = ZoneInfo("Europe/Rome")
PRODUCT = "-//SMTC Academy//Timetable//IT"
LESSON = Event(
    uid="session-14@academy.example.org",
    sequence=2,
    starts_at=datetime(2022, 3, 24, 13, tzinfo=UTC),
    ends_at=datetime(2022, 3, 24, 17, tzinfo=UTC),
    changed_at=datetime(2022, 3, 20, 8, 30, tzinfo=UTC),
    summary="AMS1 · Strumenti per l’innovazione",
    location="Aula Settembrini 1, corso Settembrini 178",
    description="Docente: Ivo Brondellari\nIn aula e da remoto",
    url="https://academy.example.org/sessions/14/",
)


def feed(*events: Event, name: str = "SMTC Academy") -> str:
    return write(events, name=name, product=PRODUCT)


def parsed(text: str) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(text.encode())


def only_event(text: str) -> icalendar.Event:
    (event,) = parsed(text).walk("VEVENT")
    assert event.errors == []
    return event


def as_a_reader_sees(text: str) -> str:
    """What must be left of any text: line ends as one kind, nothing a terminal would act on."""
    text = re.sub("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    return re.sub("[\x00-\x08\x0e-\x1f\x7f]", "", text)


def test_an_event_reads_back_as_it_was():
    event = only_event(feed(LESSON))
    assert {name: event.decoded(name) for name in event} == {
        "UID": LESSON.uid,
        "DTSTAMP": LESSON.changed_at,
        "LAST-MODIFIED": LESSON.changed_at,
        "SEQUENCE": 2,
        "DTSTART": LESSON.starts_at,
        "DTEND": LESSON.ends_at,
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
        "SUMMARY": LESSON.summary,
        "LOCATION": LESSON.location,
        "DESCRIPTION": LESSON.description,
        "URL": LESSON.url,
    }


def test_the_calendar_says_its_name_and_how_often_to_look():
    text = feed(name="Calendario, edizione 1")
    calendar = parsed(text)
    assert "\r\nNAME:Calendario\\, edizione 1\r\n" in text
    assert "\r\nX-WR-CALNAME:Calendario\\, edizione 1\r\n" in text
    assert calendar.decoded("REFRESH-INTERVAL") == timedelta(hours=1)
    assert calendar["PRODID"] == PRODUCT
    assert "METHOD" not in calendar


def test_a_lesson_at_14_is_at_14_on_both_sides_of_27_march_2022():
    before = replace(LESSON, starts_at=datetime(2022, 3, 26, 13, tzinfo=UTC))
    after = replace(LESSON, starts_at=datetime(2022, 3, 31, 12, tzinfo=UTC))
    text = feed(before, after)
    assert re.findall(r"DTSTART;TZID.*(?=\r)", text) == [
        "DTSTART;TZID=Europe/Rome:20220326T140000",
        "DTSTART;TZID=Europe/Rome:20220331T140000",
    ]
    starts = [event.decoded("DTSTART") for event in parsed(text).walk("VEVENT")]
    assert [start.astimezone(UTC) for start in starts] == [before.starts_at, after.starts_at]


def test_the_hour_that_comes_twice_is_given_in_utc():
    second = datetime(2022, 10, 30, 2, 30, fold=1, tzinfo=ROME)
    event = only_event(feed(replace(LESSON, starts_at=second, ends_at=datetime(2022, 10, 30, 5, tzinfo=UTC))))
    assert event.decoded("DTSTART") == datetime(2022, 10, 30, 1, 30, tzinfo=UTC)


def test_the_time_zone_in_the_text_is_that_of_rome():
    (zone,) = parsed(feed()).walk("VTIMEZONE")
    described = zone.to_tz(lookup_tzid=False)
    noon = datetime(2022, 1, 1, 12, tzinfo=ROME)
    days = [noon + timedelta(days=n) for n in range(3 * 365)]
    assert [day.replace(tzinfo=described).utcoffset() for day in days] == [day.utcoffset() for day in days]


def test_a_cancelled_session_stays_in_the_feed_and_frees_the_time():
    event = only_event(feed(replace(LESSON, cancelled=True, sequence=3)))
    assert (event["STATUS"], event["TRANSP"], event["SEQUENCE"]) == ("CANCELLED", "TRANSPARENT", 3)


def test_a_session_without_a_room_or_page_has_no_empty_lines_in_its_place():
    event = only_event(feed(replace(LESSON, location="", description="", url="")))
    assert set(event) & {"LOCATION", "DESCRIPTION", "URL"} == set()


def test_the_same_sessions_give_the_same_text():
    assert feed(LESSON) == feed(replace(LESSON))


@pytest.mark.parametrize("moment", ["starts_at", "ends_at", "changed_at"])
def test_a_moment_without_a_zone_is_refused(moment):
    naive = LESSON.starts_at.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        feed(replace(LESSON, **{moment: naive}))


def test_a_page_address_cannot_carry_another_line():
    url = "https://academy.example.org/\r\nATTENDEE:mailto:x@example.org"
    event = only_event(feed(replace(LESSON, url=url)))
    assert "ATTENDEE" not in event
    assert event["URL"] == "https://academy.example.org/ATTENDEE:mailto:x@example.org"


@given(st.text())
@example("x\r\nATTENDEE:mailto:x@example.org")
@example("x\nEND:VEVENT\nBEGIN:VEVENT\nUID:1")
@example("x\u2028ATTENDEE:y\x85z\x0bw\x00")
@example("a\\nb\\\\;,\\")
@example("à" * 200)
def test_any_text_stays_inside_its_one_property(text):
    event = only_event(feed(replace(LESSON, summary="x" + text, description="x" + text)))
    assert set(event) == set(only_event(feed(LESSON)))
    assert str(event["DESCRIPTION"]) == str(event["SUMMARY"]) == as_a_reader_sees("x" + text)


@given(st.text(alphabet=st.sampled_from("aà€\U0001d11e;\n\\ "), min_size=50, max_size=400))
@example("a" * 75)
@example("a" * 223)
@example("\U0001d11e" * 60)
def test_lines_end_in_crlf_and_hold_at_most_75_octets_of_whole_characters(text):
    raw = feed(replace(LESSON, summary=text)).encode()
    assert raw.endswith(b"\r\n")
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()
        assert b"\r" not in line
        assert b"\n" not in line


def test_lines_are_filled_as_far_as_whole_characters_allow():
    lines = feed(replace(LESSON, summary="à" * 100)).encode().split(b"\r\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(b"SUMMARY"))
    assert [len(line) for line in lines[at : at + 3]] == [74, 75, 61]


def test_78_sessions_take_less_than_3_ms():
    events = [
        replace(
            LESSON,
            uid=f"session-{n}@academy.example.org",
            starts_at=LESSON.starts_at + timedelta(days=n),
            description=LESSON.description * 3,
        )
        for n in range(78)
    ]
    spent = []
    for _ in range(20):
        begun = time.process_time()
        feed(*events)
        spent.append(time.process_time() - begun)
    assert min(spent) < 0.003
