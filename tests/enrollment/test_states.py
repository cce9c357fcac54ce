import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction

from enrollment.states import (
    APPLICATION_PASSAGES,
    ENROLLMENT_PASSAGES,
    LIVE_APPLICATIONS,
    LIVE_ENROLLMENTS,
    OFFER_PASSAGES,
    RANKED,
)
from tests.factories import agrees, an_application, an_enrollment, an_offer
from tests.invariants import refused_as


def reachable(passages: dict[str, frozenset[str]], start: str) -> set[str]:
    seen = {start}
    waiting = [start]
    while waiting:
        fresh = passages[waiting.pop()] - seen
        seen |= fresh
        waiting.extend(fresh)
    return seen


@pytest.mark.parametrize(
    ("passages", "start"),
    [(APPLICATION_PASSAGES, "draft"), (OFFER_PASSAGES, "open"), (ENROLLMENT_PASSAGES, "active")],
)
def test_every_state_can_be_reached_and_every_passage_leads_to_a_known_state(passages, start):
    assert reachable(passages, start) == set(passages)


def test_only_a_seat_taken_given_up_or_an_application_withdrawn_is_settled_for_good():
    ends = {state for state, onward in APPLICATION_PASSAGES.items() if not onward}
    assert ends == {"enrolled", "renounced", "withdrawn"}


def test_a_later_version_of_the_ranking_may_move_anybody_between_its_outcomes():
    for state in RANKED:
        assert RANKED - {state} <= APPLICATION_PASSAGES[state]


def test_nothing_becomes_a_draft_again_and_an_exclusion_is_only_lifted():
    leading_to_draft = {state for state, onward in APPLICATION_PASSAGES.items() if "draft" in onward}
    assert leading_to_draft == set()
    assert APPLICATION_PASSAGES["excluded"] == {"eligible"}


def test_with_an_offer_open_one_declines_it_rather_than_withdraws():
    assert "withdrawn" not in APPLICATION_PASSAGES["admitted"]


def test_only_a_withdrawn_application_leaves_room_for_a_new_one():
    assert set(APPLICATION_PASSAGES) - LIVE_APPLICATIONS == {"withdrawn"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "passages", "make"),
    [
        ("enrollment_application", APPLICATION_PASSAGES, an_application),
        ("enrollment_offer", OFFER_PASSAGES, an_offer),
        ("enrollment_enrollment", ENROLLMENT_PASSAGES, an_enrollment),
    ],
)
def test_the_database_lets_exactly_these_passages_through(table, passages, make):
    """Every pair of states, by SQL; the row is first brought there with the guards off."""
    row = make()
    if table == "enrollment_application":
        rest = "ground = CASE WHEN {0} = 'excluded' THEN 'absent' ELSE '' END"
    elif table == "enrollment_offer":
        moment = "CASE WHEN {0} = 'open' THEN NULL WHEN {0} = 'lapsed' THEN deadline ELSE made_at END"
        rest = f"answered_at = {moment}"
        agrees(row.application.user, row.cohort, at=row.made_at)
    else:
        days = "CASE {0} WHEN 'active' THEN NULL WHEN 'renounced' THEN starts_on - 1 ELSE starts_on END"
        moment = "CASE WHEN {0} = 'active' THEN NULL ELSE admitted_at END"
        rest = f"ends_on = {days}, ended_at = {moment}, reason = 'Assenze.'"
    change = f"UPDATE {table} SET state = %s, {rest.format('%s')} WHERE id = {row.pk}"
    marks = change.count("%s")
    passed = {state: set() for state in passages}
    with connection.cursor() as cursor:
        for before in passages:
            for after in set(passages) - {before}:
                with pgtrigger.ignore():
                    cursor.execute(change, [before] * marks)
                    if row._meta.model_name == "application":
                        assert let_through(cursor, change, [after] * marks)  # control: nobody minds
                        cursor.execute(change, [before] * marks)
                if let_through(cursor, change, [after] * marks):
                    passed[before].add(after)
    assert passed == {state: set(onward) for state, onward in passages.items()}


def let_through(cursor, change: str, values: list) -> bool:
    """Whether the database took it; any other refusal than that of a passage is an error."""
    try:
        with transaction.atomic():
            cursor.execute(change, values)
    except IntegrityError as refusal:
        if refused_as(refusal).endswith("_changes_state_by_the_rules"):
            return False
        raise
    return True


def test_completing_the_course_does_not_free_the_seat():
    ends_of_a_seat = set(ENROLLMENT_PASSAGES) - LIVE_ENROLLMENTS
    assert ends_of_a_seat == {"renounced", "withdrawn", "forfeited", "excluded"}
    assert ENROLLMENT_PASSAGES["completed"] == frozenset()
