"""What every answer tells a browser, whichever page it is."""

import pytest

from tests.factories import a_person

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
PAGES = {
    "/": 200,
    "/accounts/login/": 200,
    "/accounts/signup/": 200,
    "/home/": 302,
    "/admin/": 302,
    "/nowhere/": 404,
    "/.git/HEAD": 404,
    "/static/../manage.py": 404,
    "/?page=%00": 400,
    "/nobody%00/": 400,
}


@pytest.mark.parametrize(("page", "status"), PAGES.items())
def test_every_answer_forbids_what_a_page_of_ours_never_needs(client, page, status):
    response = client.get(page)
    parts = [part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";")]
    assert (response.status_code, dict(parts)) == (status, POLICY)
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


def test_a_page_for_one_person_is_kept_nowhere(client):
    client.force_login(a_person())
    for page in ("/", "/home/", "/schedule/"):
        assert "no-store" in client.get(page)["Cache-Control"]


def test_the_front_page_asks_nobody_for_a_cookie(client):
    response = client.get("/")
    assert not response.cookies
    assert "no-store" not in response.get("Cache-Control", "")


def test_a_cookie_no_database_can_hold_is_a_bad_request(client):
    client.cookies["sessionid"] = "a\0b"
    assert client.get("/").status_code == 400
