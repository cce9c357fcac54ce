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
    Q,
    QuerySet,
    When,
)
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from courses.access import sessions_tutored_by
from courses.models import Role, Session, SessionPlace, SessionTeacher, Substitution
from courses.notices import WINDOW, NoticeKind
from enrollment.diary import diary
from enrollment.events import invitation
from enrollment.models import Enrollment, Invitation, PlaceChoice

SETTLING = timedelta(minutes=10)  # several corrections of one session are one piece of news
SOON = timedelta(hours=24)  # a change of what begins this soon does not wait
LONGEST_EVENING = timedelta(hours=31)  # from 18:00 to the next day's end, on the longest day too


class AboutSessions(NoticeKind):
    """Mails about `sessions`, each with the place of whoever reads it, as in the diary."""

    def own_words(self, context, reader):
        mine = {entry.pk: entry for entry in diary(reader)}
        lines = [(session, mine[session.pk]) for session in context["sessions"] if session.pk in mine]
        return {"lines": lines, "mine": lines[0][1] if lines else None}

    def calendar(self, context, at):
        entries = [entry for _session, entry in context["lines"]]
        return invitation(entries, at) if entries else None


class SessionTomorrow(AboutSessions):
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
        members, *staff = concerned(
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
        return members.values_list(*columns).union(*(those.values_list(*columns) for those in staff))

    def still_due(self, notice, at):
        session = Session.objects.filter(pk=notice.key).first()
        if session is None or session.cancelled:
            return gettext_noop("the session is cancelled")
        if int(session.starts_at.timestamp()) != notice.revision:
            return gettext_noop("the session has been moved")
        return begun_or_strange(session, notice, at)

    def context(self, notices):
        keys = [notice.key for notice in notices]
        sessions = list(with_names(Session.objects.filter(pk__in=keys)))
        return {"sessions": sessions, "teachers": teachers_of(keys)}

    def path(self, notice):
        return reverse("enrollment:session", args=[notice.key])


class SessionChanged(AboutSessions):
    """Those concerned are told of a session moved, cancelled or held elsewhere, 10 minutes after the
    last change, and at once when it begins within 24 hours.

    Who came in with that change is told by `TeachingChanged` instead.
    """

    name = "session_changed"
    title = _("Session changed")
    why = _("You get this because you follow or teach this edition.")

    def due(self, at):
        soon = F("changed_at") + SOON
        members, teachers, tutors = concerned(
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
        those = knew_it, knew_it_too, tutors
        return those[0].values_list(*columns).union(*(one.values_list(*columns) for one in those[1:]))

    def still_due(self, notice, at):
        session = Session.objects.filter(pk=notice.key).first()
        if session is None or session.revision != notice.revision:
            return gettext_noop("the session has changed again")
        return begun_or_strange(session, notice, at)

    def context(self, notices):
        session = with_names(Session.objects.filter(pk=notices[0].key)).get()
        return {"session": session, "sessions": [session], "teachers": teachers_of([session.pk])}

    def path(self, notice):
        return reverse("enrollment:session", args=[notice.key])


class SeatGiven(AboutSessions):
    """Participants are told at once that a seat in a room they waited for is theirs.

    The revision is the moment: another session, or another seat after giving this one up, is other news.
    """

    name = "seat_given"
    title = _("A seat for you")
    why = _("You get this because you asked for a seat in this room.")

    def due(self, at):
        rows = PlaceChoice.objects.filter(
            moved_up_at__gt=at - WINDOW, moved_up_at__lte=at, session__starts_at__gt=at, session__live=True
        ).annotate(revision=Seconds("moved_up_at"))
        return rows.values_list("enrollment__user", "pk", "revision", "moved_up_at")

    def still_due(self, notice, at):
        choice = PlaceChoice.objects.select_related("session").filter(pk=notice.key).first()
        if choice is None or not choice.moved_up_at or int(choice.moved_up_at.timestamp()) != notice.revision:
            return gettext_noop("the place has been changed again")
        if choice.session.cancelled:
            return gettext_noop("the session is cancelled")
        return begun_or_strange(choice.session, notice, at)

    def context(self, notices):
        session = with_names(Session.objects.filter(choices=notices[0].key)).get()
        until = session.starts_at - timedelta(hours=session.cohort.choice_hours)
        return {"session": session, "sessions": [session], "until": until}

    def path(self, notice):
        choice = PlaceChoice.objects.filter(pk=notice.key).values_list("session", flat=True)
        return reverse("enrollment:session", args=[choice.get()])


class EveningBefore(Func):
    """18:00 in Italy on the day before a moment: the clocks change at night, never in the evening."""

    template = (
        "(((%(expressions)s AT TIME ZONE 'Europe/Rome')::date - interval '6 hours')"
        " AT TIME ZONE 'Europe/Rome')"
    )
    output_field = DateTimeField()


class Seconds(Func):
    """A moment as a whole number, cut off as `int(moment.timestamp())` does: a cast alone would round."""

    template = "floor(EXTRACT(EPOCH FROM %(expressions)s))::bigint"
    output_field = BigIntegerField()


def concerned(sessions: QuerySet[Session]) -> tuple[QuerySet[Any], QuerySet[Any], QuerySet[Any]]:
    """`sessions` once per `person`: members of the edition on that day, who teaches it, and its tutors."""
    day = TruncDate("starts_at", tzinfo=get_default_timezone())
    members = sessions.annotate(
        place=F("cohort__enrollments"),
        person=F("cohort__enrollments__user"),
        first_day=F("cohort__enrollments__starts_on"),
        last_day=F("cohort__enrollments__ends_on"),
        admitted_at=F("cohort__enrollments__admitted_at"),
    ).filter(Q(last_day=None) | Q(last_day__gte=day), first_day__lte=day)
    members = members.filter(Invitation.objects.expecting(enrollment=OuterRef("place")))
    teachers = sessions.annotate(person=F("teachers__instructor__user")).exclude(person=None)
    there = SessionPlace.objects.filter(session=OuterRef("pk"), room__hub=OuterRef("hub"))
    tutors = sessions.annotate(
        person=F("cohort__roles__user"), part=F("cohort__roles__kind"), hub=F("cohort__roles__hub")
    ).filter(Q(hub=None) | Exists(there), part=Role.Kind.TUTOR)
    return members, teachers, tutors


def begun_or_strange(session: Session, notice, at) -> str | None:
    """Why `session` is no news for this person any more."""
    if session.starts_at <= at:
        return gettext_noop("the session has already begun")
    members = Enrollment.objects.filter(user=notice.user_id).attending(session)
    tutored = Session.objects.filter(sessions_tutored_by(notice.user_id), pk=session.pk)
    if members.exists() or notice.user_id in teachers_of([session.pk]) or tutored.exists():
        return None
    return gettext_noop("the person no longer belongs to the session")


def teachers_of(sessions: list[int]) -> set[int]:
    """People to whom the sessions are theirs to teach rather than to follow."""
    teaching = SessionTeacher.objects.filter(session__in=sessions)
    return set(teaching.values_list("instructor__user", flat=True))


def with_names(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """With all a mail says of them but the place, which is each reader's own."""
    return sessions.select_related("module", "cohort")
