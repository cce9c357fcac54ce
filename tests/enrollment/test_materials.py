"""What participants read: only what is published, only in editions they follow, with what is new marked."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from courses.actions.materials import publish_material, replace_material, withdraw_material
from courses.files import Upload
from courses.models import Material, Role
from enrollment.actions import visits
from enrollment.actions.visits import visit_materials
from enrollment.models import MaterialVisit
from enrollment.views import material as pages
from tests import factories
from tests.classroom import client_of
from tests.factories import a_material, rome
from tests.paperwork import PDF

pytestmark = pytest.mark.django_db

NOON = rome(2022, 1, 20, 12)
NINE, TEN = NOON - timedelta(hours=3), NOON - timedelta(hours=2)
MINUTES = timedelta(minutes=1)
SLIDES = Upload("slides.pdf", "application/pdf", PDF)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def cohort():
    return factories.a_cohort()


@pytest.fixture
def enrollment(cohort):
    return factories.an_enrollment(cohort=cohort)


def file_of(material) -> str:
    return f"/materials/{material.pk}/"


def page_of(cohort) -> str:
    return reverse("enrollment:materials", args=[cohort.code])


def marks(client, cohort) -> list[str]:
    """What is marked as new, in the order of the page."""
    text = client.get(page_of(cohort)).text
    marked = [line for line in text.split("<li>") if "badge-info" in line]
    return [re.search(r"download\s*>(.*?)</a>", line)[1] for line in marked]


def test_a_file_is_saved_as_a_whole_under_its_name_and_kept_nowhere_else(cohort, enrollment):
    material = a_material(cohort, name="Dispensa di Zoë.pdf", content=PDF)

    answer = client_of(enrollment.user).get(file_of(material), headers={"Range": "bytes=10-20"})

    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''Dispensa%20di%20Zo%C3%AB.pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert (answer["Cache-Control"], answer["Accept-Ranges"]) == ("private, no-store", "none")


def test_a_link_leads_on_without_saying_where_from(cohort, enrollment):
    material = a_material(cohort, link="https://dati.example.org/torino?a=1")

    answer = client_of(enrollment.user).get(file_of(material))

    assert (answer.status_code, answer["Location"]) == (302, "https://dati.example.org/torino?a=1")
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "private, no-store")


def readers_of(cohort) -> dict:
    """Everybody who might try."""
    teacher, other = factories.an_instructor(), factories.an_instructor()
    factories.a_session(cohort, instructors=[teacher])
    factories.a_session(cohort, module=factories.a_module(cohort, "B2"), instructors=[other])
    ended = {"cohort": cohort, "ends_on": cohort.starts_on}
    return {
        "participant": factories.an_enrollment(cohort=cohort).user,
        "who completed it": factories.an_enrollment(state="completed", **ended).user,
        "who left": factories.an_enrollment(state="withdrawn", **ended).user,
        "another edition": factories.an_enrollment().user,
        "applicant": factories.an_application(cohort=cohort).user,
        "committee": factories.a_member(cohort),
        "teacher": teacher.user,
        "teacher of another module": other.user,
        "tutor": tutor_of(cohort),
        "tutor of another edition": tutor_of(factories.a_cohort()),
        "office": factories.somebody_of_the_office(),
        "staff without the right": factories.a_person(is_staff=True),
    }


def tutor_of(cohort):
    role = Role.objects.create(user=factories.a_person(), cohort=cohort, kind=Role.Kind.TUTOR)
    return role.user


def test_a_material_is_there_for_those_entitled_and_for_nobody_else(cohort):
    material, readers = a_material(cohort, at=NINE), readers_of(cohort)

    def statuses(address: str) -> dict[str, int]:
        return {who: client_of(person).get(address).status_code for who, person in readers.items()}

    entitled = {"participant", "who completed it", "teacher", "tutor", "office"}
    assert statuses(file_of(material)) == {who: 200 if who in entitled else 404 for who in readers}
    entitled |= {"teacher of another module"}  # who sees there what is of their own
    assert statuses(page_of(cohort)) == {who: 200 if who in entitled else 404 for who in readers}
    listed = {
        who for who in entitled if material.title_en in client_of(readers[who]).get(page_of(cohort)).text
    }
    assert listed == entitled - {"teacher of another module"}


@pytest.mark.parametrize("state", ["unpublished", "to come", "withdrawn"])
def test_what_participants_do_not_see_is_not_there_for_them(cohort, enrollment, state):
    moment = {"unpublished": None, "to come": NOON + MINUTES, "withdrawn": NINE}[state]
    material = a_material(cohort, at=NINE, published_at=moment)
    if state == "withdrawn":
        withdraw_material(material=material, reason="Errore", by=None, at=TEN)
    client = client_of(enrollment.user)
    assert client.get(file_of(material)).status_code == 404
    assert material.title_en not in client.get(page_of(cohort)).text


def test_a_version_that_was_replaced_is_not_served_to_participants(cohort, enrollment):
    material = a_material(cohort, at=NINE, content=b"%PDF-1.4 soluzioni\n%%EOF")
    replace_material(material=material, upload=SLIDES, by=None, at=TEN)
    client = client_of(enrollment.user)
    assert client.get(file_of(material)).content == PDF
    assert client.get(f"/teaching/materials/{material.pk}/versions/1/").status_code == 404


def test_a_key_of_nothing_is_not_there(enrollment, client):
    material = a_material(factories.a_cohort())
    assert client_of(enrollment.user).get("/materials/999999/").status_code == 404
    assert client_of(enrollment.user).get("/cohorts/nowhere/materials/").status_code == 404
    assert client.get(file_of(material)).url.startswith("/accounts/login/")


def test_control_without_the_question_whose_it_is_anybody_has_it(monkeypatch):
    monkeypatch.setattr(pages, "materials_open_to", lambda _user, _at: Material.objects.all())
    assert client_of(factories.a_person()).get(file_of(a_material())).status_code == 200


# What is new.


def test_everything_is_new_at_first_and_a_reload_keeps_the_marks(cohort, enrollment, clock):
    titles = [a_material(cohort, at=NINE).title_en for _ in range(2)]
    client = client_of(enrollment.user)
    assert marks(client, cohort) == titles
    clock.move_to(NOON + 29 * MINUTES, tick=False)
    assert marks(client, cohort) == titles  # the same visit
    clock.move_to(NOON + 58 * MINUTES, tick=False)
    assert marks(client, cohort) == titles  # which lasts as long as one keeps looking
    clock.move_to(NOON + 88 * MINUTES, tick=False)
    assert marks(client, cohort) == []


def test_new_is_what_came_after_the_last_look_of_the_visit_before(cohort, enrollment, clock):
    a_material(cohort, at=NINE)
    client = client_of(enrollment.user)
    client.get(page_of(cohort))
    meanwhile = a_material(cohort, at=NOON + 5 * MINUTES)
    replaced = a_material(cohort, at=NINE)
    replace_material(material=replaced, upload=SLIDES, by=None, at=NOON + 6 * MINUTES)
    by_hour = a_material(cohort, at=NINE, published_at=NOON + 7 * MINUTES)
    clock.move_to(NOON + timedelta(days=2), tick=False)
    new = [one.title_en for one in (meanwhile, replaced, by_hour)]
    assert marks(client, cohort) == new
    assert "3 are new since your last visit." in client.get(page_of(cohort)).text
    assert client.get(page_of(cohort)).text.count(">new version<") == 1


def test_what_a_browser_keeps_is_asked_for_again_when_there_is_something_new_to_read(
    cohort, enrollment, clock
):
    client = client_of(enrollment.user)
    a_material(cohort, published_at=NOON + timedelta(hours=2))
    kept = client.get("/schedule/kept/").headers["ETag"]
    same = client.get("/schedule/kept/", headers={"If-None-Match": kept})
    clock.move_to(NOON + timedelta(hours=3), tick=False)
    later = client.get("/schedule/kept/", headers={"If-None-Match": kept})
    assert (same.status_code, later.status_code) == (304, 200)


def test_what_was_withdrawn_is_new_to_nobody(cohort, enrollment):
    withdraw_material(material=a_material(cohort, at=NINE), reason="Errore", by=None, at=TEN)
    assert marks(client_of(enrollment.user), cohort) == []


def test_a_head_request_is_no_visit(cohort, enrollment):
    client_of(enrollment.user).head(page_of(cohort))
    assert not MaterialVisit.objects.exists()


@pytest.mark.parametrize(
    "header",
    [
        {"sec-purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"x-moz": "prefetch"},
        {"x-purpose": "preview"},
    ],
)
def test_a_browser_that_guesses_where_one_goes_makes_no_visit(cohort, enrollment, header):
    answer = client_of(enrollment.user).get(page_of(cohort), headers=header)
    assert answer.status_code == 425
    assert not MaterialVisit.objects.exists()


def test_who_only_teaches_has_no_visits(cohort):
    readers = readers_of(cohort)
    a_material(cohort, at=NINE)
    for who in ("teacher", "office"):
        assert marks(client_of(readers[who]), cohort) == []
    assert not MaterialVisit.objects.exists()


def test_control_a_visit_that_ends_at_once_loses_its_marks_on_reload(cohort, enrollment, clock, monkeypatch):
    monkeypatch.setattr(visits, "LEFT_BEHIND", timedelta())
    a_material(cohort, at=NINE)
    client = client_of(enrollment.user)
    client.get(page_of(cohort))
    clock.move_to(NOON + MINUTES, tick=False)
    assert marks(client, cohort) == []


def test_a_late_answer_of_an_earlier_look_takes_nothing_back(enrollment):
    visit_materials(enrollment=enrollment, by=enrollment.user, at=NOON)
    visit_materials(enrollment=enrollment, by=enrollment.user, at=TEN)
    visit = MaterialVisit.objects.get()
    assert (visit.new_since, visit.seen_at) == (None, NOON)


def test_home_counts_what_is_new_per_edition_and_forgets_it_once_seen(cohort, enrollment, clock):
    client = client_of(enrollment.user)

    def counted() -> bool:
        return "2 new" in " ".join(client.get("/home/").text.split())

    for code in ("A1", "B1"):
        a_material(cohort, code=code, at=NINE)
    a_material(cohort, at=NINE, published_at=None)
    a_material(factories.a_cohort(), at=NINE)
    assert counted()
    client.get(page_of(cohort))
    assert not counted()
    assert page_of(cohort) in client.get("/home/").text
    waiting = a_material(cohort, at=NINE, published_at=None)
    publish_material(material=waiting, by=None, at=NOON + MINUTES)
    a_material(cohort, at=NOON + MINUTES)
    clock.move_to(NOON + 2 * MINUTES, tick=False)
    assert counted()


# On the page of a session.


def test_the_page_of_a_session_has_the_materials_of_that_session(cohort, enrollment):
    session, other = (factories.a_session(cohort) for _ in range(2))
    mine = a_material(cohort, at=NINE, session=session)
    others = [a_material(cohort, at=NINE), a_material(cohort, at=NINE, session=other)]
    hidden = a_material(cohort, at=NINE, session=session, published_at=None)
    page = client_of(enrollment.user).get(f"/sessions/{session.pk}/").text
    assert mine.title_en in page
    assert not [one for one in (*others, hidden) if one.title_en in page]


def test_words_of_a_material_are_words_and_never_markup(cohort, enrollment):
    a_material(cohort, at=NINE, title_it="<b>x</b>", title_en="<script>alert(1)</script>")
    page = client_of(enrollment.user).get(page_of(cohort)).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
