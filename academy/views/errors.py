"""Error pages that depend on nothing: the database may be what failed."""

import logging
import secrets
import sys

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger(__name__)
RETRY_AFTER = "10"  # seconds


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """503 when the database is away or a row stayed locked: trying again helps. Otherwise 500.

    The page names a number that the log has too, so who writes to the office can be found there.
    """
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        response = render(None, "503.html", status=503)
        response.headers["Retry-After"] = RETRY_AFTER
        return response
    number = secrets.token_hex(4)
    log.error("error %s in %s", number, request.resolver_match and request.resolver_match.view_name)
    return render(None, "500.html", {"number": number}, status=500)
