import pytest

from enrollment.states import (
    APPLICATION_PASSAGES,
    ENROLLMENT_PASSAGES,
    LIVE_APPLICATIONS,
    LIVE_ENROLLMENTS,
)


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
    [(APPLICATION_PASSAGES, "draft"), (ENROLLMENT_PASSAGES, "active")],
)
def test_every_state_can_be_reached_and_every_passage_leads_to_a_known_state(passages, start):
    assert reachable(passages, start) == set(passages)


def test_an_answered_application_is_answered_for_good():
    ends = {state for state, onward in APPLICATION_PASSAGES.items() if not onward}
    assert ends == {"admitted", "declined", "withdrawn"}


def test_the_reserve_list_leads_to_an_answer_but_never_back():
    assert APPLICATION_PASSAGES["on_reserve"] == {"admitted", "declined", "withdrawn"}
    leading_to_draft = {s for s, onward in APPLICATION_PASSAGES.items() if "draft" in onward}
    assert leading_to_draft == set()


def test_a_declined_or_withdrawn_application_leaves_room_for_a_new_one():
    assert set(APPLICATION_PASSAGES) - LIVE_APPLICATIONS == {"declined", "withdrawn"}


def test_completing_the_course_does_not_free_the_seat():
    ends_of_a_seat = set(ENROLLMENT_PASSAGES) - LIVE_ENROLLMENTS
    assert ends_of_a_seat == {"renounced", "withdrawn", "forfeited", "excluded"}
    assert ENROLLMENT_PASSAGES["completed"] == frozenset()
