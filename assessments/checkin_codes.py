"""Codes by which participants say that they are there: one for the room, one for the call.

A code is worth something while it is shown and for one step more, for who is still typing it. It is an
HMAC of the session, of its door and of the step of time: nothing is stored, and a code says nothing of
the next one. The room's changes every 30 seconds, so that it is worth nothing once it has been sent on;
the call's every 5 minutes, as it is read out and posted where a call lags behind.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # what is easily misread is missing: I, L, O, U
MISREAD = str.maketrans("OIL", "011")
LENGTH = 6
OPENS = timedelta(minutes=15)  # before the session begins
OLD = timedelta(hours=10)  # a code this old is still known as one, and called too old


class Door(StrEnum):
    """Where a code is shown."""

    ROOM = "room"
    CALL = "call"


STEPS = {Door.ROOM: timedelta(seconds=30), Door.CALL: timedelta(minutes=5)}
TOKEN = re.compile(r"([0-9]{1,18})-(room|call)-([0-9]{1,12})-([0-9a-f]{32})")


class Fault(StrEnum):
    """Why a code opens nothing."""

    UNKNOWN = "unknown"
    TOO_OLD = "too_old"
    CODE_OF_ROOM = "code_of_room"
    CODE_OF_CALL = "code_of_call"
    OTHER_SESSION = "other_session"
    NOT_YET = "not_yet"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Shown:
    """A code as it is shown, and until when."""

    door: Door
    code: str
    token: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """What a genuine address of a QR code speaks of."""

    session: int
    door: Door
    step: int


def shown(secret: bytes, session: int, door: Door, at: datetime) -> Shown:
    """What is shown for a door of `session` at this moment."""
    step = step_of(door, at)
    until = datetime.fromtimestamp((step + 1) * STEPS[door].total_seconds(), UTC)
    seal = digest(secret, "address", session, door, step).hex()[:32]
    return Shown(door, code_of(secret, session, door, step), f"{session}-{door}-{step}-{seal}", until)


def read_token(secret: bytes, token: str) -> Token | None:
    """What the address speaks of; None where it is not ours."""
    found = TOKEN.fullmatch(token)
    if not found:
        return None
    session, door, step = int(found[1]), Door(found[2]), int(found[3])
    genuine = digest(secret, "address", session, door, step).hex()[:32]
    return Token(session, door, step) if hmac.compare_digest(genuine, found[4]) else None


def judge_token(token: Token, at: datetime) -> Fault | None:
    """Whether it is still worth something, by the moment of scanning; one of the future is not ours."""
    age = step_of(token.door, at) - token.step
    return None if age in (0, 1) else Fault.TOO_OLD if age > 1 else Fault.UNKNOWN


def judge_code(
    secret: bytes, typed: str, *, session: int, door: Door, others: Collection[int], at: datetime
) -> Fault | None:
    """Why a typed code, small or with blanks, does not open the door of `session`; None where it does.

    `others` are the sessions a code may have been taken from by mistake.
    """
    code = re.sub(r"[\s\-–—.]", "", typed).upper().translate(MISREAD)
    if len(code) != LENGTH:
        return Fault.UNKNOWN
    if is_code(secret, code, session, door, at, STEPS[door] * 2):
        return None
    if is_code(secret, code, session, door, at, OLD):
        return Fault.TOO_OLD
    other = Door.CALL if door is Door.ROOM else Door.ROOM
    if is_code(secret, code, session, other, at, STEPS[other] * 2):
        return Fault.CODE_OF_CALL if other is Door.CALL else Fault.CODE_OF_ROOM
    if any(is_code(secret, code, one, each, at, STEPS[each] * 2) for one in others for each in Door):
        return Fault.OTHER_SESSION
    return Fault.UNKNOWN


def judge_window(starts_at: datetime, ends_at: datetime, at: datetime) -> Fault | None:
    """Codes are worth something from 15 minutes before the session to its end."""
    if at < starts_at - OPENS:
        return Fault.NOT_YET
    return Fault.OVER if at >= ends_at else None


def is_code(secret: bytes, code: str, session: int, door: Door, at: datetime, back: timedelta) -> bool:
    """Whether it was shown there in the time `back` from now."""
    now = step_of(door, at)
    steps = range(now, now - back // STEPS[door], -1)
    return any(hmac.compare_digest(code_of(secret, session, door, step), code) for step in steps)


def code_of(secret: bytes, session: int, door: Door, step: int) -> str:
    """Thirty bits as six characters; the door is not among them."""
    bits = int.from_bytes(digest(secret, "code", session, door, step)[:4], "big")
    return "".join(LETTERS[bits >> shift & 31] for shift in range(25, -1, -5))


def digest(secret: bytes, what: str, session: int, door: Door, step: int) -> bytes:
    """HMAC-SHA-256 of everything a code depends on."""
    return hmac.digest(secret, f"check-in.{what}.{session}.{door}.{step}".encode(), "sha256")


def step_of(door: Door, at: datetime) -> int:
    """The running number of the step of time `at` lies in."""
    return int(at.timestamp()) // int(STEPS[door].total_seconds())
