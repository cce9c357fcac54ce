"""A ranking is published in versions: each frozen, each carried out, none ever changed."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from courses.refusals import Refusal
from enrollment import standings
from enrollment.actions import offers, ranking
from enrollment.actions.eligibility import exclude, reinstate
from enrollment.admission import digest_of, rank_again
from enrollment.models import (
    Application,
    ApplicationPassage,
    Call,
    Enrollment,
    Offer,
    Ranking,
    RankingLine,
)
from tests.factories import a_person, a_scored_call, an_agreement, an_application
from tests.selection import ANSWERS_BY, AT, CLOSED, Selection, State

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(days=3)


def lines(published: Ranking) -> list[tuple]:
    rows = published.lines.order_by("place", "pk")
    return [(line.application_id, line.place, line.total, line.outcome) for line in rows]


def accepted(application: Application, at=AT + timedelta(days=1)) -> Enrollment:
    offer = Offer.objects.open().get(application=application)
    agreement = an_agreement(in_force_from=AT - timedelta(days=30))
    return offers.accept(offer=offer, answers={agreement.pk: True}, by=application.user, at=at)


def open_offers(selection: Selection) -> set[int]:
    return set(Offer.objects.open().filter(cohort=selection.cohort).values_list("application", flat=True))


def test_publication_tells_everybody_the_outcome_and_offers_the_seats():
    selection = Selection((60, 40), (20, 20), (30, 30), (50, 30))
    excluded = an_application(cohort=selection.cohort, state=State.EXCLUDED, ground="incomplete")
    best, unsuitable, waiting, second = selection.people

    published = selection.publish()

    assert selection.states() == ["admitted", "not_suitable", "on_reserve", "admitted"]
    assert lines(published) == [
        (best.pk, 1, 100, "admitted"),
        (second.pk, 2, 80, "admitted"),
        (waiting.pk, 3, 60, "on_reserve"),
        (unsuitable.pk, None, 40, "not_suitable"),
        (excluded.pk, None, None, "excluded"),
    ]
    made = Offer.objects.filter(cohort=selection.cohort)
    assert set(made.values_list("application", "deadline", "state")) == {
        (best.pk, ANSWERS_BY, "open"),
        (second.pk, ANSWERS_BY, "open"),
    }


def test_a_version_freezes_who_when_and_all_it_was_computed_from():
    selection = Selection((40, 31), (45, 20))
    published = Ranking.objects.get(pk=selection.publish().pk)

    assert (published.version, published.published_at, published.published_by) == (1, AT, selection.office)
    assert published.inputs["seats"] == 2
    assert published.inputs["suitable_from"] == 50
    assert [criterion["maximum"] for criterion in published.inputs["criteria"]] == [60, 40]
    sheets = [sheet["points"] for person in published.inputs["candidates"] for sheet in person["sheets"]]
    assert sheets == [[40], [40], [31], [31], [45], [45], [20], [20]]


def test_a_version_can_be_computed_again_from_what_it_froze():
    published = Selection((40, 31), (45, 26), (60, 11), (20, 5)).publish()
    published = Ranking.objects.get(pk=published.pk)

    again = rank_again(published.inputs)

    recorded = {line.application_id: line for line in published.lines.all()}
    for line in again:
        kept = recorded[line.key]
        assert (line.place, *line.points) == (kept.place, kept.documents, kept.interview, kept.total)
        assert (line.outcome, line.ground) == (kept.outcome, kept.ground)
    assert digest_of(published.inputs, again) == published.digest
    changed = json.loads(json.dumps(published.inputs))
    changed["candidates"][0]["sheets"][0]["points"][0] += 1
    assert digest_of(changed, rank_again(changed)) != published.digest


def test_pressed_twice_it_is_one_version():
    selection = Selection((40, 31))
    assert selection.publish() == selection.publish(at=AT + timedelta(seconds=1))
    assert Ranking.objects.count() == 1
    assert Offer.objects.count() == 1
    assert ApplicationPassage.objects.filter(after="admitted").count() == 1


def test_a_form_sent_again_after_a_lost_reply_is_the_version_it_made():
    selection = Selection((40, 31), (30, 30), (25, 30))
    seen = standings.standing_of(selection.call, AT).digest
    published = selection.publish(seen=seen)
    accepted(selection.people[0])
    selection.join(60, 40)
    assert selection.publish(at=LATER, seen=seen) == published


@pytest.mark.parametrize("number", [1, 2])
def test_what_changed_since_it_was_looked_at_is_not_published(number):
    selection = Selection((40, 31), (30, 30))
    if number == 2:
        selection.publish()
        selection.join(60, 40)
    seen = standings.standing_of(selection.call, AT).digest
    exclude(application=selection.join(50, 40), ground="absent", reason="Assente.", by=None, at=AT)

    with override("en"), pytest.raises(Refusal) as refused:
        selection.publish(seen=seen, reason="Perché sì.")
    assert str(refused.value) == "The ranking has changed since you looked at it: look at it again."
    assert Ranking.objects.count() == number - 1


def test_what_is_missing_keeps_it_from_being_published_and_nothing_is_written():
    selection = Selection((40, 31))
    an_application(cohort=selection.cohort)

    with override("en"), pytest.raises(Refusal) as refused:
        selection.publish()
    assert str(refused.value) == "1 application has not been checked yet."
    with pytest.raises(Refusal):
        selection.publish(at=CLOSED - timedelta(seconds=1))
    assert not Ranking.objects.exists()
    assert selection.states() == ["eligible"]


def test_a_published_ranking_is_never_changed():
    published = Selection((40, 31)).publish()
    for write in (
        lambda: Ranking.objects.update(reason="x"),
        lambda: RankingLine.objects.update(total=Decimal(99)),
        lambda: published.lines.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


# Later versions.


def test_a_later_version_needs_a_reason():
    selection = Selection((40, 31))
    selection.publish()
    selection.join(60, 40)
    with pytest.raises(Refusal):
        selection.publish(reason="   ")
    assert Ranking.objects.count() == 1


def test_a_later_version_supersedes_and_says_why():
    selection = Selection((40, 31), (30, 30), (20, 35))
    first = selection.publish()
    before = lines(first)
    first_place, second, third = selection.people
    late = selection.join(60, 40)

    again = selection.publish(at=LATER, reason="  Un ricorso è stato accolto. ")

    assert (again.version, again.reason) == (2, "Un ricorso è stato accolto.")
    assert lines(again) == [
        (late.pk, 1, 100, "admitted"),
        (first_place.pk, 2, 71, "admitted"),
        (second.pk, 3, 60, "on_reserve"),
        (third.pk, 4, 55, "on_reserve"),
    ]
    assert lines(first) == before


def test_who_is_no_longer_admitted_loses_the_open_offer_and_learns_why():
    selection = Selection((40, 31), (30, 30))
    selection.publish()
    late = selection.join(60, 40)
    loser = selection.people[1]

    selection.publish(at=LATER, reason="Un ricorso è stato accolto.")

    assert open_offers(selection) == {selection.people[0].pk, late.pk}
    assert Offer.objects.get(application=loser).state == "revoked"
    passage = loser.passages.get(after="on_reserve")
    assert (passage.before, passage.after, passage.actor) == ("admitted", "on_reserve", selection.office)
    assert passage.reason == "Un ricorso è stato accolto."


def test_who_has_accepted_a_seat_keeps_it():
    selection = Selection((40, 31), (30, 30))
    selection.publish()
    accepted(selection.people[0])
    accepted(selection.people[1])
    late = selection.join(60, 40)

    again = selection.publish(at=LATER, reason="Un ricorso è stato accolto.")

    assert selection.states() == ["enrolled", "enrolled"]
    assert Enrollment.objects.live().count() == 2
    assert lines(again)[0] == (late.pk, 1, 100, "on_reserve")
    late.refresh_from_db()
    assert late.state == "on_reserve"


def test_a_seat_that_is_free_is_offered_to_who_is_newly_admitted():
    selection = Selection((40, 31))
    selection.publish()
    late = selection.join(30, 30)

    selection.publish(at=LATER, reason="Un ricorso è stato accolto.")

    assert open_offers(selection) == {selection.people[0].pk, late.pk}


def test_offers_of_a_version_after_the_first_answers_have_a_deadline_of_their_own():
    selection = Selection((40, 31))
    selection.publish()
    accepted(selection.people[0])
    late = selection.join(30, 30)
    at = ANSWERS_BY + timedelta(hours=1)

    selection.publish(at=at, reason="Un ricorso è stato accolto.")

    [offer] = Offer.objects.open().filter(application=late)
    assert offer.deadline.isoformat() == "2022-01-10T11:00:00+00:00"


def test_once_seats_are_not_offered_any_more_nobody_is_newly_admitted():
    selection = Selection((40, 31))
    selection.publish()
    accepted(selection.people[0])
    late = selection.join(30, 30)
    Call.objects.update(refills_until=ANSWERS_BY.date())

    selection.publish(at=ANSWERS_BY + timedelta(days=1), reason="Un ricorso è stato accolto.")

    late.refresh_from_db()
    assert late.state == "on_reserve"


def test_an_appeal_that_lifts_an_exclusion_leads_back_into_the_ranking():
    selection = Selection((40, 31), (30, 30))
    appellant = selection.people[0]
    exclude(application=appellant, ground="requirements", reason="Manca.", by=selection.office, at=AT)
    selection.publish()
    reinstate(application=appellant, reason="C’è.", by=selection.office, at=AT)

    selection.publish(at=LATER, reason="Un ricorso è stato accolto.")

    assert selection.states() == ["admitted", "admitted"]


def test_an_exclusion_after_publication_needs_a_new_version_and_frees_the_place():
    selection = Selection((60, 40), (40, 31), (30, 30))
    selection.publish()
    third = selection.people[2]
    exclude(application=third, ground="requirements", reason="Falso.", by=selection.office, at=AT)

    again = selection.publish(at=LATER, reason="Un’esclusione.")

    assert lines(again)[-1] == (third.pk, None, None, "excluded")


def test_who_renounced_is_not_ranked_again_and_gets_no_second_offer():
    selection = Selection((60, 40), (40, 31), (30, 30))
    selection.publish()
    offer = Offer.objects.get(application=selection.people[0])
    offers.decline(offer=offer, by=selection.people[0].user, at=AT + timedelta(hours=1))
    assert selection.publish(at=LATER).version == 1  # nobody was judged otherwise

    late = selection.join(20, 30)
    again = selection.publish(at=LATER, reason="Un ricorso è stato accolto.")

    assert selection.states() == ["renounced", "admitted", "admitted"]
    assert [line[0] for line in lines(again)] == [*(p.pk for p in selection.people[1:]), late.pk]


def test_changes_name_those_judged_otherwise_and_those_who_would_be_moved():
    selection = Selection((40, 31), (30, 30), (20, 35))
    selection.publish()
    late = selection.join(60, 40)
    found = standings.standing_of(selection.call, LATER)

    said = [(change.before and change.before.outcome, change.after.outcome) for change in found.changes]

    assert not found.unchanged
    assert [change.person.name for change in found.changes] == [late.user.name, selection.people[1].user.name]
    assert said == [(None, "admitted"), ("admitted", "on_reserve")]


def test_the_ranking_of_another_call_is_left_alone():
    selection, other = Selection((40, 31)), a_scored_call()
    stranger = an_application(cohort=other.cohort, state=State.ELIGIBLE, user=a_person())
    selection.publish()
    stranger.refresh_from_db()
    assert stranger.state == "eligible"


# Controls: each promise is kept by what is switched off here.


def test_control_without_the_seated_a_later_version_would_oversell_and_is_refused(monkeypatch):
    selection = Selection((40, 31), (30, 30))
    selection.publish()
    accepted(selection.people[0])
    accepted(selection.people[1])
    selection.join(60, 40)
    frozen = standings.Row.frozen
    monkeypatch.setattr(standings.Row, "frozen", lambda row, sheets: frozen(row, sheets) | {"seated": False})
    with pytest.raises(Refusal), transaction.atomic():
        selection.publish(at=LATER, reason="Un ricorso è stato accolto.")


def test_control_without_revoking_first_there_would_be_no_seat_for_the_newly_admitted(monkeypatch):
    selection = Selection((40, 31), (30, 30))
    selection.publish()
    selection.join(60, 40)
    monkeypatch.setattr(ranking, "settle", lambda *_offer, **_facts: None)
    with pytest.raises(Refusal), transaction.atomic():
        selection.publish(at=LATER, reason="Un ricorso è stato accolto.")


def test_control_a_ranking_without_its_guard_could_be_rewritten():
    published = Selection((40, 31)).publish()
    with pgtrigger.ignore("enrollment.RankingLine:lines_of_a_ranking_are_only_added"):
        assert published.lines.update(total=Decimal(99)) == 1


def test_two_of_the_office_pressing_at_once_publish_one_version(transactional_db):
    selection = Selection((60, 40), (40, 31), (30, 30))
    offices = [selection.office, a_person(is_staff=True)]
    together = Barrier(len(offices), timeout=30)

    def press(office):
        connection.ensure_connection()
        together.wait()
        try:
            return selection.publish(by=office).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        first, second = pool.map(press, offices)

    assert first == second
    assert Ranking.objects.get().lines.count() == 3
    assert len(open_offers(selection)) == 2
