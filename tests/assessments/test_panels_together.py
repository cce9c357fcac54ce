"""A panel, and the team it judges, at the same moment: each judgement is whole, and given once."""

from functools import partial

import pytest

from assessments.actions.panels import decide, judge
from assessments.actions.projects import hand_in
from assessments.models import Deposit, PanelJudgement, Rubric
from assessments.panels import panel_of
from courses.files import Upload
from courses.refusals import Refusal
from tests.factories import a_judgement, a_project, a_seat, a_team, an_enrollment, rome
from tests.together import all_at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english")]

AFTERWARDS = rome(2022, 4, 9, 12)  # the last deadline is past


@pytest.fixture
def project():
    member = an_enrollment()
    return a_project(a_team(member.cohort, member, an_enrollment(cohort=member.cohort)))


def giving(seat, level):
    """Of this assessor, the same level everywhere."""
    return partial(a_judgement, seat, *[level] * 4, at=AFTERWARDS)


def test_two_who_judge_at_once_each_give_a_whole_judgement_by_one_rubric(project):
    seats = [a_seat(project, side) for side in ("academic", "company")]
    given = all_at_once([giving(seat, level) for seat, level in zip(seats, (4, 3), strict=True)])
    assert [one.state for one in given] == ["given", "given"]
    levels = [[row.level for row in one.criteria.all()] for one in given]
    assert levels == [[4] * 4, [3] * 4]
    [rubric] = Rubric.objects.all()
    assert (rubric.frozen_at, rubric.digest) == (AFTERWARDS, rubric.hash)
    assert panel_of(project).complete


def test_of_eight_windows_of_an_assessor_one_gives_and_nothing_is_mixed(project):
    seat = a_seat(project, "academic")
    answers = all_at_once([giving(seat, 1 + number % 5) for number in range(8)])
    judgement = PanelJudgement.objects.get()
    [level] = {row.level for row in judgement.criteria.all()}
    kept = [one for one in answers if not isinstance(one, Refusal)]
    assert judgement.revision == 1
    assert {one.pk for one in kept} == {judgement.pk}
    same = [1 + number % 5 == level for number in range(8)]
    assert [not isinstance(one, Refusal) for one in answers] == same  # the same again is no fault


def test_of_two_drafts_typed_upon_the_same_one_is_kept_and_the_other_told(project):
    seat = a_seat(project, "academic")
    said = a_judgement(seat, 3, 3, 3, 3, at=AFTERWARDS, give=False)
    jobs = [
        partial(judge, seat=seat, said={}, words=words, give=False, by=seat.role.user, at=AFTERWARDS, seen=1)
        for words in ("Prima.", "Seconda.")
    ]
    answers = all_at_once(jobs)
    [kept] = [one for one in answers if not isinstance(one, Refusal)]
    said.refresh_from_db()
    assert (said.revision, said.words) == (2, kept.words)


def test_what_a_team_hands_in_while_it_is_judged_is_there_before_or_refused(project):
    seat = a_seat(project, "academic")
    member = project.team.places.first().enrollment.user
    upload = Upload("piano.pdf", "application/pdf", b"%PDF-1.4 invented\n%%EOF\n")
    late = partial(hand_in, milestone=project.milestones.get(), upload=upload, by=member, at=AFTERWARDS)
    handed_in, given = all_at_once([late, giving(seat, 4)])
    assert isinstance(given, PanelJudgement)
    assert Deposit.objects.count() == (not isinstance(handed_in, Refusal))


def test_a_judgement_of_the_team_waits_for_who_is_still_judging(project):
    academic, company = (a_seat(project, side) for side in ("academic", "company"))
    giving(academic, 4)()
    write = partial(decide, projectwork=project, text="Un lavoro solido.", by=None, at=AFTERWARDS)
    _given, written = all_at_once([giving(company, 4), write])
    assert isinstance(written, Refusal) or written.word == "distinto"
    assert panel_of(project).complete
