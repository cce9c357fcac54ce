"""The report of a platform as its preview shows it: whose each row is, and what would change."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django import forms
from django.core.exceptions import BadRequest
from django.utils.functional import Promise
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext_lazy as _

from assessments.actions.register import Spell
from assessments.layouts import LARGEST, Unreadable
from assessments.matching import Entry, Ground, Match, Verdict, match
from assessments.moments import Undecided
from assessments.presence import Attendance, Interval, Source, credit, union, whole_minutes
from assessments.reports import Report, Unfit, read
from assessments.sheets import Line, Sheet
from courses import tables
from courses.forms.fields import sentence_of as sentence_of_table
from courses.models import Session
from courses.reasons import Reason, Refused

SENTENCES: Mapping[type[StrEnum], Mapping[str, str | Promise]] = {
    Unreadable: {
        Unreadable.NOT_CSV: _("This is a spreadsheet. Download the report as CSV and upload that."),
        Unreadable.UNKNOWN: _("This is not a report of Zoom, Teams or Meet that we know."),
        Unreadable.NO_COLUMN: _("Line %(line)s: the column “%(column)s” is missing."),
        Unreadable.NO_TIMES: _(
            "This report has totals and no times. Download the one with every entry and exit."
        ),
        Unreadable.NOBODY: _("Nobody is in this report."),
        Unreadable.TOO_LARGE: _("The file is larger than %(megabytes)s MB."),
        Unreadable.TOO_MANY_ROWS: _("The file has more than %(rows)s rows."),
        Unreadable.SEVERAL_MEETINGS: _("The file has several meetings. Upload that of this session alone."),
        Unreadable.OTHER_MEETING: _("This is the report of another meeting: “%(cell)s”."),
        Unreadable.OTHER_DAY: _("This is the report of another day: “%(cell)s”."),
    },
    Undecided: {
        Undecided.EITHER_ORDER: _(
            "It is not certain which number is the day and which the month: “%(cell)s”."
        ),
        Undecided.BOTH_ORDERS: _("Day and month are written in two ways in this file: “%(cell)s”."),
    },
    Unfit: {
        Unfit.NO_NAME: _("Nobody is named."),
        Unfit.NO_JOIN: _("It does not say when they came."),
        Unfit.NO_LEAVE: _("It does not say when they left."),
        Unfit.NO_MOMENT: _("“%(cell)s” is no moment."),
        Unfit.NO_ACTION: _("“%(cell)s” is neither coming nor leaving."),
        Unfit.NO_TOTAL: _("“%(cell)s” is no length of time."),
        Unfit.CLOCKS_CHANGE: _("The clocks change at “%(cell)s”: it is not certain when that was."),
        Unfit.REVERSED: _("They left before they came."),
        Unfit.INSTANT: _("They left in the moment they came."),
        Unfit.INTERRUPTED: _("They were away in between, and it does not say when."),
        Unfit.TWICE: _("The same as line %(first)s."),
        Unfit.WAITING_ROOM: _("That was the waiting room."),
        Unfit.OTHER_DAY: _("That is another day: “%(cell)s”."),
        Unfit.OTHER_MEETING: _("That is another meeting: “%(cell)s”."),
    },
    Ground: {
        Ground.EMAIL: _("Same e-mail address."),
        Ground.SHARED_EMAIL: _("Several people have this e-mail address."),
        Ground.NAME_OF_ANOTHER: _("The e-mail address is of one person, the name of another."),
        Ground.NAME: _("Same name, and no e-mail address."),
        Ground.NAME_WITH_OTHER_EMAIL: _("Same name, and an e-mail address we do not know."),
        Ground.SAME_NAME: _("Several people have this name."),
        Ground.NOBODY: _("Nobody on the roster. Who it was is put right in the register."),
    },
}


def sentence_of(reason: Reason) -> str:
    """A reason of a report in the reader's language."""
    if isinstance(reason.code, tables.Unreadable):
        return sentence_of_table(reason)
    facts: defaultdict[str, object] = defaultdict(lambda: "?", reason.facts)
    return SENTENCES[type(reason.code)][reason.code] % facts


class ReportForm(forms.Form):
    """The file of a platform; the clean form has its `report` and its `content`."""

    file = forms.FileField(
        label=_("Report of the call"),
        help_text=_("The CSV with every entry and exit that Zoom, Teams or Meet gives after the call."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt"}),
    )

    def __init__(self, *args, session: Session, meeting_id: str | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.session, self.meeting_id = session, meeting_id

    def clean_file(self):
        """Read it, unless it is too large to be."""
        file = self.cleaned_data["file"]
        self.content = file.read(LARGEST + 1)
        try:
            self.report = report_of(self.session, file.name, self.content, self.meeting_id)
        except Refused as refused:
            raise forms.ValidationError([sentence_of(reason) for reason in refused.reasons]) from refused
        return file


def report_of(session: Session, name: str, content: bytes, meeting_id: str | None) -> Report:
    """What a file says of the day of `session`; Refused with the reasons."""
    return read(name, content, on=localdate(session.starts_at), meeting_id=meeting_id)


@dataclass
class Reported:
    """A name in the report with all its rows; `whose` is the enrollment they are put down to."""

    key: str
    name: str
    email: str
    verdict: Verdict
    why: str
    candidates: list[Line]
    spells: tuple[Spell, ...]
    minutes: int
    whose: Line | None = None

    @property
    def certain(self) -> bool:
        return self.verdict is Verdict.CERTAIN

    @property
    def doubtful(self) -> bool:
        return self.verdict is Verdict.DOUBTFUL

    @property
    def times(self) -> str:
        """ "14:02:11–15:30:00, …": as the report has them, in Rome."""
        return ", ".join(
            f"{localtime(one.starts_at):%H:%M:%S}–{localtime(one.ends_at):%H:%M:%S}" for one in self.spells
        )


@dataclass(frozen=True)
class Change:
    """What the report would make of one person's minutes, with what is certain alone."""

    line: Line
    now: int
    then: int


class Preview:
    """What the report would do; with `data`, to whom the doubtful rows were given by hand."""

    def __init__(self, sheet: Sheet, report: Report, data: Mapping[str, str] | None = None):
        self.sheet, self.session, self.report = sheet, sheet.session, report
        self.lines = {line.enrollment.pk: line for line in sheet.lines}
        rows: dict[tuple[str, str], list[Match]] = defaultdict(list)
        for one in match(report.rows, roster_of(sheet)):
            rows[one.row.name, one.row.email].append(one)
        self.people = [self.reported(str(at), told) for at, told in enumerate(rows.values())]
        self.left_out = [(one, sentence_of(one.reason)) for one in report.left_out]
        if data is not None:
            self.take(data)

    def reported(self, key: str, told: list[Match]) -> Reported:
        """All rows of one name."""
        first = told[0]
        spells = tuple(Spell(Attendance.REMOTE, one.row.joined_at, one.row.left_at) for one in told)
        candidates = [self.lines[pk] for pk in first.candidates]
        return Reported(
            key,
            first.row.name,
            first.row.email,
            first.verdict,
            sentence_of(first.reason),
            candidates,
            spells,
            whole_minutes(union(as_reported(spells), self.session.starts_at, self.session.ends_at)),
            candidates[0] if first.verdict is Verdict.CERTAIN else None,
        )

    def take(self, data: Mapping[str, str]) -> None:
        """Whom somebody picked for the doubtful rows; only who was proposed can be picked."""
        for one in self.people:
            picked = data.get(f"whose-{one.key}", "") if one.doubtful else ""
            if picked:
                one.whose = next((line for line in one.candidates if str(line.enrollment.pk) == picked), None)
                if one.whose is None:
                    raise BadRequest("this person was not proposed for the row")

    @property
    def spells(self) -> dict[int, tuple[Spell, ...]]:
        """Enrollment → what the report says, as the action takes it."""
        found: dict[int, tuple[Spell, ...]] = {}
        for one in self.people:
            if one.whose:
                pk = one.whose.enrollment.pk
                found[pk] = (*found.get(pk, ()), *one.spells)
        return found

    @property
    def changes(self) -> list[Change]:
        """Each person of the roster that rows are put down to: credited minutes now and then."""
        begin, end, found = self.session.starts_at, self.session.ends_at, self.spells
        return [
            Change(
                line,
                line.credit.minutes,
                credit([*line.spells, *as_reported(found[pk])], starts_at=begin, ends_at=end).minutes,
            )
            for pk, line in self.lines.items()
            if pk in found
        ]

    @property
    def certain(self) -> list[Reported]:
        return [one for one in self.people if one.certain]

    @property
    def doubtful(self) -> list[Reported]:
        return [one for one in self.people if one.doubtful]

    @property
    def unknown(self) -> list[Reported]:
        return [one for one in self.people if not one.certain and not one.doubtful]


def as_reported(spells: tuple[Spell, ...]) -> list[Interval]:
    """As the pure rules read them."""
    return [Interval(Source.PLATFORM, one.attendance, one.starts_at, one.ends_at) for one in spells]


def roster_of(sheet: Sheet) -> list[Entry]:
    """Who may be in the call, by the address of their account."""
    people = [line.enrollment for line in sheet.lines]
    return [Entry(person.pk, person.user.name, (person.user.email,)) for person in people]
