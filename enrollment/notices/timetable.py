"""Timetables released, substitutions and appointments."""

from django.db.models import BigIntegerField, Case, DateTimeField, F, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from courses.models import Appointment, Session, Substitution
from courses.notices import WINDOW, NoticeKind

from .session import SETTLING, SOON, AboutSessions, Seconds, concerned, teachers_of, with_names


def settled(moment: str, begins: str) -> Case:
    """When a change made at `moment` is told: 10 minutes later, at once for what begins within 24 hours."""
    return Case(
        When(**{f"{begins}__lte": F(moment) + SOON}, then=F(moment)),
        default=F(moment) + SETTLING,
        output_field=DateTimeField(),
    )


class SessionsAdded(AboutSessions):
    """Participants and instructors are told of the sessions a release puts on the timetable, in one
    mail, 10 minutes after it, and at once when one of them begins within 24 hours."""

    name = "sessions_added"
    title = _("New sessions")
    why = _("You get this because you follow or teach this edition.")

    def due(self, at):
        added = (
            Session.objects.live()
            .filter(starts_at__gt=at, added_by__at__gt=at - WINDOW - SETTLING, added_by__at__lte=at)
            .annotate(
                release=F("added_by"),
                first=Value(0, output_field=BigIntegerField()),
                settled=settled("added_by__at", "starts_at"),
            )
            .filter(settled__gt=at - WINDOW, settled__lte=at)
        )
        members, *staff = concerned(added)
        columns = "person", "release", "first", "settled"
        return members.values_list(*columns).union(*(those.values_list(*columns) for those in staff))

    def still_due(self, notice, at):
        sessions = Session.objects.live().filter(added_by=notice.key, starts_at__gt=at)
        if any(those.filter(person=notice.user_id).exists() for those in concerned(sessions)):
            return None
        return gettext_noop("the sessions are cancelled, have begun or are others’")

    def context(self, notices):
        added = Session.objects.live().filter(added_by=notices[0].key).order_by("starts_at")
        sessions = list(with_names(added))
        return {"sessions": sessions, "teachers": teachers_of([session.pk for session in sessions])}

    def path(self, notice):
        return reverse("enrollment:schedule")


class TeachingChanged(AboutSessions):
    """Instructors are told that they take a session over, or no longer teach it, 10 minutes after that
    was decided, and at once when it begins within 24 hours."""

    name = "teaching_changed"
    title = _("Substitution")
    why = _("You get this because you teach at the Academy.")

    def due(self, at):
        rows = (
            Substitution.objects.filter(
                at__gt=at - WINDOW - SETTLING, at__lte=at, session__starts_at__gt=at, session__live=True
            )
            .annotate(
                first=Value(0, output_field=BigIntegerField()), settled=settled("at", "session__starts_at")
            )
            .filter(settled__gt=at - WINDOW, settled__lte=at)
        )
        columns = "pk", "first", "settled"
        gone = rows.filter(out__user__isnull=False).values_list("out__user", *columns)
        return gone.union(rows.filter(into__user__isnull=False).values_list("into__user", *columns))

    def still_due(self, notice, at):
        row = Substitution.objects.select_related("session", "into").get(pk=notice.key)
        if row.session.starts_at <= at or row.session.cancelled:
            return gettext_noop("the session is cancelled or has begun")
        comes = row.into is not None and row.into.user_id == notice.user_id
        teaches = notice.user_id in teachers_of([row.session_id])
        return None if comes == teaches else gettext_noop("the instructors have changed again")

    def context(self, notices):
        row = Substitution.objects.select_related("into", "out").get(pk=notices[0].key)
        session = with_names(Session.objects.filter(pk=row.session_id)).get()
        teachers = teachers_of([session.pk])
        return {"substitution": row, "session": session, "sessions": [session], "teachers": teachers}

    def path(self, notice):
        return reverse("assessments:teaching")


class AppointmentAsked(NoticeKind):
    """Instructors are asked to confirm how many hours they teach in an edition.

    The revision is the moment they were asked: other hours are another question.
    """

    name = "appointment_asked"
    title = _("Appointment to confirm")
    why = _("You get this because you teach at the Academy.")
    state = Appointment.State.ASKED
    superseded = gettext_noop("the appointment has been answered")

    def due(self, at):
        return (
            Appointment.objects.filter(
                state=self.state,
                instructor__user__isnull=False,
                asked_at__gt=at - WINDOW,
                asked_at__lte=at,
            )
            .annotate(revision=Seconds("asked_at"))
            .values_list("instructor__user", "pk", "revision", "asked_at")
        )

    def still_due(self, notice, at):
        row = Appointment.objects.get(pk=notice.key)
        if row.state != self.state:
            return self.superseded
        return None if int(row.asked_at.timestamp()) == notice.revision else gettext_noop("asked anew")

    def context(self, notices):
        return {"appointment": Appointment.objects.select_related("cohort").get(pk=notices[0].key)}

    def path(self, notice):
        return reverse("courses:availability")


class AppointmentWithdrawn(AppointmentAsked):
    """Instructors are told that the office does not count on them in an edition any more."""

    name = "appointment_withdrawn"
    title = _("Appointment withdrawn")
    state = Appointment.State.WITHDRAWN
    superseded = gettext_noop("asked anew")
