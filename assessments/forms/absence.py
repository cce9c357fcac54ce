"""What a participant writes about one session: a notice of absence, and what is to be put right."""

from datetime import datetime

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from assessments.actions.register import Spell
from assessments.models import Attending
from assessments.presence import Attendance
from courses.files import Upload
from courses.forms.fields import FilesField
from courses.models import Session
from enrollment.forms.files import FAULTS


def clock_field(**options) -> forms.TimeField:
    """An hour and minute on the day of the session."""
    return forms.TimeField(widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}), **options)


class AboutSession(forms.Form):
    """From when to when, and why; `times` are moments on the day of the session, None where left empty."""

    starts = clock_field(label=_("From"), required=False)
    ends = clock_field(label=_("To"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args, session: Session, **kwargs):
        super().__init__(*args, **kwargs)
        self.session = session

    @property
    def times(self) -> tuple[datetime | None, datetime | None]:
        begin = localtime(self.session.starts_at)
        starts, ends = (
            datetime.combine(begin.date(), typed, tzinfo=begin.tzinfo) if typed else None
            for typed in (self.cleaned_data["starts"], self.cleaned_data["ends"])
        )
        return starts, ends


class AbsenceForm(AboutSession):
    """`spell` is None for the whole session."""

    attachment = FilesField(
        faults=FAULTS,
        label=_("Attachment"),
        required=False,
        help_text=_("A PDF or a picture, if there is one; who reads it: the tutor and the office."),
    )
    field_order = ["starts", "ends", "reason", "attachment"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["starts"].help_text = _("Empty if you miss it all.")

    def clean_attachment(self) -> Upload | None:
        """One file."""
        kept: list[Upload] = self.cleaned_data["attachment"]
        return kept[0] if kept else None

    @property
    def spell(self) -> tuple[datetime, datetime] | None:
        starts, ends = self.times
        if starts is None and ends is None:
            return None
        return starts or self.session.starts_at, ends or self.session.ends_at


class RequestForm(AboutSession):
    """Both times are to be given: to claim the whole session by leaving one empty would be no claim."""

    attendance = forms.ChoiceField(label=_("Attended"), choices=Attending, widget=forms.RadioSelect)
    field_order = ["attendance", "starts", "ends", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["starts"].required = self.fields["ends"].required = True
        self.initial = {
            "starts": localtime(self.session.starts_at).time(),
            "ends": localtime(self.session.ends_at).time(),
        }

    @property
    def spell(self) -> Spell:
        starts, ends = self.times
        how = Attendance(self.cleaned_data["attendance"])
        return Spell(how, starts or self.session.starts_at, ends or self.session.ends_at)
