"""What is true of every page of the office."""

import re
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.urls import reverse

from academy.office import SECTIONS
from academy.rights import GROUP, MAY, set_up_office
from courses.models import (
    Module,
)
from tests import factories
from tests.crowd import fill

pytestmark = pytest.mark.django_db

INLINE = {"sessionplace", "sessionteacher", "criterion", "requireddocument"}
INLINE |= {"teamplace", "milestone", "mentoring", "panelseat", "rubriclevel", "question"}
PAGES = [(app, model) for app, models in MAY.items() for model in models if model not in INLINE]
ELSEWHERE = {"ranking", "rubriccriterion"}  # added on the page of their call, their rubric
KEPT = [
    "application",
    "agreement",
    "consent",
    "offer",
    "ranking",
    "enrollment",
    "score",
    "scoreentry",
    "notice",
    "session",
    "register",
    "rectification",
    "presenceinterval",
    "absencenotice",
    "rectificationrequest",
    "projectoutcome",
    "outcomeentry",
]


@pytest.fixture
def office(client):
    client.force_login(factories.somebody_of_the_office())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def address(app: str, model: str, page: str = "changelist", *args) -> str:
    return reverse(f"admin:{app}_{model}_{page}", args=args)


@pytest.mark.parametrize(("app", "model"), PAGES)
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_office_opens_every_page(office, app, model, language):
    fill(1)
    headers = {"Accept-Language": language}
    thing = apps.get_model(app, model).objects.order_by("pk").first()
    verbs = MAY[app][model].split()
    pages = [address(app, model), address(app, model, "change", thing.pk)]
    pages += [address(app, model, "add")] if "add" in verbs and model not in ELSEWHERE else []
    pages += [address(app, model, "delete", thing.pk)] if "delete" in verbs else []
    for page in pages:
        response = office.get(page, headers=headers)
        assert response.status_code == 200, page
        assert f'<html lang="{language}"' in response.text
        assert " style=" not in response.text
        assert re.findall(r"<script(?![^>]* src=)[^>]*>", response.text) == []
        assert re.findall(r" on[a-z]+=", response.text) == []


@pytest.mark.parametrize(("app", "model"), PAGES)
def test_nobody_else_opens_one(client, app, model):
    fill(1)
    pages = [address(app, model), address(app, model, "change", 1), address(app, model, "add")]
    assert {client.get(page).status_code for page in pages} == {302}
    client.force_login(factories.a_person(is_staff=True))
    assert {client.get(page).status_code for page in pages} <= {403, 404}
    assert {client.post(page, {"action": "delete_selected"}).status_code for page in pages} <= {403, 404}
    client.force_login(factories.a_person())
    assert {client.get(page, follow=True).status_code for page in pages} == {403}


@pytest.mark.parametrize(("app", "model"), PAGES)
def test_nothing_is_deleted_by_the_handful(office, app, model):
    fill(1)
    rows = apps.get_model(app, model).objects
    chosen = {"action": "delete_selected", "_selected_action": [row.pk for row in rows.all()], "post": "yes"}
    before = rows.count()
    assert "delete_selected" not in office.get(address(app, model)).text
    assert office.post(address(app, model), chosen).status_code == 403
    assert rows.count() == before > 0


@pytest.mark.parametrize(("app", "model"), [page for page in PAGES if page[1] in KEPT])
@pytest.mark.parametrize("superuser", [False, True])
def test_records_are_never_deleted_not_even_by_a_superuser(client, app, model, superuser):
    fill(1)
    client.force_login(factories.somebody_of_the_office(is_superuser=superuser))
    thing = apps.get_model(app, model).objects.first()
    assert client.post(address(app, model, "delete", thing.pk), {"post": "yes"}).status_code == 403
    assert apps.get_model(app, model).objects.filter(pk=thing.pk).exists()


def test_what_others_need_is_kept_and_the_page_counts_by_what(office):
    room = factories.a_room()
    session = factories.a_session(rooms=[room], instructors=[factories.an_instructor()])
    factories.a_session(session.cohort, rooms=[room])
    needed = {
        address("courses", "room", "delete", room.pk): ["Places of a session: 2"],
        address("courses", "cohort", "delete", session.cohort_id): ["Sessions: 2"],
        address("courses", "module", "delete", session.module_id): ["Sessions: 2"],
    }
    for page, kinds in needed.items():
        response = office.post(page, {"post": "yes"})
        assert response.status_code == 200
        assert response.context["protected"] == kinds
    assert session.places.get().room == room


def test_a_module_of_a_used_programme_is_kept_and_the_guard_says_why(office):
    module = factories.a_module(factories.a_cohort())
    page = address("courses", "module", "delete", module.pk)
    response = office.post(page, {"post": "yes"}, follow=True)
    assert "This version of the programme is in use by an edition" in response.text
    assert Module.objects.filter(pk=module.pk).exists()


def test_what_does_not_exist_is_404(office):
    assert office.get(address("courses", "session", "change", 999)).status_code == 404
    assert office.get(address("courses", "session", "move", 999)).status_code == 404
    assert office.get(address("courses", "session", "change", "x")).status_code == 404


def test_the_index_is_ordered_by_what_the_office_does(office):
    sections = office.get(reverse("admin:index")).context["app_list"]
    assert [section["app_label"] for section in sections] == list(SECTIONS)
    named = [model["object_name"] for section in sections for model in section["models"]]
    assert named == [name for _, names in SECTIONS.values() for name in names]


def test_a_superuser_finds_also_what_the_office_does_not_need(client):
    client.force_login(factories.a_person(is_staff=True, is_superuser=True))
    sections = client.get(reverse("admin:index")).context["app_list"]
    assert {"auth", "account"} <= {section["app_label"] for section in sections}


def test_the_office_may_do_exactly_what_is_written(office):
    call_command("set_up_office", stdout=StringIO())
    group = Group.objects.get(name=GROUP)
    granted = {(p.content_type.app_label, p.codename) for p in group.permissions.all()}
    assert granted == {
        (app, f"{verb}_{model}")
        for app, models in MAY.items()
        for model, verbs in models.items()
        for verb in verbs.split()
    }


def test_rights_taken_from_the_table_are_taken_from_the_office(office):
    group = set_up_office()
    group.permissions.add(Permission.objects.get(codename="delete_user"))
    assert not set_up_office().permissions.filter(codename="delete_user").exists()
