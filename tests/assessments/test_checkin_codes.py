"""The code of the room and that of the call: when they fit, and why not when they do not."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.checkin_codes import (
    SCAN_LASTS,
    STEP,
    STEPS_REMEMBERED,
    Kind,
    Unfit,
    changes_at,
    code_at,
    open_scan,
    seal_scan,
    token_at,
    verify,
)
from courses.reasons import Reason, Refused

SECRET = b"only for tests"
SESSION = 4711
AT = datetime(2027, 3, 4, 14, 0, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)

moments = st.integers(0, 2**31).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
sessions = st.integers(1, 2**31)
kinds = st.sampled_from(Kind)


def why(code, kind=Kind.ROOM, *, at=AT, session=SESSION, elsewhere=()) -> Unfit | None:
    reason = verify(SECRET, session, kind, code, scanned_at=at, elsewhere=elsewhere)
    return reason and reason.code


def why_not_opened(sealed, *, session=SESSION, kind=Kind.ROOM, at=AT) -> Reason:
    with pytest.raises(Refused) as refused:
        open_scan(SECRET, sealed, session=session, kind=kind, at=at)
    (reason,) = refused.value.reasons
    return reason


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("shown", [code_at, token_at])
def test_what_is_shown_is_good_from_its_first_instant_to_the_end_of_the_next_step(kind, shown):
    begins = changes_at(kind, AT) - STEP[kind]
    code = shown(SECRET, SESSION, kind, AT)
    assert why(code, kind, at=begins - timedelta(microseconds=1)) is Unfit.NOT_YET
    assert why(code, kind, at=begins) is None
    assert why(code, kind, at=begins + 2 * STEP[kind] - timedelta(microseconds=1)) is None
    assert why(code, kind, at=begins + 2 * STEP[kind]) is Unfit.TOO_OLD


def test_the_rooms_code_changes_every_30_seconds_and_the_calls_every_10_minutes():
    assert changes_at(Kind.ROOM, AT) == datetime(2027, 3, 4, 14, 0, 30, tzinfo=UTC)
    assert changes_at(Kind.CALL, AT) == datetime(2027, 3, 4, 14, 10, tzinfo=UTC)


def test_a_code_is_cut_from_the_hmac_as_a_one_time_password_is():
    step = int(AT.timestamp()) // 30
    digest = hmac.digest(SECRET, f"assessments.checkin:code:{SESSION}.room.{step}".encode(), hashlib.sha256)
    number = int.from_bytes(digest[digest[31] & 15 :][:4]) % 2**31
    assert code_at(SECRET, SESSION, Kind.ROOM, AT) == f"{number % 500_000 * 2:06}"


def test_a_token_holds_128_bits():
    token = token_at(SECRET, SESSION, Kind.ROOM, AT)
    assert len(base64.urlsafe_b64decode(token + "==")) == 16


def test_a_code_may_be_typed_with_blanks():
    code = code_at(SECRET, SESSION, Kind.ROOM, AT)
    assert why(f" {code[:3]}\u00a0{code[3:]}\n") is None


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "٠٠٠٠٠٠", "é" * 6, "\ud800" * 6, "0" * 10_000]
)
def test_what_is_no_code_is_unknown(typed):
    assert why(typed) is Unfit.UNKNOWN


def test_the_code_of_the_call_is_not_that_of_the_room_and_the_answer_says_so():
    for mine, other in [(Kind.ROOM, Kind.CALL), (Kind.CALL, Kind.ROOM)]:
        for shown in (code_at, token_at):
            code = shown(SECRET, SESSION, other, AT)
            assert verify(SECRET, SESSION, mine, code, scanned_at=AT) == Reason(
                Unfit.OTHER_KIND, {"kind": other}
            )


def test_the_code_of_another_session_is_named_where_the_session_is_known():
    code = code_at(SECRET, 4712, Kind.ROOM, AT)
    assert why(code) is Unfit.UNKNOWN
    reason = verify(SECRET, SESSION, Kind.ROOM, code, scanned_at=AT, elsewhere=[SESSION, 4712])
    assert reason == Reason(Unfit.OTHER_SESSION, {"session": 4712})


def test_an_old_code_is_remembered_for_half_an_hour_only():
    code = token_at(SECRET, SESSION, Kind.ROOM, AT)
    assert why(code, at=AT + STEPS_REMEMBERED * STEP[Kind.ROOM]) is Unfit.TOO_OLD
    assert why(code, at=AT + (STEPS_REMEMBERED + 1) * STEP[Kind.ROOM]) is Unfit.UNKNOWN


def test_another_secret_makes_other_codes():
    token = token_at(b"another", SESSION, Kind.ROOM, AT)
    assert why(token) is Unfit.UNKNOWN


@given(sessions, moments, moments)
def test_no_code_of_the_room_is_ever_one_of_the_call(session, at, then):
    room, call = code_at(SECRET, session, Kind.ROOM, at), code_at(SECRET, session, Kind.CALL, then)
    assert len(room) == len(call) == 6
    assert room.isdecimal()
    assert call.isdecimal()
    assert (int(room) % 2, int(call) % 2) == (0, 1)


@given(sessions, kinds, moments, st.timezones())
def test_the_zone_of_a_moment_does_not_matter(session, kind, at, zone):
    assert code_at(SECRET, session, kind, at.astimezone(zone)) == code_at(SECRET, session, kind, at)


def test_a_moment_without_a_zone_is_a_mistake_of_the_programme():
    with pytest.raises(TypeError):
        code_at(SECRET, SESSION, Kind.ROOM, AT.replace(tzinfo=None))


@given(sessions, kinds, moments, st.timedeltas(timedelta(0), SCAN_LASTS))
def test_a_scan_keeps_its_moment_through_the_login(session, kind, scanned_at, later):
    sealed = seal_scan(SECRET, session, kind, scanned_at)
    assert open_scan(SECRET, sealed, session=session, kind=kind, at=scanned_at + later) == scanned_at


def test_a_scan_of_another_session_or_kind_too_old_or_of_the_future_does_not_count():
    sealed = seal_scan(SECRET, SESSION, Kind.ROOM, AT)
    assert why_not_opened(sealed, session=1) == Reason(Unfit.OTHER_SESSION, {"session": SESSION})
    assert why_not_opened(sealed, kind=Kind.CALL) == Reason(Unfit.OTHER_KIND, {"kind": Kind.ROOM})
    assert why_not_opened(sealed, at=AT - SECOND) == Reason(Unfit.NOT_YET)
    assert why_not_opened(sealed, at=AT + SCAN_LASTS + SECOND) == Reason(Unfit.TOO_OLD, {"scanned_at": AT})


@given(st.data())
def test_whoever_changes_a_letter_of_a_sealed_scan_has_none(data):
    sealed = seal_scan(SECRET, SESSION, Kind.ROOM, AT)
    position = data.draw(st.integers(0, len(sealed) - 1))
    letter = data.draw(st.sampled_from("0123456789abcdefXYZ._-é").filter(lambda one: one != sealed[position]))
    forged = sealed[:position] + letter + sealed[position + 1 :]
    assert why_not_opened(forged).code is Unfit.UNKNOWN


@given(st.text())
def test_a_text_from_nowhere_is_no_scan(text):
    assert why_not_opened(text).code is Unfit.UNKNOWN


def test_neither_a_token_nor_the_seal_of_another_secret_opens_a_scan():
    assert why_not_opened(token_at(SECRET, SESSION, Kind.ROOM, AT)).code is Unfit.UNKNOWN
    assert why_not_opened(seal_scan(b"another", SESSION, Kind.ROOM, AT)).code is Unfit.UNKNOWN
