"""What must never be on the timetable, broken by SQL past every form and refused by PostgreSQL."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from courses.actions.materials import withdraw_material
from courses.actions.timetable import cancel_session
from courses.models import (
    Appointment,
    Block,
    Cohort,
    DraftSession,
    Material,
    Module,
    Once,
    Override,
    PlanRun,
    Role,
    Room,
    Session,
    SessionPlace,
    SessionTeacher,
    Substitution,
    TimetableDraft,
    TimetableRelease,
    sentence_for,
)
from tests import factories
from tests.invariants import OURS, another, cases, execute, refused_as, rules

pytestmark = pytest.mark.django_db

NINE = factories.rome(2022, 1, 20, 9)
USED = "(SELECT id FROM courses_programme WHERE code = 'used')"
UNUSED = "(SELECT id FROM courses_programme WHERE code = 'unused')"
OF_UNUSED = f"block_id IN (SELECT id FROM courses_block WHERE programme_id = {UNUSED})"
FIRST_MODULE = "(SELECT min(id) FROM courses_module)"
LAST_MODULE = "(SELECT max(id) FROM courses_module)"
OTHER, CANCELLED = "(SELECT max(id) FROM courses_session)", "(SELECT id FROM courses_session WHERE NOT live)"
OPEN = (
    "(SELECT d.id FROM courses_timetabledraft d JOIN courses_cohort c ON c.id = cohort_id"
    " WHERE code = 'full' AND state = 'open')"
)
CLOSED = "(SELECT id FROM courses_timetabledraft WHERE state = 'released')"
ELSEWHERES = "(SELECT max(id) FROM courses_timetabledraft)"
ELSEWHERE = "cohort_id = (SELECT id FROM courses_cohort WHERE code = 'empty')"


def shifted(by: str) -> str:
    return f"starts_at = starts_at + '{by}'::interval, ends_at = ends_at + '{by}'::interval"


def on(day: str) -> str:
    return f"starts_at = '{day} 09:00+01', ends_at = '{day} 10:00+01'"


STANDING, WITHDRAWN = "withdrawn_at IS NULL", "withdrawn_at IS NOT NULL"
FILE, LINK, GONE = (
    f"(SELECT id FROM courses_material WHERE {which})"
    for which in (f"kind = 'file' AND {STANDING}", "kind = 'link'", WITHDRAWN)
)
MATERIAL = "UPDATE courses_material SET"


def a_version(of: str = FILE, **changes: str) -> str:
    """SQL that gives a material another version."""
    file = of != LINK
    columns = {
        "number": "2",
        "name": "'b.pdf'" if file else "''",
        "content_type": "'application/pdf'" if file else "''",
        "content": "'b'" if file else "NULL",
        "link": "''" if file else "'https://example.org'",
    } | changes
    return (
        f"INSERT INTO courses_materialversion (id, material_id, note, at, {', '.join(columns)})"
        f" VALUES (gen_random_uuid(), {of}, '', now(), {', '.join(columns.values())})"
    )


BROKEN_BY = {
    "a_material_is_of_a_known_kind": another(Material, kind="'film'"),
    "a_material_is_of_a_session_of_its_module": f"{MATERIAL} session_id = {OTHER} WHERE {STANDING}",
    "a_withdrawal_of_a_material_has_its_reason": [
        f"{MATERIAL} withdrawn_at = now() WHERE {STANDING}",
        f"{MATERIAL} reason = 'Errore.' WHERE {STANDING}",
    ],
    "a_material_is_of_its_editions_programme": another(Material, module_id=LAST_MODULE),
    "a_material_stays_what_and_where_it_is": [
        f"{MATERIAL} {change} WHERE {STANDING}"
        for change in (
            "kind = 'link'",
            f"module_id = {FIRST_MODULE}",
            "cohort_id = (SELECT id FROM courses_cohort WHERE code = 'empty')",
        )
    ],
    "a_withdrawn_material_stays_as_it_is": [
        f"{MATERIAL} {change} WHERE {WITHDRAWN}"
        for change in ("withdrawn_at = NULL, reason = ''", "reason = 'Altro.'", "published_at = now()")
    ],
    "a_material_numbers_its_versions_once": a_version(number="1"),
    "a_version_is_of_the_kind_of_its_material": [
        a_version(content="NULL", name="''", content_type="''", link="'https://example.org'"),
        a_version(LINK, content="'b'", name="'b.pdf'", content_type="'application/pdf'", link="''"),
    ],
    "a_version_is_a_file_or_a_link": [
        a_version(name="''"),
        a_version(link="'https://example.org'"),
        a_version(LINK, name="'b'"),
        a_version(LINK, content_type="'application/pdf'"),
    ],
    "a_link_is_of_the_encrypted_web": [
        a_version(LINK, link=f"'{address}'")
        for address in ("", "http://example.org", "javascript:alert(1)", "data:text/html,x")
    ],
    "a_material_is_neither_empty_nor_too_large": [
        a_version(content="''"),
        a_version(content="convert_to(repeat('b', 20 * 1024 * 1024 + 1), 'UTF8')"),
    ],
    "a_material_has_content_we_know": a_version(content_type="'text/html'"),
    "a_version_of_a_material_stays": [
        "UPDATE courses_materialversion SET note = 'Altra.'",
        "DELETE FROM courses_materialversion",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE courses_materialversion",
    ],
    "a_version_follows_the_last_of_its_material": [
        a_version(number="3"),
        a_version(number="0"),
        a_version(GONE),
    ],
    "academic_and_company_minutes_make_the_programme": (
        "UPDATE courses_programme SET minutes = minutes + 1 WHERE code = 'unused'"
    ),
    "a_used_programme_keeps_its_hours": [
        "UPDATE courses_programme SET minutes = minutes + 1 WHERE code = 'used'",
        "DELETE FROM courses_programme WHERE code = 'used'",
    ],
    "one_block_per_code_and_programme": (
        f"UPDATE courses_block SET code = 'A' WHERE code = 'B' AND programme_id = {UNUSED}"
    ),
    "a_used_block_keeps_its_hours": [
        f"UPDATE courses_block SET minutes = minutes + 1 WHERE programme_id = {USED}",
        f"UPDATE courses_block SET programme_id = {USED} WHERE programme_id = {UNUSED}",
        f"UPDATE courses_block SET programme_id = {UNUSED} WHERE programme_id = {USED}",
        f"DELETE FROM courses_block WHERE programme_id = {USED}",
        another(Block, code="'Z'"),
    ],
    "one_module_per_code_and_block": (
        f"UPDATE courses_module SET code = 'B1' WHERE code = 'B2' AND {OF_UNUSED}"
    ),
    "academic_and_company_minutes_fit_the_module": (
        f"UPDATE courses_module SET minutes = minutes + 1 WHERE has_test AND {OF_UNUSED}"
    ),
    "a_used_module_keeps_its_hours": [
        f"UPDATE courses_module SET has_test = NOT has_test WHERE id = {FIRST_MODULE}",
        f"UPDATE courses_module SET block_id = (SELECT min(id) FROM courses_block) WHERE id = {LAST_MODULE}",
        f"UPDATE courses_module SET block_id = (SELECT max(id) FROM courses_block) WHERE id = {FIRST_MODULE}",
        f"DELETE FROM courses_module WHERE id = {FIRST_MODULE}",
        another(Module, code="'Z9'"),
    ],
    "one_room_per_name_and_hub": another(Room),
    "a_room_has_at_least_one_seat": "UPDATE courses_room SET capacity = 0",
    "a_closure_is_of_the_day_or_a_half": "UPDATE courses_closure SET half = 'evening'",
    "a_closure_ends_after_it_begins": "UPDATE courses_closure SET ends_on = starts_on - 1",
    "a_closure_of_a_room_is_of_nothing_else": [
        "UPDATE courses_closure SET room_id = (SELECT min(id) FROM courses_room),"
        f" {column}_id = (SELECT min(id) FROM courses_{column})"
        for column in ("hub", "cohort")
    ],
    "an_edition_ends_after_it_begins": "UPDATE courses_cohort SET ends_on = starts_on WHERE code = 'empty'",
    "an_edition_spans_its_sessions": [
        "UPDATE courses_cohort SET starts_on = '2022-03-01' WHERE code = 'full'",
        "UPDATE courses_cohort SET ends_on = '2022-01-15' WHERE code = 'full'",
    ],
    "an_edition_keeps_its_programme": (
        f"UPDATE courses_cohort SET programme_id = {UNUSED} WHERE code = 'full'"
    ),
    "a_session_has_a_known_purpose": "UPDATE courses_session SET purpose = 'party'",
    "a_session_has_a_known_mode": "UPDATE courses_session SET mode = 'telepathy'",
    "a_session_has_a_known_state": another(Session, state="'held'"),
    "a_session_ends_after_it_begins": [
        "UPDATE courses_session SET ends_at = starts_at",
        "UPDATE courses_session SET ends_at = starts_at - interval '1 hour'",
        "UPDATE courses_session SET ends_at = starts_at + interval '12 hours 1 minute'",
        "UPDATE courses_session SET ends_at = 'infinity'",
        "UPDATE courses_session SET starts_at = '-infinity'",
        "UPDATE courses_session SET starts_at = 'infinity', ends_at = 'infinity'",
    ],
    "a_session_lasts_whole_minutes": [
        "UPDATE courses_session SET ends_at = ends_at - interval '30 seconds'",
        "UPDATE courses_session SET starts_at = starts_at + interval '0.5 seconds'",
    ],
    "an_edition_is_not_in_two_sessions_at_once": another(Session),
    "a_session_changes_state_by_the_rules": "UPDATE courses_session SET state = 'held'",
    "a_session_lies_within_its_edition": [
        f"UPDATE courses_session SET {shifted('1 year')}",
        f"UPDATE courses_session SET {shifted('-2 weeks')}",
        f"UPDATE courses_session SET {on('2022-06-12')} WHERE id = {OTHER}",  # the day after the last
        f"UPDATE courses_session SET {on('2022-01-12')} WHERE id = {OTHER}",
        another(
            Session, starts_at="starts_at - '2 weeks'::interval", ends_at="ends_at - '2 weeks'::interval"
        ),
    ],
    "a_session_teaches_its_editions_programme": f"UPDATE courses_session SET module_id = {LAST_MODULE}",
    "a_place_is_a_room_or_a_link": [
        "UPDATE courses_sessionplace SET link = 'https://example.org' WHERE room_id IS NOT NULL",
        "UPDATE courses_sessionplace SET room_id = NULL",
    ],
    "a_session_has_a_room_once": another(SessionPlace, session_id=CANCELLED),
    "a_session_has_one_link": (
        "INSERT INTO courses_sessionplace (session_id, link)"
        " SELECT session_id, 'https://example.org/2' FROM courses_sessionplace WHERE room_id IS NULL"
    ),
    "a_place_has_the_time_of_its_session": [
        "UPDATE courses_sessionplace SET during = tstzrange('2022-01-20', '2022-01-21')",
        "UPDATE courses_sessionplace SET during = tstzrange(NULL, NULL)",
        "UPDATE courses_sessionplace SET during = 'empty'",
        "UPDATE courses_sessionplace SET live = NOT live",
        "DELETE FROM courses_session",
    ],
    "no_room_in_two_sessions_at_once": another(SessionPlace, session_id=OTHER),
    "a_session_has_an_instructor_once": another(SessionTeacher, session_id=CANCELLED),
    "teaching_is_academic_or_company": "UPDATE courses_sessionteacher SET kind = 'other'",
    "a_share_is_part_of_what_is_taught": "UPDATE courses_sessionteacher SET share = minutes + 1",
    "a_teacher_has_the_time_of_the_session": [
        "UPDATE courses_sessionteacher SET during = tstzrange('2022-01-20', '2022-01-21')",
        "UPDATE courses_sessionteacher SET during = tstzrange(NULL, NULL)",
        "UPDATE courses_sessionteacher SET live = NOT live",
        "DELETE FROM courses_sessionplace; DELETE FROM courses_session",
    ],
    "no_instructor_in_two_sessions_at_once": another(SessionTeacher, session_id=OTHER),
    "shares_make_up_the_session": [
        "UPDATE courses_sessionteacher SET share = share - 1",
        "UPDATE courses_sessionteacher SET share = share - 1, minutes = minutes - 1",
        "UPDATE courses_sessionteacher SET minutes = 241",
        "DELETE FROM courses_sessionteacher WHERE id = (SELECT min(id) FROM courses_sessionteacher)",
        "UPDATE courses_session SET ends_at = ends_at - interval '1 hour'",
    ],
    "a_role_has_a_known_kind": another(Role, kind="'spectator'"),
    "a_role_in_an_edition_is_held_once": another(Role),
    "only_a_tutor_looks_after_a_hub": "UPDATE courses_role SET hub_id = (SELECT min(id) FROM courses_hub)",
    "a_form_is_done_once": another(Once),
    "a_draft_has_a_known_state": another(TimetableDraft, state="'lost'", closed_at="now()"),
    "an_edition_has_one_open_draft": another(TimetableDraft),
    "a_closed_draft_has_its_moment": [
        "UPDATE courses_timetabledraft SET state = 'dropped' WHERE state = 'open'",
        "UPDATE courses_timetabledraft SET closed_at = NULL WHERE state = 'released'",
        "UPDATE courses_timetabledraft SET closed_at = now() WHERE state = 'open'",
    ],
    "a_draft_changes_state_by_the_rules": (
        f"UPDATE courses_timetabledraft SET state = 'open', closed_at = NULL, {ELSEWHERE} WHERE id = {CLOSED}"
    ),
    "a_drafted_session_has_a_known_purpose": "UPDATE courses_draftsession SET purpose = 'party'",
    "a_drafted_session_has_a_known_mode": "UPDATE courses_draftsession SET mode = 'telepathy'",
    "a_drafted_session_has_a_known_kind": "UPDATE courses_draftsession SET kind = 'other'",
    "a_drafted_session_ends_after_it_begins": [
        "UPDATE courses_draftsession SET ends_at = starts_at",
        "UPDATE courses_draftsession SET ends_at = starts_at + interval '12 hours 1 minute'",
    ],
    "a_drafted_session_lasts_whole_minutes": (
        "UPDATE courses_draftsession SET ends_at = ends_at - interval '30 seconds'"
    ),
    "a_draft_has_a_session_once": another(DraftSession),
    "a_draft_teaches_its_editions_programme": [
        f"UPDATE courses_draftsession SET module_id = {LAST_MODULE}",
        f"UPDATE courses_draftsession SET module_id = {FIRST_MODULE}",
        f"UPDATE courses_draftsession SET session_id = {OTHER}",
        f"UPDATE courses_draftsession SET draft_id = {ELSEWHERES}",
    ],
    "only_an_open_draft_is_changed": [
        f"UPDATE courses_timetabledraft SET state = 'dropped', closed_at = now() WHERE id = {OPEN}; {change}"
        for change in (
            "UPDATE courses_draftsession SET topic_it = 'Altro'",
            "DELETE FROM courses_draftsession_rooms; DELETE FROM courses_draftsession",
            another(DraftSession, session_id="NULL"),
        )
    ],
    "an_edition_numbers_its_releases_once": another(TimetableRelease, draft_id=OPEN),
    "a_release_is_frozen": [
        "UPDATE courses_timetablerelease SET note = 'Altra'",
        "DELETE FROM courses_timetablerelease",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE courses_timetablerelease CASCADE",
    ],
    "a_release_follows_the_last_of_its_edition": [
        another(TimetableRelease, draft_id=OPEN, number="3"),
        another(TimetableRelease, draft_id=OPEN, number="0"),
        another(TimetableRelease, draft_id=ELSEWHERES, number="2"),
    ],
    "a_permitted_clash_has_a_known_level": another(Override, level="'hard'", fingerprint="'another'"),
    "a_permitted_clash_has_a_reason": another(Override, reason="''", fingerprint="'another'"),
    "a_clash_is_permitted_once": another(Override),
    "a_permitted_clash_stays_recorded": [
        "UPDATE courses_override SET reason = 'Altro'",
        "DELETE FROM courses_override",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE courses_override",
    ],
    "a_run_has_a_known_state": another(PlanRun, state="'lost'"),
    "a_run_seeks_something_known": another(PlanRun, aim="'gold'", state="'failed'"),
    "a_draft_is_planned_by_one_run_at_a_time": another(PlanRun),
    "a_run_is_done_to_at_most_a_hundred_percent": "UPDATE courses_planrun SET progress = 101",
    "a_run_that_is_done_has_its_result": another(PlanRun, state="'done'"),
    "a_run_changes_state_by_the_rules": [
        "UPDATE courses_planrun SET state = 'failed'; UPDATE courses_planrun SET state = 'running'",
        "UPDATE courses_planrun SET state = 'done', result = '{}', seconds = 1",
    ],
    "an_absence_is_of_the_day_or_a_half": "UPDATE courses_availability SET half = 'evening'",
    "an_absence_ends_after_it_begins": "UPDATE courses_availability SET ends_on = starts_on - 1",
    "an_absence_is_on_a_working_day": "UPDATE courses_availability SET weekday = 6",
    "an_appointment_has_a_known_state": another(Appointment, state="'lost'", answered_at="now()"),
    "one_appointment_per_instructor_and_edition": another(Appointment),
    "an_answered_appointment_has_its_moment": [
        "UPDATE courses_appointment SET state = 'confirmed'",
        "UPDATE courses_appointment SET answered_at = now()",
        "UPDATE courses_appointment SET state = 'withdrawn', answered_at = now()",
    ],
    "an_appointment_changes_state_by_the_rules": (
        "UPDATE courses_appointment SET state = 'lost', answered_at = now()"
    ),
    "a_substitution_changes_somebody": [
        "INSERT INTO courses_substitution (session_id, reason, at) SELECT id, '', now() FROM courses_session",
        another(Substitution, into_id="out_id"),
    ],
    "a_substitution_stays_recorded": [
        "UPDATE courses_substitution SET reason = 'Altro'",
        "DELETE FROM courses_substitution",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE courses_substitution",
    ],
}


@pytest.fixture
def world():
    """Two editions at the same hours, a cancelled session, a used and an unused programme."""
    used, hub = factories.a_programme(code="used"), factories.a_hub()
    third = factories.a_cohort(hub=hub)
    factories.a_programme(code="unused")
    room, two = factories.a_room(hub=hub), [factories.an_instructor(), factories.an_instructor()]
    cohort = factories.a_cohort(code="full", programme=used, hub=hub)
    factories.a_cohort(code="empty", programme=used, hub=hub)
    factories.a_closure()
    member = factories.a_member(cohort)
    Once.objects.create(user=member, key=UUID(int=1), what="/", done_at=NINE)
    at_nine = {"rooms": [room], "link": "https://example.org/aula", "instructors": two}
    factories.a_session(cohort, starts_at=NINE, **at_nine)
    gone = factories.a_session(cohort, starts_at=NINE + timedelta(days=1), **at_nine)
    cancel_session(session=gone, by=None, at=NINE)
    factories.a_session(factories.a_cohort(programme=used, hub=hub), starts_at=NINE)
    draft = factories.a_timetable_draft(cohort)
    module = factories.a_module(cohort)
    factories.a_drafted_session(draft, module=module, session=cohort.sessions.first(), rooms=[room])
    factories.a_run(draft)
    closed = factories.a_timetable_draft(cohort, state="released", closed_at=NINE)
    factories.a_release(closed)
    factories.a_timetable_draft(third)
    factories.an_override(cohort)
    factories.an_absence(two[0])
    factories.an_appointment(two[0], cohort)
    factories.a_substitution(gone, out=two[0], into=two[1])
    factories.a_material(cohort)
    factories.a_material(cohort, link="https://example.org/dati")
    withdraw_material(material=factories.a_material(cohort), reason="Errore.", by=None, at=NINE)


@pytest.mark.parametrize(("name", "statement"), cases(BROKEN_BY))
@pytest.mark.usefixtures("world")
def test_past_the_forms_it_is_refused_under_its_name(name, statement):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        execute(statement)
    assert refused_as(refusal.value) == name
    assert sentence_for(refusal.value) == rules("courses")[name].message


def test_every_rule_of_the_offer_is_broken_here():
    assert rules("courses").keys() == BROKEN_BY.keys()


@pytest.mark.parametrize("name", sorted(name for app in OURS for name in rules(app)))
def test_every_rule_says_no_in_both_languages(name):
    [sentence] = [rules(app)[name].message for app in OURS if name in rules(app)]
    with override("en"):
        english = str(sentence)
    with override("it"):
        italian = str(sentence)
    assert english.endswith(".")
    assert "%(name)s" not in english
    assert italian != english


HOUR = timedelta(hours=1)


def busy(cohort=None, starts_at=NINE, **where) -> Session:
    return factories.a_session(cohort or factories.a_cohort(), starts_at=starts_at, minutes=60, **where)


def test_back_to_back_is_no_clash():
    cohort, room, teacher = factories.a_cohort(), factories.a_room(), factories.an_instructor()
    for hour in range(3):
        busy(cohort, NINE + hour * HOUR, rooms=[room], instructors=[teacher])
    assert SessionPlace.objects.count() == SessionTeacher.objects.count() == 3


def test_a_cancelled_session_frees_edition_room_and_instructor():
    cohort, room, teacher = factories.a_cohort(), factories.a_room(), factories.an_instructor()
    cancel_session(session=busy(cohort, rooms=[room], instructors=[teacher]), by=None, at=NINE)
    again = busy(cohort, rooms=[room], instructors=[teacher])
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        execute(f"UPDATE courses_session SET state = 'planned' WHERE id < {again.pk}")
    assert refused_as(refusal.value) == "an_edition_is_not_in_two_sessions_at_once"


def test_a_retake_may_lie_beside_a_session_of_the_edition():
    cohort = factories.a_cohort()
    busy(cohort)
    assert busy(cohort, purpose="retake").live


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("courses_session", "starts_at"),
        ("courses_session", "ends_at"),
        ("courses_sessionplace", "during"),
        ("courses_sessionplace", "live"),
        ("courses_sessionteacher", "during"),
        ("courses_sessionteacher", "live"),
    ],
)
def test_no_moment_is_left_open(table, column):
    busy(rooms=[factories.a_room()], instructors=[factories.an_instructor()])
    with pytest.raises(IntegrityError, match="not-null"), transaction.atomic():
        execute(f"UPDATE {table} SET {column} = NULL")


def test_the_copied_time_follows_the_session_and_takes_what_it_was_given_from_nobody_else():
    session = busy(rooms=[factories.a_room()], instructors=[factories.an_instructor()])
    other = busy(session.cohort, NINE + 24 * HOUR)
    execute(f"UPDATE courses_session SET {shifted('2 hours')} WHERE id = {session.pk}")
    session.refresh_from_db()
    assert session.starts_at == NINE + 2 * HOUR
    assert session.places.get().during == session.teachers.get().during == session.during
    execute(
        f"UPDATE courses_sessionplace SET session_id = {other.pk}, during = tstzrange('2000-01-01', NULL)"
    )
    assert other.places.get().during == other.during


def test_shares_may_disagree_only_until_the_transaction_ends():
    session = busy(instructors=[factories.an_instructor(), factories.an_instructor()])
    first, second = session.teachers.order_by("pk")
    with transaction.atomic():
        session.teachers.filter(pk=first.pk).update(share=20, minutes=20)
        session.teachers.filter(pk=second.pk).update(share=40, minutes=40)
        execute()
    assert sorted(session.teachers.values_list("share", flat=True)) == [20, 40]


def test_every_change_of_the_timetable_counts_the_edition_up_and_no_other():
    cohort, other = factories.a_cohort(), factories.a_cohort()
    session, teacher = busy(cohort), factories.an_instructor()
    taught = f"VALUES ({session.pk}, {teacher.pk}, 'academic', 60, 60)"
    changes = [
        f"UPDATE courses_session SET topic_it = 'Altro' WHERE id = {session.pk}",
        f"UPDATE courses_session SET {shifted('1 hour')} WHERE id = {session.pk}",
        f"INSERT INTO courses_sessionplace (session_id, link) VALUES ({session.pk}, 'https://example.org')",
        "UPDATE courses_sessionplace SET link = 'https://example.org/2'",
        "DELETE FROM courses_sessionplace",
        f"INSERT INTO courses_sessionteacher (session_id, instructor_id, kind, minutes, share) {taught}",
        "UPDATE courses_sessionteacher SET kind = 'company'",
        "DELETE FROM courses_sessionteacher",
        f"DELETE FROM courses_session WHERE id = {session.pk}",
    ]
    seen = [version(cohort)]
    for change in changes:
        execute(change)
        seen.append(version(cohort))
    assert seen == sorted(set(seen))
    assert version(other) == 0


def version(cohort) -> int:
    return Cohort.objects.get(pk=cohort.pk).version


def test_a_session_that_changes_edition_counts_both_up():
    cohort = factories.a_cohort()
    other = factories.a_cohort(programme=cohort.programme)
    session = busy(cohort)
    before = version(cohort), version(other)
    execute(f"UPDATE courses_session SET cohort_id = {other.pk} WHERE id = {session.pk}")
    assert (version(cohort), version(other)) == (before[0] + 1, before[1] + 1)


def test_the_revision_rises_with_time_mode_and_state_whoever_writes():
    session = busy()
    for change in (shifted("1 hour"), "mode = 'remote'", "state = 'cancelled'", "state = 'planned'"):
        execute(f"UPDATE courses_session SET {change}")
    session.refresh_from_db()
    assert session.revision == 4
    assert session.previous_starts_at == NINE


def test_words_of_a_used_programme_may_still_be_mended():
    cohort = factories.a_cohort()
    execute(
        "UPDATE courses_programme SET title_it = 'Mobilità'",
        "UPDATE courses_block SET title_en = 'Mobility'",
        "UPDATE courses_module SET outcomes_it = 'Sa fare'",
    )
    cohort.programme.refresh_from_db()
    assert cohort.programme.title_it == "Mobilità"
