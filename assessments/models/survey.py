"""Questionnaires put to editions, and what people answered.

Of competences each answer has its person. Of satisfaction it has none: that somebody answered and what
was said are rows of two tables that nothing joins, neither key nor moment, and what one person said
to one question is not joined to what they said to the next.
"""

from uuid import uuid4

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.states import SURVEY_PASSAGES
from assessments.surveys import HIGHEST, LOWEST
from courses.models import Cohort, Module
from courses.models.invariants import (
    CopiedFacts,
    Guard,
    append_only,
    known_values,
    only_these_passages,
)
from enrollment.models import Enrollment

from .questionnaire import Question, Questionnaire, QuestionnaireKind

OF_THE_QUESTIONNAIRE = CopiedFacts("questionnaire", "assessments_questionnaire", ("kind",))
OUT_OF_RANGE = _("Levels go from 1 to 5.")
CLOSED = _("This questionnaire is closed.")


def only_while_open(name: str, *, survey: str = "NEW.survey_id") -> Guard:
    """A guard that takes answers only to a survey that is open."""
    return Guard(
        name=name,
        message=CLOSED,
        operation=pgtrigger.Insert | pgtrigger.Update,
        when=pgtrigger.Before,
        func=f"""
            IF NOT EXISTS (SELECT 1 FROM assessments_survey WHERE id = ({survey}) AND state = 'open')
            THEN {{refuse}} END IF;
            RETURN NEW;
        """,
    )


def only_its_edition(name: str) -> Guard:
    """A guard that takes answers only from who is or was in the edition that is asked."""
    return Guard(
        name=name,
        message=_("Only participants of this edition are asked."),
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("enrollment_id", "survey_id"),
        when=pgtrigger.Before,
        func="""
            IF (SELECT cohort_id FROM assessments_survey WHERE id = NEW.survey_id)
               <> (SELECT cohort_id FROM enrollment_enrollment WHERE id = NEW.enrollment_id)
            THEN {refuse} END IF;
            RETURN NEW;
        """,
    )


def only_about(name: str, kind: str) -> Guard:
    """A guard that keeps the two kinds of answers apart."""
    return Guard(
        name=name,
        message=_("This questionnaire is answered in another way."),
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        func=f"""
            IF (SELECT kind FROM assessments_survey WHERE id = NEW.survey_id) <> '{kind}'
            THEN {{refuse}} END IF;
            RETURN NEW;
        """,
    )


def one_opinion_each(name: str) -> Guard:
    """A guard, asked at the end of the transaction: each question has an answer from each who answered."""
    return Guard(
        name=name,
        message=_("Each who answers says something to each question, once."),
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        func="""
            IF EXISTS (
                SELECT 1 FROM assessments_question question
                JOIN assessments_survey survey USING (questionnaire_id)
                LEFT JOIN assessments_opinion opinion
                    ON opinion.question_id = question.id AND opinion.survey_id = survey.id
                WHERE survey.id = NEW.survey_id GROUP BY question.id
                HAVING count(opinion.id) <> (
                    SELECT count(*) FROM assessments_answered WHERE survey_id = NEW.survey_id)
            ) THEN {refuse} END IF;
            RETURN NULL;
        """,
    )


class SurveyQuerySet(models.QuerySet):
    """The vocabulary of surveys."""

    def open_at(self, at):
        """May be answered at that moment."""
        return self.filter(state=SurveyState.OPEN, opens_at__lte=at, closes_at__gt=at)

    def over(self, at):
        """Open still, though their time is over."""
        return self.filter(state=SurveyState.OPEN, closes_at__lte=at)


class SurveyState(models.TextChoices):
    OPEN = "open", pgettext_lazy("questionnaire", "open")
    CLOSED = "closed", pgettext_lazy("questionnaire", "closed")


class Moment(models.TextChoices):
    WELCOME = "welcome", pgettext_lazy("questionnaire", "at the start")
    MODULE = "module", pgettext_lazy("questionnaire", "after a module")
    FINAL = "final", pgettext_lazy("questionnaire", "at the end")


class Survey(models.Model):
    """A questionnaire put to the participants of an edition, once at each moment and after each module."""

    State, Moment = SurveyState, Moment

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="surveys", verbose_name=_("edition"))
    questionnaire = models.ForeignKey(
        Questionnaire, models.PROTECT, related_name="surveys", verbose_name=_("questionnaire")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=QuestionnaireKind, editable=False)
    moment = models.CharField(_("moment"), max_length=7, choices=Moment)
    module = models.ForeignKey(
        Module,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="surveys",
        verbose_name=_("module"),
        help_text=_("Only of a questionnaire after a module."),
    )
    opens_at = models.DateTimeField(pgettext_lazy("questionnaire", "opens"), editable=False)
    closes_at = models.DateTimeField(pgettext_lazy("questionnaire", "closes"), editable=False)
    state = models.CharField(
        _("state"), max_length=6, choices=SurveyState, default=SurveyState.OPEN, editable=False
    )

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("questionnaire of an edition")
        verbose_name_plural = _("questionnaires of editions")
        ordering = ["-opens_at", "pk"]
        constraints = [
            known_values("a_survey_has_a_known_state", "state", SurveyState),
            models.UniqueConstraint(
                name="an_edition_is_asked_once_at_each_moment",
                fields=["cohort", "moment", "module"],
                nulls_distinct=False,
                violation_error_message=_("The edition has been asked already."),
            ),
            OF_THE_QUESTIONNAIRE.key(
                name="a_survey_is_of_the_kind_of_its_questionnaire",
                violation_error_message=_("The kind is that of the questionnaire."),
            ),
            models.CheckConstraint(
                name="satisfaction_is_asked_after_modules",
                condition=Q(kind="satisfaction", moment="module", module__isnull=False)
                | Q(kind="competences", moment__in=["welcome", "final"], module=None),
                violation_error_message=_(
                    "Satisfaction is asked after a module, competences at the start and at the end."
                ),
            ),
            models.CheckConstraint(
                name="a_survey_closes_after_it_opens",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("It closes after it opens."),
            ),
        ]
        triggers = [
            OF_THE_QUESTIONNAIRE.filled_in("take_kind_from_questionnaire"),
            Guard(
                name="what_is_asked_is_frozen",
                message=_("A questionnaire is frozen before an edition is asked."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF (SELECT frozen_at FROM assessments_questionnaire WHERE id = NEW.questionnaire_id)
                       IS NULL THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="an_edition_is_asked_about_its_own_modules",
                message=_("This module belongs to another programme."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NEW.module_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM courses_module module
                        JOIN courses_block block ON block.id = module.block_id
                        JOIN courses_cohort cohort ON cohort.programme_id = block.programme_id
                        WHERE module.id = NEW.module_id AND cohort.id = NEW.cohort_id
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_survey_keeps_what_it_asks",
                message=_("The edition has been asked: this can only be closed."),
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - 'state' <> to_jsonb(NEW) - 'state'
                    THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            only_these_passages(
                name="a_survey_changes_state_by_the_rules",
                field="state",
                table=SURVEY_PASSAGES,
                message=_("What was said is shown: a closed questionnaire stays closed."),
            ),
        ]

    def __str__(self) -> str:
        about = self.module.title if self.module else self.get_moment_display()
        return f"{self.questionnaire.title}: {about}"


class Reply(models.Model):
    """What somebody said of their own competences; it may be changed while the survey is open."""

    survey = models.ForeignKey(
        Survey, models.PROTECT, related_name="replies", verbose_name=_("questionnaire")
    )
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="replies", verbose_name=_("participant")
    )
    saved_at = models.DateTimeField(_("saved"), editable=False)

    class Meta:
        verbose_name = _("self-assessment")
        verbose_name_plural = _("self-assessments")
        ordering = ["survey", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_self_assessment_per_person_and_survey",
                fields=["survey", "enrollment"],
                violation_error_message=_("You have answered already."),
            ),
        ]
        triggers = [
            only_its_edition("who_assesses_themselves_is_of_the_edition"),
            only_about("self_assessments_are_of_competences", "competences"),
            Guard(
                name="a_self_assessment_is_saved_in_its_time",
                message=CLOSED,
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM assessments_survey WHERE id = NEW.survey_id AND state = 'open'
                        AND NEW.saved_at >= opens_at AND NEW.saved_at < closes_at
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="a_self_assessment_answers_each_question",
                message=_("Each question has its answer."),
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM assessments_question question
                        JOIN assessments_survey survey USING (questionnaire_id)
                        WHERE survey.id = NEW.survey_id AND NOT EXISTS (
                            SELECT 1 FROM assessments_replylevel level
                            WHERE level.reply_id = NEW.id AND level.question_id = question.id)
                    ) THEN {refuse} END IF;
                    RETURN NULL;
                """,
            ),
            Guard(
                name="self_assessments_are_kept",
                message=_("A self-assessment is changed while it is open, and never deleted."),
                operation=pgtrigger.Delete | pgtrigger.UpdateOf("survey_id", "enrollment_id"),
                when=pgtrigger.Before,
                func="{refuse}",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment} – {self.survey}"


class ReplyLevel(models.Model):
    """Where somebody sees themselves in one competence."""

    reply = models.ForeignKey(Reply, models.PROTECT, related_name="levels", verbose_name=_("self-assessment"))
    question = models.ForeignKey(
        Question, models.PROTECT, related_name="reply_levels", verbose_name=_("question")
    )
    value = models.PositiveSmallIntegerField(_("level"))

    class Meta:
        verbose_name = _("level of a self-assessment")
        verbose_name_plural = _("levels of self-assessments")
        ordering = ["reply", "question__position"]
        constraints = [
            models.UniqueConstraint(
                name="one_level_for_each_competence",
                fields=["reply", "question"],
                violation_error_message=_("This question is answered already."),
            ),
            models.CheckConstraint(
                name="levels_of_competences_go_from_one_to_five",
                condition=Q(value__gte=LOWEST, value__lte=HIGHEST),
                violation_error_message=OUT_OF_RANGE,
            ),
        ]
        triggers = [
            only_while_open(
                "levels_are_given_while_it_is_open",
                survey="SELECT survey_id FROM assessments_reply WHERE id = NEW.reply_id",
            ),
            Guard(
                name="levels_are_of_questions_that_were_asked",
                message=_("This was not asked."),
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("question_id", "reply_id"),
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM assessments_reply reply
                        JOIN assessments_survey survey ON survey.id = reply.survey_id
                        JOIN assessments_question question USING (questionnaire_id)
                        WHERE reply.id = NEW.reply_id AND question.id = NEW.question_id
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            Guard(
                name="levels_of_a_self_assessment_are_kept",
                message=_("A self-assessment is changed while it is open, and never deleted."),
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func="{refuse}",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.value}"


class Answered(models.Model):
    """That somebody has answered about a module: not what, and not when."""

    survey = models.ForeignKey(
        Survey, models.PROTECT, related_name="answered", verbose_name=_("questionnaire")
    )
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="answered", verbose_name=_("participant")
    )

    class Meta:
        verbose_name = _("questionnaire answered")
        verbose_name_plural = _("questionnaires answered")
        ordering = ["survey", "enrollment"]
        constraints = [
            models.UniqueConstraint(
                name="one_answers_about_a_module_once",
                fields=["survey", "enrollment"],
                violation_error_message=_("You have answered already."),
            ),
        ]
        triggers = [
            only_its_edition("who_answers_is_of_the_edition"),
            only_about("answered_are_questions_about_modules", "satisfaction"),
            only_while_open("one_answers_while_it_is_open"),
            one_opinion_each("who_answers_says_something_to_each_question"),
            append_only(name="that_one_answered_stays"),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment} – {self.survey}"


class Opinion(models.Model):
    """An answer to one question about a module, nobody's: its key is random, so its place tells nothing."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    survey = models.ForeignKey(
        Survey, models.PROTECT, related_name="opinions", verbose_name=_("questionnaire")
    )
    question = models.ForeignKey(
        Question, models.PROTECT, related_name="opinions", verbose_name=_("question")
    )
    level = models.PositiveSmallIntegerField(_("level"))

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="opinions_go_from_one_to_five",
                condition=Q(level__gte=LOWEST, level__lte=HIGHEST),
                violation_error_message=OUT_OF_RANGE,
            ),
        ]
        triggers = [
            only_about("opinions_are_about_modules", "satisfaction"),
            only_while_open("opinions_are_given_while_it_is_open"),
            one_opinion_each("opinions_are_of_people_who_answered"),
            Guard(
                name="opinions_are_of_questions_that_were_asked",
                message=_("This was not asked."),
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM assessments_survey survey
                        JOIN assessments_question question USING (questionnaire_id)
                        WHERE survey.id = NEW.survey_id AND question.id = NEW.question_id
                    ) THEN {refuse} END IF;
                    RETURN NEW;
                """,
            ),
            append_only(name="opinions_stay_as_they_are"),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.level}"


class Remark(models.Model):
    """What somebody added in words about a module, nobody's either; the office alone reads it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    survey = models.ForeignKey(
        Survey, models.PROTECT, related_name="remarks", verbose_name=_("questionnaire")
    )
    text = models.TextField(_("remark"), max_length=2000)

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="a_remark_says_something",
                condition=~Q(text=""),
                violation_error_message=_("A remark has words."),
            ),
        ]
        triggers = [
            only_about("remarks_are_about_modules", "satisfaction"),
            only_while_open("remarks_are_made_while_it_is_open"),
            append_only(name="remarks_stay_as_they_are"),
        ]

    def __str__(self) -> str:
        return self.text
