"""Who is asked what and when, what a class said, and how somebody's competences grew."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, Max, OuterRef, Sum
from django.utils.timezone import localdate

from assessments.models import (
    Answered,
    Moment,
    Opinion,
    Question,
    Remark,
    Reply,
    ReplyLevel,
    Survey,
    SurveyState,
)
from assessments.progress import RowCount
from assessments.surveys import OPEN_FOR, Hidden, Picture, Step, growth, picture
from courses.models import Cohort, Module, Session
from enrollment.models import Enrollment

MOMENTS = {Session.Purpose.WELCOME: Moment.WELCOME, Session.Purpose.FINAL: Moment.FINAL}


def moments_due(at: datetime) -> Iterator[tuple[Cohort, str, Module | None, datetime]]:
    """What editions are to be asked now and were not: (edition, moment, module, end of what it is about).

    About competences once the welcome or the final session has begun; about a module once all its hours
    on the timetable are over. What ended a week ago is left alone.
    """
    recent = Session.objects.live().filter(ends_at__gt=at - OPEN_FOR, starts_at__lte=at)
    asked = Survey.objects.filter(cohort=OuterRef("cohort"))
    for purpose, moment in MOMENTS.items():
        begun = recent.filter(~Exists(asked.filter(moment=moment)), purpose=purpose)
        for session in begun.select_related("cohort").order_by("cohort", "starts_at"):
            yield session.cohort, moment, None, session.ends_at
    lessons = Session.objects.live().filter(purpose=Session.Purpose.TEACHING)
    about = recent.filter(purpose=Session.Purpose.TEACHING)
    about = about.filter(~Exists(asked.filter(moment=Moment.MODULE, module=OuterRef("module"))))
    pairs = set(about.values_list("cohort", "module"))
    if not pairs:
        return
    cohorts = Cohort.objects.in_bulk({cohort for cohort, _module in pairs})
    modules = Module.objects.in_bulk({module for _cohort, module in pairs})
    ends = lessons.filter(cohort__in=cohorts, module__in=modules).order_by("cohort", "module")
    totals = ends.values_list("cohort", "module").annotate(
        last=Max("ends_at"), length=Sum(F("ends_at") - F("starts_at"))
    )
    for cohort, module, last, length in totals:
        whole = length >= timedelta(minutes=modules[module].minutes)
        if (cohort, module) in pairs and last <= at and whole:
            yield cohorts[cohort], Moment.MODULE, modules[module], last


def asked_of(survey: Survey, at: datetime):
    """The places of those who are asked: who belongs to the edition that day."""
    return Enrollment.objects.members_on(localdate(at)).filter(cohort=survey.cohort_id)


@dataclass(frozen=True)
class Put:
    """A questionnaire put to one person, and whether they have answered."""

    survey: Survey
    enrollment: Enrollment
    answered: bool


def put_to(user, *, at: datetime) -> list[Put]:
    """The questionnaires `user` may answer now, those to close first before: two queries."""
    places = {one.cohort_id: one for one in Enrollment.objects.members_on(localdate(at)).filter(user=user)}
    done = Exists(Answered.objects.filter(survey=OuterRef("pk"), enrollment__in=places.values()))
    replied = Exists(Reply.objects.filter(survey=OuterRef("pk"), enrollment__in=places.values()))
    surveys = Survey.objects.open_at(at).filter(cohort__in=places).annotate(done=done, replied=replied)
    return [
        Put(one, places[one.cohort_id], one.done or one.replied)
        for one in surveys.select_related("cohort", "questionnaire", "module").order_by("closes_at", "pk")
    ]


def with_questionnaires(enrollments, at: datetime):
    """Each place with `questionnaires`: how many wait for its answer."""
    theirs = {"survey": OuterRef("pk"), "enrollment": OuterRef(OuterRef("pk"))}
    waiting = Survey.objects.open_at(at).filter(
        ~Exists(Answered.objects.filter(**theirs)),
        ~Exists(Reply.objects.filter(**theirs)),
        cohort=OuterRef("cohort"),
    )
    return enrollments.annotate(questionnaires=RowCount(waiting.order_by().values("pk")))


@dataclass(frozen=True)
class Growth:
    """One person's competences over one edition, each with its words."""

    enrollment: Enrollment
    steps: list[tuple[Question, Step]]


def growth_of(user) -> list[Growth]:
    """How `user` saw their competences at the start and at the end, the latest edition first."""
    replies = Reply.objects.filter(enrollment__user=user).select_related("enrollment__cohort", "survey")
    found: defaultdict[int, dict[str, Reply]] = defaultdict(dict)
    for reply in replies.prefetch_related("levels__question").order_by("-survey__opens_at"):
        found[reply.enrollment_id][reply.survey.moment] = reply
    grown = []
    for moments in found.values():
        at_moment = {
            moment: {level.question_id: level.value for level in reply.levels.all()}
            for moment, reply in moments.items()
        }
        asked = {
            level.question_id: level.question for reply in moments.values() for level in reply.levels.all()
        }
        ordered = sorted(asked, key=lambda key: (asked[key].questionnaire_id, asked[key].position))
        steps = growth(ordered, at_moment.get(Moment.WELCOME, {}), at_moment.get(Moment.FINAL, {}))
        place = next(iter(moments.values())).enrollment
        grown.append(Growth(place, [(asked[step.question], step) for step in steps]))
    return grown


@dataclass(frozen=True)
class Result:
    """What a class said once it was closed; `remarks` is for the office alone."""

    survey: Survey
    answered: int
    rows: list[tuple[Question, Picture | Hidden]]
    remarks: list[str]

    @property
    def hidden(self) -> bool:
        """Too few answered: nothing is shown."""
        return all(one == Hidden.FEW for _question, one in self.rows)


def result_of(survey: Survey) -> Result | None:
    """What was said; None while it is open, so that no two looks differ by one person."""
    if survey.state != SurveyState.CLOSED:
        return None
    own = ReplyLevel.objects.filter(reply__survey=survey).order_by().values_list("question", "value")
    nobodys = Opinion.objects.filter(survey=survey).order_by().values_list("question", "level")
    levels: defaultdict[int, list[int]] = defaultdict(list)
    for question, level in own.union(nobodys, all=True):
        levels[question].append(level)
    questions = Question.objects.filter(questionnaire=survey.questionnaire_id)
    rows = [(one, picture(levels[one.pk])) for one in questions]
    hidden = all(one == Hidden.FEW for _question, one in rows)
    remarks = [] if hidden else list(Remark.objects.filter(survey=survey).values_list("text", flat=True))
    number = max(map(len, levels.values()), default=0)
    return Result(survey, number, rows, remarks)


def surveys_of(cohort: Cohort):
    """The questionnaires put to an edition, each with how many `replied`, the latest first."""
    counted = Count("replies", distinct=True) + Count("answered", distinct=True)
    asked = Survey.objects.filter(cohort=cohort).select_related("questionnaire", "module")
    return asked.annotate(replied=counted).order_by("-opens_at", "pk")
