"""The codes one writes into an application: the own tax code, and the one an employer gave."""

from datetime import date

import pytest

from enrollment.access import nomination_code
from enrollment.forms.application import StepForm, YouForm
from enrollment.models import Application
from tests.applying import JSON, TAX_CODE, WORK, a_complete_draft, address
from tests.factories import a_draft, a_nomination, an_organisation

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


BOTH = "You have written a tax code and said that you have none."
WRONG = "This is not an Italian tax code: one of its characters is wrong."
MISTYPED = f"{TAX_CODE[:-1]}X"


@pytest.mark.parametrize(("typed", "wrong"), [(TAX_CODE, False), (MISTYPED, True), ("x" * 41, False)])
@pytest.mark.parametrize("stored", [{"tax_code": "RSSMRA85E17L21VG"}, {"foreign": True}, {}])
def test_of_a_tax_code_and_none_neither_is_kept_and_what_was_stored_stays(
    client, call, person, typed, wrong, stored
):
    draft = a_draft(user=person, cohort=call.cohort, **stored)
    said = {"tax_code": typed, "foreign": "on", "phone": "+39 011 090 0000", "seen": 0}

    page = client.post(address(call, "you"), said)
    by_itself = client.post(address(call, "you"), said | {"seen": 1}, headers=JSON)

    assert (page.status_code, by_itself.status_code) == (422, 422)
    assert (BOTH in page.text, WRONG in page.text) == (True, wrong)
    form = page.context["form"]
    assert (form["tax_code"].value(), form["foreign"].value()) == (typed, True)
    kept = Application.objects.get(pk=draft.pk)
    assert (kept.tax_code, kept.foreign) == (draft.tax_code, draft.foreign)
    assert kept.phone == "+39 011 090 0000"


@pytest.mark.parametrize("typed", [TAX_CODE, MISTYPED])
def test_control_a_form_that_let_it_pass_would_meet_the_database(client, call, person, typed, monkeypatch):
    draft = a_draft(user=person, cohort=call.cohort, tax_code="RSSMRA85E17L21VG")
    monkeypatch.setattr(YouForm, "clean", StepForm.clean)

    answer = client.post(address(call, "you"), {"tax_code": typed, "foreign": "on", "seen": 0})

    assert answer.status_code == 409
    assert Application.objects.get().tax_code == draft.tax_code


def test_who_has_none_says_so_and_the_code_there_was_goes(client, call, person):
    a_draft(user=person, cohort=call.cohort, tax_code=TAX_CODE)
    client.post(address(call, "you"), {"tax_code": "", "foreign": "on", "seen": 0})
    kept = Application.objects.get()
    assert (kept.tax_code, kept.foreign) == ("", True)


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
