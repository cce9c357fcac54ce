"""What the pages of projects ask of the database: as much for few rows as for many."""

import re

import pytest
from django.urls import reverse

from assessments.actions.projects import hand_in, write_note
from assessments.models import Mentoring, ProjectOutcome
from courses.files import Upload
from tests.classroom import client_of
from tests.factories import (
    a_cohort,
    a_judgement,
    a_milestone,
    a_project,
    a_role,
    a_rubric,
    a_seat,
    a_team,
    an_enrollment,
    rome,
    somebody_of_the_office,
)
from tests.house.test_queries import ask

pytestmark = pytest.mark.django_db

FEW, MANY = 2, 8
AT = rome(2022, 4, 6, 12)


class Projects:
    """As many teams of as many people, milestones with deposits, mentors and notes; judged and published."""

    def __init__(self, rows: int) -> None:
        self.cohort = a_cohort(seats=rows * rows)
        self.office = somebody_of_the_office()
        mentors = [a_role("mentor", self.cohort) for _ in range(rows)]
        self.mentor = mentors[0].user
        assessors = {side: a_role("panel", self.cohort) for side in ("academic", "company")}
        self.assessor = assessors["academic"].user
        rubric = a_rubric()
        self.works = []
        self.rows = rf"Work {rows}-\d"
        for number in range(rows):
            people = [an_enrollment(cohort=self.cohort) for _ in range(rows)]
            facts = {"title_en": f"Work {rows}-{number}", "rubric": rubric}
            work = a_project(a_team(self.cohort, *people), milestones=0, **facts)
            for role in mentors:
                Mentoring.objects.create(project=work, role=role)
            for number in range(rows):
                due_at = rome(2022, 4, 8 + number, 18)
                milestone = a_milestone(work, due_at=due_at, title_en=f"Milestone {number}")
                for copy in range(rows):
                    upload = Upload(f"p{copy}.pdf", "application/pdf", b"%%PDF-1.4 %d\n%%%%EOF\n" % copy)
                    hand_in(milestone=milestone, upload=upload, by=people[0].user, at=AT)
                write_note(project=work, text=f"Note {number}", for_team=True, by=self.mentor, at=AT)
            for side, role in assessors.items():
                a_judgement(a_seat(work, side, role=role), 4, 4, 3, 4)
            facts = {"word": "buono", "overall": 3, "text": "Bene", "saved_at": AT}
            ProjectOutcome.objects.create(project=work, published_at=AT, published_by=self.office, **facts)
            self.works.append(work)
        self.member = people[0].user

    def pages(self) -> dict[str, tuple]:
        """Who opens what, at most how many questions, and what a row of it looks like."""
        last = self.works[-1]
        key = {"args": [last.pk]}
        milestone = reverse("assessments:milestone", args=[last.milestones.first().pk])
        return {
            "team": (self.member, reverse("assessments:team"), 25, r"Milestone \d"),
            "milestone": (self.member, milestone, 9, r"p\d+\.pdf"),
            "projects": (self.assessor, reverse("assessments:projects"), 15, self.rows),
            "project": (self.mentor, reverse("assessments:project", **key), 17, r"Note \d"),
            "judgement": (self.assessor, reverse("assessments:judgement", **key), 29, r"Milestone \d"),
            "office": (self.office, reverse("assessments:projects"), 17, self.rows),
            "publishing": (
                self.office,
                reverse("admin:assessments_projectwork_publish", **key),
                30,
                r"T\d+ ·",
            ),
        }


def costs(rows: int) -> dict[str, int]:
    found = {}
    for name, (person, address, limit, row) in Projects(rows).pages().items():
        found[name], text = ask(client_of(person), address)
        assert found[name] <= limit, (name, found[name])
        assert len(set(re.findall(row, text))) == rows, name
    return found


def test_pages_of_projects_ask_as_much_for_few_rows_as_for_many(time_machine):
    time_machine.move_to(AT, tick=False)
    assert costs(FEW) == costs(MANY)


def test_the_page_of_a_project_in_the_office_asks_no_more_for_what_was_handed_in(time_machine):
    time_machine.move_to(AT, tick=False)
    found = Projects(FEW)
    address = reverse("admin:assessments_projectwork_change", args=[found.works[0].pk])
    before, _text = ask(client_of(found.office), address)
    role = a_role("panel", found.cohort)
    a_seat(found.works[0], "third", role=role)
    for day in range(5):
        a_milestone(found.works[0], due_at=rome(2022, 5, 1 + day, 18))
    assert ask(client_of(found.office), address)[0] <= before + 1
    assert before <= 40
