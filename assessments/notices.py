"""Who is told what about scores and registers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
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
from assessments.budget import Standing
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
    RegisterState,
    Score,
    Signature,
)
from assessments.presence import CHASED_FOR, DECISIVE, UNSIGNED_AFTER, chased_at, may_ask_until
from assessments.states import FINAL_REGISTERS
from courses.models import Cohort, Role, Session, SessionTeacher
from courses.notices import WINDOW, NoticeKind
from enrollment.models import Enrollment, TeamPlace
from enrollment.notices.session import Seconds
from enrollment.states import LIVE_ENROLLMENTS

MORNING = time(9)  # in Italy, when instructors and tutors are reminded
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
            .values_list("instructor__user", "test", *numbered("test", late))
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
    """Who taught a session and has not signed its register is reminded half an hour after its end, that
    evening, the next morning, and then every three days for a month.

    The key is the session, the revision the number of the reminder, as `presence.chased_at` counts them.
    """

    name = "register_unsigned"
    title = _("Register to be signed")
    why = _("You get this because you taught this session.")

    def due(self, at):
        signed = Signature.objects.filter(
            register__session=OuterRef("session"), instructor=OuterRef("instructor")
        )
        unsigned = SessionTeacher.objects.filter(
            ~Exists(signed),
            live=True,
            instructor__user__isnull=False,
            session__ends_at__lte=at - UNSIGNED_AFTER,
            session__ends_at__gt=at - timedelta(days=CHASED_FOR + 1),
        ).exclude(session__register__state__in=FINAL_REGISTERS)
        ends = dict(unsigned.values_list("session", "session__ends_at"))
        late = {pk: chase(ends_at, at) for pk, ends_at in ends.items()}
        late = {pk: (number, due_at) for pk, (number, due_at) in late.items() if due_at > at - WINDOW}
        return unsigned.filter(session__in=late).values_list(
            "instructor__user", "session", *numbered("session", late)
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
        ends_at = Session.objects.values_list("ends_at", flat=True).get(pk=notice.key)
        if chase(ends_at, at)[0] > notice.revision:
            return gettext_noop("a later reminder takes its place")
        return None

    def context(self, notices):
        return {"session": Session.objects.select_related("module", "cohort").get(pk=notices[0].key)}

    def path(self, notice):
        return reverse("assessments:register", args=[notice.key])


class SentIn(NoticeKind):
    """The tutors of an edition are told at nine in the morning what participants have sent in and nobody
    has answered yet; one mail for each edition, as long as something waits.

    The key is the edition, the revision the day.
    """

    name = "sent_in"
    title = _("Waiting for your answer")
    why = _("You get this because you are tutor of this edition.")

    def due(self, at):
        due_at = morning(at)
        tutors = Role.objects.filter(kind=Role.Kind.TUTOR, hub=None)
        waiting = Q(cohort__in=absences_before(due_at)) | Q(cohort__in=requests_before(due_at))
        day = Value(due_at.date().toordinal(), output_field=IntegerField())
        return (
            tutors.filter(waiting)
            .order_by()
            .values_list("user", "cohort", day, Value(due_at, output_field=DateTimeField()))
            .distinct()
        )

    def still_due(self, notice, at):
        if not Role.objects.filter(
            kind=Role.Kind.TUTOR, hub=None, user=notice.user_id, cohort=notice.key
        ).exists():
            return gettext_noop("the person is no longer tutor of the edition")
        if not waiting_in(notice.key):
            return gettext_noop("everything has been answered")
        later = morning(at).date().toordinal() > notice.revision
        return gettext_noop("a later reminder takes its place") if later else None

    def context(self, notices):
        cohort = Cohort.objects.get(pk=notices[0].key)
        return {"edition": cohort, "number": waiting_in(cohort.pk)}

    def path(self, notice):
        return reverse("assessments:teaching")


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
        rows = PresenceInterval.objects.select_related("session__module", "session__register")
        changed = rows.get(pk=notices[0].key)
        session: Any = changed.session
        until = may_ask_until(session.ends_at, session.register.signed_at, [changed.at])
        return {"session": session, "until": until}

    def path(self, notice):
        return reverse("assessments:attendance")


class AbsenceBudget(NoticeKind):
    """A participant is told when half, three quarters and all of the hours one may miss are used, by any
    rule of the edition; passed at once, of all in one mail.

    The key is the enrollment, the revision how many thresholds are passed over all rules.
    """

    name = "absence_budget"
    title = _("Hours of absence")
    why = _("You get this because you follow this edition.")

    def due(self, at):
        lately = Q(intervals__at__gt=at - WINDOW, intervals__at__lte=at)
        people = Enrollment.objects.filter(lately, state__in=LIVE_ENROLLMENTS, auditor=False)
        passed = steps(people.select_related("cohort__programme").distinct(), at)
        revision = Case(
            *(When(pk=pk, then=Value(number)) for pk, number in passed.items()),
            default=Value(0),
            output_field=IntegerField(),
        )
        return (
            Enrollment.objects.filter(pk__in=passed)
            .annotate(passed=revision, told_at=Max("intervals__at", filter=lately))
            .values_list("user", "pk", "passed", "told_at")
        )

    def still_due(self, notice, at):
        mine = Enrollment.objects.filter(pk=notice.key, user=notice.user_id, state__in=LIVE_ENROLLMENTS)
        if steps(mine.select_related("cohort__programme"), at).get(notice.key) != notice.revision:
            return gettext_noop("less or more of the hours is used by now")
        return None

    def context(self, notices):
        enrollment = Enrollment.objects.select_related("cohort__programme").get(pk=notices[0].key)
        [found] = attendances(enrollment.cohort, [enrollment], at=notices[0].due_at)
        used = [(one, passed_by(one)[0]) for one in found.standings if passed_by(one)]
        return {"edition": enrollment.cohort, "used": used}

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
    SentIn(),
    RectificationAnswered(),
    AbsenceAnswered(),
    PresenceRectified(),
    AbsenceBudget(),
    MilestoneNear(),
    ProjectJudged(),
)


def steps(people: Iterable[Enrollment], at: datetime) -> dict[int, int]:
    """Enrollment → how many thresholds are passed over all rules, of those who passed one."""
    editions: defaultdict[Cohort, list[Enrollment]] = defaultdict(list)
    for person in people:
        editions[person.cohort].append(person)
    numbers = {
        one.enrollment.pk: sum(len(passed_by(standing)) for standing in one.standings)
        for cohort, members in editions.items()
        for one in attendances(cohort, members, at=at)
    }
    return {pk: number for pk, number in numbers.items() if number}


def passed_by(standing: Standing) -> list[int]:
    """The thresholds somebody has passed by one rule, the highest first."""
    return [step for step in THRESHOLDS if standing.used >= step * 100]


def absences_before(at: datetime):
    """The editions in which a notice of absence sent before then waits for an answer."""
    waiting = AbsenceNotice.objects.filter(state=AnswerState.SENT, sent_at__lt=at)
    return waiting.order_by().values("cohort")


def requests_before(at: datetime):
    """The same of requests for a rectification; what a locked register says is the office’s to change."""
    waiting = RectificationRequest.objects.filter(state=AnswerState.SENT, sent_at__lt=at)
    return waiting.exclude(session__register__state=RegisterState.LOCKED).order_by().values("cohort")


def waiting_in(cohort: int) -> int:
    """How many things participants of an edition have sent in wait for its tutors."""
    requests = RectificationRequest.objects.filter(state=AnswerState.SENT, cohort=cohort)
    requests = requests.exclude(session__register__state=RegisterState.LOCKED)
    return AbsenceNotice.objects.filter(state=AnswerState.SENT, cohort=cohort).count() + requests.count()


def morning(at: datetime) -> datetime:
    """Nine o’clock in Italy, the last there was by then."""
    now = localtime(at)
    day = now.date() if now.time() >= MORNING else now.date() - timedelta(days=1)
    return datetime.combine(day, MORNING, tzinfo=get_default_timezone())


def numbered(what: str, late: Mapping[int, tuple[int, datetime]]) -> tuple[Case, Case]:
    """Of rows by their key `what`: the number of the reminder, and when it fell due."""
    numbers = (When(**{what: pk}, then=Value(number)) for pk, (number, _due_at) in late.items())
    moments = (When(**{what: pk}, then=Value(due_at)) for pk, (_number, due_at) in late.items())
    return Case(*numbers, output_field=IntegerField()), Case(*moments, output_field=DateTimeField())


def chase(ends_at: datetime, at: datetime) -> tuple[int, datetime]:
    """How often an unsigned register has been asked for by now, and when last; it has been at least once."""
    moments = [one for one in chased_at(ends_at) if one <= at]
    return len(moments), moments[-1]


def unpublished(at: datetime):
    """Tests held whose scores nobody has seen yet."""
    tests = ModuleTest.objects.held(at).unpublished().select_related("session")
    return tests.filter(session__live=True)


def reminder(test: ModuleTest, at: datetime) -> tuple[int, datetime]:
    """How many reminders of the missing scores are due by now, and the morning of the last of them."""
    tested = localdate(test.session.ends_at)
    number = reminders_due(tested, on=morning(at).date())
    day = results_due_on(tested) + timedelta(days=REMIND_EVERY_DAYS * (number - 1))
    return number, datetime.combine(day, MORNING, tzinfo=get_default_timezone())
