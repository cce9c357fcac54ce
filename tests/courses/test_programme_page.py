"""The programme for whoever wonders whether it is for them."""

import pytest
from django.test import Client

from courses.views.programme import strip_of_hours
from tests.factories import a_programme

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "title", "module"),
    [("it", "Competenze specifiche", "Piani di spostamento"), ("en", "Specific skills", "Travel plans")],
)
def test_the_page_shows_blocks_and_modules_in_the_readers_language(language, title, module):
    a_programme()

    text = Client(headers={"Accept-Language": language}).get("/programme/").text

    assert title in text
    assert f'<th scope="row">{module}</th>' in text
    assert "<dd>30 h</dd>" in text
    assert text.count("<dd>50%</dd>") == 2


def test_the_newest_version_is_shown():
    a_programme(title_en="The old one")
    a_programme(title_en="The new one")

    text = Client(headers={"Accept-Language": "en"}).get("/programme/").text

    assert "The new one" in text
    assert "The old one" not in text


def test_before_any_programme_is_loaded_the_page_says_so():
    page = Client(headers={"Accept-Language": "en"}).get("/programme/")

    assert page.status_code == 200
    assert "The programme is being prepared" in page.text


def test_the_blocks_lie_one_after_the_other_on_the_strip():
    stretches, total = strip_of_hours(a_programme().blocks.all())

    assert [(stretch.start, stretch.hours) for stretch in stretches] == [(0, 5), (5, 25), (30, 8)]
    assert total == 38
