"""Applying step by step: kept however incomplete, sent when complete and in time, never by halves."""

from datetime import date, datetime, timedelta

import pytest
import time_machine

from enrollment.access import nomination_code
from enrollment.models import Application
from tests.factories import (
    ROME,
    a_call,
    a_cohort,
    a_document,
    a_draft,
    a_file,
    a_nomination,
    a_person,
    an_application,
    an_organisation,
)

pytestmark = pytest.mark.django_db

State = Application.State
OPEN = datetime(2021, 11, 15, 10, tzinfo=ROME)
TAX_CODE = "RSSMRA85E17L219R"
YOU = {"born_on": "1985-05-17", "phone": "+39 011 090 0000", "tax_code": TAX_CODE, "special_needs": "Rampa"}
WORK = {
    "employer": "Comune di Torino",
    "employer_kind": "public_body",
    "role": "mobility manager",
    "sector": "public",
    "region": "Piemonte",
    "access": "hybrid",
}
WHY = {"motivation": "Coordino gli spostamenti di 3.000 persone."}
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def while_the_call_is_open():
    with time_machine.travel(OPEN, tick=False) as clock:
        yield clock


@pytest.fixture
def call():
    return a_call()


@pytest.fixture
def person(client):
    person = a_person(name="Ada Bianchi")
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return person


@pytest.fixture
def draft(person, call):
    return a_draft(user=person, cohort=call.cohort)


def address(call, step=""):
    return f"/cohorts/{call.cohort.code}/apply/{step and f'{step}/'}"


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


# Two devices.


def test_the_script_saves_and_is_told_when(client, call, draft):
    page = client.post(address(call, "motivation"), WHY | {"seen": 0}, headers=JSON)

    assert page.json() == {"said": "Saved at 10:00.", "seen": 1}
    assert Application.objects.get().motivation == WHY["motivation"]


def test_the_script_is_told_what_is_not_right_yet_and_the_rest_is_kept(client, call, draft):
    page = client.post(address(call, "you"), YOU | {"tax_code": "RSSM", "seen": 0}, headers=JSON)

    assert page.status_code == 422
    assert page.json() == {
        "said": "Saved at 10:00. Not saved, because it is not right yet: Tax code.",
        "seen": 1,
    }
    assert Application.objects.get().phone == YOU["phone"]


def test_the_same_saving_sent_again_after_a_lost_reply_is_one(client, call, draft):
    for _ in range(2):
        page = client.post(address(call, "motivation"), WHY | {"seen": 0}, headers=JSON)

    assert (page.status_code, page.json()["seen"]) == (200, 1)


def test_what_another_device_changed_meanwhile_is_not_overwritten_and_nothing_typed_is_lost(
    client, call, draft
):
    client.post(address(call, "motivation"), {"motivation": "Dal telefono.", "seen": 0})

    told = client.post(address(call, "motivation"), WHY | {"seen": 0}, headers=JSON)
    page = client.post(address(call, "motivation"), WHY | {"seen": 0, "then": "next"})

    assert told.status_code == page.status_code == 409
    assert told.json()["stop"] is True
    assert "changed on another device meanwhile" in told.json()["said"]
    assert WHY["motivation"] in page.text
    assert "Dal telefono." in page.text
    assert Application.objects.get().motivation == "Dal telefono."

    assert 'name="seen" value="1"' in page.text
    client.post(address(call, "motivation"), WHY | {"seen": 1})
    assert Application.objects.get().motivation == WHY["motivation"]


def test_what_another_device_changed_since_the_last_look_is_not_sent_unread(client, call, person):
    draft = a_complete_draft(person, call)
    client.post(address(call, "motivation"), {"motivation": "Altro.", "seen": 0})

    page = client.post(address(call, "review"), {"seen": 0, "privacy_read": "on"})

    draft.refresh_from_db()
    assert (page.status_code, draft.state) == (409, State.DRAFT)
    assert "changed on another device meanwhile" in page.text
    assert "Altro." in page.text


# The tax code.


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


# An employer that nominates.


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


# The last look.


def a_complete_draft(person, call, **fields):
    complete = {"born_on": date(1985, 5, 17), "tax_code": TAX_CODE} | WORK | WHY
    return a_draft(user=person, cohort=call.cohort, **complete | fields)


def test_the_last_look_says_exactly_what_is_missing_and_leads_there(client, call, person):
    a_document(call, title_en="Identity card", title_it="Documento")
    a_document(call, title_en="Photograph", title_it="Foto", required=False)
    draft = a_complete_draft(person, call, motivation="", employer="")

    for page in (
        client.get(address(call, "review")),
        client.post(address(call, "review"), {"seen": 0, "privacy_read": "on"}),
    ):
        missing = page.text.split("Still missing")[1].split("</ul>")[0]
        assert [part.split("</a>")[0].split(">")[-1] for part in missing.split("<li>")[1:]] == [
            "Employer",
            "Why you want to take part",
            "Identity card",
        ]
        assert f'href="{address(call, "motivation")}"' in missing
    draft.refresh_from_db()
    assert (page.status_code, draft.state) == (422, State.DRAFT)


def test_somebody_between_two_jobs_applies_without_an_employer(client, call, person):
    draft = a_complete_draft(person, call, employer="", employer_kind="none")

    client.post(address(call, "review"), {"seen": 0, "privacy_read": "on"})

    draft.refresh_from_db()
    assert draft.state == State.SUBMITTED


def test_nothing_is_sent_before_the_privacy_notice_is_read(client, call, person):
    draft = a_complete_draft(person, call)

    page = client.post(address(call, "review"), {"seen": 0})

    draft.refresh_from_db()
    assert (page.status_code, draft.state) == (422, State.DRAFT)
    assert "Read the privacy notice and tick this box" in page.text


def test_sent_twice_is_one_receipt(client, call, person):
    an_application(cohort=call.cohort, number=6)
    draft = a_complete_draft(person, call)

    answers = [client.post(address(call, "review"), {"seen": 0, "privacy_read": "on"}) for _ in range(2)]

    draft.refresh_from_db()
    assert [page.url for page in answers] == [f"/applications/{draft.pk}/"] * 2
    assert (draft.number, draft.snapshots.count(), draft.passages.count()) == (7, 1, 1)


def test_once_sent_every_step_leads_to_its_page_and_takes_nothing(client, call, person):
    sent = an_application(user=person, cohort=call.cohort)

    for step in ("", "you", "review", "throw-away"):
        assert client.get(address(call, step)).url == f"/applications/{sent.pk}/"
    page = client.post(address(call, "motivation"), {"motivation": "Ripensandoci.", "seen": 0})

    sent.refresh_from_db()
    assert page.status_code == 409
    assert "This application has been sent and cannot be changed any more." in page.text
    assert "Ripensandoci." in page.text
    assert sent.motivation != "Ripensandoci."


# The hour.


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=3)])
def test_after_the_hour_nothing_is_taken_and_everything_can_be_read(
    client, call, person, while_the_call_is_open, late
):
    draft = a_complete_draft(person, call)
    while_the_call_is_open.move_to(call.closes_at + late, tick=False)
    client.force_login(person)

    answers = [
        client.post(address(call, "motivation"), {"motivation": "Tardi.", "seen": 0}),
        client.post(address(call, "motivation"), {"motivation": "Tardi.", "seen": 0}, headers=JSON),
        client.post(address(call, "review"), {"seen": 0, "privacy_read": "on"}),
    ]

    draft.refresh_from_db()
    assert [page.status_code for page in answers] == [409, 409, 409]
    assert [("Applications to this edition are closed." in page.text) for page in answers] == [True] * 3
    assert "Tardi." in answers[0].text
    assert (draft.state, draft.motivation) == (State.DRAFT, WHY["motivation"])
    for step in ("", "you", "review"):
        assert client.get(address(call, step)).url == f"/applications/{draft.pk}/"
    page = client.get(f"/applications/{draft.pk}/").text
    assert "the call is closed: it can no longer be changed or sent" in page
    assert WHY["motivation"] in page


def test_a_second_before_the_hour_it_is_taken(client, call, person, while_the_call_is_open):
    draft = a_complete_draft(person, call)
    while_the_call_is_open.move_to(call.closes_at - timedelta(seconds=1), tick=False)
    client.force_login(person)

    client.post(address(call, "review"), {"seen": 0, "privacy_read": "on"})

    draft.refresh_from_db()
    assert draft.state == State.SUBMITTED


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        (timedelta(seconds=-1), "Applications open on Friday 15 October 2021 at 14:00"),
        (timedelta(days=60), "Applications closed on Tuesday 14 December 2021 at 14:00 (Italian time)."),
    ],
)
def test_outside_its_hours_nobody_begins(client, call, person, while_the_call_is_open, moved, words):
    while_the_call_is_open.move_to(call.opens_at + moved, tick=False)
    client.force_login(person)

    for page in (client.get(address(call)), client.post(address(call))):
        assert page.status_code == 409
        assert words in page.text
    assert Application.objects.count() == 0


# Away with it.


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
