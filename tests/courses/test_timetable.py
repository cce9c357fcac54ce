"""No session on a day the edition, its hub or the Academy is closed; a new length keeps the proportions."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.utils import timezone, translation

from courses.actions.timetable import (
    Plan,
    change_places,
    change_teachers,
    move_session,
    plan_sessions,
    rearrange_session,
    substitute_teacher,
)
from courses.models import Closure, Session, SessionTeacher
from courses.refusals import Refusal
from tests.factories import a_cohort, a_person, a_room, a_session, an_instructor, rome
from tests.together import all_at_once

pytestmark = pytest.mark.django_db


def moved_to(session, begin):
    return move_session(
        session=session, starts_at=begin, ends_at=begin + timedelta(hours=4), by=None, at=timezone.now()
    )


@pytest.mark.parametrize(
    ("begin", "words"),
    [
        (rome(2022, 4, 18, 9), "lunedì dell’Angelo"),
        (rome(2022, 6, 2, 14), "Festa della Repubblica"),
        (rome(2022, 3, 6, 9), "6 marzo 2022"),
        (rome(2022, 4, 15, 9), "Settimana Santa"),
        (rome(2022, 6, 10, 14), "Prova generale"),
    ],
)
def test_a_session_cannot_be_moved_to_a_closed_day(begin, words):
    cohort = a_cohort()
    session = a_session(cohort=cohort, starts_at=rome(2022, 1, 14, 9))
    Closure.objects.create(
        starts_on=date(2022, 4, 14),
        ends_on=date(2022, 4, 16),
        reason_it="Settimana Santa",
        reason_en="Holy Week",
    )
    Closure.objects.create(
        cohort=cohort,
        starts_on=date(2022, 6, 10),
        ends_on=date(2022, 6, 10),
        half=Closure.Half.AFTERNOON,
        reason_it="Prova generale",
        reason_en="Rehearsal",
    )
    with translation.override("it"), pytest.raises(Refusal) as refused:
        moved_to(session, begin)
    assert words.casefold() in str(refused.value).casefold()
    assert Session.objects.get().starts_at == rome(2022, 1, 14, 9)
    assert moved_to(session, rome(2022, 6, 10, 9)).starts_at == rome(2022, 6, 10, 9)


def test_a_session_cannot_be_planned_on_a_holiday():
    cohort = a_cohort()
    module = a_session(cohort=cohort, starts_at=rome(2022, 1, 14, 9)).module
    plan = Plan(module, rome(2022, 4, 25, 9), rome(2022, 4, 25, 13), Session.Mode.REMOTE)
    with pytest.raises(Refusal):
        plan_sessions(cohort=cohort, plans=[plan], by=None, at=timezone.now())
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("planned", "minutes", "after"),
    [
        ([(240, 240)], 180, [(180, 180)]),
        ([(180, 180), (60, 60)], 200, [(150, 150), (50, 50)]),
        ([(240, 120), (240, 120)], 180, [(180, 90), (180, 90)]),  # parallel groups
        ([(240, 80), (120, 80), (80, 80)], 100, [(100, 33), (50, 33), (34, 34)]),
    ],
)
def test_taught_minutes_and_shares_follow_a_new_length_in_proportion(planned, minutes, after):
    session = a_session(starts_at=rome(2022, 1, 14, 9), minutes=240)
    teaching = [
        SessionTeacher(instructor=an_instructor(), kind="academic", minutes=taught, share=share)
        for taught, share in planned
    ]
    change_teachers(session=session, teaching=teaching, by=None, at=timezone.now())
    end = session.starts_at + timedelta(minutes=minutes)
    move_session(session=session, starts_at=session.starts_at, ends_at=end, by=None, at=timezone.now())
    assert list(session.teachers.order_by("pk").values_list("minutes", "share")) == after


def test_a_session_that_runs_into_a_closed_afternoon_is_refused_too():
    cohort = a_cohort()
    session = a_session(cohort=cohort, starts_at=rome(2022, 1, 14, 9))
    Closure.objects.create(
        starts_on=date(2022, 6, 10),
        ends_on=date(2022, 6, 10),
        half=Closure.Half.AFTERNOON,
        reason_it="Prova generale",
        reason_en="Rehearsal",
    )
    with pytest.raises(Refusal):
        moved_to(session, rome(2022, 6, 10, 11))


@pytest.mark.parametrize(
    ("begin", "closed"),
    [(rome(2022, 4, 24, 22), "24 aprile"), (rome(2022, 6, 1, 22), "2 giugno")],
    ids=["from a Sunday", "into a holiday"],
)
def test_a_session_past_midnight_is_refused_for_the_day_it_begins_on_and_the_one_it_ends_on(begin, closed):
    session = a_session(cohort=a_cohort(), starts_at=rome(2022, 1, 14, 9))
    with translation.override("it"), pytest.raises(Refusal, match=closed):
        moved_to(session, begin)
    assert moved_to(session, rome(2022, 5, 26, 22)).revision == 1


def test_another_time_and_place_at_once_is_one_revision():
    session = a_session(cohort=a_cohort(), starts_at=rome(2022, 1, 14, 9), rooms=[a_room()])
    begin = rome(2022, 1, 21, 9)
    change = {"mode": Session.Mode.IN_PERSON, "rooms": [a_room()], "by": None, "at": timezone.now()}
    moved = rearrange_session(session=session, starts_at=begin, ends_at=begin + timedelta(hours=4), **change)
    assert (moved.starts_at, moved.revision) == (begin, 1)
    assert [place.room for place in moved.places.all()] == change["rooms"]


@pytest.mark.parametrize(
    ("mode", "with_room", "link"),
    [(Session.Mode.REMOTE, True, ""), (Session.Mode.IN_PERSON, False, "https://meet.example.org/s001")],
)
def test_mode_and_places_may_not_contradict_each_other(mode, with_room, link):
    session = a_session(cohort=a_cohort(), starts_at=rome(2022, 1, 14, 9))
    rooms = [a_room()] if with_room else []
    with pytest.raises(Refusal):
        change_places(session=session, mode=mode, rooms=rooms, link=link, by=None, at=timezone.now())
    session.refresh_from_db()
    assert session.revision == 0


def test_a_substitute_takes_over_minute_for_minute_and_it_is_recorded():
    out, stays, into = an_instructor(), an_instructor(), an_instructor(kind="company")
    session = a_session(starts_at=rome(2022, 1, 14, 9), instructors=[out, stays])
    by, at = a_person(is_staff=True), rome(2022, 1, 12, 9)
    substitute_teacher(session=session, out=out, into=into, reason="Malattia", by=by, at=at)
    assert set(session.teachers.values_list("instructor", "kind", "minutes", "share")) == {
        (into.pk, "company", 120, 120),
        (stays.pk, "academic", 120, 120),
    }
    row = session.substitutions.get()
    assert (row.out, row.into, row.reason, row.by, row.at) == (out, into, "Malattia", by, at)


def test_nobody_substitutes_who_does_not_teach_or_by_who_already_does():
    out, stays, stranger = an_instructor(), an_instructor(), an_instructor()
    session = a_session(starts_at=rome(2022, 1, 14, 9), instructors=[out, stays])
    for pair in ({"out": stranger, "into": an_instructor()}, {"out": out, "into": stays}):
        with pytest.raises(Refusal):
            substitute_teacher(session=session, **pair, reason="Malattia", by=None, at=timezone.now())
    assert not session.substitutions.exists()


def test_whoever_looked_at_other_instructors_changes_nothing():
    """The guard behind the page: between its reading and its lock somebody else may have written."""
    one, other = an_instructor(), an_instructor()
    session = a_session(instructors=[one])
    seen = [row.pk for row in session.teachers.all()]
    row = SessionTeacher(instructor=other, kind=other.kind, minutes=240, share=240)
    change_teachers(session=session, teaching=[row], seen=seen, by=None, at=timezone.now())
    with pytest.raises(Refusal):
        change_teachers(session=session, teaching=[], seen=seen, by=None, at=timezone.now())
    assert session.teachers.get().instructor == other


@pytest.mark.django_db(transaction=True)
def test_two_substitutions_of_one_session_at_once_are_both_kept():
    out, into = ([an_instructor(), an_instructor()] for _ in range(2))
    session = a_session(instructors=out)
    facts = {"session": session, "reason": "Malattia", "by": None, "at": timezone.now()}
    pairs = zip(out, into, strict=True)
    all_at_once(partial(substitute_teacher, out=one, into=other, **facts) for one, other in pairs)
    assert {row.instructor for row in session.teachers.all()} == set(into)
