"""Registers in templates: who was there, in words."""

from django import template
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assessments.models import Register, SaidBy
from assessments.presence import Attendance, Disagreement, Remark
from assessments.sheets import Line
from assessments.wording import REMARKS
from courses.hours import show_minutes
from courses.models import Session

register = template.Library()

BESIDE = (Remark.LATE, Remark.LEFT_EARLY, Remark.INTERRUPTED)  # what is said beside how somebody attended


@register.filter
def kept_register(session: Session) -> Register | None:
    """The register of a session, where somebody has written into it."""
    return getattr(session, "register", None)


@register.filter
def attended(line: Line) -> str:
    """ "in person, late": how somebody attended; "absent", or nothing where nobody has said anything."""
    counted = line.credit
    if not line.told:
        return _("nobody has said yet")
    if not counted.minutes:
        return _("absent")
    how = counted.attendance is Attendance.REMOTE
    words = [pgettext("attending", "remotely") if how else pgettext("attending", "in person")]
    return ", ".join([*words, *(str(REMARKS[one]) for one in counted.remarks if one in BESIDE)])


@register.filter
def from_to(line: Line) -> str:
    """ "14:00–18:00", to the minute."""
    counted = line.credit
    if not (counted.entered_at and counted.left_at):
        return ""
    return f"{localtime(counted.entered_at):%H:%M}–{localtime(counted.left_at):%H:%M}"


@register.filter
def source(line: Line) -> str:
    """Who said what counts; all of them where several count together."""
    return ", ".join(str(SaidBy(one).label) for one in sorted({spell.source for spell in ruling(line)}))


def ruling(line: Line):
    """The intervals that count."""
    decided = line.credit.source
    return [one for one in line.spells if decided in (None, one.source)]


@register.filter
def as_told(line: Line) -> str:
    """ "in person, 14:00–18:00, 4 h (roll call)": what counts now, on one line."""
    parts = [attended(line), from_to(line), show_minutes(line.credit.minutes) if line.credit.minutes else ""]
    return f"{', '.join(filter(None, parts))} ({source(line)})"


@register.filter
def in_sentence(one: Disagreement) -> str:
    """What two sources say of the same person."""
    return _("%(ruling)s: %(ruled)s; %(other)s: %(said)s") % {
        "ruling": SaidBy(one.ruling).label,
        "ruled": show_minutes(one.ruled),
        "other": SaidBy(one.other).label,
        "said": show_minutes(one.said),
    }


@register.filter
def value_of(times: dict[str, str], name: str) -> str:
    """A time that was typed, or nothing."""
    return times.get(name, "")
