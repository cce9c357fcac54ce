"""Who is told of milestones and judgements, and when."""

from datetime import timedelta

import pytest

from academy.models import Notice
from academy.postman import KINDS, collect_kind
from assessments.actions.panels import decide
from assessments.actions.projects import hand_in
from enrollment.actions.teams import leave_teams
from tests.factories import a_project, a_team, an_enrollment, rome, somebody_of_the_office
from tests.projects import PAPER, projects_of_every_state

pytestmark = pytest.mark.django_db

DUE = rome(2022, 4, 8, 18)


@pytest.fixture
def team():
    """Of two; a milestone is due on 8 April 2022, 18:00."""
    member = an_enrollment()
    mate = an_enrollment(cohort=member.cohort)
    return a_project(a_team(member.cohort, member, mate)), member, mate


def told(kind, at):
    """Who is in the ledger by then, and with which revision."""
    collect_kind(KINDS[kind], at)
    return sorted(Notice.objects.filter(kind=kind).values_list("user", "revision"))


def test_a_team_is_reminded_a_week_and_a_day_before_and_not_earlier(team):
    _project, member, mate = team
    assert told("milestone_near", DUE - timedelta(days=7, minutes=1)) == []
    week = told("milestone_near", DUE - timedelta(days=7))
    assert [user for user, _revision in week] == sorted([member.user_id, mate.user_id])
    assert {revision % 10 for _user, revision in week} == {7}
    assert told("milestone_near", DUE - timedelta(days=3)) == week
    day = told("milestone_near", DUE - timedelta(days=1))
    assert sorted(revision % 10 for _user, revision in day) == [1, 1, 7, 7]
    assert told("milestone_near", DUE) == day


def test_who_has_handed_in_or_left_is_not_reminded(team):
    project, member, mate = team
    before = DUE - timedelta(days=7)
    leave_teams(enrollment=mate, on=before.date() - timedelta(days=1), by=None, at=before)
    [(user, revision)] = told("milestone_near", before)
    assert user == member.user_id
    notice = Notice.objects.get()
    kind = KINDS["milestone_near"]
    assert kind.still_due(notice, before) is None
    milestone = project.milestones.get()
    milestone.due_at += timedelta(days=2)
    milestone.save()
    assert kind.still_due(notice, before) == "it was put off"
    assert told("milestone_near", before + timedelta(days=2))[-1] == (user, revision + 20)
    milestone.due_at -= timedelta(days=2)
    milestone.save()
    hand_in(milestone=milestone, upload=PAPER, by=member.user, at=before)
    assert kind.still_due(notice, before) == "the team has handed in"
    assert len(told("milestone_near", DUE - timedelta(days=1))) == 2


def test_a_team_is_told_of_its_judgement_and_of_each_change():
    projects = projects_of_every_state()
    at = rome(2022, 6, 13, 10)
    members = sorted(projects[1].team.places.values_list("enrollment__user", flat=True))
    assert told("project_judged", at) == [(member, 2) for member in members]
    notice = Notice.objects.first()
    assert KINDS["project_judged"].still_due(notice, at) is None
    office = somebody_of_the_office()
    decide(projectwork=projects[1], text="Ancora diverso.", reason="Refuso.", by=office, at=at)
    assert KINDS["project_judged"].still_due(notice, at) == "it was changed once more"
    assert {revision for _user, revision in told("project_judged", at)} == {2, 3}


def test_before_publication_nobody_is_told():
    projects = projects_of_every_state()
    published = projects[1].team.places.values_list("enrollment__user", flat=True)
    users = {user for user, _revision in told("project_judged", rome(2022, 6, 13, 10))}
    assert users == set(published)
