"""A notice as an e-mail: in the reader's language, as text and as HTML, to one person."""

import re
from email.utils import parseaddr

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine
from django.utils.crypto import salted_hmac
from django.utils.translation import override

from academy.models import Notice
from courses.notices import NoticeKind

# What a mail program must still know itself (the dark scheme) stays in <style>; the rest goes inline,
# where those that drop <style> cannot lose it.
inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def write(kind: NoticeKind, notices: list[Notice]) -> EmailMultiAlternatives:
    """One message about `notices`, rows of one person and kind."""
    first = notices[0]
    with override(first.user.language):
        context = kind.context(notices) | {
            "person": first.user,
            "why": kind.why,
            "link": settings.SITE_URL + kind.path(first),
            "site": settings.SITE_URL,
            "language": first.user.language,
        }
        subject = render(kind, "subject.txt", context)
        context["subject"] = " ".join(subject.split())
        message = EmailMultiAlternatives(
            subject=context["subject"],
            body=re.sub(r"\n{3,}", "\n\n", render(kind, "txt", context)).strip() + "\n",
            to=[first.user.email],
            headers={"Message-ID": message_id(first), "Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(inliner.inline(render(kind, "html", context)), "text/html")
    return message


def render(kind: NoticeKind, form: str, context: dict) -> str:
    """The words of `kind` as `form`: subject.txt, txt or html. Only HTML is escaped."""
    template = Engine.get_default().get_template(f"{kind.app}/notices/{kind.name}.{form}")
    return template.render(Context(context, autoescape=form == "html"))


def message_id(notice: Notice) -> str:
    """The same for the same row of the ledger, however often it leaves: mail programs drop the copy."""
    key = f"{notice.user_id}/{notice.kind}/{notice.key}/{notice.revision}"
    digest = salted_hmac("academy.letter", key, algorithm="sha256").hexdigest()[:32]
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{digest}@{host}>"
