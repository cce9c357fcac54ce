from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assessments.marking import (
    RANGES,
    Impossible,
    Outcome,
    Result,
    Scale,
    Unreadable,
    averages,
    distribution,
    may_retake,
    read,
    reminders_due,
    results_due_on,
    retake_day,
    show,
    standing,
)
from courses import pattern
from courses.reasons import Reason, Refused
from courses.workdays import Workdays, usual_closures

PATTERN = pattern.read(Path(pattern.__file__).parent / "curricula" / "smtc-2022-pattern.toml")

IN_ITALIAN = {
    "honours": "e lode",
    "of_hundred": "/100",
    "passed": "superato",
    "failed": "non superato",
    "absent": "assente",
    "excused": "giustificato",
}
IN_ENGLISH = {
    "honours": "with honours",
    "of_hundred": "/100",
    "passed": "passed",
    "failed": "not passed",
    "absent": "absent",
    "excused": "excused",
}
ABSENT, EXCUSED = Result(Outcome.ABSENT), Result(Outcome.EXCUSED)
OTHERS = [*([Scale.HUNDRED, value] for value in range(101)), [Scale.VERDICT, 0], [Scale.VERDICT, 1]]
results = st.one_of(
    st.integers(0, 30).map(lambda value: Result(Outcome.MARK, value)),
    st.sampled_from([Result(Outcome.MARK, 30, honours=True), ABSENT, EXCUSED]),
    st.sampled_from(OTHERS).map(lambda told: Result(Outcome.MARK, told[1], scale=told[0])),
    st.sampled_from(Scale).map(lambda scale: Result(Outcome.ABSENT, scale=scale)),
)


def mark(value: int, *, honours: bool = False) -> Result:
    return Result(Outcome.MARK, value, honours)


def hundredths(value: int) -> Result:
    return Result(Outcome.MARK, value, scale=Scale.HUNDRED)


def refusal(typed: str, scale: Scale = Scale.THIRTY) -> Reason:
    with pytest.raises(Refused) as refused:
        read(typed, scale)
    (reason,) = refused.value.reasons
    return reason


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("28", mark(28)),
        (" 18\t", mark(18)),
        ("0", mark(0)),
        ("05", mark(5)),
        ("30", mark(30)),
        ("30L", mark(30, honours=True)),
        ("30 l", mark(30, honours=True)),
        ("30 e lode", mark(30, honours=True)),
        ("30\u00a0E LODE", mark(30, honours=True)),
        ("30 with honours", mark(30, honours=True)),
        ("ASS", ABSENT),
        ("absent", ABSENT),
        ("Assente", ABSENT),
        ("GIU", EXCUSED),
        ("excused", EXCUSED),
        ("giustificata", EXCUSED),
        ("", None),
        (" \n", None),
    ],
)
def test_a_cell_is_read_as_a_person_means_it(typed, expected):
    assert read(typed) == expected


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("31", Unreadable.OUT_OF_SCALE),
        ("101", Unreadable.OUT_OF_SCALE),
        ("-1", Unreadable.OUT_OF_SCALE),
        ("9" * 5000, Unreadable.OUT_OF_SCALE),
        ("27,5", Unreadable.NOT_WHOLE),
        ("10.005", Unreadable.NOT_WHOLE),
        ("29L", Unreadable.HONOURS_BELOW_30),
        ("18 e lode", Unreadable.HONOURS_BELOW_30),
        ("NaN", Unreadable.NOT_A_RESULT),
        ("Infinity", Unreadable.NOT_A_RESULT),
        ("1e400", Unreadable.NOT_A_RESULT),
        ("27_5", Unreadable.NOT_A_RESULT),
        ("٢٧", Unreadable.NOT_A_RESULT),
        ("２８", Unreadable.NOT_A_RESULT),
        ("²", Unreadable.NOT_A_RESULT),
        ("0x1C", Unreadable.NOT_A_RESULT),
        ("+28", Unreadable.NOT_A_RESULT),
        ("2 8", Unreadable.NOT_A_RESULT),
        ("28;29", Unreadable.NOT_A_RESULT),
        ("28\x00", Unreadable.NOT_A_RESULT),
        ("aß", Unreadable.NOT_A_RESULT),
        ("lode", Unreadable.NOT_A_RESULT),
    ],
)
def test_anything_else_is_refused_with_its_reason(typed, why):
    assert refusal(typed) == Reason(why, {"typed": typed[:40], "highest": 30})


@given(st.text())
@example("٣٠")
def test_whatever_is_typed_is_a_result_nothing_or_refused(typed):
    with suppress(Refused):
        assert isinstance(read(typed), Result | None)


@given(results, st.sampled_from([IN_ITALIAN, IN_ENGLISH]))
def test_what_is_shown_can_be_typed_back_in_either_language(result, words):
    assert read(show(result, words), result.scale) == result


@pytest.mark.parametrize(
    ("typed", "scale", "expected"),
    [
        ("82", Scale.HUNDRED, (82, True)),
        ("59,00", Scale.HUNDRED, (59, False)),
        ("100/100", Scale.HUNDRED, (100, True)),
        ("Idonea", Scale.VERDICT, (1, True)),
        ("NON SUPERATO", Scale.VERDICT, (0, False)),
        ("fail", Scale.VERDICT, (0, False)),
        ("28,0", Scale.THIRTY, (28, True)),
        ("17/30", Scale.THIRTY, (17, False)),
    ],
)
def test_each_scale_has_its_marks_and_its_pass(typed, scale, expected):
    found = read(typed, scale)
    assert found
    assert (found.value, found.passed) == expected


@pytest.mark.parametrize(
    ("typed", "scale", "why"),
    [
        ("101", Scale.HUNDRED, Unreadable.OUT_OF_SCALE),
        ("28/30", Scale.HUNDRED, Unreadable.NOT_OF_A_HUNDRED),
        ("100 e lode", Scale.HUNDRED, Unreadable.NOT_OF_A_HUNDRED),
        ("28/100", Scale.THIRTY, Unreadable.NOT_A_RESULT),
        ("1", Scale.VERDICT, Unreadable.NO_VERDICT),
        ("28", Scale.VERDICT, Unreadable.NO_VERDICT),
    ],
)
def test_a_mark_of_another_scale_is_refused(typed, scale, why):
    assert refusal(typed, scale).code is why


def test_results_are_shown_as_each_language_writes_them():
    assert show(mark(30, honours=True), IN_ITALIAN) == "30 e lode"
    assert show(mark(30, honours=True), IN_ENGLISH) == "30 with honours"
    assert show(mark(16), IN_ITALIAN) == "16"
    assert show(ABSENT, IN_ITALIAN) == "assente"


@pytest.mark.parametrize(
    "made",
    [
        (Outcome.MARK, None),
        (Outcome.ABSENT, 18),
        (Outcome.MARK, 31),
        (Outcome.MARK, -1),
        (Outcome.MARK, 29, True),
        (Outcome.EXCUSED, None, True),
    ],
)
def test_a_result_that_contradicts_itself_cannot_be_made(made):
    with pytest.raises(ValueError, match=r"value|scale|honours"):
        Result(*made)


def test_a_test_is_passed_from_18():
    assert [mark(17).passed, mark(18).passed, ABSENT.passed, EXCUSED.passed] == [
        False,
        True,
        False,
        False,
    ]


def test_whoever_has_a_result_and_has_not_passed_may_retake():
    assert [may_retake(first) for first in (mark(17), ABSENT, EXCUSED, mark(18), None)] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_retake_counts_once_it_has_a_mark():
    assert standing(mark(16), mark(21)) == mark(21)
    assert standing(mark(16), ABSENT) == mark(16)
    assert standing(ABSENT, mark(15)) == mark(15)
    assert standing(mark(16), None) == mark(16)
    assert standing(mark(18), mark(15)) == mark(18)
    assert standing(None, None) is None


def average(*results: tuple[Result, int]) -> Decimal | None:
    return averages(results).get(Scale.THIRTY)


def test_the_average_weighs_modules_by_their_hours_and_is_never_rounded_up():
    assert average((mark(30), 960), (mark(24), 480)) == Decimal("28.00")
    assert average((mark(30), 600), (mark(29), 1200), (mark(29), 1200)) == Decimal("29.20")
    assert average((mark(30), 240), (mark(30), 240), (mark(29), 240)) == Decimal("29.66")


def test_honours_and_failed_tests_leave_the_average_alone():
    plain = average((mark(30), 960), (mark(24), 480))
    assert average((mark(30, honours=True), 960), (mark(24), 480), (mark(9), 960)) == plain
    assert averages([(mark(9), 960), (ABSENT, 480)]) == {}


def test_each_scale_of_numbers_has_its_average_and_a_bare_pass_has_none():
    passed = Result(Outcome.MARK, 1, scale=Scale.VERDICT)
    mixed = [
        (mark(24), 960),
        (hundredths(82), 480),
        (hundredths(60), 480),
        (hundredths(59), 960),
        (passed, 480),
    ]
    assert averages(mixed) == {Scale.THIRTY: Decimal("24.00"), Scale.HUNDRED: Decimal("71.00")}


def test_a_distribution_counts_each_mark_once_and_shows_nothing_of_fewer_than_five():
    assert distribution(Scale.THIRTY, [28, 30, 17, 18]) == ()
    bands = distribution(Scale.THIRTY, [28, 30, 17, 18, 29])
    assert [(band.lowest, band.highest, band.number) for band in bands] == [
        (0, 17, 1),
        (18, 20, 1),
        (21, 23, 0),
        (24, 26, 0),
        (27, 29, 2),
        (30, 30, 1),
    ]
    assert [band.share for band in bands] == [50, 50, 0, 0, 100, 50]


@pytest.mark.parametrize("scale", Scale)
def test_every_mark_of_a_scale_is_in_exactly_one_band(scale):
    values = list(RANGES[scale].marks) * 5
    assert sum(band.number for band in distribution(scale, values)) == len(values)


FINAL = date(2022, 6, 11)
CLOSED_THURSDAYS = {date(2022, 4, 14), date(2022, 6, 2)}


def retake_in_2022(tested: date) -> date:
    return retake_day(tested, final=FINAL, is_open=lambda day: day not in CLOSED_THURSDAYS)


@pytest.mark.parametrize(
    ("tested", "retaken"),
    [
        (date(2022, 1, 20), date(2022, 2, 3)),  # STM1, on a Thursday
        (date(2022, 1, 22), date(2022, 2, 3)),  # STM2, on a Saturday
        (date(2022, 1, 28), date(2022, 2, 10)),  # STM3, on a Friday
        (date(2022, 4, 8), date(2022, 4, 21)),  # AMS2: the 14th is closed but only the first
        (date(2022, 4, 1), date(2022, 4, 21)),  # the second Thursday is closed
        (date(2022, 5, 19), date(2022, 6, 9)),  # AMS5: 2 June is a holiday
        (date(2022, 5, 26), date(2022, 6, 9)),  # AMS6
        (date(2022, 6, 8), date(2022, 6, 9)),  # only one Thursday left before the final
    ],
)
def test_a_retake_is_on_the_second_thursday_or_the_next_open_one(tested, retaken):
    assert retake_in_2022(tested) == retaken


def test_after_the_last_open_thursday_the_retake_falls_back_on_the_one_before():
    closed = {date(2022, 6, 2), date(2022, 6, 9)}
    day = retake_day(date(2022, 5, 25), final=FINAL, is_open=lambda day: day not in closed)
    assert day == date(2022, 5, 26)


@pytest.mark.parametrize("tested", [date(2022, 6, 9), date(2022, 6, 11), date(2022, 7, 1)])
def test_a_retake_that_finds_no_thursday_before_the_final_is_refused(tested):
    with pytest.raises(Refused) as refused:
        retake_in_2022(tested)
    facts = {"tested": tested, "final": FINAL}
    assert refused.value.reasons == (Reason(Impossible.NO_DAY_BEFORE_THE_FINAL, facts),)


@given(st.dates(date(2022, 1, 1), date(2022, 6, 1)))
def test_a_retake_is_an_open_thursday_between_test_and_final(tested):
    day = retake_in_2022(tested)
    assert day.weekday() == 3
    assert tested < day < FINAL
    assert day not in CLOSED_THURSDAYS


def test_results_are_due_within_ten_days_and_missed_ones_are_asked_for_every_three():
    tested = date(2022, 1, 20)
    assert results_due_on(tested) == date(2022, 1, 30)
    due = [reminders_due(tested, on=tested + timedelta(days=days)) for days in range(8, 18)]
    assert due == [0, 0, 1, 1, 1, 2, 2, 2, 3, 3]


@pytest.mark.parametrize("asked", [date(2026, 1, 1) + timedelta(weeks=n) for n in range(52)])
def test_in_an_edition_begun_in_any_week_every_module_can_be_retaken_before_the_final(asked):
    workdays = Workdays("TO", usual_closures(asked, asked + timedelta(days=400)))
    first_day = workdays.next_open(asked, weekday=pattern.THURSDAY)
    sessions = pattern.lay_out(PATTERN, first_day=first_day, workdays=workdays)
    tested = {s.module: s.ends_at.date() for s in sessions if s.module != "PW"}
    final = tested.pop("FA")
    for day in tested.values():
        assert day < retake_day(day, final=final, is_open=workdays.is_open) < final
