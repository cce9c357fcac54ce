"""What is true of every page of the office."""

import re
from datetime import date, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from academy.models import Notice, User
from academy.office import SECTIONS
from academy.rights import GROUP, MAY, set_up_office
from assessments.models import ModuleTest, Score
from courses.models import (
    Closure,
    Cohort,
    Hub,
    Instructor,
    Module,
    Organisation,
    Programme,
    Room,
    Session,
    SessionPlace,
    SessionTeacher,
)
from enrollment.models import Application, Call, Enrollment
from tests import factories

pytestmark = pytest.mark.django_db

INLINE = {"sessionplace", "sessionteacher"}
PAGES = [(app, model) for app, models in MAY.items() for model in models if model not in INLINE]
KEPT = ["application", "enrollment", "score", "scoreentry", "notice", "session"]


@pytest.fixture
def office(client):
    client.force_login(factories.somebody_of_the_office())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def address(app: str, model: str, page: str = "changelist", *args) -> str:
    return reverse(f"admin:{app}_{model}_{page}", args=args)


def fill(rows: int) -> None:
    """This many more of everything the office lists, in editions of one programme at the same hours."""
    programme = Programme.objects.order_by("pk").first() or factories.a_programme()
    hub = Hub.objects.order_by("pk").first() or factories.a_hub()
    module = Module.objects.filter(block__programme=programme).first()
    numbers = [next(factories.numbers) for _ in range(rows)]
    at = factories.rome(2022, 1, 13, 9)
    days = {"starts_on": date(2022, 1, 13), "ends_on": date(2022, 6, 11)}
    hours = {"starts_at": at, "ends_at": at + timedelta(hours=1)}

    def many(model, **columns):
        """One row per number; a column that is a list gives each row its own."""
        return model.objects.bulk_create(
            model(**{key: value[n] if isinstance(value, list) else value for key, value in columns.items()})
            for n in range(rows)
        )

    def named(word: str) -> list[str]:
        return [f"{word}-{number}" for number in numbers]

    people = many(User, email=named("row"), name=named("Riga"))
    bodies = many(Organisation, name=named("Ente"))
    many(Hub, code=named("hub"), name=named("Sede"), city="Asti")
    many(Programme, code=named("plan"), minutes=0, academic_minutes=0, company_minutes=0)
    rooms = many(Room, hub=hub, name=named("Aula"), capacity=9)
    teachers = many(Instructor, name=named("Docente"), organisation=bodies, user=people, kind="company")
    cohorts = many(Cohort, code=named("edition"), programme=programme, hub=hub, seats=40, **days)
    many(Closure, cohort=cohorts, **days)
    many(Call, cohort=cohorts, opens_at=at, closes_at=at + timedelta(days=1))
    sessions = many(Session, cohort=cohorts, module=module, mode="hybrid", **hours)
    many(SessionPlace, session=sessions, room=rooms)
    many(SessionPlace, session=sessions, link="https://example.org")
    many(SessionTeacher, session=sessions, instructor=teachers, kind="company", minutes=60, share=60)
    profile = factories.PROFILE | {"user": people, "cohort": cohorts}
    received = {"state": "submitted", "submitted_at": at, "privacy_read_at": at}
    applications = many(Application, **profile, **received)
    places = many(
        Enrollment, application=applications, admitted_at=at, starts_on=days["starts_on"], **profile
    )
    tests = many(ModuleTest, cohort=cohorts, module=module, session=sessions)
    many(Score, enrollment=places, test=tests, outcome="mark", value=28)
    many(Notice, user=people, kind="session_tomorrow", key=1, due_at=at, not_before=at)


def queries(client) -> dict[str, int]:
    """Of each list."""
    found = {}
    for app, model in PAGES:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(app, model)).status_code == 200
        found[model] = len(captured)
    return found


def test_lists_cost_at_most_12_queries_and_as_many_for_3_rows_as_for_300(office):
    fill(3)
    few = queries(office)
    fill(297)
    assert queries(office) == few
    assert max(few.values()) <= 12, few


@pytest.mark.parametrize(("app", "model"), PAGES)
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_office_opens_every_page(office, app, model, language):
    fill(1)
    headers = {"Accept-Language": language}
    thing = apps.get_model(app, model).objects.order_by("pk").first()
    verbs = MAY[app][model].split()
    pages = [address(app, model), address(app, model, "change", thing.pk)]
    pages += [address(app, model, "add")] if "add" in verbs else []
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
