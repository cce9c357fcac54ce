"""A seal stands, or names the row that was changed; anybody can work it out."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.seal import Rectified, Verdict, canonical, seal, verify


def row(key: str, minutes: int = 240, **facts) -> dict:
    return {"key": key, "name": f"Persona {key}", "minutes": minutes, "remarks": []} | facts


ROWS = [{"key": "session", "topic": "Piani di spostamento – è ora"}, row("1"), row("2", 221), row("3", 0)]
DIGEST = seal(ROWS)


def judged(recorded, *rectifications, sealed=ROWS, digest=DIGEST) -> Verdict:
    return verify(sealed, digest, recorded, rectifications)


def with_row(number: int, **facts) -> list[dict]:
    return [one | facts if place == number else one for place, one in enumerate(ROWS)]


def test_anybody_can_work_it_out():
    lines = [
        '{"key":"session","topic":"Piani di spostamento – è ora"}',
        '{"key":"1","minutes":240,"name":"Persona 1","remarks":[]}',
        '{"key":"2","minutes":221,"name":"Persona 2","remarks":[]}',
        '{"key":"3","minutes":0,"name":"Persona 3","remarks":[]}',
    ]
    assert hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest() == DIGEST


def test_what_nobody_touched_stands():
    assert judged(ROWS) == Verdict(broken=False, altered=(), rectified=())
    assert judged(ROWS).stands


def test_a_changed_row_is_named():
    found = judged(with_row(2, minutes=240))
    assert (found.stands, found.altered, found.broken) == (False, ("2",), False)


def test_a_changed_head_is_named():
    assert judged(with_row(0, topic="Altro")).altered == ("session",)


def test_a_row_that_went_and_one_that_came_are_named():
    assert judged(ROWS[:3]).altered == ("3",)
    assert judged([*ROWS, row("4")]).altered == ("4",)


def test_another_name_is_no_alteration_of_what_is_recorded_and_breaks_what_is_sealed():
    assert judged(with_row(1, name="Ada Byron")).stands
    assert judged(ROWS, sealed=with_row(1, name="Ada Byron")).broken


def test_changed_sealed_rows_break_the_seal_even_when_the_record_was_changed_with_them():
    both = with_row(2, minutes=240)
    found = judged(both, sealed=both)
    assert (found.broken, found.altered, found.stands) == (True, (), False)


def test_a_rectification_explains_what_changed():
    found = judged(with_row(2, minutes=240), Rectified("2", ROWS[2], row("2", 240)))
    assert (found.stands, found.rectified) == (True, ("2",))


def test_rectifications_follow_one_another():
    first, second = Rectified("2", ROWS[2], row("2", 230)), Rectified("2", row("2", 230), row("2", 240))
    assert judged(with_row(2, minutes=240), first, second).stands
    assert judged(with_row(2, minutes=240), second, first).altered == ("2",)


def test_what_was_changed_after_its_rectification_is_named_as_altered_only():
    found = judged(with_row(2, minutes=239), Rectified("2", ROWS[2], row("2", 240)))
    assert (found.altered, found.rectified, found.stands) == (("2",), (), False)


def test_a_rectification_that_was_never_carried_out_does_not_stand():
    assert judged(ROWS, Rectified("2", ROWS[2], row("2", 240))).altered == ("2",)


VALUES = st.text(st.characters(exclude_categories=["Cs"])) | st.integers(-(2**53), 2**53) | st.booleans()
FACTS = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), VALUES, max_size=6)


@given(FACTS)
def test_the_canonical_form_is_one_line_and_loses_nothing(facts):
    written = canonical(facts)
    assert b"\n" not in written
    assert json.loads(written) == facts
    assert canonical(dict(reversed(facts.items()))) == written


@given(st.integers(0, 240), st.integers(0, 240))
def test_of_one_row_every_minute_counts(before, after):
    recorded = with_row(1, minutes=after)
    sealed = with_row(1, minutes=before)
    assert judged(recorded, sealed=sealed, digest=seal(sealed)).stands == (before == after)


@pytest.mark.parametrize("value", ["", "a\nb", '"', "\u2028", "è"])
def test_what_people_write_cannot_look_like_two_rows(value):
    assert canonical({"key": value}).count(b"\n") == 0
