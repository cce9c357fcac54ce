"""What a participant has attended, what may still be missed, and what one writes about it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.access import absences_open_to
from assessments.actions.absences import send_notice, withdraw_notice
from assessments.actions.requests import ask_for_rectification, withdraw_request
from assessments.attendance import Attendance, own_attendances, with_rules
from assessments.budget import Lesson, Standing, if_missed
from assessments.forms.absence import AbsenceForm, RequestForm
from assessments.models import (
    AbsenceAttachment,
    AbsenceNotice,
    AnswerState,
    PresenceInterval,
    RectificationRequest,
    RegisterState,
)
from assessments.presence import DECISIVE, Source, may_ask_until
from assessments.sheets import Line
from courses.models import Session
from courses.refusals import Refusal
from courses.views.files import to_be_saved
from courses.views.once import once
from enrollment.models import Enrollment, Invitation

PAGE = "assessments:attendance"
SOON, LATELY = 12, 8  # sessions to come, and held, that are not folded away


@dataclass
class Held:
    """A session that is over, as its participant knows it."""

    line: Line
    notice: AbsenceNotice | None
    request: RectificationRequest | None
    ask_until: datetime | None  # to have it put right, while that is possible

    @property
    def session(self) -> Session:
        return self.line.session

    @property
    def full(self) -> bool:
        """Every minute is credited."""
        return self.line.credit.minutes >= self.session.minutes

    @property
    def may_explain(self) -> bool:
        """Something was missed, no notice of it stands, and the register is not locked for good."""
        register = getattr(self.session, "register", None)
        stands = self.notice and self.notice.state != AnswerState.REFUSED
        return not (self.full or stands or (register and register.state == RegisterState.LOCKED))

    @property
    def corrected(self) -> list[str]:
        """Why the office decided otherwise than was said before, but for what it answered to a request."""
        staff = {one.reason for one in self.line.intervals if one.source == Source.STAFF}
        return sorted(staff - {self.request.answer if self.request else ""})


@dataclass
class Page:
    """One edition: how one stands, what was held (the latest first), what is going on or comes.

    `ticked` would be missed as well; `next_day` are the lessons of the next day there are any.
    """

    attendance: Attendance
    held: list[Held]
    coming: list[tuple[Session, AbsenceNotice | None, bool]]
    ticked: list[Lesson]
    next_day: list[Lesson]

    @property
    def standings(self) -> list[tuple[Standing, int | None]]:
        """Each rule, and what would be left after missing what is ticked, or the next day."""
        missing = self.ticked or self.next_day
        return [(one, if_missed(one, missing) if missing else None) for one in self.attendance.standings]

    @property
    def lately(self) -> list[Held]:
        return self.held[:LATELY]

    @property
    def before(self) -> list[Held]:
        """What was held before `lately`."""
        return self.held[LATELY:]

    @property
    def missed_before(self) -> int:
        """Sessions of them missed in part or whole."""
        return sum(one.line.told and not one.full for one in self.before)

    @property
    def soon(self) -> list[tuple[Session, AbsenceNotice | None, bool]]:
        return self.coming[:SOON]

    @property
    def later(self) -> list[tuple[Session, AbsenceNotice | None, bool]]:
        """What comes after `soon`."""
        return self.coming[SOON:]

    @property
    def later_ticked(self) -> bool:
        """Some of them is ticked."""
        return any(ticked for _session, _notice, ticked in self.later)


@require_safe
def attendance(request: HttpRequest) -> HttpResponse:
    """The absence budget by every rule, session by session; ticked sessions to come are counted as missed."""
    at = timezone.now()
    mine = with_rules(Enrollment.objects.filter(user=request.user.pk)).order_by("-starts_on", "-pk")
    ticked = {int(key) for key in request.GET.getlist("miss") if key.isdecimal() and len(key) < 19}
    pages = [page_of(one, ticked, at) for place in mine for one in own_attendances([place], at=at)]
    return render(request, "assessments/attendance.html", {"pages": pages, "at": at})


def page_of(standing: Attendance, ticked: set[int], at: datetime) -> Page:
    """One edition of one person, in five queries with its attendance."""
    enrollment = standing.enrollment
    told: defaultdict[int, list[PresenceInterval]] = defaultdict(list)
    for interval in PresenceInterval.objects.live().filter(enrollment=enrollment):
        told[interval.session_id].append(interval)
    written = enrollment.absencenotices.exclude(state="withdrawn").order_by("sent_at", "pk")
    notices = {one.session_id: one for one in written}
    asked = enrollment.rectificationrequests.exclude(state="withdrawn").order_by("sent_at")
    requests = {one.session_id: one for one in asked}
    standing_requests = {key for key, one in requests.items() if one.state != AnswerState.REFUSED}
    sessions = Session.objects.live().filter(cohort=enrollment.cohort_id).select_related("module", "register")
    sessions = sessions.filter(Invitation.objects.expecting(enrollment=enrollment))
    during = [
        session
        for session in sessions.order_by("starts_at", "pk")
        if session.pk in told or enrollment.attends(timezone.localdate(session.starts_at))
    ]
    held = [
        Held(
            Line(enrollment, session, tuple(told[session.pk])),
            notices.get(session.pk),
            requests.get(session.pk),
            until(session, told[session.pk], at) if session.pk not in standing_requests else None,
        )
        for session in during
        if session.ends_at <= at
    ]
    coming = [session for session in during if session.ends_at > at]
    ahead = [lesson for lesson in standing.lessons if lesson.starts_at > at]
    first = timezone.localdate(ahead[0].starts_at) if ahead and enrollment.state == "active" else None
    return Page(
        standing,
        held[::-1],
        [(session, notices.get(session.pk), session.pk in ticked) for session in coming],
        [lesson for lesson in standing.lessons if lesson.key in ticked and not lesson.held],
        [lesson for lesson in ahead if timezone.localdate(lesson.starts_at) == first],
    )


def until(session: Session, told: Iterable[PresenceInterval], at: datetime) -> datetime | None:
    """How long a rectification may be asked for; None once that is over."""
    register = getattr(session, "register", None)
    decided = [one.at for one in told if one.source in DECISIVE]
    latest = may_ask_until(session.ends_at, register.signed_at if register else None, decided)
    return latest if at <= latest else None


def membership(request: HttpRequest, pk: int) -> tuple[Session, Enrollment]:
    """A live session of an edition this person followed on its day; 404 for any other."""
    session = get_object_or_404(Session.objects.live().select_related("module", "cohort"), pk=pk)
    return session, get_object_or_404(Enrollment.objects.attending(session), user=request.user)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that one is not, or was not, there, and why."""
    session, enrollment = membership(request, pk)
    form = AbsenceForm(request.POST or None, request.FILES or None, session=session)
    if form.is_valid():
        try:
            send_notice(
                enrollment=enrollment,
                session=session,
                spell=form.spell,
                reason=form.cleaned_data["reason"],
                upload=form.cleaned_data["attachment"],
                by=request.user,
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Sent: the office and the instructor read it."))
            return redirect(PAGE)
    return asked(request, session, form, _("Notice of absence"), _("Send the notice"))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def rectification(request: HttpRequest, pk: int) -> HttpResponse:
    """ "I was there": say when, and the office decides."""
    session, enrollment = membership(request, pk)
    form = RequestForm(request.POST or None, session=session)
    if form.is_valid():
        try:
            ask_for_rectification(
                enrollment=enrollment,
                session=session,
                spell=form.spell,
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Sent: the office decides and answers here."))
            return redirect(PAGE)
    told = PresenceInterval.objects.live().filter(session=session, enrollment=enrollment)
    line = Line(enrollment, session, tuple(told))
    return asked(request, session, form, _("I was there"), _("Ask for a rectification"), line)


def asked(
    request: HttpRequest, session: Session, form, title: str, submit: str, line: Line | None = None
) -> HttpResponse:
    """A form about one session; `line` is what its register says, where that is to be put right."""
    back = reverse(PAGE)
    context = {"session": session, "form": form, "heading": title, "submit": submit, "back": back}
    context["line"] = line
    context["trail"] = [(back, _("Attendance"))]
    status = 422 if form.errors else 200
    return render(request, "assessments/about_session.html", context, status=status)


@require_POST
def take_back(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """A notice or a request nobody has answered yet."""
    if what == "absence":
        mine = AbsenceNotice.objects.filter(enrollment__user=request.user.pk)
        withdraw_notice(notice=get_object_or_404(mine, pk=pk), by=request.user, at=timezone.now())
    else:
        requests = RectificationRequest.objects.filter(enrollment__user=request.user.pk)
        withdraw_request(request=get_object_or_404(requests, pk=pk), by=request.user, at=timezone.now())
    messages.success(request, _("Taken back."))
    return redirect(PAGE)


@require_safe
def attachment(request: HttpRequest, pk: str) -> FileResponse | HttpResponse:
    """The file of a notice, to be saved; for who sent it, the tutor and the office."""
    files = AbsenceAttachment.objects.filter(notice__in=absences_open_to(request.user)).defer(None)
    return to_be_saved(get_object_or_404(files, pk=pk))
