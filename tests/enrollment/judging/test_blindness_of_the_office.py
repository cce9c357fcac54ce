"""Nothing that somebody of the committee can look at depends on what a colleague gave before their time.

The same pages are read in two worlds that differ in a colleague's points alone.
"""

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.contrib import admin
from django.db import transaction
from django.test import RequestFactory
from django.urls import reverse

from courses.models import Role
from enrollment.actions.eligibility import exclude, reinstate
from enrollment.actions.offers import revoke
from enrollment.actions.ranking import publish_ranking
from enrollment.models import Application, Phase
from enrollment.models.evaluation import EvaluationQuerySet
from tests.factories import a_member, a_person, a_score_sheet, a_scored_call, a_slot, an_application, rome

pytestmark = pytest.mark.django_db

State = Application.State
NOW = rome(2021, 12, 21, 18)
FEW, MANY = 3, 58  # points for the documents: below and above the threshold with those for the interview


@pytest.fixture(autouse=True)
def after_the_interviews():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def call():
    """Without a date for answers, so that the preview also counts who could not be offered a seat."""
    return a_scored_call(answers_by=None)


@pytest.fixture
def applications(call):
    """Three whose interviews were held."""
    found = []
    for name in ("Numero Uno", "Numero Due", "Numero Tre"):
        application = an_application(cohort=call.cohort, state=State.ELIGIBLE, user=a_person(name=name))
        a_slot(call, application=application, chosen_at=rome(2021, 12, 10), turnout="held")
        found.append(application)
    return found


@pytest.fixture
def colleague(call):
    return a_member(call.cohort, name="Bea Collega")


@pytest.fixture
def clerk(call):
    """May do everything in the office, and sits on the committee."""
    clerk = a_person(is_staff=True, is_superuser=True, name="Ada Segreteria")
    Role.objects.create(user=clerk, cohort=call.cohort)
    return clerk


@pytest.fixture
def boss():
    """May do everything in the office."""
    return a_person(is_staff=True, is_superuser=True)


def addresses(call, application) -> Iterator[str]:
    """Every list of the office about admission, also in another order, a page of everything in it, the
    ranking, and the committee's own.
    """
    yield from ("/home/", "/admin/", "/committee/", reverse("admin:enrollment_call_ranking", args=[call.pk]))
    models = [model for model in admin.site._registry if model._meta.app_label == "enrollment"]
    for model in models:
        yield reverse(f"admin:enrollment_{model._meta.model_name}_changelist")
        if thing := model._default_manager.exclude(pk=application.pk).first():
            yield reverse(f"admin:enrollment_{model._meta.model_name}_change", args=[thing.pk])
    yield page_of(application)
    yield reverse("admin:enrollment_application_history", args=[application.pk])
    columns = admin.site._registry[Application].get_list_display(RequestFactory().get("/"))
    for order in range(1, len(columns) + 1):
        yield f"{reverse('admin:enrollment_application_changelist')}?o={order}"
    for phase in Phase:
        yield f"/committee/{application.pk}/{phase}/"


def page_of(application) -> str:
    return reverse("admin:enrollment_application_change", args=[application.pk])


def look(client, address) -> str:
    """What is there, without what is another each time."""
    answer = client.get(address, headers={"Accept-Language": "en"})
    assert answer.status_code in {200, 302, 403, 404}, address
    return re.sub(r'(csrfmiddlewaretoken|once)" value="[^"]*"', "", answer.text)


def in_a_world_where(points, *, client, call, applications, colleague) -> dict[str, str]:
    """Every page, if the colleague gave the first application so many points; then all is undone."""
    with transaction.atomic():
        for application, given in zip(applications, (points, 30, 20), strict=True):
            a_score_sheet(application, colleague, given)
            a_score_sheet(application, colleague, 40, phase=Phase.INTERVIEW)
        seen = {address: look(client, address) for address in addresses(call, applications[0])}
        transaction.set_rollback(True)
    return seen


@pytest.fixture
def differing(client, call, applications, colleague, clerk):
    """The pages on which a person reads something else in the two worlds."""

    def compare(person):
        client.force_login(person)
        world = {"client": client, "call": call, "applications": applications, "colleague": colleague}
        few, many = in_a_world_where(FEW, **world), in_a_world_where(MANY, **world)
        assert few.keys() == many.keys()
        return {address for address in few if few[address] != many[address]}

    return compare


@pytest.fixture
def telling(call, applications):
    """Where whoever is not blind reads what the first was given."""
    return {page_of(applications[0]), reverse("admin:enrollment_call_ranking", args=[call.pk])}


def test_somebody_of_the_office_on_the_committee_reads_the_same_everywhere(differing, clerk):
    assert differing(clerk) == set()


def test_an_ordinary_member_reads_the_same_everywhere(differing, call):
    assert differing(a_member(call.cohort)) == set()


def test_control_the_rest_of_the_office_reads_what_was_given(differing, boss, telling):
    assert differing(boss) == telling


def test_control_if_whatever_is_signed_were_open_the_clerk_would_read_it(
    differing, clerk, applications, telling, monkeypatch
):
    monkeypatch.setattr(EvaluationQuerySet, "open_to", lambda sheets, _member: sheets.signed())
    assert differing(clerk) == {*telling, f"/committee/{applications[0].pk}/documents/"}


def test_what_a_ranking_says_of_somebody_taken_in_again_waits_for_the_clerks_own_sheet(
    client, call, applications, colleague, clerk, boss
):
    call.cohort.roles.filter(user=clerk).delete()
    members = [colleague, a_member(call.cohort)]
    for application in applications:
        for member in members:
            a_score_sheet(application, member, MANY)
            a_score_sheet(application, member, 40, phase=Phase.INTERVIEW)
    excluded = applications[0]
    type(call).objects.filter(pk=call.pk).update(answers_by=rome(2022, 1, 5, 14))
    ranking = publish_ranking(call=call, by=boss, at=NOW)
    for offer in excluded.offers.open():
        revoke(offer=offer, reason="Laurea", by=boss, at=NOW)
    exclude(application=excluded, ground="requirements", reason="Laurea", by=boss, at=NOW)
    reinstate(application=excluded, reason="Ricorso", by=boss, at=NOW)
    Role.objects.create(user=clerk, cohort=call.cohort)
    files = [reverse("admin:enrollment_ranking_file", args=[ranking.pk, kind]) for kind in ("csv", "xlsx")]
    version = reverse("admin:enrollment_ranking_change", args=[ranking.pk])
    pages = [version, *files, reverse("admin:enrollment_ranking_file", args=[ranking.pk, "pdf"])]

    client.force_login(clerk)
    assert [client.get(page).status_code for page in pages] == [403] * len(pages)
    assert "98.00" not in look(client, page_of(excluded))

    client.force_login(boss)
    assert client.get(version).status_code == 200
    assert "98.00 points" in look(client, page_of(excluded))
