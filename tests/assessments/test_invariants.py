"""What must never be in the record, of scores and of presence, broken by SQL and refused by PostgreSQL."""

import pgtrigger
import pytest
from django.db import DataError, IntegrityError, transaction

from assessments.models import (
    AbsenceNotice,
    AttendanceRule,
    Certificate,
    CertificateRule,
    ModuleTest,
    Opinion,
    PanelJudgement,
    PlatformReport,
    Presence,
    PresenceInterval,
    Rectification,
    RectificationRequest,
    Register,
    Rubric,
    Score,
    ScoreBatch,
    ScoreEntry,
    Signature,
)
from courses.actions.ledger import sign
from courses.models import sentence_for
from tests import factories
from tests.certificates import BROKEN_BY_CERTIFICATES, certificates_of_every_state
from tests.forming import BROKEN_BY_TEAM_PLANS
from tests.invariants import another, cases, execute, refused_as, rules
from tests.projects import BROKEN_BY_PROJECTS, projects_of_every_state
from tests.registers import registers_of_every_state
from tests.surveys import BROKEN_BY_SURVEYS, opinion, surveys_of_every_state

pytestmark = pytest.mark.django_db

NOON = factories.rome(2022, 1, 20, 12)
WITH_REASON = "SELECT set_config('smtc.reason', 'even with one', true)"
PUBLISHED = "published_at IS NOT NULL"
SOMEBODY = "(SELECT min(id) FROM academy_user)"
SIGNED = f"signed_at = now(), signed_by_id = {SOMEBODY}"
WITH_SCORES = "id IN (SELECT test_id FROM assessments_score)"


def unsound(model, outcome, value, honours="false") -> list[str]:
    """The same unsound result as a change and as a new row."""
    facts = {"outcome": f"'{outcome}'", "value": value, "honours": honours, "attempt": "2"}
    if model is ScoreEntry:
        return [another(model, **facts)]
    change = ", ".join(f"{column} = {fact}" for column, fact in facts.items() if column != "attempt")
    return [f"UPDATE assessments_score SET {change} WHERE NOT {PUBLISHED}", another(model, **facts)]


def of_the_result(prefix: str, model) -> dict:
    """What every result obeys, in the table of scores as in the ledger."""
    return {
        f"{prefix}_has_a_known_outcome": unsound(model, "cheated", "NULL"),
        f"{prefix}_has_a_value_exactly_for_a_mark": [
            *unsound(model, "mark", "NULL"),
            *unsound(model, "absent", "18"),
            *unsound(model, "excused", "0"),
        ],
        f"{prefix}_lies_within_the_scale": unsound(model, "mark", "31"),
        f"{prefix}_has_honours_only_with_full_marks": [
            *unsound(model, "mark", "29", "true"),
            *unsound(model, "absent", "NULL", "true"),
        ],
        f"{prefix}_is_of_the_first_or_second_attempt": [
            another(model, attempt="0"),
            another(model, attempt="3"),
        ],
    }


BROKEN_BY = {
    "one_test_per_module_and_edition": another(ModuleTest),
    "a_test_is_sat_in_a_session_of_its_module": [
        "UPDATE assessments_moduletest SET session_id = (SELECT max(id) FROM courses_session)",
        "UPDATE assessments_moduletest SET module_id = (SELECT min(id) FROM courses_module)",
        "DELETE FROM courses_session",
    ],
    "only_modules_with_a_test_have_one": another(
        ModuleTest, module_id="(SELECT max(id) FROM courses_module WHERE NOT has_test)"
    ),
    "a_test_is_marked_in_a_known_scale": another(ModuleTest, scale="'letters'"),
    "a_test_with_scores_keeps_its_rules": [
        f"UPDATE assessments_moduletest SET scale = 'hundred' WHERE {WITH_SCORES}",
        f"{another(Score, attempt='2')}; UPDATE assessments_moduletest SET may_be_retaken = false",
    ],
    "a_test_is_retaken_only_if_it_may_be": (
        f"UPDATE assessments_moduletest SET may_be_retaken = false; {another(Score, attempt='2')}"
    ),
    "a_signature_of_a_score_says_who_and_when": [
        f"UPDATE assessments_score SET signed_at = now() WHERE NOT {PUBLISHED}",
        f"UPDATE assessments_score SET signed_by_id = {SOMEBODY} WHERE NOT {PUBLISHED}",
    ],
    "a_second_signature_is_of_somebody_else_than_the_first": [
        f"UPDATE assessments_score SET {change} WHERE NOT {PUBLISHED}"
        for change in (
            "second_at = now()",
            f"second_at = now(), second_by_id = {SOMEBODY}",
            f"{SIGNED}, second_at = now(), second_by_id = {SOMEBODY}",
        )
    ],
    "a_published_score_is_signed_by_as_many_as_it_needs": [
        f"UPDATE assessments_score SET published_at = now() WHERE NOT {PUBLISHED}",
        f"UPDATE assessments_score SET {SIGNED}, conflict = true, published_at = now() WHERE NOT {PUBLISHED}",
    ],
    "a_final_score_is_reopened_before_it_changes": [
        f"UPDATE assessments_score SET {SIGNED} WHERE NOT {PUBLISHED}; {change} WHERE NOT {PUBLISHED}"
        for change in (
            "UPDATE assessments_score SET value = 30",
            "UPDATE assessments_score SET outcome = 'absent', value = NULL",
            "UPDATE assessments_score SET conflict = true",
            "DELETE FROM assessments_score",
        )
    ],
    "it_is_known_who_undid_a_file_of_scores": [
        "UPDATE assessments_scorebatch SET undone_at = now()",
        f"UPDATE assessments_scorebatch SET undone_by_id = {SOMEBODY}",
    ],
    "an_entry_is_of_a_known_change": another(ScoreEntry, change="'guess'"),
    "one_score_per_participant_test_and_attempt": another(Score),
    **of_the_result("a_score", Score),
    "a_score_belongs_to_a_participant_of_the_edition": [
        another(Score, enrollment_id="(SELECT max(id) FROM enrollment_enrollment)"),
        "UPDATE assessments_score SET cohort_id = (SELECT max(id) FROM courses_cohort)",
    ],
    "a_score_belongs_to_a_test_of_the_edition": (
        "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE assessments_presenceinterval DISABLE TRIGGER USER;"
        "UPDATE enrollment_enrollment SET cohort_id = (SELECT max(id) FROM courses_cohort)"
    ),
    "a_score_stays_with_its_participant_and_test": [
        "UPDATE assessments_score SET enrollment_id = (SELECT max(id) FROM enrollment_enrollment)",
        "UPDATE assessments_score SET attempt = 2",
        "UPDATE assessments_score SET test_id = test_id + 1",
    ],
    "a_published_score_changes_only_with_a_reason": [
        f"UPDATE assessments_score SET value = 30 WHERE {PUBLISHED}",
        f"UPDATE assessments_score SET value = 30, honours = true WHERE {PUBLISHED}",
        f"UPDATE assessments_score SET outcome = 'absent', value = NULL WHERE {PUBLISHED}",
        f"UPDATE assessments_score SET published_at = NULL WHERE {PUBLISHED}",
        f"DELETE FROM assessments_score WHERE {PUBLISHED}",
        f"{WITH_REASON}; DELETE FROM assessments_score WHERE {PUBLISHED}",
    ],
    **of_the_result("an_entry", ScoreEntry),
    "the_score_ledger_is_append_only": [
        "UPDATE assessments_scoreentry SET reason = 'nicer'",
        "DELETE FROM assessments_scoreentry",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE assessments_scoreentry",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE assessments_moduletest CASCADE",
    ],
}


def of_state(state: str, column: str = "id") -> str:
    """The register that is open, signed, closed or locked; or its session."""
    return f"(SELECT {column} FROM assessments_register WHERE state = '{state}')"


def register(state: str, change: str) -> str:
    return f"UPDATE assessments_register SET {change} WHERE state = '{state}'"


def past_the_guards(table: str, change: str) -> str:
    """What only a constraint still refuses: the guards of the table are switched off."""
    settled = "SET CONSTRAINTS ALL IMMEDIATE"
    return f"{settled}; ALTER TABLE {table} DISABLE TRIGGER USER; UPDATE {table} SET {change}"


def append_only(table: str, column: str) -> list[str]:
    return [
        f"UPDATE {table} SET {column} = {column}",
        f"DELETE FROM {table}",
        f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table} CASCADE",
    ]


def of_the_answer(prefix: str, table: str) -> dict:
    """What holds of whatever participants send in."""
    return {
        f"{prefix}_has_a_known_state": past_the_guards(table, "state = 'lost'"),
        f"{prefix}_says_who_answered_it": [
            f"UPDATE {table} SET state = 'accepted'",
            f"UPDATE {table} SET state = 'accepted', answered_at = now()",
            f"UPDATE {table} SET answered_by_id = enrollment_id",
        ],
        f"{prefix}_is_refused_with_a_reason": (
            f"UPDATE {table} SET state = 'refused', answered_at = now(), answered_by_id = {SOMEBODY}"
        ),
        f"{prefix}_is_of_the_edition": past_the_guards(table, f"session_id = {ELSEWHERE}"),
        f"{prefix}_is_of_a_participant_of_the_edition": past_the_guards(table, f"enrollment_id = {STRANGER}"),
        f"{prefix}_is_answered_by_the_rules": [
            f"UPDATE {table} SET state = 'withdrawn'; UPDATE {table} SET state = 'sent'",
            f"UPDATE {table} SET state = 'lost'",
        ],
    }


def attachment(**changes: str) -> str:
    """One more attachment of the notice."""
    facts = {"id": "gen_random_uuid()"} | changes
    columns = ("id", "notice_id", "name", "content_type", "size", "digest", "content")
    values = ", ".join(facts.get(column, column) for column in columns)
    table = "assessments_absenceattachment"
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table}"


# Of another edition; of the same one, from a later day on.
ELSEWHERE = "(SELECT max(id) FROM courses_session)"
STRANGER = "(SELECT max(id) FROM enrollment_enrollment)"
LATECOMER = "(SELECT id FROM enrollment_enrollment ORDER BY starts_on DESC, id LIMIT 1)"
# Of the edition, without a register.
FREE = """(SELECT min(id) FROM courses_session WHERE cohort_id = (SELECT min(id) FROM courses_cohort)
    AND id NOT IN (SELECT session_id FROM assessments_register))"""
FIRST = "id = (SELECT min(id) FROM assessments_presence)"
NO_TIMES = {"starts_at": "NULL", "ends_at": "NULL"}
LOCK = f"state = 'locked', locked_at = now(), locked_by_id = {SOMEBODY}, rows = '[]'"
A_SEAL = "digest = repeat('a', 64)"

BROKEN_BY_PRESENCE = {
    # the register
    "a_register_has_a_known_state": another(Register, state="'lost'", session_id=FREE),
    "registers_of_an_edition_are_numbered_apart": register("closed", f"{LOCK}, {A_SEAL}, number = 1"),
    "a_seal_is_of_one_register": register(
        "closed",
        f"{LOCK}, number = 2, digest = (SELECT digest FROM assessments_register WHERE state = 'locked')",
    ),
    "a_register_is_of_the_edition_of_its_session": register(
        "open", "cohort_id = (SELECT max(id) FROM courses_cohort)"
    ),
    "a_register_says_when_it_reached_its_state": [
        register("open", "signed_at = now()"),
        register("signed", "signed_at = NULL"),
        register("signed", "closed_at = now()"),
        register("closed", "closed_at = NULL, closed_by_id = NULL"),
        register("signed", "state = 'closed'"),
    ],
    "it_is_known_who_closed_and_locked_a_register": [
        register("closed", "closed_by_id = NULL"),
        register("signed", f"closed_by_id = {SOMEBODY}"),
        register("closed", f"locked_by_id = {SOMEBODY}"),
    ],
    "a_register_is_sealed_exactly_when_locked": [
        register("closed", "number = 2"),
        register("closed", "rows = '[]'"),
        register("open", A_SEAL),
        register("closed", f"{LOCK}, {A_SEAL}"),
        register("closed", f"{LOCK}, number = 2"),
        register("closed", f"{LOCK}, number = 2, digest = repeat('A', 64)"),
        register("closed", f"{LOCK}, number = 2, {A_SEAL}".replace("'[]'", "NULL")),
    ],
    "a_signed_register_says_what_was_done": register("signed", "topic = ''"),
    "a_session_really_ended_after_it_began": [
        register("open", "started_at = now()"),
        register("open", "started_at = now(), finished_at = now()"),
    ],
    "a_register_changes_state_by_the_rules": [
        register("open", "state = 'closed'"),
        register("signed", "state = 'open'"),
        register("signed", "state = 'locked'"),
        register("closed", "state = 'signed'"),
        register("locked", "state = 'closed'"),
    ],
    "a_register_stays_with_its_session": [
        register("open", f"session_id = {FREE}"),
        "DELETE FROM assessments_register WHERE state = 'open'",
    ],
    "what_a_locked_register_says_stays": [
        register("locked", change)
        for change in (
            "topic = 'nicer'",
            "started_at = now(), finished_at = now() + interval '1 hour'",
            "note = 'nicer'",
            "number = 2",
            "rows = '[]'",
            A_SEAL,
            "locked_at = now()",
            "locked_by_id = 0",
        )
    ],
    "a_register_is_signed_by_who_taught": [
        register("open", "state = 'signed', signed_at = now()"),
        another(Register, state="'signed'", signed_at="now()", session_id=FREE),
        another(Register, state="'locked'", session_id=FREE),
    ],
    # who answers for it
    "an_instructor_signs_a_register_once": another(Signature, register_id=of_state("signed")),
    "signatures_are_append_only": append_only("assessments_signature", "minutes"),
    "who_signs_a_register_taught_its_session": [
        another(
            Signature,
            register_id=of_state("open"),
            instructor_id="(SELECT max(id) FROM courses_instructor)",
        ),
        another(Signature, register_id=of_state("open"), minutes="241"),
    ],
    "a_final_register_takes_no_signature": [
        another(Signature, register_id=of_state("closed")),
        another(Signature, register_id=of_state("locked")),
    ],
    "a_rectification_has_its_reason": another(Rectification, reason="''"),
    "rectifications_are_append_only": append_only("assessments_rectification", "reason"),
    "only_a_closed_register_is_rectified": [
        another(Rectification, register_id=of_state("open")),
        another(Rectification, register_id=of_state("signed")),
    ],
    # what is said of a presence
    "an_interval_has_a_known_source": another(PresenceInterval, source="'rumour'"),
    "an_interval_has_a_known_attendance": another(PresenceInterval, attendance="'in_spirit'"),
    "an_interval_ends_after_it_begins": [
        another(PresenceInterval, ends_at="starts_at"),
        another(PresenceInterval, starts_at="NULL"),
        another(PresenceInterval, source="'call_code'", ends_at="NULL"),
    ],
    "only_who_decides_calls_somebody_absent": another(PresenceInterval, source="'call_code'", **NO_TIMES),
    "the_office_gives_its_reason": another(PresenceInterval, source="'staff'", reason="''"),
    "what_a_platform_says_is_in_its_report": [
        another(PresenceInterval, source="'platform'"),
        another(PresenceInterval, report_id="(SELECT id FROM assessments_platformreport)"),
    ],
    "a_code_is_used_once_per_person": [
        "; ".join([another(PresenceInterval, source=f"'{code}'")] * 2) for code in ("room_code", "call_code")
    ],
    "an_interval_is_of_the_edition_of_its_session": past_the_guards(
        "assessments_presenceinterval", f"session_id = {ELSEWHERE}"
    ),
    "an_interval_is_of_a_participant_of_the_edition": another(PresenceInterval, enrollment_id=STRANGER),
    "an_interval_never_changes": append_only("assessments_presenceinterval", "reason")[:2],
    "intervals_are_never_emptied": append_only("assessments_presenceinterval", "reason")[2:],
    "who_was_there_is_on_the_roster": another(PresenceInterval, enrollment_id=LATECOMER),
    "what_is_decided_lies_within_the_session": [
        another(PresenceInterval, starts_at="starts_at - interval '1 second'"),
        another(PresenceInterval, ends_at="ends_at + interval '1 second'"),
        another(PresenceInterval, source="'staff'", reason="'So'", ends_at="ends_at + interval '1 second'"),
    ],
    "an_interval_supersedes_one_of_the_same_person": [
        another(PresenceInterval, supersedes_id="id + 1"),
        another(PresenceInterval, supersedes_id="id", source="'call_code'"),
    ],
    "a_signed_register_is_corrected_with_a_reason": another(
        PresenceInterval, session_id=of_state("signed", "session_id"), reason="''", **NO_TIMES
    ),
    "a_final_register_takes_only_rectifications": [
        another(PresenceInterval, session_id=of_state(state, "session_id"), **facts, **NO_TIMES)
        for state in ("closed", "locked")
        for facts in (
            {"reason": "'So'"},
            {"reason": "'So'", "source": "'staff'"},
            {
                "source": "'staff'",
                "reason": "'So'",
                "rectification_id": "(SELECT id FROM assessments_rectification)",
            },
        )
    ],
    # what counts of it
    "one_presence_per_person_and_session": another(Presence),
    "minutes_in_person_are_among_those_credited": past_the_guards("assessments_presence", "in_person = 241"),
    "a_presence_is_of_the_edition_of_its_session": past_the_guards(
        "assessments_presence",
        f"session_id = {ELSEWHERE} WHERE {FIRST}",
    ),
    "a_presence_is_of_a_participant_of_the_edition": past_the_guards(
        "assessments_presence",
        f"enrollment_id = {STRANGER} WHERE {FIRST}",
    ),
    "a_presence_stays": [
        "DELETE FROM assessments_presence",
        f"UPDATE assessments_presence SET session_id = {FREE}",
        f"UPDATE assessments_presence SET enrollment_id = {STRANGER}",
    ],
    "a_session_with_a_final_register_stays": [
        f"UPDATE courses_session SET {change} WHERE id = {of_state(state, 'session_id')}"
        for state in ("closed", "locked")
        for change in ("state = 'cancelled'", "ends_at = ends_at + interval '1 minute'")
    ],
    # reports and rules
    "a_report_is_of_a_known_platform": "UPDATE assessments_platformreport SET platform = 'skype'",
    "a_report_is_imported_once": another(PlatformReport),
    "it_is_known_who_undid_a_report": [
        "UPDATE assessments_platformreport SET undone_at = now()",
        f"UPDATE assessments_platformreport SET undone_by_id = {SOMEBODY}",
    ],
    "a_rule_has_a_known_scope": another(AttendanceRule, scope="'mood'"),
    "a_rule_names_a_mode_exactly_when_it_counts_one": [
        another(AttendanceRule, mode="'remote'"),
        another(AttendanceRule, scope="'session_mode'"),
        another(AttendanceRule, scope="'session_mode'", mode="'asleep'"),
    ],
    "a_rule_asks_for_a_share_of_the_whole": [
        another(AttendanceRule, scope="'block'", share="0"),
        another(AttendanceRule, scope="'block'", share="10001"),
    ],
    "an_edition_has_a_rule_once": another(AttendanceRule),
    "a_certificate_asks_for_a_known_need": another(CertificateRule, need="'luck'"),
    "only_tests_are_spared": another(CertificateRule, need="'final'", spared="1"),
    "alternatives_share_a_letter": another(CertificateRule, need="'final'", letter="'Z'"),
    "an_edition_asks_for_a_need_once": another(CertificateRule),
    # what participants send in
    **of_the_answer("a_notice_of_absence", "assessments_absencenotice"),
    "one_notice_of_absence_per_session": another(AbsenceNotice),
    "a_notice_of_absence_ends_after_it_begins": [
        "UPDATE assessments_absencenotice SET starts_at = now()",
        "UPDATE assessments_absencenotice SET starts_at = now(), ends_at = now()",
    ],
    "an_attachment_is_of_a_known_kind": attachment(content_type="'text/html'"),
    "an_attachment_is_neither_empty_nor_too_large": [attachment(size="0"), attachment(size="5242881")],
    "an_attachment_never_changes": "UPDATE assessments_absenceattachment SET name = 'other.pdf'",
    **of_the_answer("a_request", "assessments_rectificationrequest"),
    "a_request_has_a_known_attendance": (
        "UPDATE assessments_rectificationrequest SET attendance = 'in_spirit'"
    ),
    "one_open_request_per_person_and_session": another(RectificationRequest),
    "a_request_says_from_when_to_when": [
        "UPDATE assessments_rectificationrequest SET starts_at = NULL",
        "UPDATE assessments_rectificationrequest SET starts_at = NULL, ends_at = NULL",
        "UPDATE assessments_rectificationrequest SET ends_at = starts_at",
    ],
    "a_rectification_is_asked_for_within_three_days": [
        another(RectificationRequest, sent_at="sent_at + interval '10 days'"),
        another(RectificationRequest, sent_at="sent_at - interval '10 days'"),
    ],
}


@pytest.fixture
def world():
    """A test with a published score and a draft; another edition with its own test and people."""
    session = factories.a_session(starts_at=factories.rome(2022, 1, 20, 9))
    test = factories.a_test(session)
    factories.a_score(test, published_at=NOON)
    factories.a_score(test)
    ScoreBatch.objects.create(cohort=test.cohort, name="voti.csv", by=factories.a_person(), at=NOON)
    other = factories.a_cohort(programme=session.cohort.programme)
    factories.a_session(other, module=factories.a_module(other, "B2"))
    factories.an_enrollment(cohort=other)


@pytest.mark.parametrize(("name", "statement"), cases(BROKEN_BY))
@pytest.mark.usefixtures("world")
def test_past_the_forms_it_is_refused_under_its_name(name, statement):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        execute(statement)
    assert refused_as(refusal.value) == name
    assert sentence_for(refusal.value) == rules("assessments")[name].message


@pytest.mark.parametrize(("name", "statement"), cases(BROKEN_BY_PRESENCE))
def test_past_the_pages_of_the_register_it_is_refused_under_its_name(name, statement):
    registers_of_every_state()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        execute(statement)
    assert refused_as(refusal.value) == name
    assert sentence_for(refusal.value) == rules("assessments")[name].message


@pytest.mark.parametrize(("name", "statement"), cases(BROKEN_BY_PROJECTS))
def test_past_the_pages_of_projects_it_is_refused_under_its_name(name, statement):
    projects_of_every_state()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        execute(statement)
    assert refused_as(refusal.value) == name
    assert sentence_for(refusal.value) == rules("assessments")[name].message


@pytest.mark.parametrize(("name", "statement"), cases(BROKEN_BY_CERTIFICATES))
def test_past_the_pages_of_certificates_it_is_refused_under_its_name(name, statement):
    certificates_of_every_state()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        execute(statement)
    assert refused_as(refusal.value) == name
    assert sentence_for(refusal.value) == rules("assessments")[name].message


@pytest.mark.parametrize(("name", "statement"), cases(BROKEN_BY_SURVEYS))
def test_past_the_pages_of_questionnaires_it_is_refused_under_its_name(name, statement):
    surveys_of_every_state()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        execute(statement)
    assert refused_as(refusal.value) == name
    assert sentence_for(refusal.value) == rules("assessments")[name].message


def test_control_without_its_guard_somebody_answers_twice_over():
    surveys_of_every_state()
    guard = "assessments.Opinion:opinions_are_of_people_who_answered"
    before = Opinion.objects.count()
    execute("SET CONSTRAINTS ALL IMMEDIATE")  # what was said so far is in order
    with pgtrigger.ignore(guard):
        execute(opinion())
    assert Opinion.objects.count() == before + 1


def test_control_without_its_guard_a_certificate_can_be_rewritten():
    certificates_of_every_state()
    with pgtrigger.ignore("assessments.Certificate:what_a_certificate_says_never_changes"):
        execute("UPDATE assessments_certificate SET facts = '{}'")
    assert set(Certificate.objects.values_list("facts__name", flat=True)) == {None}


@pytest.mark.parametrize(
    "table",
    [
        *("enrollment_enrollment", "courses_cohort", "courses_programme", "academy_user"),
        "assessments_certificate",
    ],
)
def test_what_a_certificate_rests_on_cannot_be_deleted(table):
    certificates_of_every_state()
    with pytest.raises(IntegrityError), transaction.atomic():
        execute(f"DELETE FROM {table}")


def test_every_rule_of_the_record_is_broken_here():
    tables = (
        *(BROKEN_BY, BROKEN_BY_PRESENCE, BROKEN_BY_PROJECTS),
        *(BROKEN_BY_CERTIFICATES, BROKEN_BY_SURVEYS, BROKEN_BY_TEAM_PLANS),
    )
    assert sorted(rules("assessments")) == sorted(name for table in tables for name in table)


def test_control_without_its_guard_a_judgement_that_is_given_can_be_rewritten():
    projects_of_every_state()
    with pgtrigger.ignore("assessments.PanelJudgement:a_given_judgement_stays"):
        execute("UPDATE assessments_paneljudgement SET words = 'nicer' WHERE state = 'given'")
    assert set(PanelJudgement.objects.given().values_list("words", flat=True)) == {"nicer"}


def test_control_without_its_guards_a_rubric_in_use_can_be_rewritten():
    projects_of_every_state()
    [rubric] = Rubric.objects.exclude(frozen_at=None)
    assert rubric.digest == rubric.hash
    with pgtrigger.ignore("assessments.RubricLevel:levels_of_a_rubric_in_use_stay"):
        execute("UPDATE assessments_rubriclevel SET text_it = 'nicer'")
    assert rubric.digest != Rubric.objects.get(pk=rubric.pk).hash


def test_control_without_its_guard_a_locked_register_can_be_rewritten():
    registers_of_every_state()
    with pgtrigger.ignore("assessments.Register:what_a_locked_register_says_stays"):
        execute(register("locked", "topic = 'nicer'"))
    assert Register.objects.locked().get().topic == "nicer"


@pytest.mark.usefixtures("world")
def test_control_without_its_guard_the_ledger_can_be_emptied():
    with pgtrigger.ignore("assessments.ScoreEntry:the_score_ledger_is_append_only"):
        execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE assessments_scoreentry")
    assert not ScoreEntry.objects.exists()


@pytest.mark.parametrize("value", ["'NaN'", "'Infinity'", "1e400", "'27_5x'", "-1", "100000"])
@pytest.mark.usefixtures("world")
def test_what_is_no_number_of_the_scale_cannot_be_written(value):
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        execute(f"UPDATE assessments_score SET value = {value} WHERE NOT {PUBLISHED}")


def test_a_correction_with_a_reason_leaves_exactly_one_line_of_who_when_what_and_why():
    office = factories.somebody_of_the_office()
    score = factories.a_score(published_at=NOON)
    before = set(ScoreEntry.objects.values_list("pk", flat=True))
    sign(by=office, at=NOON, reason="Errore di trascrizione")
    execute(f"UPDATE assessments_score SET value = 30, honours = true WHERE id = {score.pk}")
    [line] = ScoreEntry.objects.exclude(pk__in=before)
    assert (line.by, line.at, line.reason) == (office, NOON, "Errore di trascrizione")
    assert (line.old_outcome, line.old_value, line.old_honours) == ("mark", 28, False)
    assert (line.outcome, line.value, line.honours, line.published) == ("mark", 30, True, True)
    assert (line.enrollment, line.test, line.attempt) == (score.enrollment, score.test, 1)


def test_sql_written_by_hand_is_in_the_ledger_too():
    score = factories.a_score()
    execute(
        f"UPDATE assessments_score SET value = 29 WHERE id = {score.pk}",
        f"UPDATE assessments_score SET value = 29 WHERE id = {score.pk}",
        f"DELETE FROM assessments_score WHERE id = {score.pk}",
    )
    lines = ScoreEntry.objects.order_by("pk").values_list("change", "old_value", "value", "by")
    assert list(lines) == [
        ("insert", None, 28, None),
        ("update", 28, 29, None),
        ("delete", 29, 29, None),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_signature_ends_with_its_transaction():
    score = factories.a_score(published_at=NOON)
    with transaction.atomic():
        sign(by=None, at=NOON, reason="Errore di trascrizione")
    with pytest.raises(IntegrityError):
        execute(f"UPDATE assessments_score SET value = 30 WHERE id = {score.pk}")


@pytest.mark.parametrize(
    "record", ["enrollment_enrollment", "assessments_moduletest", "courses_session", "academy_user"]
)
@pytest.mark.usefixtures("world")
def test_nothing_with_scores_is_deleted_and_nothing_cascades(record):
    with pytest.raises(IntegrityError, match="foreign key"), transaction.atomic():
        execute(f"DELETE FROM {record}")
    assert Score.objects.count() == 2
