"""How readings become a judgement, without a database."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.rubric import (
    HIGHEST,
    LOWEST,
    WORDS,
    Code,
    Criterion,
    Word,
    digest_of,
    divergences,
    missing,
    shifted,
    verdict,
    word_for,
)

LEVELS = st.integers(LOWEST, HIGHEST)
READINGS = st.fixed_dictionaries({1: LEVELS, 2: LEVELS, 3: LEVELS})
EVEN = {1: 1, 2: 1, 3: 1}


def test_two_readings_diverge_beyond_the_limit_and_not_at_it():
    first, second = {1: 4, 2: 2}, {1: 3, 2: 4}
    [reason] = divergences(first, second, 1)
    assert (reason.code, dict(reason.facts)) == (Code.DIVERGENT, {"criterion": 2, "first": 2, "second": 4})
    assert divergences(first, second, 2) == ()


@pytest.mark.parametrize(
    ("readings", "codes"),
    [
        ({}, [Code.ACADEMIC, Code.COMPANY]),
        ({"academic": {1: 4}}, [Code.COMPANY]),
        ({"academic": {1: 4}, "company": {1: 3}}, []),
        ({"academic": {1: 5}, "company": {1: 3}}, [Code.THIRD]),
        ({"academic": {1: 5}, "company": {1: 3}, "third": {1: 4}}, []),
    ],
)
def test_what_a_panel_still_owes(readings, codes):
    assert [reason.code for reason in missing(readings, 1)] == codes


def test_of_two_readings_the_mean_counts_and_criteria_weigh():
    found = verdict([{1: 4, 2: 2}, {1: 5, 2: 3}], {1: 3, 2: 1})
    assert found.levels == {1: Fraction(9, 2), 2: Fraction(5, 2)}
    assert found.overall == 4
    assert found.word is Word.DISTINTO
    assert [(reason.code, reason.facts["of"]) for reason in found.reasons] == [
        (Code.MEAN, (4, 5)),
        (Code.MEAN, (2, 3)),
    ]


def test_of_three_readings_the_middle_one_counts():
    found = verdict([{1: 5}, {1: 2}, {1: 4}], {1: 1})
    assert (found.overall, found.reasons[0].code) == (4, Code.MIDDLE)


def test_one_reading_is_no_panel():
    with pytest.raises(ValueError, match="two readings"):
        verdict([{1: 5}], {1: 1})


@given(READINGS, READINGS)
def test_the_order_of_the_readings_does_not_matter(first, second):
    assert verdict([first, second], EVEN).levels == verdict([second, first], EVEN).levels
    assert len(divergences(first, second, 1)) == len(divergences(second, first, 1))


@given(READINGS, READINGS, READINGS)
def test_a_verdict_lies_between_the_readings(first, second, third):
    for readings in ([first, second], [first, second, third]):
        found = verdict(readings, EVEN)
        for key, level in found.levels.items():
            of = [reading[key] for reading in readings]
            assert min(of) <= level <= max(of)
        assert LOWEST <= found.overall <= HIGHEST


@given(READINGS, READINGS, st.sampled_from(sorted(EVEN)))
def test_a_better_level_never_makes_a_worse_word(first, second, key):
    better = first | {key: min(first[key] + 1, HIGHEST)}
    before, after = (verdict([reading, second], EVEN).word for reading in (first, better))
    assert WORDS.index(after) <= WORDS.index(before)


@pytest.mark.parametrize(
    ("overall", "word"),
    [
        ("5", Word.OTTIMO),
        ("4.5", Word.OTTIMO),
        ("4.49", Word.DISTINTO),
        ("4", Word.DISTINTO),
        ("3.99", Word.BUONO),
        ("3.5", Word.BUONO),
        ("3.49", Word.DISCRETO),
        ("3", Word.DISCRETO),
        ("2.99", Word.SUFFICIENTE),
        ("2", Word.SUFFICIENTE),
        ("1.99", Word.INSUFFICIENTE),
        ("1", Word.INSUFFICIENTE),
    ],
)
def test_the_word_for_a_level(overall, word):
    assert word_for(Fraction(overall)) is word


def test_a_word_better_or_worse_stays_on_the_scale():
    assert shifted(Word.BUONO, 1) is Word.DISTINTO
    assert shifted(Word.BUONO, -2) is Word.SUFFICIENTE
    assert shifted(Word.OTTIMO, 1) is None
    assert shifted(Word.INSUFFICIENTE, -1) is None
    assert shifted(Word.BUONO, 3) is None
    assert shifted(Word.BUONO, 0) is Word.BUONO


def a_criterion(**other):
    facts = {
        "key": 1,
        "position": 1,
        "weight": 1,
        "titles": ("Rigore", "Rigour"),
        "levels": ((1, "poco", "little"), (2, "molto", "much")),
    }
    return Criterion(**facts | other)


def test_the_hash_is_of_the_words_and_not_of_where_they_are_stored():
    second = a_criterion(key=2, position=2)
    head = ("progetti", 1)
    assert digest_of(head, [a_criterion(), second]) == digest_of(head, [second, a_criterion(key=9)])
    assert len(digest_of(head, [a_criterion()])) == 64


@pytest.mark.parametrize(
    "other",
    [
        {"weight": 2},
        {"position": 2},
        {"titles": ("Rigore", "Rigor")},
        {"levels": ((1, "poco", "little"), (2, "molto", "lots"))},
    ],
)
def test_whatever_is_read_changes_the_hash(other):
    assert digest_of(("progetti", 1), [a_criterion(**other)]) != digest_of(("progetti", 1), [a_criterion()])


def test_version_and_limit_change_the_hash():
    assert digest_of(("progetti", 1), [a_criterion()]) != digest_of(("progetti", 2), [a_criterion()])
