"""Which file is whose report, and why another is none. The files are in `platforms.py` beside it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.layouts import (
    LARGEST,
    ROWS,
    Field,
    Platform,
    Shape,
    Unreadable,
    recognise,
    table_in,
    text_of,
)
from assessments.moments import Place
from courses import tables
from courses.reasons import Reason, Refused
from tests.platforms import report

WHOSE = [
    (report("zoom"), Platform.ZOOM, Shape.INTERVALS, 4),
    (report("zoom_old"), Platform.ZOOM, Shape.INTERVALS, 4),
    (report("zoom_italian"), Platform.ZOOM, Shape.INTERVALS, 4),
    (report("zoom_in_each_row"), Platform.ZOOM, Shape.INTERVALS, 1),
    (report("teams"), Platform.TEAMS, Shape.INTERVALS, 16),
    (report("teams_italian"), Platform.TEAMS, Shape.INTERVALS, 12),
    (report("teams_summary"), Platform.TEAMS, Shape.SPANS, 6),
    (report("teams_events"), Platform.TEAMS, Shape.EVENTS, 1),
    (report("meet"), Platform.MEET, Shape.SPANS, 1),
    (report("meet_about"), Platform.MEET, Shape.SPANS, 4),
    (report("meet_one_name"), Platform.MEET, Shape.SPANS, 1),
]


def refusal(content: bytes) -> Reason:
    with pytest.raises(Refused) as refused:
        table_in(text_of("report.csv", content))
    (reason,) = refused.value.reasons
    return reason


@pytest.mark.parametrize(("content", "platform", "shape", "line"), WHOSE)
def test_each_platform_is_recognised_and_the_table_that_says_most_is_taken(content, platform, shape, line):
    text = text_of("report.csv", content)
    _about, table = table_in(text)
    assert recognise(text) is platform
    assert (table.layout.platform, table.layout.shape, table.line) == (platform, shape, line)


@pytest.mark.parametrize("delimiter", ["\t", ";", ","])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_report_saved_anew_is_still_recognised(delimiter, coding):
    text = report("zoom").decode().replace(",", delimiter)
    about, table = table_in(text_of("report.csv", text.encode(coding)))
    assert about[Field.MEETING] == Place(2, "Meeting ID", "812 3456 7890")
    assert [row.get(Field.NAME) for row in table.rows][:2] == ["Nicolò Dell’Àcqua", "Nicolò Dell’Àcqua"]


def test_a_line_that_excel_hides_is_not_counted():
    _about, table = table_in(text_of("report.csv", b"sep=,\r\n" + report("zoom")))
    assert table.line == 4


def test_what_is_said_above_a_table_is_known_with_its_place():
    about, _table = table_in(text_of("report.csv", report("teams")))
    assert about == {
        Field.TOPIC: Place(2, "Meeting title", "STM1, lesson 3"),
        Field.STARTS: Place(4, "Start time", "3/4/27, 1:55:02\u202fPM"),
        Field.ENDS: Place(5, "End time", "3/4/27, 6:01:40\u202fPM"),
    }
    about, _table = table_in(text_of("report.csv", report("meet_about")))
    assert about[Field.STARTS] == Place(2, "Start time", "14:00")


@pytest.mark.parametrize("content", [report("zoom_totals"), report("meet_totals")])
def test_totals_without_times_are_refused(content):
    assert refusal(content).code is Unreadable.NO_TIMES


def test_two_tables_of_a_kind_are_two_meetings():
    twice = report("zoom") + report("zoom")
    assert refusal(twice) == Reason(Unreadable.SEVERAL_MEETINGS, {"line": 13})


def test_the_column_that_is_missing_is_named():
    facts = {"line": 4, "column": "leave time", "platform": Platform.ZOOM}
    assert refusal(report("zoom").replace(b"Leave Time", b"Gone")) == Reason(Unreadable.NO_COLUMN, facts)


@pytest.mark.parametrize("text", ["Dear all,\r\nsee you, soon\r\n", "a;b;c\r\n1;2;3\r\n", "1\r\n2\r\n"])
def test_what_is_no_report_is_unknown(text):
    assert recognise(text) is None
    assert refusal(text.encode()).code is Unreadable.UNKNOWN


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", tables.Unreadable.EMPTY),
        (b" \r\n ", tables.Unreadable.EMPTY),
        (tables.XLSX + b"whatever", Unreadable.NOT_CSV),
        (tables.OLD_EXCEL + b"whatever", Unreadable.NOT_CSV),
        (b"\x89PNG\r\n\x1a\n\x00\x81", tables.Unreadable.ENCODING),
        (b" " * (LARGEST + 1), Unreadable.TOO_LARGE),
        (report("zoom") + b'"', tables.Unreadable.QUOTES),
    ],
)
def test_what_cannot_be_read_as_csv_is_refused(content, code):
    assert refusal(content).code == code


def test_the_limit_itself_is_allowed_and_one_row_more_is_not():
    head, row = report("zoom_old").splitlines(keepends=True)[3:5]
    assert len(table_in(text_of("a", head + row * ROWS))[1].rows) == ROWS
    assert refusal(head + row * (ROWS + 1)) == Reason(Unreadable.TOO_MANY_ROWS, {"rows": ROWS})


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_file_is_read_or_refused(content):
    with suppress(Refused):
        table_in(text_of("anything", content))


@given(st.sampled_from([content for content, *_ in WHOSE]), st.data())
def test_a_report_that_lost_or_gained_bytes_is_read_or_refused(content, data):
    at = data.draw(st.integers(0, len(content)))
    broken = content[:at] + data.draw(st.binary(max_size=6)) + content[at + data.draw(st.integers(0, 6)) :]
    with suppress(Refused):
        table_in(text_of("anything", broken))
