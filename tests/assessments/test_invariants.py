"""What must never be in the record of scores, broken by SQL and refused by PostgreSQL."""

import pgtrigger
import pytest
from django.db import DataError, IntegrityError, transaction

from assessments.models import ModuleTest, Score, ScoreEntry
from courses.actions.ledger import sign
from courses.models import sentence_for
from tests import factories
from tests.invariants import another, cases, execute, refused_as, rules

pytestmark = pytest.mark.django_db

NOON = factories.rome(2022, 1, 20, 12)
WITH_REASON = "SELECT set_config('smtc.reason', 'even with one', true)"
PUBLISHED = "published_at IS NOT NULL"


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
    "one_score_per_participant_test_and_attempt": another(Score),
    **of_the_result("a_score", Score),
    "a_score_belongs_to_a_participant_of_the_edition": [
        another(Score, enrollment_id="(SELECT max(id) FROM enrollment_enrollment)"),
        "UPDATE assessments_score SET cohort_id = (SELECT max(id) FROM courses_cohort)",
    ],
    "a_score_belongs_to_a_test_of_the_edition": (
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


@pytest.fixture
def world():
    """A test with a published score and a draft; another edition with its own test and people."""
    session = factories.a_session(starts_at=factories.rome(2022, 1, 20, 9))
    test = factories.a_test(session)
    factories.a_score(test, published_at=NOON)
    factories.a_score(test)
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


def test_every_rule_of_the_record_is_broken_here():
    assert rules("assessments").keys() == BROKEN_BY.keys()


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
