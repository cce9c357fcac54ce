"""The office answers applications and ends places, through the actions."""

from datetime import date

import pytest
from django.urls import reverse

from enrollment.models import Application, Enrollment
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    client.force_login(factories.somebody_of_the_office())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def page(model: str, name: str = "change", *args) -> str:
    return reverse(f"admin:enrollment_{model}_{name}", args=args)


def test_an_application_is_read_not_written(office):
    application = factories.an_application(motivation="Vengo in treno")
    response = office.get(page("application", "change", application.pk))
    assert "Vengo in treno" in response.text
    assert response.context["adminform"].form.fields == {}
    forged = {"state": "admitted", "motivation": "Altro", "cohort": 1, "answered_by": 1}
    office.post(page("application", "change", application.pk), forged)
    after = Application.objects.get(pk=application.pk)
    assert (after.state, after.motivation) == ("submitted", "Vengo in treno")
    assert not Enrollment.objects.exists()


def test_the_newest_edition_comes_first_and_in_it_who_applied_first(office):
    coming = factories.a_cohort(starts_on=date(2022, 9, 8), ends_on=date(2023, 2, 11))
    second = factories.an_application(cohort=coming, submitted_at=factories.rome(2021, 11, 3, 10))
    first = factories.an_application(cohort=coming)
    old = factories.an_application()
    found = office.get(page("application", "changelist")).context["cl"].result_list
    assert list(found) == [first, second, old]


@pytest.mark.parametrize(
    ("answer", "state"), [("admit", "admitted"), ("reserve", "on_reserve"), ("decline", "declined")]
)
def test_a_button_answers_an_application(office, answer, state):
    application = factories.an_application(cohort=factories.a_cohort(seats=5))
    address = page("application", answer, application.pk)
    assert address in office.get(page("application", "change", application.pk)).text
    assert "5 seats are left. The applicant is told by mail." in office.get(address).text
    assert office.post(address).status_code == 302
    application.refresh_from_db()
    assert application.state == state
    assert application.answered_by == factories.User.objects.get(is_staff=True)
    assert Enrollment.objects.count() == (answer == "admit")
    assert address not in office.get(page("application", "change", application.pk)).text


def test_looking_at_a_button_answers_nothing(office):
    application = factories.an_application()
    for answer in ("admit", "reserve", "decline"):
        office.get(page("application", answer, application.pk))
    application.refresh_from_db()
    assert application.state == "submitted"


def test_a_full_edition_admits_nobody_and_says_so(office):
    cohort = factories.a_cohort(seats=1)
    factories.an_enrollment(cohort=cohort)
    application = factories.an_application(cohort=cohort)
    response = office.post(page("application", "admit", application.pk))
    assert response.status_code == 422
    assert "The edition is full: all its seats are taken." in response.text
    application.refresh_from_db()
    assert application.state == "submitted"


def test_a_declined_application_is_not_admitted_by_an_old_page(office):
    application = factories.an_application()
    office.post(page("application", "decline", application.pk))
    response = office.post(page("application", "admit", application.pk))
    assert response.status_code == 422
    assert "An application cannot pass from this state to that one." in response.text
    assert not Enrollment.objects.exists()


def test_several_are_admitted_as_far_as_seats_reach_and_the_rest_is_named(office):
    cohort = factories.a_cohort(seats=2)
    applications = [factories.an_application(cohort=cohort) for _ in range(3)]
    chosen = {"action": "admit_all", "_selected_action": [a.pk for a in applications]}
    response = office.post(page("application", "changelist"), chosen, follow=True)
    assert "Done: 2." in response.text
    assert f"{applications[2]}: The edition is full: all its seats are taken." in response.text
    states = Application.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["admitted", "admitted", "submitted"]


@pytest.mark.parametrize(
    ("action", "state"), [("put_all_on_reserve", "on_reserve"), ("decline_all", "declined")]
)
def test_several_are_answered_alike(office, action, state):
    applications = [factories.an_application() for _ in range(3)]
    chosen = {"action": action, "_selected_action": [a.pk for a in applications]}
    office.post(page("application", "changelist"), chosen)
    assert set(Application.objects.values_list("state", flat=True)) == {state}


def test_who_may_only_read_answers_nobody(client):
    reader = factories.a_person(is_staff=True)
    reader.user_permissions.add(factories.permission("enrollment", "view_application"))
    client.force_login(reader)
    application = factories.an_application()
    assert client.get(page("application", "change", application.pk)).status_code == 200
    for answer in ("admit", "reserve", "decline"):
        assert client.post(page("application", answer, application.pk)).status_code == 403
    chosen = {"action": "admit_all", "_selected_action": [application.pk]}
    assert client.post(page("application", "changelist"), chosen).status_code == 403
    application.refresh_from_db()
    assert application.state == "submitted"


def test_drafts_belong_to_the_applicant_alone(office):
    draft = factories.an_application(state="draft", submitted_at=None)
    assert str(draft.user) not in office.get(page("application", "changelist")).text
    assert office.get(page("application", "change", draft.pk)).status_code == 404


@pytest.mark.parametrize("state", ["completed", "renounced", "withdrawn", "forfeited", "excluded"])
def test_a_place_ends_with_a_day_and_frees_its_seat_unless_completed(office, state):
    enrollment = factories.an_enrollment()
    address = page("enrollment", "end", enrollment.pk)
    assert office.post(address, {"state": state, "on": "2022-03-01"}).status_code == 302
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.ends_on) == (state, date(2022, 3, 1))
    assert Enrollment.objects.live().exists() == (state == "completed")
    assert address not in office.get(page("enrollment", "change", enrollment.pk)).text


def test_a_place_does_not_end_without_a_day(office):
    enrollment = factories.an_enrollment()
    response = office.post(page("enrollment", "end", enrollment.pk), {"state": "withdrawn", "on": "ieri"})
    assert response.status_code == 422
    enrollment.refresh_from_db()
    assert enrollment.state == "active"


def test_of_a_place_only_whether_it_is_an_auditors_is_written_by_hand(office):
    enrollment = factories.an_enrollment()
    forged = {"auditor": "on", "state": "completed", "starts_on": "2020-01-01", "employer": "Altro"}
    office.post(page("enrollment", "change", enrollment.pk), forged)
    after = Enrollment.objects.get(pk=enrollment.pk)
    assert (after.auditor, after.state) == (True, "active")
    assert (after.starts_on, after.employer) == (enrollment.starts_on, enrollment.employer)


def test_a_call_must_close_after_it_opens(office):
    cohort = factories.a_cohort()
    form = {"cohort": cohort.pk, "opens_at_0": "2021-11-01", "opens_at_1": "09:00"}
    form |= {"closes_at_0": "2021-10-01", "closes_at_1": "14:00"}
    response = office.post(page("call", "add"), form)
    assert response.status_code == 422
    assert "The call must close after it opens." in response.text


def test_applications_are_found_by_name_and_filtered(office):
    wanted = factories.an_application(user=factories.a_person(name="Ada Colombo"), region="Puglia")
    factories.an_application()
    for query in ("?q=colombo", "?region__exact=Puglia", f"?cohort__id__exact={wanted.cohort_id}"):
        found = office.get(page("application", "changelist") + query).context["cl"].result_list
        assert list(found) == [wanted]
