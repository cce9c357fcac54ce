"""Files over the wire: how much a page takes, and how one is given back."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import content_disposition_header

View = Callable[..., HttpResponse]

# The file is somebody's: whatever is in it may neither run nor fetch anything should a browser show it.
POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


def takes_up_to(largest: int) -> Callable[[View], View]:
    """A view to which more may be sent in one go than to any other page: `largest` bytes."""

    def mark(view: View) -> View:
        vars(view)["largest_request"] = largest
        return view

    return mark


def to_be_saved(file: Any) -> HttpResponse:
    """`file`, something with a name, a content type and content: to be saved and not shown, kept nowhere.

    Always as a whole: a part of a file is not looked for a second document.
    """
    return HttpResponse(
        bytes(file.content),
        content_type=file.content_type,
        headers={
            "Accept-Ranges": "none",
            "Cache-Control": "private, no-store",
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=file.name),
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
        },
    )


def leading_to(link: str) -> HttpResponse:
    """On to another site, which does not hear where from."""
    response = HttpResponseRedirect(link)
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response
