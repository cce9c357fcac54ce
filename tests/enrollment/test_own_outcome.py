"""An applicant reads the own outcome, once it is published, and nobody else's, wherever one looks."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from academy import postman
from enrollment import outcome
from enrollment.actions.offers import decline
from enrollment.models import Offer, Phase, RankingLine
from tests.classroom import client_of
from tests.factories import a_person, a_score_sheet, an_application, with_address
from tests.house.test_urls import leaves
from tests.selection import AT, Selection, State

pytestmark = pytest.mark.django_db

NOW = AT + timedelta(minutes=30)
LINK = re.compile(r'(?:href|action|src)="(/[^"#]*)"')
STAY = re.compile(r"^/(static|accounts|language|theme|__)")


class Rivals(Selection):
    """Ada with 30 and 30, and Bice whose averages nobody else has: 41.50, 33.50, 75.00."""

    def __init__(self, seats: int = 1):
        super().__init__(seats=seats)
        self.ada = self.join(30, 31, user=with_address(a_person(name="Ada Rossi")))
        self.bice = an_application(
            cohort=self.cohort, state=State.ELIGIBLE, user=with_address(a_person(name="Bice Zoppi"))
        )
        self.interview(self.bice)
        for member, documents, interview in zip(self.members, (41, 42), (33, 34), strict=True):
            a_score_sheet(self.bice, member, documents)
            a_score_sheet(self.bice, member, interview, phase=Phase.INTERVIEW)
        self.people = [self.ada, self.bice]
        self.of_bice = [
            *("41.50", "41,50", "33.50", "33,50", "75.00", "75,00"),
            *("Bice", self.bice.user.email, self.bice.receipt),
        ]
        self.of_ada = ["30.00", "30,00", "31.00", "31,00", "61.00", "61,00"]


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def page_of(application) -> str:
    return reverse("enrollment:application", args=[application.pk])


def attempts(selection: Selection) -> Iterator[str]:
    """Every address of this room, filled in with the keys of all that has to do with the ranking."""
    keys = {selection.call.pk, selection.bice.pk, selection.ada.pk}
    keys |= set(RankingLine.objects.values_list("ranking", flat=True))
    for name, address in leaves(get_resolver()):
        if "enrollment" in name:
            for key in keys:
                yield address.replace("999999", str(key)).replace("nothing", "csv")
    yield from (f"/cohorts/{selection.cohort.code}/{rest}" for rest in ("", "apply/"))


def everything_seen_by(client: Client, selection: Selection) -> dict[str, str]:
    """What each page says that can be reached by a link, or guessed."""
    todo, seen = ["/", "/home/", *attempts(selection)], {}
    while todo:
        address = todo.pop()
        if address in seen or STAY.match(address):
            continue
        answer = client.get(address)
        seen[address] = b"".join(answer).decode("utf-8", "replace")
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            todo += LINK.findall(seen[address])
    return seen


def told(pages: dict[str, str], words: list[str]) -> set[str]:
    """The addresses whose pages say one of these."""
    return {address for address, text in pages.items() if any(word in text for word in words)}


def mails_to(person) -> list[str]:
    postman.sweep(clock=lambda: NOW, seconds=20)
    return [
        "\n".join([one.subject, one.body, *(str(part[0]) for part in getattr(one, "alternatives", []))])
        for one in mail.outbox
        if one.to == [person.email]
    ]


def test_nothing_is_told_before_publication():
    selection = Rivals()
    for client in (client_of(selection.ada.user), Client()):
        pages = everything_seen_by(client, selection)
        assert told(pages, [*selection.of_bice, *selection.of_ada]) == set()
    assert told(dict(enumerate(mails_to(selection.ada.user))), selection.of_bice + selection.of_ada) == set()


@pytest.mark.parametrize("version", [1, 2])
def test_once_published_one_reads_the_own_points_and_nobody_elses(version):
    selection = Rivals()
    selection.publish()
    if version == 2:
        selection.join(60, 40)
        selection.publish(reason="Un ricorso accolto.")

    pages = everything_seen_by(client_of(selection.ada.user), selection)

    assert told(pages, selection.of_bice) == set()
    assert told(pages, selection.of_ada) == {page_of(selection.ada)}
    assert told(everything_seen_by(Client(), selection), selection.of_bice + selection.of_ada) == set()
    letters = mails_to(selection.ada.user)
    assert letters
    assert told(dict(enumerate(letters)), selection.of_bice) == set()


def test_control_what_the_office_carries_away_is_among_what_was_tried():
    selection = Rivals()
    files = {reverse("admin:enrollment_ranking_file", args=[selection.publish().pk, "csv"])}
    tried = set(attempts(selection))
    assert files | {page_of(selection.bice), page_of(selection.ada)} <= tried
    office = client_of(selection.office)
    assert told({"file": office.get(files.pop()).content.decode()}, selection.of_bice)


def test_control_a_page_that_shows_the_best_instead_of_the_own_is_found(monkeypatch):
    selection = Rivals()
    selection.publish()
    best = RankingLine.objects.filter(place=1)
    monkeypatch.setattr(RankingLine.objects, "filter", lambda **_facts: best)
    own = client_of(selection.ada.user).get(page_of(selection.ada)).text
    assert told({"own": own}, selection.of_bice)


def outcome_of(application, language="en") -> str:
    client = client_of(application.user)
    text = client.get(page_of(application), headers={"accept-language": language}).text
    found = re.search(r'aria-labelledby="outcome">(.*?)</section>', text, re.DOTALL)
    return " ".join(re.sub("<[^>]+>", " ", found[1]).split()) if found else ""


def test_the_outcome_says_points_by_phase_total_place_and_in_words_what_it_means():
    selection = Rivals()
    selection.publish()
    assert outcome_of(selection.ada) == (
        "The ranking Outcome On the reserve list Position 2 of 2 suitable Documents 30.00 of 60 points"
        " Interview 31.00 of 40 points Total 61.00 of 100 points Suitable from 50 points"
        " Published Friday 17 December 2021, 09:00"
        " Points are averages over the committee."
        " With the same total the interview decides, then the younger age."
    )
    assert "30,00" in outcome_of(selection.ada, "it")


def test_who_is_excluded_reads_the_ground_and_no_points():
    selection = Rivals()
    absent = an_application(cohort=selection.cohort, state=State.EXCLUDED, ground="absent")
    for member in selection.members:
        a_score_sheet(absent, member, 45)
    selection.publish()
    said = outcome_of(absent)
    assert "Excluded: absent at the interview" in said
    assert "45" not in said
    assert "of 60 points" not in said
    assert "Position" not in said
    assert "Total" not in said
    assert "Suitable from" not in said


def test_a_later_version_says_that_it_is_one_and_why():
    selection = Rivals()
    selection.publish()
    assert "version" not in outcome_of(selection.ada)
    selection.join(60, 40)
    selection.publish(reason="Un ricorso accolto.")
    said = outcome_of(selection.ada)
    assert "This is version 2: it takes the place of the one before. Un ricorso accolto." in said
    assert "Position 3 of 3 suitable" in said


def test_who_is_called_from_the_reserve_list_keeps_reading_what_was_published():
    selection = Rivals()
    selection.publish()
    decline(offer=Offer.objects.get(), by=selection.bice.user, at=NOW)
    selection.ada.refresh_from_db()
    assert selection.ada.state == "admitted"
    assert "Outcome On the reserve list Position 2 of 2 suitable" in outcome_of(selection.ada)


def test_the_page_asks_as_much_with_three_in_the_ranking_as_with_three_hundred():
    costs = []
    for size in (3, 300):
        selection = Rivals()
        selection.crowd(size)
        selection.publish()
        client = client_of(selection.ada.user)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page_of(selection.ada)).status_code == 200
        costs.append(len(captured))
    assert costs[0] == costs[1]
    assert outcome.own_outcome(selection.ada).suitable > 3
