"""Questionnaires: which is asked, when editions are asked, and what people answer.

Locks: the questionnaire, then the survey.
"""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.models import (
    Answered,
    Moment,
    Opinion,
    Question,
    Questionnaire,
    QuestionnaireKind,
    Remark,
    Reply,
    ReplyLevel,
    Survey,
    SurveyState,
)
from assessments.questionnaires import asked_of, moments_due
from assessments.surveys import HIGHEST, LOWEST, closes_at
from courses.models import Cohort, Module
from courses.refusals import Refusal
from enrollment.models import Enrollment

log = logging.getLogger(__name__)

Levels = Mapping[int, int]  # question → level


@transaction.atomic
def new_questionnaire_version(*, questionnaire: Questionnaire, by, at: datetime) -> Questionnaire:
    """The next version, with the same questions, which can be changed until an edition is asked."""
    versions = Questionnaire.objects.select_for_update().filter(kind=questionnaire.kind)
    copy = Questionnaire.objects.create(
        kind=questionnaire.kind,
        version=max(one.version for one in versions) + 1,
        title_it=questionnaire.title_it,
        title_en=questionnaire.title_en,
    )
    Question.objects.bulk_create(
        Question(questionnaire=copy, position=one.position, title_it=one.title_it, title_en=one.title_en)
        for one in questionnaire.questions.all()
    )
    log.info("%s made version %d of the questionnaire of %s", by, copy.version, copy.kind)
    return copy


@transaction.atomic
def ask_from_now_on(*, questionnaire: Questionnaire, by, at: datetime) -> Questionnaire:
    """Editions are asked this version from now on; one already asked keeps its own."""
    versions = {
        one.pk: one
        for one in Questionnaire.objects.select_for_update().filter(kind=questionnaire.kind).order_by("pk")
    }
    chosen = versions[questionnaire.pk]
    if not chosen.current:
        Questionnaire.objects.filter(kind=chosen.kind, current=True).update(current=False)
        chosen.current = True
        chosen.save(update_fields=["current"])
        log.info("%s: %s is asked from now on", by, chosen)
    return chosen


@transaction.atomic
def ask_edition(
    *, cohort: Cohort, moment: str, module: Module | None, ends_at: datetime, by, at: datetime
) -> Survey | None:
    """Put the questionnaire of this moment to `cohort`, until a week after `ends_at`, when what it is about
    ended. At the end the version of the start is asked again, so that the two compare.

    Asked before, it is the survey there is. None where the office has no questionnaire of the kind.
    """
    kind = QuestionnaireKind.SATISFACTION if module else QuestionnaireKind.COMPETENCES
    first = Survey.objects.filter(cohort=cohort, moment=Moment.WELCOME).values("questionnaire")
    versions = Questionnaire.objects.select_for_update(no_key=True).filter(kind=kind)
    asked = versions.filter(pk__in=first).first() if moment == Moment.FINAL else None
    asked = asked or versions.filter(current=True).first()
    if asked is None:
        return None
    if asked.frozen_at is None:
        asked.frozen_at, asked.digest = at, asked.hash
        asked.save(update_fields=["frozen_at", "digest"])
    survey, new = Survey.objects.get_or_create(
        cohort=cohort,
        moment=moment,
        module=module,
        defaults={"questionnaire": asked, "kind": kind, "opens_at": at, "closes_at": closes_at(ends_at)},
    )
    if new:
        log.info("%s is asked: %s %s", cohort, moment, module.code if module else "")
    return survey


def ask_what_is_due(*, at: datetime) -> int:
    """Ask every edition what is due at `at`; how many questionnaires that opened."""
    found = [
        ask_edition(cohort=cohort, moment=moment, module=module, ends_at=ends_at, by=None, at=at)
        for cohort, moment, module, ends_at in moments_due(at)
    ]
    return sum(one is not None for one in found)


@transaction.atomic
def close_what_is_over(*, at: datetime) -> int:
    """Close the surveys whose time is over: from then on what was said can be seen."""
    over = Survey.objects.select_for_update(skip_locked=True).over(at).order_by("pk")
    closed = Survey.objects.filter(pk__in=[one.pk for one in over])
    return closed.update(state=SurveyState.CLOSED)


@transaction.atomic
def assess_oneself(*, survey: Survey, enrollment: Enrollment, levels: Levels, by, at: datetime) -> Reply:
    """`by`'s levels of all competences; saved again while it is open, the later ones count."""
    survey = hold(survey, enrollment, levels, QuestionnaireKind.COMPETENCES, by, at)
    reply, new = Reply.objects.get_or_create(survey=survey, enrollment=enrollment, defaults={"saved_at": at})
    if new:
        ReplyLevel.objects.bulk_create(
            ReplyLevel(reply=reply, question_id=key, value=value) for key, value in levels.items()
        )
        return reply
    before = {one.question_id: one for one in reply.levels.all()}
    changed = [one for key, one in before.items() if one.value != levels[key]]
    for one in changed:
        one.value = levels[one.question_id]
    if changed:
        ReplyLevel.objects.bulk_update(changed, ["value"])
        reply.saved_at = at
        reply.save(update_fields=["saved_at"])
    return reply


@transaction.atomic
def give_opinion(
    *, survey: Survey, enrollment: Enrollment, levels: Levels, remark: str, by, at: datetime
) -> Survey:
    """What `by` says of a module, kept without them; given, it is final, as nobody can find it again.

    Given again it is refused: which answers were whose is not known.
    """
    survey = hold(survey, enrollment, levels, QuestionnaireKind.SATISFACTION, by, at)
    if Answered.objects.filter(survey=survey, enrollment=enrollment).exists():
        raise Refusal(_("You have answered already. Nobody knows which answers are yours, so they stay."))
    Answered.objects.create(survey=survey, enrollment=enrollment)
    Opinion.objects.bulk_create(
        Opinion(survey=survey, question_id=key, level=level) for key, level in levels.items()
    )
    if remark:
        Remark.objects.create(survey=survey, text=remark)
    return survey


def hold(survey: Survey, enrollment: Enrollment, levels: Levels, kind: str, by, at: datetime) -> Survey:
    """`survey` under its lock, if `by` may answer it now with these levels. Must run inside `atomic`."""
    survey = Survey.objects.select_for_update(no_key=True).get(pk=survey.pk, kind=kind)
    if survey.state != SurveyState.OPEN or not survey.opens_at <= at < survey.closes_at:
        raise Refusal(_("This questionnaire is closed."))
    if enrollment.user_id != by.pk or not asked_of(survey, at).filter(pk=enrollment.pk).exists():
        raise Refusal(_("Only participants of this edition are asked."))
    questions = set(
        Question.objects.filter(questionnaire=survey.questionnaire_id).values_list("pk", flat=True)
    )
    if set(levels) != questions or not all(LOWEST <= level <= HIGHEST for level in levels.values()):
        raise Refusal(_("Answer each question with a level from 1 to 5."))
    return survey
