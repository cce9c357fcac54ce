"""The watch kept on every test is awake: each of these would pass in silence without it."""

import logging
import socket
from datetime import datetime

import pytest
from django.conf import settings
from django.template import Context, Engine, Origin, Template

from academy.models import SweepHeartbeat


def template(folder, text: str) -> Template:
    origin = Origin(name=str(folder / "page.html"), template_name="page.html")
    return Template(text, origin=origin, engine=Engine.get_default())


@pytest.mark.parametrize("text", ["{{ nobody }}", "{{ person.nothing }}", "{{ nobody|default:'-' }}"])
def test_a_variable_no_view_gave_is_an_error_in_our_templates(text):
    ours = template(settings.BASE_DIR / "templates", text)
    with pytest.raises(AssertionError, match="undefined in"):
        ours.render(Context({"person": {}}))


def test_templates_of_others_and_questions_may_use_what_is_not_there(tmp_path):
    assert template(tmp_path, "{{ nobody }}").render(Context()) == ""
    ours = template(settings.BASE_DIR / "templates", "{% if nobody %}yes{% else %}no{% endif %}")
    assert ours.render(Context()) == "no"


def test_an_error_in_the_log_is_noticed(logged_errors):
    logging.getLogger("academy").error("the roof leaks")
    assert [record.getMessage() for record in logged_errors] == ["the roof leaks"]
    logged_errors.clear()


def test_nobody_calls_the_internet():
    with socket.socket() as line, pytest.raises(AssertionError, match="A test called"):
        line.connect(("192.0.2.1", 443))


@pytest.mark.django_db
def test_a_time_without_its_zone_is_an_error():
    with pytest.raises(RuntimeWarning, match="naive datetime"):
        SweepHeartbeat.objects.create(swept_at=datetime.fromisoformat("2022-03-27 02:30"))
