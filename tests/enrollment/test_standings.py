"""The ranking as it would be now, and what is missing before it may be published."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from courses.models import Role
from courses.reasons import Reason
from enrollment import standings
from enrollment.admission import Why
from enrollment.models import Application, Call, Evaluation, Phase
from enrollment.outcome import own_outcome
from enrollment.standings import MISSING, SETTLED, Missing, Stand, in_words, standing_of
from tests.factories import (
    a_member,
    a_person,
    a_score_sheet,
    a_scored_call,
    an_application,
    an_enrollment,
    an_offer,
    rome,
)
from tests.selection import ANSWERS_BY, AT, CLOSED, Selection, State

pytestmark = pytest.mark.django_db


def standing(selection: Selection, at=AT) -> standings.Standing:
    return standing_of(Call.objects.select_related("cohort__hub").get(pk=selection.call.pk), at)


def missing(selection: Selection, at=AT) -> dict[str, int]:
    return {reason.code: reason.facts["number"] for reason in standing(selection, at).missing}


def test_points_are_averages_of_the_members_sheets():
    selection = Selection()
    application = an_application(cohort=selection.cohort, state=State.ELIGIBLE)
    selection.interview(application)
    for member, documents, interview in zip(selection.members, (40, 45), (30, 31), strict=True):
        a_score_sheet(application, member, documents)
        a_score_sheet(application, member, interview, phase=Phase.INTERVIEW)

    [line] = standing(selection).ranking

    assert [str(points) for points in line.points] == ["42.50", "30.50", "73.00"]


def test_nothing_is_missing_once_everybody_has_been_checked_heard_and_judged():
    assert missing(Selection((40, 30), (20, 10))) == {}


def test_a_preview_says_what_is_missing():
    selection = Selection((40, 30))
    an_application(cohort=selection.cohort)
    an_application(cohort=selection.cohort, state=State.DOCUMENTS_ASKED)
    judged_by_one = an_application(cohort=selection.cohort, state=State.ELIGIBLE)
    a_score_sheet(judged_by_one, selection.members[0], 50)

    assert missing(selection) == {Missing.UNCHECKED: 2, Missing.SHEETS: 3, Missing.INTERVIEWS: 1}
    assert [line.key for line in standing(selection).ranking] == [selection.people[0].pk]
    assert [candidate.key for candidate in standing(selection).unjudged] == [judged_by_one.pk]


def test_a_draft_of_a_score_sheet_does_not_count():
    selection = Selection()
    application = an_application(cohort=selection.cohort, state=State.ELIGIBLE)
    selection.interview(application)
    for phase in Phase:
        for member in selection.members:
            Evaluation.objects.create(application=application, member=member, phase=phase)

    assert missing(selection) == {Missing.SHEETS: 4}
    assert standing(selection).ranking == ()


@pytest.mark.parametrize("at", [CLOSED - timedelta(seconds=1), CLOSED])
def test_the_call_must_have_closed(at):
    assert (Missing.OPEN in missing(Selection((40, 30)), at)) == (at < CLOSED)


def test_an_absent_applicant_is_not_passed_over_in_silence():
    selection = Selection((40, 30))
    selection.people[0].interview.delete()
    selection.interview(selection.people[0], "absent")
    assert missing(selection) == {Missing.INTERVIEWS: 1}


def test_nobody_is_judged_by_one_person_alone():
    selection = Selection((40, 30))
    Role.objects.get(user=selection.members[1]).delete()
    lonely = an_application(cohort=selection.cohort, state=State.ELIGIBLE)
    selection.interview(lonely)
    assert missing(selection) == {Missing.COMMITTEE: 1, Missing.SHEETS: 2, Missing.ALONE: 1}


def test_a_member_who_applies_is_judged_by_the_others_and_there_must_be_two():
    selection = Selection()
    selection.join(40, 30)
    member = a_member(selection.cohort)
    an_application(cohort=selection.cohort, state=State.ELIGIBLE, user=member)
    assert missing(selection)[Missing.SHEETS] == 2 + 4  # the new member's, and the two others' of theirs
    Role.objects.get(user=selection.members[1]).delete()
    assert missing(selection)[Missing.ALONE] == 1


def test_a_call_without_criteria_or_applications_has_no_ranking():
    selection = Selection()
    selection.call.criteria.all().delete()
    assert missing(selection) == {Missing.CRITERIA: 1, Missing.NOBODY: 1}


def test_offers_need_time_to_be_answered():
    selection = Selection((40, 30), (50, 30), (10, 10))
    assert missing(selection, ANSWERS_BY - timedelta(hours=24)) == {}
    assert missing(selection, ANSWERS_BY - timedelta(hours=23)) == {Missing.DEADLINE: 2}
    Call.objects.update(answers_by=None)
    assert missing(selection) == {Missing.DEADLINE: 2}


def test_an_offer_that_has_run_out_is_settled_first():
    selection = Selection((40, 30))
    an_offer(an_application(cohort=selection.cohort, state=State.ADMITTED), deadline=AT + timedelta(hours=1))
    assert Missing.OVERDUE not in missing(selection)
    assert missing(selection, AT + timedelta(hours=1))[Missing.OVERDUE] == 1


def test_who_withdrew_or_left_is_not_ranked_and_a_seat_given_by_hand_is_taken():
    selection = Selection((40, 30), seats=3)
    an_application(cohort=selection.cohort, state=State.WITHDRAWN)
    gone = an_application(cohort=selection.cohort, state=State.ENROLLED)
    an_enrollment(
        cohort=selection.cohort,
        user=gone.user,
        application=gone,
        state="renounced",
        ends_on=selection.cohort.starts_on - timedelta(days=1),
    )
    an_enrollment(cohort=selection.cohort)

    found = standing(selection)

    assert [line.key for line in found.ranking] == [selection.people[0].pk]
    assert found.inputs["seats"] == 2


def test_frozen_inputs_name_no_applicant():
    selection = Selection((40, 30))
    applicant = selection.people[0].user
    inputs = str(standing(selection).inputs)
    assert applicant.name not in inputs
    assert applicant.email not in inputs
    assert selection.members[0].name in inputs


def cost_of(selection: Selection) -> int:
    """How many questions a preview with everything in it asks."""
    with CaptureQueriesContext(connection) as captured:
        found = standing(selection)
        assert found.digest
        assert len(found.ranking) == len(found.people)
        assert found.missing == []
    return len(captured)


def test_a_preview_asks_as_much_for_3_applicants_as_for_300():
    selection, costs = Selection(), []
    for more in (3, 297):
        selection.crowd(more)
        costs.append(cost_of(selection))
    selection.publish()
    costs.append(cost_of(selection))
    assert costs == [8, 8, 9]


def test_control_a_preview_that_asks_for_each_row_is_found(monkeypatch):
    ask = standings.applications_of

    def by_hand(call):
        return [row for row in ask(call) if Application.objects.filter(pk=row.key).exists()]

    monkeypatch.setattr(standings, "applications_of", by_hand)
    selection, costs = Selection(), []
    for more in (3, 3):
        selection.crowd(more)
        costs.append(cost_of(selection))
    assert costs[0] < costs[1]


@pytest.mark.slow
def test_the_preview_of_1000_applicants_takes_less_than_a_second():
    selection = Selection()
    selection.crowd(1000)
    started = time.perf_counter()
    found = standing(selection)
    assert (len(found.ranking), found.missing, len(found.digest)) == (1000, [], 64)
    assert time.perf_counter() - started < 1


# Words.


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_reason_has_words(language):
    facts = {"number": 2, "above": 3, "suitable_from": 50, "receipt": 7}
    assert set(MISSING) == set(Missing)
    assert set(SETTLED) == set(Why)
    with override(language):
        said = [in_words(Reason(code, facts)) for code in (*Missing, *Why)]
    assert len(set(said)) == len(said)
    assert not any("%" in words for words in said)


def test_one_is_not_spoken_of_as_several():
    with override("en"):
        assert in_words(Reason(Missing.SHEETS, {"number": 1})) == "1 score sheet has not been signed."
        assert in_words(Reason(Missing.SHEETS, {"number": 2})) == "2 score sheets have not been signed."


# One's own.


def test_an_applicant_reads_nothing_before_publication():
    selection = Selection((40, 30))
    assert own_outcome(selection.people[0]) is None


def test_an_applicant_reads_the_own_line_of_the_latest_version():
    selection = Selection((40, 30), (50, 30), (10, 10))
    selection.publish()

    with CaptureQueriesContext(connection) as captured:
        own = own_outcome(selection.people[0])

    assert len(captured) == 2
    assert Stand(own.line.place, own.line.total, own.line.outcome) == Stand(2, 70, "admitted")
    assert (own.suitable, own.maxima) == (2, {"documents": 60, "interview": 40})


def test_who_stepped_back_keeps_reading_the_last_version_that_had_a_place_for_them():
    selection = Selection((40, 30), (50, 30), (30, 30))
    selection.publish()
    Application.objects.filter(pk=selection.people[2].pk).update(state=State.WITHDRAWN)
    selection.people.append(selection.join(60, 40))
    selection.publish(reason="Un ricorso accolto.")

    assert own_outcome(selection.people[2]).line.ranking.version == 1
    assert own_outcome(selection.people[0]).line.ranking.version == 2


def test_another_call_has_nothing_to_do_with_it():
    selection, other = Selection((40, 30)), a_scored_call()
    an_application(cohort=other.cohort, state=State.ELIGIBLE, user=a_person())
    assert missing(selection) == {}
    assert standing_of(other, rome(2021, 12, 17, 9)).people.keys().isdisjoint(standing(selection).people)
