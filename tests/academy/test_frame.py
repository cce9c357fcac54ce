import pytest
from django.contrib.auth.models import AnonymousUser
from django.forms import model_to_dict
from django.http import HttpRequest

from academy.accounts import Backend
from academy.frame import navigation
from academy.models import User
from enrollment.models import Application
from tests.factories import a_draft, a_person, an_application, an_enrollment, an_instructor

pytestmark = pytest.mark.django_db


def addresses(person, path="/contacts/"):
    request = HttpRequest()
    request.path = path
    request.user = Backend().get_user(person.pk) if person else AnonymousUser()
    return [(address, current) for address, _, current in navigation(request)]


def test_a_visitor_is_led_to_what_is_public():
    assert addresses(None, "/programme/") == [("/programme/", True), ("/cohorts/", False)]


def test_a_participant_finds_the_own_pages_first_and_sees_where_they_are():
    assert addresses(an_enrollment().user, "/schedule/") == [
        ("/home/", False),
        ("/schedule/", True),
        ("/attendance/", False),
        ("/results/", False),
        ("/programme/", False),
        ("/cohorts/", False),
    ]


def test_an_instructor_is_led_to_teaching():
    assert [address for address, _ in addresses(an_instructor().user)] == [
        "/home/",
        "/schedule/",
        "/teaching/",
        "/programme/",
        "/cohorts/",
    ]


def test_an_applicant_is_led_to_the_application_until_it_is_withdrawn():
    application = an_application()
    page = (f"/applications/{application.pk}/", False)

    assert page in addresses(application.user)

    Application.objects.filter(pk=application.pk).update(state="withdrawn")
    assert page not in addresses(application.user)


def test_who_was_turned_down_is_led_to_the_answer_unless_another_application_is_under_way():
    answered = an_application(state="not_suitable")
    assert (f"/applications/{answered.pk}/", False) in addresses(answered.user)

    draft = a_draft(user=answered.user)
    an_application(user=answered.user, state="not_suitable")
    led_to = [address for address, _current in addresses(answered.user) if "/applications/" in address]
    assert led_to == [f"/applications/{draft.pk}/"]


def test_a_participant_is_no_longer_led_to_an_earlier_refusal():
    answered = an_application(state="not_suitable")
    an_enrollment(user=answered.user)
    assert (f"/applications/{answered.pk}/", False) not in addresses(answered.user)


def test_only_the_office_is_led_to_the_admin():
    assert addresses(a_person(is_staff=True), "/admin/courses/")[-1] == ("/admin/", True)


def test_who_is_signed_in_comes_with_everything_the_frame_asks_in_one_query(django_assert_num_queries):
    person = an_instructor().user
    an_enrollment(user=person)

    with django_assert_num_queries(1):
        assert len(addresses(person)) == 7


def test_who_is_signed_in_is_read_whole():
    teacher = an_instructor()
    known = Backend().get_user(teacher.user_id)
    for read, written in ((known, User.objects.get(pk=known.pk)), (known.instructor, teacher)):
        assert read == written
        assert model_to_dict(read) == model_to_dict(written)
    assert (known.is_participant, known.application, known.has_second_factor) == (False, None, False)
    assert not hasattr(Backend().get_user(a_person().pk), "instructor")


def test_a_closed_account_is_signed_in_nowhere():
    person = a_person(is_active=False)

    assert Backend().get_user(person.pk) is None
