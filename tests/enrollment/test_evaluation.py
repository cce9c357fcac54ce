"""Score sheets: everybody's own, within the criteria, final once signed, blind until both have signed."""

import pytest
from django.db import IntegrityError

from courses.refusals import Refusal
from enrollment.access import is_blind_in, score_sheets_open_to
from enrollment.actions.evaluation import fill_in_sheet, shared_employer
from enrollment.models import Application, Criterion, Evaluation, InterviewSlot, Phase, Points
from tests.factories import (
    a_criterion,
    a_member,
    a_person,
    a_score_sheet,
    a_scored_call,
    a_slot,
    an_application,
    an_instructor,
    an_organisation,
    rome,
    somebody_of_the_office,
)
from tests.invariants import refused_as

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

State, Turnout = Application.State, InterviewSlot.Turnout
NOW = rome(2021, 12, 15, 18)


@pytest.fixture
def call():
    """60 points in one criterion for documents, and 20 in another; 40 for the interview."""
    call = a_scored_call()
    a_criterion(call, Phase.DOCUMENTS, 20)
    return call


@pytest.fixture
def application(call):
    return an_application(cohort=call.cohort, state=State.ELIGIBLE)


@pytest.fixture
def member(call):
    return a_member(call.cohort)


def fill_in(application, member, *points, phase=Phase.DOCUMENTS, remark="", sign=False, at=NOW):
    """`points` in the order of the criteria."""
    criteria = Criterion.objects.filter(call__cohort=application.cohort, phase=phase)
    given = {criterion.pk: value for criterion, value in zip(criteria, points, strict=False)}
    return fill_in_sheet(
        application=application, phase=phase, points=given, remark=remark, sign=sign, by=member, at=at
    )


def points_of(sheet):
    return list(sheet.points.order_by("criterion__position").values_list("value", flat=True))


def test_a_draft_may_be_incomplete_and_change(application, member):
    fill_in(application, member, 40)
    sheet = fill_in(application, member, None, 12, remark="Solid.")

    assert (points_of(sheet), sheet.remark, sheet.signed_at) == ([12], "Solid.", None)
    assert Evaluation.objects.count() == 1


def test_signed_it_is_final(application, member):
    sheet = fill_in(application, member, 40, 12, sign=True)

    assert sheet.signed_at == NOW
    with pytest.raises(Refusal, match="already signed"):
        fill_in(application, member, 41, 12, sign=True)
    with pytest.raises(Refusal, match="already signed"):
        fill_in(application, member, 40, 12)
    assert points_of(sheet) == [40, 12]


def test_signed_twice_the_same_it_is_one(application, member):
    sheet = fill_in(application, member, 40, 12, sign=True)
    again = fill_in(application, member, 40, 12, sign=True, at=rome(2021, 12, 16))
    assert (again, again.signed_at) == (sheet, NOW)


def test_nothing_is_signed_with_a_criterion_left_out(application, member):
    with pytest.raises(Refusal, match="every criterion"):
        fill_in(application, member, 40, None, sign=True)
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize("points", [[61, 0], [0, 21]])
def test_more_points_than_a_criterion_gives_are_refused_by_the_database(application, member, points):
    with pytest.raises(IntegrityError) as refused:
        fill_in(application, member, *points)
    assert refused_as(refused.value) == "points_stay_within_their_criterion"


def test_only_the_committee_of_the_edition_scores(application):
    for stranger in (a_person(), somebody_of_the_office(), a_member(a_scored_call().cohort)):
        with pytest.raises(IntegrityError) as refused:
            fill_in(application, stranger, 40, 12)
        assert refused_as(refused.value) == "only_the_committee_scores"


def test_nobody_scores_the_own_application(call, member):
    own = an_application(cohort=call.cohort, state=State.ELIGIBLE, user=member)
    with pytest.raises(IntegrityError) as refused:
        fill_in(own, member, 60, 20)
    assert refused_as(refused.value) == "only_the_committee_scores"


@pytest.mark.parametrize("state", sorted(set(State) - {State.ELIGIBLE, State.DRAFT}))
def test_only_an_admissible_application_is_scored(call, member, state):
    application = an_application(cohort=call.cohort, state=state)
    with pytest.raises(Refusal, match="not being judged"):
        fill_in(application, member, 40, 12)


def test_the_interview_is_scored_once_it_has_begun(call, application, member):
    with pytest.raises(Refusal, match="not chosen an interview"):
        fill_in(application, member, 30, phase=Phase.INTERVIEW)

    slot = a_slot(call, application=application, chosen_at=rome(2021, 12, 10))
    before = slot.starts_at.replace(second=0) - (slot.ends_at - slot.starts_at)
    with pytest.raises(Refusal, match="has begun"):
        fill_in(application, member, 30, phase=Phase.INTERVIEW, at=before)

    sheet = fill_in(application, member, 30, phase=Phase.INTERVIEW, at=slot.starts_at)
    assert points_of(sheet) == [30]


def test_whoever_was_absent_has_no_points_for_the_interview(call, application, member):
    slot = a_slot(
        call, application=application, chosen_at=rome(2021, 12, 10), turnout=Turnout.ABSENT
    )  # the exclusion has been lifted, and no other interview held
    with pytest.raises(Refusal, match="has begun"):
        fill_in(application, member, 30, phase=Phase.INTERVIEW, at=slot.ends_at)


def test_the_same_employer_is_flagged_by_role_and_by_teaching(call, application):
    city = an_organisation(name="Comune di Torino")
    by_role = a_member(call.cohort, organisation=city)
    by_teaching = a_member(call.cohort)
    an_instructor(user=by_teaching, organisation=city)
    neither = a_member(call.cohort, organisation=an_organisation(name="Comune di Asti"))

    flags = [
        fill_in(application, member, 40, 12, sign=True).conflict for member in (by_role, by_teaching, neither)
    ]

    assert flags == [True, True, False]
    assert shared_employer(application, by_role) == "Comune di Torino"


def test_where_somebody_worked_for_another_edition_counts_only_there(application, member):
    a_member(a_scored_call().cohort)
    other = a_scored_call().cohort
    other.roles.create(user=member, kind="committee", organisation=an_organisation(name="Comune di Torino"))
    assert shared_employer(application, member) is None


def seen_by(person):
    return set(score_sheets_open_to(person))


def test_each_sees_the_other_once_both_have_signed(call, application):
    ada, bea = a_member(call.cohort), a_member(call.cohort)
    first = fill_in(application, ada, 40, 12, sign=True)
    assert (seen_by(ada), seen_by(bea)) == ({first}, set())

    second = fill_in(application, bea, 50)
    assert (seen_by(ada), seen_by(bea)) == ({first}, {second})

    second = fill_in(application, bea, 50, 15, sign=True)
    assert seen_by(ada) == seen_by(bea) == {first, second}


def test_what_is_signed_for_the_documents_opens_nothing_of_the_interview(call, application, member):
    colleague = a_member(call.cohort)
    documents = fill_in(application, member, 40, 12, sign=True)
    a_score_sheet(application, colleague, 30, phase=Phase.INTERVIEW)
    assert seen_by(member) == {documents}


def test_one_application_opens_nothing_of_another(call, application, member):
    other = an_application(cohort=call.cohort, state=State.ELIGIBLE)
    own = fill_in(application, member, 40, 12, sign=True)
    a_score_sheet(other, a_member(call.cohort), 40, 12)
    assert seen_by(member) == {own}


def test_the_office_sees_what_is_signed_and_an_applicant_nothing(call, application, member):
    draft, signed = fill_in(application, member, 40), a_score_sheet(application, a_member(call.cohort), 1, 2)
    assert seen_by(somebody_of_the_office()) == {signed}
    assert seen_by(application.user) == set()
    assert draft not in seen_by(somebody_of_the_office())


@pytest.fixture
def clerk(call):
    """Somebody of the office who sits on the committee of this edition."""
    clerk = somebody_of_the_office()
    call.cohort.roles.create(user=clerk, kind="committee")
    return clerk


def test_somebody_of_the_office_on_the_committee_is_as_blind_as_any_member(call, application, clerk):
    signed = a_score_sheet(application, a_member(call.cohort), 40, 12)
    elsewhere = a_scored_call()
    other = an_application(cohort=elsewhere.cohort, state=State.ELIGIBLE)
    free = a_score_sheet(other, a_member(elsewhere.cohort), 40)

    assert seen_by(clerk) == {free}
    assert is_blind_in(call.cohort, clerk)

    own = fill_in(application, clerk, 10, 10, sign=True)
    assert seen_by(clerk) == {free, signed, own}
    assert not is_blind_in(call.cohort, clerk)


def test_nobody_is_blind_where_there_is_nothing_to_see_or_nothing_to_judge(call, application, clerk):
    assert not is_blind_in(call.cohort, clerk)
    a_score_sheet(application, a_member(call.cohort), 40, 12)
    assert not is_blind_in(call.cohort, somebody_of_the_office())


def test_an_application_that_left_the_selection_keeps_nobody_blind(call, application, clerk):
    a_score_sheet(application, a_member(call.cohort), 40, 12)
    Application.objects.filter(pk=application.pk).update(state=State.WITHDRAWN)
    assert not is_blind_in(call.cohort, clerk)


def test_a_sheet_is_written_with_its_points_or_not_at_all(application, member):
    with pytest.raises(IntegrityError):
        fill_in(application, member, 40, 99)
    assert not Points.objects.exists()
    assert not Evaluation.objects.exists()
