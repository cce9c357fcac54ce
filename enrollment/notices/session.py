"""Sessions: the evening before, and when one changes."""

from datetime import timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    DateTimeField,
    Exists,
    F,
    Func,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    When,
)
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.timezone import get_default_timezone, localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from courses.models import Session, SessionPlace, SessionTeacher, Substitution
from courses.notices import WINDOW, NoticeKind
from enrollment.models import Enrollment

SETTLING = timedelta(minutes=10)  # several corrections of one session are one piece of news
SOON = timedelta(hours=24)  # a change of what begins this soon does not wait
LONGEST_EVENING = timedelta(hours=31)  # from 18:00 to the next day's end, on the longest day too


class SessionTomorrow(NoticeKind):
    """Participants and instructors are reminded of a session at 18:00 of the evening before.

    A session put on the timetable later than that is told at once; one changed later than that is
    `SessionChanged`'s, one released later `SessionsAdded`'s. The revision is the moment it begins: a
    moved session is another reminder.
    """

    name = "session_tomorrow"
    title = _("Session tomorrow")
    why = _("You get this because you follow or teach this edition.")
    together = True

    def due(self, at):
        members, teachers = concerned(
            Session.objects.live()
            .filter(starts_at__gt=at, starts_at__lte=at + LONGEST_EVENING)
            .annotate(evening=EveningBefore("starts_at"), start=Seconds("starts_at"))
            .filter(
                Q(revision=0, added_by=None) | Q(changed_at__lte=F("evening")),
                evening__gt=at - WINDOW,
                evening__lte=at,
            )
        )
        columns = "person", "pk", "start", "evening"
        return members.values_list(*columns).union(teachers.values_list(*columns))

    def still_due(self, notice, at):
        session = Session.objects.filter(pk=notice.key).first()
        if session is None or session.cancelled:
            return gettext_noop("the session is cancelled")
        if int(session.starts_at.timestamp()) != notice.revision:
            return gettext_noop("the session has been moved")
        return begun_or_strange(session, notice, at)

    def context(self, notices):
        keys = [notice.key for notice in notices]
        sessions = list(with_places(Session.objects.filter(pk__in=keys)))
        return {"sessions": sessions, "teachers": teachers_of(keys)}

    def path(self, notice):
        return reverse("enrollment:session", args=[notice.key])


class SessionChanged(NoticeKind):
    """Those concerned are told of a session moved, cancelled or held elsewhere, 10 minutes after the
    last change, and at once when it begins within 24 hours.

    Who came in with that change is told by `TeachingChanged` instead.
    """

    name = "session_changed"
    title = _("Session changed")
    why = _("You get this because you follow or teach this edition.")

    def due(self, at):
        soon = F("changed_at") + SOON
        members, teachers = concerned(
            Session.objects.filter(revision__gt=0, starts_at__gt=at)
            .filter(changed_at__gt=at - WINDOW - SETTLING, changed_at__lte=at)
            .annotate(
                settled=Case(
                    When(starts_at__lte=soon, then=F("changed_at")),
                    When(
                        previous_starts_at__gt=F("changed_at"),
                        previous_starts_at__lte=soon,
                        then=F("changed_at"),
                    ),
                    default=F("changed_at") + SETTLING,
                    output_field=DateTimeField(),
                )
            )
            .filter(settled__gt=at - WINDOW, settled__lte=at)
        )
        columns = "person", "pk", "revision", "settled"
        knew_it = members.filter(admitted_at__lte=F("changed_at"))
        newcomers = Substitution.objects.filter(
            session=OuterRef("pk"), into__user=OuterRef("person"), at=OuterRef("changed_at")
        )
        knew_it_too = teachers.exclude(Exists(newcomers))
        return knew_it.values_list(*columns).union(knew_it_too.values_list(*columns))

    def still_due(self, notice, at):
        session = Session.objects.filter(pk=notice.key).first()
        if session is None or session.revision != notice.revision:
            return gettext_noop("the session has changed again")
        return begun_or_strange(session, notice, at)

    def context(self, notices):
        session = with_places(Session.objects.filter(pk=notices[0].key)).get()
        return {"session": session, "teachers": teachers_of([session.pk])}

    def path(self, notice):
        return reverse("enrollment:session", args=[notice.key])


class EveningBefore(Func):
    """18:00 in Italy on the day before a moment: the clocks change at night, never in the evening."""

    template = (
        "(((%(expressions)s AT TIME ZONE 'Europe/Rome')::date - interval '6 hours')"
        " AT TIME ZONE 'Europe/Rome')"
    )
    output_field = DateTimeField()


class Seconds(Func):
    """A moment as a whole number."""

    template = "EXTRACT(EPOCH FROM %(expressions)s)::bigint"
    output_field = BigIntegerField()


def concerned(sessions: QuerySet[Session]) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """`sessions` once per `person`: members of the edition on that day, and who teaches it."""
    day = TruncDate("starts_at", tzinfo=get_default_timezone())
    members = sessions.annotate(
        person=F("cohort__enrollments__user"),
        first_day=F("cohort__enrollments__starts_on"),
        last_day=F("cohort__enrollments__ends_on"),
        admitted_at=F("cohort__enrollments__admitted_at"),
    ).filter(Q(last_day=None) | Q(last_day__gte=day), first_day__lte=day)
    teachers = sessions.annotate(person=F("teachers__instructor__user")).exclude(person=None)
    return members, teachers


def begun_or_strange(session: Session, notice, at) -> str | None:
    """Why `session` is no news for this person any more."""
    if session.starts_at <= at:
        return gettext_noop("the session has already begun")
    day = localdate(session.starts_at)
    members = Enrollment.objects.members_on(day).filter(user=notice.user_id, cohort=session.cohort_id)
    if members.exists() or notice.user_id in teachers_of([session.pk]):
        return None
    return gettext_noop("the person no longer belongs to the session")


def teachers_of(sessions: list[int]) -> set[int]:
    """People to whom the sessions are theirs to teach rather than to follow."""
    teaching = SessionTeacher.objects.filter(session__in=sessions)
    return set(teaching.values_list("instructor__user", flat=True))


def with_places(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """By time, with all a mail says of them."""
    places = SessionPlace.objects.select_related("room__hub").order_by("room__name")
    return sessions.select_related("module", "cohort").prefetch_related(Prefetch("places", places))
