"""What a register says in words."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assessments.models import Attending, SaidBy
from assessments.presence import Remark

REMARKS = {
    Remark.ABSENT: gettext_lazy("absent"),
    Remark.LATE: gettext_lazy("late"),
    Remark.LEFT_EARLY: gettext_lazy("left early"),
    Remark.INTERRUPTED: gettext_lazy("interrupted"),
    Remark.REMOTE: pgettext_lazy("attending", "remote"),
}


def status(remarks: Iterable[str], *, told: bool) -> str:
    """ "present", "late, left early", "absent"; a dash where nobody has said anything yet."""
    if not told:
        return "–"
    return ", ".join(str(REMARKS[Remark(one)]) for one in remarks) or _("present")


def attending(attendance: str) -> str:
    """In person or remote; a dash for who was not there."""
    return str(Attending(attendance).label) if attendance else "–"


def source(said_by: str) -> str:
    """Where it comes from; empty for several that count together."""
    return str(SaidBy(said_by).label) if said_by else _("several sources")
