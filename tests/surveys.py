"""Questionnaires in every state, and what breaks their promises."""

from collections.abc import Mapping

from assessments.actions.standard_questionnaires import adopt_standard_questions
from assessments.actions.surveys import (
    ask_edition,
    ask_from_now_on,
    assess_oneself,
    close_what_is_over,
    give_opinion,
    new_questionnaire_version,
)
from assessments.models import (
    Answered,
    Question,
    Questionnaire,
    Reply,
    Survey,
)
from courses.models import Cohort, Module
from enrollment.models import Enrollment
from tests import factories
from tests.factories import rome
from tests.invariants import another

OPENED, ANSWERED, OVER = rome(2022, 2, 3, 18), rome(2022, 2, 4, 18), rome(2022, 2, 20, 18)


def a_questionnaire(kind: str = "satisfaction") -> Questionnaire:
    """The standard one, asked from now on."""
    found = Questionnaire.objects.filter(kind=kind, current=True).first()
    if found is None:
        title = {"title_it": "Questionario", "title_en": "Questionnaire"}
        found = Questionnaire.objects.create(kind=kind, **title)
        adopt_standard_questions(questionnaire=found, by=None, at=OPENED)
        ask_from_now_on(questionnaire=found, by=None, at=OPENED)
    return found


def asked(cohort: Cohort, module: Module | None = None, *, moment: str = "", at=OPENED) -> Survey:
    """A survey that opens then: about a module, or about competences at a moment."""
    a_questionnaire("satisfaction" if module else "competences")
    found = ask_edition(cohort=cohort, moment=moment or "module", module=module, ends_at=at, by=None, at=at)
    assert found
    return found


def levels_of(survey: Survey, *levels: int) -> Mapping[int, int]:
    """Question → level, the last one for all that follow."""
    questions = survey.questionnaire.questions.values_list("pk", flat=True)
    return {key: levels[min(number, len(levels) - 1)] for number, key in enumerate(questions)}


def said(survey: Survey, place: Enrollment, *levels: int, remark: str = "", at=ANSWERED) -> None:
    """`place` answers."""
    facts = {"survey": survey, "enrollment": place, "by": place.user, "at": at}
    facts["levels"] = levels_of(survey, *levels)
    if survey.kind == "satisfaction":
        give_opinion(**facts, remark=remark)
    else:
        assess_oneself(**facts)


def surveys_of_every_state() -> dict[str, Survey]:
    """An open and a closed survey of each kind, with an answer each; a draft of either questionnaire."""
    session = factories.a_session()
    cohort, module = session.cohort, session.module
    place = factories.an_enrollment(cohort=cohort)
    factories.an_enrollment(cohort=cohort)  # has answered nothing
    factories.an_enrollment()
    found = {
        "start": asked(cohort, moment="welcome"),
        "module": asked(cohort, module),
    }
    for survey in found.values():
        said(survey, place, 4, 3, remark="Più esempi")
    close_what_is_over(at=OVER)
    other = Module.objects.filter(block__programme=cohort.programme_id).exclude(pk=module.pk)[0]
    found |= {"end": asked(cohort, moment="final", at=OVER), "other": asked(cohort, other, at=OVER)}
    for key in ("end", "other"):
        said(found[key], place, 5, 4, remark="Bene", at=OVER)
    for questionnaire in Questionnaire.objects.all():
        new_questionnaire_version(questionnaire=questionnaire, by=None, at=OVER)
    return found


def survey(state: str, kind: str) -> str:
    return f"(SELECT id FROM assessments_survey WHERE state = '{state}' AND kind = '{kind}')"


def question(kind: str) -> str:
    """One that is asked of the other kind is no question of this."""
    return (
        "(SELECT min(question.id) FROM assessments_question question JOIN assessments_questionnaire asked"
        f" ON asked.id = questionnaire_id WHERE asked.kind = '{kind}' AND asked.frozen_at IS NOT NULL)"
    )


DRAFT = "frozen_at IS NULL"
OPEN_MODULE, OPEN_START = survey("open", "satisfaction"), survey("open", "competences")
CLOSED_MODULE, CLOSED_START = survey("closed", "satisfaction"), survey("closed", "competences")
ELSEWHERE = (
    "(SELECT max(id) FROM enrollment_enrollment"
    " WHERE cohort_id <> (SELECT min(cohort_id) FROM assessments_survey))"
)
NEWCOMER = (
    "(SELECT max(id) FROM enrollment_enrollment"
    " WHERE cohort_id = (SELECT min(cohort_id) FROM assessments_survey))"
)
HASH = "repeat('a', 64)"


def opinion(of: str = OPEN_MODULE, about: str = "satisfaction", level: str = "3") -> str:
    return (
        "INSERT INTO assessments_opinion (id, survey_id, question_id, level)"
        f" VALUES (gen_random_uuid(), {of}, {question(about)}, {level})"
    )


def remark(of: str = OPEN_MODULE, text: str = "Bene") -> str:
    return f"INSERT INTO assessments_remark (id, survey_id, text) VALUES (gen_random_uuid(), {of}, '{text}')"


def answered(of: str = OPEN_MODULE, who: str = "enrollment_id") -> str:
    return another(Answered, survey_id=of, enrollment_id=who)


def reply(of: str = OPEN_START, who: str = "enrollment_id", at: str = "'2022-02-21 12:00+01'") -> str:
    return another(Reply, survey_id=of, enrollment_id=who, saved_at=at)


FRESH = f"(SELECT min(id) FROM assessments_questionnaire WHERE {DRAFT})"
OPEN_REPLY = f"(SELECT id FROM assessments_reply WHERE survey_id = {OPEN_START})"

BROKEN_BY_SURVEYS = {
    # questionnaires
    "a_questionnaire_is_of_a_known_kind": (
        f"UPDATE assessments_questionnaire SET kind = 'mood' WHERE {DRAFT}"
    ),
    "questionnaires_number_their_versions_once": (
        f"UPDATE assessments_questionnaire SET version = 1 WHERE {DRAFT}"
    ),
    "one_questionnaire_of_a_kind_is_asked": (
        f"UPDATE assessments_questionnaire SET current = true WHERE {DRAFT}"
    ),
    "a_questionnaire_in_use_has_its_hash": [
        f"UPDATE assessments_questionnaire SET frozen_at = now() WHERE {DRAFT}",
        f"UPDATE assessments_questionnaire SET digest = {HASH} WHERE {DRAFT}",
    ],
    "a_questionnaire_in_use_stays": [
        "UPDATE assessments_questionnaire SET title_it = 'Altro'",
        "UPDATE assessments_questionnaire SET frozen_at = NULL, digest = ''",
        "DELETE FROM assessments_questionnaire WHERE frozen_at IS NOT NULL",
    ],
    "a_questionnaire_that_is_asked_has_questions": [
        another(Questionnaire, version="9", current="false"),
        another(Questionnaire, version="9", current="true", frozen_at="NULL", digest="''"),
    ],
    "questions_stand_in_line": (
        f"UPDATE assessments_question SET position = 1 WHERE questionnaire_id = {FRESH}"
    ),
    "questions_in_use_stay": [
        "UPDATE assessments_question SET title_en = 'Other'",
        "DELETE FROM assessments_question",
        another(Question, position="30"),
    ],
    "the_last_question_asked_stays": (
        "UPDATE assessments_questionnaire SET current = false WHERE current;"
        f"UPDATE assessments_questionnaire SET current = true WHERE id = {FRESH};"
        f"DELETE FROM assessments_question WHERE questionnaire_id = {FRESH} AND position > 1;"
        f"DELETE FROM assessments_question WHERE questionnaire_id = {FRESH}"
    ),
    # surveys
    "a_survey_has_a_known_state": another(Survey, moment="'final'", state="'lost'"),
    "an_edition_is_asked_once_at_each_moment": another(Survey, state="'open'"),
    "a_survey_is_of_the_kind_of_its_questionnaire": (
        "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE assessments_survey DISABLE TRIGGER USER;"
        f"UPDATE assessments_survey SET questionnaire_id = (SELECT min(id) FROM assessments_questionnaire"
        f" WHERE kind = 'competences') WHERE id = {OPEN_MODULE}"
    ),
    "satisfaction_is_asked_after_modules": [
        another(Survey, moment="'module'", module_id="(SELECT min(module_id) FROM assessments_survey)"),
        another(Survey, moment="'module'"),
    ],
    "a_survey_closes_after_it_opens": another(
        Survey, cohort_id="(SELECT max(id) FROM courses_cohort)", closes_at="opens_at"
    ),
    "what_is_asked_is_frozen": another(
        Survey, cohort_id="(SELECT max(id) FROM courses_cohort)", questionnaire_id=FRESH
    ),
    "an_edition_is_asked_about_its_own_modules": (
        "INSERT INTO assessments_survey (cohort_id, questionnaire_id, kind, moment, module_id, opens_at,"
        " closes_at, state) SELECT (SELECT max(id) FROM courses_cohort), questionnaire_id, kind, moment,"
        f" module_id, opens_at, closes_at, 'open' FROM assessments_survey WHERE id = {OPEN_MODULE}"
    ),
    "a_survey_keeps_what_it_asks": [
        "UPDATE assessments_survey SET closes_at = closes_at + interval '1 day'",
        "DELETE FROM assessments_survey",
    ],
    "a_survey_changes_state_by_the_rules": "UPDATE assessments_survey SET state = 'open'",
    # self-assessments
    "one_self_assessment_per_person_and_survey": reply(),
    "who_assesses_themselves_is_of_the_edition": reply(who=ELSEWHERE),
    "self_assessments_are_of_competences": reply(of=OPEN_MODULE),
    "a_self_assessment_is_saved_in_its_time": [
        reply(of=CLOSED_START),
        f"UPDATE assessments_reply SET saved_at = '2022-03-21 12:00+01' WHERE id = {OPEN_REPLY}",
    ],
    "a_self_assessment_answers_each_question": reply(who=NEWCOMER),
    "self_assessments_are_kept": [
        "DELETE FROM assessments_reply",
        f"UPDATE assessments_reply SET survey_id = survey_id WHERE id = {OPEN_REPLY}",
    ],
    "one_level_for_each_competence": (
        "INSERT INTO assessments_replylevel (reply_id, question_id, value)"
        f" SELECT reply_id, question_id, 2 FROM assessments_replylevel WHERE reply_id = {OPEN_REPLY}"
    ),
    "levels_of_competences_go_from_one_to_five": [
        f"UPDATE assessments_replylevel SET value = {value} WHERE reply_id = {OPEN_REPLY}" for value in (0, 6)
    ],
    "levels_are_given_while_it_is_open": "UPDATE assessments_replylevel SET value = 1",
    "levels_are_of_questions_that_were_asked": (
        "INSERT INTO assessments_replylevel (reply_id, question_id, value)"
        f" VALUES ({OPEN_REPLY}, {question('satisfaction')}, 2)"
    ),
    "levels_of_a_self_assessment_are_kept": "DELETE FROM assessments_replylevel",
    # opinions
    "one_answers_about_a_module_once": answered(),
    "who_answers_is_of_the_edition": answered(who=ELSEWHERE),
    "who_answers_says_something_to_each_question": answered(who=NEWCOMER),
    "answered_are_questions_about_modules": answered(of=OPEN_START),
    "one_answers_while_it_is_open": answered(of=CLOSED_MODULE),
    "that_one_answered_stays": [
        "UPDATE assessments_answered SET enrollment_id = enrollment_id",
        "DELETE FROM assessments_answered",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE assessments_answered",
    ],
    "opinions_go_from_one_to_five": [opinion(level="0"), opinion(level="6")],
    "opinions_are_about_modules": opinion(of=OPEN_START, about="competences"),
    "opinions_are_given_while_it_is_open": opinion(of=CLOSED_MODULE),
    "opinions_are_of_people_who_answered": "SET CONSTRAINTS ALL IMMEDIATE; " + opinion(),
    "opinions_are_of_questions_that_were_asked": opinion(about="competences"),
    "opinions_stay_as_they_are": [
        "UPDATE assessments_opinion SET level = 1",
        "DELETE FROM assessments_opinion",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE assessments_opinion",
    ],
    "a_remark_says_something": remark(text=""),
    "remarks_are_about_modules": remark(of=OPEN_START),
    "remarks_are_made_while_it_is_open": remark(of=CLOSED_MODULE),
    "remarks_stay_as_they_are": [
        "UPDATE assessments_remark SET text = 'Altro'",
        "DELETE FROM assessments_remark",
    ],
}
