"""The story of the demo, told on several days."""

from collections import Counter
from datetime import date, datetime, time, timedelta

import pgtrigger
import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.db.models import Sum

from academy.demo import cast, editions, loose_ends, story
from academy.demo.editions import Edition
from academy.demo.logins import LOGINS, PASSWORD
from academy.models import Notice, User
from assessments.models import ModuleTest, Score
from courses.models import Cohort, Room, Session, SessionTeacher
from courses.workdays import ROME
from enrollment.models import Application, Enrollment

TODAY = date(2026, 11, 22)
DAYS = [TODAY, date(2026, 12, 31), date(2027, 8, 20), date(2028, 2, 29)]
SET_UP_BY_MIGRATE = {"contenttypes_contenttype", "auth_permission"}


def tell(today: date) -> None:
    """The story in an empty database, whose rows are numbered from 1."""
    tables = [
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.managed and model._meta.db_table not in SET_UP_BY_MIGRATE
    ]
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(dict.fromkeys(tables))} RESTART IDENTITY CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    story.play(today=today, say=str)


def everything() -> dict[str, list[dict]]:
    """All rows of the portal, passwords apart."""
    return {
        model._meta.label: [
            {name: value for name, value in row.items() if name != "password"}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in apps.get_models()
        if model._meta.db_table not in SET_UP_BY_MIGRATE
    }


@pytest.fixture(scope="module")
def told_twice(django_db_setup, django_db_blocker):
    """Both times, as told on 22 November 2026; the second stays."""
    with django_db_blocker.unblock(), transaction.atomic():
        tell(TODAY)
        once = everything()
        tell(TODAY)
        yield once, everything()
        transaction.set_rollback(True)


@pytest.fixture
def told(told_twice, db) -> None:
    """The story as of 22 November 2026."""


@pytest.fixture
def running(told) -> Cohort:
    return Cohort.objects.get(code="SMTC-2026-1")


@pytest.fixture
def first(told) -> Cohort:
    return Cohort.objects.get(code="SMTC-2022-1")


def hours(edition: Edition, day: date) -> float:
    return sum(session.plan.minutes for session in edition.held(day)) / 60


# --- Dates, rooms and instructors: no database ----------------------------------------------------


def test_on_22_november_2026_the_editions_are_where_the_calendar_says():
    running, coming = editions.present_editions(TODAY)
    assert (running.code, coming.code) == ("SMTC-2026-1", "SMTC-2027-1")
    assert (running.first_day, running.last_day) == (date(2026, 9, 10), date(2027, 2, 13))
    assert (coming.first_day, coming.last_day) == (date(2027, 2, 18), date(2027, 7, 17))
    assert (len(running.held(TODAY)), hours(running, TODAY)) == (45, 177)
    assert coming.call_opens == datetime(2026, 11, 1, 12, tzinfo=ROME)
    assert coming.call_closes == datetime(2027, 1, 8, 14, tzinfo=ROME)


def whole(day: date) -> None:
    """What holds whenever the story is told."""
    running, coming = editions.present_editions(day)
    assert running.first_day < day <= running.last_day
    assert coming.code != running.code
    assert running.call_closes.date() < running.answers_on < running.first_day
    assert coming.call_opens.date() == day - timedelta(days=21)
    assert day + timedelta(days=28) <= coming.call_closes.date() < coming.answers_on < coming.first_day
    taken: Counter[tuple[str, datetime]] = Counter()
    kinds = {teacher.name: teacher.kind for teacher in cast.teachers()}
    for edition in (running, coming):
        assert len(edition.sessions) == 78
        for session in edition.sessions:
            assert {kinds[name] for name in session.teachers} == ({session.plan.kind} - {""})
            for key in {*session.rooms, *session.teachers}:
                taken[key, session.plan.starts_at] += 1
    assert set(taken.values()) == {1}
    lacking = [s for s in running.sessions if (not s.rooms and s.plan.mode != "remote")]
    lacking += [s for s in running.sessions if (not s.linked and s.plan.mode != "in_person")]
    assert len({session.plan.number for session in lacking}) == 2
    moved = loose_ends.to_move(running.sessions, day)
    assert all(session.day > day and session != moved for session in lacking)
    marking = loose_ends.marking(running.test_days, day)
    assert len(marking.late) == 2
    mine = {session.plan.module for session in running.held(day) if cast.INSTRUCTOR in session.teachers}
    assert {marking.late[-1], marking.untouched} <= mine


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_editions_rooms_and_instructors_fit_together(day):
    whole(day)


@pytest.mark.slow
def test_they_do_so_on_every_day_of_a_year():
    for number in range(366):
        whole(date(2027, 3, 1) + timedelta(days=number))


def test_the_story_begins_after_the_first_edition():
    with pytest.raises(ValueError, match="01/09/2022"):
        editions.present_editions(date(2022, 8, 31))


def test_a_public_server_refuses_the_story(settings):
    settings.LOCAL = False
    with pytest.raises(ImproperlyConfigured, match="public passwords"):
        story.play(today=TODAY, say=str)


# --- What is in the database afterwards -----------------------------------------------------------


def test_the_story_is_always_the_same(told_twice):
    once, again = told_twice
    assert once == again
    assert {"academy.Notice", "assessments.ScoreEntry"} <= {label for label, rows in once.items() if rows}


def test_nothing_in_it_has_happened_after_the_night_before(told):
    midnight = datetime.combine(TODAY, time(), tzinfo=ROME)
    done = {
        "changed_at",
        "submitted_at",
        "answered_at",
        "admitted_at",
        "published_at",
        "sent_at",
        "at",
        "due_at",
    }
    late = [
        (label, row)
        for label, rows in everything().items()
        for row in rows
        for name in done & row.keys()
        if row[name] and row[name] >= midnight
    ]
    assert late == []


def test_every_edition_has_78_sessions_and_keeps_the_shares_of_academics_and_companies(told):
    for cohort in Cohort.objects.all():
        assert cohort.sessions.count() == 78
        shares = SessionTeacher.objects.filter(session__cohort=cohort).values_list("kind")
        assert dict(shares.annotate(Sum("share"))) == {"academic": 144 * 60, "company": 156 * 60}
        assert cohort.tests.count() == 16


def test_the_first_edition_had_thirty_participants_of_whom_one_left(first):
    assert states(first.enrollments) == {"completed": 29, "withdrawn": 1, "renounced": 2}
    assert first.enrollments.get(state="withdrawn").ends_on == date(2022, 3, 4)
    assert states(first.applications) == {"admitted": 32, "declined": 12, "withdrawn": 2}
    assert (first.tests.count(), first.tests.unpublished().count()) == (16, 0)


def states(rows) -> dict[str, int]:
    return dict(Counter(rows.values_list("state", flat=True)))


@pytest.mark.parametrize(
    ("name", "module", "marks"),
    [("Zaccaria Isolabona", "DD2", [16, 21]), ("Donato Pietragalda", "AMS5", [15, 17])],
)
def test_who_fails_a_test_takes_it_once_more(first, name, module, marks):
    scores = Score.objects.filter(enrollment__user__name=name, test__module__code=module, cohort=first)
    assert list(scores.order_by("attempt").values_list("value", flat=True)) == marks


def test_only_cino_bruscarolo_has_honours_and_three_times(first):
    honours = Score.objects.filter(cohort=first, honours=True)
    assert Counter(honours.values_list("enrollment__user__name", flat=True)) == {"Cino Bruscarolo": 3}


def test_the_running_edition_has_28_rows(running):
    assert states(running.enrollments) == {"active": 26, "withdrawn": 2}
    assert running.enrollments.filter(auditor=True).count() == 1


def test_two_tests_are_late_one_is_half_marked_and_one_not_begun(running):
    held = running.tests.held(datetime.combine(TODAY, time(), tzinfo=ROME)).unpublished()
    scores = {test.module.code: test.scores.count() for test in held.select_related("module")}
    assert scores == {"DD4": 0, "DD5": 0, "DD6": 12, "AMS1": 0}


def test_next_week_a_session_has_no_room_another_no_link_and_one_is_moved(running):
    upcoming = running.sessions.filter(starts_at__date__range=(date(2026, 11, 23), date(2026, 11, 29)))
    moved, _, *_ = upcoming.order_by("starts_at")
    assert (moved.moved, moved.revision) == (True, 1)
    roomless = upcoming.exclude(mode="remote").exclude(places__room__isnull=False)
    linkless = upcoming.exclude(mode="in_person").exclude(places__room__isnull=True, places__isnull=False)
    assert (roomless.count(), linkless.count()) == (1, 1)
    assert roomless.get() != linkless.get()


def test_the_call_of_the_open_edition_has_its_first_answers(told):
    coming = Cohort.objects.get(code="SMTC-2027-1")
    assert states(coming.applications) == {"submitted": 11, "declined": 1, "withdrawn": 1}
    again = coming.applications.get(user__name="Sabina Zolferana")
    assert again.user.enrollments.get().cohort.code == "SMTC-2022-1"


def test_laboratories_are_taught_in_groups_side_by_side(first):
    labs = first.sessions.filter(purpose="teaching", mode="in_person")
    assert labs.count() == 8
    for session in labs:
        rooms = Room.objects.filter(bookings__session=session)
        assert (len(rooms), rooms.aggregate(seats=Sum("capacity"))["seats"]) == (3, 37)


def test_the_four_log_ins_work_and_are_who_they_say(running):
    people = {address: authenticate(None, email=address, password=PASSWORD) for address in LOGINS}
    assert [person and person.email for person in people.values()] == list(LOGINS)
    office, instructor, participant, applicant = people.values()
    assert (office.is_staff, office.is_superuser, office.groups.get().name) == (True, False, "Office")
    assert participant.enrollments.get(cohort=running).state == Enrollment.State.ACTIVE
    assert applicant.applications.get().state == Application.State.SUBMITTED
    mine = running.tests.of(instructor.instructor).filter(published_at=None)
    assert {test.module.code for test in mine} >= {"DD5", "AMS1"}


def test_people_can_read_what_they_were_told(running):
    assert states(Notice.objects).keys() <= {"sent", "dropped"}
    participant = User.objects.get(email="participant@example.org")
    told = set(Notice.objects.of(participant).filter(state="sent").values_list("kind", flat=True))
    assert told == {
        "application_received",
        "application_answered",
        "session_tomorrow",
        "session_changed",
        "score_published",
    }
    instructor = User.objects.get(email="instructor@example.org")
    assert Notice.objects.of(instructor).filter(kind="score_overdue", state="sent").exists()


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("month", range(1, 13))
def test_the_story_can_be_told_in_every_month(month):
    day = date(2028, month, 29)
    tell(day)
    assert Cohort.objects.count() == 3
    assert states(Notice.objects).keys() <= {"sent", "dropped"}
    assert Session.objects.filter(previous_starts_at__isnull=False).count() == 1
    assert ModuleTest.objects.held(datetime.combine(day, time(), tzinfo=ROME)).unpublished().count() >= 2
