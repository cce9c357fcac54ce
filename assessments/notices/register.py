"""Who is told of registers: unsigned, and put right after they were signed."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Exists,
    F,
    Max,
    OuterRef,
    Value,
)
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from assessments.models import (
    PresenceInterval,
    RectificationRequest,
    Register,
    Signature,
)
from assessments.notices.mornings import numbered
from assessments.presence import CHASED_FOR, DECISIVE, UNSIGNED_AFTER, chased_at, may_ask_until
from assessments.states import FINAL_REGISTERS
from courses.models import Session, SessionTeacher
from courses.notices import WINDOW, NoticeKind

SETTLING = timedelta(minutes=10)  # from a change of a signed register


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


def chase(ends_at: datetime, at: datetime) -> tuple[int, datetime]:
    """How often an unsigned register has been asked for by now, and when last; it has been at least once."""
    moments = [one for one in chased_at(ends_at) if one <= at]
    return len(moments), moments[-1]
