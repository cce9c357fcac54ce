"""An edition as a problem of teams, read from the database."""

from datetime import date

from assessments.models import TeamPlan
from assessments.wishes import Member, Wishes, problem_of, wishes_of
from courses.models import Cohort
from enrollment.models import Enrollment, Team, TeamPlace
from enrollment.teams import Problem


def members_of(cohort: Cohort, day: date):
    """Who is put into teams from `day` on: who follows the edition then, auditors apart."""
    members = Enrollment.objects.active().members_on(day).filter(cohort=cohort, auditor=False)
    return members.select_related("user").order_by("user__name", "pk")


def problem_of_plan(plan: TeamPlan) -> Problem:
    """What a plan asks, as things are now."""
    wishes = wishes_of(plan.wishes)
    return problem_on(plan.cohort, plan.starts_on, wishes, smallest=plan.smallest, largest=plan.largest)


def problem_on(cohort: Cohort, day: date, wishes: Wishes, *, smallest: int, largest: int) -> Problem:
    """The edition from `day` on."""
    places = TeamPlace.objects.on(day).filter(team__cohort=cohort)
    team_of = dict(places.values_list("enrollment_id", "team__number"))
    numbers = list(Team.objects.filter(cohort=cohort).order_by("number").values_list("number", flat=True))
    members = [
        Member(
            key=str(one.pk),
            sector=one.sector,
            employer_kind=one.employer_kind,
            employer=one.employer,
            role=one.role,
            region=one.region,
            access=one.access,
            team=team_of.get(one.pk),
        )
        for one in members_of(cohort, day)
    ]
    return problem_of(members, numbers, wishes, smallest=smallest, largest=largest)
