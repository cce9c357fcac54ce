"""Writing scores down: a draft, its ledger, and two people at once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from assessments.actions import scores
from assessments.actions.scores import Cell, ScoresChangedMeanwhile, record_scores
from assessments.models import Score, ScoreEntry
from courses.models import Session
from courses.refusals import Refusal
from tests.classroom import ABSENT, AFTERWARDS, TEST_DAY, Class, mark
from tests.factories import an_enrollment

pytestmark = pytest.mark.django_db


def test_scores_are_saved_as_a_draft_and_sent_twice_change_nothing(group):
    assert group.record(mark(28), ABSENT, None) == 2
    assert group.record(mark(28), ABSENT, None) == 0
    assert group.results() == [mark(28), ABSENT, None]
    assert list(Score.objects.published()) == []
    assert ScoreEntry.objects.count() == 2


def test_the_ledger_keeps_who_when_from_what_to_what(group):
    group.record(mark(28))
    later = AFTERWARDS + timedelta(hours=1)
    group.record(mark(30, honours=True), at=later)
    group.record(None, at=later + timedelta(hours=1))
    lines = [(entry.change, entry.before, entry.after) for entry in ScoreEntry.objects.order_by("pk")]
    assert lines == [
        ("insert", None, mark(28)),
        ("update", mark(28), mark(30, honours=True)),
        ("delete", mark(30, honours=True), None),
    ]
    assert {entry.by for entry in ScoreEntry.objects.all()} == {group.teacher}
    assert list(ScoreEntry.objects.order_by("pk").values_list("at", flat=True))[:2] == [AFTERWARDS, later]


def test_a_cell_changed_meanwhile_is_a_conflict_and_nothing_is_written(group):
    group.record(mark(25))
    first, second = group.people[:2]
    cells = [Cell(first.pk, None, mark(27)), Cell(second.pk, None, mark(20))]
    with pytest.raises(ScoresChangedMeanwhile) as conflict:
        record_scores(test=group.test, cells=cells, by=group.teacher, at=AFTERWARDS)
    assert conflict.value.current == {first.pk: mark(25)}
    assert group.results() == [mark(25), None, None]


def test_typing_what_is_already_there_or_nothing_new_is_no_conflict(group):
    group.record(mark(25), mark(20))
    first, second = group.people[:2]
    cells = [Cell(first.pk, None, mark(25)), Cell(second.pk, mark(19), mark(19))]
    assert record_scores(test=group.test, cells=cells, by=group.teacher, at=AFTERWARDS) == 0
    assert group.results() == [mark(25), mark(20), None]


def test_nothing_can_be_recorded_before_the_test_or_for_a_cancelled_session(group):
    with pytest.raises(Refusal, match="not begun"), override("en"):
        group.record(mark(28), at=TEST_DAY - timedelta(minutes=1))
    Session.objects.filter(pk=group.test.session_id).update(state="cancelled")
    with pytest.raises(Refusal, match="cancelled"), override("en"):
        group.record(mark(28))
    assert Score.objects.count() == 0


def test_an_auditor_gets_no_score(group):
    auditor = an_enrollment(cohort=group.cohort, auditor=True)
    cells = [Cell(auditor.pk, None, mark(28))]
    with pytest.raises(Refusal, match="do not sit"), override("en"):
        record_scores(test=group.test, cells=cells, by=group.teacher, at=AFTERWARDS)
    assert Score.objects.count() == 0


def test_whoever_writes_scores_locks_the_test_before_they_read_any(group):
    for write in (lambda: group.record(mark(28), mark(20), ABSENT), group.publish):
        with CaptureQueriesContext(connection) as asked:
            write()
        tables = [
            query["sql"].split('FROM "')[1].split('"')[0] for query in asked if "FOR NO KEY" in query["sql"]
        ]
        assert list(dict.fromkeys(tables)) == ["assessments_moduletest", "assessments_score"]


def save_at_once(group: Class, *values: int) -> list:
    """Each value for the whole class, saved by as many people at the same moment; what came of it."""
    barrier, outcomes = threading.Barrier(len(values)), []

    def save(value: int) -> None:
        cells = [Cell(person.pk, None, mark(value)) for person in group.people]
        try:
            barrier.wait(60)
            outcomes.append(record_scores(test=group.test, cells=cells, by=group.teacher, at=AFTERWARDS))
        except ScoresChangedMeanwhile as conflict:
            outcomes.append(set(conflict.current.values()))
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=[value]) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(outcomes, key=str)


@pytest.mark.django_db(transaction=True)
def test_two_people_saving_at_the_same_moment_never_overwrite_each_other():
    group = Class(size=8)
    outcomes = save_at_once(group, 20, 30)
    [winner] = set(group.results())
    assert outcomes == [8, {winner}]
    assert ScoreEntry.objects.count() == 8


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_one_overwrites_the_other(monkeypatch):
    group = Class(size=8)
    both_have_read = threading.Barrier(2)

    def read_without_lock(test, attempt):
        now = {score.enrollment_id: score for score in test.scores.filter(attempt=attempt)}
        both_have_read.wait(60)
        return now

    monkeypatch.setattr(scores, "locked", lambda test: test)
    monkeypatch.setattr(scores, "locked_scores", read_without_lock)
    assert save_at_once(group, 20, 30) == [8, 8]
    assert ScoreEntry.objects.count() == 16
