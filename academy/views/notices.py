"""What a person was told."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from academy.models import Notice
from academy.postman import KINDS

ROWS = 30
State = Notice.State

# What became of it, for its reader, and the colour of the badge.
FATES: dict[str, tuple[Promise, str]] = {
    State.SENT: (_("sent"), "good"),
    State.DROPPED: (_("not sent"), ""),
    State.REFUSED: (_("refused by your mail server"), "bad"),
}
ON_ITS_WAY = _("on its way"), "info"


@dataclass(frozen=True)
class Line:
    """One notice as its reader sees it."""

    subject: str
    path: str
    why: str | Promise
    when: datetime
    fate: str | Promise
    tone: str
    reason: str


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """One's own, newest first: what, when, why, and what became of it. A line is a mail."""
    told = Notice.objects.of(request.user).filter(kind__in=KINDS)
    page = Paginator(told, ROWS).get_page(request.GET.get("page"))
    mails = groupby(page, key=lambda row: (row.subject, row.sent_at or row.pk))
    lines = [line(next(rows)) for _mail, rows in mails]
    return render(request, "academy/notices.html", {"page": page, "lines": lines})


def line(notice: Notice) -> Line:
    """In words, without a query."""
    kind = KINDS[notice.kind]
    fate, tone = FATES.get(notice.state, ON_ITS_WAY)
    return Line(
        subject=notice.subject or str(kind.title),
        path=kind.path(notice),
        why=kind.why,
        when=notice.sent_at or notice.due_at,
        fate=fate,
        tone=tone,
        reason=gettext(notice.remark) if notice.state == State.DROPPED else "",
    )
