"""The three editions of the demo: when each begins, its call and its timetable.

Counted from `today`, without a database: the same day always gives the same timetable.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from academy.demo.loose_ends import stand_ins, unfinished
from academy.demo.timetable import CURRICULA, Arranged, Spans, arrange, last_sessions, weeks
from courses import pattern
from courses.pattern import SessionPlan
from courses.workdays import Closure, Workdays, instant, usual_closures

PROVINCE = "TO"
SEATS = 30

FIRST_DAY_OF_2022 = date(2022, 1, 13)
EARLIEST_TODAY = date(2022, 9, 1)  # the first edition lies behind
BEGUN_AGO = timedelta(days=73)
BEGINS_IN = timedelta(days=84)
CALL_OPENS_BEFORE = timedelta(days=105)
CALL_CLOSES_BEFORE = timedelta(days=56)
CALL_OPENS, CALL_CLOSES = time(12), time(14)
INTERVIEWS_AFTER = timedelta(days=10)  # all these count from the closing of the call
INTERVIEW_DAYS = 5
RANKING_AFTER = timedelta(days=21)
ANSWERS_AFTER = timedelta(days=31)
# The office answers applicants also while the Academy is closed: only holidays count.
OFFICE_DAYS = Workdays(PROVINCE)

COMMITTEE_OF_2022 = ("Nerina Valdorsa", "Ottavio Casalpiana", "Viola Campodonico Reale")
COMMITTEE_OF_THE_RUNNING = ("Nerina Valdorsa", "Saverio Dognarelli", "Albina Scaramonti")
COMMITTEE_OF_THE_COMING = ("Ivo Brondellari", "Nerina Valdorsa", "Ruggero Panevino")


@dataclass(frozen=True)
class Edition:
    """An edition with its call and its timetable."""

    code: str
    days: Workdays
    own_closures: tuple[Closure, ...]
    call_opens: datetime
    call_closes: datetime
    interview_days: tuple[date, ...]
    ranking_on: date
    answers_by: datetime
    committee: tuple[str, ...]
    sessions: tuple[Arranged, ...]

    @property
    def first_day(self) -> date:
        return self.sessions[0].day

    @property
    def last_day(self) -> date:
        return self.sessions[-1].day

    @property
    def tests(self) -> dict[str, Arranged]:
        """Module with a test → its last session, in which it is sat; in order of time."""
        last = last_sessions(session.plan for session in self.sessions)
        return {module: self.sessions[plan.number - 1] for module, plan in last}

    @property
    def test_days(self) -> dict[str, date]:
        """Module with a test → the day it is sat, in order of time."""
        return {module: session.day for module, session in self.tests.items()}

    def held(self, today: date) -> tuple[Arranged, ...]:
        """Over before `today` begins."""
        return tuple(session for session in self.sessions if session.day < today)


def working_day_before(day: date) -> date:
    """The last one on which the office worked."""
    day -= timedelta(days=1)
    while OFFICE_DAYS.next_working(day) != day:
        day -= timedelta(days=1)
    return day


def closures(today: date) -> tuple[Closure, ...]:
    """Of the whole Academy, as far as the three editions and their calls reach."""
    spans = ((date(2021, 10, 1), date(2022, 6, 30)), _present(today))
    found = (closure for first, last in spans for closure in usual_closures(first, last))
    return tuple(dict.fromkeys(found))


def first_edition() -> Edition:
    """The one of 2022, whose call is history."""
    own = pattern.read_closures(CURRICULA / "smtc-2022-1-closures.toml")
    days = Workdays(PROVINCE, (*usual_closures(date(2022, 1, 1), date(2022, 7, 1)), *own))
    plans = pattern.lay_out(weeks(), first_day=FIRST_DAY_OF_2022, workdays=days)
    return Edition(
        code="SMTC-2022-1",
        days=days,
        own_closures=own,
        call_opens=instant(date(2021, 10, 29), time(12)),
        call_closes=instant(date(2021, 12, 3), CALL_CLOSES),
        interview_days=tuple(date(2021, 12, day) for day in (9, 10, 13, 14, 15)),
        ranking_on=date(2021, 12, 17),
        answers_by=instant(date(2021, 12, 23), CALL_CLOSES),
        committee=COMMITTEE_OF_2022,
        sessions=arrange(plans, defaultdict(list)),
    )


def present_editions(today: date) -> tuple[Edition, Edition]:
    """The one running on `today` and the one whose call is open."""
    if today < EARLIEST_TODAY:
        raise ValueError(f"The story is told from {EARLIEST_TODAY:%d/%m/%Y} on.")
    days = Workdays(PROVINCE, usual_closures(*_present(today)))
    taken: Spans = defaultdict(list)
    begun, begins = today - BEGUN_AGO, today + BEGINS_IN
    plans = _lay_out(begun, days)
    sessions = unfinished(arrange(plans, taken, stand_ins(plans, today)), today)
    running = _edition(begun, days, sessions, COMMITTEE_OF_THE_RUNNING)
    coming = _edition(begins, days, arrange(_lay_out(begins, days), taken), COMMITTEE_OF_THE_COMING)
    if running.first_day.year == coming.first_day.year:
        coming = replace(coming, code=f"SMTC-{coming.first_day.year}-2")
    return running, coming


def _present(today: date) -> tuple[date, date]:
    return today - BEGUN_AGO - CALL_OPENS_BEFORE, today + BEGINS_IN + timedelta(days=400)


def _lay_out(around: date, days: Workdays) -> tuple[SessionPlan, ...]:
    first_day = days.next_open(around, weekday=pattern.THURSDAY)
    return pattern.lay_out(weeks(), first_day=first_day, workdays=days)


def _edition(
    around: date, days: Workdays, sessions: tuple[Arranged, ...], committee: tuple[str, ...]
) -> Edition:
    closes = OFFICE_DAYS.next_open(around - CALL_CLOSES_BEFORE, weekday=pattern.FRIDAY)
    interview_days = [OFFICE_DAYS.next_working(closes + INTERVIEWS_AFTER)]
    while len(interview_days) < INTERVIEW_DAYS:
        interview_days.append(OFFICE_DAYS.next_working(interview_days[-1] + timedelta(days=1)))
    return Edition(
        code=f"SMTC-{sessions[0].day.year}-1",
        days=days,
        own_closures=(),
        call_opens=instant(around - CALL_OPENS_BEFORE, CALL_OPENS),
        call_closes=instant(closes, CALL_CLOSES),
        interview_days=tuple(interview_days),
        ranking_on=OFFICE_DAYS.next_working(closes + RANKING_AFTER),
        answers_by=instant(OFFICE_DAYS.next_working(closes + ANSWERS_AFTER), CALL_CLOSES),
        committee=committee,
        sessions=sessions,
    )
