"""A notice as an e-mail: in the reader's language, as text and as HTML, to one person."""

import re
from datetime import datetime
from email.mime.text import MIMEText
from email.utils import format_datetime, parseaddr
from typing import Any

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine
from django.utils.crypto import salted_hmac
from django.utils.timezone import localtime
from django.utils.translation import override

from academy.models import Notice
from courses.notices import NoticeKind

# What a mail program must still know itself (the dark scheme) stays in <style>; the rest goes inline,
# where those that drop <style> cannot lose it.
inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


class Desk:
    """Writes mails for some seconds: what it looked up for the first reader serves the others."""

    def __init__(self) -> None:
        self.looked_up: dict[tuple, dict[str, Any]] = {}

    def write(self, kind: NoticeKind, notices: list[Notice], at: datetime) -> EmailMultiAlternatives:
        """One message about `notices`, rows of one person and kind, dated `at`."""
        first = notices[0]
        reader = first.reader
        with override(reader.language):
            way_out = kind.way_out(first)
            context = self.look_up(kind, notices) | {
                "person": reader,
                "way_out": way_out and settings.SITE_URL + way_out,
                "why": kind.why,
                "link": settings.SITE_URL + kind.path(first),
                "site": settings.SITE_URL,
                "language": reader.language,
            }
            context |= kind.own_words(context, reader)
            context["subject"] = " ".join(render(kind, "subject.txt", context).split())
            text = re.sub(r"\n{3,}", "\n\n", render(kind, "txt", context)).strip()
            message = EmailMultiAlternatives(
                subject=context["subject"],
                body=f"{text}\n",
                to=[reader.email],
                headers={
                    "Message-ID": message_id(first),
                    "Date": format_datetime(localtime(at)),
                    "Auto-Submitted": "auto-generated",
                    **(one_click(context["way_out"]) if way_out else {}),
                },
            )
            message.attach_alternative(inliner.inline(render(kind, "html", context)), "text/html")
            if brought := kind.calendar(context, at):
                message.attach(calendar_part(*brought))
        return message

    def look_up(self, kind: NoticeKind, notices: list[Notice]) -> dict[str, Any]:
        things = (kind.name, *((notice.key, notice.revision) for notice in notices))
        if things not in self.looked_up:
            self.looked_up[things] = kind.context(notices)
        return self.looked_up[things]


def render(kind: NoticeKind, form: str, context: dict) -> str:
    """The words of `kind` as `form`: subject.txt, txt or html. Only HTML is escaped."""
    template = Engine.get_default().get_template(f"{kind.app}/notices/{kind.name}.{form}")
    return template.render(Context(context, autoescape=form == "html"))


def calendar_part(method: str, text: str) -> MIMEText:
    """A calendar as the part of a mail that calendar programs take up."""
    part = MIMEText(text, "calendar", "utf-8")
    part.set_param("method", method)
    part.add_header("Content-Disposition", "attachment", filename="smtc-academy.ics")
    return part


def one_click(address: str) -> dict[str, str]:
    """The headers by which a mail program ends such mails with one click of its own (RFC 8058)."""
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def message_id(notice: Notice) -> str:
    """The same for the same row of the ledger, however often it leaves: mail programs drop the copy."""
    reader = notice.user_id or f"interest {notice.interest}"
    key = f"{reader}/{notice.kind}/{notice.key}/{notice.revision}"
    digest = salted_hmac("academy.letter", key, algorithm="sha256").hexdigest()[:32]
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{digest}@{host}>"
