"""The mailbox of the demo. Open to everybody: codes for signing in arrive here too."""

from email.message import EmailMessage

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from academy.demo import mailbox

ROWS = 40

# A mail brings its own style attributes and may do nothing else: no script, no form, no picture from
# elsewhere. Its links open beside the mailbox.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none';"
    " form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@require_safe
@login_not_required
def mails(request: HttpRequest) -> HttpResponse:
    """Newest first; `?to=` narrows to an address."""
    to = request.GET.get("to", "").strip()
    page = Paginator(mailbox.to(to) if to else mailbox.names(), ROWS).get_page(request.GET.get("page"))
    rows = [(name, mailbox.read(name, headers_only=True)) for name in page]
    return render(request, "academy/mails.html", {"page": page, "rows": rows, "to": to})


@require_safe
@login_not_required
@csp_update({"frame-src": ["'self'"]})
def mail(request: HttpRequest, name: str = "") -> HttpResponse:
    """One mail: its headers, its text, and its HTML in a frame."""
    message = find(name)
    facts = {"mail": message, "text": part(message, "plain"), "has_html": bool(part(message, "html"))}
    return render(request, "academy/mail_page.html", {"name": name} | facts)


@require_safe
@login_not_required
@xframe_options_sameorigin
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of a mail, shut in."""
    html = part(find(name), "html")
    if html is None:
        raise Http404
    body = html.replace("<head>", '<head><base target="_blank">', 1)
    return HttpResponse(body, headers={"Content-Security-Policy": POLICY})


def find(name: str) -> EmailMessage:
    """The mail of that name, or 404."""
    try:
        return mailbox.read(name)
    except FileNotFoundError as error:
        raise Http404 from error


def part(message: EmailMessage, subtype: str) -> str | None:
    """The text or HTML of a mail."""
    found = message.get_body((subtype,))
    return found.get_content() if found else None
