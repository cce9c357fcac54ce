"""The register of a session: the roll call on a phone, its signature, its closing, and what is put right."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments.access import instructor_of, may_close_register, may_lock_registers, registers_kept_by
from assessments.actions.register import (
    SIGNED_FROM,
    RegisterChangedMeanwhile,
    call_roll,
    close_register,
    put_right,
    sign_register,
)
from assessments.forms.register import RightingForm, RollCall
from assessments.models import AbsenceNotice, AnswerState, Register
from assessments.sheets import meant, sheet_of
from courses.models import Session
from courses.refusals import Refusal

PAGE = "assessments:register"
DOING = ("save", "all", "sign", "close")


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """The roll call; POST saves it, and signs or closes the register if so asked."""
    session, at = kept(request, pk), timezone.now()
    call = roll_call_of(session, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return register_page(request, call, at)
    asked = request.POST.get("do")
    if asked not in DOING:  # the last field: a form cut short on its way has none
        raise BadRequest("nobody said what to do with the roll call")
    if asked == "close" and not may_close_register(request.user, session):
        raise PermissionDenied
    if call.faulty or call.errors:
        return register_page(request, call, at, status=422)
    try:
        said = do(asked, call, request.user, at)
    except RegisterChangedMeanwhile as conflict:
        return register_page(request, conflicting(call), at, status=409, refusal=str(conflict), conflict=True)
    except Refusal as refusal:
        return register_page(request, call, at, status=409, refusal=str(refusal))
    messages.success(request, said)
    return redirect(PAGE, pk)


def kept(request: HttpRequest, pk: int) -> Session:
    """The session, if this person keeps its register: 403 for who keeps none, 404 for another's."""
    sessions = registers_kept_by(request.user).select_related("module__block", "cohort")
    return get_object_or_404(sessions.prefetch_related("teachers__instructor"), pk=pk)


def roll_call_of(session: Session, data=None) -> RollCall:
    """The page's form, with the notices of absence that stand."""
    sheet = sheet_of(session)
    notices = AbsenceNotice.objects.filter(
        session=session, state__in=[AnswerState.SENT, AnswerState.ACCEPTED]
    )
    return RollCall(sheet, meant=meant(sheet), notices=notices, data=data)


def do(asked: str, call: RollCall, user, at: datetime) -> str:
    """Save what was typed, then sign or close; what to say of it."""
    register = call.register
    if not register.final:
        register = call_roll(
            session=call.session,
            calls=call.calls,
            given=call.given,
            seen=call.seen,
            reason=call.reason,
            by=user,
            at=at,
        )
    if asked == "sign":
        sign_register(
            session=call.session,
            instructor=teaching(call.session, user),
            seen=register.revision,
            by=user,
            at=at,
        )
        return _("Signed. Until the tutor closes the register it can be corrected with a reason.")
    if asked == "close":
        close_register(session=call.session, seen=register.revision, by=user, at=at)
        return _("Closed. From now on the register takes only rectifications.")
    if call.untold:
        return _("Saved. Of some people nobody has said yet whether they were there.")
    return _("Saved.")


def teaching(session: Session, user):
    """The instructor this account is, if they teach the session."""
    instructor = instructor_of(user)
    taught = {teacher.instructor_id for teacher in session.teachers.all()}
    return instructor if instructor and instructor.pk in taught else None


def conflicting(typed: RollCall) -> RollCall:
    """What was typed beside what stands now: sent once more, it is meant to replace that.

    What was left as the page had shown it is nobody's wish: it follows what is saved.
    """
    now = roll_call_of(typed.session)
    for row, mine in zip(now.rows, typed.rows, strict=True):
        if not mine.untouched:
            row.how, row.times = mine.how, mine.times
    for name, was in typed.was.items():
        if getattr(typed, name) != was:
            setattr(now, name, getattr(typed, name))
    now.reason = typed.reason
    return now


def register_page(
    request: HttpRequest,
    call: RollCall,
    at: datetime,
    *,
    status: int = 200,
    refusal: str = "",
    conflict: bool = False,
) -> HttpResponse:
    """The page, as far as this person may go on with it."""
    session, register = call.session, call.register
    teachers = [teacher for teacher in session.teachers.all() if teacher.live]
    signatures = {one.instructor_id: one for one in register.signatures.all()} if register.pk else {}
    mine = teaching(session, request.user)
    begun = at >= session.starts_at
    signable = mine.pk not in signatures if mine else not teachers and register.state == Register.State.OPEN
    context = {
        "call": call,
        "session": session,
        "register": register,
        "sheet": call.sheet,
        "begun": begun,
        "open": begun and not register.final,
        "teachers": [(teacher, signatures.get(teacher.instructor_id)) for teacher in teachers],
        "may_sign": signable and not register.final,
        "signs_from": session.ends_at - SIGNED_FROM,
        "sign_now": at >= session.ends_at - SIGNED_FROM,
        "may_close": register.state == Register.State.SIGNED and may_close_register(request.user, session),
        "may_rectify": begun and may_lock_registers(request.user),
        "rectifications": register.rectifications.select_related("enrollment__user", "by")
        if register.final
        else [],
        "refusal": refusal,
        "conflict": conflict,
        "trail": [(reverse("assessments:teaching"), _("Teaching"))],
    }
    return render(request, "assessments/register.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def right(request: HttpRequest, pk: int, person: int) -> HttpResponse:
    """The office decides when one person was there; in a closed register that is a rectification."""
    if not may_lock_registers(request.user):
        raise PermissionDenied
    session, at = kept(request, pk), timezone.now()
    sheet = sheet_of(session)
    line = next((line for line in sheet.lines if line.enrollment.pk == person), None)
    if line is None:
        raise Http404
    form = RightingForm(request.POST if request.method == "POST" else None, line=line)
    if form.is_valid():
        try:
            put_right(
                session=session,
                enrollment=line.enrollment,
                spells=form.spells,
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=at,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Put right: %(name)s.") % {"name": line.enrollment.user})
            return redirect(PAGE, pk)
    back = reverse(PAGE, args=[pk])
    context = {
        "form": form,
        "line": line,
        "sheet": sheet,
        "session": session,
        "back": back,
        "trail": [(reverse("assessments:teaching"), _("Teaching")), (back, session.title)],
    }
    return render(request, "assessments/register_right.html", context, status=422 if form.errors else 200)
