"""What the editions of a tutor ask of them: what waits, what others have not done yet, and what comes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Q
from django.utils import timezone

from assessments.access import absences_answered_by, requests_answered_by
from assessments.models import AbsenceNotice, AnswerState, RectificationRequest, Register, RegisterState
from assessments.states import FINAL_REGISTERS
from courses.access import editions_tutored_by, roles_as_tutor, sessions_tutored_by
from courses.models import Cohort, Hub, Session, SessionTeacher

WEEK = timedelta(days=7)


@dataclass
class Desk:
    """One edition of a tutor, or one `hub` in it. `sessions`, in order of time, are those begun whose
    register is not closed, and those from today on for a week. Who looks after a hub closes nothing.
    """

    cohort: Cohort
    at: datetime
    hub: Hub | None = None
    absences: list[AbsenceNotice] = field(default_factory=list)
    requests: list[RectificationRequest] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)

    @property
    def to_close(self) -> list[Session]:
        """Signed by somebody who taught."""
        return [] if self.hub else [one for one in self.sessions if state_of(one) == RegisterState.SIGNED]

    @property
    def unsigned(self) -> list[Session]:
        """Over, and nobody has signed."""
        over = [one for one in self.sessions if one.ends_at <= self.at]
        return [one for one in over if state_of(one) == RegisterState.OPEN]

    @property
    def coming(self) -> list[Session]:
        """Going on now or to come, within a week."""
        return [one for one in self.sessions if one.ends_at > self.at]

    @property
    def waiting(self) -> int:
        """How many things wait for the tutor."""
        return len(self.to_close) + len(self.absences) + len(self.requests)


def state_of(session: Session) -> str:
    """Of its register, open where nobody has written into it."""
    register = getattr(session, "register", None)
    return register.state if register else RegisterState.OPEN


def desks_of(user, *, at: datetime) -> list[Desk]:
    """An entry for each edition `user` is tutor in: seven queries, however many there are."""
    roles = roles_as_tutor(user).select_related("cohort", "hub")
    desks = {role.cohort_id: Desk(role.cohort, at, role.hub) for role in roles}
    if not desks:
        return []
    for found, name in ((absences_sent(user), "absences"), (requests_sent(user), "requests")):
        for cohort, things in by_cohort(
            found.select_related("session__module", "enrollment__user").order_by("session__starts_at", "pk")
        ).items():
            if cohort in desks:  # of the office's, other editions have their own tutors
                setattr(desks[cohort], name, things)
    for cohort, sessions in by_cohort(sessions_of(user, at)).items():
        desks[cohort].sessions = sessions
    return list(desks.values())


def by_cohort(things: Iterable[Any]) -> dict[int, list[Any]]:
    """In the order they come in."""
    found = defaultdict(list)
    for one in things:
        found[one.cohort_id].append(one)
    return found


def absences_sent(user):
    """Notices of absence that wait for this person's answer."""
    return absences_answered_by(user).filter(state=AnswerState.SENT)


def requests_sent(user):
    """Requests for a rectification that wait for this person's answer."""
    return requests_answered_by(user).filter(state=AnswerState.SENT)


def sessions_of(user, at: datetime):
    """Those of `Desk.sessions`, with who teaches and who has signed."""
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    settled = Q(starts_at__lt=midnight, register__state__in=FINAL_REGISTERS)
    teachers = SessionTeacher.objects.filter(live=True).select_related("instructor")
    return (
        Session.objects.live()
        .filter(sessions_tutored_by(user), ~settled, starts_at__lt=midnight + WEEK)
        .select_related("module", "register")
        .prefetch_related(Prefetch("teachers", teachers, "live_teachers"), "register__signatures")
        .order_by("starts_at", "pk")
    )


def waiting_for(user) -> int:
    """How many registers `user` may close as a tutor, and how much there is to answer: one query."""
    signed = Register.objects.filter(cohort__in=editions_tutored_by(user), state=RegisterState.SIGNED)
    things = [found.order_by().values("pk") for found in (signed, absences_sent(user), requests_sent(user))]
    return things[0].union(*things[1:], all=True).count()
