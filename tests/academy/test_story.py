"""The story of the demo, told on several days."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

import pgtrigger
import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.db.models import Sum
from django.utils.timezone import localtime

from academy.demo import cast, editions, loose_ends, story
from academy.demo.calls import Admission
from academy.demo.editions import OFFICE_DAYS, Edition
from academy.demo.logins import LOGINS, PASSWORD
from academy.demo.selection import Selection
from academy.demo.stage import Stage
from academy.models import Notice, User
from assessments.attendance import Attendance, attendances
from assessments.certificate import Verdict, Why
from assessments.desk import waiting_for
from assessments.eligibility import eligibilities
from assessments.models import (
    Adjustment,
    Milestone,
    ModuleTest,
    PanelSeat,
    PlatformReport,
    Presence,
    ProjectOutcome,
    RectificationRequest,
    Register,
    Rubric,
    Score,
)
from assessments.questionnaires import result_of
from assessments.sheets import sheet_of, verdict
from courses.access import editions_tutored_by
from courses.models import Cohort, MaterialVersion, PlanRun, Room, Session, SessionTeacher
from courses.telling import proposed
from courses.workdays import ROME, instant
from enrollment.access import applications_judged_by, nomination_code, score_sheets_open_to
from enrollment.actions.files import still_asked_for
from enrollment.models import (
    Application,
    Consent,
    Enrollment,
    Evaluation,
    Interest,
    InterviewSlot,
    RankingLine,
    TeamPlace,
)
from enrollment.tax_code import read

TODAY = date(2026, 11, 22)
DAYS = [TODAY, date(2026, 12, 31), date(2027, 8, 20), date(2028, 2, 29)]
SET_UP_BY_MIGRATE = {"contenttypes_contenttype", "auth_permission"}
# Drawn anew each time: salts, and the keys of files, which snapshots mention.
NEVER_ALIKE = {
    "courses.MaterialVersion": {"id"},
    "courses.PlanRun": {"seconds"},
    "academy.User": {"password"},
    "enrollment.ApplicationFile": {"id", "content"},
    "assessments.Deposit": {"id", "replaces_id"},
    "enrollment.ApplicationSnapshot": {"content", "digest"},
    "assessments.Certificate": {"code"},  # and with it every paper
    "assessments.CertificatePaper": {"content", "digest"},
    "assessments.Badge": {"place", "salt", "jws"},
    "assessments.Opinion": {"id"},  # at random, so that nobody can be told from it
    "assessments.Remark": {"id"},
}
IN_ORDER_OF = {
    "courses.MaterialVersion": ["material", "number"],
    "enrollment.ApplicationFile": ["digest"],
    "assessments.Deposit": ["milestone", "at", "name"],
    "assessments.Opinion": ["survey", "question", "level"],
    "assessments.Remark": ["survey", "text"],
}


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
    """All rows of the portal, but for what is never alike."""
    return {
        model._meta.label: [
            {name: row[name] for name in row.keys() - NEVER_ALIKE.get(model._meta.label, set())}
            for row in model._default_manager.order_by(*IN_ORDER_OF.get(model._meta.label, ["pk"])).values()
        ]
        for model in apps.get_models()
        if model._meta.db_table not in SET_UP_BY_MIGRATE
    }


@pytest.fixture(scope="module")
def told_once(django_db_setup, django_db_blocker):
    """As told on 22 November 2026."""
    with django_db_blocker.unblock(), transaction.atomic():
        tell(TODAY)
        connection.check_constraints()  # once, or each test would check what the whole story deferred
        yield
        transaction.set_rollback(True)


@pytest.fixture
def told(told_once, db) -> None:
    """The story as of 22 November 2026."""


@pytest.fixture
def running(told) -> Cohort:
    return Cohort.objects.get(code="SMTC-2026-1")


@pytest.fixture
def first(told) -> Cohort:
    return Cohort.objects.get(code="SMTC-2022-1")


@pytest.fixture
def coming(told) -> Cohort:
    return Cohort.objects.get(code="SMTC-2027-1")


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
    assert (coming.interview_days[0], coming.interview_days[-1]) == (date(2027, 1, 18), date(2027, 1, 22))
    assert coming.ranking_on == date(2027, 1, 29)
    assert coming.answers_by == datetime(2027, 2, 8, 14, tzinfo=ROME)


def whole(day: date) -> None:
    """What holds whenever the story is told."""
    running, coming = editions.present_editions(day)
    assert running.first_day < day <= running.last_day
    assert coming.code != running.code
    assert coming.call_opens.date() == day - timedelta(days=21)
    assert day + timedelta(days=28) <= coming.call_closes.date()
    for edition in (running, coming):
        admission_fits_together(edition)
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


def admission_fits_together(edition: Edition) -> None:
    """Each step of it on a day the office works, after the one before, and seats offered anew in time."""
    closes, answers = edition.call_closes.date(), edition.answers_by.date()
    first, *_, last = days = edition.interview_days
    assert len(set(days)) == len(days) == 5
    assert all(OFFICE_DAYS.next_working(day) == day for day in (*days, edition.ranking_on, answers))
    assert first - closes >= timedelta(days=5)  # offered at the closing, four days before
    assert last < edition.ranking_on < answers
    assert answers + timedelta(days=7) < edition.first_day


def acts_of(today: date, edition: Edition, letters: str) -> dict[str, list[datetime]]:
    """When what happens in an admission, by the name of the act, without playing it."""
    stage = Stage(today)
    admission = Admission(stage, edition, cast.people(*letters))
    admission.plan()
    Selection(admission).plan()
    acts: dict[str, list[datetime]] = {}
    for at, _number, act in stage.acts:
        acts.setdefault(getattr(act, "func", act).__name__, []).append(at)
    return acts


def the_office_keeps_up(today: date) -> None:
    """All that is to be seen in the open call has happened by last night, each act after the one it needs."""
    running, coming = editions.present_editions(today)
    acts = acts_of(today, coming, "AU")
    assert max(max(moments) for moments in acts.values()) < instant(today, time())
    assert max(acts["declare_eligible"]) < min(acts["offer_interviews"]) < min(acts["judge"])
    acts = acts_of(today, running, "RY")
    order = ["declare_eligible", "offer_interviews", "choose", "record_turnouts", "publish", "accept"]
    for before, after in pairwise(order):
        assert max(acts[before]) < min(acts[after])
    assert max(acts["send"]) < running.call_closes
    assert max(acts["accept"]) < instant(running.first_day, time())


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_editions_rooms_and_instructors_fit_together(day):
    whole(day)
    the_office_keeps_up(day)


@pytest.mark.slow
def test_they_do_so_on_every_day_of_a_year():
    for number in range(366):
        whole(date(2027, 3, 1) + timedelta(days=number))
        the_office_keeps_up(date(2027, 3, 1) + timedelta(days=number))


def test_the_story_begins_after_the_first_edition():
    with pytest.raises(ValueError, match="01/09/2022"):
        editions.present_editions(date(2022, 8, 31))


def test_a_public_server_refuses_the_story(settings):
    settings.LOCAL = False
    with pytest.raises(ImproperlyConfigured, match="public passwords"):
        story.play(today=TODAY, say=str)


# --- What is in the database afterwards -----------------------------------------------------------


@pytest.mark.slow
def test_the_story_is_always_the_same(told):
    once = everything()
    filled = {label for label, rows in once.items() if rows}
    assert {"academy.Notice", "assessments.ScoreEntry", "enrollment.RankingLine"} <= filled
    tell(TODAY)
    assert everything() == once


def test_nothing_in_it_has_happened_after_the_night_before(told):
    midnight = datetime.combine(TODAY, time(), tzinfo=ROME)
    done = {
        *("changed_at", "saved_at", "submitted_at", "taken_at", "uploaded_at", "asked_at", "answered_at"),
        *("offered_at", "chosen_at", "signed_at", "made_at", "admitted_at", "published_at", "sent_at", "at"),
        *("invited_at", "confirmed_at"),
    }
    late = [
        (label, row)
        for label, rows in everything().items()
        for row in rows
        for name in done & row.keys()
        if row[name] and row[name] >= midnight and label != "courses.Material"  # seen from an hour on
    ]
    assert late == []


def test_every_edition_has_78_sessions_and_keeps_the_shares_of_academics_and_companies(told):
    for cohort in Cohort.objects.all():
        assert cohort.sessions.exclude(purpose="review").count() == 78
        shares = SessionTeacher.objects.filter(session__cohort=cohort).values_list("kind")
        assert dict(shares.annotate(Sum("share"))) == {"academic": 144 * 60, "company": 156 * 60}
        assert cohort.tests.count() == 16


def test_whoever_follows_the_running_edition_finds_two_new_things_to_read(running):
    at = instant(TODAY, time(9))
    participant = User.objects.get(email="participant@example.org")
    place = Enrollment.objects.filter(user=participant, cohort=running).with_new_materials(at).get()
    assert place.new_materials == 2
    seen = MaterialVersion.objects.seen(at).filter(material__cohort=running)
    assert {version.number for version in seen} == {1, 2}
    waiting = running.materials.exclude(pk__in=seen.values("material"))
    assert [row.visible(instant(TODAY, time(9))) for row in waiting.order_by("pk")] == [False, False]
    assert [row.published_at is None for row in waiting.order_by("pk")] == [False, True]


def test_the_first_edition_had_thirty_participants_of_whom_one_left(first):
    assert states(first.enrollments) == {"completed": 29, "withdrawn": 1}
    assert first.enrollments.get(state="withdrawn").ends_on == date(2022, 3, 4)
    assert (first.tests.count(), first.tests.unpublished().count()) == (16, 0)


def states(rows) -> dict[str, int]:
    return dict(Counter(rows.values_list("state", flat=True)))


# --- How the first edition was filled: the numbers of its minutes ----------------------------------


def rome(*when: int) -> datetime:
    return datetime(*when, tzinfo=ROME)


def test_46_applied_by_the_hour_and_a_47th_had_not_sent_it(first):
    assert (first.call.opens_at, first.call.closes_at) == (rome(2021, 10, 29, 12), rome(2021, 12, 3, 14))
    sent = first.applications.sent()
    assert sorted(sent.values_list("number", flat=True)) == list(range(1, 47))
    assert not sent.filter(submitted_at__gte=first.call.closes_at).exists()
    left = first.applications.get(state="draft")
    assert (left.user.name, left.gaps, left.number) == ("Wilma Vallechiusa", [], None)


def test_2_withdrew_3_were_not_admissible_and_41_were_called(first):
    sent = first.applications.sent()
    assert sent.filter(state="withdrawn").count() == 2
    excluded = first.applications.filter(state="excluded")
    assert Counter(excluded.values_list("ground", flat=True)) == {
        "incomplete": 2,
        "requirements": 1,
        "absent": 1,
    }
    called = sent.filter(passages__after="eligible")
    assert called.count() == 41 == 46 - 2 - 3


def test_of_the_two_incomplete_one_sent_nothing_by_the_hour_and_one_what_nobody_could_read(first):
    silent, unreadable = first.applications.filter(ground="incomplete").order_by("user__name").reverse()
    request, passage = silent.document_request, silent.passages.get(after="excluded")
    assert (silent.user.name, passage.actor, passage.at) == ("Priscilla Quartesana", None, request.due_at)
    assert still_asked_for(request) == [request.documents.get()]
    passage = unreadable.passages.get(after="excluded")
    assert unreadable.document_request.answered_at < passage.at
    assert (passage.actor.email, unreadable.snapshots.count()) == ("office@example.org", 2)
    assert "illeggibile" in passage.reason


def test_41_interviews_on_five_days_and_one_stayed_away(first):
    chosen = first.call.slots.exclude(application=None)
    assert Counter(chosen.values_list("turnout", flat=True)) == {"held": 40, "absent": 1}
    days = {slot.starts_at.astimezone(ROME).date() for slot in chosen}
    assert days == {date(2021, 12, day) for day in (9, 10, 13, 14, 15)}
    assert chosen.get(turnout="absent").application.user.name == "Nives Orecchiella"


def test_every_member_signed_every_sheet_and_two_shared_an_employer_with_the_third(first):
    sheets = Evaluation.objects.signed().filter(application__cohort=first)
    assert Counter(sheets.values_list("phase", flat=True)) == {"documents": 41 * 3, "interview": 40 * 3}
    conflicts = set(sheets.filter(conflict=True).values_list("member__name", "application__user__name"))
    assert conflicts == {
        ("Viola Campodonico Reale", "Cino Bruscarolo"),
        ("Viola Campodonico Reale", "Jacopo Nevarossa"),
    }


def test_the_ranking_of_17_december_has_35_suitable_5_not_and_4_excluded(first):
    ranking = first.call.rankings.get()
    assert (ranking.version, ranking.published_at.astimezone(ROME).date()) == (1, date(2021, 12, 17))
    lines = ranking.lines.all()
    assert Counter(lines.values_list("outcome", flat=True)) == {
        "admitted": 30,
        "on_reserve": 5,
        "not_suitable": 5,
        "excluded": 4,
    }
    suitable = lines.exclude(place=None).order_by("place")
    assert list(suitable.values_list("place", flat=True)) == list(range(1, 36))
    assert (suitable.last().total, suitable.last().application.user.name) == (50, "Elettra Fontanaspra")
    best_of_the_others = lines.filter(outcome="not_suitable").order_by("-total").first()
    assert (best_of_the_others.total, first.call.suitable_from) == (Decimal("49.67"), 50)


def line(cohort: Cohort, place: int) -> RankingLine:
    return cohort.call.rankings.get().lines.select_related("application__user").get(place=place)


def test_the_thirtieth_place_was_won_by_the_interview_and_the_twelfth_by_the_younger(first):
    last_seat, first_reserve = line(first, 30), line(first, 31)
    assert last_seat.total == first_reserve.total == Decimal("60.67")
    assert last_seat.interview > first_reserve.interview
    assert (last_seat.outcome, first_reserve.outcome) == ("admitted", "on_reserve")
    younger, older = line(first, 12), line(first, 13)
    assert (younger.documents, younger.interview) == (older.documents, older.interview)
    assert younger.application.born_on > older.application.born_on


def test_30_were_offered_a_seat_until_the_23rd_two_gave_it_up_and_two_on_reserve_took_it(first):
    at_first = first.offers.filter(made_at=first.call.rankings.get().published_at)
    assert set(at_first.values_list("deadline", flat=True)) == {rome(2021, 12, 23, 14)}
    assert states(at_first) == {"accepted": 28, "declined": 1, "lapsed": 1}
    declined, lapsed = at_first.get(state="declined"), at_first.get(state="lapsed")
    assert (declined.application.user.name, declined.settled_by) == (
        "Ausonia Belcolle",
        declined.application.user,
    )
    assert (lapsed.application.user.name, lapsed.settled_by) == ("Brando Cipressini", None)
    assert lapsed.answered_at == rome(2021, 12, 23, 14)
    later = first.offers.exclude(pk__in=at_first).order_by("made_at")
    assert [(one.made_at, one.deadline, one.state) for one in later] == [
        (declined.answered_at, rome(2022, 1, 3, 12), "accepted"),
        (lapsed.answered_at, rome(2022, 1, 3, 12), "accepted"),
    ]
    assert [one.application for one in later] == [line(first, 31).application, line(first, 32).application]
    assert {one.application.user.name for one in later} == {"Calogero Nerastella", "Evelina Rocciaviva"}


def test_in_the_end_30_are_enrolled_and_every_application_has_its_end(first):
    assert states(first.applications) == {
        "enrolled": 30,
        "on_reserve": 3,
        "not_suitable": 5,
        "renounced": 2,
        "excluded": 4,
        "withdrawn": 2,
        "draft": 1,
    }
    assert first.enrollments.filter(application__state="enrolled").count() == 30 == first.seats
    roads = Counter(
        tuple(one.passages.order_by("pk").values_list("after", flat=True))
        for one in first.applications.filter(state__in=["enrolled", "renounced"])
    )
    assert roads == {
        ("submitted", "eligible", "admitted", "enrolled"): 28,
        ("submitted", "eligible", "on_reserve", "admitted", "enrolled"): 2,
        ("submitted", "eligible", "admitted", "renounced"): 2,
    }


def test_whoever_took_a_seat_answered_all_three_agreements(first):
    answers = Counter(Consent.objects.filter(cohort=first).values_list("agreement__kind", "given").order_by())
    assert answers["participation", True] == 30
    assert answers["participation", False] == 0
    for kind in ("recording", "directory"):
        assert answers[kind, True] + answers[kind, False] == 30
        assert answers[kind, False] > 0


# --- What became of them ----------------------------------------------------------------------------


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


def test_the_running_edition_was_filled_the_same_way(running):
    assert states(running.applications) == {
        "enrolled": 28,
        "renounced": 1,
        "not_suitable": 1,
        "excluded": 1,
    }
    assert states(running.offers) == {"accepted": 28, "declined": 1}


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


def test_the_open_call_has_nineteen_answers_so_far(coming):
    assert states(coming.applications) == {
        "draft": 6,
        "submitted": 4,
        "eligible": 5,
        "documents_asked": 2,
        "excluded": 1,
        "withdrawn": 1,
    }
    drafts = coming.applications.filter(state="draft").order_by("user__name")
    assert [(len(one.gaps), one.files.count()) for one in drafts] == [
        (5, 0),
        (1, 0),
        (0, 0),
        (0, 1),
        (0, 3),
        (7, 0),
    ]
    assert not coming.applications.filter(files__size__gt=1000).exists()


def test_who_applies_again_is_known_who_is_foreign_has_no_tax_code_and_one_shares_hers(coming):
    again = coming.applications.get(user__name="Sabina Zolferana")
    assert again.user.enrollments.get().cohort.code == "SMTC-2022-1"
    foreign = coming.applications.get(foreign=True)
    assert (foreign.user.name, foreign.tax_code, foreign.state) == ("Maren Holmstrand", "", "submitted")
    codes = coming.applications.exclude(tax_code="").values_list("user__name", "tax_code")
    assert all(read(code) == code and code[11:14] == "Z99" for _name, code in codes)
    assert [name for name, code in codes if not code[14].isdigit()] == ["Olindo Isolafiore"]


def test_an_employer_has_nominated_one_of_two(coming):
    nomination = coming.nominations.get()
    assert (nomination.organisation.name, nomination.places) == ("Tram del Sangone S.p.A.", 2)
    assert nomination.applications.get().user.name == "Olindo Isolafiore"
    assert nomination.contact.email == "carlotta.montenevoso@example.org"
    assert nomination_code(nomination)


def test_the_instructor_has_sheets_to_sign_and_sees_the_colleagues_only_where_hers_is_signed(coming):
    me = User.objects.get(email="instructor@example.org")
    assert applications_judged_by(me).filter(cohort=coming).count() == 5
    mine = Evaluation.objects.filter(member=me)
    assert sorted(bool(sheet.signed_at) for sheet in mine) == [False, True]
    seen = score_sheets_open_to(me).exclude(member=me).filter(application__cohort=coming)
    assert seen.get().application == mine.signed().get().application
    others = Evaluation.objects.signed().filter(application__cohort=coming).exclude(member=me)
    assert others.count() == 5


def test_the_applicant_is_admissible_and_can_choose_an_interview(coming):
    mine = coming.applications.get(user__email="applicant@example.org")
    assert mine.state == Application.State.ELIGIBLE
    assert mine.files.count() >= 2
    assert not InterviewSlot.objects.filter(application=mine).exists()
    midnight = datetime.combine(TODAY, time(), tzinfo=ROME)
    free = InterviewSlot.objects.choosable(midnight).filter(call=coming.call)
    assert free.count() == 5 * 9 - 1


def test_three_addresses_wait_for_the_next_call_and_two_were_told_of_this_one(told):
    assert Counter(bool(one.confirmed_at) for one in Interest.objects.all()) == {True: 2, False: 1}
    assert Notice.objects.filter(kind="interest_asked", state="sent").count() == 3


def test_laboratories_are_taught_in_groups_side_by_side(first):
    labs = first.sessions.filter(purpose="teaching", mode="in_person")
    assert labs.count() == 8
    for session in labs:
        rooms = Room.objects.filter(bookings__session=session)
        assert (len(rooms), rooms.aggregate(seats=Sum("capacity"))["seats"]) == (3, 37)


def test_the_log_ins_work_and_are_who_they_say(running):
    people = {address: authenticate(None, email=address, password=PASSWORD) for address in LOGINS}
    assert [person and person.email for person in people.values()] == list(LOGINS)
    office, instructor, tutor, participant, applicant = people.values()
    assert running in editions_tutored_by(tutor)
    assert waiting_for(tutor) == 1  # a notice of absence
    assert (office.is_staff, office.is_superuser, office.groups.get().name) == (True, False, "Office")
    assert participant.enrollments.get(cohort=running).state == Enrollment.State.ACTIVE
    assert applicant.applications.get().state == Application.State.ELIGIBLE
    mine = running.tests.of(instructor.instructor).filter(published_at=None)
    assert {test.module.code for test in mine} >= {"DD5", "AMS1"}


def test_people_can_read_what_they_were_told(running):
    assert states(Notice.objects).keys() <= {"sent", "dropped"}
    participant = User.objects.get(email="participant@example.org")
    told = set(Notice.objects.of(participant).filter(state="sent").values_list("kind", flat=True))
    assert told == {
        "application_received",
        "interview_offered",
        "interview_chosen",
        "interview_tomorrow",
        "offer_made",
        "seat_confirmed",
        "session_tomorrow",
        "session_changed",
        "sessions_added",
        "score_published",
        "questionnaire_waiting",
    }
    instructor = User.objects.get(email="instructor@example.org")
    assert Notice.objects.of(instructor).filter(kind="score_overdue", state="sent").exists()


def test_the_running_edition_got_two_reviews_in_one_release_and_lost_one_again(running):
    release = running.releases.get()
    assert [change["kinds"] for change in release.difference] == [["added"]] * 2
    states = running.sessions.filter(purpose="review").order_by("starts_at").values_list("state", flat=True)
    assert list(states) == ["planned", "cancelled"]


def test_the_coming_edition_is_released_and_a_mended_draft_waits_for_the_office(coming):
    assert coming.releases.get().added.count() == 78
    [run] = PlanRun.objects.filter(draft__cohort=coming)
    assert (run.aim, run.state, run.draft.state) == ("mend", "done", "open")
    assert 0 < len(proposed(run)) < 20
    answered = Counter(coming.appointments.values_list("state", flat=True))
    assert answered.keys() == {"asked", "confirmed"}


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


# --- Questionnaires --------------------------------------------------------------------------------


def test_the_first_edition_was_asked_at_the_start_after_each_module_and_at_the_end(first):
    taught = first.sessions.filter(purpose="teaching").values("module").distinct().count()
    asked = Counter(first.surveys.filter(state="closed").values_list("moment", flat=True))
    assert asked == {"welcome": 1, "module": taught, "final": 1}
    start, end = (result_of(first.surveys.get(moment=moment)) for moment in ("welcome", "final"))
    assert start.answered > end.answered >= 26
    for (_question, before), (_same, after) in zip(start.rows, end.rows, strict=True):
        assert before.mean < after.mean


# --- Registers and attendance ----------------------------------------------------------------------


def attendance_of(cohort: Cohort, letter: str) -> dict[str, Attendance]:
    """By code of the person, as of the day of the story."""
    codes = {person.name: person.code for person in cast.people(letter)}
    people = list(cohort.enrollments.select_related("user").order_by("pk"))
    found = attendances(cohort, people, at=instant(TODAY, time()))
    return {codes[one.enrollment.user.name]: one for one in found}


def test_the_first_edition_was_attended_to_the_minute_as_its_record_says(first):
    attended = {code: one.overall for code, one in attendance_of(first, "P").items()}
    assert {standing.held for standing in attended.values()} == {18_000}
    assert {code: attended[code].attended for code in ("P01", "P07", "P12", "P13", "P18", "P22", "P24")} == {
        "P01": 16_755,
        "P07": 7_200,  # withdrew on 4 March
        "P12": 17_261,  # cut off for 19 minutes
        "P13": 14_400,
        "P18": 14_395,
        "P22": 12_720,
        "P24": 17_025,
    }
    assert {code: str(attended[code].percent) for code in ("P13", "P18", "P22")} == {
        "P13": "80.00",
        "P18": "79.97",
        "P22": "70.66",
    }
    assert sorted(code for code, standing in attended.items() if not standing.reached) == [
        "P07",
        "P18",
        "P22",
    ]


def test_26_of_the_first_edition_may_be_certified_and_four_may_not(first):
    people = list(first.enrollments.select_related("user").order_by("pk"))
    found = eligibilities(first, people, at=instant(TODAY, time()))
    answers = {one.enrollment.user.name: one.answer for one in found}
    assert Counter(answer.verdict for answer in answers.values()) == {Verdict.PASS: 26, Verdict.FAIL: 4}
    refused = {
        name: [str(reason.code) for reason in answer.reasons]
        for name, answer in answers.items()
        if answer.verdict is Verdict.FAIL
    }
    assert refused == {
        "Gaspare Lamonviso": [Why.LEFT],
        "Sabina Zolferana": [Why.HOURS_OUT_OF_REACH],
        "Walter Erbavoglio": [Why.HOURS_OUT_OF_REACH],
        "Donato Pietragalda": [Why.TEST_NOT_PASSED],
    }


def test_the_first_edition_ends_in_26_certificates_3_statements_and_1_withdrawal(first):
    issued = first.certificates.select_related("enrollment__user").prefetch_related("papers")
    assert Counter(one.kind for one in issued) == {"certificate": 26, "statement": 3}
    assert {one.enrollment.user.name for one in issued if one.kind == "statement"} == {
        "Sabina Zolferana",
        "Walter Erbavoglio",
        "Donato Pietragalda",
    }
    assert sorted(one.number for one in issued) == sorted([*range(1, 27), *range(1, 4)])
    assert all(one.ready_at and one.state == "valid" for one in issued)
    assert {len(one.papers.all()) for one in issued if one.kind == "certificate"} == {6}


def test_the_platform_tells_of_who_was_cut_off_who_had_two_devices_and_who_came_early(first):
    [report] = PlatformReport.objects.all()
    told = report.intervals.select_related("enrollment__user").order_by("enrollment", "starts_at")
    spells = [
        (
            one.enrollment.user.name,
            f"{localtime(one.starts_at):%H:%M:%S}",
            f"{localtime(one.ends_at):%H:%M:%S}",
        )
        for one in told
    ]
    assert spells == [
        ("Manlio Quercetana", "13:57:30", "15:02:00"),
        ("Manlio Quercetana", "15:21:00", "18:01:10"),
        ("Remigio Vallefosca", "13:58:40", "16:40:00"),
        ("Remigio Vallefosca", "16:05:20", "18:03:00"),
        ("Yuri Granaforte", "13:52:00", "18:02:30"),
    ]
    counted = Presence.objects.filter(session=report.session, enrollment__in=told.values("enrollment"))
    assert {
        (one.enrollment.user.name, one.minutes, one.source)
        for one in counted.select_related("enrollment__user")
    } == {
        ("Manlio Quercetana", 221, "platform"),
        ("Remigio Vallefosca", 240, "platform"),
        ("Yuri Granaforte", 240, "platform"),
    }


def test_p18_waits_for_an_answer(first):
    [asked] = RectificationRequest.objects.all()
    assert (asked.enrollment.user.name, asked.state) == ("Sabina Zolferana", "sent")
    assert asked.enrollment.presences.get(session=asked.session).minutes == 235


def test_the_registers_of_the_first_edition_are_locked_in_order_and_every_seal_stands(first):
    registers = Register.objects.filter(cohort=first).order_by("session__starts_at")
    assert list(registers.values_list("number", flat=True)) == list(range(1, 79))
    assert all(verdict(sheet_of(register.session)).stands for register in registers[:5])


def test_in_the_running_edition_one_register_is_unsigned_and_some_are_at_risk(running):
    assert Register.objects.filter(cohort=running, state="open").count() == 1
    assert Register.objects.filter(cohort=running).count() == 45
    people = attendance_of(running, "R")
    assert people["R09"].overall.left == 180
    assert not people["R14"].overall.reachable
    assert sum(not one.reachable for one in people.values() if one.enrollment.state == "active") == 1


# --- Project work ---------------------------------------------------------------------------------


def test_the_first_edition_ends_with_six_projects_judged_and_published(first):
    found = {
        outcome.project.team.number: outcome.word
        for outcome in ProjectOutcome.objects.published().filter(project__team__cohort=first)
    }
    assert found == {1: "ottimo", 2: "buono", 3: "distinto", 4: "discreto", 5: "ottimo", 6: "distinto"}
    members = Counter(TeamPlace.objects.filter(team__cohort=first).values_list("team__number", flat=True))
    assert members == {1: 5, 2: 5, 3: 4, 4: 5, 5: 5, 6: 5}
    third = PanelSeat.objects.filter(project__team__cohort=first, side="third")
    assert list(third.values_list("project__team__number", flat=True)) == [4]
    adjusted = Adjustment.objects.filter(outcome__project__team__cohort=first)
    assert sorted(adjusted.values_list("outcome__project__team__number", "step")) == [(2, 1), (5, -1)]
    assert all(rubric.digest == rubric.hash for rubric in Rubric.objects.exclude(frozen_at=None))


def test_the_running_edition_has_its_teams_and_its_milestones_ahead(running):
    places = TeamPlace.objects.filter(team__cohort=running)
    active = running.enrollments.filter(state="active", auditor=False)
    assert sorted(places.values_list("enrollment", flat=True)) == sorted(active.values_list("pk", flat=True))
    assert places.filter(enrollment__user__email="participant@example.org").exists()
    milestones = Milestone.objects.filter(project__team__cohort=running)
    assert milestones.count() == 15
    assert min(localtime(one.due_at).date() for one in milestones) > TODAY
