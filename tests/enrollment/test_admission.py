"""Who may be admitted, in which order, and until when a seat is offered."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.reasons import Reason, Refused
from enrollment.admission import (
    Candidate,
    Outcome,
    Why,
    average,
    deadline_of_later_offer,
    digest_of,
    rank,
    rank_again,
    to_hundredths,
)
from enrollment.models import Application, RankingLine
from tests.factories import rome

BORN = date(1985, 5, 17)


def a_candidate(number=1, documents=30, interview=30, born_on=BORN, **facts) -> Candidate:
    return Candidate(number, number, born_on, Fraction(documents), Fraction(interview), **facts)


def places(candidates, seats=2, suitable_from=50) -> list[tuple[int, int | None, str]]:
    ranking = rank(candidates, seats=seats, suitable_from=suitable_from)
    return [(line.key, line.place, line.outcome) for line in ranking]


def test_the_best_are_admitted_the_suitable_wait_the_others_are_told():
    people = [
        a_candidate(1, 20, 29),  # 49
        a_candidate(2, 25, 25),  # 50: suitable from 50, that is with 50
        a_candidate(3, 55, 35),
        a_candidate(4, 40, 20),
        a_candidate(5, 60, 40, ground="absent"),
    ]
    assert places(people) == [
        (3, 1, "admitted"),
        (4, 2, "admitted"),
        (2, 3, "on_reserve"),
        (1, None, "not_suitable"),
        (5, None, "excluded"),
    ]


@pytest.mark.parametrize(
    ("above", "below", "code"),
    [
        (a_candidate(2, 30, 31), a_candidate(1, 31, 30), Why.INTERVIEW),
        (a_candidate(2, born_on=date(1990, 1, 2)), a_candidate(1, born_on=date(1990, 1, 1)), Why.OLDER),
        (a_candidate(1), a_candidate(2), Why.LATER),
    ],
)
def test_a_tie_is_broken_by_interview_then_age_then_arrival_and_says_so(above, below, code):
    best = a_candidate(9, 60, 40)
    ranking = rank([below, above, best], seats=2, suitable_from=50)

    assert [line.key for line in ranking] == [9, above.key, below.key]
    assert [line.reasons for line in ranking] == [(), (), (Reason(code, {"above": 2}),)]


def test_the_interview_decides_before_the_age():
    assert places(
        [a_candidate(1, 31, 30, date(2000, 1, 1)), a_candidate(2, 30, 31, date(1950, 1, 1))], seats=1
    ) == [(2, 1, "admitted"), (1, 2, "on_reserve")]


def test_points_are_compared_exactly_and_rounded_only_to_be_shown():
    third, less = Fraction(100, 3), Fraction(3333, 100)
    people = [a_candidate(1, less, 20), a_candidate(2, third, 20)]

    second, first = rank(people, seats=1, suitable_from=50)[::-1]

    assert (first.key, second.key) == (2, 1)
    assert first.total == second.total == Decimal("53.33")
    assert second.reasons == ()  # no tie


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        (Fraction(1, 3), "0.33"),
        (Fraction(2, 3), "0.67"),
        (Fraction(1, 200), "0.01"),
        (Fraction(3, 200), "0.02"),
        (Fraction(75), "75.00"),
    ],
)
def test_halves_are_rounded_up(points, shown):
    assert str(to_hundredths(points)) == shown


def test_an_average_is_exact_and_of_nothing_there_is_none():
    assert average([50, 51, 51]) == Fraction(152, 3)
    assert average([]) is None


def test_who_has_accepted_a_seat_keeps_it_in_a_later_version():
    people = [a_candidate(1, 10, 10, seated=True), a_candidate(2, 50, 30), a_candidate(3, 40, 30)]

    ranking = rank(people, seats=2, suitable_from=50)

    assert [(line.key, line.place, line.outcome) for line in ranking] == [
        (2, 1, Outcome.ADMITTED),
        (3, 2, Outcome.ON_RESERVE),
        (1, 3, Outcome.ADMITTED),
    ]
    assert ranking[2].reasons == (Reason(Why.SEATED),)


def test_who_is_neither_excluded_nor_judged_cannot_be_ranked():
    with pytest.raises(Refused) as refused:
        rank([replace(a_candidate(7), interview=None)], seats=1, suitable_from=50)
    assert refused.value.reasons == (Reason(Why.UNJUDGED, {"receipt": 7}),)


def test_the_excluded_have_their_ground_and_nothing_of_what_they_earned():
    absent = replace(a_candidate(7, 45), interview=None, ground="absent")
    unsuitable = replace(a_candidate(8, 45), ground="requirements")
    lines = rank([absent, unsuitable], seats=1, suitable_from=50)
    assert [(line.place, line.points, line.ground) for line in lines] == [
        (None, (None, None, None), "absent"),
        (None, (None, None, None), "requirements"),
    ]


def test_outcomes_and_grounds_are_those_that_are_recorded():
    assert set(Outcome) == set(RankingLine.Outcome.values)
    assert "absent" in Application.Ground.values


# Whatever the candidates. Three members' averages, so that ties and thirds are common.

points = st.builds(Fraction, st.integers(0, 24), st.just(3)).map(lambda third: third * 5)
candidates = st.lists(
    st.builds(
        Candidate,
        key=st.just(0),
        receipt=st.just(0),
        born_on=st.dates(date(1980, 1, 1), date(1980, 1, 4)),
        documents=points,
        interview=points,
        ground=st.sampled_from(["", "", "", "absent"]),
        seated=st.booleans(),
    ),
    max_size=12,
).map(lambda people: [replace(person, key=n, receipt=n) for n, person in enumerate(people, start=1)])
seats = st.integers(0, 8)


@given(candidates, seats, st.randoms(use_true_random=False))
def test_the_order_in_which_candidates_come_changes_nothing(people, seats, chance):
    shuffled = people.copy()
    chance.shuffle(shuffled)
    assert rank(shuffled, seats=seats, suitable_from=50) == rank(people, seats=seats, suitable_from=50)


@given(candidates, seats)
def test_seats_are_respected_filled_and_given_from_the_top(people, seats):
    ranking = rank(people, seats=seats, suitable_from=50)
    seated = {person.key for person in people if person.seated and not person.ground}
    admitted = [line for line in ranking if line.outcome == Outcome.ADMITTED]
    waiting = [line for line in ranking if line.outcome == Outcome.ON_RESERVE]

    assert seated <= {line.key for line in admitted}
    assert len(admitted) <= max(seats, len(seated))
    assert len(admitted) >= seats or not waiting
    new = [line.place for line in admitted if line.key not in seated]
    assert not new or not waiting or max(new) < min(line.place for line in waiting)


@given(candidates, seats)
def test_everybody_stands_in_it_once_and_exactly_the_suitable_have_a_place(people, seats):
    ranking = rank(people, seats=seats, suitable_from=50)
    facts = {person.key: person for person in people}

    assert sorted(line.key for line in ranking) == sorted(facts)
    placed = [line.place for line in ranking if line.place is not None]
    assert placed == list(range(1, len(placed) + 1))
    for line in ranking:
        person = facts[line.key]
        assert (line.outcome == Outcome.EXCLUDED) == bool(person.ground)
        suitable = not person.ground and (person.seated or person.total >= 50)
        assert (line.place is not None) == suitable


@given(candidates.filter(bool), seats, st.data())
def test_more_points_never_cost_a_place(people, seats, data):
    chosen = data.draw(st.sampled_from(people))
    better = replace(chosen, interview=chosen.interview + data.draw(points))
    before, after = (
        next(
            line for line in rank([*others, person], seats=seats, suitable_from=50) if line.key == chosen.key
        )
        for others in [[person for person in people if person.key != chosen.key]]
        for person in (chosen, better)
    )
    order = list(Outcome)
    assert order.index(after.outcome) <= order.index(before.outcome)
    if before.place:
        assert after.place <= before.place


@given(candidates, seats)
def test_neighbours_with_the_same_total_are_told_apart_by_exactly_one_reason(people, seats):
    facts = {person.key: person for person in people}
    suitable = [line for line in rank(people, seats=seats, suitable_from=50) if line.place]
    for above, below in pairwise(suitable):
        ties = [reason for reason in below.reasons if reason.code != Why.SEATED]
        assert len(ties) == (facts[above.key].total == facts[below.key].total)


sums = st.integers(1, 10).flatmap(lambda members: st.lists(st.integers(0, 60), min_size=1, max_size=members))


@given(sums, sums)
def test_up_to_ten_members_nobody_is_shown_the_threshold_and_lies_below_it(documents, interview):
    total = average(documents) + average(interview)
    assert (total >= 50) == (to_hundredths(total) >= 50)


def test_control_without_the_tie_rules_the_order_of_arrival_would_decide(monkeypatch):
    monkeypatch.setattr(Candidate, "order", property(lambda person: (-person.total, person.receipt)))
    assert places([a_candidate(1, 31, 30), a_candidate(2, 30, 31)], seats=1)[0][0] == 1


# From frozen inputs.

INPUTS = {
    "seats": 1,
    "suitable_from": 50,
    "criteria": [
        {"phase": "documents", "maximum": 40},
        {"phase": "documents", "maximum": 20},
        {"phase": "interview", "maximum": 40},
    ],
    "candidates": [
        {
            "application": 11,
            "receipt": 1,
            "born_on": "1985-05-17",
            "ground": "",
            "seated": False,
            "sheets": [
                {"phase": "documents", "points": [30, 10]},
                {"phase": "documents", "points": [31, 12]},
                {"phase": "interview", "points": [20]},
                {"phase": "interview", "points": [21]},
            ],
        }
    ],
}


def test_a_ranking_follows_from_what_was_frozen():
    [line] = rank_again(INPUTS)
    assert line.points == (Decimal("41.50"), Decimal("20.50"), Decimal("62.00"))


def test_a_phase_the_call_does_not_score_earns_nothing():
    only_documents = INPUTS | {"criteria": INPUTS["criteria"][:2]}
    [line] = rank_again(only_documents)
    assert line.points == (Decimal("41.50"), Decimal("0.00"), Decimal("41.50"))


def test_the_digest_knows_inputs_and_lines():
    other_seats = INPUTS | {"seats": 2}
    lines = rank_again(INPUTS)
    digest = digest_of(INPUTS, lines)

    assert digest == digest_of(dict(reversed(INPUTS.items())), lines)
    assert len({digest, digest_of(other_seats, lines), digest_of(INPUTS, ())}) == 3


# Offers.


@pytest.mark.parametrize(
    ("freed", "until"),
    [
        (rome(2021, 12, 23, 14), rome(2022, 1, 3, 12)),  # 2 January is a Sunday
        (rome(2021, 12, 22, 9), rome(2022, 1, 3, 12)),  # the 1st a holiday
        (rome(2021, 12, 13, 23, 30), rome(2021, 12, 23, 12)),
        (rome(2022, 1, 8, 9), rome(2022, 1, 13, 12)),  # not beyond the last day
        (rome(2022, 1, 13, 9), rome(2022, 1, 14, 9)),  # but a day in any case
        (rome(2022, 1, 13, 9) + timedelta(microseconds=1), rome(2022, 1, 14, 10)),  # and until a full hour
    ],
)
def test_a_later_offer_ends_at_noon_of_a_working_day(freed, until):
    assert deadline_of_later_offer(freed, days=10, province="TO", ends=date(2022, 1, 13)) == until
