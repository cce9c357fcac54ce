"""Codes by which people say themselves that they are here: one for the room, another for the call.

A code is six digits of an HMAC-SHA256 over the session, the kind and the step of time, cut as RFC 4226
(5.3) cuts a one-time password and counted in steps as RFC 6238 counts them. Nothing is stored. The code
of the room is even and that of the call odd, so that neither is ever taken for the other.

The room's changes every 30 seconds, on a screen that only who is there can see. The call's changes every
10 minutes: it is read aloud or written into the chat, and needs time to be typed, but one for the whole
session could be sent on to somebody who never joins. What has just changed is still good for one step.

A guess is right once in 250,000 times (two steps of 500,000 codes): the caller limits attempts. That a
code is used once by each person, and while the session is on, is known where presence is recorded.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from courses.reasons import Reason, Refused

STEPS_ACCEPTED = 2  # the current one and the one before
STEPS_REMEMBERED = 60  # of an older code it is still said that it is too old: half an hour in the room
SCAN_LASTS = timedelta(minutes=15)  # to log in, with a code by mail that has to be waited for
TOKEN = 16  # bytes

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kind(StrEnum):
    """Where a code is shown."""

    ROOM = "room"
    CALL = "call"


STEP = {Kind.ROOM: timedelta(seconds=30), Kind.CALL: timedelta(minutes=10)}


class Unfit(StrEnum):
    """Why a code, or a scan that was kept, does not count."""

    UNKNOWN = "unknown"
    OTHER_SESSION = "other_session"
    OTHER_KIND = "other_kind"
    NOT_YET = "not_yet"
    TOO_OLD = "too_old"


def code_at(secret: bytes, session: int, kind: Kind, at: datetime) -> str:
    """The six digits shown at a moment."""
    return _code(secret, session, kind, _step(kind, at))


def token_at(secret: bytes, session: int, kind: Kind, at: datetime) -> str:
    """What the URL in the QR code carries at that moment in place of the digits: nobody guesses it."""
    return _token(secret, session, kind, _step(kind, at))


def may_be_token(given: str) -> bool:
    """Has the length of one. A code is typed, where guesses are counted, and never scanned."""
    return len(given) == len(_written(bytes(TOKEN)))


def changes_at(kind: Kind, at: datetime) -> datetime:
    """When the code shown at a moment gives way to the next."""
    return EPOCH + (_step(kind, at) + 1) * STEP[kind]


def verify(
    secret: bytes,
    session: int,
    kind: Kind,
    given: str,
    *,
    scanned_at: datetime,
    elsewhere: Iterable[int] = (),
) -> Reason | None:
    """Why `given`, a code as it was typed or a token as it was scanned, does not count; None when it does.

    `elsewhere` are other sessions of the moment: who typed the code of one of them is told so.
    """
    typed = "".join(given.split())
    now = _step(kind, scanned_at)
    fitting = range(now - STEPS_ACCEPTED + 1, now + 1)
    if _is_one_of(secret, session, kind, typed, fitting):
        return None
    if _is_one_of(secret, session, kind, typed, [now + 1]):
        return Reason(Unfit.NOT_YET)
    if _is_one_of(secret, session, kind, typed, range(now - STEPS_REMEMBERED, fitting.start)):
        return Reason(Unfit.TOO_OLD)
    for other in Kind:
        then = _step(other, scanned_at)
        steps = range(then - STEPS_ACCEPTED + 1, then + 1)
        if other is not kind and _is_one_of(secret, session, other, typed, steps):
            return Reason(Unfit.OTHER_KIND, {"kind": other})
    for another in elsewhere:
        if another != session and _is_one_of(secret, another, kind, typed, fitting):
            return Reason(Unfit.OTHER_SESSION, {"session": another})
    return Reason(Unfit.UNKNOWN)


# A scan, kept while its owner logs in.

_SEALED = re.compile(
    r"(?P<facts>(?P<session>[0-9]{1,18})\.(?P<kind>room|call)\.(?P<at>[0-9]{1,18}))\.(?P<seal>[\w-]+)"
)


def seal_scan(secret: bytes, session: int, kind: Kind, scanned_at: datetime) -> str:
    """The moment of a scan that `verify` let pass, signed, for a cookie or a hidden field.

    Whoever is given this text can use it as their own until it expires: it belongs into the browser's
    own session and never into an address, which is sent on with a finger.
    """
    facts = f"{session}.{kind}.{(scanned_at - EPOCH) // timedelta(microseconds=1)}"
    return f"{facts}.{_written(_digest(secret, 'scan', facts))}"


def open_scan(secret: bytes, sealed: str, *, session: int, kind: Kind, at: datetime) -> datetime:
    """The moment of the scan (UTC) if it was of this session and kind and not long ago, else `Refused`."""
    found = _SEALED.fullmatch(sealed)
    if not found or not _same(found["seal"], _written(_digest(secret, "scan", found["facts"]))):
        raise Refused(Reason(Unfit.UNKNOWN))
    scanned_at = EPOCH + timedelta(microseconds=int(found["at"]))
    if int(found["session"]) != session:
        raise Refused(Reason(Unfit.OTHER_SESSION, {"session": int(found["session"])}))
    if found["kind"] != kind:
        raise Refused(Reason(Unfit.OTHER_KIND, {"kind": Kind(found["kind"])}))
    if scanned_at > at:
        raise Refused(Reason(Unfit.NOT_YET))
    if at - scanned_at > SCAN_LASTS:
        raise Refused(Reason(Unfit.TOO_OLD, {"scanned_at": scanned_at}))
    return scanned_at


def _step(kind: Kind, at: datetime) -> int:
    return (at - EPOCH) // STEP[kind]


def _digest(secret: bytes, purpose: str, facts: str) -> bytes:
    """What is made for one purpose is worth nothing for another."""
    return hmac.new(secret, f"assessments.checkin:{purpose}:{facts}".encode(), hashlib.sha256).digest()


def _code(secret: bytes, session: int, kind: Kind, step: int) -> str:
    digest = _digest(secret, "code", f"{session}.{kind}.{step}")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 500_000 * 2 + (kind is Kind.CALL):06}"


def _token(secret: bytes, session: int, kind: Kind, step: int) -> str:
    return _written(_digest(secret, "token", f"{session}.{kind}.{step}")[:TOKEN])


def _written(digest: bytes) -> str:
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _is_one_of(secret: bytes, session: int, kind: Kind, typed: str, steps: Iterable[int]) -> bool:
    """Compared with every step, in a time that does not tell which."""
    expected = _code if len(typed) == len("000000") else _token
    return sum(_same(typed, expected(secret, session, kind, step)) for step in steps) > 0


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(errors="surrogatepass"), expected.encode())
