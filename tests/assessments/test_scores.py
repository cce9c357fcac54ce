"""Recording, publishing and correcting the scores of a test, and the grid that does it."""

import re
import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from assessments.actions import scores
from assessments.actions.scores import (
    Cell,
    ScoresChangedMeanwhile,
    correct_score,
    publish_scores,
    record_scores,
)
from assessments.forms import SENTENCES
from assessments.marking import Outcome, Result, Unreadable
from assessments.models import ModuleTest, Score, ScoreEntry
from assessments.roster import roster
from courses.models import Session
from courses.refusals import Refusal
from enrollment.actions.admission import end_enrollment
from tests.factories import (
    a_cohort,
    a_module,
    a_person,
    a_session,
    a_test,
    an_enrollment,
    an_instructor,
    rome,
)

pytestmark = pytest.mark.django_db

TEST_DAY = rome(2022, 1, 28, 9)
AFTERWARDS = rome(2022, 1, 28, 15)
ABSENT, EXCUSED = Result(Outcome.ABSENT), Result(Outcome.EXCUSED)


def mark(value: int, *, honours: bool = False) -> Result:
    return Result(Outcome.MARK, value, honours)


class Class:
    """A test with its instructor and participants; the clock is today's, long after the test."""

    def __init__(self, size: int = 3, *, seats: int = 30):
        self.cohort = a_cohort(seats=max(size, seats))
        self.instructor = an_instructor(user=a_person(name="Ada Docente", language="en"))
        session = a_session(self.cohort, starts_at=TEST_DAY, instructors=[self.instructor])
        self.test = a_test(session)
        self.people = [an_enrollment(cohort=self.cohort) for _ in range(size)]
        self.teacher = self.instructor.user

    def record(self, *results: Result | None, attempt=1, at=AFTERWARDS, by=None) -> int:
        """Type these results over what stands now, one per person."""
        now = {score.enrollment_id: score.result for score in self.test.scores.filter(attempt=attempt)}
        cells = [
            Cell(person.pk, now.get(person.pk), result)
            for person, result in zip(self.people, results, strict=False)
        ]
        return record_scores(test=self.test, cells=cells, attempt=attempt, by=by or self.teacher, at=at)

    def publish(self, *, attempt=1, at=AFTERWARDS) -> ModuleTest:
        return publish_scores(test=self.test, attempt=attempt, by=self.teacher, at=at)

    def results(self, attempt=1) -> list[Result | None]:
        now = {score.enrollment_id: score.result for score in Score.objects.filter(attempt=attempt)}
        return [now.get(person.pk) for person in self.people]


@pytest.fixture
def group() -> Class:
    return Class()


def client_of(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def form(group: Class, *typed: str, seen=("", "", ""), do="save", **extra) -> dict[str, str]:
    """What the page of the grid sends."""
    data = {}
    for person, now, before in zip(group.people, typed, seen, strict=False):
        data |= {f"seen-{person.pk}": before, f"cell-{person.pk}": now}
    return data | extra | {"do": do}


def grid(group: Class, attempt=1) -> str:
    name = "assessments:scores" if attempt == 1 else "assessments:retake_scores"
    return reverse(name, args=[group.test.pk])


# --- Recording ---------------------------------------------------------------------------------


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


def test_the_class_is_that_of_the_day_of_the_test(group):
    stays, left, joined = group.people
    end_enrollment(
        enrollment=left, state="withdrawn", on=TEST_DAY.date() - timedelta(days=1), by=None, at=AFTERWARDS
    )
    type(joined).objects.filter(pk=joined.pk).update(starts_on=TEST_DAY.date() + timedelta(days=1))
    an_enrollment(cohort=group.cohort, auditor=True)
    assert list(roster(group.test, at=AFTERWARDS)) == [stays]
    with pytest.raises(Refusal, match="do not sit this test"), override("en"):
        group.record(mark(28), mark(28))


def test_who_has_a_score_stays_in_sight_whatever_becomes_of_the_dates(group):
    group.record(mark(28))
    person = group.people[0]
    end_enrollment(enrollment=person, state="withdrawn", on=group.cohort.starts_on, by=None, at=AFTERWARDS)
    assert person in roster(group.test, at=AFTERWARDS)


def test_nothing_can_be_recorded_before_the_test_or_for_a_cancelled_session(group):
    with pytest.raises(Refusal, match="not begun"), override("en"):
        group.record(mark(28), at=TEST_DAY - timedelta(minutes=1))
    Session.objects.filter(pk=group.test.session_id).update(state="cancelled")
    with pytest.raises(Refusal, match="cancelled"), override("en"):
        group.record(mark(28))
    assert Score.objects.count() == 0


# --- Publishing and correcting -----------------------------------------------------------------


def test_all_scores_are_published_in_one_act_and_publishing_again_does_nothing(group):
    group.record(mark(28), ABSENT, EXCUSED)
    group.publish()
    again = group.publish(at=AFTERWARDS + timedelta(days=1))
    assert again.published_at == AFTERWARDS
    assert set(Score.objects.values_list("published_at", flat=True)) == {AFTERWARDS}
    assert ScoreEntry.objects.publications().count() == 3
    assert ScoreEntry.objects.changes().count() == 3


def test_nothing_is_published_while_somebody_has_no_outcome(group):
    group.record(mark(28), ABSENT)
    with pytest.raises(Refusal, match=group.people[2].user.name):
        group.publish()
    assert not Score.objects.published().exists()


def test_a_test_nobody_sat_is_not_published():
    group = Class(size=0)
    with pytest.raises(Refusal, match="nothing to publish"), override("en"):
        group.publish()
    assert ModuleTest.objects.unpublished().get() == group.test


def test_only_what_was_looked_at_is_published(group):
    group.record(mark(28), ABSENT, mark(17))
    looked_at = {person.pk: result for person, result in zip(group.people, group.results(), strict=True)}
    group.record(mark(29), ABSENT, mark(17))
    with pytest.raises(ScoresChangedMeanwhile):
        publish_scores(test=group.test, seen=looked_at, by=group.teacher, at=AFTERWARDS)
    assert not Score.objects.published().exists()


def test_a_published_score_is_corrected_with_a_reason_and_never_recorded_again(group):
    group.record(mark(28), ABSENT, mark(17))
    group.publish()
    with pytest.raises(Refusal, match="published"), override("en"):
        group.record(mark(29))
    score = Score.objects.get(enrollment=group.people[0])
    office = a_person(is_staff=True)
    with pytest.raises(Refusal, match="reason"), override("en"):
        correct_score(score=score, result=mark(29), reason="  ", by=office, at=AFTERWARDS)
    correct_score(score=score, result=mark(29), reason="Miscounted.", by=office, at=AFTERWARDS)
    assert group.results()[0] == mark(29)
    line = ScoreEntry.objects.changes().first()
    assert (line.by, line.before, line.after, line.reason) == (office, mark(28), mark(29), "Miscounted.")


def test_a_reason_given_once_does_not_excuse_the_next_change(group):
    group.record(mark(28), ABSENT, mark(17))
    group.publish()
    score = Score.objects.get(enrollment=group.people[0])
    correct_score(score=score, result=mark(29), reason="Miscounted.", by=group.teacher, at=AFTERWARDS)
    group.cohort.refresh_from_db()
    late = an_enrollment(cohort=group.cohort)
    cells = [Cell(late.pk, None, mark(22))]
    record_scores(test=group.test, cells=cells, by=group.teacher, at=AFTERWARDS)
    assert ScoreEntry.objects.get(enrollment=late).reason == ""


def test_somebody_added_to_the_class_later_is_recorded_and_published_too(group):
    group.record(mark(28), ABSENT, mark(17))
    group.publish()
    group.people.append(an_enrollment(cohort=group.cohort))
    later = AFTERWARDS + timedelta(days=3)
    assert group.record(mark(28), ABSENT, mark(17), mark(24), at=later) == 1
    assert group.publish(at=later).published_at == AFTERWARDS
    assert Score.objects.get(enrollment=group.people[3]).published_at == later


# --- The retake --------------------------------------------------------------------------------


def test_the_retake_is_for_who_has_a_published_result_that_is_no_pass(group):
    group.record(mark(18), mark(17), ABSENT)
    assert list(roster(group.test, attempt=2, at=AFTERWARDS)) == []
    with pytest.raises(Refusal, match="first attempt"), override("en"):
        group.record(mark(20), attempt=2)
    group.publish()
    assert list(roster(group.test, attempt=2, at=AFTERWARDS)) == group.people[1:]
    with pytest.raises(Refusal, match="do not sit"), override("en"):
        group.record(mark(20), attempt=2)


def test_the_retake_is_published_by_itself(group):
    group.record(mark(18), mark(17), ABSENT)
    group.publish()
    later = AFTERWARDS + timedelta(days=14)
    group.record(None, mark(21), ABSENT, attempt=2, at=later)
    assert not Score.objects.published().filter(attempt=2).exists()
    test = group.publish(attempt=2, at=later)
    assert test.published_at == AFTERWARDS
    assert set(Score.objects.filter(attempt=2).values_list("published_at", flat=True)) == {later}
    assert group.results(attempt=2) == [None, mark(21), ABSENT]


def test_a_retake_waits_for_its_session_and_for_who_is_still_there(group):
    group.record(mark(18), mark(17), ABSENT)
    group.publish()
    retake = rome(2022, 2, 10, 12, 30)
    a_session(
        group.cohort, module=group.test.module, starts_at=retake, minutes=45, purpose=Session.Purpose.RETAKE
    )
    with pytest.raises(Refusal, match="retake begins on 10 February 2022, 12:30"), override("en"):
        group.record(None, mark(21), attempt=2, at=retake - timedelta(minutes=1))
    left = group.people[2]
    end_enrollment(
        enrollment=left, state="withdrawn", on=retake.date() - timedelta(days=1), by=None, at=retake
    )
    assert list(roster(group.test, attempt=2, at=retake)) == [group.people[1]]


# --- The page: who may -------------------------------------------------------------------------


def test_a_stranger_is_sent_to_sign_in_and_sees_nothing(group, client):
    group.record(mark(28))
    for page in (grid(group), grid(group, 2), grid(group) + "publish/", grid(group, 2) + "publish/"):
        response = client.get(page)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")
        assert response.content == b""


def test_a_participant_is_turned_away_from_every_page_of_scores(group):
    client = client_of(group.people[0].user)
    for page in (grid(group), grid(group) + "publish/", "/teaching/tests/999999/scores/"):
        assert client.get(page).status_code == 403
        assert client.post(page, form(group, "30")).status_code == 403
    assert Score.objects.count() == 0


def test_an_instructor_of_another_module_or_edition_finds_no_such_test(group):
    stranger = an_instructor()
    a_session(group.cohort, module=a_module(group.cohort, "B2"), instructors=[stranger])
    elsewhere = a_cohort(programme=group.cohort.programme)
    a_session(elsewhere, module=group.test.module, starts_at=rome(2022, 2, 3, 9), instructors=[stranger])
    client = client_of(stranger.user)
    assert client.get(grid(group)).status_code == 404
    assert client.post(grid(group), form(group, "30")).status_code == 404
    assert Score.objects.count() == 0


def test_an_instructor_whose_sessions_were_all_cancelled_finds_no_such_test(group):
    substitute = an_instructor()
    session = a_session(group.cohort, module=group.test.module, instructors=[substitute])
    client = client_of(substitute.user)
    assert client.get(grid(group)).status_code == 200
    Session.objects.filter(pk=session.pk).update(state="cancelled")
    assert client.get(grid(group)).status_code == 404


def test_the_office_needs_the_right_to_change_scores(group):
    office = a_person(is_staff=True)
    assert client_of(office).get(grid(group)).status_code == 403
    office.user_permissions.add(Permission.objects.get(codename="change_score"))
    assert client_of(office).get(grid(group)).status_code == 200


@pytest.mark.parametrize("pk", ["0", "99999999999999999999"])
def test_a_test_that_does_not_exist_is_not_found(group, pk):
    assert client_of(group.teacher).get(f"/teaching/tests/{pk}/scores/").status_code == 404


# --- The page: typing --------------------------------------------------------------------------


def test_the_grid_understands_what_people_type(group):
    response = client_of(group.teacher).post(grid(group), form(group, " 28 ", "30 e lode", "ass"))
    assert (response.status_code, response["Location"]) == (302, grid(group))
    assert group.results() == [mark(28), mark(30, honours=True), ABSENT]


@pytest.mark.parametrize(
    "typed",
    [
        "101",
        "31",
        "-1",
        "NaN",
        "Infinity",
        "1e400",
        "27_5",
        "٢٧",
        "10.005",
        "27,5",
        "29L",
        "2 8",
        "28\0",
        "<b>",
    ],
)
def test_what_is_no_score_is_refused_in_words_and_everything_typed_stays(group, typed):
    response = client_of(group.teacher).post(grid(group), form(group, "28", typed, "ABS"))
    assert response.status_code == 422
    rows = response.context["grid"].rows
    assert [row.typed for row in rows] == ["28", typed, "ABS"]
    assert [bool(row.error) for row in rows] == [False, True, False]
    assert Score.objects.count() == 0
    assert ScoreEntry.objects.count() == 0


def test_there_are_words_for_every_way_to_be_no_score():
    assert set(SENTENCES) == set(Unreadable)


def test_an_emptied_cell_clears_the_draft_and_the_ledger_remembers(group):
    group.record(mark(28))
    client_of(group.teacher).post(grid(group), form(group, "", "", "", seen=("28", "", "")))
    assert group.results() == [None, None, None]
    assert ScoreEntry.objects.changes().first().change == "delete"


def test_a_person_of_another_edition_makes_the_whole_grid_unknown(group):
    stranger = an_enrollment()
    data = form(group, "28", "27", "26") | {f"cell-{stranger.pk}": "30", f"seen-{stranger.pk}": ""}
    assert client_of(group.teacher).post(grid(group), data).status_code == 404
    assert Score.objects.count() == 0


def test_other_fields_are_ignored(group):
    extra = {"published": "on", "graded_by": "1", "max_score": "10", "at": "2020-01-01", "attempt": "2"}
    client_of(group.teacher).post(grid(group), form(group, "28") | extra)
    score = Score.objects.get()
    assert (score.result, score.attempt, score.published_at) == (mark(28), 1, None)
    assert ScoreEntry.objects.get().by == group.teacher


@pytest.mark.parametrize("lost", ["do", "seen"])
def test_a_form_cut_short_or_forged_writes_nothing(group, lost):
    data = form(group, "28", "27")
    if lost == "do":
        data["do"] = "publi"
    else:
        data[f"seen-{group.people[0].pk}"] = "nonsense"
    assert client_of(group.teacher).post(grid(group), data).status_code == 400
    assert Score.objects.count() == 0


def test_signed_out_while_typing_writes_nothing_and_leads_back_to_the_grid(group, client):
    response = client.post(grid(group), form(group, "28"))
    assert response["Location"] == f"/accounts/login/?next={grid(group)}"
    assert Score.objects.count() == 0


def test_the_same_form_sent_twice_changes_nothing_the_second_time(group):
    client = client_of(group.teacher)
    assert client.post(grid(group), form(group, "28", "27")).status_code == 302
    assert client.post(grid(group), form(group, "28", "27")).status_code == 302
    assert ScoreEntry.objects.count() == 2


def test_before_the_test_nothing_can_be_typed(group, time_machine):
    time_machine.move_to(TEST_DAY - timedelta(days=1), tick=False)
    client = client_of(group.teacher)
    page = client.get(grid(group))
    assert (page.status_code, b"<form method" in page.content.split(b"<main")[1]) == (200, False)
    assert client.post(grid(group), form(group, "28")).status_code == 409
    assert Score.objects.count() == 0


# --- The page: two at once ---------------------------------------------------------------------


def test_a_conflict_shows_both_values_and_loses_neither(group):
    office = a_person(name="Olga Ufficio", is_staff=True)
    group.record(mark(25), by=office)
    client = client_of(group.teacher)
    first, second, _third = group.people

    response = client.post(grid(group), form(group, "27", "20"))
    assert response.status_code == 409
    row, other, _ = response.context["grid"].rows
    assert (row.mine, row.seen, row.theirs.by) == ("27", "25", office)
    assert other.typed == "20"
    page = response.content.decode()
    assert re.findall(rf'type="radio"\s+name="cell-{first.pk}"\s+value="(.*)"', page) == ["27", "25"]
    assert "Olga Ufficio" in page
    assert group.results() == [mark(25), None, None]

    answer = {f"seen-{first.pk}": "25", f"mine-{first.pk}": "27", f"seen-{second.pk}": "", "do": "save"}
    answer[f"cell-{second.pk}"] = "20"
    undecided = client.post(grid(group), answer)
    assert undecided.status_code == 422
    assert undecided.context["grid"].rows[0].mine == "27"

    assert client.post(grid(group), answer | {f"cell-{first.pk}": "27"}).status_code == 302
    assert group.results() == [mark(27), mark(20), None]


def test_the_other_value_can_be_kept(group):
    group.record(mark(25))
    first = group.people[0]
    answer = {f"seen-{first.pk}": "25", f"mine-{first.pk}": "27", f"cell-{first.pk}": "25", "do": "save"}
    assert client_of(group.teacher).post(grid(group), answer).status_code == 302
    assert group.results() == [mark(25), None, None]
    assert ScoreEntry.objects.count() == 1


def test_a_grid_with_errors_is_still_compared_with_what_was_seen_first(group):
    client = client_of(group.teacher)
    group.record(mark(25))
    again = client.post(grid(group), form(group, "27", "99"))
    assert again.status_code == 422
    assert again.context["grid"].rows[0].seen == ""


def save_at_once(group: Class, *values: int) -> list:
    """Each value for the whole class, saved by as many people at the same moment; what came of it."""
    barrier, outcomes = threading.Barrier(len(values)), []

    def save(value: int) -> None:
        cells = [Cell(person.pk, None, mark(value)) for person in group.people]
        try:
            barrier.wait(10)
            outcomes.append(record_scores(test=group.test, cells=cells, by=group.teacher, at=AFTERWARDS))
        except ScoresChangedMeanwhile as conflict:
            outcomes.append(set(conflict.current.values()))
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=[value]) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
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
        both_have_read.wait(10)
        return now

    monkeypatch.setattr(scores, "locked", lambda test: test)
    monkeypatch.setattr(scores, "locked_scores", read_without_lock)
    assert save_at_once(group, 20, 30) == [8, 8]
    assert ScoreEntry.objects.count() == 16


# --- The page: publishing ----------------------------------------------------------------------


def test_the_grid_leads_to_publishing_and_publishing_shows_everyone(group):
    client = client_of(group.teacher)
    to_publish = client.post(grid(group), form(group, "28", "17", "ABS", do="publish"))
    assert to_publish["Location"] == grid(group) + "publish/"
    assert not Score.objects.published().exists()
    page = client.get(to_publish["Location"])
    assert [row.score.result for row in page.context["grid"].drafts] == [mark(28), mark(17), ABSENT]
    seen = {f"seen-{row.enrollment.pk}": row.seen for row in page.context["grid"].drafts}
    done = client.post(to_publish["Location"], seen)
    assert (done.status_code, done["Location"]) == (302, grid(group))
    assert Score.objects.published().count() == 3
    assert client.post(to_publish["Location"], seen).status_code == 302
    assert ScoreEntry.objects.publications().count() == 3


def test_publishing_with_an_empty_cell_saves_the_draft_and_says_who_is_missing(group):
    response = client_of(group.teacher).post(grid(group), form(group, "28", "17", "", do="publish"))
    assert response.status_code == 422
    assert [row.name for row in response.context["grid"].faulty] == [group.people[2].user.name]
    assert group.results() == [mark(28), mark(17), None]
    page = client_of(group.teacher).get(grid(group) + "publish/")
    assert "Publish now" not in page.content.decode()
    assert group.people[2].user.name in page.content.decode()


def test_publishing_what_changed_after_the_look_is_refused(group):
    group.record(mark(28), ABSENT, mark(17))
    seen = {f"seen-{p.pk}": s for p, s in zip(group.people, ("28", "ABS", "16"), strict=True)}
    assert client_of(group.teacher).post(grid(group) + "publish/", seen).status_code == 409
    assert not Score.objects.published().exists()


def test_a_published_grid_is_read_only_and_a_late_form_is_refused_without_losing_it(group):
    group.record(mark(28), ABSENT, mark(17))
    group.publish()
    client = client_of(group.teacher)
    page = client.get(grid(group)).content.decode()
    assert "cell-" not in page
    assert "Ada Docente" in page
    late = client.post(grid(group), form(group, "30", "ABS", "17", seen=("28", "ABS", "17")))
    assert late.status_code == 409
    assert "You typed “30”." in late.content.decode()
    assert group.results() == [mark(28), ABSENT, mark(17)]


def test_the_ledger_stands_below_the_grid(group):
    group.record(mark(28), ABSENT, mark(17))
    group.publish()
    office = a_person(name="Olga Ufficio", is_staff=True)
    score = Score.objects.get(enrollment=group.people[2])
    correct_score(score=score, result=mark(18), reason="Sheet turned over.", by=office, at=AFTERWARDS)
    response = client_of(group.teacher).get(grid(group))
    lines = [(entry.before, entry.after) for entry in response.context["ledger"]]
    assert lines[0] == (mark(17), mark(18))
    assert len(lines) == 4
    assert "Sheet turned over." in response.content.decode()


def test_the_retake_is_typed_and_published_like_the_test(group):
    group.record(mark(28), mark(17), ABSENT)
    group.publish()
    client = client_of(group.teacher)
    data = form(group, "", "21", "ABS", do="publish")
    del data[f"cell-{group.people[0].pk}"], data[f"seen-{group.people[0].pk}"]
    assert client.post(grid(group, 2), data)["Location"] == grid(group, 2) + "publish/"
    seen = {f"seen-{p.pk}": s for p, s in zip(group.people[1:], ("21", "ABS"), strict=True)}
    client.post(grid(group, 2) + "publish/", seen)
    assert group.results(attempt=2) == [None, mark(21), ABSENT]
    assert Score.objects.published().filter(attempt=2).count() == 2


# --- The page: what it costs -------------------------------------------------------------------


def test_saving_costs_the_same_for_3_and_for_300(django_assert_max_num_queries):
    counts = []
    for size in (3, 300):
        group = Class(size=size)
        client = client_of(group.teacher)
        with django_assert_max_num_queries(20) as captured:
            typed = [str(number % 31) for number in range(size)]
            sent = form(group, *typed, seen=[""] * size)
            assert client.post(grid(group), sent).status_code == 302
        counts.append(len(captured))
    assert counts[0] == counts[1]
