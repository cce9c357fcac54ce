"""An edition whose teams are to be formed, its plans of every state, and SQL that breaks their rules."""

from datetime import date

from assessments.actions.teams import ask_for_teams, solve_team_plan
from assessments.models import TeamPlan
from assessments.wishes import Wishes
from enrollment.models import Enrollment
from enrollment.teams import Effort
from tests.factories import a_cohort, an_enrollment, rome
from tests.invariants import another

NOW = rome(2022, 2, 1, 12)
DAY = date(2022, 2, 14)
QUICK = Effort(runs=1, rounds=2000, proof=5.0, scores=1.0, slices=0)


def an_edition(people: int = 10) -> list[Enrollment]:
    """Half of them public, everybody of an employer of their own."""
    cohort = a_cohort(seats=max(30, people))
    return [
        an_enrollment(
            cohort=cohort,
            sector="private" if number % 2 else "public",
            employer_kind="large" if number % 2 else "public_body",
            employer=f"Ente {number}",
        )
        for number in range(people)
    ]


def asked(cohort, wishes: Wishes | None = None, **facts) -> TeamPlan:
    facts = {"starts_on": DAY, "by": None, "at": NOW} | facts
    return ask_for_teams(cohort=cohort, wishes=wishes or Wishes(), **facts)


def solved(cohort, wishes: Wishes | None = None, **facts) -> TeamPlan:
    plan = asked(cohort, wishes, **facts)
    solve_team_plan(plan=plan, at=facts.get("at", NOW), effort=QUICK)
    plan.refresh_from_db()
    return plan


FACTS = {"starts_on": DAY, "at": NOW}
FOUND = {"inputs": "0" * 64, "result": {}, "seconds": 1.0}


def plans_of_every_state() -> None:
    """One of each, of one edition; the one at work came first."""
    cohort = a_cohort()
    TeamPlan.objects.create(cohort=cohort, state="running", begun_at=NOW, tries=1, **FACTS)
    TeamPlan.objects.create(cohort=a_cohort(), **FACTS)
    TeamPlan.objects.create(cohort=cohort, state="done", **FOUND, **FACTS)
    TeamPlan.objects.create(cohort=cohort, state="taken", **FOUND, **FACTS)
    TeamPlan.objects.create(cohort=cohort, state="failed", **FACTS)


TABLE = "assessments_teamplan"
RESULT = "result = '{}', seconds = 1, inputs = '0'"
BROKEN_BY_TEAM_PLANS = {
    "a_team_plan_has_a_known_state": another(TeamPlan, state="'lost'"),
    "a_team_plan_seeks_something_known": another(TeamPlan, aim="'gold'", state="'failed'"),
    "an_edition_has_one_team_plan_at_work": another(TeamPlan),
    "teams_have_a_smallest_and_a_largest_size": [
        another(TeamPlan, state="'failed'", smallest="1"),
        another(TeamPlan, state="'failed'", smallest="7"),
        another(TeamPlan, state="'failed'", largest="11"),
    ],
    "a_team_plan_that_is_done_has_its_result": [
        another(TeamPlan, state="'done'"),
        another(TeamPlan, state="'done'", result="'{}'", seconds="1"),
        f"UPDATE {TABLE} SET state = 'done' WHERE state = 'running'",
    ],
    "a_team_plan_at_work_has_its_beginning": [
        f"UPDATE {TABLE} SET state = 'running', begun_at = now() WHERE state = 'waiting'",
        f"UPDATE {TABLE} SET begun_at = NULL WHERE state = 'running'",
    ],
    "a_team_plan_is_tried_three_times_at_most": f"UPDATE {TABLE} SET tries = 4 WHERE state = 'running'",
    "a_team_plan_changes_state_by_the_rules": [
        f"UPDATE {TABLE} SET state = 'taken', {RESULT} WHERE state = 'running'",
        f"UPDATE {TABLE} SET state = 'done' WHERE state = 'taken'",
        f"UPDATE {TABLE} SET state = 'waiting' WHERE state = 'failed'",
    ],
    "a_team_plan_keeps_what_was_asked": [
        f"UPDATE {TABLE} SET {change}"
        for change in ("seed = 8", "wishes = '[]'", "starts_on = '2022-03-01'", "aim = 'mend'", "largest = 5")
    ],
    "a_team_plan_keeps_what_was_found": [
        f"UPDATE {TABLE} SET {change} WHERE state = '{state}'"
        for state in ("done", "taken")
        for change in ("result = '[]'", "inputs = 'other'", "seconds = 2")
    ],
}
