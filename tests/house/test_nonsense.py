"""A robot that knows every address opens pages and sends nonsense: it is refused, and nothing breaks.

Run by `make test-faults`. A broken page fails the test by what it logs (`logged_errors`).
"""

import random
import re
from collections import Counter

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from academy.models import SweepHeartbeat
from courses.models import Role
from tests import factories
from tests.certificates import certificates_of_every_state
from tests.classroom import client_of
from tests.projects import projects_of_every_state
from tests.registers import registers_of_every_state

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

ROUNDS = 4000
REFUSED = {400, 403, 404, 405, 409, 413, 422, 429}
NONSENSE = [
    *("", "-1", "1", "on", "9" * 21, "25:99", "13:00", "2022-02-30", "NaN", "1e9"),
    *("<script>alert(1)</script>", "' OR 1=1 --", "\x00", "😀" * 50, "x" * 5000, "=1+1", "\u202e"),
]
OWN = {"csrfmiddlewaretoken", "viewport", "theme-color", "color-scheme", "description", "robots", "once"}
FIELD = re.compile(r'name="([^"]+)"')
KEPT = re.compile(r'name="(once|seen|revision)" value="([^"]*)"')
NUMBERS = ["1", "2", "3", "4", "5", "9", "17", "0", "999999", "9223372036854775808"]
WORDS = ["it", "absence", "rectification", "nothing", "0" * 22, "%F0%9F%98%80", "SMTC-2022-1"]


def addresses(resolver: URLResolver, prefix: str = "") -> list[str]:
    """Of every page but those of the admin and of signing in."""
    found = []
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            found.append(address)
        elif not address.startswith(("admin/", "accounts/")):
            found += addresses(pattern, address)
    return found


def filled(address: str, lot: random.Random) -> str:
    """One that may be there."""
    uuid = "00000000-0000-0000-0000-000000000000"
    choose = {"int": lambda: lot.choice(NUMBERS), "uuid": lambda: uuid}
    return "/" + re.sub(
        r"<(?:(\w+):)?\w+>", lambda it: choose.get(it[1], lambda: lot.choice(WORDS))(), address
    )


def everybody() -> list[Client]:
    """An instructor and tutor, participants, an assessor, the office, and a stranger."""
    SweepHeartbeat.objects.create(swept_at=timezone.now())  # so that /health/ is well
    lesson = registers_of_every_state()
    projects = projects_of_every_state()
    certificates_of_every_state()
    factories.a_score(factories.a_test(factories.a_session()), value=17)
    Role.objects.create(user=lesson.teacher, cohort=lesson.cohort, kind=Role.Kind.TUTOR)
    member = projects[1].team.places.first().enrollment.user
    assessor = projects[1].panel.first().role.user
    people = [lesson.teacher, lesson.people[0].user, member, assessor, factories.somebody_of_the_office()]
    return [Client(), *map(client_of, people)]


@pytest.mark.parametrize("seed", range(2))
def test_nonsense_is_refused_and_breaks_nothing(seed):
    lot, clients, pages = random.Random(seed), everybody(), addresses(get_resolver())
    tally: Counter[tuple[str, int]] = Counter()
    for number in range(ROUNDS):
        if number % 200 == 0:
            cache.clear()  # who is stopped for guessing would see no more pages
        client, address = lot.choice(clients), filled(lot.choice(pages), lot)
        answer = client.get(address)
        tally["GET", answer.status_code] += 1
        if answer.status_code != 200 or "html" not in answer["Content-Type"]:
            continue
        names = sorted(set(FIELD.findall(answer.text)) - OWN)
        typed = {name: lot.choice(NONSENSE) for name in names if lot.random() < 0.8}
        typed |= {name: value for name, value in KEPT.findall(answer.text) if lot.random() < 0.7}
        if names and lot.random() < 0.6:
            sent = client.post(address, typed)
            tally["POST", sent.status_code] += 1
    assert {status for _method, status in tally} <= {200, 301, 302, 304} | REFUSED, tally
    assert tally["GET", 200] > 200
    assert tally["POST", 422] + tally["POST", 409] + tally["POST", 400] > 20
