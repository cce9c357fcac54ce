"""Projects in every state, and the SQL that breaks what the database promises of them."""

from assessments.actions.panels import decide
from assessments.actions.projects import hand_in, write_note
from assessments.models import (
    Adjustment,
    CriterionJudgement,
    Mentoring,
    MentorNote,
    Milestone,
    PanelJudgement,
    PanelSeat,
    ProjectOutcome,
    ProjectWork,
    Rubric,
    RubricCriterion,
    RubricLevel,
)
from courses.files import Upload
from tests import factories
from tests.factories import rome
from tests.invariants import another

HANDED_IN, JUDGED, WRITTEN = rome(2022, 4, 7, 18), rome(2022, 6, 9, 18), rome(2022, 6, 13, 9)
PAPER = Upload("relazione.pdf", "application/pdf", b"%PDF-1.4 invented\n%%EOF\n")


def projects_of_every_state() -> dict[str, ProjectWork]:
    """By team: 1 published, in which one was changed since; 2 with a draft of a judgement; 3 not begun,
    of another rubric; 4 written and not published, with an adjustment. Team 9 is of another edition.
    """
    cohort, other = factories.a_cohort(), factories.a_cohort()
    used = factories.a_rubric()
    rubrics = {1: used, 2: used, 3: factories.a_rubric(), 4: used}
    mentor = factories.a_role("mentor", cohort)
    assessors = {side: factories.a_role("panel", cohort) for side in ("academic", "company", "third")}
    factories.a_role("panel", cohort)
    projects = {}
    for number, rubric in rubrics.items():
        members = [factories.an_enrollment(cohort=cohort) for _ in range(2)]
        project = factories.a_project(factories.a_team(cohort, *members), rubric=rubric)
        Mentoring.objects.create(project=project, role=mentor)
        for side, role in assessors.items():
            factories.a_seat(project, side, role=role)
        hand_in(milestone=project.milestones.get(), upload=PAPER, by=members[0].user, at=HANDED_IN)
        write_note(project=project, text="Bene.", for_team=True, by=mentor.user, at=HANDED_IN)
        projects[number] = project
    office, adjusted = factories.a_person(is_staff=True), {}
    for number in (1, 4):
        for side in ("academic", "company"):
            factories.a_judgement(projects[number].panel.get(side=side), 4, 4, 3, 4, at=JUDGED)
        adjusted[number] = {projects[number].team.places.first().enrollment_id: (1, "Ha guidato la squadra.")}
        decide(
            projectwork=projects[number],
            text="Un lavoro solido.",
            adjustments=adjusted[number],
            by=office,
            at=WRITTEN,
        )
    ProjectOutcome.objects.filter(project=projects[1]).update(published_at=WRITTEN, published_by=office)
    factories.a_judgement(projects[2].panel.get(side="academic"), 4, 4, 3, 4, at=JUDGED, give=False)
    CriterionJudgement.objects.filter(judgement__seat__project=projects[2]).first().delete()
    decide(
        projectwork=projects[1],
        text="Un lavoro molto solido.",
        adjustments=adjusted[1],
        reason="Refuso.",
        by=office,
        at=WRITTEN,
    )
    outsider = factories.an_enrollment(cohort=other)
    factories.a_role("panel", other)
    factories.a_role("mentor", other)
    factories.a_team(other, outsider, number=9)
    return projects


def of(number: int, column: str = "project.id") -> str:
    """SQL for something of the project of the team with this number."""
    return (
        f"(SELECT {column} FROM assessments_projectwork project"
        " JOIN enrollment_team team ON team.id = project.team_id"
        " LEFT JOIN assessments_milestone milestone ON milestone.project_id = project.id"
        " LEFT JOIN assessments_projectoutcome outcome ON outcome.project_id = project.id"
        f" WHERE team.number = {number} LIMIT 1)"
    )


def seat(number: int, side: str) -> str:
    """SQL for the key of a seat."""
    return f"(SELECT id FROM assessments_panelseat WHERE project_id = {of(number)} AND side = '{side}')"


def role(kind: str, *, elsewhere: bool = False, last: bool = False) -> str:
    """SQL for the key of a role in the edition of team 1, or elsewhere."""
    pick, sign = ("max" if last else "min"), ("<>" if elsewhere else "=")
    cohort = of(1, "team.cohort_id")
    return f"(SELECT {pick}(id) FROM courses_role WHERE kind = '{kind}' AND cohort_id {sign} {cohort})"


def handing(team: int = 2, **changes: str) -> str:
    """SQL that hands in once more what a team did, with other expressions for some columns."""
    facts = {
        "milestone_id": "milestone_id",
        "replaces_id": "NULL",
        "number": "1",
        "name": "name",
        "content_type": "content_type",
        "content": "content",
        "digest": "digest",
        "link": "link",
        "by_id": "by_id",
        "at": "at",
    } | changes
    return (
        f"INSERT INTO assessments_deposit (id, {', '.join(facts)})"
        f" SELECT gen_random_uuid(), {', '.join(facts.values())} FROM assessments_deposit"
        f" WHERE milestone_id = {of(team, 'milestone.id')}"
    )


USED = "rubric_id = (SELECT min(id) FROM assessments_rubric)"
FRESH = "rubric_id = (SELECT max(id) FROM assessments_rubric)"
OF_USED, OF_FRESH = (
    f"criterion_id IN (SELECT id FROM assessments_rubriccriterion WHERE {which})" for which in (USED, FRESH)
)
DRAFT = "FROM assessments_paneljudgement WHERE state = 'draft'"
WRITTEN_ONE = "WHERE published_at IS NULL"
FREE = seat(2, "company")
CRITERION = f"(SELECT min(id) FROM assessments_rubriccriterion WHERE {USED})"

BROKEN_BY_PROJECTS = {
    # rubrics
    "a_rubric_numbers_its_versions_once": another(Rubric, frozen_at="NULL", digest="''"),
    "a_rubric_in_use_has_its_hash": [
        another(Rubric, version="7", digest="repeat('a', 64)", frozen_at="NULL"),
        "UPDATE assessments_rubric SET frozen_at = now() WHERE frozen_at IS NULL",
        "UPDATE assessments_rubric SET frozen_at = now(), digest = 'short' WHERE frozen_at IS NULL",
    ],
    "readings_differ_by_levels_there_are": (
        'UPDATE assessments_rubric SET "limit" = 5 WHERE frozen_at IS NULL'
    ),
    "a_rubric_in_use_stays": [
        'UPDATE assessments_rubric SET "limit" = 2',
        "UPDATE assessments_rubric SET title_it = 'Altro'",
        "UPDATE assessments_rubric SET frozen_at = NULL, digest = ''",
        "DELETE FROM assessments_rubric WHERE frozen_at IS NOT NULL",
    ],
    "a_rubric_in_use_is_complete": [
        another(Rubric, version="7"),
        (
            f"DELETE FROM assessments_rubriclevel WHERE value = 5 AND {OF_FRESH};"
            " UPDATE assessments_rubric SET frozen_at = now(), digest = repeat('a', 64)"
            " WHERE frozen_at IS NULL"
        ),
    ],
    "criteria_of_a_rubric_stand_in_line": (
        f"UPDATE assessments_rubriccriterion SET position = 1 WHERE {FRESH}"
    ),
    "a_criterion_of_a_rubric_weighs_something": [
        f"UPDATE assessments_rubriccriterion SET weight = {weight} WHERE {FRESH}" for weight in (0, 101)
    ],
    "criteria_of_a_rubric_in_use_stay": [
        f"UPDATE assessments_rubriccriterion SET weight = 2 WHERE {USED}",
        f"DELETE FROM assessments_rubriccriterion WHERE {USED}",
        another(RubricCriterion, position="9"),
        (
            f"UPDATE assessments_rubriccriterion SET position = 9,"
            f" rubric_id = (SELECT min(id) FROM assessments_rubric) WHERE {FRESH}"
        ),
    ],
    "a_level_of_a_criterion_is_described_once": (
        f"UPDATE assessments_rubriclevel SET value = 1 WHERE {OF_FRESH}"
    ),
    "levels_of_a_rubric_go_from_one_to_five": [
        f"UPDATE assessments_rubriclevel SET value = {value} WHERE value = 5 AND {OF_FRESH}"
        for value in (0, 6)
    ],
    "levels_of_a_rubric_in_use_stay": [
        f"UPDATE assessments_rubriclevel SET text_it = 'Altro' WHERE {OF_USED}",
        f"DELETE FROM assessments_rubriclevel WHERE {OF_USED}",
        another(RubricLevel, value="6"),
    ],
    # projects
    "a_judged_project_keeps_its_team_and_rubric": [
        f"UPDATE assessments_projectwork SET rubric_id = NULL WHERE id = {of(2)}",
        (
            "UPDATE assessments_projectwork SET team_id = (SELECT id FROM enrollment_team WHERE number = 9)"
            f" WHERE id = {of(2)}"
        ),
    ],
    "a_mentor_accompanies_a_project_once": another(Mentoring),
    "who_accompanies_a_project_is_a_mentor": [
        another(Mentoring, role_id=role("panel", last=True)),
        another(Mentoring, role_id=role("mentor", elsewhere=True)),
    ],
    "who_judges_a_project_does_not_accompany_it": (
        "INSERT INTO courses_role (user_id, cohort_id, kind)"
        f" SELECT user_id, cohort_id, 'mentor' FROM courses_role WHERE id = {role('panel')};"
        + another(Mentoring, role_id=role("mentor", last=True))
    ),
    "milestones_of_a_project_follow_each_other": another(Milestone),
    "nothing_falls_due_once_the_panel_has_judged": [
        f"UPDATE assessments_milestone SET due_at = '2022-06-09 18:01+02' WHERE project_id = {of(1)}",
        another(Milestone, due_at="'2022-06-09 18:01+02'"),
    ],
    "a_deposit_is_a_file_or_a_link": [
        handing(name="''"),
        handing(link="'https://example.org'"),
        handing(content="NULL", content_type="''"),
        handing(content="NULL", content_type="''", link="'http://example.org'"),
    ],
    "a_deposit_is_neither_empty_nor_too_large": [
        handing(content="''::bytea"),
        handing(content="convert_to(repeat('x', 20971521), 'UTF8')"),
    ],
    "a_deposit_has_content_we_know": handing(content_type="'text/html'"),
    "deposits_are_append_only": [
        "UPDATE assessments_deposit SET name = 'altro.pdf'",
        "DELETE FROM assessments_deposit",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE assessments_deposit",
    ],
    "only_the_team_hands_in": [
        handing(by_id="(SELECT max(user_id) FROM enrollment_enrollment)"),
        handing(at="'2022-01-12 12:00+01'"),
    ],
    "a_team_hands_in_before_it_is_judged": (f"{handing()}; {handing(team=4)}"),
    "a_deposit_follows_the_one_it_replaces": [
        handing(number="2"),
        handing(replaces_id="id", number="3"),
        handing(
            replaces_id="(SELECT id FROM assessments_deposit WHERE milestone_id = "
            + of(3, "milestone.id")
            + ")",
            number="2",
        ),
    ],
    "notes_of_mentors_are_append_only": [
        "UPDATE assessments_mentornote SET for_team = false",
        "DELETE FROM assessments_mentornote",
    ],
    "only_mentors_of_a_project_write_notes_on_it": another(
        MentorNote, by_id="(SELECT max(user_id) FROM courses_role)"
    ),
    # panels
    "a_seat_on_a_panel_has_a_known_side": another(
        PanelSeat, side="'neutral'", role_id=role("panel", last=True)
    ),
    "a_panel_has_one_assessor_of_each_side": another(PanelSeat, role_id=role("panel", last=True)),
    "an_assessor_sits_on_a_panel_once": (
        f"DELETE FROM assessments_panelseat WHERE id = {seat(1, 'third')};"
        + another(PanelSeat, side="'third'")
    ),
    "who_judges_a_project_belongs_to_the_panel": [
        another(PanelSeat, role_id=role("mentor", elsewhere=True)),
        another(PanelSeat, role_id=role("panel", elsewhere=True)),
    ],
    "who_accompanies_a_project_does_not_judge_it": (
        "INSERT INTO courses_role (user_id, cohort_id, kind)"
        f" SELECT user_id, cohort_id, 'panel' FROM courses_role WHERE id = {role('mentor')};"
        + another(PanelSeat, role_id=role("panel", last=True))
    ),
    "who_has_begun_to_judge_keeps_the_seat": [
        (
            f"UPDATE assessments_panelseat SET role_id = {role('panel', last=True)}"
            f" WHERE id = {seat(2, 'academic')}"
        ),
        f"UPDATE assessments_panelseat SET project_id = {of(3)} WHERE id = {seat(2, 'academic')}",
    ],
    "a_judgement_has_a_known_state": another(PanelJudgement, seat_id=FREE, state="'lost'"),
    "a_given_judgement_has_its_moment": [
        another(PanelJudgement, seat_id=FREE, state="'draft'"),
        another(PanelJudgement, seat_id=FREE, state="'lost'", given_at="NULL"),
    ],
    "a_judgement_changes_state_by_the_rules": (
        "UPDATE assessments_paneljudgement SET state = 'lost', given_at = now() WHERE state = 'draft'"
    ),
    "a_judgement_is_by_a_rubric_that_stays": another(
        PanelJudgement, seat_id=seat(3, "academic"), state="'draft'", given_at="NULL"
    ),
    "a_third_reading_follows_two": another(
        PanelJudgement, seat_id=seat(2, "third"), state="'draft'", given_at="NULL"
    ),
    "a_given_judgement_stays": [
        "UPDATE assessments_paneljudgement SET words = 'Altro.' WHERE state = 'given'",
        "UPDATE assessments_paneljudgement SET state = 'draft', given_at = NULL WHERE state = 'given'",
        "DELETE FROM assessments_paneljudgement WHERE state = 'given'",
    ],
    "a_judgement_is_given_after_the_last_deadline": (
        "INSERT INTO assessments_criterionjudgement (judgement_id, criterion_id, level, words)"
        f" SELECT (SELECT id {DRAFT}), id, 4, 'Bene.' FROM assessments_rubriccriterion WHERE {USED}"
        " ON CONFLICT DO NOTHING;"
        " UPDATE assessments_paneljudgement SET state = 'given', given_at = '2022-04-08 17:59+02'"
        " WHERE state = 'draft'"
    ),
    "a_given_judgement_is_complete": [
        "UPDATE assessments_paneljudgement SET state = 'given', given_at = now() WHERE state = 'draft'",
        another(PanelJudgement, seat_id=FREE),
    ],
    "an_assessor_judges_a_criterion_once": (
        f"UPDATE assessments_criterionjudgement SET criterion_id ="
        f" (SELECT max(criterion_id) FROM assessments_criterionjudgement)"
        f" WHERE judgement_id = (SELECT id {DRAFT})"
    ),
    "a_criterion_is_judged_by_a_level_there_is": [
        f"UPDATE assessments_criterionjudgement SET level = {level} WHERE judgement_id = (SELECT id {DRAFT})"
        for level in (0, 6)
    ],
    "a_project_is_judged_by_its_rubric": (
        "UPDATE assessments_criterionjudgement SET criterion_id ="
        f" (SELECT max(id) FROM assessments_rubriccriterion) WHERE judgement_id = (SELECT id {DRAFT})"
    ),
    "levels_of_a_given_judgement_stay": [
        "UPDATE assessments_criterionjudgement SET level = 5",
        "DELETE FROM assessments_criterionjudgement",
        (
            "INSERT INTO assessments_criterionjudgement (judgement_id, criterion_id, level, words)"
            f" SELECT min(id), {CRITERION}, 5, 'x' FROM assessments_paneljudgement WHERE state = 'given'"
        ),
    ],
    # outcomes
    "an_outcome_has_a_known_word": f"UPDATE assessments_projectoutcome SET word = 'super' {WRITTEN_ONE}",
    "an_outcome_has_a_level_there_is": [
        f"UPDATE assessments_projectoutcome SET overall = {level} {WRITTEN_ONE}" for level in ("0.99", "5.01")
    ],
    "an_outcome_has_its_words": f"UPDATE assessments_projectoutcome SET text = '' {WRITTEN_ONE}",
    "a_published_outcome_has_its_moment_and_hand": [
        f"UPDATE assessments_projectoutcome SET published_at = now() {WRITTEN_ONE}",
        (
            "UPDATE assessments_projectoutcome SET published_by_id = (SELECT max(id) FROM academy_user)"
            f" {WRITTEN_ONE}"
        ),
    ],
    "an_outcome_rests_on_two_readings": another(
        ProjectOutcome, project_id=of(2), published_at="NULL", published_by_id="NULL"
    ),
    "a_published_outcome_changes_only_with_a_reason": [
        (
            "SELECT set_config('smtc.reason', '', true);"
            " UPDATE assessments_projectoutcome SET word = 'ottimo' WHERE published_at IS NOT NULL"
        ),
        "DELETE FROM assessments_projectoutcome WHERE published_at IS NOT NULL",
        (
            "SELECT set_config('smtc.reason', 'even with one', true); UPDATE assessments_projectoutcome"
            " SET published_at = NULL, published_by_id = NULL WHERE published_at IS NOT NULL"
        ),
    ],
    "one_adjustment_per_person_and_project": another(
        Adjustment,
        outcome_id=of(4, "outcome.id"),
        enrollment_id="(SELECT max(enrollment_id) FROM assessments_adjustment)",
    ),
    "an_adjustment_is_small_and_has_its_reason": [
        f"UPDATE assessments_adjustment SET {change} WHERE outcome_id = {of(4, 'outcome.id')}"
        for change in ("step = 0", "step = 3", "step = -3", "reason = ''")
    ],
    "an_adjustment_is_for_somebody_of_the_team": (
        "UPDATE assessments_adjustment SET enrollment_id = (SELECT max(id) FROM enrollment_enrollment)"
        f" WHERE outcome_id = {of(4, 'outcome.id')}"
    ),
    "a_published_adjustment_changes_with_a_reason": [
        f"SELECT set_config('smtc.reason', '', true); {statement} WHERE outcome_id = {of(1, 'outcome.id')}"
        for statement in ("UPDATE assessments_adjustment SET step = 2", "DELETE FROM assessments_adjustment")
    ],
    "changes_of_judgements_are_append_only": [
        "UPDATE assessments_outcomeentry SET reason = 'nicer'",
        "DELETE FROM assessments_outcomeentry",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE assessments_outcomeentry",
    ],
}
