"""Materials come, are replaced, become visible and go; what they were stays recorded."""

from datetime import timedelta

import pytest

from courses.access import materials_kept_by, may_keep_materials
from courses.actions.materials import add_material, publish_material, replace_material, withdraw_material
from courses.actions.timetable import cancel_session
from courses.files import Upload
from courses.models import MaterialVersion
from courses.refusals import Refusal
from tests import factories
from tests.factories import a_material, rome
from tests.paperwork import PDF

pytestmark = pytest.mark.django_db

NINE = rome(2022, 1, 20, 9)
HOUR = timedelta(hours=1)
SLIDES = Upload("slides.pdf", "application/pdf", PDF)


def seen(at) -> list[int]:
    return [version.material_id for version in MaterialVersion.objects.seen(at)]


def test_a_material_says_who_published_it_at_once_or_later():
    ada, bea = factories.a_person(), factories.a_person()
    assert a_material(at=NINE, published_at=NINE, by=ada).published_by == ada
    waiting = a_material(at=NINE, published_at=None, by=ada)
    assert waiting.published_by is None
    assert publish_material(material=waiting, by=bea, at=NINE + HOUR).published_by == bea


@pytest.mark.parametrize(
    ("published_at", "unseen_at", "seen_at"),
    [
        (NINE + HOUR, NINE + HOUR - timedelta(seconds=1), NINE + HOUR),
        (NINE - HOUR, NINE - timedelta(seconds=1), NINE),  # what is past is now
        (None, NINE + timedelta(days=365), None),
    ],
    ids=["by time", "at once", "never by itself"],
)
def test_a_material_is_seen_from_its_moment_on(published_at, unseen_at, seen_at):
    material = a_material(at=NINE, published_at=published_at)
    assert seen(unseen_at) == []
    assert seen_at is None or seen(seen_at) == [material.pk]


def test_a_material_is_published_by_hand_once_and_its_hour_can_be_moved_until_then(in_english):
    material = a_material(at=NINE, published_at=None)
    publish_material(material=material, published_at=NINE + 5 * HOUR, by=None, at=NINE)
    assert seen(NINE + HOUR) == []
    publish_material(material=material, by=None, at=NINE + HOUR)
    assert seen(NINE + HOUR) == [material.pk]
    with pytest.raises(Refusal, match="Participants see this material already"):
        publish_material(material=material, by=None, at=NINE + 2 * HOUR)


def test_a_new_version_takes_the_place_of_the_one_before_which_stays_recorded(in_english):
    person = factories.a_person()
    material = a_material(at=NINE)
    replace_material(material=material, upload=SLIDES, note="Errata", by=person, at=NINE + HOUR)

    [now] = MaterialVersion.objects.seen(NINE + HOUR)
    assert (now.number, now.name, now.note, now.by, now.at) == (
        2,
        "slides.pdf",
        "Errata",
        person,
        NINE + HOUR,
    )
    assert (now.since, now.size) == (NINE + HOUR, len(PDF))
    assert list(material.versions.values_list("number", flat=True)) == [2, 1]


def test_a_file_is_not_replaced_by_a_link():
    with pytest.raises(Refusal):
        replace_material(material=a_material(), link="https://example.org", by=None, at=NINE)
    with pytest.raises(Refusal):
        replace_material(material=a_material(link="https://a.example"), upload=SLIDES, by=None, at=NINE)
    assert set(MaterialVersion.objects.values_list("number", flat=True)) == {1}


def test_what_is_withdrawn_is_seen_by_nobody_and_nothing_brings_it_back(in_english):
    material, person = a_material(at=NINE), factories.a_person()
    withdraw_material(material=material, reason="Diritti d'autore", by=person, at=NINE + HOUR)

    material.refresh_from_db()
    assert seen(NINE + 2 * HOUR) == []
    assert (material.reason, material.withdrawn_by) == ("Diritti d'autore", person)
    for act, more in (
        (publish_material, {}),
        (replace_material, {"upload": SLIDES}),
        (withdraw_material, {"reason": "Ancora"}),
    ):
        with pytest.raises(Refusal, match="has been withdrawn"):
            act(material=material, by=None, at=NINE + 2 * HOUR, **more)


def test_a_material_comes_last_in_its_module_and_modules_follow_the_programme():
    cohort = factories.a_cohort()
    late, first, second = (a_material(cohort, code=code) for code in ("B2", "B1", "B1"))
    early = a_material(cohort, code="A1")
    assert [one.position for one in (late, first, second)] == [1, 1, 2]
    assert seen(NINE) == [one.pk for one in (early, first, second, late)]


def test_the_bytes_stay_in_the_database_unless_they_are_asked_for():
    a_material()
    assert MaterialVersion.objects.get().get_deferred_fields() == {"content"}


def test_a_file_of_twenty_megabytes_is_kept_to_its_last_byte():
    cohort, content = factories.a_cohort(), PDF + bytes(20 * 1024**2 - len(PDF))
    add_material(
        cohort=cohort,
        module=factories.a_module(cohort),
        title_it="Dati",
        title_en="Data",
        upload=Upload("dati.pdf", "application/pdf", content),
        by=None,
        at=NINE,
    )
    version = MaterialVersion.objects.defer(None).get()
    assert (version.size, bytes(version.content) == content) == (20 * 1024**2, True)


# Who keeps them.


def test_who_teaches_the_module_in_the_edition_keeps_its_materials_and_so_does_the_office():
    cohort = factories.a_cohort()
    module, other = factories.a_module(cohort), factories.a_module(cohort, "B2")
    elsewhere = factories.a_cohort(programme=cohort.programme)
    teacher, absent, colleague = (factories.an_instructor() for _ in range(3))
    factories.a_session(cohort, module=module, instructors=[teacher])
    gone = factories.a_session(cohort, module=module, instructors=[absent])
    cancel_session(session=gone, by=None, at=NINE)
    factories.a_session(elsewhere, module=module, instructors=[colleague])
    mine, others = a_material(cohort), a_material(cohort, code="B2")

    people = {
        "teaches it": teacher.user,
        "taught what was cancelled": absent.user,
        "teaches it elsewhere": colleague.user,
        "participant": factories.an_enrollment(cohort=cohort).user,
        "staff without the right": factories.a_person(is_staff=True),
        "office": factories.somebody_of_the_office(),
    }
    may = {who for who, person in people.items() if may_keep_materials(person, cohort, module)}
    kept = {who: set(materials_kept_by(person)) for who, person in people.items()}
    assert may == {"teaches it", "office"}
    assert {who: found for who, found in kept.items() if found} == {
        "teaches it": {mine},
        "office": {mine, others},
    }
    assert not may_keep_materials(teacher.user, cohort, other)
