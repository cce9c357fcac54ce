"""What a funder asks for: one row per person and session of an edition, with entry and exit."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assessments.models import Register
from assessments.sheets import Line, Sheet, sheets_of, with_all_it_shows
from assessments.wording import attending, source, status
from courses.models import Cohort
from courses.tables import write_csv


def presences_csv(cohort: Cohort, *, at: datetime) -> bytes:
    """Of the sessions that have begun, in order of time, as they are recorded now."""
    sessions = with_all_it_shows(cohort.sessions.live().filter(starts_at__lte=at))
    sheets = sheets_of(list(sessions.order_by("starts_at", "pk")))
    return write_csv(columns(), (row for sheet in sheets for row in rows_of(sheet)))


def columns() -> list[str]:
    """Their names, in the reader's language."""
    return [
        _("Edition"),
        capfirst(_("funder")),
        capfirst(_("project code")),
        _("Register"),
        _("State of the register"),
        _("Session"),
        _("Module"),
        _("Mode of the session"),
        _("Planned from"),
        _("Planned to"),
        _("Participant"),
        _("E-mail"),
        pgettext("in a register", "Entry"),
        pgettext("in a register", "Exit"),
        _("Minutes credited"),
        _("of them in person"),
        _("Attended"),
        _("Status"),
        _("Source"),
        _("Rectified"),
    ]


def rows_of(sheet: Sheet) -> Iterator[list[object]]:
    """One per person; of whom nobody has said anything, without minutes."""
    rectified = (
        {one.enrollment_id for one in sheet.register.rectifications.all()} if sheet.register.pk else ()
    )
    head = head_of(sheet)
    for line in sheet.lines:
        yield [*head, *cells_of(line), line.enrollment.pk in rectified]


def head_of(sheet: Sheet) -> list[object]:
    """What all rows of a session have in common."""
    session, register = sheet.session, sheet.register
    return [
        session.cohort.code,
        session.cohort.funder,
        session.cohort.project,
        register.number or "",
        str(Register.State(register.state).label),
        session.pk,
        f"{session.module.code} {session.module.title}",
        session.get_mode_display(),
        clock(session.starts_at),
        clock(session.ends_at),
    ]


def cells_of(line: Line) -> list[object]:
    """Who it is, from when to when, for how many minutes, and who says so."""
    person, counted = line.enrollment.user, line.credit
    return [
        person.name,
        person.email,
        clock(counted.entered_at),
        clock(counted.left_at),
        counted.minutes if line.told else "",
        counted.in_person if line.told else "",
        attending(line.row["attendance"]) if counted.minutes else "",
        status(counted.remarks, told=True) if line.told else "",
        capfirst(source(line.row["source"])) if line.told else "",
    ]


def clock(moment: datetime | None) -> str:
    """On the clocks in Italy, to the second, as funders want it."""
    return f"{localtime(moment):%d/%m/%Y %H:%M:%S}" if moment else ""


def name_of_file(cohort: Cohort) -> str:
    """Such as presences-SMTC-2022-1.csv."""
    return f"presences-{cohort.code}.csv"
