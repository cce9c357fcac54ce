"""What one timetable changes against another: every session that differs, once, in words of its kinds."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from courses.changes import Change, Kind, Named, Standing, change_of, difference, standing_of

NINE = datetime(2022, 1, 20, 8, tzinfo=UTC)
ROOM, OTHER = Named(1, "Aula 1"), Named(2, "Aula 2")
ADA, BRUNO = Named(1, "Ada"), Named(2, "Bruno")
SESSION = Standing(
    7, "B1", "teaching", "hybrid", NINE, NINE + timedelta(hours=4), (ROOM,), "https://example.org", (ADA,)
)


def test_the_same_timetable_changes_nothing_whatever_rooms_are_called_now():
    renamed = replace(SESSION, rooms=(Named(1, "Sala Strada"),))
    assert difference([SESSION], [renamed]) == ()


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({"starts_at": NINE + timedelta(hours=1)}, (Kind.MOVED,)),
        ({"ends_at": NINE + timedelta(hours=3)}, (Kind.MOVED,)),
        ({"rooms": (OTHER,)}, (Kind.PLACE,)),
        ({"link": "https://example.org/2"}, (Kind.PLACE,)),
        ({"mode": "remote", "rooms": ()}, (Kind.PLACE, Kind.MODE)),
        ({"instructors": (ADA, BRUNO)}, (Kind.INSTRUCTOR,)),
        ({"topic_it": "Monopattini"}, (Kind.TOPIC,)),
        (
            {"starts_at": NINE - timedelta(hours=1), "instructors": (BRUNO,)},
            (Kind.MOVED, Kind.INSTRUCTOR),
        ),
    ],
)
def test_a_session_is_named_with_all_in_which_it_differs(change, kinds):
    after = replace(SESSION, **change)
    assert difference([SESSION], [after]) == (Change(kinds, SESSION, after),)


def test_what_is_not_there_any_more_is_cancelled_and_what_was_never_there_added():
    new = replace(SESSION, session=None, starts_at=NINE + timedelta(days=1))
    assert difference([SESSION], [new]) == (
        Change((Kind.CANCELLED,), SESSION, None),
        Change((Kind.ADDED,), None, new),
    )


def test_two_rooms_in_another_order_are_the_same_two_rooms():
    both = replace(SESSION, rooms=(ROOM, OTHER))
    assert difference([both], [replace(both, rooms=(OTHER, ROOM))]) == ()


def test_changes_come_in_order_of_time():
    later = replace(SESSION, session=8, starts_at=NINE + timedelta(days=2))
    earlier = replace(SESSION, session=None, starts_at=NINE - timedelta(days=2))
    found = difference([SESSION, later], [earlier])
    assert [change.standing.starts_at for change in found] == [earlier.starts_at, NINE, later.starts_at]


def test_what_is_kept_with_a_release_is_read_again_as_it_was():
    [change] = difference([SESSION], [replace(SESSION, rooms=(OTHER,))])
    assert change_of(json.loads(json.dumps(change.as_json()))) == change
    assert standing_of(json.loads(json.dumps(SESSION.as_json()))).rooms[0].name == "Aula 1"
