"""Questionnaires: when editions are asked, who answers, and what is shown of it to whom."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from assessments.actions.surveys import (
    ask_edition,
    ask_what_is_due,
    close_what_is_over,
    give_opinion,
    new_questionnaire_version,
)
from assessments.models import Answered, Opinion, Questionnaire, Reply, Survey
from assessments.notices.questionnaires import QuestionnaireWaiting
from assessments.questionnaires import growth_of, result_of
from assessments.surveys import Hidden, Picture
from courses.actions.timetable import cancel_session
from courses.models import Module
from courses.refusals import Refusal
from enrollment.models import Enrollment
from tests.classroom import client_of
from tests.factories import (
    a_cohort,
    a_session,
    a_tutor,
    an_enrollment,
    an_instructor,
    rome,
    somebody_of_the_office,
)
from tests.house.test_queries import ask
from tests.surveys import (
    ANSWERED,
    OPENED,
    OVER,
    a_questionnaire,
    asked,
    levels_of,
    said,
)

pytestmark = pytest.mark.django_db


def an_asked_class(number: int, *, teacher=None) -> tuple[Survey, list[Enrollment]]:
    """A survey about a module that was taught, and who is asked."""
    session = a_session(instructors=[teacher] if teacher else [])
    people = [an_enrollment(cohort=session.cohort) for _ in range(number)]
    return asked(session.cohort, session.module), people


def whole_module(cohort, starts_at):
    """The sessions of a module, as long as the programme wants it, and its end."""
    first = a_session(cohort, starts_at=starts_at)
    left = first.module.minutes - first.minutes
    sessions = [first]
    while left > 0:
        starts_at += timedelta(days=1)
        sessions.append(a_session(cohort, starts_at=starts_at, minutes=min(left, 240)))
        left -= 240
    return sessions


def test_an_edition_is_asked_once_when_the_last_session_of_a_module_is_over():
    cohort = a_cohort()
    sessions = whole_module(cohort, rome(2022, 2, 1, 9))
    a_questionnaire()
    end = sessions[-1].ends_at
    assert ask_what_is_due(at=end - timedelta(minutes=1)) == 0
    assert ask_what_is_due(at=end) == 1
    assert ask_what_is_due(at=end + timedelta(minutes=1)) == 0
    [survey] = Survey.objects.all()
    assert (survey.opens_at, survey.closes_at) == (end, end + timedelta(days=7))


def test_a_module_with_hours_still_missing_is_not_asked_about():
    cohort = a_cohort()
    sessions = whole_module(cohort, rome(2022, 2, 1, 9))
    a_questionnaire()
    cancel_session(session=sessions[-1], reason="Sciopero", by=None, at=sessions[0].starts_at)
    assert ask_what_is_due(at=sessions[-1].ends_at) == 0


def test_what_ended_a_week_ago_is_left_alone():
    sessions = whole_module(a_cohort(), rome(2022, 2, 1, 9))
    a_questionnaire()
    assert ask_what_is_due(at=sessions[-1].ends_at + timedelta(days=7)) == 0


def test_competences_are_asked_when_the_welcome_begins_and_in_the_same_words_at_the_end():
    cohort = a_cohort()
    welcome = a_session(cohort, starts_at=rome(2022, 2, 1, 9), purpose="welcome")
    questionnaire = a_questionnaire("competences")
    assert ask_what_is_due(at=welcome.starts_at) == 1
    fresh = new_questionnaire_version(questionnaire=questionnaire, by=None, at=OPENED)
    Questionnaire.objects.filter(pk=questionnaire.pk).update(current=False)
    Questionnaire.objects.filter(pk=fresh.pk).update(current=True)
    final = a_session(cohort, starts_at=rome(2022, 6, 1, 9), purpose="final")
    assert ask_what_is_due(at=final.starts_at) == 1
    assert set(Survey.objects.values_list("questionnaire", flat=True)) == {questionnaire.pk}


def test_without_a_questionnaire_nobody_is_asked():
    sessions = whole_module(a_cohort(), rome(2022, 2, 1, 9))
    assert ask_what_is_due(at=sessions[-1].ends_at) == 0


def test_asked_twice_it_is_the_same_survey():
    survey, _people = an_asked_class(1)
    facts = {"cohort": survey.cohort, "moment": "module", "module": survey.module}
    assert ask_edition(**facts, ends_at=OVER, by=None, at=OVER) == survey


def test_an_opinion_is_kept_without_its_person():
    survey, [person] = an_asked_class(1)
    said(survey, person, 5, 1, remark="Più esempi")
    assert Answered.objects.filter(enrollment=person).count() == 1
    assert Opinion.objects.count() == survey.questionnaire.questions.count()


def test_an_opinion_is_given_once():
    survey, [person] = an_asked_class(1)
    said(survey, person, 5)
    with pytest.raises(Refusal, match=r"already|già"):
        said(survey, person, 1)
    assert set(Opinion.objects.values_list("level", flat=True)) == {5}


def test_a_self_assessment_may_be_changed_until_it_closes():
    cohort = a_cohort()
    person = an_enrollment(cohort=cohort)
    survey = asked(cohort, moment="welcome")
    said(survey, person, 2)
    said(survey, person, 3)
    assert set(Reply.objects.get().levels.values_list("value", flat=True)) == {3}
    with pytest.raises(Refusal, match=r"closed|chiuso"):
        said(survey, person, 4, at=survey.closes_at)


@pytest.mark.parametrize("levels", [{}, {0: 3}])
def test_each_question_wants_its_level(levels):
    survey, [person] = an_asked_class(1)
    with pytest.raises(Refusal, match=r"1 to 5|1 a 5"):
        said_exactly(survey, person, levels)
    with pytest.raises(Refusal, match=r"1 to 5|1 a 5"):
        said_exactly(survey, person, dict.fromkeys(levels_of(survey, 3), 6))


def said_exactly(survey, person, levels):
    from_them = {"survey": survey, "enrollment": person, "by": person.user, "at": ANSWERED}
    from_them |= {"levels": levels, "remark": ""}
    give_opinion(**from_them)


def test_another_editions_people_are_not_asked():
    survey, _people = an_asked_class(1)
    stranger = an_enrollment()
    with pytest.raises(Refusal, match=r"participants|partecipanti"):
        said(survey, stranger, 3)


def test_nothing_is_shown_while_it_is_open_nor_of_four_people():
    survey, people = an_asked_class(5)
    for person in people[:4]:
        said(survey, person, 4, 3)
    assert result_of(survey) is None
    close_what_is_over(at=OVER)
    survey.refresh_from_db()
    found = result_of(survey)
    assert found.hidden
    assert {one for _question, one in found.rows} == {Hidden.FEW}
    assert found.remarks == []


def test_of_five_people_the_class_is_shown_once_closed():
    survey, people = an_asked_class(5)
    for level, person in zip((5, 4, 4, 3, 5), people, strict=True):
        said(survey, person, level, 3, remark=f"Nota {level}")
    assert close_what_is_over(at=OVER) == 1
    survey.refresh_from_db()
    found = result_of(survey)
    (_first, shown), *others = found.rows
    assert isinstance(shown, Picture)
    assert shown.counts == (0, 0, 1, 2, 2)
    assert {one for _question, one in others} == {Hidden.ALIKE}
    assert len(found.remarks) == 5


def test_growth_goes_from_the_start_to_the_end():
    cohort = a_cohort()
    person = an_enrollment(cohort=cohort)
    said(asked(cohort, moment="welcome"), person, 2, 4)
    said(asked(cohort, moment="final"), person, 4, 3)
    [grown] = growth_of(person.user)
    assert [step.gained for _question, step in grown.steps] == [2] + [-1] * (len(grown.steps) - 1)
    assert growth_of(an_enrollment(cohort=cohort).user) == []


def reminded(at):
    return sorted((person, revision) for person, _key, revision, _due in QuestionnaireWaiting().due(at))


def test_who_has_not_answered_is_asked_after_an_hour_and_after_three_days():
    survey, [one, other] = an_asked_class(2)
    hour, days = OPENED + timedelta(hours=1), OPENED + timedelta(days=3)
    assert reminded(hour - timedelta(seconds=1)) == []
    assert reminded(hour) == sorted([(one.user_id, 1), (other.user_id, 1)])
    said(survey, one, 3, at=hour)
    assert reminded(days) == [(other.user_id, 2)]
    assert reminded(survey.closes_at) == []


# The pages


def answers(survey, level=3, **changes):
    data = {f"level-{key}": value for key, value in levels_of(survey, level).items()}
    return data | changes


def test_a_participant_answers_and_finds_it_answered(time_machine):
    survey, [person] = an_asked_class(1)
    time_machine.move_to(ANSWERED, tick=False)
    client, address = client_of(person.user), reverse("assessments:questionnaire", args=[survey.pk])
    page = client.get(reverse("assessments:questionnaires"))
    assert address in page.text
    unanswered = client.post(address, {"remark": "Bene"})
    assert unanswered.status_code == 422
    assert "Bene" in unanswered.text
    done = client.post(address, answers(survey, remark="Bene"))
    assert done.status_code == 302
    assert address not in client.get(reverse("assessments:questionnaires")).text
    assert "Bene" not in client.get(address).text
    again = client.post(address, answers(survey, 5))
    assert again.status_code == 200
    assert set(Opinion.objects.values_list("level", flat=True)) == {3}


def test_a_stranger_and_a_closed_questionnaire_are_not_there(time_machine):
    survey, [person] = an_asked_class(1)
    address = reverse("assessments:questionnaire", args=[survey.pk])
    time_machine.move_to(ANSWERED, tick=False)
    assert client_of(an_enrollment().user).get(address).status_code == 404
    assert client_of(somebody_of_the_office()).get(address).status_code == 404
    time_machine.move_to(OVER, tick=False)
    assert client_of(person.user).get(address).status_code == 404


def test_who_reads_what_was_said_of_a_module(time_machine):
    teacher = an_instructor()
    survey, people = an_asked_class(5, teacher=teacher)
    for level, person in zip((5, 4, 4, 3, 5), people, strict=True):
        said(survey, person, level, remark="Parole riconoscibili")
    close_what_is_over(at=OVER)
    time_machine.move_to(OVER, tick=False)
    address = reverse("assessments:survey_result", args=[survey.pk])
    tutor, office = a_tutor(survey.cohort), somebody_of_the_office()
    for reader in (teacher.user, tutor, office):
        page = client_of(reader).get(address)
        assert "4.2" in page.text or "4,2" in page.text
        assert ("Parole riconoscibili" in page.text) is (reader is office)
    for stranger in (people[0].user, an_instructor().user, a_tutor(a_cohort())):
        assert client_of(stranger).get(address).status_code == 404


def test_an_instructor_does_not_read_competences_of_the_class(time_machine):
    teacher = an_instructor()
    session = a_session(instructors=[teacher])
    survey = asked(session.cohort, moment="welcome")
    time_machine.move_to(OVER, tick=False)
    address = reverse("assessments:survey_result", args=[survey.pk])
    assert client_of(teacher.user).get(address).status_code == 404


def costs(number: int) -> list[int]:
    """What the pages with many rows ask of the database, of as many modules and answers."""
    teacher, cohort = an_instructor(), a_cohort()
    modules = Module.objects.filter(block__programme=cohort.programme_id, has_test=True)[:number]
    people = [an_enrollment(cohort=cohort) for _ in range(number + 4)]
    surveys = []
    for module in modules:
        a_session(cohort, module=module, instructors=[teacher])
        surveys.append(asked(cohort, module))
        for level, person in enumerate(people):
            said(surveys[-1], person, level % 5 + 1, remark="Bene")
    office, last = somebody_of_the_office(), surveys[-1]
    found = [ask(client_of(people[0].user), reverse("assessments:questionnaires"))[0]]
    close_what_is_over(at=OVER)
    for reader, name, key in (
        (teacher.user, "said_of_modules", []),
        (office, "edition_questionnaires", [cohort.pk]),
        (office, "survey_result", [last.pk]),
    ):
        number_asked, text = ask(client_of(reader), reverse(f"assessments:{name}", args=key))
        assert last.module.title in text
        found.append(number_asked)
    return found


def test_the_pages_cost_the_same_for_few_and_many(time_machine):
    time_machine.move_to(ANSWERED, tick=False)
    few = costs(2)
    assert few == costs(6)
    assert max(few) <= 12


def test_the_database_has_no_way_from_an_opinion_to_its_person():
    """No column of opinions and remarks refers to a person, a place or a moment, whatever Django thinks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_name IN ('assessments_opinion', 'assessments_remark', 'assessments_answered')"
        )
        found = sorted(cursor.fetchall())
    assert found == [
        ("assessments_answered", "enrollment_id"),
        ("assessments_answered", "id"),
        ("assessments_answered", "survey_id"),
        ("assessments_opinion", "id"),
        ("assessments_opinion", "level"),
        ("assessments_opinion", "question_id"),
        ("assessments_opinion", "survey_id"),
        ("assessments_remark", "id"),
        ("assessments_remark", "survey_id"),
        ("assessments_remark", "text"),
    ]
