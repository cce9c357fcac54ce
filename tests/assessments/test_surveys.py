"""What is shown of many people, and how competences grow."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from assessments.surveys import HIGHEST, LEAST, LOWEST, Hidden, Picture, Step, growth, picture

LEVELS = st.integers(LOWEST, HIGHEST)


def test_five_people_give_a_mean_and_how_many_gave_each_level():
    assert picture([5, 4, 4, 3, 5]) == Picture(5, Decimal("4.2"), (0, 0, 1, 2, 2))


def test_a_mean_is_rounded_half_up():
    assert picture([4] * 15 + [5] * 1 + [4] * 4).mean == Decimal("4.1")  # 4.05
    assert picture([3] * 16 + [4] * 5).mean == Decimal("3.2")  # 3.238…


@given(st.lists(LEVELS, max_size=LEAST - 1))
def test_of_fewer_than_five_nothing_is_shown_whatever_they_said(levels):
    assert picture(levels) is Hidden.FEW


@given(LEVELS, st.integers(LEAST, 40))
def test_what_everybody_said_alike_is_not_shown_and_does_not_tell_the_level(level, number):
    assert picture([level] * number) is Hidden.ALIKE


@given(st.lists(LEVELS, min_size=LEAST, max_size=40), st.randoms())
def test_a_picture_tells_nothing_of_the_order_in_which_people_answered(levels, random):
    shuffled = random.sample(levels, len(levels))
    assert picture(levels) == picture(shuffled)


@given(st.lists(LEVELS, min_size=LEAST, max_size=40))
def test_a_picture_adds_up(levels):
    found = picture(levels)
    if isinstance(found, Picture):
        assert sum(found.counts) == found.number == len(levels)
        assert LOWEST < found.mean < HIGHEST or found.mean in (LOWEST, HIGHEST)
        assert sum(number > 0 for number in found.counts) > 1


def test_growth_is_known_where_both_moments_are():
    assert growth([1, 2, 3], {1: 2, 2: 4}, {1: 4, 3: 5}) == (
        Step(1, 2, 4),
        Step(2, 4, None),
        Step(3, None, 5),
    )
    assert [step.gained for step in growth([1, 2, 3], {1: 2, 2: 4}, {1: 4, 2: 3})] == [2, -1, None]
