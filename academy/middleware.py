"""What is true of every request and every answer."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

View = Callable[[HttpRequest], HttpResponse]


def refuse_malformed_addresses(get_response: View) -> View:
    """400 for an address with a NUL byte, which PostgreSQL cannot hold; forms look themselves."""

    def respond(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL byte in the address")
        return get_response(request)

    return respond


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
