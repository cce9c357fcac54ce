"""Error pages that depend on nothing: the database may be what failed."""

import sys

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

RETRY_AFTER = "10"  # seconds


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """503 when the database is away or a row stayed locked: trying again helps. Otherwise 500."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        response = render(None, "503.html", status=503)
        response.headers["Retry-After"] = RETRY_AFTER
        return response
    return render(None, "500.html", status=500)
