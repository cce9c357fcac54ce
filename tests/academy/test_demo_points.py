"""The committee of the demo."""

import pytest

from academy.demo import cast
from academy.demo.points import spread_over_committee, spread_over_criteria

MAXIMA = {"documents": (30, 15, 5, 10), "interview": (8, 8, 8, 8, 8)}
JUDGED = [
    (person.code, phase, getattr(person, phase))
    for person in cast.people(*"PXRYAU")
    for phase in MAXIMA
    if getattr(person, phase) is not None
]


@pytest.mark.parametrize(("code", "phase", "together"), JUDGED)
def test_members_and_criteria_add_up_and_stay_within_their_maxima(code, phase, together):
    maxima = MAXIMA[phase]
    members = spread_over_committee(together, 3, sum(maxima), code)
    assert sum(members) == together
    for member in members:
        points = spread_over_criteria(member, maxima, code)
        assert sum(points) == member
        assert all(0 <= given <= maximum for given, maximum in zip(points, maxima, strict=True))


def test_at_both_ends_of_the_scale_everybody_agrees():
    assert spread_over_committee(180, 3, 60, "best") == [60, 60, 60]
    assert spread_over_committee(0, 3, 60, "worst") == [0, 0, 0]
    assert spread_over_criteria(60, MAXIMA["documents"], "best") == [30, 15, 5, 10]


def test_members_seldom_agree():
    alike = [len(set(spread_over_committee(together, 3, 60, code))) for code, _, together in JUDGED]
    assert alike.count(1) < len(JUDGED) / 4
