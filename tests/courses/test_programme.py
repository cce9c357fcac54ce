"""Loading the programme: rows that follow the file, and hours that stay once an edition uses them."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from courses.actions.programme import load_curriculum
from courses.models import Cohort, Hub, Module, Programme, sentence_for

CURRICULUM = Path(__file__).parents[2] / "courses/curricula/smtc-2022.toml"

pytestmark = pytest.mark.django_db


def load():
    return load_curriculum(path=CURRICULUM, by=None, at=timezone.now())


def test_the_programme_has_the_published_hours():
    programme = load()
    assert [block.minutes // 60 for block in programme.blocks.order_by("position")] == [5, 40, 116, 94, 50, 5]
    assert (programme.minutes, programme.academic_minutes, programme.company_minutes) == (18000, 8640, 9360)
    assert [block.code for block in programme.blocks.filter(counts_towards_total=False)] == ["WA", "FA"]
    assert Module.objects.filter(block__programme=programme, has_test=True).count() == 16


def test_loading_twice_changes_nothing():
    load()
    before = list(Module.objects.order_by("pk").values())
    load()
    assert list(Module.objects.order_by("pk").values()) == before
    assert Programme.objects.count() == 1


def test_a_file_that_does_not_add_up_is_refused_with_its_line(tmp_path):
    broken = tmp_path / "broken.toml"
    broken.write_text(CURRICULUM.read_text(encoding="utf-8").replace("hours = 116", "hours = 117"))
    with pytest.raises(CommandError, match=r"line \d+: block DD has 117 h"):
        call_command("load_curriculum", broken)
    assert not Programme.objects.exists()


def test_hours_of_a_programme_in_use_are_frozen_and_its_titles_are_not():
    programme = load()
    hub = Hub.objects.create(code="torino", name="Torino", city="Torino", province="TO", region="Piemonte")
    Cohort.objects.create(
        code="SMTC-2022-1",
        programme=programme,
        hub=hub,
        starts_on=date(2022, 1, 13),
        ends_on=date(2022, 6, 11),
        seats=30,
    )
    modules = Module.objects.filter(code="STM1")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        modules.update(minutes=900, academic_minutes=660)
    with translation.override("en"):
        assert "its hours can no longer change" in str(sentence_for(refused.value))
    assert modules.update(title_en="Sustainable mobility") == 1
    load()
    assert modules.get().title_en.startswith("Sustainable mobility: policy")
