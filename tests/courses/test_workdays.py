from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.easter import easter
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from courses.reasons import Reason, Refused
from courses.workdays import (
    Closed,
    Closure,
    Half,
    NoInstant,
    Workdays,
    holiday,
    instant,
    usual_closures,
)

TURIN = Workdays("TO")
HUBS = ["TO", "MI", "BO", "PD", "FI", "NA", "CH", "BA", "PZ", "CT"]
HOLY_WEEK = Closure(date(2022, 4, 14), date(2022, 4, 16), "Settimana Santa", "Holy Week")
REHEARSAL = Closure(date(2022, 6, 10), date(2022, 6, 10), "Prove", "Rehearsal", Half.AFTERNOON)


@pytest.mark.parametrize("province", HUBS)
def test_the_holidays_of_each_hub_are_those_of_an_independent_list(province):
    known = country_holidays("IT", subdiv=province, years=range(2020, 2051))
    days = (date(2020, 1, 1) + timedelta(days=n) for n in range(31 * 365 + 8))
    ours = {day for day in days if day.weekday() != 6 and holiday(day, province)}
    assert ours == {day for day in known if day.weekday() != 6}


@given(st.integers(1900, 2999))
def test_easter_monday_follows_easter_in_every_year(year):
    monday = easter(year) + timedelta(days=1)
    assert holiday(monday) in {
        ("Lunedì dell’Angelo", "Easter Monday"),
        ("Festa della Liberazione", "Liberation Day"),  # they fell together in 2011
    }


def test_a_closed_day_says_why():
    turin = Workdays("TO", (HOLY_WEEK,))
    closed = {day: turin.closed(day) for day in (date(2022, 6, 24), date(2022, 4, 15), date(2022, 1, 16))}
    assert closed == {
        date(2022, 6, 24): Reason(
            Closed.HOLIDAY,
            {
                "day": date(2022, 6, 24),
                "name_it": "San Giovanni Battista",
                "name_en": "Saint John the Baptist",
            },
        ),
        date(2022, 4, 15): Reason(
            Closed.CLOSURE,
            {"day": date(2022, 4, 15), "name_it": "Settimana Santa", "name_en": "Holy Week"},
        ),
        date(2022, 1, 16): Reason(Closed.SUNDAY, {"day": date(2022, 1, 16)}),
    }


def test_a_patron_saint_closes_only_its_own_hub():
    saint_ambrose = date(2022, 12, 7)
    assert [Workdays(province).is_open(saint_ambrose) for province in ("TO", "MI")] == [True, False]


def test_good_friday_is_no_holiday_unless_the_academy_closes():
    good_friday = date(2022, 4, 15)
    assert TURIN.closed(good_friday) is None
    assert Workdays("TO", (HOLY_WEEK,)).is_open(good_friday) is False


def test_saint_francis_is_a_holiday_since_2026():
    assert [holiday(date(year, 10, 4)) is None for year in (2025, 2026)] == [True, False]


def test_half_a_day_closed_leaves_the_other_half_open():
    turin = Workdays("TO", (REHEARSAL,))
    friday = date(2022, 6, 10)
    assert turin.closed(friday, Half.MORNING) is None
    assert turin.closed(friday) is None
    assert turin.closed(friday, Half.AFTERNOON) == Reason(
        Closed.CLOSURE, {"day": friday, "name_it": "Prove", "name_en": "Rehearsal"}
    )


def test_a_closure_of_whole_days_closes_both_halves_from_first_to_last():
    turin = Workdays("TO", (HOLY_WEEK,))
    days = [date(2022, 4, day) for day in range(13, 19)]
    assert [turin.closed(day, half) is None for day in days for half in Half] == (
        [True] * 2 + [False] * 6 + [False] * 2 + [False] * 2  # then Easter and its Monday
    )


def test_the_next_open_day_may_be_the_day_itself_and_skips_what_is_closed():
    turin = Workdays("TO", (HOLY_WEEK,))
    assert turin.next_open(date(2022, 4, 13)) == date(2022, 4, 13)
    assert turin.next_open(date(2022, 4, 14)) == date(2022, 4, 19)
    assert turin.next_open(date(2022, 4, 14), weekday=3) == date(2022, 4, 21)
    assert turin.next_working(date(2022, 4, 23)) == date(2022, 4, 26)  # past the 25th, a holiday


def test_the_usual_closures_of_an_edition_are_those_that_touch_it():
    closures = usual_closures(date(2026, 9, 1), date(2027, 3, 25))
    assert [(closure.first, closure.last, closure.reason_en) for closure in closures] == [
        (date(2026, 8, 1), date(2026, 9, 5), "Summer closure"),
        (date(2026, 12, 23), date(2027, 1, 7), "Year-end closure"),
        (date(2027, 3, 25), date(2027, 3, 27), "Holy Week"),
    ]


def test_an_edition_that_begins_in_january_knows_the_closure_of_december():
    (closure,) = usual_closures(date(2022, 1, 5), date(2022, 1, 20))
    assert (closure.first, closure.last) == (date(2021, 12, 23), date(2022, 1, 7))


def test_14_in_turin_is_another_instant_before_and_after_27_march_2022():
    assert instant(date(2022, 3, 26), time(14)) == datetime(2022, 3, 26, 13, tzinfo=UTC)
    assert instant(date(2022, 3, 27), time(14)) == datetime(2022, 3, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2022, 3, 27), NoInstant.SKIPPED), (date(2022, 10, 30), NoInstant.TWICE)],
)
def test_a_time_the_clocks_skip_or_show_twice_is_no_instant(day, code):
    with pytest.raises(Refused) as refused:
        instant(day, time(2, 30))
    assert refused.value.reasons == (Reason(code, {"day": day, "at": time(2, 30)}),)
    assert instant(day, time(1, 59)) < instant(day, time(3))


@given(st.dates(date(2000, 1, 1), date(2037, 12, 31)), st.times())
def test_every_other_local_time_comes_back_from_its_instant(day, at):
    try:
        found = instant(day, at)
    except Refused:
        assert (day.month, day.weekday()) in {(3, 6), (10, 6)}
        assert at.hour == 2
    else:
        local = found.astimezone(ZoneInfo("Europe/Rome"))
        assert (local.date(), local.time()) == (day, at)
