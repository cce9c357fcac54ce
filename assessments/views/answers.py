"""The tutor and the office answer what a participant sent in: a notice of absence, "I was there"."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments.access import absences_answered_by, requests_answered_by
from assessments.actions.absences import accept_notice, refuse_notice
from assessments.actions.requests import grant_request, refuse_request
from assessments.forms.answer import AnswerForm
from assessments.models import AbsenceNotice, AnswerState, RectificationRequest
from assessments.sheets import sheet_of
from courses.refusals import Refusal
from courses.views.once import once

PAGE = "assessments:teaching"
OF = ("session__module", "session__cohort", "enrollment__user", "answered_by")


@require_http_methods(["GET", "HEAD", "POST"])
@once
def answer_absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Excused or not; the register stays as it is. An answer may be changed."""
    notices = absences_answered_by(request.user).select_related(*OF, "attachment")
    notice = get_object_or_404(notices.exclude(state=AnswerState.WITHDRAWN), pk=pk)
    return answered(request, notice, accept_notice, refuse_notice)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def answer_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Granted, the register says what was asked for; then only the register itself is put right."""
    requests = requests_answered_by(request.user).select_related(*OF)
    asked = get_object_or_404(requests.exclude(state=AnswerState.WITHDRAWN), pk=pk)
    return answered(request, asked, grant_request, refuse_request)


def answered(
    request: HttpRequest, sent: AbsenceNotice | RectificationRequest, accept: Any, refuse: Any
) -> HttpResponse:
    """The page, or the answer that is given on it: once to a request, as often as needed to a notice."""
    absence = isinstance(sent, AbsenceNotice)
    if request.method != "POST":
        return answer_page(request, sent, AnswerForm(wordless=absence, initial={"seen": sent.state}))
    form = AnswerForm(request.POST, wordless=absence)
    valid = form.is_valid()
    if {"do", "seen"} & form.errors.keys():
        raise BadRequest("nobody said what to answer to what")
    if not valid:
        return answer_page(request, sent, form, status=422)
    act = accept if form.cleaned_data["do"] == AnswerState.ACCEPTED else refuse
    sent.state = form.cleaned_data["seen"] if absence else AnswerState.SENT  # as it was for who answers
    words, name = form.cleaned_data["words"], sent._meta.model_name
    try:
        act(**{str(name): sent}, words=words, by=request.user, at=timezone.now())
    except Refusal as refusal:
        sent.refresh_from_db()
        form.data = {"words": words, "seen": sent.state}
        form.add_error(None, str(refusal))
        return answer_page(request, sent, form, status=409)
    messages.success(request, _("Answered: %(name)s.") % {"name": sent.enrollment.user})
    return redirect(PAGE)


def answer_page(request: HttpRequest, sent: Any, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    """What was sent, what the register says, and the form as long as an answer can be given."""
    sheet = sheet_of(sent.session)
    absence = isinstance(sent, AbsenceNotice)
    context = {
        "sent": sent,
        "absence": absence,
        "attachment": getattr(sent, "attachment", None),
        "session": sent.session,
        "register": sheet.register,
        "line": next((line for line in sheet.lines if line.enrollment == sent.enrollment), None),
        "asked": (sent.ends_at - sent.starts_at).seconds // 60 if sent.starts_at else None,
        "begun": sent.session.starts_at <= timezone.now(),
        "open": absence or sent.state == AnswerState.SENT,
        "form": form,
        "trail": [(reverse(PAGE), _("Teaching"))],
    }
    return render(request, "assessments/answer.html", context, status=status)
