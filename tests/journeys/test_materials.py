"""Materials from the instructor's desk to the participant's: several files, seen as new, saved as sent."""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browsing import follow, press
from tests.paperwork import PDF, PNG

pytestmark = pytest.mark.django_db(transaction=True)

BYTES = {"Slides.pdf": PDF, "Map.png": PNG}


@pytest.fixture
def edition():
    cohort, teacher = factories.a_cohort(), factories.an_instructor()
    factories.a_session(cohort, instructors=[teacher])
    return cohort, teacher.user, factories.an_enrollment(cohort=cohort).user


def test_an_instructor_publishes_several_files_and_a_participant_finds_them(edition, browser_of, tmp_path):
    cohort, teacher, participant = edition
    for name, content in BYTES.items():
        (tmp_path / name).write_bytes(content)

    desk = browser_of(teacher)
    desk.goto("/teaching/")
    desk.get_by_role("link", name="Materials").click()
    desk.get_by_label("Files").set_input_files([tmp_path / name for name in BYTES])
    expect(desk.get_by_text("Slides.pdf, 1 KB")).to_be_visible()
    desk.get_by_label("At once").first.check()
    press(desk, "Add the files")
    expect(desk.get_by_text("2 materials added.")).to_be_visible()

    page = browser_of(participant)
    page.goto("/home/")
    expect(page.get_by_text("2 new")).to_be_visible()
    follow(page, f"Edition {cohort}")
    expect(page.get_by_text("new", exact=True)).to_have_count(2)
    with page.expect_download() as saving:
        page.get_by_role("link", name="Slides").click()
    assert saving.value.suggested_filename == "Slides.pdf"
    assert saving.value.path().read_bytes() == PDF
    page.reload()
    expect(page.get_by_text("new", exact=True)).to_have_count(2)


def test_too_large_a_file_is_named_before_it_is_sent(edition, browser_of, tmp_path):
    cohort, teacher, _participant = edition
    large = tmp_path / "film.pdf"
    large.write_bytes(bytes(21 * 1024**2))

    desk = browser_of(teacher, viewport={"width": 390, "height": 844})
    desk.goto(f"/teaching/materials/{cohort.code}/{factories.a_module(cohort).pk}/")
    desk.get_by_label("Files").set_input_files([large])
    expect(desk.get_by_text("film.pdf, 21 MB")).to_be_visible()
    expect(desk.get_by_text("larger than 20 MB, will not be taken")).to_be_visible()


def test_without_javascript_the_same_form_does_the_same(edition, browser_of, tmp_path):
    cohort, teacher, _participant = edition
    for name, content in BYTES.items():
        (tmp_path / name).write_bytes(content)

    desk = browser_of(teacher, java_script_enabled=False)
    desk.goto(f"/teaching/materials/{cohort.code}/{factories.a_module(cohort).pk}/")
    desk.get_by_label("Files").set_input_files([tmp_path / name for name in BYTES])
    press(desk, "Add the files")
    expect(desk.get_by_text("2 materials added.")).to_be_visible()
    expect(desk.get_by_text("not published")).to_have_count(2)
