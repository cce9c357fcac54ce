"""Who may be certified, and why not."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.budget import Rule, Scope, Standing
from assessments.certificate import (
    USUAL,
    Answer,
    Asked,
    Facts,
    Group,
    Leaf,
    Need,
    Sitting,
    Verdict,
    Why,
    eligibility,
    tree_of,
)
from assessments.marking import Outcome, Result

WHOLE = Rule(Scope.OVERALL, 18_000, 8_000)
PASS, FAIL, PENDING = Verdict.PASS, Verdict.FAIL, Verdict.PENDING


def attended(minutes: int, *, coming: int = 0, rule: Rule = WHOLE) -> Standing:
    held = rule.base - coming
    return Standing(rule, held, minutes, held - minutes, 0, coming)


def sitting(module: str, value: int | None, *, retake_open: bool = False) -> Sitting:
    return Sitting(module, None if value is None else Result(Outcome.MARK, value), retake_open)


ALL_DONE = Facts(
    standings=[attended(14_400)],
    tests=[sitting("STM1", 28), sitting("DD2", 18)],
    project=PASS,
    final=PASS,
    agreement=True,
)


def of(facts: Facts, tree: Group = USUAL) -> tuple[Verdict, list[Why]]:
    answer = eligibility(facts, tree)
    return answer.verdict, [Why(reason.code) for reason in answer.reasons]


def test_who_has_done_everything_may_be_certified():
    assert of(ALL_DONE) == (PASS, [])
    assert [one.need for one in eligibility(ALL_DONE).needs] == list(Need)


def test_exactly_80_percent_is_enough_and_five_minutes_less_are_not():
    assert of(replace(ALL_DONE, standings=[attended(14_395)])) == (FAIL, [Why.HOURS_OUT_OF_REACH])
    [hours, *_] = eligibility(replace(ALL_DONE, standings=[attended(14_395)])).needs
    assert hours.reasons[0].facts["missing"] == 5


def test_hours_that_can_still_be_reached_are_pending():
    assert of(replace(ALL_DONE, standings=[attended(10_000, coming=4_400)])) == (PENDING, [Why.HOURS_MISSING])
    assert of(replace(ALL_DONE, standings=[attended(10_000, coming=4_399)])) == (
        FAIL,
        [Why.HOURS_OUT_OF_REACH],
    )


def test_every_rule_of_attendance_counts():
    labs = Rule(Scope.SESSION_MODE, 2_520, 10_000, "in_person")
    assert of(replace(ALL_DONE, standings=[attended(18_000), attended(2_519, rule=labs)])) == (
        FAIL,
        [Why.HOURS_OUT_OF_REACH],
    )


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (sitting("DD2", 21), (PASS, [])),
        (sitting("DD2", None), (PENDING, [Why.TEST_AWAITED])),
        (sitting("DD2", 16, retake_open=True), (PENDING, [Why.RETAKE_OPEN])),
        (sitting("DD2", 17), (FAIL, [Why.TEST_NOT_PASSED])),
        (Sitting("DD2", Result(Outcome.ABSENT)), (FAIL, [Why.TEST_NOT_PASSED])),
    ],
)
def test_each_test_is_passed_or_may_still_be(test, expected):
    assert of(replace(ALL_DONE, tests=[sitting("STM1", 28), test])) == expected


def test_an_edition_may_spare_a_test():
    tree = Group((Leaf(Need.TESTS, spared=1),))
    one, two = sitting("DD2", 17), sitting("AMS5", 16)
    assert of(replace(ALL_DONE, tests=[sitting("STM1", 28), one]), tree) == (PASS, [])
    assert of(replace(ALL_DONE, tests=[sitting("STM1", 28), one, two]), tree)[0] is FAIL


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"project": PENDING}, (PENDING, [Why.PROJECT_AWAITED])),
        ({"project": FAIL}, (FAIL, [Why.PROJECT_NOT_PASSED])),
        ({"final": PENDING}, (PENDING, [Why.FINAL_AWAITED])),
        ({"final": FAIL}, (FAIL, [Why.FINAL_MISSED])),
        ({"agreement": False}, (PENDING, [Why.AGREEMENT_MISSING])),
        ({"auditor": True}, (FAIL, [Why.AUDITOR])),
        ({"left_on": date(2022, 3, 4)}, (FAIL, [Why.LEFT])),
    ],
)
def test_nothing_else_may_be_missing(change, expected):
    assert of(replace(ALL_DONE, **change)) == expected


def test_an_edition_before_its_first_test_promises_nothing():
    assert of(replace(ALL_DONE, tests=[])) == (PENDING, [Why.NO_TEST_YET])


def test_tests_that_lack_the_same_are_told_together():
    tests = [sitting(code, None) for code in ("STM1", "STM2")]
    tests += [sitting(code, 17, retake_open=True) for code in ("DD1", "DD2")]
    answer = eligibility(replace(ALL_DONE, tests=tests))
    assert [(reason.code, reason.facts["modules"]) for reason in answer.reasons] == [
        (Why.RETAKE_OPEN, "DD1, DD2"),
        (Why.TEST_AWAITED, "STM1, STM2"),
    ]


def test_why_not_is_said_without_what_is_merely_open():
    assert of(replace(ALL_DONE, project=PENDING, final=FAIL)) == (FAIL, [Why.FINAL_MISSED])


def test_what_an_edition_does_not_ask_for_is_not_missed():
    tree = Group((Leaf(Need.HOURS), Leaf(Need.TESTS)))
    assert of(replace(ALL_DONE, project=FAIL, final=FAIL, agreement=False), tree) == (PASS, [])


def test_of_alternatives_one_is_enough():
    tree = Group((Leaf(Need.HOURS), Group((Leaf(Need.PROJECT), Leaf(Need.FINAL)), at_least=1)))
    assert of(replace(ALL_DONE, project=FAIL), tree) == (PASS, [])
    assert of(replace(ALL_DONE, project=FAIL, final=PENDING), tree)[0] is PENDING
    assert of(replace(ALL_DONE, project=FAIL, final=FAIL), tree)[0] is FAIL


verdicts = st.sampled_from(Verdict)
marks = st.none() | st.integers(0, 30)
everything = st.builds(
    Facts,
    standings=st.lists(
        st.tuples(st.integers(0, 9_000), st.integers(0, 9_000)).map(
            lambda told: attended(told[0], coming=told[1])
        ),
        min_size=1,
        max_size=2,
    ),
    tests=st.lists(st.builds(sitting, st.sampled_from("ABC"), marks, retake_open=st.booleans()), max_size=4),
    project=verdicts,
    final=verdicts,
    agreement=st.booleans(),
)


@given(everything)
def test_it_passes_exactly_where_every_need_does_and_fails_where_one_fails(facts):
    answer = eligibility(facts)
    each = {one.verdict for one in answer.needs}
    assert (answer.verdict is PASS) == (each == {PASS})
    assert (answer.verdict is FAIL) == (FAIL in each)
    assert bool(answer.reasons) == (answer.verdict is not PASS)


@given(everything, st.sampled_from(["project", "final"]))
def test_doing_more_never_takes_a_certificate_away(facts, what):
    def rank(answer: Answer) -> int:
        return [FAIL, PENDING, PASS].index(answer.verdict)

    assert rank(eligibility(replace(facts, **{what: PASS}))) >= rank(eligibility(facts))


def test_an_edition_says_line_by_line_what_it_asks_for():
    asked = [Asked(Need.FINAL, letter="A"), Asked(Need.TESTS, spared=1), Asked(Need.PROJECT, letter="A")]
    either = Group((Leaf(Need.PROJECT), Leaf(Need.FINAL)), at_least=1)
    assert tree_of(asked) == Group((Leaf(Need.TESTS, spared=1), either))
    assert tree_of([Asked(Need.HOURS, letter="B")]) == Group((Leaf(Need.HOURS),))


def test_an_edition_that_says_nothing_asks_for_everything():
    assert tree_of([]) == USUAL
