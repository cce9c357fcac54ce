"""The roll call as its page shows it and takes it back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.core.validators import MaxLengthValidator
from django.http import Http404
from django.utils.dateparse import parse_time
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.actions.register import Call, Given, Spell, as_given, refuse_impossible
from assessments.models import AbsenceNotice
from assessments.presence import Attendance, Source
from assessments.sheets import Line, Sheet
from courses.models import Session
from courses.refusals import Refusal

ABSENT, AS_IT_IS = "absent", "same"
TIMES = ("from", "to", "again", "until")
OF_THE_SESSION = ("topic", "note", "started", "finished")
LONGEST = {"topic": 300, "note": 1000, "reason": 1000}  # characters
CLOCK = forms.TimeInput(format="%H:%M", attrs={"type": "time"})


@dataclass
class RollRow:
    """One person of the roll call: `how` they attend, and up to two spells as texts, hour and minute.

    `stands` are what the row showed and was saved before; a row nobody has said anything about has no
    `how`. What the roll call cannot show, as three spells, stays as it is until something is chosen.
    """

    line: Line
    meant: Attendance
    notice: AbsenceNotice | None = None
    how: str = ""
    times: dict[str, str] = field(default_factory=dict)
    stands: tuple[str, dict[str, str]] = ("", {})
    shown: str = ""  # how the page shows it first
    was: str | None = None  # what it had shown, sent back with what was typed
    unusual: bool = False
    error: str = ""

    @property
    def key(self) -> int:
        return self.line.enrollment.pk

    @property
    def name(self) -> str:
        return str(self.line.enrollment.user)

    @property
    def absent(self) -> bool:
        return self.how == ABSENT

    @property
    def detailed(self) -> bool:
        """More is said than present or absent: the details stand open."""
        return bool(self.error or any(self.times.values()))

    @property
    def untouched(self) -> bool:
        """It came back as the page had shown it."""
        return self.was == in_one(self.how, self.times)

    @property
    def differs(self) -> bool:
        """Another value is saved than is typed here."""
        return bool(self.stands[0] and self.how) and self.stands != (self.how, self.times)


class RollCall:
    """Everybody on the roster, and what is said of the session; with `data`, what was typed.

    Fields are named by enrollment: `how-12`, `from-12`, `to-12`, `again-12`, `until-12`. Times left empty
    are those of the session.
    """

    def __init__(
        self,
        sheet: Sheet,
        *,
        meant: Mapping[int, Attendance],
        notices: Iterable[AbsenceNotice] = (),
        data: Mapping[str, str] | None = None,
    ):
        self.sheet, self.session, self.register = sheet, sheet.session, sheet.register
        self.seen, self.reason = self.register.revision, ""
        self.errors: dict[str, str] = {}
        given = as_given(self.register)
        self.topic, self.note = given.topic or self.session.title, given.note
        self.started, self.finished = clock(given.started_at), clock(given.finished_at)
        self.opened = {name: getattr(self, name) for name in OF_THE_SESSION}
        self.was: dict[str, str | None] = {}
        told = {notice.enrollment_id: notice for notice in notices}
        self.rows = [
            self.row(line, meant[line.enrollment.pk], told.get(line.enrollment.pk)) for line in sheet.lines
        ]
        if data is not None:
            self.take(data)

    def row(self, line: Line, meant: Attendance, notice: AbsenceNotice | None) -> RollRow:
        """As it stands; where the roll has not been called yet, as the other sources have it."""
        row = RollRow(line, meant, notice)
        called = [one for one in line.intervals if one.source == Source.ROLL_CALL]
        spells = [one for one in called if one.starts_at]
        if called:
            how = {one.attendance for one in spells}
            row.unusual = len(spells) > 2 or len(how) > 1
            row.how = AS_IT_IS if row.unusual else how.pop() if how else ABSENT
            row.times = self.shown([(one.starts_at, one.ends_at) for one in spells])
            row.stands = row.how, dict(row.times)
        elif line.told:
            counted = line.credit
            row.how = counted.attendance.value if counted.minutes else ABSENT
            row.times = self.shown([(counted.entered_at, counted.left_at)] if counted.minutes else [])
        elif notice:
            row.how = ABSENT if notice.starts_at is None else ""
        row.shown = in_one(row.how, row.times)
        return row

    def shown(self, spells: Iterable[tuple[datetime | None, datetime | None]]) -> dict[str, str]:
        """Only the times that differ from the session's."""
        moments = sorted(moment for spell in spells for moment in spell if moment)
        if len(moments) > len(TIMES):
            return {}
        usual = {self.session.starts_at, self.session.ends_at} if len(moments) == 2 else set()
        return {
            name: clock(moment) for name, moment in zip(TIMES, moments, strict=False) if moment not in usual
        }

    def take(self, data: Mapping[str, str]) -> None:
        """Read what was typed. Somebody who is not on the roster makes the whole call unknown."""
        known = {f"how-{row.key}" for row in self.rows}
        if not {name for name in data if name.startswith("how-")} <= known:
            raise Http404
        try:
            self.seen = int(data["seen"])
        except (KeyError, ValueError) as error:
            raise BadRequest("the roll call came without its revision") from error
        all_present = data.get("do") == "all"
        for row in self.rows:
            how = data.get(f"how-{row.key}", "")
            row.how = row.meant.value if all_present and not how else how
            row.was = data.get(f"was-{row.key}")
            row.times = {
                name: typed
                for name in TIMES
                if (typed := data.get(f"{name}-{row.key}", "").strip()) and row.how != ABSENT
            }
        self.topic, self.note = data.get("topic", "").strip(), data.get("note", "").strip()
        self.started, self.finished = data.get("started", ""), data.get("finished", "")
        self.reason = data.get("reason", "").strip()
        self.was = {name: data.get(f"was-{name}") for name in OF_THE_SESSION}
        for name, longest in LONGEST.items():
            try:
                MaxLengthValidator(longest)(getattr(self, name))
            except ValidationError as error:
                self.errors[name] = error.messages[0]
        self.read()

    def read(self) -> None:
        """What was typed as the action takes it, and what is wrong with it."""
        self.calls: list[Call] = []
        for row in self.rows:
            if row.how in ("", AS_IT_IS):
                continue
            try:
                spells = self.spells(row)
                refuse_impossible(self.session, spells)
            except Refusal as refusal:
                row.error = str(refusal)
            else:
                self.calls.append(Call(row.key, spells))
        self.given = Given(self.topic, self.note)
        if self.started or self.finished:
            try:
                began, finished = self.moment(self.started), self.moment(self.finished)
            except Refusal as refusal:
                self.errors["started"] = str(refusal)
                return
            self.given = Given(self.topic, self.note, began, finished)
            if finished <= began:
                self.errors["started"] = _("A session ends after it begins.")

    def spells(self, row: RollRow) -> tuple[Spell, ...]:
        """From when to when: the whole session where no times are typed."""
        if row.how == ABSENT:
            return ()
        if row.how not in tuple(Attendance):
            raise BadRequest("nobody attends like that")
        how, typed = Attendance(row.how), row.times
        begin, end = self.session.starts_at, self.session.ends_at
        first = Spell(how, self.moment(typed.get("from"), begin), self.moment(typed.get("to"), end))
        if "again" not in typed and "until" not in typed:
            return (first,)
        return first, Spell(how, self.moment(typed.get("again")), self.moment(typed.get("until"), end))

    def moment(self, typed: str | None, usual: datetime | None = None) -> datetime:
        """An hour and minute on the day of the session; nothing typed is the `usual` one, if there is one."""
        if not typed and usual:
            return usual
        try:
            found = parse_time(typed or "")
        except ValueError:
            found = None
        if not isinstance(found, time):
            raise Refusal(_("Write a time as 14:30."))
        begin = localtime(self.session.starts_at)
        return datetime.combine(begin.date(), found.replace(second=0, microsecond=0), tzinfo=begin.tzinfo)

    @property
    def faulty(self) -> list[RollRow]:
        return [row for row in self.rows if row.error]

    @property
    def untold(self) -> list[RollRow]:
        """Of whom nobody says anything, here or in another source."""
        return [row for row in self.rows if not row.how]

    @property
    def modes(self) -> list[tuple[str, str]]:
        """How one can attend this session, and in words."""
        in_person = Attendance.IN_PERSON.value, _("In person")
        remote = Attendance.REMOTE.value, _("Remotely")
        if self.session.mode == Session.Mode.HYBRID:
            return [in_person, remote]
        return [remote if self.session.mode == Session.Mode.REMOTE else in_person]


def in_one(how: str, times: Mapping[str, str]) -> str:
    """What is said of one person, as one text to compare."""
    return " ".join([how, *(f"{name}={times[name]}" for name in TIMES if name in times)])


def clock(moment: datetime | None) -> str:
    """Hour and minute in Rome, nothing for none."""
    return f"{localtime(moment):%H:%M}" if moment else ""


class RightingForm(forms.Form):
    """When the office says somebody was there; `spells` is what it says."""

    how = forms.ChoiceField(
        label=gettext_lazy("Attended"),
        choices=[
            (Attendance.IN_PERSON.value, gettext_lazy("In person")),
            (Attendance.REMOTE.value, gettext_lazy("Remotely")),
            (ABSENT, gettext_lazy("Absent")),
        ],
        widget=forms.RadioSelect,
    )
    starts = forms.TimeField(label=gettext_lazy("From"), required=False, widget=CLOCK)
    ends = forms.TimeField(label=gettext_lazy("To"), required=False, widget=CLOCK)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        help_text=gettext_lazy("It stays in the register, and the participant reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, line: Line, **kwargs):
        super().__init__(*args, **kwargs)
        self.line = line
        counted = line.credit
        self.initial = {
            "how": counted.attendance.value if counted.minutes else ABSENT if line.told else "",
            "starts": clock(counted.entered_at) or clock(line.session.starts_at),
            "ends": clock(counted.left_at) or clock(line.session.ends_at),
        }

    @property
    def spells(self) -> tuple[Spell, ...]:
        """The whole session where a time is left empty."""
        how, session = self.cleaned_data["how"], self.line.session
        if how == ABSENT:
            return ()
        begin = localtime(session.starts_at)
        starts, ends = (
            datetime.combine(begin.date(), typed, tzinfo=begin.tzinfo) if typed else usual
            for typed, usual in (
                (self.cleaned_data["starts"], session.starts_at),
                (self.cleaned_data["ends"], session.ends_at),
            )
        )
        return (Spell(Attendance(how), starts, ends),)
