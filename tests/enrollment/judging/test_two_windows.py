"""One sheet open in two windows: nothing is overwritten unread."""

import re

import pytest

from enrollment.models import Evaluation
from tests.judging import sheet_of, typed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("do", ["save", "sign"])
def test_what_another_window_has_saved_meanwhile_is_shown_beside_what_was_typed(
    client, member, application, do
):
    client.post(sheet_of(application), typed(application, 40, do="save", remark="First."))

    page = client.post(sheet_of(application), typed(application, 50, do=do, remark="Second.", seen=0))

    assert page.status_code == 409
    assert [value for _label, value in page.context["changed"]] == ["40", "First."]
    assert (page.context["form"]["remark"].value(), 'value="50"' in page.text) == ("Second.", True)
    sheet = Evaluation.objects.get()
    assert (sheet.points.get().value, sheet.remark, sheet.signed_at) == (40, "First.", None)
    seen = int(re.search(r'name="seen" value="(\d+)"', page.text)[1])
    again = client.post(sheet_of(application), typed(application, 50, do=do, remark="Second.", seen=seen))
    assert (again.status_code, sheet.points.get().value) == (302, 50)


def test_the_same_from_two_windows_is_no_conflict(client, member, application):
    client.post(sheet_of(application), typed(application, 40, do="save"))
    assert client.post(sheet_of(application), typed(application, 40, seen=0)).status_code == 302
    assert Evaluation.objects.signed().exists()


def test_a_zero_saved_meanwhile_is_shown_as_one(client, member, application):
    client.post(sheet_of(application), typed(application, 0, do="save"))
    page = client.post(sheet_of(application), typed(application, "", do="save", seen=0))
    assert [value for _label, value in page.context["changed"]] == ["0"]


def test_a_sheet_sent_without_what_it_was_typed_upon_is_malformed(client, member, application):
    form = typed(application, 40)
    del form["seen"]
    assert client.post(sheet_of(application), form).status_code == 400
    assert not Evaluation.objects.exists()
