"""What every request and every answer can rely on."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.test import Client
from django.urls import path

from academy import urls
from academy.models import User
from courses.refusals import Refusal
from enrollment.models import Application
from tests.factories import an_application


@login_not_required
def refusing(request):
    raise Refusal("The edition is full.")


@login_not_required
def writing_what_cannot_be(request):
    first = Application.objects.get()
    an_application(user=first.user, cohort=first.cohort)


@login_not_required
def writing_what_the_form_did_not_look_at(request):
    User.objects.filter(name=request.POST["name"]).exists()


urlpatterns = [
    path("refuses/", refusing),
    path("writes/", writing_what_cannot_be),
    path("asks/", writing_what_the_form_did_not_look_at),
    *urls.urlpatterns,
]
handler500 = urls.handler500

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.academy.test_middleware")]


@pytest.fixture
def visitor():
    return Client(headers={"Accept-Language": "en"})


def test_a_refusal_nobody_caught_is_a_page_with_its_sentence(visitor):
    page = visitor.post("/refuses/")

    assert page.status_code == 409
    assert "The edition is full." in page.text


def test_what_the_database_refuses_is_a_page_with_the_sentence_of_the_rule(transactional_db, visitor, caplog):
    an_application(motivation="Something personal")

    page = visitor.post("/writes/")

    assert page.status_code == 409
    assert "You have already applied to this edition." in page.text
    assert "one_live_application_per_person_and_edition" in caplog.text
    assert "Something personal" not in caplog.text
    assert Application.objects.count() == 1


@pytest.mark.parametrize("address", ["/cohorts/%00/", "/cohorts/?page=%00", "/%00"])
def test_a_nul_byte_in_an_address_is_a_bad_request_in_the_persons_language(visitor, address):
    page = visitor.get(address)
    assert page.status_code == 400
    assert "The request made no sense" in page.text


def test_a_nul_byte_in_a_cookie_is_a_bad_request(visitor):
    assert visitor.get("/", headers={"Cookie": 'sessionid="\\000abcdefghijklmnop"'}).status_code == 400


def test_a_nul_byte_no_form_looked_at_is_a_bad_request(visitor):
    assert visitor.post("/asks/", {"name": "Ada\x00"}).status_code == 400


@pytest.mark.parametrize("address", ["/cohorts/%ff%fe/", "/?q=%ed%a0%80", "/cohorts/%ed%a0%80/"])
def test_bytes_that_are_no_text_break_nothing(visitor, address):
    assert visitor.get(address).status_code in (200, 400, 404)
