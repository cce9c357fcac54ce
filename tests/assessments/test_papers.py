"""The paper of a register says what the screen says, and its address whether it still stands."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from re import findall
from time import perf_counter

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from assessments.actions.register import Spell, lock_registers, put_right
from assessments.exports.register import columns, line_of, paper_of, voices_of
from assessments.models import Register
from assessments.seal import Verdict, seal
from assessments.sheets import sheet_of, sheets_of, verdict, with_all_it_shows
from courses.models import Cohort, Role
from tests.classroom import client_of
from tests.courses.test_paper import streams
from tests.factories import a_person, an_instructor, rome, somebody_of_the_office
from tests.invariants import execute
from tests.lesson import END, IN_PERSON, REMOTE, WHOLE, Lesson, from_to
from tests.registers import a_thousand_closed_registers

pytestmark = pytest.mark.django_db

LATER = END + timedelta(days=1)


@pytest.fixture
def lesson() -> Lesson:
    """One was there, one came late and remote, one was absent."""
    lesson = Lesson()
    lesson.call(WHOLE, from_to(10, 235, REMOTE), ())
    Role.objects.create(user=lesson.tutor, cohort=lesson.cohort, kind=Role.Kind.TUTOR)
    return lesson


def locked(lesson: Lesson) -> Register:
    lesson.sign()
    lesson.close()
    return lesson.lock()


def address(lesson: Lesson) -> str:
    return reverse("assessments:register_paper", args=[lesson.session.pk])


def words(pdf: bytes) -> str:
    """What a reader of PDFs finds on all its pages, white space as one blank."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def paper(lesson: Lesson, language: str = "en", who=None) -> str:
    client = client_of(who or lesson.teacher)
    answer = client.get(address(lesson), headers={"accept-language": language})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return words(answer.content)


def rectify(lesson: Lesson, person: int = 2) -> None:
    put_right(
        session=lesson.session,
        enrollment=lesson.people[person],
        spells=WHOLE,
        reason="Was in the lab",
        by=lesson.tutor,
        at=LATER,
    )


def alter(statement: str, table: str) -> None:
    """Past the triggers, as only an administrator of the database could."""
    on, off = (f"ALTER TABLE {table} {what} TRIGGER USER" for what in ("ENABLE", "DISABLE"))
    execute("SET CONSTRAINTS ALL IMMEDIATE", off, statement, on)


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_paper_has_every_row_of_the_screen_in_its_order(lesson, language):
    locked(lesson)
    found = paper(lesson, language)
    sheet = sheet_of(lesson.session)
    voices = voices_of(sheet)
    with translation.override(language):
        rows = [
            line_of(number, line.row, voices[line.row["key"]], told=True)
            for number, line in enumerate(sheet.lines, 1)
        ]
        heads = " ".join(columns())
    told = [" ".join(" ".join(row).split()) for row in rows]
    assert len(told) == 3
    places = [found.index(row) for row in (heads, *told)]
    assert places == sorted(places)


def test_it_says_all_a_register_has_to_say(lesson):
    register = locked(lesson)
    found = paper(lesson)
    for fact in (
        f"Register no. {register.number}",
        lesson.cohort.code,
        "14:00–18:00",
        "Travel plans",
        "B1 Travel plans",
        "Ada Docente",
        "academic",
        "14:10:00 17:55:00 225 0 late, left early, remote",
        "Present 2",
        "Absent 1",
        "Hours delivered 4 h",
        "Teo Tutor",
        register.digest,
        f"/registers/{register.digest}/",
        "1 / 2",
    ):
        assert fact in found
    assert "DRAFT" not in found


def test_a_funded_edition_names_its_funder_and_project_as_they_were(lesson):
    assert "Funder" not in paper(lesson)
    edition = Cohort.objects.filter(pk=lesson.cohort.pk)
    edition.update(funder="Fondo Alfa", project="D12-345")
    register = locked(lesson)
    edition.update(project="D12-999")
    assert "Funder and project Fondo Alfa · D12-345" in paper(lesson)
    assert verdict(sheet_of(lesson.session)).stands
    screen = client_of(lesson.teacher).get(reverse("assessments:register", args=[lesson.session.pk]))
    assert "Fondo Alfa · D12-999" in screen.text
    assert register.digest in screen.text


def test_it_keeps_both_standards_and_its_code_has_words(lesson):
    locked(lesson)
    pdf = paper_of(sheet_of(lesson.session), at=END)
    content = streams(pdf)
    assert findall(rb"<pdfaid:part>2</pdfaid:part>|<pdfuaid:part>1</pdfuaid:part>", content)
    assert b"/Figure" in content
    assert b"/Alt" in content


def test_the_same_register_is_the_same_bytes_at_any_moment(lesson):
    locked(lesson)
    sheet = sheet_of(lesson.session)
    assert paper_of(sheet, at=END) == paper_of(sheet_of(lesson.session), at=LATER)


def test_before_it_is_locked_it_says_that_it_is_a_draft(lesson):
    found = paper(lesson)
    assert "DRAFT: this register is not locked (its state: open)" in found
    assert "/registers/" not in found
    assert "BOZZA" in paper(lesson, "it") or "DRAFT" in paper(lesson, "it")


def test_of_whom_nobody_has_spoken_nothing_is_said(lesson):
    lesson = Lesson()
    assert "1 Persona" in paper(lesson)
    assert "absent" not in paper(lesson)


def test_sealed_rows_keep_the_names_of_that_time_and_rectifications_follow(lesson):
    locked(lesson)
    person = lesson.people[2].user
    before, person.name = person.name, "Zoe Nuova"
    person.save()
    rectify(lesson)
    found = paper(lesson)
    assert f"3 {before} – – – 0 0 absent" in found
    assert "Zoe Nuova 0 minutes 240 minutes, 14:00:00–18:00:00 Was in the lab Teo Tutor" in found


def test_who_does_not_keep_it_does_not_read_it(lesson):
    assert client_of(a_person()).get(address(lesson)).status_code == 403
    assert client_of(an_instructor().user).get(address(lesson)).status_code == 404
    assert client_of(lesson.tutor).get(address(lesson)).status_code == 200
    assert client_of(somebody_of_the_office()).get(address(lesson)).status_code == 200


# The page behind the code.


def asked(register: Register, client: Client | None = None) -> str:
    answer = (client or Client(headers={"accept-language": "en"})).get(f"/registers/{register.digest}/")
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def test_anybody_with_the_paper_reads_that_it_stands_and_nobody_s_name(lesson):
    register = locked(lesson)
    found = asked(register)
    assert "This register stands." in found
    assert f"no. 1 of {lesson.cohort.code}" in found
    assert register.digest in found
    people = [line.enrollment.user for line in sheet_of(lesson.session).lines]
    people += [lesson.teacher, lesson.tutor]
    assert not [who for who in people if who.name in found or who.email in found]


def test_a_rectified_register_stands_and_says_so(lesson):
    register = locked(lesson)
    rectify(lesson)
    assert "1 row was put right afterwards by a rectification" in asked(register)


def test_an_altered_row_shows_to_all_and_whose_it_is_to_the_office(lesson):
    register = locked(lesson)
    alter(
        "UPDATE assessments_presenceinterval SET ends_at = ends_at - interval '1 minute'"
        f" WHERE enrollment_id = {lesson.people[0].pk}",
        "assessments_presenceinterval",
    )
    name = lesson.people[0].user.name
    found = asked(register)
    assert "This register no longer stands." in found
    assert "1 row was altered" in found
    assert name not in found
    assert name in asked(register, client_of(somebody_of_the_office()))
    assert name not in asked(register, client_of(lesson.teacher))


def test_altered_sealed_rows_show(lesson):
    register = locked(lesson)
    alter(
        "UPDATE assessments_register SET rows = jsonb_set(rows, '{0,topic}', '\"nicer\"')",
        "assessments_register",
    )
    found = asked(register)
    assert "not those the seal was made of" in found
    assert "what is said of the session" in asked(register, client_of(somebody_of_the_office()))


@pytest.mark.parametrize("change", ["digest", "other"])
def test_another_seal_is_no_register(lesson, change):
    register = locked(lesson)
    if change == "digest":
        alter(f"UPDATE assessments_register SET digest = '{'0' * 64}'", "assessments_register")
    wrong = register.digest if change == "digest" else seal([])
    answer = Client(headers={"accept-language": "en"}).get(f"/registers/{wrong}/")
    assert answer.status_code == 404
    assert "No register has this seal." in answer.text


def test_a_register_that_is_not_locked_has_no_page(lesson):
    assert Client().get(reverse("assessments:verification", args=[" "])).status_code == 404


@pytest.mark.slow
def test_a_thousand_registers_stand_or_name_their_changed_row(capsys):
    office, at = a_person(is_staff=True), rome(2022, 6, 1)
    cohort, people = a_thousand_closed_registers()
    sessions = list(with_all_it_shows(cohort.sessions.order_by("starts_at", "pk")))
    seconds: dict[str, float] = {}
    with timed(seconds, "lock"):
        assert len(lock_registers(cohort=cohort, sessions=sessions, by=office, at=at)) == 1000
    with timed(seconds, "rectify"):
        for session in sessions:
            spell = Spell(IN_PERSON, session.starts_at, session.ends_at)
            put_right(
                session=session,
                enrollment=people[0],
                spells=(spell,),
                reason="Was there",
                by=office,
                at=at,
            )
    key, changed = str(people[1].pk), sessions[::10]
    places = ", ".join(str(session.pk) for session in changed)
    alter(
        "UPDATE assessments_presenceinterval SET ends_at = ends_at - interval '1 second'"
        f" WHERE enrollment_id = {key} AND session_id IN ({places})",
        "assessments_presenceinterval",
    )
    with timed(seconds, "verify"):
        found = [verdict(sheet) for sheet in sheets_of(sessions)]
    altered = {session.pk: (key,) for session in changed}
    rectified = (str(people[0].pk),)
    assert found == [Verdict(False, altered.get(session.pk, ()), rectified) for session in sessions]
    with capsys.disabled():
        sys.stdout.write(f"\n1,000 registers, seconds: {seconds}\n")
    assert sum(seconds.values()) < 120


@contextmanager
def timed(seconds: dict[str, float], what: str) -> Iterator[None]:
    begin = perf_counter()
    yield
    seconds[what] = perf_counter() - begin
