"""Each refusal is a page of ours, in the person's language, with a way on."""

import re

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.shortcuts import render
from django.test import Client
from django.urls import path

from academy import urls


def failing(error):
    @login_not_required
    def view(request):
        raise error

    return view


@login_not_required
def refuse(request):
    return render(request, "409.html", {"reason": "Il voto è cambiato."}, status=409)


urlpatterns = [
    path("fails/400/", failing(BadRequest())),
    path("fails/403/", failing(PermissionDenied())),
    path("fails/403-why/", failing(PermissionDenied("Solo per chi insegna."))),
    path("fails/404/", failing(Http404())),
    path("fails/409/", refuse),
    path("fails/500/", failing(RuntimeError("broken"))),
    path("fails/503/", failing(OperationalError("the database is away"))),
    *urls.urlpatterns,
]
handler500 = urls.handler500

HEADINGS = {
    400: "The request made no sense",
    403: "This page is not yours to open",
    404: "There is nothing here",
    409: "Somebody was faster",
    500: "Something broke on our side",
    503: "One moment, please",
}

pytestmark = pytest.mark.urls("tests.academy.test_errors")


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False, headers={"Accept-Language": "en"})


# Not one of these may touch the database: it is not open to this test.
@pytest.mark.parametrize(("status", "heading"), HEADINGS.items())
def test_a_refusal_has_its_words_and_a_way_on(visitor, logged_errors, status, heading):
    page = visitor.get(f"/fails/{status}/")
    logged_errors.clear()

    assert page.status_code == status
    assert f"<h1>{heading}</h1>" in page.text
    assert '<html lang="en"' in page.text
    assert re.search(r'<a\s+class="button"\s+href="/"', page.text)


def test_a_broken_page_names_the_number_the_log_has(visitor, logged_errors):
    page = visitor.get("/fails/500/")
    written = " ".join(record.getMessage() for record in logged_errors)
    logged_errors.clear()

    (number,) = re.findall(r"name the number ([0-9a-f]{8})", page.text)
    assert f"error {number} in" in written


def test_a_database_that_is_away_is_worth_another_try(visitor, logged_errors):
    page = visitor.get("/fails/503/")
    logged_errors.clear()

    assert page.headers["Retry-After"] == "10"


@pytest.mark.parametrize(
    ("address", "reason"),
    [("/fails/403-why/", "Solo per chi insegna."), ("/fails/409/", "Il voto è cambiato.")],
)
def test_a_view_may_give_its_own_reason(visitor, address, reason):
    assert f'<p class="lead">{reason}</p>' in visitor.get(address).text


def test_a_form_without_its_token_is_refused_in_plain_words():
    browser = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})

    page = browser.post("/accounts/login/", {"login": "ada@example.org"})

    assert page.status_code == 403
    assert "<h1>This form waited too long</h1>" in page.text
