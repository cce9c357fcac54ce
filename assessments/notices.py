"""Who is told what about scores and registers."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.urls import reverse
from django.utils.timezone import get_default_timezone, localdate, localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from assessments.attendance import attendances
from assessments.marking import REMIND_EVERY_DAYS, RESULTS_WITHIN_DAYS, reminders_due, results_due_on
from assessments.models import (
    AbsenceNotice,
    AnswerState,
    Milestone,
    ModuleTest,
    PresenceInterval,
    ProjectOutcome,
    RectificationRequest,
    Register,
    Score,
    Signature,
)
from assessments.presence import DECISIVE
from assessments.states import FINAL_REGISTERS
from courses.models import Cohort, Session, SessionTeacher
from courses.notices import WINDOW, NoticeKind
from enrollment.models import Enrollment, TeamPlace
from enrollment.notices.session import Seconds
from enrollment.states import LIVE_ENROLLMENTS

MORNING = time(9)  # in Italy, when instructors are reminded
UNSIGNED_AFTER = timedelta(minutes=30)  # from the end of a session, when its register should be signed

SETTLING = timedelta(minutes=10)  # from a change of a signed register
THRESHOLDS = (100, 75, 50)  # percent of the hours one may miss


class ScorePublished(NoticeKind):
    """Participants are told when their score in a test is published; which one, only the page says."""

    name = "score_published"
    title = _("Score published")
    why = _("You get this because you took this test.")
    resent = False

    def due(self, at):
        return Score.objects.filter(
            published_at__gt=at - WINDOW, published_at__lte=at, enrollment__state__in=LIVE_ENROLLMENTS
        ).values_list("enrollment__user", "test", "attempt", "published_at")

    def still_due(self, notice, at):
        score = Score.objects.filter(
            test=notice.key,
            attempt=notice.revision,
            enrollment__user=notice.user_id,
            enrollment__state__in=LIVE_ENROLLMENTS,
            published_at__isnull=False,
        )
        return None if score.exists() else gettext_noop("the person no longer follows the edition")

    def context(self, notices):
        test = ModuleTest.objects.select_related("module", "cohort").get(pk=notices[0].key)
        return {"test": test, "retake": notices[0].revision > 1}

    def path(self, notice):
        return reverse("assessments:results")


class ScoreOverdue(NoticeKind):
    """Instructors of a module whose scores are not published 10 days after its test are reminded at 9
    in the morning, and again every 3 days.

    The revision is the number of the reminder, as `marking.reminders_due` counts them.
    """

    name = "score_overdue"
    title = _("Scores awaited")
    why = _("You get this because you teach this module.")

    def due(self, at):
        late = {test.pk: reminder(test, at) for test in unpublished(at)}
        return (
            SessionTeacher.objects.filter(live=True, instructor__user__isnull=False)
            .annotate(test=F("session__cohort__tests"), tested=F("session__cohort__tests__module"))
            .filter(
                tested=F("session__module"),
                test__in=[pk for pk, (number, due_at) in late.items() if number and due_at > at - WINDOW],
            )
            .values_list(
                "instructor__user",
                "test",
                Case(
                    *(When(test=pk, then=Value(number)) for pk, (number, _due_at) in late.items()),
                    output_field=IntegerField(),
                ),
                Case(
                    *(When(test=pk, then=Value(due_at)) for pk, (_number, due_at) in late.items()),
                    output_field=DateTimeField(),
                ),
            )
        )

    def still_due(self, notice, at):
        test = unpublished(at).filter(pk=notice.key).first()
        if test is None:
            return gettext_noop("the scores have been published")
        if reminder(test, at)[0] != notice.revision:
            return gettext_noop("a later reminder takes its place")
        if not SessionTeacher.objects.filter(
            live=True,
            instructor__user=notice.user_id,
            session__cohort=test.cohort_id,
            session__module=test.module_id,
        ).exists():
            return gettext_noop("the person no longer teaches the module")
        return None

    def context(self, notices):
        test = ModuleTest.objects.select_related("module", "cohort", "session").get(pk=notices[0].key)
        return {"test": test, "days": RESULTS_WITHIN_DAYS}

    def path(self, notice):
        return reverse("assessments:scores", args=[notice.key])


class RegisterUnsigned(NoticeKind):
    """Who taught a session is reminded half an hour after its end that its register is not signed.

    The key is the session, the revision always 1: nobody is reminded twice of the same register.
    """

    name = "register_unsigned"
    title = _("Register to be signed")
    why = _("You get this because you taught this session.")

    def due(self, at):
        latest = at - UNSIGNED_AFTER
        signed = Signature.objects.filter(
            register__session=OuterRef("session"), instructor=OuterRef("instructor")
        )
        return (
            SessionTeacher.objects.filter(
                ~Exists(signed),
                live=True,
                instructor__user__isnull=False,
                session__ends_at__lte=latest,
                session__ends_at__gt=latest - WINDOW,
            )
            .exclude(session__register__state__in=FINAL_REGISTERS)
            .values_list(
                "instructor__user", "session", Value(1), F("session__ends_at") + Value(UNSIGNED_AFTER)
            )
        )

    def still_due(self, notice, at):
        teaching = SessionTeacher.objects.filter(
            session=notice.key, instructor__user=notice.user_id, live=True
        ).first()
        if teaching is None:
            return gettext_noop("the person no longer teaches the session")
        signed = Signature.objects.filter(register__session=notice.key, instructor=teaching.instructor)
        if signed.exists() or Register.objects.final().filter(session=notice.key).exists():
            return gettext_noop("the register has been signed")
        return None

    def context(self, notices):
        return {"session": Session.objects.select_related("module", "cohort").get(pk=notices[0].key)}

    def path(self, notice):
        return reverse("assessments:register", args=[notice.key])


class Answered(NoticeKind):
    """What the office answers to something a participant sent in; in which words, only the page says.

    The revision is the second of the answer, so that one that is changed is told again.
    """

    model: Any  # a kind of SentIn
    why = _("You get this because you wrote to the office about this session.")

    def due(self, at):
        answered: QuerySet = QuerySet(self.model).filter(answered_at__gt=at - WINDOW, answered_at__lte=at)
        return answered.values_list("enrollment__user", "pk", Seconds("answered_at"), "answered_at")

    def still_due(self, notice, at):
        mine: QuerySet = QuerySet(self.model).filter(pk=notice.key, enrollment__user=notice.user_id)
        told_at = mine.values_list("answered_at", flat=True).first()
        stands = told_at and int(told_at.timestamp()) == notice.revision
        return None if stands else gettext_noop("the answer no longer stands")

    def context(self, notices):
        sent: Any = QuerySet(self.model).select_related("session__module").get(pk=notices[0].key)
        return {"session": sent.session, "accepted": sent.state == AnswerState.ACCEPTED}

    def path(self, notice):
        return reverse("assessments:attendance")


class RectificationAnswered(Answered):
    """A participant who asked to have their presence put right is told when the office has answered."""

    name = "rectification_answered"
    title = _("Rectification answered")
    model = RectificationRequest


class AbsenceAnswered(Answered):
    """A participant who sent a notice of absence is told when the office has answered."""

    name = "absence_answered"
    title = _("Notice of absence answered")
    model = AbsenceNotice


class PresenceRectified(NoticeKind):
    """A participant is told when what a signed register says of them is changed, unless they had asked
    for it: ten minutes later, once for what was changed again within them.

    Before the signature the register is being written. The key is the last interval of the change.
    """

    name = "presence_rectified"
    title = _("Register changed")
    why = _("You get this because the register says something else of you now.")

    def due(self, at):
        latest = at - SETTLING
        granted = RectificationRequest.objects.filter(
            enrollment=OuterRef("enrollment"), session=OuterRef("session"), answered_at=OuterRef("at")
        )
        return (
            PresenceInterval.objects.filter(
                ~Exists(granted),
                source__in=DECISIVE,
                at__gt=F("session__register__signed_at"),
                at__range=(latest - WINDOW, latest),
            )
            .order_by()
            .values("enrollment__user", "session", "at")
            .annotate(last=Max("pk"), settled=F("at") + Value(SETTLING))
            .values_list("enrollment__user", "last", Value(1), "settled")
        )

    def still_due(self, notice, at):
        mine = PresenceInterval.objects.filter(pk=notice.key, enrollment__user=notice.user_id)
        return None if mine.filter(superseded_by=None).exists() else gettext_noop("it was changed once more")

    def context(self, notices):
        changed = PresenceInterval.objects.select_related("session__module").get(pk=notices[0].key)
        return {"session": changed.session}

    def path(self, notice):
        return reverse("assessments:attendance")


class AbsenceBudget(NoticeKind):
    """A participant is told when half, three quarters and all of the hours one may miss are used.

    By the hours of the whole programme. The key is the enrollment, the revision the threshold; somebody
    who passes two at once is told of the higher one.
    """

    name = "absence_budget"
    title = _("Hours of absence")
    why = _("You get this because you follow this edition.")

    def due(self, at):
        lately = Q(intervals__at__gt=at - WINDOW, intervals__at__lte=at)
        people = Enrollment.objects.filter(lately, state__in=LIVE_ENROLLMENTS, auditor=False)
        passed = thresholds(people.select_related("cohort__programme").distinct(), at)
        revision = Case(
            *(When(pk=pk, then=Value(threshold)) for pk, threshold in passed.items()),
            default=Value(0),
            output_field=IntegerField(),
        )
        return (
            Enrollment.objects.filter(pk__in=passed)
            .annotate(threshold=revision, told_at=Max("intervals__at", filter=lately))
            .values_list("user", "pk", "threshold", "told_at")
        )

    def still_due(self, notice, at):
        mine = Enrollment.objects.filter(pk=notice.key, user=notice.user_id, state__in=LIVE_ENROLLMENTS)
        if thresholds(mine.select_related("cohort__programme"), at).get(notice.key) != notice.revision:
            return gettext_noop("less or more of the hours is used by now")
        return None

    def context(self, notices):
        enrollment = Enrollment.objects.select_related("cohort").get(pk=notices[0].key)
        return {"edition": enrollment.cohort, "threshold": notices[0].revision}

    def path(self, notice):
        return reverse("assessments:attendance")


REMIND_OF_MILESTONES = (7, 1)  # days before
EPOCH = date(1970, 1, 1).toordinal()


class DayNumber(Func):
    """The day of a moment in Italy, counted from 1970."""

    template = "((%(expressions)s AT TIME ZONE 'Europe/Rome')::date - DATE '1970-01-01')"
    output_field = IntegerField()


class MilestoneNear(NoticeKind):
    """A team that has handed in nothing for a milestone is reminded a week and a day before it is due.

    The revision is the day it is due and how many days before that; so one that is put off is told anew.
    """

    name = "milestone_near"
    title = _("Milestone ahead")
    why = _("You get this because you are in the team.")

    def due(self, at):
        moments = {days: at + timedelta(days=days) for days in REMIND_OF_MILESTONES}
        near = [Q(due_at__gt=moment - WINDOW, due_at__lte=moment) for moment in moments.values()]
        places = TeamPlace.objects.on(localdate(at)).values("pk")
        days = Case(*(When(when, then=Value(days)) for when, days in zip(near, moments, strict=True)))
        before = Case(
            *(When(when, then=Value(timedelta(days=days))) for when, days in zip(near, moments, strict=True))
        )
        return (
            Milestone.objects.filter(reduce(or_, near), deposits=None, project__team__places__in=places)
            .order_by()
            .values_list(
                "project__team__places__enrollment__user",
                "pk",
                DayNumber("due_at") * Value(10) + days,
                ExpressionWrapper(F("due_at") - before, DateTimeField()),
            )
        )

    def still_due(self, notice, at):
        milestone = Milestone.objects.filter(pk=notice.key, due_at__gt=at).select_related("project").first()
        if milestone is None:
            return gettext_noop("it is over")
        if localdate(milestone.due_at).toordinal() != notice.revision // 10 + EPOCH:
            return gettext_noop("it was put off")
        if milestone.deposits.exists():
            return gettext_noop("the team has handed in")
        places = TeamPlace.objects.filter(team__project=milestone.project, enrollment__user=notice.user_id)
        return None if places.on(localdate(at)).exists() else gettext_noop("the person left the team")

    def context(self, notices):
        milestone = Milestone.objects.select_related("project__team").get(pk=notices[0].key)
        return {"milestone": milestone, "days": notices[0].revision % 10}

    def path(self, notice):
        return reverse("assessments:milestone", args=[notice.key])


class ProjectJudged(NoticeKind):
    """A team is told when the judgement of its project is published, and when it changes afterwards;
    what it says, only the page does.
    """

    name = "project_judged"
    title = _("Judgement of the project published")
    why = _("You get this because your team did this project.")
    resent = False

    def due(self, at):
        told_at = Case(When(revision=1, then=F("published_at")), default=F("saved_at"))
        places = TeamPlace.objects.to_the_end().values("pk")
        return (
            ProjectOutcome.objects.published()
            .filter(project__team__places__in=places)
            .annotate(told_at=told_at)
            .filter(told_at__gt=at - WINDOW, told_at__lte=at)
            .order_by()
            .values_list("project__team__places__enrollment__user", "pk", "revision", "told_at")
        )

    def still_due(self, notice, at):
        outcome = ProjectOutcome.objects.published().filter(pk=notice.key).first()
        stands = outcome and outcome.revision == notice.revision
        return None if stands else gettext_noop("it was changed once more")

    def context(self, notices):
        outcome = ProjectOutcome.objects.select_related("project__team__cohort").get(pk=notices[0].key)
        return {"project": outcome.project, "changed": notices[0].revision > 1}

    def path(self, notice):
        return reverse("assessments:team")


KINDS = (
    ScorePublished(),
    ScoreOverdue(),
    RegisterUnsigned(),
    RectificationAnswered(),
    AbsenceAnswered(),
    PresenceRectified(),
    AbsenceBudget(),
    MilestoneNear(),
    ProjectJudged(),
)


def thresholds(people: Iterable[Enrollment], at: datetime) -> dict[int, int]:
    """Enrollment → the highest threshold passed, of those who passed one."""
    editions: defaultdict[Cohort, list[Enrollment]] = defaultdict(list)
    for person in people:
        editions[person.cohort].append(person)
    return {
        one.enrollment.pk: next(step for step in THRESHOLDS if one.overall.used >= step * 100)
        for cohort, members in editions.items()
        for one in attendances(cohort, members, at=at)
        if one.overall.used >= THRESHOLDS[-1] * 100
    }


def unpublished(at: datetime):
    """Tests held whose scores nobody has seen yet."""
    tests = ModuleTest.objects.held(at).unpublished().select_related("session")
    return tests.filter(session__live=True)


def reminder(test: ModuleTest, at: datetime) -> tuple[int, datetime]:
    """How many reminders of the missing scores are due by now, and the morning of the last of them."""
    now, tested = localtime(at), localdate(test.session.ends_at)
    last_morning = now.date() if now.time() >= MORNING else now.date() - timedelta(days=1)
    number = reminders_due(tested, on=last_morning)
    day = results_due_on(tested) + timedelta(days=REMIND_EVERY_DAYS * (number - 1))
    return number, datetime.combine(day, MORNING, tzinfo=get_default_timezone())
