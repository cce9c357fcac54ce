"""The calendars in `calendars/` were made by hand and elsewhere; the layout must find them again."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from courses import curriculum, pattern
from courses.hours import Due, Taught, tally
from courses.pattern import SessionPlan
from courses.workdays import Closure, Half, Workdays, usual_closures

ROME = ZoneInfo("Europe/Rome")
CURRICULA = Path(pattern.__file__).parent / "curricula"
CALENDARS = Path(__file__).parent / "calendars"
PROGRAMME = curriculum.read(CURRICULA / "smtc-2022.toml")
PATTERN = pattern.read(CURRICULA / "smtc-2022-pattern.toml")


def turin(around: date, *closures: Closure) -> Workdays:
    return Workdays("TO", (*usual_closures(around, around + timedelta(days=400)), *closures))


def laid_out(first_day: date, *closures: Closure) -> tuple[SessionPlan, ...]:
    return pattern.lay_out(PATTERN, first_day=first_day, workdays=turin(first_day, *closures))


def line(session: SessionPlan) -> str:
    starts, ends = session.starts_at.astimezone(ROME), session.ends_at.astimezone(ROME)
    return (
        f"{session.number:>2} {starts:%Y-%m-%d %H:%M}–{ends:%H:%M} {session.starts_at:%H:%MZ} "
        f"{session.minutes} {session.module:<4} {session.kind or '-':<8} {session.mode}"
    )


def first_days() -> list[date]:
    """Every day on which an edition can begin in four years: some day's running or open one."""
    days = (date(2025, 6, 1) + timedelta(days=n) for n in range(4 * 365))
    return sorted({turin(day).next_open(day, weekday=pattern.THURSDAY) for day in days})


@pytest.mark.parametrize("first_day", [date(2026, 9, 10), date(2027, 2, 18)])
def test_an_edition_follows_the_pattern_around_holidays_and_closures(first_day):
    expected = (CALENDARS / f"from-{first_day}.txt").read_text(encoding="utf-8").splitlines()
    assert [line(session) for session in laid_out(first_day)] == expected


def test_the_first_edition_also_left_out_two_saturdays_and_a_friday_afternoon():
    own = pattern.read_closures(CURRICULA / "smtc-2022-1-closures.toml")
    expected = (CALENDARS / "from-2022-01-13.txt").read_text(encoding="utf-8").splitlines()
    assert [line(session) for session in laid_out(date(2022, 1, 13), *own)] == expected


def test_the_pattern_gives_every_module_what_the_programme_promises():
    assert pattern.check(PATTERN, PROGRAMME) == []


def test_a_pattern_that_drifts_from_the_programme_names_the_module():
    short = replace(PATTERN, teaching=PATTERN.teaching[1:], project_work=PATTERN.project_work[:-1])
    assert pattern.check(short, PROGRAMME) == [
        "PW: the pattern has 24 h company, the curriculum 28 h",
        "STM1: the pattern has 8 h academic, the curriculum 12 h",
    ]


def test_every_edition_begun_in_four_years_is_whole():
    due = [
        Due(m.code, b.code, m.minutes, m.academic_minutes, m.company_minutes, b.counts_towards_total)
        for b in PROGRAMME.blocks
        for m in b.modules
    ]
    for first_day in first_days():
        sessions = laid_out(first_day)
        assert [session.number for session in sessions] == list(range(1, 79))
        taught = [
            Taught(
                key=s.number,
                module=s.module,
                minutes=s.minutes,
                academic=s.minutes * (s.kind == "academic"),
                company=s.minutes * (s.kind == "company"),
                held=False,
            )
            for s in sessions
        ]
        assert tally(due, taught).discrepancies == ()


def test_every_edition_begins_with_the_welcome_and_ends_with_the_final_on_a_saturday():
    for first_day in first_days():
        first, *_, last = laid_out(first_day)
        assert (first.purpose, first.starts_at.astimezone(ROME).date()) == ("welcome", first_day)
        assert (last.purpose, last.starts_at.weekday(), last.minutes) == ("final", pattern.SATURDAY, 300)


def test_no_edition_meets_on_a_closed_day_or_twice_at_once():
    for first_day in first_days():
        sessions = laid_out(first_day)
        days = {session.starts_at.astimezone(ROME).date() for session in sessions}
        assert [day for day in days if not turin(first_day).is_open(day)] == []
        assert all(a.ends_at <= b.starts_at for a, b in pairwise(sessions))


def test_the_split_half_day_waits_for_a_thursday_and_starts_the_project_work():
    for first_day in first_days():
        project_work = [session for session in laid_out(first_day) if session.module == "PW"]
        assert (project_work[0].minutes, project_work[0].starts_at.weekday()) == (120, pattern.THURSDAY)
        assert len(project_work) == 13


def test_an_edition_is_running_73_days_after_the_day_it_was_looked_for():
    for first_day in first_days():
        asked = [first_day - timedelta(days=n) for n in range(60)]
        asked = [day for day in asked if turin(day).next_open(day, weekday=3) == first_day]
        last_day = laid_out(first_day)[-1].ends_at.date()
        assert first_day <= min(asked) + timedelta(days=73)
        assert max(asked) + timedelta(days=73) < last_day


def test_a_closed_thursday_takes_its_weekend_with_it():
    closure = Closure(date(2026, 10, 1), date(2026, 10, 1), "Chiuso", "Closed")
    days = {session.starts_at.date() for session in laid_out(date(2026, 9, 10), closure)}
    assert days & {date(2026, 10, day) for day in (1, 2, 3)} == set()
    assert date(2026, 10, 8) in days


def test_a_closed_half_day_leaves_the_other_half():
    closure = Closure(date(2026, 9, 18), date(2026, 9, 18), "Chiuso", "Closed", Half.AFTERNOON)
    hours = [s.starts_at.astimezone(ROME) for s in laid_out(date(2026, 9, 10), closure)]
    assert [at.hour for at in hours if at.date() == date(2026, 9, 18)] == [9]


@pytest.mark.parametrize("day", [date(2026, 9, 11), date(2022, 6, 2), date(2026, 12, 24)])
def test_an_edition_begins_on_an_open_thursday(day):
    with pytest.raises(ValueError, match="not an open Thursday"):
        laid_out(day)


def test_closures_without_end_are_refused_instead_of_searched_for_ever():
    closed = Closure(date(2026, 9, 17), date(2036, 1, 1), "Chiuso", "Closed")
    with pytest.raises(ValueError, match="no room"):
        laid_out(date(2026, 9, 10), closed)


def test_a_half_day_that_cannot_be_read_is_shown(tmp_path):
    text = (CURRICULA / "smtc-2022-pattern.toml").read_text(encoding="utf-8")
    path = tmp_path / "pattern.toml"
    path.write_text(text.replace('"STM1/A"', '"STM1/X"', 1), encoding="utf-8")
    with pytest.raises(ValueError, match="'STM1/X' is not a half-day"):
        pattern.read(path)
