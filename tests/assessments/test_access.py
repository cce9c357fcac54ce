"""Who may open the pages of scores."""

import pytest
from django.contrib.auth.models import Permission

from assessments.models import Score
from courses.models import Session
from tests.classroom import client_of, form, grid, mark
from tests.factories import a_cohort, a_module, a_person, a_session, an_instructor, rome

pytestmark = pytest.mark.django_db


def test_a_stranger_is_sent_to_sign_in_and_sees_nothing(group, client):
    group.record(mark(28))
    for page in (grid(group), grid(group, 2), grid(group) + "publish/", grid(group, 2) + "publish/"):
        response = client.get(page)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")
        assert response.content == b""


def test_a_participant_is_turned_away_from_every_page_of_scores(group):
    client = client_of(group.people[0].user)
    for page in (grid(group), grid(group) + "publish/", "/teaching/tests/999999/scores/"):
        assert client.get(page).status_code == 403
        assert client.post(page, form(group, "30")).status_code == 403
    assert Score.objects.count() == 0


def test_an_instructor_of_another_module_or_edition_finds_no_such_test(group):
    stranger = an_instructor()
    a_session(group.cohort, module=a_module(group.cohort, "B2"), instructors=[stranger])
    elsewhere = a_cohort(programme=group.cohort.programme)
    a_session(elsewhere, module=group.test.module, starts_at=rome(2022, 2, 3, 9), instructors=[stranger])
    client = client_of(stranger.user)
    assert client.get(grid(group)).status_code == 404
    assert client.post(grid(group), form(group, "30")).status_code == 404
    assert Score.objects.count() == 0


def test_an_instructor_whose_sessions_were_all_cancelled_finds_no_such_test(group):
    substitute = an_instructor()
    session = a_session(group.cohort, module=group.test.module, instructors=[substitute])
    client = client_of(substitute.user)
    assert client.get(grid(group)).status_code == 200
    Session.objects.filter(pk=session.pk).update(state="cancelled")
    assert client.get(grid(group)).status_code == 404


def test_the_office_needs_the_right_to_change_scores(group):
    office = a_person(is_staff=True)
    assert client_of(office).get(grid(group)).status_code == 403
    office.user_permissions.add(Permission.objects.get(codename="change_score"))
    assert client_of(office).get(grid(group)).status_code == 200


@pytest.mark.parametrize("pk", ["0", "99999999999999999999"])
def test_a_test_that_does_not_exist_is_not_found(group, pk):
    assert client_of(group.teacher).get(f"/teaching/tests/{pk}/scores/").status_code == 404
