"""Step by step: begun, kept however incomplete, taken up again, thrown away."""

from datetime import date

import pytest

from enrollment.models import Application
from tests.applying import JSON, OPEN, TAX_CODE, WHY, WORK, YOU, address
from tests.factories import a_call, a_cohort, a_draft, a_file, an_application

pytestmark = pytest.mark.django_db

State = Application.State


def seen(draft):
    return Application.objects.get(pk=draft.pk).revision


def test_from_the_first_page_to_the_receipt(client, call, person):
    page = client.get(address(call))
    assert "Begin the application" in page.text
    assert Application.objects.count() == 0

    page = client.post(address(call), follow=True)
    assert page.redirect_chain == [(address(call, "you"), 302)]
    draft = Application.objects.get()
    for step, typed, following in (
        ("you", YOU, "work"),
        ("work", WORK, "motivation"),
        ("motivation", WHY, "review"),
    ):
        page = client.post(address(call, step), {**typed, "seen": seen(draft), "then": "next"})
        assert (page.status_code, page["Location"]) == (302, address(call, following))

    page = client.get(address(call, "review"))
    assert "Still missing" not in page.text
    page = client.post(address(call, "review"), {"seen": seen(draft), "privacy_read": "on"}, follow=True)

    draft.refresh_from_db()
    assert page.redirect_chain == [(f"/applications/{draft.pk}/", 302)]
    assert (draft.state, draft.submitted_at, draft.number) == (State.SUBMITTED, OPEN, 1)
    assert f"{call.cohort.code}/0001" in page.text
    assert (draft.born_on, draft.phone, draft.tax_code) == (date(1985, 5, 17), YOU["phone"], TAX_CODE)


def test_looking_at_the_first_page_begins_nothing(client, call, person):
    client.get(address(call))
    assert client.get(address(call, "work")).url == address(call)
    assert Application.objects.count() == 0


def test_a_visitor_is_asked_to_sign_in_and_comes_back(client, call):
    for page in ("", "you", "review", "throw-away"):
        there = address(call, page)
        assert client.get(there).url == client.post(there, YOU).url == f"/accounts/login/?next={there}"
    assert Application.objects.count() == 0


def test_beginning_twice_is_one_draft(client, call, person):
    for _ in range(2):
        client.post(address(call))
    assert Application.objects.get().user == person


def test_who_comes_back_goes_on_where_something_is_missing(client, call, person, draft):
    assert client.get(address(call)).url == address(call, "you")
    Application.objects.filter(pk=draft.pk).update(born_on=date(1985, 5, 17), tax_code=TAX_CODE)
    assert client.get(address(call)).url == address(call, "work")
    Application.objects.filter(pk=draft.pk).update(**WORK)
    assert client.get(address(call)).url == address(call, "motivation")
    Application.objects.filter(pk=draft.pk).update(**WHY)
    assert client.get(address(call)).url == address(call, "review")


def test_a_new_draft_begins_with_what_one_wrote_of_oneself_the_last_time(client, call, person):
    last = an_application(user=person, special_needs="Rampa", phone="011 1234567")

    page = client.post(address(call), follow=True)

    draft = Application.objects.get(state=State.DRAFT)
    assert "what you wrote the last time" in page.text
    assert (draft.tax_code, draft.phone, draft.role) == (last.tax_code, last.phone, last.role)
    assert (draft.motivation, draft.special_needs) == ("", "")


@pytest.mark.parametrize(("then", "leads_to"), [("next", "work"), ("later", None), ("", "you")])
def test_a_step_is_kept_however_incomplete(client, call, draft, then, leads_to):
    page = client.post(address(call, "you"), {"phone": "011 1234567", "seen": 0, "then": then})

    draft.refresh_from_db()
    assert page.url == (address(call, leads_to) if leads_to else f"/applications/{draft.pk}/")
    assert (draft.phone, draft.born_on, draft.revision, draft.saved_at) == ("011 1234567", None, 1, OPEN)


def test_steps_come_in_any_order(client, call, draft):
    client.post(address(call, "motivation"), WHY | {"seen": 0})
    client.post(address(call, "work"), WORK | {"seen": 1})

    draft.refresh_from_db()
    assert (draft.motivation, draft.role, draft.born_on) == (WHY["motivation"], WORK["role"], None)


@pytest.mark.parametrize(
    ("step", "field", "value", "words"),
    [
        ("you", "born_on", "1985-02-30", "Enter a valid date."),
        ("you", "born_on", "2021-11-15", "This cannot be the date of your birth."),
        ("you", "born_on", "0085-05-17", "This cannot be the date of your birth."),
        ("you", "phone", "call me", "Write the number with digits"),
        ("you", "tax_code", "RSSMRA85E17L219X", "This is not an Italian tax code"),
        ("you", "tax_code", "RSSMRA85B30L219U", "This is not an Italian tax code"),
        ("you", "special_needs", "Perch\x00é", "Null characters are not allowed."),
        ("work", "employer_kind", "none", "You have named an employer: choose its kind."),
        ("work", "employer_kind", "church", "not one of the available choices"),
        ("work", "region", "Atlantide", "not one of the available choices"),
        ("work", "role", "r" * 151, "at most 150 characters"),
        ("motivation", "motivation", "a" * 3001, "at most 3000 characters"),
    ],
)
def test_what_cannot_be_is_shown_again_and_the_rest_is_kept(client, call, draft, step, field, value, words):
    typed = {"you": YOU, "work": WORK, "motivation": WHY}[step] | {field: value, "seen": 0}

    page = client.post(address(call, step), typed)

    draft.refresh_from_db()
    assert page.status_code == 422
    assert words in page.text
    assert 'aria-invalid="true"' in page.text
    assert not getattr(draft, field)
    if step == "you" and field != "phone":
        assert draft.phone == YOU["phone"]
    if step == "work" and field != "role":
        assert draft.role == WORK["role"]


def test_what_was_not_sent_is_not_emptied(client, call, person):
    draft = a_draft(user=person, cohort=call.cohort, **WORK)

    client.post(address(call, "work"), {"role": "energy manager", "seen": 0})

    draft.refresh_from_db()
    assert (draft.role, draft.region, draft.employer) == ("energy manager", WORK["region"], WORK["employer"])


def test_only_what_the_step_asks_is_taken_from_it(client, call, draft):
    other = an_application()
    sent = {
        "state": "submitted",
        "cohort": other.cohort_id,
        "user": other.user_id,
        "application": other.pk,
        "id": other.pk,
        "number": 7,
        "submitted_at": "2021-11-01",
        "nomination": 1,
        "revision": 40,
        "motivation": "from another step",
    }

    client.post(address(call, "you"), YOU | sent | {"seen": 0})

    before, untouched = Application.objects.get(pk=draft.pk), Application.objects.get(pk=other.pk)
    assert (before.user, before.cohort, before.state) == (draft.user, draft.cohort, State.DRAFT)
    assert (before.number, before.submitted_at, before.nomination, before.revision) == (None, None, None, 1)
    assert before.motivation == ""
    assert untouched.phone == ""


@pytest.mark.parametrize("seen", ["", "x", None])
def test_a_form_without_its_revision_is_malformed(client, call, draft, seen):
    typed = WHY | ({"seen": seen} if seen is not None else {})
    assert client.post(address(call, "motivation"), typed).status_code == 400
    assert client.post(address(call, "motivation"), typed, headers=JSON).status_code == 400


def test_another_persons_draft_is_not_touched_by_ones_own_steps(client, call, person):
    other = a_draft(cohort=call.cohort)

    page = client.post(address(call, "you"), YOU | {"seen": 0})

    other.refresh_from_db()
    assert page.status_code == 409
    assert (other.phone, other.revision) == ("", 0)
    assert client.get(f"/applications/{other.pk}/").status_code == 404


@pytest.mark.parametrize("fields", [{"listed": False}, {"code": "ANOTHER"}])
@pytest.mark.parametrize("step", ["", "you", "review", "throw-away"])
def test_an_edition_that_is_not_public_takes_no_applications(client, person, fields, step):
    a_call(cohort=a_cohort(**fields))
    assert client.post(f"/cohorts/SMTC-2022-1/apply/{step and f'{step}/'}", YOU).status_code == 404


def test_a_step_there_is_not(client, call, draft):
    assert client.get(address(call, "salary")).status_code == 404


def test_a_draft_is_thrown_away_after_a_question_with_its_files(client, call, person, draft):
    a_file(draft)
    assert "Throw the draft away?" in client.get(address(call, "throw-away")).text
    assert Application.objects.count() == 1

    answers = [client.post(address(call, "throw-away")).url for _ in range(2)]

    assert answers == [f"/cohorts/{call.cohort.code}/"] * 2
    assert Application.objects.count() == 0
    assert client.post(address(call, "you"), YOU | {"seen": 0}).status_code == 409
    assert Application.objects.count() == 0


def test_a_sent_application_cannot_be_thrown_away(client, call, person):
    sent = an_application(user=person, cohort=call.cohort)
    assert client.post(address(call, "throw-away")).url == f"/applications/{sent.pk}/"
    assert Application.objects.get() == sent
