"""Drafts become final by a signature, by two where somebody judges people of the own employer."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from assessments.actions.scores import publish_scores, reopen_scores, sign_scores
from assessments.marking import Result
from assessments.models import Score, ScoreEntry
from courses.refusals import Refusal
from tests.classroom import ABSENT, AFTERWARDS, TEST_DAY, Class, client_of, form, grid, mark
from tests.factories import a_person, a_session, an_instructor, somebody_of_the_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> Class:
    group = Class()
    group.record(mark(28), mark(17), ABSENT)
    return group


@pytest.fixture
def colleague(group):
    """Follows the class and works for the same organisation as who teaches it."""
    [person, *_others] = group.people
    type(person).objects.filter(pk=person.pk).update(employer=f"{group.instructor.organisation.name} S.p.A.")
    return person


def second_teacher(group: Class, **fields):
    """Teaches another session of the module."""
    instructor = an_instructor(user=a_person(name="Bo Secondo"), **fields)
    earlier = TEST_DAY - timedelta(days=1)
    a_session(group.cohort, module=group.test.module, starts_at=earlier, instructors=[instructor])
    return instructor.user


def states(group: Class) -> list[tuple[bool, bool, bool, bool]]:
    """Of each person: signed, in conflict, signed twice, published."""
    rows = Score.objects.filter(enrollment__in=group.people).order_by("enrollment")
    return [(bool(one.signed_at), one.conflict, bool(one.second_at), bool(one.published_at)) for one in rows]


def publish(group: Class, by):
    return publish_scores(test=group.test, by=by, at=AFTERWARDS)


def test_what_is_signed_is_final_and_signing_again_does_nothing(group):
    assert len(sign_scores(test=group.test, by=group.teacher, at=AFTERWARDS)) == 3
    assert sign_scores(test=group.test, by=group.teacher, at=AFTERWARDS) == []
    assert states(group) == [(True, False, False, False)] * 3
    with pytest.raises(Refusal, match="final: reopen"), override("en"):
        group.record(mark(30), mark(17), ABSENT)
    assert group.results() == [mark(28), mark(17), ABSENT]


def test_reopened_scores_are_drafts_again_and_the_ledger_remembers(group):
    sign_scores(test=group.test, by=group.teacher, at=AFTERWARDS)
    assert reopen_scores(test=group.test, by=group.teacher, at=AFTERWARDS) == 3
    assert group.record(mark(30), mark(17), ABSENT) == 1
    mine = ScoreEntry.objects.filter(enrollment=group.people[0]).order_by("pk")
    assert [line.change for line in mine] == ["insert", "sign", "reopen", "update"]


def test_what_is_published_is_not_reopened(group):
    publish(group, group.teacher)
    assert reopen_scores(test=group.test, by=group.teacher, at=AFTERWARDS) == 0
    assert states(group) == [(True, False, False, True)] * 3


def test_only_what_was_looked_at_is_signed(group):
    looked_at: dict[int, Result | None] = {person.pk: mark(28) for person in group.people}
    with pytest.raises(Refusal, match="changed"), override("en"):
        sign_scores(test=group.test, seen=looked_at, by=group.teacher, at=AFTERWARDS)
    assert not Score.objects.exclude(signed_at=None).exists()


def test_who_shares_the_employer_cannot_publish_alone(group, colleague):
    with pytest.raises(Refusal, match=str(colleague.user)), override("en"):
        publish(group, group.teacher)
    sign_scores(test=group.test, by=group.teacher, at=AFTERWARDS)
    with pytest.raises(Refusal, match="second signature"), override("en"):
        publish(group, group.teacher)
    assert states(group) == [(True, True, False, False), *[(True, False, False, False)] * 2]


@pytest.mark.parametrize("who", ["another teacher of the module", "the office"])
def test_somebody_else_signs_too_and_publishes(group, colleague, who):
    sign_scores(test=group.test, by=group.teacher, at=AFTERWARDS)
    other = somebody_of_the_office() if who == "the office" else second_teacher(group)
    publish(group, other)
    first = Score.objects.get(enrollment=colleague)
    assert (first.signed_by, first.second_by) == (group.teacher, other)
    assert states(group) == [(True, True, True, True), *[(True, False, False, True)] * 2]


def test_a_second_teacher_of_the_same_organisation_does_not_count(group, colleague):
    sign_scores(test=group.test, by=group.teacher, at=AFTERWARDS)
    with pytest.raises(Refusal, match="second signature"), override("en"):
        publish(group, second_teacher(group, organisation=group.instructor.organisation))


def test_the_page_says_who_has_to_sign_too_and_offers_no_more_than_signing(group, colleague):
    client = client_of(group.teacher)
    page = client.get(f"{grid(group)}publish/")
    assert "A conflict of interest" in page.text
    assert "Sign and publish" not in page.text
    seen = {
        f"seen-{person.pk}": typed for person, typed in zip(group.people, ["28", "17", "ABS"], strict=True)
    }
    done = client.post(f"{grid(group)}publish/", seen | {"do": "sign"}, follow=True)
    assert "second signature missing" in done.text
    assert "Reopen" in done.text
    other = client_of(second_teacher(group))
    assert "second signature missing" in other.get("/teaching/").text
    assert "Sign and publish" in other.get(f"{grid(group)}publish/").text
    other.post(f"{grid(group)}publish/", seen | {"do": "publish"})
    assert states(group)[0] == (True, True, True, True)


def test_a_page_opened_before_the_signature_loses_nothing_that_was_typed(group):
    client = client_of(group.teacher)
    sign_scores(test=group.test, by=group.teacher, at=AFTERWARDS)
    page = client.post(grid(group), form(group, "30", "17", "ABS", seen=("28", "17", "ABS")))
    assert (page.status_code, "You typed" in page.text) == (409, True)


def test_reopening_is_a_button_of_who_may_record_and_of_nobody_else(group):
    sign_scores(test=group.test, by=group.teacher, at=AFTERWARDS)
    stranger = client_of(an_instructor(user=a_person()).user)
    assert stranger.post(f"{grid(group)}reopen/").status_code == 404
    assert client_of(group.people[0].user).post(f"{grid(group)}reopen/").status_code == 403
    assert client_of(group.teacher).get(f"{grid(group)}reopen/").status_code == 405
    client_of(group.teacher).post(f"{grid(group)}reopen/")
    assert states(group) == [(False, False, False, False)] * 3


@pytest.mark.parametrize(
    ("scale", "typed", "shown"),
    [("hundred", ["82", "59", "ABS"], "82/100"), ("verdict", ["PASS", "fail", "ABS"], "not passed")],
)
def test_a_test_is_marked_in_its_own_scale(scale, typed, shown):
    group = Class()
    type(group.test).objects.filter(pk=group.test.pk).update(scale=scale)
    client = client_of(group.teacher)
    assert client.post(grid(group), form(group, "28L", "1000", "?")).status_code == 422
    assert client.post(grid(group), form(group, *typed)).status_code == 302
    assert [score.result.passed for score in Score.objects.order_by("enrollment")] == [True, False, False]
    assert shown in client.get(f"{grid(group)}publish/").text


def test_a_test_that_is_not_taken_again_has_no_retake(group):
    type(group.test).objects.filter(pk=group.test.pk).update(may_be_retaken=False)
    publish(group, group.teacher)
    page = client_of(group.teacher).get(f"/teaching/tests/{group.test.pk}/retake/")
    assert "Nobody has to retake this test" in page.text
