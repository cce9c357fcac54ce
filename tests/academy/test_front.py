"""The front page: what, for whom, when, how."""

import re

import pytest
import time_machine
from django.test import Client

from courses.models import Block, Module
from tests.factories import a_call, a_cohort, a_programme, rome

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_monday_of_november():
    with time_machine.travel(rome(2021, 11, 15, 10), tick=False):
        yield


@pytest.fixture
def visitor():
    return Client(headers={"Accept-Language": "en"})


def test_a_visitor_reads_the_hours_and_the_call_and_can_apply(visitor):
    call = a_call()

    text = visitor.get("/").text

    assert "<dd>30 h</dd>" in text
    assert "29 days left" in text
    assert "Apply by 14:00 (Italian time) on Tuesday 14 December 2021." in text
    assert "<dd>30</dd>" in text  # seats
    assert f'href="/cohorts/{call.cohort.code}/apply/"' in text


def test_the_strip_is_as_wide_as_the_hours(visitor):
    a_programme()

    text = visitor.get("/").text

    assert 'viewBox="0 0 38 10"' in text
    assert re.findall(r'strip-(\d)"\s+x="(\d+)"\s+width="(\d+)"', text) == [
        ("1", "0", "5"),
        ("2", "5", "25"),
        ("3", "30", "8"),
    ]


def test_the_edition_shown_is_the_next_one_to_begin(visitor):
    first = a_cohort()
    others = {"programme": first.programme, "hub": first.hub}
    a_cohort(code="UNDER-WAY", **others, starts_on=rome(2021, 9, 2).date())
    a_cohort(code="LATER", **others, starts_on=rome(2022, 2, 3).date())
    a_cohort(code="OVER", **others, starts_on=rome(2020, 1, 1).date(), ends_on=rome(2020, 6, 1).date())
    a_cohort(code="HIDDEN", **others, starts_on=rome(2021, 12, 2).date(), listed=False)

    text = visitor.get("/").text

    assert f"Edition {first.code}" in text
    assert not [code for code in ("UNDER-WAY", "LATER", "OVER", "HIDDEN") if code in text]


def test_with_no_edition_ahead_the_one_under_way_is_shown(visitor):
    a_cohort(code="UNDER-WAY", starts_on=rome(2021, 9, 2).date())

    assert "Edition UNDER-WAY" in visitor.get("/").text


def test_an_empty_portal_has_a_front_page(visitor):
    page = visitor.get("/")

    assert page.status_code == 200
    assert "It has not been announced yet" in page.text


@pytest.mark.parametrize("rows", [3, 300])
def test_a_visitor_costs_two_questions_whatever_there_is(visitor, django_assert_num_queries, rows):
    programme = a_programme()
    block = Block.objects.get(programme=programme, code="A")
    Module.objects.bulk_create(
        Module(
            block=block,
            code=f"M{number}",
            position=number + 10,
            minutes=60,
            academic_minutes=60,
            company_minutes=0,
            title_it="Modulo",
            title_en="Module",
        )
        for number in range(rows)
    )
    first = a_cohort(programme=programme)
    for _ in range(rows // 3):
        a_call(cohort=a_cohort(programme=programme, hub=first.hub))

    for address in ("/", "/programme/"):
        with django_assert_num_queries(2 if address == "/" else 1):
            visitor.get(address)
