"""What an edition is asked: competences at the start and at the end, and each module when it is over."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from academy.demo import cast
from academy.demo.calls import Admission
from assessments.actions.standard_questionnaires import adopt_standard_questions
from assessments.actions.surveys import (
    ask_from_now_on,
    ask_what_is_due,
    assess_oneself,
    close_what_is_over,
    give_opinion,
)
from assessments.models import Moment, Question, Questionnaire, QuestionnaireKind, Survey
from assessments.questionnaires import asked_of
from assessments.surveys import HIGHEST
from enrollment.models import Enrollment

DAY = timedelta(days=1)
ROUND = timedelta(hours=1)  # not a day: some have 23 hours
TITLES = {
    QuestionnaireKind.COMPETENCES: ("Le tue competenze", "Your competences"),
    QuestionnaireKind.SATISFACTION: ("Com’è andato il modulo", "How the module went"),
}
SILENT = 0.3  # of those asked, how many never answer about a module
REMARKS = (
    "Più tempo per gli esercizi in gruppo.",
    "I casi delle aziende sono la parte migliore.",
    "Da remoto l’audio a volte mancava.",
)
AT_THE_START, GAINED = (1, 2, 2, 3, 3, 4), (0, 1, 1, 2)
OF_A_MODULE = (2, 3, 4, 4, 4, 5, 5)


class Questionnaires:
    """Of one edition."""

    def __init__(self, admission: Admission) -> None:
        self.stage, self.edition, self.admission = admission.stage, admission.edition, admission

    def plan(self) -> None:
        """The round of each evening, and answers on the next."""
        at, first, last = self.stage.at, self.edition.first_day, self.edition.last_day
        at(first - DAY, 12, 0, self.write)
        for days in range((last - first).days + 10):
            day = first + days * DAY
            at(day, 21, 0, self.go_round)
            at(day, 21, 30, self.answer)

    def write(self, at: datetime) -> None:
        """The office’s two questionnaires, unless an edition before has them."""
        for kind, (title_it, title_en) in TITLES.items():
            title = {"title_it": title_it, "title_en": title_en}
            found, new = Questionnaire.objects.get_or_create(kind=kind, defaults=title)
            if new:
                adopt_standard_questions(questionnaire=found, by=self.stage.office, at=at)
                ask_from_now_on(questionnaire=found, by=self.stage.office, at=at)

    def go_round(self, at: datetime) -> None:
        """What the clock does each minute."""
        ask_what_is_due(at=at)
        close_what_is_over(at=at)

    def answer(self, at: datetime) -> None:
        """Whoever answers does so on the evening it opens; of modules not the one who tries the demo."""
        cohort = self.stage.cohorts[self.edition.code]
        fresh = Survey.objects.filter(cohort=cohort, opens_at__gt=at - ROUND).select_related("module")
        for survey in fresh:
            questions = list(Question.objects.filter(questionnaire=survey.questionnaire_id))
            members = set(asked_of(survey, at).values_list("pk", flat=True))
            for code, place in self.admission.enrollments.items():
                tried = place.user.name in cast.BY_NAME and survey.kind == QuestionnaireKind.SATISFACTION
                if place.pk in members and not tried:
                    self.say(survey, questions, code, place, at)

    def say(
        self, survey: Survey, questions: list[Question], code: str, place: Enrollment, at: datetime
    ) -> None:
        """One person’s answers, the same whenever the story is told."""
        facts: dict[str, Any] = {"survey": survey, "enrollment": place, "by": place.user, "at": at}
        if survey.kind == QuestionnaireKind.COMPETENCES:
            chance, grown = dealt(f"{code} start"), dealt(f"{code} end")
            levels = {one.pk: chance.choice(AT_THE_START) for one in questions}
            if survey.moment == Moment.FINAL:
                levels = {key: min(HIGHEST, level + grown.choice(GAINED)) for key, level in levels.items()}
            assess_oneself(**facts, levels=levels)
            return
        about = survey.module.code if survey.module else ""
        chance = dealt(f"{code} {about}")
        if chance.random() < SILENT:
            return
        remark = chance.choice(REMARKS) if chance.random() < SILENT / 2 else ""
        levels = {one.pk: chance.choice(OF_A_MODULE) for one in questions}
        give_opinion(**facts, levels=levels, remark=remark)


def dealt(seed: str) -> Random:
    """Chance that falls the same whenever the story is told."""
    return Random(seed)  # noqa: S311  # invented answers, no secret
