"""The codes one writes into an application: the own tax code, and the one an employer gave."""

from datetime import date

import pytest

from enrollment.access import nomination_code
from enrollment.models import Application
from tests.applying import TAX_CODE, WORK, YOU, a_complete_draft, address
from tests.factories import a_nomination, an_organisation

pytestmark = pytest.mark.django_db

State = Application.State


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("rss mra 85e17 l219r", "RSSMRA85E17L219R"),
        ("RSSMRA85E17L21VG", "RSSMRA85E17L21VG"),  # omocodia: V stands for 9
        ("00743110157", "00743110157"),  # temporary
    ],
)
def test_a_tax_code_is_kept_as_the_revenue_writes_it(client, call, draft, typed, kept):
    client.post(address(call, "you"), {"tax_code": typed, "seen": 0})
    assert Application.objects.get().tax_code == kept


def test_a_tax_code_is_shown_nowhere_once_it_is_kept(client, call, person):
    draft = a_complete_draft(person, call, special_needs="Rampa")

    pages = [
        client.get(there).text
        for there in (address(call, "you"), address(call, "review"), f"/applications/{draft.pk}/")
    ]

    for page in pages:
        assert TAX_CODE not in page
        assert "*************19R" in page


def test_a_tax_code_left_empty_stays_and_goes_only_with_the_box(client, call, person):
    draft = a_complete_draft(person, call)
    client.post(address(call, "you"), {"born_on": "1985-05-17", "tax_code": "", "seen": 0})
    draft.refresh_from_db()
    assert draft.tax_code == TAX_CODE

    client.post(address(call, "you"), {"born_on": "1985-05-17", "tax_code": "", "foreign": "on", "seen": 0})
    draft.refresh_from_db()
    assert (draft.tax_code, draft.foreign) == ("", True)


def test_one_cannot_have_a_tax_code_and_none(client, call, draft):
    page = client.post(address(call, "you"), YOU | {"foreign": "on", "seen": 0})

    assert page.status_code == 422
    assert "You have written a tax code: leave this box empty." in page.text


def test_another_birthday_in_the_tax_code_is_a_warning_and_no_refusal(client, call, person):
    draft = a_complete_draft(person, call, born_on=date(1985, 5, 18))

    for step in ("you", "review"):
        assert "The tax code tells another date of birth." in client.get(address(call, step)).text
    client.post(address(call, "review"), {"seen": 0, "privacy_read": "on"})

    draft.refresh_from_db()
    assert draft.state == State.SUBMITTED


def test_a_code_from_the_employer_is_taken_on_with_its_name(client, call, draft):
    nomination = a_nomination(cohort=call.cohort, organisation=an_organisation(name="GTT"))

    client.post(address(call, "work"), {"nomination_code": nomination_code(nomination), "seen": 0})
    page = client.get(address(call, "work"))

    draft.refresh_from_db()
    assert draft.nomination == nomination
    assert "GTT nominates you." in page.text

    client.post(address(call, "work"), {"drop_nomination": "on", "seen": 0})
    draft.refresh_from_db()
    assert draft.nomination is None


def test_a_wrong_code_is_refused_and_the_rest_is_kept(client, call, draft):
    of_another = nomination_code(a_nomination())

    page = client.post(address(call, "work"), WORK | {"nomination_code": of_another, "seen": 0})

    draft.refresh_from_db()
    assert page.status_code == 422
    assert "No employer’s code for this edition" in page.text
    assert (draft.nomination, draft.role) == (None, WORK["role"])


def test_a_code_cannot_be_guessed_a_thousand_times(client, call, draft):
    nomination = a_nomination(cohort=call.cohort)
    for number in range(8):
        client.post(address(call, "work"), {"nomination_code": f"{number}-AAAA-AAAA", "seen": 0})

    page = client.post(address(call, "work"), {"nomination_code": nomination_code(nomination), "seen": 0})

    draft.refresh_from_db()
    assert page.status_code == 429
    assert draft.nomination is None
