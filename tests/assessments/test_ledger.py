"""The ledger of hours: nothing is lost, nothing counted twice, nothing paid that nobody signed for."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.ledger import ACADEMIC, COMPANY, KINDS, Account, Held, Pay, Share, drift, ledger, percent

ADA, BEA = 1, 2
ALONE = Held("STM", 240, True, 6_000, (Share(ADA, ACADEMIC, 240, 240, 240),))
TOGETHER = Held(
    "STM", 240, True, 6_001, (Share(ADA, ACADEMIC, 240, 180, 240), Share(BEA, COMPANY, 90, 60, None))
)


def test_planned_delivered_and_credited_by_block():
    coming = replace(ALONE, block="DD", delivered=False, credited=0)
    found = ledger([ALONE, TOGETHER, coming])
    assert found.blocks == {"STM": Account(480, 480, 12_001), "DD": Account(240, 0, 0)}
    assert found.total == Account(720, 480, 12_001)


def test_who_teach_together_split_the_minutes_and_what_is_credited():
    found = ledger([TOGETHER])
    assert found.kinds == {
        ("STM", ACADEMIC): Account(180, 180, 4_500),
        ("STM", COMPANY): Account(60, 60, 1_501),
    }
    assert found.of_kind(COMPANY) == Account(60, 60, 1_501)


def test_an_instructor_is_paid_for_what_was_signed_for():
    found = ledger([ALONE, TOGETHER])
    assert found.instructors == {(ADA, ACADEMIC): Pay(480, 480, 0, 2), (BEA, COMPANY): Pay(90, 0, 90, 1)}


def test_what_nobody_signed_is_neither_delivered_nor_credited():
    found = ledger([replace(ALONE, delivered=False, shares=(Share(ADA, ACADEMIC, 240, 240),))])
    assert found.total == Account(240, 0, 0)
    assert found.instructors == {(ADA, ACADEMIC): Pay(240, 0, 0, 1)}


def test_a_session_of_nobody_counts_for_its_block_only():
    found = ledger([replace(ALONE, shares=())])
    assert (found.total, found.kinds, found.instructors) == (Account(240, 240, 6_000), {}, {})


@pytest.mark.parametrize(
    ("academic", "whole", "more"),
    [(144, 300, 0), (50, 100, 2), (46, 100, -2), (0, 0, 0), (1, 2, 0), (1, 3, 0)],
)
def test_the_drift_against_48_to_52_is_in_minutes_and_towards_zero(academic, whole, more):
    assert drift(academic, whole, 144, 300) == more
    assert drift(academic, whole, 0, 0) == 0


@pytest.mark.parametrize(
    ("part", "whole", "shown"), [(144, 300, "48.00"), (14_395, 18_000, "79.97"), (1, 3, "33.33"), (1, 0, "")]
)
def test_a_percentage_is_cut_off(part, whole, shown):
    assert percent(part, whole) == shown


SHARES = st.builds(
    Share, st.integers(1, 4), st.sampled_from(KINDS), st.integers(0, 240), st.integers(1, 240), st.none()
)
SESSIONS = st.lists(
    st.builds(
        lambda block, delivered, credited, shares: Held(
            block, sum(one.share for one in shares), delivered, credited, tuple(shares)
        ),
        st.sampled_from(["STM", "DD"]),
        st.booleans(),
        st.integers(0, 9_000),
        st.lists(SHARES, min_size=1, max_size=3),
    ),
    max_size=8,
)


@given(SESSIONS)
def test_the_kinds_together_are_the_blocks_to_the_minute(sessions):
    found = ledger(sessions)
    assert found.of_kind(ACADEMIC) + found.of_kind(COMPANY) == found.total
    assert sum(one.planned for one in found.instructors.values()) == sum(
        share.minutes for one in sessions for share in one.shares
    )
