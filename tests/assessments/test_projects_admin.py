"""The office writes a team's judgement, publishes those of an edition, and makes new versions of rubrics."""

import pytest
from django.urls import reverse

from assessments.models import ProjectOutcome, Rubric
from tests.classroom import client_of
from tests.factories import a_judgement, rome, somebody_of_the_office
from tests.projects import JUDGED, projects_of_every_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(time_machine):
    time_machine.move_to(rome(2022, 6, 14, 9), tick=False)
    return client_of(somebody_of_the_office())


def page(project, act):
    return reverse(f"admin:assessments_projectwork_{act}", args=[project.pk])


def test_the_office_writes_and_publishes_and_reads_what_is_missing_before(office):
    projects = projects_of_every_state()
    assert office.post(page(projects[4], "publish")).status_code == 422
    assert "T2" in office.get(page(projects[4], "publish")).text
    for number in (2, 3):
        for side in ("academic", "company"):
            seat = projects[number].panel.get(side=side)
            a_judgement(seat, 4, 4, 3, 4, at=JUDGED)
        people = projects[number].team.places.values_list("enrollment", flat=True)
        typed = {"text": "Bene."} | {f"step-{pk}": 0 for pk in people}
        typed |= {f"step-{people[0]}": -1}
        assert office.post(page(projects[number], "judgement"), typed).status_code == 422
        typed |= {f"why-{people[0]}": "Assente a metà degli incontri."}
        assert office.post(page(projects[number], "judgement"), typed).status_code == 302
    assert office.post(page(projects[4], "publish")).status_code == 302
    assert ProjectOutcome.objects.published().count() == 4
    assert [one.step for one in projects[2].outcome.adjustments.all()] == [-1]


def test_a_rubric_in_use_is_copied_into_a_version_that_can_be_changed(office):
    projects_of_every_state()
    used = Rubric.objects.exclude(frozen_at=None).get()
    assert office.post(reverse("admin:assessments_rubric_version", args=[used.pk])).status_code == 302
    fresh = Rubric.objects.get(code=used.code, version=2)
    assert (fresh.frozen_at, fresh.criteria.count()) == (None, 4)
    assert [one.titles for one in fresh.content] == [one.titles for one in used.content]
    assert fresh.hash != used.digest
