"""What the office carries away: hours for payment, presences for funders."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from assessments.accounts import accounts_of
from assessments.actions.register import put_right
from assessments.ledger import ACADEMIC, COMPANY, Account, Pay
from courses.tables import read
from tests.classroom import client_of
from tests.factories import a_person, a_session, an_instructor, somebody_of_the_office
from tests.lesson import BEGIN, END, REMOTE, WHOLE, Lesson, from_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson() -> Lesson:
    """Two teach together, the second of them from a company; one of them has signed."""
    lesson = Lesson()
    company = an_instructor(kind="company", name="Bea Azienda", user=None)
    a_session(lesson.cohort, starts_at=BEGIN + timedelta(days=1), minutes=240, instructors=[company])
    lesson.session.teachers.update(share=180)
    lesson.session.teachers.create(instructor=company, kind="company", minutes=120, share=60)
    lesson.call(WHOLE, (*from_to(0, 62, REMOTE), *from_to(81, 240, REMOTE)), ())
    lesson.sign()
    return lesson


def address(lesson: Lesson, name: str, *args) -> str:
    return reverse(f"admin:courses_cohort_{name}", args=[lesson.cohort.pk, *args])


def file(lesson: Lesson, name: str, *args) -> bytes:
    answer = client_of(somebody_of_the_office()).get(address(lesson, name, *args))
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    return answer.content


def test_the_ledger_is_that_of_the_timetable_the_registers_and_the_presences(lesson):
    found = accounts_of(lesson.cohort)
    company = lesson.session.teachers.get(kind="company").instructor_id
    assert found.ledger.blocks == {"B": Account(480, 240, 461)}
    assert found.ledger.of_kind(ACADEMIC) == Account(180, 180, 345)
    assert found.ledger.of_kind(COMPANY) == Account(300, 60, 116)
    assert found.ledger.instructors == {
        (lesson.instructor.pk, ACADEMIC): Pay(240, 240, 0, 1),
        (company, COMPANY): Pay(360, 0, 120, 2),
    }


def test_a_register_that_nobody_signed_delivers_nothing():
    lesson = Lesson()
    lesson.call(WHOLE, WHOLE, ())
    assert accounts_of(lesson.cohort).ledger.total == Account(240, 0, 0)


def test_the_page_shows_blocks_kinds_instructors_and_drift(lesson):
    found = client_of(somebody_of_the_office()).get(address(lesson, "hours"))
    text = " ".join(found.text.split())
    assert found.status_code == 200
    for words in ("Bea Azienda", "Ada Docente", "37.50%", "−1 h", "75.00%", "7 h 41 min"):
        assert words in text, words


def test_for_payment_hours_are_numbers(lesson):
    sheet = load_workbook(io.BytesIO(file(lesson, "hours_file", "xlsx"))).active
    rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=2)]
    names = [(row[1], *row[4:]) for row in rows]
    assert names == [("Ada Docente", 1, 240, 240, 4, 0), ("Bea Azienda", 2, 360, 0, 0, 120)]


def test_the_same_as_csv(lesson):
    table = read("hours.csv", file(lesson, "hours_file", "csv"))
    assert [row.cells["Hours signed for"] for row in table.rows] == ["4,00", "0,00"]


def test_funders_get_one_row_per_person_and_session_with_entry_and_exit(lesson):
    table = read("presences.csv", file(lesson, "presences"))
    rows = [list(row.cells.values()) for row in table.rows]
    assert len(rows) == 6
    people = sorted(person.user.name for person in lesson.people)
    assert [row[10] for row in rows[:3]] == people
    assert rows[0][8:10] == ["20/01/2022 14:00:00", "20/01/2022 18:00:00"]
    assert rows[1][12:19] == [
        "20/01/2022 14:00:00",
        "20/01/2022 18:00:00",
        "221",
        "0",
        "remote",
        "interrupted, remote",
        "Roll call",
    ]
    assert rows[2][12:19] == ["", "", "0", "0", "", "absent", "Roll call"]
    assert rows[3][12:19] == [""] * 7, "of whom nobody has said anything"


def test_they_see_the_number_of_the_register_and_what_was_rectified(lesson):
    lesson.close()
    lesson.lock()
    put_right(
        session=lesson.session,
        enrollment=lesson.people[2],
        spells=WHOLE,
        reason="Was there",
        by=lesson.tutor,
        at=END,
    )
    table = read("presences.csv", file(lesson, "presences"))
    told = [
        (row.cells["Register"], row.cells["Minutes credited"], row.cells["Rectified"]) for row in table.rows
    ]
    assert told[:3] == [("1", "240", "FALSO"), ("1", "221", "FALSO"), ("1", "240", "VERO")]


def test_a_name_that_is_a_formula_computes_nothing(lesson):
    person = lesson.people[0].user
    person.name = '=HYPERLINK("https://evil.example.org","x")'
    person.save()
    assert b"'=HYPERLINK" in file(lesson, "presences")


@pytest.mark.parametrize(
    ("name", "args"), [("hours", ()), ("hours_file", ("csv",)), ("hours_file", ("xlsx",)), ("presences", ())]
)
def test_only_the_office_with_the_right_has_them(lesson, name, args):
    somebody = a_person(is_staff=True)
    assert client_of(somebody).get(address(lesson, name, *args)).status_code == 403
    assert client_of(lesson.teacher).get(address(lesson, name, *args)).status_code == 302


def test_there_is_no_other_kind_of_file(lesson):
    client = client_of(somebody_of_the_office())
    assert client.get(address(lesson, "hours_file", "exe")).status_code == 404


def test_the_page_of_the_edition_leads_there(lesson):
    page = reverse("admin:courses_cohort_change", args=[lesson.cohort.pk])
    text = client_of(somebody_of_the_office()).get(page).text
    assert address(lesson, "hours") in text
    assert address(lesson, "presences") in text
