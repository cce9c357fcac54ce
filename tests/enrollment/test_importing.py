"""Applicants from a spreadsheet: first shown, then all of them or none, and never twice."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from academy.models import User
from courses.forms import SENTENCES, sentence_of
from courses.reasons import Reason
from courses.tables import LARGEST, Unreadable, read, write_csv, write_xlsx
from enrollment.actions import importing
from enrollment.forms.importing import (
    CHOICES,
    FIELDS,
    MOST,
    PERSON,
    choices,
    columns_of,
    folded,
    heads,
    judge,
    made_of,
    titles,
)
from enrollment.models import Application
from tests import factories
from tests.classroom import client_of
from tests.factories import rome

pytestmark = pytest.mark.django_db

NOW = rome(2021, 11, 20, 9)
HEAD = ["E-mail", "Nome e cognome", "born_on", "Datore di lavoro", "Tipo di datore di lavoro", "Ruolo"]
HEAD += ["Settore", "Regione di lavoro", "Partecipazione", "tax_code", "Motivazione"]
WORK = ["Comune di Navilia", "ente pubblico", "Dirigente", "Pubblico", "Valle d'Aosta", "da remoto"]


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW)
    cache.clear()


@pytest.fixture
def office(client):
    client.force_login(factories.somebody_of_the_office())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def call():
    return factories.a_call()


def a_row(email="ada@example.org", name="Ada Colombo", born_on="17/05/1985", **changes) -> list[str]:
    cells = [email, name, born_on, *WORK, factories.a_tax_code(), "Coordino gli spostamenti."]
    return [changes.get(head, cell) for head, cell in zip(HEAD, cells, strict=True)]


def page(name: str) -> str:
    return reverse(f"admin:enrollment_application_{name}")


def upload(office, call, content: bytes, send: str = "draft", name: str = "applicants.csv"):
    form = {"call": call.pk, "send": send, "table": SimpleUploadedFile(name, content)}
    return office.post(page("import"), form)


def confirm(office, preview):
    return office.post(page("import_confirm"), {"token": preview.context["token"]}, follow=True)


def csv(*rows) -> bytes:
    return write_csv(HEAD, rows)


def counts() -> tuple[int, int, int]:
    return User.objects.count(), EmailAddress.objects.count(), Application.objects.count()


def test_the_preview_writes_nothing_and_the_confirmation_all_it_showed(office, call):
    before = counts()
    preview = upload(office, call, csv(a_row(), a_row("bice@example.org", "Bice Rossi")))
    assert preview.status_code == 200
    assert [(row.line, row.new, row.refusal) for row in preview.context["rows"]] == [
        (2, True, ""),
        (3, True, ""),
    ]
    assert counts() == before
    done = confirm(office, preview)
    assert "Imported: 2. Unchanged: 0." in done.text
    ada = User.objects.get(email="ada@example.org")
    assert (ada.name, ada.has_usable_password()) == ("Ada Colombo", False)
    assert not EmailAddress.objects.get(user=ada).verified
    application = ada.applications.get()
    assert (application.state, application.cohort) == ("draft", call.cohort)
    assert (application.born_on, application.region) == (date(1985, 5, 17), "Valle d’Aosta")
    assert (application.employer_kind, application.sector, application.access) == (
        "public_body",
        "public",
        "remote",
    )


def test_the_same_file_again_changes_nothing(office, call):
    content = csv(a_row(), a_row("bice@example.org", "Bice Rossi"))
    confirm(office, upload(office, call, content))
    before = list(Application.objects.values())
    preview = upload(office, call, content)
    assert [row.new for row in preview.context["rows"]] == [False, False]
    assert "Imported: 0. Unchanged: 2." in confirm(office, preview).text
    assert list(Application.objects.values()) == before


def test_a_confirmation_sent_twice_imports_once_and_the_file_is_forgotten(
    office, call, django_capture_on_commit_callbacks
):
    preview = upload(office, call, csv(a_row()))
    form = {"token": preview.context["token"], "once": str(uuid4())}
    with django_capture_on_commit_callbacks(execute=True):
        first = office.post(page("import_confirm"), form)
    again = office.post(page("import_confirm"), form)
    assert (again.status_code, again["Location"]) == (302, first["Location"])
    assert Application.objects.count() == 1
    assert confirm(office, preview).status_code == 409


def test_one_bad_row_and_nobody_is_imported(office, call):
    before = counts()
    rows = [a_row(f"p{n}@example.org", f"Persona {n}") for n in range(MOST - 1)]
    bad = a_row("bice@example.org", "Bice Rossi", born_on="31/02/1985")
    response = upload(office, call, csv(*rows, bad))
    assert response.status_code == 422
    [wrong] = [row for row in response.context["rows"] if row.refusal]
    assert (wrong.line, wrong.column) == (MOST + 1, "born_on")
    assert wrong.refusal == "“31/02/1985” is not a day such as 31/12/1985."
    assert confirm(office, response).status_code == 409
    assert counts() == before


@pytest.mark.parametrize(
    ("changes", "column", "sentence"),
    [
        ({"email": "ada at example.org"}, "E-mail", "Enter a valid email address."),
        ({"name": ""}, "Nome e cognome", "This field is required."),
        ({"tax_code": "RSSMRA85E17Z000A"}, "tax_code", "This is not an Italian tax code"),
        ({"Regione di lavoro": "Padania"}, "Regione di lavoro", "Write one of these: Abruzzo"),
        ({"Tipo di datore di lavoro": "nessuno al momento"}, "Tipo di datore di lavoro", "You have named"),
        ({"born_on": "17/05/2030"}, "born_on", "This cannot be the date of your birth."),
        ({"Ruolo": "x" * 151}, "Ruolo", "Ensure this value has at most 150 characters"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named_with_line_and_column(office, call, changes, column, sentence):
    response = upload(office, call, csv(a_row(**changes)))
    assert response.status_code == 422
    [wrong] = [row for row in response.context["rows"] if row.refusal]
    assert (wrong.line, wrong.column) == (2, column)
    assert sentence in wrong.refusal
    assert sentence in response.text
    assert not Application.objects.exists()


def test_a_person_twice_in_the_file_is_refused(office, call):
    response = upload(office, call, csv(a_row(), a_row(" ADA@example.org", "Ada Colombo")))
    [wrong] = [row for row in response.context["rows"] if row.refusal]
    assert (wrong.line, wrong.refusal) == (3, "This person is already in line 2.")


def test_an_account_is_used_when_it_is_the_same_persons(office, call):
    ada = factories.a_person(email="ada@example.org", name="Colombo ADA")
    confirm(office, upload(office, call, csv(a_row())))
    assert Application.objects.get().user == ada


@pytest.mark.parametrize(
    ("person", "sentence"),
    [
        ({"name": "Bruno Bianchi"}, "The account with this address belongs to Bruno Bianchi."),
        ({"name": "Ada Colombo", "is_active": False}, "The account with this address is closed."),
    ],
)
def test_an_account_of_another_name_or_closed_is_refused(office, call, person, sentence):
    factories.a_person(email="ada@example.org", **person)
    response = upload(office, call, csv(a_row()))
    assert response.status_code == 422
    assert [row.refusal for row in response.context["rows"]] == [sentence]


def test_what_somebody_wrote_already_is_not_overwritten(office, call):
    ada = factories.a_person(email="ada@example.org", name="Ada Colombo")
    mine = factories.a_draft(user=ada, cohort=call.cohort, motivation="La mia")
    response = upload(office, call, csv(a_row()))
    [row] = response.context["rows"]
    assert row.refusal.startswith("This person already has an application to this edition")
    mine.refresh_from_db()
    assert mine.motivation == "La mia"


def test_applications_are_sent_at_once_where_they_are_complete(office, call):
    confirm(office, upload(office, call, csv(a_row()), send="send"))
    application = Application.objects.get()
    assert (application.state, application.number) == ("submitted", 1)
    [passage] = application.passages.all()
    assert passage.actor.is_staff
    assert application.snapshots.count() == 1
    again = upload(office, call, csv(a_row(tax_code="")), "send")
    assert [row.new for row in again.context["rows"]] == [False]


def test_drafts_brought_in_before_can_be_sent_by_the_same_file(office, call):
    content = csv(a_row())
    confirm(office, upload(office, call, content))
    preview = upload(office, call, content, send="send")
    assert [row.new for row in preview.context["rows"]] == [True]
    confirm(office, preview)
    assert Application.objects.get().state == "submitted"


def test_what_is_incomplete_is_not_sent(office, call):
    factories.a_document(call)
    response = upload(office, call, csv(a_row()), send="send")
    [row] = response.context["rows"]
    assert row.refusal == "Something is still missing: the application cannot be sent yet."
    assert not Application.objects.exists()


def test_what_changed_between_preview_and_confirmation_stops_everybody(office, call):
    preview = upload(office, call, csv(a_row(), a_row("bice@example.org", "Bice Rossi")))
    factories.a_person(email="bice@example.org", name="Bruno Bianchi")
    response = confirm(office, preview)
    assert response.status_code == 409
    assert "Something has changed since the preview. Nobody was imported." in response.text
    assert not Application.objects.exists()
    assert not User.objects.filter(email="ada@example.org").exists()


def test_control_without_the_check_half_would_be_imported(office, call, monkeypatch):
    preview = upload(office, call, csv(a_row(), a_row("bice@example.org", "Bice Rossi")))
    factories.a_person(email="bice@example.org", name="Bruno Bianchi")
    monkeypatch.setattr(importing, "any", lambda _verdicts: False, raising=False)
    confirm(office, preview)
    assert Application.objects.count() == 1


def test_a_confirmation_too_late_or_of_another_file_is_refused(office, call, time_machine):
    first = upload(office, call, csv(a_row()))
    second = upload(office, call, csv(a_row("bice@example.org", "Bice Rossi")))
    assert confirm(office, first).status_code == 409
    cache.clear()
    assert confirm(office, second).status_code == 409
    assert office.post(page("import_confirm")).status_code == 409
    assert not Application.objects.exists()


def test_nobody_is_imported_into_a_call_that_is_not_open(office, time_machine):
    later = factories.a_call(opens_at=NOW + timedelta(days=1))
    response = upload(office, later, csv(a_row()))
    [row] = response.context["rows"]
    assert row.refusal == "Applications to this edition are not open yet."
    closed = factories.a_call(opens_at=NOW - timedelta(days=9), closes_at=NOW)
    assert upload(office, closed, csv(a_row())).context["errors"].keys() == {"call"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The submitted file is empty."),
        (write_csv([*HEAD, "Segno zodiacale"], []), "The column “Segno zodiacale” is not known."),
        (write_csv(["Nome e cognome"], []), "Each row needs an e-mail address and a name."),
        (write_csv(["email", "E-mail", "name"], []), "Two columns are “email”."),
        (b"a;b\r\n1;2;3", "Line 2, column C: it has more or fewer cells than the first line."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(office, call, content, sentence):
    response = upload(office, call, content)
    assert response.status_code == 422
    assert sentence in response.text


def test_a_file_too_large_is_not_even_read(office, call):
    assert "The file is larger than 5 MB." in upload(office, call, b"x" * (LARGEST + 1)).text
    assert upload(office, call, b"x" * (LARGEST + 100_000)).status_code == 413


def test_more_people_than_can_be_imported_at_once_are_refused(office, call):
    rows = [a_row(f"p{n}@example.org", f"Persona {n}") for n in range(MOST + 1)]
    assert "At most 200 people are imported at once." in upload(office, call, csv(*rows)).text


def test_the_empty_spreadsheet_fits(office, call):
    response = office.get(page("import_empty"))
    table = read("applicants.xlsx", response.content)
    assert len(columns_of(table)) == len(heads()) == len(table.columns)
    row = ["ada@example.org", "Ada Colombo"] + [""] * (len(table.columns) - 2)
    filled = write_xlsx("x", table.columns, [row])
    preview = upload(office, call, filled, name="applicants.xlsx")
    assert [row.new for row in preview.context["rows"]] == [True]


@pytest.mark.parametrize("language", ["it", "en"])
def test_no_title_of_a_column_and_no_choice_means_two_things(language):
    with override(language):
        for name, title in PERSON.items() | {name: field.label for name, field in FIELDS.items()}.items():
            assert titles()[folded(title)] == name
        for name in CHOICES:
            for value, label in made_of(name):
                assert choices()[name][folded(label)] == value


def test_name_and_surname_may_stand_in_two_columns():
    content = write_csv(["email", "first name", "surname"], [["ada@example.org", "Ada", "Colombo"]])
    [entry], wrong = judge(read("a.csv", content), NOW.date())
    assert (entry.name, dict(entry.written), wrong) == ("Ada Colombo", {}, [])


@pytest.mark.parametrize(("cell", "value"), [("sì", True), ("X", True), ("No", False), ("", False)])
def test_a_box_is_ticked_by_yes(cell, value):
    content = write_csv(["email", "name", "foreign"], [["ada@example.org", "Ada Colombo", cell]])
    [entry], _wrong = judge(read("a.csv", content), NOW.date())
    assert entry.written == {"foreign": value}


def test_a_formula_in_a_name_stays_text(office, call):
    confirm(office, upload(office, call, csv(a_row(name='=HYPERLINK("http://evil")'))))
    assert User.objects.get(email="ada@example.org").name == '=HYPERLINK("http://evil")'


def test_only_who_may_open_accounts_imports(call):
    reader = factories.a_person(is_staff=True)
    for right in ("view_application", "change_application"):
        reader.user_permissions.add(factories.permission("enrollment", right))
    client = client_of(reader)
    assert page("import") not in client.get(page("changelist")).text
    assert {client.get(page(name)).status_code for name in ("import", "import_empty")} == {403}
    assert upload(client, call, csv(a_row())).status_code == 403
    assert client.post(page("import_confirm"), {"token": "x"}).status_code == 403


def test_every_reason_has_its_sentence():
    assert set(SENTENCES) == set(Unreadable)
    for code in Unreadable:
        assert "%(" not in str(sentence_of(Reason(code)))
