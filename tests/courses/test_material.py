"""Where instructors keep their materials: several files at once, links, versions; nobody keeps another's."""

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import resolve, reverse

from courses.actions.materials import add_material
from courses.actions.timetable import substitute_teacher
from courses.models import Material, MaterialVersion
from courses.views import material as pages
from tests import factories
from tests.classroom import client_of
from tests.factories import a_material, rome
from tests.paperwork import JPEG, PDF, PNG

pytestmark = pytest.mark.django_db

NOON = rome(2022, 1, 20, 12)
NINE = NOON - timedelta(hours=3)
MB = 1024**2


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


class Desk:
    """A module of an edition and who teaches it, signed in."""

    def __init__(self):
        self.cohort = factories.a_cohort()
        self.module = factories.a_module(self.cohort)
        self.instructor = factories.an_instructor()
        self.session = factories.a_session(self.cohort, instructors=[self.instructor])
        self.client = client_of(self.instructor.user)
        self.page = reverse("courses:materials", args=[self.cohort.code, self.module.pk])

    def send(self, *files, **typed):
        """The form for files, as (name, content)."""
        sent = [SimpleUploadedFile(name, content, "text/html") for name, content in files]
        typed = {"do": "files", "uploads": sent, "visible": "now"} | typed
        return self.client.post(self.page, typed)

    def add_link(self, link: str, **typed):
        titles = {"title_it": "Dati aperti", "title_en": "Open data"}
        return self.client.post(self.page, {"do": "link", "link": link, "visible": "now"} | titles | typed)

    def act(self, material, do: str, **typed):
        return self.client.post(own(material), {"do": do} | typed)


def own(material) -> str:
    return f"/teaching/materials/{material.pk}/"


@pytest.fixture
def desk():
    return Desk()


def a_pack(*parts: str, label: bytes | None = None) -> bytes:
    """A document of an office program."""
    content = BytesIO()
    with ZipFile(content, "w") as pack:
        if label:
            pack.writestr("mimetype", label)
        for part in parts:
            pack.writestr(part, "<x/>")
    return content.getvalue()


PPTX = a_pack("[Content_Types].xml", "ppt/presentation.xml")


def test_several_files_sent_at_once_become_as_many_materials(desk):
    answer = desk.send(("Lezione 1.pdf", PDF), ("mappa.png", PNG), ("slides.pptx", PPTX))

    assert (answer.status_code, answer["Location"]) == (302, desk.page)
    found = MaterialVersion.objects.defer(None).order_by("material__position")
    assert [(v.material.title_it, v.material.title_en, v.name, bytes(v.content)) for v in found] == [
        ("Lezione 1", "Lezione 1", "Lezione 1.pdf", PDF),
        ("mappa", "mappa", "mappa.png", PNG),
        ("slides", "slides", "slides.pptx", PPTX),
    ]
    assert {(v.by, v.at, v.number, v.material.published_at) for v in found} == {
        (desk.instructor.user, NOON, 1, NOON)
    }
    text = desk.client.get(desk.page).text
    assert "3 materials added." in text
    assert "Lezione 1" in text


def test_of_several_files_all_are_kept_or_none(desk, monkeypatch, logged_errors):
    def until_the_disk_is_full(**facts):
        if Material.objects.exists():
            raise OSError("no space left")
        return add_material(**facts)

    monkeypatch.setattr(pages, "add_material", until_the_disk_is_full)
    with pytest.raises(OSError, match="no space left"):
        desk.send(("Lezione 1.pdf", PDF), ("mappa.png", PNG))
    assert logged_errors
    logged_errors.clear()
    assert not Material.objects.exists()


def test_one_file_may_have_titles_a_session_and_an_hour(desk):
    typed = {"title_en": "Handout", "session": desk.session.pk, "visible": "hour", "hour": "2022-01-21T18:30"}
    assert desk.send(("a.pdf", PDF), **typed).status_code == 302
    material = Material.objects.get()
    assert (material.title_it, material.title_en, material.session) == ("Handout", "Handout", desk.session)
    assert material.published_at == rome(2022, 1, 21, 18, 30)


def test_a_link_is_added_and_waits_until_it_is_published(desk):
    assert desk.add_link("dati.comune.torino.it/x", visible="later").status_code == 302
    version = MaterialVersion.objects.get()
    assert (version.link, version.material.kind) == ("https://dati.comune.torino.it/x", "link")
    assert version.material.published_at is None


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"", "a.pdf is empty."),
        ("a.pdf", b"<html><script>alert(1)</script></html>", "a.pdf is not a PDF, a JPEG"),
        ("a.exe", b"MZ\x90\0", "a.exe is not a PDF, a JPEG"),
        ("a.zip", a_pack("a.csv"), "a.zip is not a PDF, a JPEG"),
        ("a.pdf", PDF + b"<html>", "a.pdf holds a second document"),
        ("a.pptx", PPTX[:-4], "a.pptx is damaged"),
        ("a.pptx", PPTX + PDF, "a.pptx is damaged"),
        ("a.xlsm", a_pack("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "holds macros"),
        ("a.pdf", PDF + bytes(25 * MB), "a.pdf is larger than 20 MB"),
        ("<b>a</b>.pdf", b"", "b&gt;.pdf is empty."),
    ],
    ids=["empty", "html", "exe", "zip", "html behind", "cut off", "pdf behind", "macros", "25 MB", "markup"],
)
def test_what_is_not_taken_is_refused_with_words_and_nothing_is_kept(desk, name, content, words):
    answer = desk.send(("good.pdf", PDF), (name, content))
    assert answer.status_code == 422
    assert words in answer.text
    assert not Material.objects.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../settings.py", "settings.py.pdf"),
        ("lezione\u202efdp.exe", "lezionefdp.exe.pdf"),
        ("<img src=x onerror=alert(1)>.pdf", "<img src=x onerror=alert(1)>.pdf"),
    ],
)
def test_a_name_is_cleaned_and_shown_as_words(desk, name, kept):
    desk.send((name, PDF))
    version = MaterialVersion.objects.get()
    assert version.name == kept
    for page in (desk.page, own(version.material)):
        assert "<img src=x" not in desk.client.get(page).text


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "http://example.org",
        "ftp://example.org/a",
        "https://",
        "",
        "https://" + "a" * 500 + ".example",
    ],
)
def test_a_link_that_is_none_is_refused(desk, link):
    assert desk.add_link(link).status_code == 422
    assert not Material.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"visible": "hour"},
        {"visible": "hour", "hour": "domani"},
        {"visible": "always"},
        {"session": "999999"},
        {"uploads": []},
    ],
)
def test_a_form_that_lacks_something_comes_back(desk, typed):
    assert desk.send(("a.pdf", PDF), **typed).status_code == 422
    assert not Material.objects.exists()


def test_several_files_cannot_share_a_title(desk):
    answer = desk.send(("a.pdf", PDF), ("b.pdf", PDF), title_it="Dispense")
    assert answer.status_code == 422
    assert "Several files cannot have one title" in answer.text


def test_a_session_of_another_edition_is_none_of_the_modules(desk):
    other = factories.a_session()
    assert desk.send(("a.pdf", PDF), session=other.pk).status_code == 422


def test_a_form_sent_twice_adds_once(desk):
    key = "0b6f2a53-8f0f-4c6d-9d0b-6f2a538f0f4c"
    answers = [desk.send(("a.pdf", PDF), once=key).status_code for _ in range(2)]
    assert answers == [302, 302]
    assert Material.objects.count() == 1


def test_a_form_of_no_page_is_malformed(desk):
    assert desk.client.post(desk.page, {"do": "explode"}).status_code == 400
    assert desk.client.post(own(a_material(desk.cohort)), {}).status_code == 400


# One of them.


def test_a_version_replaces_the_one_before_and_each_can_be_fetched_again(desk):
    material = a_material(desk.cohort, name="a.pdf", content=PDF)
    answer = desk.act(material, "replace", upload=SimpleUploadedFile("b.jpg", JPEG), note="Corretta")

    assert (answer.status_code, answer["Location"]) == (302, own(material))
    versions = [desk.client.get(f"{own(material)}versions/{number}/") for number in (1, 2, 3)]
    assert [one.status_code for one in versions] == [200, 200, 404]
    assert [one.content for one in versions[:2]] == [PDF, JPEG]
    assert versions[1]["Content-Disposition"] == 'attachment; filename="b.jpg"'
    page = desk.client.get(own(material)).text
    assert [word for word in ("a.pdf", "b.jpg", "Corretta", desk.instructor.name) if word not in page] == []


def test_a_link_is_replaced_by_a_link_and_never_by_a_script(desk):
    material = a_material(desk.cohort, link="https://example.org/1")
    assert desk.act(material, "replace", link="javascript:alert(1)").status_code == 422
    assert desk.act(material, "replace", link="https://example.org/2").status_code == 302
    onward = desk.client.get(f"{own(material)}versions/2/")
    assert (onward["Location"], onward["Referrer-Policy"]) == ("https://example.org/2", "no-referrer")


@pytest.mark.parametrize("uploads", [[], [("a.pdf", b"")], [("a.exe", b"MZ")]])
def test_it_takes_a_good_file_to_replace_one(desk, uploads):
    material = a_material(desk.cohort)
    sent = [SimpleUploadedFile(*one) for one in uploads]
    assert desk.act(material, "replace", upload=sent).status_code == 422
    assert material.versions.count() == 1


def test_it_is_published_now_or_from_an_hour_on(desk):
    material = a_material(desk.cohort, at=NINE, published_at=None)
    assert "not published" in desk.client.get(own(material)).text
    assert desk.act(material, "publish", published_at="2022-01-21T08:00").status_code == 302
    material.refresh_from_db()
    assert material.published_at == rome(2022, 1, 21, 8)
    assert desk.act(material, "publish").status_code == 302
    material.refresh_from_db()
    assert material.published_at == NOON
    assert desk.act(material, "publish").status_code == 422


def test_it_is_withdrawn_for_a_reason_and_then_only_looked_at(desk):
    material = a_material(desk.cohort, at=NINE)
    assert desk.act(material, "withdraw", reason=" ").status_code == 422
    assert desk.act(material, "withdraw", reason="Diritti d'autore").status_code == 302
    page = desk.client.get(own(material)).text
    assert "Diritti d&#x27;autore" in page
    assert "<form" not in page.split("<main")[1].split("</main>")[0]
    assert desk.act(material, "publish").status_code == 422
    assert desk.act(material, "change", title_it="a", title_en="b", position="1").status_code == 422
    assert desk.client.get(f"{own(material)}versions/1/").status_code == 200


def test_titles_session_and_place_can_be_changed_and_nothing_else_with_them(desk):
    material = a_material(desk.cohort, at=NINE)
    typed = {"title_it": "Uno", "title_en": "One", "position": "7", "session": desk.session.pk}
    assert desk.act(material, "change", **typed, published_at="", kind="link").status_code == 302
    material.refresh_from_db()
    assert (material.title_it, material.title_en, material.position) == ("Uno", "One", 7)
    assert (material.session, material.published_at, material.kind) == (desk.session, NINE, "file")
    assert desk.act(material, "change", **typed | {"title_it": ""}).status_code == 422


# Nobody else.


def test_nobody_else_opens_or_changes_anything(desk):
    material = a_material(desk.cohort)
    other = factories.an_instructor()
    factories.a_session(desk.cohort, module=factories.a_module(desk.cohort, "B2"), instructors=[other])
    strangers = [
        other.user,
        factories.an_enrollment(cohort=desk.cohort).user,
        factories.a_person(),
        factories.a_person(is_staff=True),
    ]
    for person in strangers:
        client = client_of(person)
        assert client.get(desk.page).status_code == 404
        assert client.get(own(material)).status_code == 404
        assert client.get(f"{own(material)}versions/1/").status_code == 404
        assert client.post(own(material), {"do": "withdraw", "reason": "x"}).status_code == 404
        sent = {"do": "files", "uploads": SimpleUploadedFile("a.pdf", PDF), "visible": "now"}
        assert client.post(desk.page, sent).status_code == 404
    material.refresh_from_db()
    assert (material.withdrawn, Material.objects.count()) == (False, 1)


def test_who_teaches_the_module_no_more_reads_no_old_version_either(desk):
    material = a_material(desk.cohort)
    assert desk.client.get(f"{own(material)}versions/1/").status_code == 200
    into = factories.an_instructor()
    at = NOON - timedelta(days=9)
    substitute_teacher(
        session=desk.session, out=desk.instructor, into=into, reason="Malattia", by=None, at=at
    )
    for path in (desk.page, own(material), f"{own(material)}versions/1/"):
        assert desk.client.get(path).status_code == 404
        assert client_of(into.user).get(path).status_code == 200


def test_the_office_keeps_every_module_but_not_one_of_another_programme(desk):
    client = client_of(factories.somebody_of_the_office())
    assert client.get(desk.page).status_code == 200
    foreign = factories.a_module(factories.a_cohort())
    assert client.get(reverse("courses:materials", args=[desk.cohort.code, foreign.pk])).status_code == 404


def test_control_without_the_question_who_teaches_it_anybody_keeps_it(desk, monkeypatch):
    monkeypatch.setattr(pages, "materials_kept_by", lambda _user: Material.objects.all())
    assert client_of(factories.a_person()).get(own(a_material(desk.cohort))).status_code == 200


@pytest.mark.parametrize("address", ["/teaching/materials/a/1/", "/teaching/materials/1/"])
def test_three_files_of_the_largest_size_fit_into_one_request(settings, address):
    largest = resolve(address).func.largest_request
    assert 3 * 20 * MB < largest < settings.FILE_UPLOAD_MAX_MEMORY_SIZE


def test_the_page_of_a_teacher_leads_to_the_materials_of_each_module(desk):
    assert desk.page in desk.client.get("/teaching/").text
