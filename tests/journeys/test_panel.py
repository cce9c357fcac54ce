"""A panel from blind to published: two judge apart, the office writes and publishes, the team reads."""

import re

import pytest
from playwright.sync_api import expect

from assessments.models import PanelJudgement
from tests.factories import (
    a_person,
    a_project,
    a_role,
    a_seat,
    a_team,
    an_enrollment,
    rome,
    somebody_of_the_office,
)

LEVELS = {"academic": 4, "company": 3}


@pytest.fixture
def member(transactional_db):
    return an_enrollment(user=a_person(name="Mara Membro"))


@pytest.fixture
def project(member):
    return a_project(a_team(member.cohort, member))


def assessor(project, side, name):
    role = a_role("panel", project.team.cohort, user=a_person(name=name))
    return a_seat(project, side, role=role).role.user


def fill_in(page, level, why):
    """The same level and words for every criterion, and words on the whole."""
    for criterion in page.get_by_role("radio", name=re.compile(f"^{level}")).all():
        criterion.check()
    for words in page.get_by_role("textbox").all():
        words.fill(why)


def test_from_two_blind_judgements_to_what_the_team_reads(project, member, browser_of, time_machine):
    time_machine.move_to(rome(2022, 4, 7, 9))
    first = browser_of(assessor(project, "academic", "Ada Accademica"))
    second = browser_of(assessor(project, "company", "Bea Bilancia"))
    team, office = browser_of(member.user), browser_of(somebody_of_the_office())
    page_of_judgement = f"/teaching/projects/{project.pk}/judgement/"

    # While the team hands in, a judgement stays a draft.
    first.goto("/teaching/projects/")
    first.get_by_role("main").get_by_role("link", name=f"Judge: {project.team}").click()
    expect(first.get_by_role("button", name="Give the judgement")).to_have_count(0)
    fill_in(first, LEVELS["academic"], "Rigoroso e chiaro.")
    first.get_by_role("button", name="Save draft").click()
    expect(first.get_by_text("Draft saved.")).to_be_visible()

    time_machine.move_to(rome(2022, 4, 9, 9))
    first.reload()
    first.get_by_role("button", name="Give the judgement").click()
    expect(first.get_by_text("You will see the other reading here once it is given.")).to_be_visible()

    # The other sees nothing of it, and gives without a word missing.
    second.goto(page_of_judgement)
    expect(second.get_by_role("main")).not_to_contain_text("Rigoroso")
    expect(second.get_by_role("main")).not_to_contain_text("Ada Accademica")
    second.get_by_role("button", name="Give the judgement").click()
    expect(second.get_by_role("alert")).to_be_focused()
    assert PanelJudgement.objects.given().count() == 1
    fill_in(second, LEVELS["company"], "Utile al committente.")
    second.get_by_role("button", name="Give the judgement").click()

    # Both have judged: each reads the other.
    for page in (first, second):
        page.goto(page_of_judgement)
        for words in ("Ada Accademica", "Rigoroso e chiaro.", "Bea Bilancia", "Utile al committente."):
            expect(page.get_by_role("main")).to_contain_text(words)

    # The team reads nothing before the office has published, and afterwards no names.
    team.goto("/team/")
    expect(team.get_by_role("main")).not_to_contain_text("Rigoroso")
    office.goto(f"/admin/assessments/projectwork/{project.pk}/change/")
    office.get_by_role("link", name="Write the judgement").click()
    office.get_by_label("The judgement in words").fill("Un lavoro solido.")
    office.get_by_role("button", name="Save the judgement").click()
    office.get_by_role("link", name="Publish the edition’s judgements").click()
    office.get_by_role("button", name="Publish them all").click()
    expect(office.get_by_role("link", name="Publish the edition’s judgements")).to_have_count(0)
    team.reload()
    for words in ("Un lavoro solido.", "Rigoroso e chiaro.", "Utile al committente."):
        expect(team.get_by_role("main")).to_contain_text(words)
    for name in ("Ada Accademica", "Bea Bilancia"):
        expect(team.get_by_role("main")).not_to_contain_text(name)
