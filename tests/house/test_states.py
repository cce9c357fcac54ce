"""docs/states.md draws the tables of states as they are."""

import re
from pathlib import Path

import pytest

from assessments import states as states_of_assessments
from assessments.actions import certificates, panels, surveys, teams
from assessments.actions import register as registers
from courses import states as states_of_courses
from courses.actions import appointments, planning, releasing
from courses.actions import drafting as drafts
from courses.actions import timetable as sessions
from enrollment import states
from enrollment.actions import applications, eligibility, files, interviews, offers, ranking

PAGE = Path(__file__).resolve().parents[2] / "docs" / "states.md"
TABLES = {
    "Applications": (states.APPLICATION_PASSAGES, "draft"),
    "Offers": (states.OFFER_PASSAGES, "open"),
    "Enrollments": (states.ENROLLMENT_PASSAGES, "active"),
    "Sessions": (states_of_courses.SESSION_PASSAGES, "planned"),
    "Drafts of timetables": (states_of_courses.DRAFT_PASSAGES, "open"),
    "Appointments of instructors": (states_of_courses.APPOINTMENT_PASSAGES, "asked"),
    "Runs of the planner": (states_of_courses.RUN_PASSAGES, "waiting"),
    "Registers": (states_of_assessments.REGISTER_PASSAGES, "open"),
    "What participants send in about their presence": (states_of_assessments.ANSWER_PASSAGES, "sent"),
    "Judgements of projects": (states_of_assessments.JUDGEMENT_PASSAGES, "draft"),
    "Certificates": (states_of_assessments.CERTIFICATE_PASSAGES, "valid"),
    "Questionnaires put to editions": (states_of_assessments.SURVEY_PASSAGES, "open"),
    "Plans of teams": (states_of_assessments.TEAM_PLAN_PASSAGES, "waiting"),
}
ROW = re.compile(r"^\| (\w+) → (\w+) \| .+ \| (.+) \|$", re.MULTILINE)


def drawing(table: dict[str, frozenset[str]], first: str) -> str:
    """A state diagram in the language of Mermaid; an end is a state that leads nowhere."""
    lines = [f"    [*] --> {first}"]
    for state, following in table.items():
        lines += [f"    {state} --> {after}" for after in table if after in following]
    lines += [f"    {state} --> [*]" for state, following in table.items() if not following]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def chapter(name: str) -> str:
    return PAGE.read_text().split(f"\n## {name}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("name", TABLES)
def test_the_drawing_is_the_table(name):
    [drawn] = re.findall(r"```mermaid\n.*?```", chapter(name), re.DOTALL)
    assert drawn == drawing(*TABLES[name])


@pytest.mark.parametrize("name", TABLES)
def test_every_passage_has_its_line_and_no_other_has_one(name):
    table, _first = TABLES[name]
    told = [(before, after) for before, after, _by in ROW.findall(chapter(name))]
    assert sorted(told) == sorted((before, after) for before in table for after in table[before])


@pytest.mark.parametrize("name", TABLES)
def test_every_action_it_names_is_one(name):
    modules = (applications, eligibility, files, interviews, offers, ranking)
    modules += (appointments, certificates, drafts, panels, planning, registers, releasing, sessions)
    modules += (surveys, teams)
    named = {action for *_, by in ROW.findall(chapter(name)) for action in re.findall(r"`(\w+)`", by)}
    assert named
    assert {action for action in named if not any(hasattr(module, action) for module in modules)} == set()
