import pytest
from django.http import HttpRequest

from academy.accounts import Backend
from academy.frame import navigation
from tests.factories import a_person, an_instructor

pytestmark = pytest.mark.django_db


def addresses(person, path="/contacts/"):
    request = HttpRequest()
    request.path = path
    request.user = person
    return [(address, current) for address, _, current in navigation(request)]


def test_a_person_finds_the_own_pages_first_and_sees_where_they_are():
    assert addresses(a_person(), "/schedule/") == [
        ("/home/", False),
        ("/schedule/", True),
        ("/programme/", False),
    ]


def test_only_an_instructor_is_led_to_teaching():
    assert [address for address, _ in addresses(an_instructor().user)] == [
        "/home/",
        "/schedule/",
        "/teaching/",
        "/programme/",
    ]


def test_only_the_office_is_led_to_the_admin():
    assert addresses(a_person(is_staff=True), "/admin/courses/")[-1] == ("/admin/", True)


def test_who_is_signed_in_comes_with_the_instructor_in_one_query(django_assert_num_queries):
    pk = an_instructor().user.pk

    with django_assert_num_queries(1):
        assert len(addresses(Backend().get_user(pk))) == 4


def test_a_closed_account_is_signed_in_nowhere():
    person = a_person(is_active=False)

    assert Backend().get_user(person.pk) is None
