"""The register of a session as a paper: what the screen shows, with its number, its seal and a QR code.

Locked, it prints the sealed rows with the names of that time, and what was rectified since; the same
bytes each time. Before that it says in words that it is a draft.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from assessments.models import PresenceInterval, Rectification, Register
from assessments.presence import DECISIVE
from assessments.sheets import Sheet
from assessments.wording import attending, source, status
from courses.hours import show_minutes
from courses.models import Session, TeachingKind
from courses.paper import Code, Data, Paper, Section, set_paper

NUMBERS = (0, 5, 6)
Row = Mapping[str, Any]
Voice = tuple[str, datetime]  # who said it, and when


def paper_of(sheet: Sheet, *, at: datetime) -> bytes:
    """The PDF, in the reader's language; `at` is the moment of a draft."""
    register = sheet.register
    if register.locked_at:
        at = max([register.locked_at, *(one.at for one in rectifications_of(register))])
    return set_paper(contents(sheet), at)


def contents(sheet: Sheet) -> Paper:
    """What it says."""
    register, edition = sheet.register, sheet.session.cohort
    head, *rows = register.rows or sheet.rows
    number = _("Register no. %(number)d") % {"number": register.number} if register.number else ""
    sections = [the_session(sheet, head)]
    if head["instructors"]:
        sections.append(the_instructors(head))
    sections += [the_participants(sheet, rows), the_foot(sheet, head, rows)]
    if register.final:
        sections.append(the_rectifications(register))
    if register.locked_at:
        sections.append(the_seal(register))
    return Paper(
        title=_("Attendance register"),
        subtitle=" · ".join(filter(None, [str(edition.programme), edition.code, number])),
        language=(get_language() or "it")[:2],
        footer=" · ".join(
            [edition.code, number or _("Draft"), *([f"SHA-256 {register.digest}"] if register.digest else [])]
        ),
        landscape=True,
        sections=sections,
    )


def name_of_file(sheet: Sheet) -> str:
    """Such as register-SMTC-2022-1-012.pdf."""
    number = f"{sheet.register.number:03}" if sheet.register.number else f"draft-{sheet.session.pk}"
    return f"register-{sheet.session.cohort.code}-{number}.pdf"


def address_of(register: Register) -> str:
    """Where anybody who holds the paper can ask whether it still stands: its seal is the key."""
    return settings.SITE_URL + reverse("assessments:verification", args=[register.digest])


def rectifications_of(register: Register) -> list[Rectification]:
    """In order of time."""
    return list(register.rectifications.select_related("enrollment__user", "by").order_by("at", "pk"))


def the_session(sheet: Sheet, head: Row) -> Section:
    """Which lesson it was."""
    register, names = sheet.register, head["name"]
    language = "en" if (get_language() or "it").startswith("en") else "it"
    draft = _(
        "DRAFT: this register is not locked (its state: %(state)s). Its rows may still change; it has no "
        "number and no seal, and proves nothing."
    )
    really = span(head["began"], head["finished"]) if head["began"] else _("as planned")
    facts = [
        (_("Register"), str(register.number or "–")),
        (_("Edition"), sheet.session.cohort.code),
        (_("Day"), day(head["starts"])),
        (_("Planned"), span(head["starts"], head["ends"])),
        (_("Really held"), really),
        (_("Module"), f"{head['module']} {names['module'][language]}"),
        (_("Topic done"), head["topic"] or "–"),
        (_("Mode"), str(Session.Mode(head["mode"]).label)),
        (_("Place"), "; ".join(names["places"]) or "–"),
    ]
    if names["funding"]:
        facts.append((_("Funder and project"), names["funding"]))
    if head["note"]:
        facts.append((_("Note"), head["note"]))
    words = [] if register.locked_at else [draft % {"state": register.get_state_display()}]
    return Section(_("The session"), words, facts)


def the_instructors(head: Row) -> Section:
    """Who taught, for how long, and when they signed."""
    rows = [
        [name, str(TeachingKind(one["kind"]).label), str(one["minutes"]), moment(one["signed"])]
        for one, name in zip(head["instructors"], head["name"]["instructors"], strict=True)
    ]
    heads = [_("Instructor"), _("Kind"), _("Minutes"), _("Signed")]
    return Section(_("Instructors"), tables=[Data(heads, rows, numbers=(2,), wide=(0,))])


def columns() -> list[str]:
    """Of the participants."""
    return [
        _("N."),
        _("Participant"),
        _("Attended"),
        pgettext("in a register", "Entry"),
        pgettext("in a register", "Exit"),
        _("Minutes"),
        _("In person"),
        _("Status"),
        _("Recorded by"),
    ]


def the_participants(sheet: Sheet, rows: Sequence[Row]) -> Section:
    """One row each, as it stands or as it was sealed."""
    voices = voices_of(sheet)
    untold = {str(line.enrollment.pk) for line in sheet.untold}
    lines = [
        line_of(number, row, voices.get(row["key"]), told=row["key"] not in untold)
        for number, row in enumerate(rows, 1)
    ]
    return Section(_("Participants"), tables=[Data(columns(), lines, numbers=NUMBERS, wide=(1, 8))])


def line_of(number: int, row: Row, voice: Voice | None, *, told: bool) -> list[str]:
    """A row in words: who was there, how, and who says so."""
    how = source(row["source"]) if told else ""
    who = f"{voice[0]}, {date_format(localtime(voice[1]), 'SHORT_DATETIME_FORMAT')}" if voice else ""
    return [
        str(number),
        row["name"],
        attending(row["attendance"]),
        clock(row["entered"]),
        clock(row["left"]),
        str(row["minutes"]) if told else "–",
        str(row["in_person"]) if told else "–",
        status(row["remarks"], told=told),
        ": ".join(filter(None, [capfirst(how), who])),
    ]


def voices_of(sheet: Sheet) -> dict[str, Voice]:
    """Who said last what counts of each person: of a locked register, when it was locked."""
    said = PresenceInterval.objects.filter(session=sheet.session).select_related("by").order_by("at", "pk")
    if sheet.register.locked_at:
        said = said.filter(at__lte=sheet.register.locked_at)
    found: dict[str, tuple[int, Voice]] = {}
    for one in said:
        weight = len(DECISIVE) - DECISIVE.index(one.source) if one.source in DECISIVE else 0
        if weight >= found.get(str(one.enrollment_id), (0,))[0]:
            found[str(one.enrollment_id)] = weight, (one.by.name, one.at)
    return {key: voice for key, (_weight, voice) in found.items()}


def the_foot(sheet: Sheet, head: Row, rows: Sequence[Row]) -> Section:
    """How many there were, what was given, and who answers for it."""
    register, session = sheet.register, sheet.session
    present = sum(row["minutes"] > 0 for row in rows)
    facts = [
        (_("Present"), str(present)),
        (_("Absent"), str(len(rows) - present - (0 if register.final else len(sheet.untold)))),
        (_("Hours delivered"), show_minutes(session.minutes) if register.signed_at else "–"),
        (_("Hours credited, all participants"), show_minutes(sum(row["minutes"] for row in rows))),
        (_("Signed by the instructors"), signatures(head)),
        (_("Closed by the tutor"), by_whom(head["name"]["closed"], head["closed"])),
    ]
    if register.locked_by and register.locked_at:
        facts.append((_("Locked by the office"), by_whom(register.locked_by.name, register.locked_at)))
    return Section(_("Summary and signatures"), facts=facts)


def signatures(head: Row) -> str:
    """Who signed, and when."""
    signed = zip(head["name"]["instructors"], head["instructors"], strict=True)
    return "; ".join(by_whom(name, one["signed"]) for name, one in signed if one["signed"]) or "–"


def the_rectifications(register: Register) -> Section:
    """What was put right after the closing: before, after, why, by whom and when."""
    rows = [
        [
            one.enrollment.user.name,
            in_short(one.before),
            in_short(one.after),
            one.reason,
            by_whom(one.by.name, one.at),
        ]
        for one in rectifications_of(register)
    ]
    heads = [_("Participant"), _("Before"), _("After"), _("Reason"), _("By")]
    none = [] if rows else [_("There are none.")]
    return Section(_("Rectifications"), none, tables=[Data(heads, rows, wide=(0, 3))] if rows else [])


def in_short(row: Row) -> str:
    """A row as it was: minutes, and from when to when."""
    minutes = _("%(minutes)d minutes") % {"minutes": row["minutes"]}
    return f"{minutes}, {clock(row['entered'])}–{clock(row['left'])}" if row["minutes"] else minutes


def the_seal(register: Register) -> Section:
    """The hash over the rows, and where to ask whether it still stands."""
    facts = [(_("Hash over the rows (SHA-256)"), register.digest)]
    code = Code(address_of(register), _("Whether this register still stands is shown at this address."))
    return Section(_("Seal"), facts=facts, code=code)


def by_whom(name: str, at: str | datetime | None) -> str:
    """A name and a moment; a dash for nobody."""
    return f"{name}, {moment(at)}" if at else "–"


def read(stamp: str | datetime | None) -> datetime | None:
    """A moment in Italian time, as it is sealed or as the database has it."""
    found = parse_datetime(stamp) if isinstance(stamp, str) else stamp
    return localtime(found) if found else None


def moment(stamp: str | datetime | None) -> str:
    """Day and time."""
    found = read(stamp)
    return date_format(found, "DATETIME_FORMAT") if found else "–"


def day(stamp: str) -> str:
    """With the day of the week."""
    found = read(stamp)
    return date_format(found, "l j F Y") if found else "–"


def clock(stamp: str) -> str:
    """To the second, as funders want it; a dash for none."""
    found = read(stamp)
    return f"{found:%H:%M:%S}" if found else "–"


def span(begin: str, end: str) -> str:
    """From one time of day to another."""
    return f"{clock(begin)[:5]}–{clock(end)[:5]}"
