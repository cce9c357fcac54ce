"""Eight people plan and move thousands of sessions at once: nothing is ever in two places."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial

import pgtrigger
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from courses.actions.timetable import Plan, hold_edition, hold_timetables, move_session, plan_sessions
from courses.models import Cohort, Session, SessionPlace, SessionTeacher
from courses.refusals import Refusal
from tests import factories
from tests.factories import a_cohort, rome
from tests.together import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)

AT, MONDAY = rome(2021, 12, 1, 9), rome(2022, 1, 17, 8)
PEOPLE, ALL_OF_THEM = 8, 5_000
GUARDS = {
    "no_room_in_two_sessions_at_once": (SessionPlace, "room_id"),
    "no_instructor_in_two_sessions_at_once": (SessionTeacher, "instructor_id"),
    "an_edition_is_not_in_two_sessions_at_once": (Session, "cohort_id"),
}


def at_random(dice: random.Random):
    """A time of a few weeks of 2022, an hour or a few long."""
    begins = MONDAY + timedelta(days=7 * dice.randrange(4) + dice.randrange(5), hours=dice.randrange(10))
    return begins, begins + timedelta(hours=dice.randint(1, 4))


def somebody(seed: int, number: int, cohorts, rooms, instructors) -> Counter:
    """What one person does: plans and moves at random, and what came of it."""
    dice, mine, came = random.Random(seed), [], Counter()
    for _ in range(number):
        starts_at, ends_at = at_random(dice)
        try:
            if mine and dice.random() < 0.5:
                move_session(session=dice.choice(mine), starts_at=starts_at, ends_at=ends_at, by=None, at=AT)
                came["moved"] += 1
            else:
                cohort = dice.choice(cohorts)
                room, instructor = dice.choice(rooms), dice.choice(instructors)
                plan = Plan(
                    cohort.any_module, starts_at, ends_at, "hybrid", rooms=(room,), instructors=(instructor,)
                )
                mine += plan_sessions(cohort=cohort, plans=[plan], by=None, at=AT)
                came["planned"] += 1
        except IntegrityError:
            came["refused"] += 1
        except Refusal:
            came["closed"] += 1
    return came


def everybody(number: int) -> Counter:
    """All of them at once; what came of it, together."""
    hub = factories.a_hub()
    cohorts = [factories.a_cohort(hub=hub, code=f"Together-{one}") for one in range(4)]
    for cohort in cohorts:
        cohort.any_module = factories.a_module(cohort)
    rooms = [factories.a_room(hub=hub) for _ in range(5)]
    instructors = [factories.an_instructor() for _ in range(5)]
    jobs = [partial(somebody, seed, number // PEOPLE, cohorts, rooms, instructors) for seed in range(PEOPLE)]
    return sum(all_at_once(jobs), Counter())


def overlaps(model, column: str) -> int:
    """Pairs of rows of the same thing at the same time, judged by the sessions' own columns."""
    session = "id" if model is Session else "session_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*) FROM {model._meta.db_table} a JOIN {model._meta.db_table} b
              ON a.{column} = b.{column} AND a.id < b.id
            JOIN courses_session s ON s.id = a.{session} JOIN courses_session t ON t.id = b.{session}
            WHERE s.starts_at < t.ends_at AND t.starts_at < s.ends_at
            """
        )
        return cursor.fetchone()[0]


def found() -> dict[str, int]:
    return {name: overlaps(*where) for name, where in GUARDS.items()}


@pytest.fixture
def no_guards(transactional_db):
    """The three constraints switched off; nothing stays of what was planned without them."""
    kept = {
        name: next(it for it in model._meta.constraints if it.name == name)
        for name, (model, _column) in GUARDS.items()
    }
    with connection.schema_editor() as editor:
        for name, constraint in kept.items():
            editor.remove_constraint(GUARDS[name][0], constraint)
    yield
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE courses_session CASCADE")
    with connection.schema_editor() as editor:
        for name, constraint in kept.items():
            editor.add_constraint(GUARDS[name][0], constraint)


@pytest.mark.slow
def test_five_thousand_plans_and_moves_by_eight_people_leave_nothing_in_two_places():
    came = everybody(ALL_OF_THEM)
    assert sum(came.values()) == ALL_OF_THEM
    assert min(came["planned"], came["moved"], came["refused"]) > 100
    assert found() == dict.fromkeys(GUARDS, 0)


def test_two_hundred_leave_nothing_in_two_places_either():
    came = everybody(200)
    assert came["refused"] > 0
    assert found() == dict.fromkeys(GUARDS, 0)


@pytest.mark.usefixtures("no_guards")
def test_without_the_constraints_they_are_soon_in_two_places():
    everybody(200)
    assert min(found().values()) > 0


def is_held(cohort) -> bool:
    """Somebody else would wait for it."""
    try:
        with transaction.atomic():
            Cohort.objects.select_for_update(nowait=True, no_key=True).get(pk=cohort.pk)
    except OperationalError:
        return True
    return False


def test_what_is_judged_of_all_timetables_stays_so_until_the_end_of_the_transaction():
    over = a_cohort(starts_on=date(2021, 1, 1), ends_on=date(2021, 6, 1))
    going_on = [a_cohort(), a_cohort()]
    with ThreadPoolExecutor(max_workers=1) as somebody_else:
        with transaction.atomic():
            hold_timetables(at=rome(2022, 1, 10, 9))
            held = [somebody_else.submit(is_held, cohort).result() for cohort in (over, *going_on)]
        free = somebody_else.submit(is_held, going_on[0]).result()
        somebody_else.submit(lambda: connection.close()).result()
    assert (held, free) == ([False, True, True], False)


def others_may_write() -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('courses_session'))")
        return cursor.fetchone()[0]


def test_of_two_editions_one_timetable_is_written_after_the_other_so_rooms_of_both_make_no_deadlock():
    cohort = a_cohort()
    with ThreadPoolExecutor(max_workers=1) as somebody_else:
        with transaction.atomic():
            hold_edition(cohort.pk)
            meanwhile = somebody_else.submit(others_may_write).result()
        afterwards = somebody_else.submit(others_may_write).result()
        somebody_else.submit(lambda: connection.close()).result()
    assert (meanwhile, afterwards) == (False, True)
