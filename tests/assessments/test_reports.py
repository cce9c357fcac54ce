"""Who was in a call and when: every platform's report read, and every row that says nothing named."""

import time
import tracemalloc
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.moments import Undecided
from assessments.reports import Platform, Row, Unfit, Unreadable, read
from courses.reasons import Reason, Refused
from tests.platforms import report

ON = date(2027, 3, 4)
MANLIO, REMIGIO = "Manlio Quercetana", "Remigio Vallefosca"
MAIL = {name: name.lower().replace(" ", ".") + "@example.org" for name in (MANLIO, REMIGIO)}


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """That hour of the day in Turin, which is one ahead of UTC."""
    return datetime(2027, 3, 4, hour - 1, minute, second, tzinfo=UTC)


def example(name: str, **given):
    return read(f"{name}.csv", report(name), on=given.pop("on", ON), **given)


def text(content: str, name: str = "report.csv", on: date = ON, **given):
    return read(name, content.encode(), on=on, **given)


def zoom(*rows: str, **given):
    return text("\n".join(["Name (Original Name),Email,Join Time,Leave Time", *rows]), **given)


def meet(*rows: str, **given):
    return text("\n".join(["Name,Email,Duration,Time joined,Time exited", *rows]), **given)


def left_out(found) -> list[tuple[int, Unfit]]:
    return [(one.line, one.reason.code) for one in found.left_out]


def refusal(reading, *args, **given) -> Reason:
    with pytest.raises(Refused) as refused:
        reading(*args, **given)
    (reason,) = refused.value.reasons
    return reason


# What each platform writes.


def test_a_report_of_zoom():
    found = example("zoom", meeting_id="81234567890")
    assert (found.platform, found.meeting_id, found.topic) == (
        Platform.ZOOM,
        "812 3456 7890",
        "STM1 lesson 3",
    )
    assert (found.starts_at, found.ends_at, found.dated) == (at(13, 52, 11), at(18, 2, 30), True)
    manlio = "Manlio (Manlio Quercetana)", "Manlio.Quercetana@example.org"
    assert found.rows == (
        Row(6, "Nicolò Dell’Àcqua", "nicolo.dellacqua@example.org", at(13, 52, 11), at(18, 2, 30)),
        Row(7, *manlio, at(13, 58), at(15, 2)),
        Row(8, *manlio, at(15, 21), at(18)),
        Row(9, "iPad di Remigio Vallefosca", "", at(14, 0, 30), at(18, 0, 10)),
    )
    (waiting,) = found.left_out
    facts = {"line": 5, "column": "In Waiting Room", "cell": "Yes"}
    assert waiting.reason == Reason(Unfit.WAITING_ROOM, facts)


@pytest.mark.parametrize("name", ["zoom_old", "zoom_italian", "zoom_in_each_row"])
def test_zoom_in_other_layouts_and_in_italian(name):
    found = example(name, meeting_id="812-3456-7890")
    assert [(row.name, row.email, row.joined_at, row.left_at) for row in found.rows] == [
        (MANLIO, MAIL[MANLIO], at(13, 58), at(18))
    ]
    assert found.topic in ("STM1 lesson 3", "STM1 lezione 3")
    assert (found.starts_at, found.ends_at) == (at(13, 52, 11), at(18, 2, 30))


def test_of_several_meetings_in_one_file_the_sessions_own_is_taken():
    found = example("zoom_in_each_row", meeting_id="81234567890")
    assert (found.meeting_id, left_out(found)) == ("812 3456 7890", [(3, Unfit.OTHER_MEETING)])
    facts = {"line": 3, "column": "ID", "cell": "899 0000 0001"}
    assert refusal(example, "zoom_in_each_row") == Reason(Unreadable.SEVERAL_MEETINGS, facts)


def test_the_activities_of_teams_hold_every_interval():
    found = example("teams")
    assert (found.platform, found.topic, found.meeting_id) == (Platform.TEAMS, "STM1, lesson 3", None)
    assert (found.starts_at, found.ends_at) == (at(13, 55, 2), at(18, 1, 40))
    assert found.rows == (
        Row(17, MANLIO, MAIL[MANLIO], at(13, 58), at(15, 2)),
        Row(18, MANLIO, MAIL[MANLIO], at(15, 21), at(18)),
        Row(19, "Vallefosca, Remigio", MAIL[REMIGIO], at(14, 0, 30), at(18, 0, 10)),
    )
    assert left_out(found) == [(20, Unfit.INSTANT)]


def test_teams_in_italian():
    found = example("teams_italian")
    assert [(row.joined_at, row.left_at) for row in found.rows] == [
        (at(13, 58), at(15, 2)),
        (at(15, 21), at(18)),
    ]
    assert (found.topic, found.starts_at) == ("STM1, lezione 3", at(13, 55, 2))


def test_first_and_last_moment_count_only_where_the_total_proves_that_nobody_left_between():
    found = example("teams_summary")
    assert [(row.name, row.joined_at, row.left_at) for row in found.rows] == [
        (REMIGIO, at(14, 0, 30), at(18, 0, 10))
    ]
    (away,) = found.left_out
    facts = {"line": 7, "column": "In-Meeting Duration", "cell": "3h 43m"}
    assert (away.name, away.reason) == (MANLIO, Reason(Unfit.INTERRUPTED, facts))


def test_the_old_list_of_teams_is_put_together_from_arrivals_and_departures():
    found = example("teams_events")
    assert [(row.line, row.name, row.joined_at, row.left_at) for row in found.rows] == [
        (2, MANLIO, at(13, 58), at(15, 2)),
        (4, MANLIO, at(15, 21), at(18)),
        (7, REMIGIO, at(15, 0, 30), at(18, 0, 10)),
    ]
    assert left_out(found) == [
        (6, Unfit.NO_LEAVE),
        (9, Unfit.NO_JOIN),
        (10, Unfit.NO_ACTION),
        (11, Unfit.NO_LEAVE),
    ]
    assert found.left_out[0].reason.facts["column"] == "Timestamp"


def test_the_departure_of_one_ends_nothing_of_another():
    rows = "A,Joined,2027-03-04 14:00", "B,Left,2027-03-04 15:00", "A,Left,2027-03-04 16:00"
    found = text("\n".join(["Full Name,User Action,Timestamp", *rows]))
    assert [(row.name, row.joined_at, row.left_at) for row in found.rows] == [("A", at(14), at(16))]
    assert left_out(found) == [(3, Unfit.NO_JOIN)]


def test_meet_writes_times_without_a_day():
    found = example("meet")
    assert (found.platform, found.dated) == (Platform.MEET, False)
    assert [(row.name, row.joined_at, row.left_at) for row in found.rows] == [(REMIGIO, at(14), at(18))]
    assert left_out(found) == [(2, Unfit.INTERRUPTED), (4, Unfit.NO_TOTAL)]


@pytest.mark.parametrize("name", ["meet_about", "meet_one_name"])
def test_meet_in_other_layouts(name):
    (row,) = example(name).rows
    assert (row.name, row.email) == (REMIGIO, MAIL[REMIGIO])
    assert at(14) <= row.joined_at <= at(14, 0, 30)
    assert at(18) <= row.left_at <= at(18, 0, 10)


@pytest.mark.parametrize(
    ("total", "there"),
    [
        ("1:57:00", False),
        ("1:58:00", True),
        ("1h 58m", True),
        ("1 hr 58 min", True),
        ("1 ora 58 min", True),
        ("118 min", True),
        ("118m 0s", True),
        ("2 ore", True),
        ("7200 s", True),
        ("7000 s", False),
    ],
)
def test_a_total_may_lack_two_minutes_to_rounding_and_not_more(total, there):
    assert bool(meet(f"A,a@example.org,{total},14:00,16:00").rows) is there


@pytest.mark.parametrize("total", ["", "118", "long", "1h58", "-5 min"])
def test_a_total_without_a_unit_proves_nothing(total):
    assert left_out(meet(f"A,a@example.org,{total},14:00,16:00")) == [(2, Unfit.NO_TOTAL)]


# Zones, days and meetings.


def test_times_are_of_the_zone_that_is_given_unless_the_file_names_another():
    tokyo = ZoneInfo("Asia/Tokyo")
    row = "A,,2027-03-04 14:00,2027-03-04 15:00"
    (there,) = zoom(row, zone=tokyo).rows
    assert there.joined_at == datetime(2027, 3, 4, 5, tzinfo=UTC)
    (said,) = zoom("A,,2027-03-04T14:00Z,2027-03-04T15:00Z").rows
    assert said.joined_at == datetime(2027, 3, 4, 14, tzinfo=UTC)
    headed = text(f"Name (Original Name),Email,Join Time (UTC),Leave Time (UTC)\n{row}")
    assert headed.rows[0].joined_at == datetime(2027, 3, 4, 14, tzinfo=UTC)


def test_the_report_of_another_day_is_refused_with_the_line_that_says_so():
    facts = {"line": 6, "column": "Join Time", "cell": "03/04/2027 01:52:11 PM"}
    assert refusal(example, "zoom", on=date(2027, 3, 5)) == Reason(Unreadable.OTHER_DAY, facts)


def test_one_row_of_another_day_is_left_out():
    found = zoom("A,,2027-03-04 14:00,2027-03-04 15:00", "B,,2027-03-03 14:00,2027-03-03 15:00")
    assert ([row.name for row in found.rows], left_out(found)) == (["A"], [(3, Unfit.OTHER_DAY)])


def test_the_day_of_a_report_without_days_is_in_the_name_of_its_file():
    row = "A,a@example.org,2h,14:00,16:00"
    assert len(meet(row, name="2027-03-04 14-00 STM1.csv").rows) == 1
    assert len(meet(row, name="STM1.csv").rows) == 1
    assert refusal(meet, row, name="2027-03-05 14-00 STM1.csv").code is Unreadable.OTHER_DAY
    dated = "A,a@example.org,2h,2027-03-04 14:00,2027-03-04 16:00"
    assert len(meet(dated, name="2027-03-05 saved on.csv").rows) == 1


def test_the_report_of_another_meeting_is_refused():
    facts = {"line": 2, "column": "Meeting ID", "cell": "812 3456 7890"}
    assert refusal(example, "zoom", meeting_id="999") == Reason(Unreadable.OTHER_MEETING, facts)
    assert refusal(example, "zoom_in_each_row", meeting_id="999").code is Unreadable.OTHER_MEETING


def test_where_the_order_of_day_and_month_cannot_be_known_the_file_is_refused():
    rows = "A,,03/04/2027 14:00,03/04/2027 15:00", "B,,04/03/2027 14:00,04/03/2027 15:00"
    facts = {"line": 2, "column": "Join Time", "cell": "03/04/2027 14:00"}
    assert refusal(zoom, *rows) == Reason(Undecided.EITHER_ORDER, facts)
    rows = "A,,03/14/2027 14:00,03/14/2027 15:00", "B,,14/03/2027 14:00,14/03/2027 15:00"
    assert refusal(zoom, *rows).code is Undecided.BOTH_ORDERS


def test_a_table_without_rows_is_refused():
    assert refusal(zoom) == Reason(Unreadable.NOBODY, {"line": 1})


def test_a_report_of_people_who_only_waited_is_read_and_empty():
    head = "Name (Original Name),Join Time,Leave Time,In Waiting Room\n"
    found = text(head + "A,2027-03-04 14:00,2027-03-04 15:00,Sì")
    assert (found.rows, left_out(found)) == ((), [(2, Unfit.WAITING_ROOM)])


# One row at a time.


@pytest.mark.parametrize(
    ("row", "code", "column", "cell"),
    [
        ("A,,,2027-03-04 15:00", Unfit.NO_JOIN, "Join Time", ""),
        ("A,,2027-03-04 14:00,", Unfit.NO_LEAVE, "Leave Time", ""),
        ("A,,2027-03-04 14:00", Unfit.NO_LEAVE, "Leave Time", ""),
        ("A,,soon,2027-03-04 15:00", Unfit.NO_MOMENT, "Join Time", "soon"),
        ("A,,2027-03-04 14:00,15:00", Unfit.NO_MOMENT, "Leave Time", "15:00"),
        ("A,,2027-03-04 14:00," + "x" * 99, Unfit.NO_MOMENT, "Leave Time", "x" * 40),
        ("A,,2027-03-04 14:00,2027-03-04 13:00", Unfit.REVERSED, "Leave Time", "2027-03-04 13:00"),
        ("A,,2027-03-04 14:00,2027-03-04 14:00", Unfit.INSTANT, "Leave Time", "2027-03-04 14:00"),
        (",,2027-03-04 14:00,2027-03-04 15:00", Unfit.NO_NAME, "Name (Original Name)", ""),
        ("A", Unfit.NO_JOIN, "Join Time", ""),
    ],
)
def test_a_row_that_says_nothing_is_named_and_spoils_no_other(row, code, column, cell):
    found = zoom("Z,,2027-03-04 14:00,2027-03-04 15:00", row)
    assert [one.name for one in found.rows] == ["Z"]
    (one,) = found.left_out
    assert one.reason == Reason(code, {"line": 3, "column": column, "cell": cell})


def test_the_hour_the_clocks_skip_is_left_out():
    row = "A,,2027-03-28 02:30,2027-03-28 04:00"
    assert left_out(zoom(row, on=date(2027, 3, 28))) == [(2, Unfit.CLOCKS_CHANGE)]


def test_the_same_line_twice_counts_once():
    row = "A,a@example.org,2027-03-04 14:00,2027-03-04 15:00"
    found = zoom(row, row)
    facts = {"line": 3, "column": "Name (Original Name)", "cell": "A", "first": 2}
    assert ([row.line for row in found.rows], found.left_out[0].reason) == ([2], Reason(Unfit.TWICE, facts))


def test_overlapping_intervals_of_two_devices_are_both_kept():
    found = zoom("A,,2027-03-04 14:00,2027-03-04 15:00", "A,,2027-03-04 14:30,2027-03-04 16:00")
    assert len(found.rows) == 2


def test_a_name_is_shown_without_what_cannot_be_seen_and_not_at_any_length():
    times = "2027-03-04 14:00,2027-03-04 15:00"
    found = zoom(f'"=cmd|\u202e  A\u200b\n  b",not an address,{times}', f"{'x' * 999},,{times}")
    assert [(row.name, row.email) for row in found.rows] == [("=cmd| A b", ""), ("x" * 200, "")]


# All that can be written.

seconds = st.integers(0, 86_399)
people = st.sampled_from([(MANLIO, MAIL[MANLIO]), (REMIGIO, MAIL[REMIGIO]), ("Ivana, Bellonave", "")])
intervals = st.lists(
    st.tuples(people, seconds, seconds).filter(lambda one: one[1] < one[2]), min_size=1, unique=True
)


def clock(second: int) -> datetime:
    return datetime(2027, 3, 4, tzinfo=UTC) + timedelta(seconds=second)


WRITERS = {
    "zoom": (
        "utf-8",
        "Name (Original Name),User Email,Join Time,Leave Time\n",
        lambda name, mail, came, went: (
            f'"{name}",{mail},{came:%m/%d/%Y %I:%M:%S %p},{went:%m/%d/%Y %I:%M:%S %p}\n'
        ),
    ),
    "teams": (
        "utf-16",
        "3. Attività durante la riunione\nNome\tOra di partecipazione\tOra di uscita\tE-mail\n",
        lambda name, mail, came, went: (
            f"{name}\t{came:%d/%m/%y, %H:%M:%S}\t{went:%d/%m/%y, %H:%M:%S}\t{mail}\n"
        ),
    ),
    "meet": (
        "utf-8",
        "Name,Email,Duration,Time joined,Time exited\n",
        lambda name, mail, came, went: f'"{name}",{mail},{went - came},{came:%H:%M:%S},{went:%H:%M:%S}\n',
    ),
}


@pytest.mark.parametrize("platform", WRITERS)
@given(held=intervals)
def test_every_interval_a_platform_writes_is_read_back(platform, held):
    coding, head, row = WRITERS[platform]
    content = head + "".join(row(*who, clock(came), clock(went)) for who, came, went in held)
    found = read("report.csv", content.encode(coding), on=ON, zone=UTC)
    assert (found.platform, found.left_out) == (platform, ())
    assert [((row.name, row.email), row.joined_at, row.left_at) for row in found.rows] == [
        (who, clock(came), clock(went)) for who, came, went in held
    ]


@given(st.lists(st.lists(st.text(max_size=12), min_size=4, max_size=4), max_size=6))
def test_whatever_the_cells_hold_each_row_is_read_or_named_or_the_file_refused(cells):
    content = "Name (Original Name),Email,Join Time,Leave Time\r\n"
    quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in cells)
    with suppress(Refused):
        found = text(content + "\r\n".join(quoted))
        filled = [row for row in cells if any(cell.strip() for cell in row)]
        assert len(found.rows) + len(found.left_out) == len(filled)


def large(platform: str, rows: int) -> bytes:
    """A report of that many intervals, of a hundred people in turn."""
    coding, head, row = WRITERS[platform]
    people = [(f"Nicolò Dell’Àcqua {number}", f"nicolo.{number}@example.org") for number in range(100)]
    written = (row(*people[number % 100], clock(number), clock(number + 3600)) for number in range(rows))
    return (head + "".join(written)).encode(coding)


@pytest.mark.parametrize("platform", WRITERS)
def test_ten_thousand_rows_take_less_than_two_seconds(platform):
    content = large(platform, 10_000)
    began = time.thread_time()
    found = read("report.csv", content, on=ON, zone=UTC)
    took = time.thread_time() - began
    assert (len(found.rows), found.left_out) == (10_000, ())
    assert took < 2


def test_ten_thousand_rows_take_less_than_60_megabytes():
    content = large("teams", 10_000)
    tracemalloc.start()
    found = read("report.csv", content, on=ON, zone=UTC)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.rows) == 10_000
    assert peak < 60 * 1024**2
