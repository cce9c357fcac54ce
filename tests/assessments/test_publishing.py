"""Showing scores to those they belong to in one act, and correcting them afterwards."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from assessments.actions.scores import (
    Cell,
    ScoresChangedMeanwhile,
    correct_score,
    publish_scores,
    record_scores,
)
from assessments.models import ModuleTest, Score, ScoreEntry
from courses.refusals import Refusal
from tests.classroom import ABSENT, AFTERWARDS, EXCUSED, Class, client_of, form, grid, mark
from tests.factories import a_person, an_enrollment

pytestmark = pytest.mark.django_db


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
        correct_score(score=score, seen=score.result, result=mark(29), reason="  ", by=office, at=AFTERWARDS)
    correct_score(
        score=score, seen=score.result, result=mark(29), reason="Miscounted.", by=office, at=AFTERWARDS
    )
    assert group.results()[0] == mark(29)
    line = ScoreEntry.objects.changes().first()
    assert (line.by, line.before, line.after, line.reason) == (office, mark(28), mark(29), "Miscounted.")


def test_of_two_corrections_of_the_same_score_only_the_first_is_written(group):
    group.record(mark(28), ABSENT, mark(17))
    group.publish()
    score = Score.objects.get(enrollment=group.people[0])
    first, second = a_person(is_staff=True), a_person(is_staff=True)
    correct_score(score=score, seen=mark(28), result=mark(29), reason="Miscounted.", by=first, at=AFTERWARDS)
    with pytest.raises(ScoresChangedMeanwhile):
        correct_score(score=score, seen=mark(28), result=mark(27), reason="No.", by=second, at=AFTERWARDS)
    assert group.results()[0] == mark(29)


def test_a_reason_given_once_does_not_excuse_the_next_change(group):
    group.record(mark(28), ABSENT, mark(17))
    group.publish()
    score = Score.objects.get(enrollment=group.people[0])
    correct_score(
        score=score, seen=score.result, result=mark(29), reason="Miscounted.", by=group.teacher, at=AFTERWARDS
    )
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
    assert "Sign and publish" not in page.content.decode()
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
