"""What is said of a timetable in the making: one thing at a time goes wrong with a sound one."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from courses.drafts import Absence, Drafted, Edition, Finding, Level, Permit, Place, Teacher, judge
from courses.hours import Due
from courses.travel import FAR, minutes_between_towns
from courses.workdays import ROME, Closure, Half, Workdays

TURIN = Place(1, "Aula 1", hub=1, province="TO", capacity=30)
MILAN = Place(2, "Sala Duomo", hub=2, province="MI", capacity=30)
ADA = Teacher(1, "Ada", academic=True, share=120, minutes=120)
BRUNO = Teacher(2, "Bruno", academic=False, share=120, minutes=120)
THURSDAY = date(2022, 1, 20)
EDITION = Edition(
    code="SMTC-2022-1",
    people=30,
    first=date(2022, 1, 13),
    last=date(2022, 6, 11),
    days=Workdays("TO", (Closure(date(2022, 4, 14), date(2022, 4, 16), "Settimana Santa", "Holy Week"),)),
    promised=(Due("B1", "B", 240, 120, 120),),
    venues={2: Workdays("MI")},
    confirmed={1: 600, 2: 600},
)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=ROME)


def a_session(key: int = 1, day: date = THURSDAY, hour: int = 9, minutes: int = 240, **facts) -> Drafted:
    begins = at(day, hour)
    both = {"rooms": (TURIN,), "linked": True, "teachers": (ADA, BRUNO), "mode": "hybrid"}
    facts = {"edition": EDITION.code, "module": "B1", "purpose": "teaching"} | both | facts
    return Drafted(key=key, starts_at=begins, ends_at=begins + timedelta(minutes=minutes), **facts)


SOUND = a_session()


def said(*sessions: Drafted, edition: Edition = EDITION, others=(), hours=False) -> list[tuple]:
    """Code, level and sessions of all that is said, hours of modules apart unless asked for."""
    found = judge(edition, sessions, others).found
    modules = ("module_", "academic_", "company_")
    return [
        (one.reason.code, one.level, one.sessions)
        for one in found
        if hours or not one.reason.code.startswith(modules)
    ]


def test_nothing_is_said_of_a_sound_draft():
    judgement = judge(EDITION, [SOUND])
    assert judgement.found == judgement.barring == ()
    assert judgement.tally.total.planned == judgement.tally.total.due == judgement.teaching == 240
    assert (judgement.remote, judgement.most_a_day, judgement.most_a_week) == (0, 240, 240)


@pytest.mark.parametrize(
    ("session", "code", "level"),
    [
        (a_session(day=date(2022, 1, 12)), Finding.OUTSIDE_EDITION, Level.HARD),
        (a_session(day=date(2022, 4, 25)), Finding.CLOSED, Level.HARD),
        (a_session(day=date(2022, 1, 23)), Finding.CLOSED, Level.HARD),
        (a_session(day=date(2022, 4, 15)), Finding.CLOSED, Level.HARD),
        (a_session(mode="remote"), Finding.REMOTE_WITH_ROOM, Level.HARD),
        (a_session(mode="in_person"), Finding.IN_PERSON_WITH_LINK, Level.HARD),
        (a_session(mode="hybrid", rooms=()), Finding.NO_ROOM, Level.LOW),
        (a_session(mode="hybrid", linked=False), Finding.NO_LINK, Level.LOW),
        (a_session(teachers=()), Finding.NO_INSTRUCTOR, Level.LOW),
        (a_session(rooms=(replace(TURIN, capacity=29),)), Finding.SEATS_SHORT, Level.LOW),
        (
            a_session(mode="in_person", linked=False, rooms=(replace(TURIN, capacity=29),)),
            Finding.ROOM_TOO_SMALL,
            Level.HIGH,
        ),
        (a_session(minutes=481), Finding.LONG_DAY, Level.HIGH),
        (a_session(day=date(2022, 3, 26)), None, None),
    ],
)
def test_one_session_is_judged_by_itself(session, code, level):
    expected = [] if code is None else [(code, level, (1,))]
    teachers = tuple(
        replace(one, share=session.minutes // 2, minutes=session.minutes // 2) for one in session.teachers
    )
    assert said(replace(session, teachers=teachers)) == expected


def test_the_day_on_which_the_clocks_change_is_named_where_sunday_is_taught():
    """27 March 2022 is a Sunday: it is closed, and shorter by an hour besides."""
    codes = [code for code, *_ in said(a_session(day=date(2022, 3, 27)))]
    assert codes == [Finding.CLOSED, Finding.CLOCKS_CHANGE]


def test_small_rooms_side_by_side_seat_the_class_and_each_wants_its_instructor():
    labs = tuple(Place(key, f"Lab {key}", hub=1, province="TO", capacity=10) for key in (3, 4, 5))
    facts = {"mode": "in_person", "linked": False, "rooms": labs, "parallel": True}
    assert said(a_session(**facts)) == [(Finding.GROUPS_ALONE, Level.LOW, (1,))]
    three = (*SOUND.teachers, replace(ADA, key=3, name="Carla", share=0))
    found = judge(EDITION, [a_session(**facts, teachers=three)]).found
    assert [one.reason.code for one in found] == [Finding.NOT_CONFIRMED]


def test_a_hub_that_is_closed_that_day_is_named_and_can_be_permitted():
    """7 December is Saint Ambrose in Milan and an ordinary day in Turin."""
    edition = replace(EDITION, last=date(2022, 12, 31))
    session = a_session(day=date(2022, 12, 7), rooms=(TURIN, MILAN))
    assert said(session, edition=edition) == [(Finding.VENUE_CLOSED, Level.HIGH, (1,))]
    assert said(replace(session, rooms=(TURIN,)), edition=edition) == []


@pytest.mark.parametrize(
    ("absence", "falls"),
    [
        (Absence(THURSDAY, THURSDAY), True),
        (Absence(THURSDAY - timedelta(7), THURSDAY + timedelta(7), weekday=3), True),
        (Absence(THURSDAY - timedelta(7), THURSDAY + timedelta(7), weekday=4), False),
        (Absence(THURSDAY, THURSDAY, half=Half.MORNING), True),
        (Absence(THURSDAY, THURSDAY, half=Half.AFTERNOON), False),
        (Absence(THURSDAY + timedelta(1), THURSDAY + timedelta(9)), False),
    ],
)
def test_an_instructor_is_away_on_those_days_and_halves_only(absence, falls):
    edition = replace(EDITION, absences={ADA.key: (absence,)})
    assert said(SOUND, edition=edition) == ([(Finding.INSTRUCTOR_AWAY, Level.HIGH, (1,))] if falls else [])


def elsewhere(hour: int = 9, **facts) -> Drafted:
    """A released session of another edition, in Milan, of nobody."""
    there = {"edition": "SMTC-2022-2", "rooms": (MILAN,), "teachers": ()}
    return a_session(99, hour=hour, **there | facts)


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (elsewhere(12, rooms=(TURIN,)), Finding.ROOM_TAKEN),
        (elsewhere(12, teachers=(ADA,)), Finding.INSTRUCTOR_TAKEN),
    ],
)
def test_a_released_session_of_another_edition_is_in_the_way(other, code):
    assert said(SOUND, others=[other]) == [(code, Level.HARD, (1,))]
    assert said(SOUND, others=[replace(other, starts_at=at(THURSDAY, 14), ends_at=at(THURSDAY, 18))]) == [
        (Finding.TRAVEL, Level.HIGH, (1,))
    ] * (code == Finding.INSTRUCTOR_TAKEN)


def test_two_sessions_of_the_draft_at_once_are_said_of_both():
    second = a_session(2, hour=12, rooms=(), mode="remote", teachers=(replace(ADA, key=3),))
    edition = replace(EDITION, confirmed={1: 600, 2: 600, 3: 600})
    assert said(SOUND, second, edition=edition) == [(Finding.EDITION_TAKEN, Level.HARD, (1, 2))]


def test_what_two_other_editions_do_to_each_other_is_not_said_here():
    pair = [elsewhere(9), elsewhere(10, edition="SMTC-2022-3")]
    assert said(SOUND, others=pair) == []


def test_from_turin_to_milan_takes_longer_than_lunch_and_less_than_a_night():
    assert minutes_between_towns("TO", "TO") == 30
    assert 100 < minutes_between_towns("TO", "MI") < 150
    assert minutes_between_towns("TO", "CT") > minutes_between_towns("TO", "NA") > 300
    assert minutes_between_towns("TO", "AO") == FAR
    next_day = elsewhere(9, day=THURSDAY + timedelta(1), teachers=(ADA,))
    assert said(SOUND, others=[next_day]) == []


def test_another_edition_waits_at_the_door_if_the_first_overruns():
    others = [elsewhere(13, rooms=(TURIN,))]
    assert said(SOUND, others=others) == [(Finding.OVERRUN, Level.LOW, (1,))]
    after_a_pause = [replace(others[0], starts_at=at(THURSDAY, 13, 15), ends_at=at(THURSDAY, 17))]
    assert said(SOUND, others=after_a_pause) == []


def test_a_teams_meeting_while_the_edition_is_taught_waits_for_a_permit():
    meeting = a_session(2, purpose="milestone", teachers=(), rooms=(MILAN,))
    assert said(SOUND, meeting) == [(Finding.TEAM_ELSEWHERE, Level.HIGH, (1, 2))]
    two_teams = [
        a_session(key, purpose="milestone", teachers=(), rooms=(room,))
        for key, room in ((2, MILAN), (3, TURIN))
    ]
    assert said(*two_teams) == []
    [found] = judge(EDITION, [SOUND, meeting]).found
    permits = {found.fingerprint: Permit("Carla", at(THURSDAY, 8), "Recuperano sabato")}
    judgement = judge(EDITION, [SOUND, meeting], permitted=permits)
    assert (judgement.barring, [one.permit.by for one in judgement.permitted]) == ((), ["Carla"])


def test_a_room_that_is_closed_that_day_waits_for_a_permit():
    shut = replace(EDITION, shut={TURIN.key: (Absence(THURSDAY, THURSDAY, note="Guasto"),)})
    assert said(SOUND, edition=shut) == [(Finding.ROOM_AWAY, Level.HIGH, (1,))]
    assert said(a_session(day=THURSDAY + timedelta(1)), edition=shut) == []


def test_a_week_of_more_than_twenty_hours_is_said_once():
    facts = {"minutes": 420, "teachers": ()}
    week = [a_session(key, day=date(2022, 1, 17 + key), **facts) for key in range(3)]
    codes = [code for code, *_ in said(*week) if code != Finding.NO_INSTRUCTOR]
    assert codes == [Finding.FULL_WEEK]


@pytest.mark.parametrize(
    ("day", "purpose", "code"),
    [
        (THURSDAY + timedelta(1), "welcome", Finding.WELCOME_NOT_FIRST),
        (THURSDAY - timedelta(1), "final", Finding.FINAL_NOT_LAST),
        (THURSDAY - timedelta(1), "welcome", None),
        (THURSDAY + timedelta(1), "final", None),
    ],
)
def test_the_welcome_comes_first_and_the_final_last(day, purpose, code):
    edge = a_session(2, day=day, purpose=purpose, teachers=())
    assert said(SOUND, edge) == ([] if code is None else [(code, Level.LOW, (2,))])


def test_hours_are_held_against_the_programme_and_the_appointments():
    edition = replace(EDITION, promised=(Due("B1", "B", 480, 240, 240),), confirmed={1: 60})
    assert said(SOUND, edition=edition, hours=True) == [
        (Finding.MORE_THAN_CONFIRMED, Level.LOW, ()),
        (Finding.NOT_CONFIRMED, Level.LOW, ()),
        (Finding.MODULE_SHORT, Level.LOW, ()),
        (Finding.ACADEMIC_DIFFERS, Level.LOW, ()),
        (Finding.COMPANY_DIFFERS, Level.LOW, ()),
    ]


def test_who_has_declined_teaches_only_where_somebody_permits_it():
    edition = replace(EDITION, confirmed={}, declined=frozenset({ADA.key}))
    [found] = judge(edition, [SOUND]).barring
    assert found.reason.code == Finding.DECLINED
    permits = {found.fingerprint: Permit("Carla", at(THURSDAY, 8), "Ha detto di sì al telefono")}
    assert judge(edition, [SOUND], permitted=permits).barring == ()


def test_a_permit_holds_for_exactly_what_was_permitted():
    edition = replace(EDITION, absences={ADA.key: (Absence(THURSDAY, THURSDAY),)})
    [found] = judge(edition, [SOUND]).found
    permits = {found.fingerprint: Permit("Carla", at(THURSDAY, 8), "Si collega da casa")}
    again = replace(SOUND, key=17)  # the same session in another draft
    assert judge(edition, [again], permitted=permits).barring == ()
    [permitted] = judge(edition, [again], permitted=permits).permitted
    assert permitted.permit.reason == "Si collega da casa"
    later = a_session(hour=14)
    assert len(judge(edition, [later], permitted=permits).barring) == 1


def test_nobody_can_permit_what_is_hard():
    [found] = judge(EDITION, [a_session(mode="remote")]).found
    assert found.bars
    assert found.fingerprint == ""
