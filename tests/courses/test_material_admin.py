"""The office keeps materials as instructors do: added, replaced, published, withdrawn, never deleted."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import resolve, reverse

from courses.models import Material, MaterialVersion
from tests import factories
from tests.classroom import client_of
from tests.factories import a_material, rome
from tests.paperwork import PDF

pytestmark = pytest.mark.django_db

NOON = rome(2022, 1, 20, 12)
NINE = NOON - timedelta(hours=3)
ADD = "/admin/courses/material/add/"


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def office():
    return factories.somebody_of_the_office()


@pytest.fixture
def desk(office):
    return client_of(office)


def page_of(material, act: str = "change") -> str:
    return reverse(f"admin:courses_material_{act}", args=[material.pk])


def form(cohort, **typed) -> dict:
    module = factories.a_module(cohort).pk
    titles = {"title_it": "Dati", "title_en": "Data"}
    return {"cohort": cohort.pk, "module": module, "link": "", **titles} | typed


def a_pdf(content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile("dati.pdf", content)


def test_a_file_is_added_with_its_hour(desk, office):
    hour = {"seen_from_0": "2022-01-21", "seen_from_1": "08:30"}
    assert desk.post(ADD, form(factories.a_cohort(), uploads=a_pdf(), **hour)).status_code == 302
    version = MaterialVersion.objects.defer(None).get()
    assert (bytes(version.content), version.by, version.at) == (PDF, office, NOON)
    assert version.material.published_at == rome(2022, 1, 21, 8, 30)


def test_a_link_is_added_and_waits(desk):
    assert desk.post(ADD, form(factories.a_cohort(), link="https://example.org/a")).status_code == 302
    version = MaterialVersion.objects.get()
    assert (version.link, version.material.published_at) == ("https://example.org/a", None)


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"link": "javascript:alert(1)"},
        {"link": "https://example.org", "uploads": a_pdf()},
        {"uploads": a_pdf(b"<html>")},
        {"uploads": a_pdf(b"")},
        {"title_it": "", "link": "https://example.org"},
    ],
    ids=["nothing", "script", "both", "html", "empty", "no title"],
)
def test_what_makes_no_material_comes_back(desk, typed):
    assert desk.post(ADD, form(factories.a_cohort(), **typed)).status_code == 422
    assert not Material.objects.exists()


def test_a_module_of_another_programme_is_refused_in_words(desk):
    module = factories.a_module(factories.a_cohort()).pk
    answer = desk.post(ADD, form(factories.a_cohort(), link="https://example.org", module=module))
    assert answer.status_code == 422
    assert "The module belongs to another programme" in answer.text


def test_it_is_replaced_published_and_withdrawn_by_its_buttons(desk, office):
    material = a_material(factories.a_cohort(), at=NINE, published_at=None)
    now = {"published_at_0": "", "published_at_1": ""}
    assert desk.post(page_of(material, "replace"), {"upload": a_pdf(), "note": "Nuova"}).status_code == 302
    assert desk.post(page_of(material, "publish"), now).status_code == 302
    assert desk.post(page_of(material, "publish"), now).status_code == 422
    assert desk.post(page_of(material, "withdraw"), {"reason": ""}).status_code == 422
    assert desk.post(page_of(material, "withdraw"), {"reason": "Errore"}).status_code == 302
    material.refresh_from_db()
    assert (material.published_at, material.withdrawn_by, material.reason) == (NOON, office, "Errore")
    page = desk.get(page_of(material)).text
    assert [word for word in ("Nuova", "Errore", "dati.pdf", office.name) if word not in page] == []
    assert f"/teaching/materials/{material.pk}/versions/2/" in page


def test_words_and_place_are_changed_and_the_session_is_one_of_its_module(desk):
    cohort = factories.a_cohort()
    material, session = a_material(cohort, at=NINE), factories.a_session(cohort)
    other = factories.a_session(cohort, module=factories.a_module(cohort, "B2"))
    versions = {"versions-TOTAL_FORMS": 0, "versions-INITIAL_FORMS": 0}
    typed = {"title_it": "Uno", "title_en": "One", "position": 3} | versions
    assert desk.post(page_of(material), typed | {"session": other.pk}).status_code == 422
    assert desk.post(page_of(material), typed | {"session": session.pk}).status_code == 302
    material.refresh_from_db()
    assert (material.title_en, material.position, material.session) == ("One", 3, session)
    assert material.published_at == NINE


def test_nothing_is_deleted(desk):
    material = a_material()
    assert desk.get(page_of(material, "delete")).status_code == 403
    assert desk.post(page_of(material, "delete"), {"post": "yes"}).status_code == 403
    assert Material.objects.get() == material


@pytest.mark.parametrize("address", [ADD, "/admin/courses/material/1/replace/"])
def test_two_pages_take_files(address):
    assert resolve(address).func.largest_request > 20 * 1024**2


def test_control_no_other_page_of_the_office_takes_as_much():
    assert not hasattr(resolve("/admin/courses/material/1/withdraw/").func, "largest_request")
