"""What is true of every request and every answer."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import IntegrityError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from courses.models.invariants import sentence_for
from courses.refusals import Refusal

log = logging.getLogger(__name__)

View = Callable[[HttpRequest], HttpResponse]

SIGNED_OUT = {"Clear-Site-Data": '"storage"'}


def refuse_malformed_addresses(get_response: View) -> View:
    """400 for a NUL byte in address or cookie, which PostgreSQL cannot hold; forms look themselves."""

    def respond(request: HttpRequest) -> HttpResponse:
        if (
            "\0" in request.path
            or "%00" in request.META.get("QUERY_STRING", "")
            or "\\000" in request.META.get("HTTP_COOKIE", "")  # how a quoted cookie writes it
        ):
            raise BadRequest("NUL byte in the address or a cookie")
        return get_response(request)

    return respond


class RefuseLargeRequests:
    """413 for a request that announces more than its view takes, before a byte of it is read.

    What is sent beyond the length announced, or without one, Django never reads. So forms and their
    files fit into memory and none touches the disk.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> HttpResponse | None:
        largest = getattr(view, "largest_request", settings.LARGEST_REQUEST)
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdecimal() and int(announced) <= largest:
            return None
        return render(request, "413.html", {"megabytes": largest // 1024**2}, status=413)


def keep_personal_pages_out_of_caches(get_response: View) -> View:
    """`no-store` on every page a signed-in person gets, unless its view decided otherwise."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if (
            request.session.accessed
            and request.user.is_authenticated
            and not response.has_header("Cache-Control")
        ):
            add_never_cache_headers(response)
        return response

    return respond


def take_back_what_browsers_keep(get_response: View) -> View:
    """At sign-out the browser forgets what it kept for reading offline, also where no script runs."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST" and request.path == reverse("account_logout"):
            for name, value in SIGNED_OUT.items():
                response[name] = value
        return response

    return respond


class SayWhyNot:
    """Our page with a sentence for what an action or the database refused and no view caught: 409."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            return render(request, "409.html", {"reason": exception.sentence}, status=409)
        if isinstance(exception, IntegrityError):
            rule = getattr(getattr(exception.__cause__, "diag", None), "constraint_name", None)
            log.warning("%s %s was refused by the database: %s", request.method, request.path, rule)
            return render(request, "409.html", {"reason": sentence_for(exception)}, status=409)
        if isinstance(exception, ValueError) and "NUL (0x00)" in str(exception):  # psycopg's words
            raise BadRequest("NUL byte in what was sent") from exception
        return None


def ask_staff_for_a_second_factor(get_response: View) -> View:
    """On a public server the office reaches no admin, score or application without a second factor."""

    def respond(request: HttpRequest) -> HttpResponse:
        if (
            not settings.LOCAL
            and request.path.startswith(("/admin/", "/teaching/", "/committee/", "/applications/"))
            and request.user.is_staff
            and not request.user.has_second_factor
        ):
            messages.warning(request, _("The office is open to accounts with a passkey or an app: add one."))
            return redirect("mfa_index")
        return get_response(request)

    return respond


class AnswerErrorsWith422:
    """422 for a form of a library, sign-in above all, shown again with its errors; ours say so themselves."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        given = (response.context_data or {}).values()
        if response.status_code == 200 and any(
            isinstance(thing, BaseForm) and thing.errors for thing in given
        ):
            response.status_code = 422
        return response
