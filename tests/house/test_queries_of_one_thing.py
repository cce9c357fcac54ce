"""What the page of one thing asks of the database: as much for few rows below it as for many."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.urls import reverse

from courses.admin.session import TeacherInline
from courses.models import (
    Instructor,
    Material,
    MaterialVersion,
    Room,
    Session,
    SessionPlace,
    SessionTeacher,
)
from enrollment.access import calendar_token
from enrollment.models import Application, Criterion, Phase, RequiredDocument
from tests import factories
from tests.classroom import client_of
from tests.crowd import DAY, RECEIVED, Edition, analyze, many
from tests.factories import somebody_of_the_office
from tests.house.test_queries import APPLICANTS, FEW, MANY, MODULES, NOTHING, ask, costs_of
from tests.selection import Selection

pytestmark = pytest.mark.django_db

ROOMS, TEACHERS, NOMINEES = r"Vano \d+", r"Maestro \d+", r"Invitato \d+"
DOCUMENTS, CRITERIA, SHEETS, CHANGES = r"Attachment \d+", r"Merit \d+", r"Sheet \d+", r"Change \d+"
SEVERAL = 30  # no form has more rows
NEXT_DAY = DAY + timedelta(days=1)


class Things:
    """An edition, a session of it in many rooms by many teachers, its call of many words, a nomination."""

    def __init__(self, rows: int) -> None:
        numbers = list(range(1, rows + 1))
        self.office = somebody_of_the_office()
        self.edition = Edition(rows)
        self.session = self.a_session(rows)
        self.call = self.a_call(rows, numbers)
        self.material = self.a_material(rows, numbers)
        self.nomination = factories.a_nomination(
            cohort=self.edition.cohort, places=rows, contact=factories.a_person()
        )
        self.applied = many(
            Application,
            rows,
            user=self.edition.people("Invitato", numbers),
            cohort=self.edition.cohort,
            number=[rows + number for number in numbers],
            nomination=self.nomination,
            **RECEIVED,
        )
        analyze()

    def a_session(self, rows: int) -> Session:
        """As many minutes long, one for each who teaches."""
        session = factories.a_session(
            self.edition.cohort, module=self.edition.sessions[0].module, starts_at=NEXT_DAY, minutes=rows
        )
        rooms = many(Room, rows, hub=factories.a_hub(), name=[f"Vano {n}" for n in range(rows)], capacity=9)
        many(SessionPlace, rows, session=session, room=rooms)
        teachers = many(
            Instructor,
            rows,
            name=[f"Maestro {n}" for n in range(rows)],
            organisation=factories.an_organisation(),
            kind="company",
        )
        many(SessionTeacher, rows, session=session, instructor=teachers, kind="company", minutes=1, share=1)
        return session

    def a_material(self, rows: int, numbers: list[int]) -> Material:
        """One of so many of the session, in as many versions."""
        of = {"cohort": self.edition.cohort, "module": self.session.module, "session": self.session}
        titles = [f"Sheet {number}" for number in numbers]
        seen = {"kind": "link", "published_at": DAY - timedelta(hours=1)}
        sheets = many(Material, rows, position=numbers, title_it=titles, title_en=titles, **of, **seen)
        facts = {"link": "https://example.org", "at": DAY, "by": self.edition.instructor.user}
        many(MaterialVersion, rows, material=sheets, number=1, note="Change 1", **facts)
        for number in numbers[1:]:
            many(MaterialVersion, 1, material=sheets[0], number=number, note=f"Change {number}", **facts)
        return sheets[0]

    def a_call(self, rows: int, numbers: list[int]):
        call = factories.a_call(cohort=self.edition.cohort)
        for model, word, more in (
            (Criterion, "Merit", {"phase": Phase.DOCUMENTS, "maximum": 1}),
            (RequiredDocument, "Attachment", {}),
        ):
            titles = [f"{word} {number}" for number in numbers]
            many(model, rows, call=call, position=numbers, title_it=titles, title_en=titles, **more)
        return call

    @property
    def pages(self) -> dict[tuple[str, str], tuple]:
        """Who opens what: the person, the address, at most how many questions, and what a row looks like."""
        edition, person, teacher = self.edition, self.edition.participant, self.edition.instructor.user
        public = f"/cohorts/{edition.cohort.code}/"
        session = f"/sessions/{self.session.pk}/"
        feeds = {who: f"/calendar/{calendar_token(who)}.ics" for who in (person, teacher)}
        contact = self.nomination.contact
        module = reverse("courses:materials", args=[edition.cohort.code, self.session.module_id])
        versions = reverse("courses:material", args=[self.material.pk])

        return {
            ("visitor", "front"): (None, "/", 2, NOTHING),
            ("visitor", "programme"): (None, "/programme/", 1, MODULES),
            ("visitor", "editions"): (None, "/cohorts/", 1, NOTHING),
            ("visitor", "edition"): (None, public, 2, MODULES),
            ("visitor", "edition, with what to attach"): (None, f"{public}?a", 2, DOCUMENTS),
            ("visitor", "edition, with what is judged"): (None, f"{public}?b", 2, CRITERIA),
            ("visitor", "calendar of a participant"): (None, feeds[person], 2, MODULES),
            ("visitor", "calendar of an instructor"): (None, feeds[teacher], 2, MODULES),
            ("participant", "rooms of a session"): (person, session, 8, ROOMS),
            ("participant", "teachers of a session"): (person, session, 8, TEACHERS),
            ("participant", "materials of a session"): (person, session, 8, SHEETS),
            ("instructor", "materials of a module"): (teacher, module, 12, SHEETS),
            ("office", "materials of a module"): (self.office, module, 12, SHEETS),
            ("instructor", "versions of a material"): (teacher, versions, 12, CHANGES),
            ("participant", "calendar"): (person, "/calendar/", 2, NOTHING),
            ("participant", "notices"): (person, "/notices/", 4, NOTHING),
            ("participant", "profile"): (person, "/profile/", 2, NOTHING),
            ("contact", "nomination"): (
                contact,
                reverse("enrollment:nomination", args=[self.nomination.pk]),
                4,
                NOMINEES,
            ),
        }

    @property
    def forms(self) -> dict[tuple[str, str], tuple]:
        """The same of the office's pages, on which each row is some fields."""
        of = {
            "courses_session": self.session,
            "enrollment_call": self.call,
            "courses_material": self.material,
        }
        session, call, material = (
            (self.office, reverse(f"admin:{name}_change", args=[thing.pk])) for name, thing in of.items()
        )
        return {
            ("office", "versions of a material"): (*material, 12, CHANGES),
            ("office", "rooms of a session"): (*session, 12, ROOMS),
            ("office", "teachers of a session"): (*session, 12, TEACHERS),
            ("office", "criteria of a call"): (*call, 19, CRITERIA),
            ("office", "documents of a call"): (*call, 19, DOCUMENTS),
        }


def test_pages_of_one_thing_ask_as_much_for_3_rows_as_for_300(time_machine):
    time_machine.move_to(DAY, tick=False)
    few = costs_of(Things(FEW).pages, FEW)
    assert costs_of(Things(MANY).pages, MANY) == few


def test_forms_of_the_office_ask_as_much_for_3_rows_as_for_30(time_machine):
    time_machine.move_to(DAY, tick=False)
    few = costs_of(Things(FEW).forms, FEW)
    assert costs_of(Things(SEVERAL).forms, SEVERAL) == few


def test_a_ranking_asks_as_much_for_3_rows_as_for_300(time_machine):
    time_machine.move_to(DAY, tick=False)
    few, many_ = (costs_of({("office", "ranking"): a_ranking(rows)}, rows) for rows in (FEW, MANY))
    assert few == many_


def a_ranking(rows: int) -> tuple:
    """A published one of so many, as the office opens it."""
    selection = Selection()
    selection.crowd(rows)
    address = reverse("admin:enrollment_ranking_change", args=[selection.publish().pk])
    return selection.office, address, 10, APPLICANTS


def test_control_a_form_that_asks_for_each_row_is_found(time_machine, monkeypatch):
    monkeypatch.setattr(TeacherInline, "get_queryset", admin.StackedInline.get_queryset)
    time_machine.move_to(DAY, tick=False)
    costs = []
    for rows in (FEW, 2 * FEW):
        office, address, *_rest = Things(rows).forms["office", "teachers of a session"]
        costs.append(ask(client_of(office), address)[0])
    assert costs[1] > costs[0]
