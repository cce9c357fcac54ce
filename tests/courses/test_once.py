"""A form that is sent again is done once, by whomever and however it comes."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template import Context, Template
from django.test import RequestFactory

from courses.models import Once, Organisation
from courses.refusals import Refusal
from courses.tasks import forget_sent_forms
from courses.views.once import once
from tests.factories import a_person, an_organisation, rome
from tests.together import all_at_once


@once
def found(request) -> HttpResponse:
    """Enters an organisation; leads to a page of its own, unless the name is missing or not liked."""
    organisation = an_organisation()
    if request.POST.get("name") == "":
        return HttpResponse(status=422)
    if request.POST.get("name") == "never":
        raise Refusal("Not this one.")
    return redirect(f"/organisations/{organisation.pk}/")


def send(user, key, *, path="/organisations/", view=found, **fields) -> HttpResponse:
    request = RequestFactory().post(path, {"once": key, **fields})
    request.user = user
    return view(request)


@pytest.mark.django_db
def test_sent_again_it_leads_to_the_same_page_and_does_nothing():
    person, key = a_person(), uuid4()

    answers = [send(person, key, name=name)["Location"] for name in ("one", "one", "another")]

    assert answers == [f"/organisations/{Organisation.objects.get().pk}/"] * 3


@pytest.mark.django_db
def test_another_key_is_another_form():
    person = a_person()

    assert len({send(person, uuid4())["Location"] for _ in range(3)}) == 3
    assert Organisation.objects.count() == 3


@pytest.mark.django_db
def test_a_form_shown_again_is_sent_again_under_its_key_and_has_left_nothing_behind():
    person, key = a_person(), uuid4()

    assert send(person, key, name="").status_code == 422
    assert (Organisation.objects.count(), Once.objects.count()) == (0, 0)
    assert send(person, key, name="now").status_code == 302
    assert Organisation.objects.count() == 1


@pytest.mark.django_db
def test_a_refusal_does_not_use_the_key_up():
    person, key = a_person(), uuid4()

    with pytest.raises(Refusal):
        send(person, key, name="never")
    assert send(person, key).status_code == 302
    assert Organisation.objects.count() == 1


@pytest.mark.django_db
def test_somebody_elses_key_neither_blocks_nor_tells():
    key = uuid4()
    first, second = (send(a_person(), key)["Location"] for _ in range(2))

    assert first != second
    assert Organisation.objects.count() == 2


@pytest.mark.django_db
def test_a_key_of_one_page_is_refused_on_another():
    person, key = a_person(), uuid4()
    send(person, key)

    with pytest.raises(Refusal):
        send(person, key, path="/elsewhere/")
    assert Organisation.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "1", "'; --", "\0", "9" * 40])
def test_a_key_we_never_wrote_is_malformed(key):
    with pytest.raises(BadRequest):
        send(a_person(), key)
    assert Organisation.objects.count() == 0


@pytest.mark.django_db
def test_looking_at_the_form_is_nothing_to_remember():
    request = RequestFactory().get("/organisations/", {"once": uuid4()})
    request.user = a_person()

    found(request)

    assert Once.objects.count() == 0


def test_the_field_brings_a_new_key_and_keeps_the_one_of_a_form_shown_again():
    field = Template("{% load once %}{% once %}")
    fresh = {field.render(Context({"request": RequestFactory().get("/")})) for _ in range(2)}
    shown_again = field.render(Context({"request": RequestFactory().post("/", {"once": '"><b>'})}))

    assert len(fresh) == 2
    assert shown_again == '<input type="hidden" name="once" value="&quot;&gt;&lt;b&gt;">'


def ten_at_once(view) -> set[str]:
    """Where ten sendings of the same form led."""
    sending = partial(send, a_person(), uuid4(), view=view)
    return {answer["Location"] for answer in all_at_once([sending] * 10)}


@pytest.mark.django_db(transaction=True)
def test_ten_tabs_at_once_do_it_once():
    assert ten_at_once(found) == {f"/organisations/{Organisation.objects.get().pk}/"}


@pytest.mark.django_db(transaction=True)
def test_control_without_the_key_ten_tabs_do_it_ten_times():
    assert len(ten_at_once(found.__wrapped__)) == Organisation.objects.count() == 10


@pytest.mark.django_db
def test_keys_are_forgotten_after_a_month(time_machine):
    person, at = a_person(), rome(2022, 3, 1, 9)
    for days in (29, 31):
        Once.objects.create(user=person, key=uuid4(), what="/", done_at=at - timedelta(days=days))

    time_machine.move_to(at, tick=False)
    forget_sent_forms()

    assert Once.objects.get().done_at == at - timedelta(days=29)
