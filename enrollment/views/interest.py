"""Wanting to hear of the next call: an address left, confirmed from its mailbox, taken off again."""

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from enrollment.access import TOKEN, interest_of_token
from enrollment.actions.interest import confirm_address, leave_address, take_address_off
from enrollment.forms.interest import InterestForm


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def interest(request: HttpRequest) -> HttpResponse:
    """Leave an address. What comes of it is said in its mailbox, never here: the answer is one for all."""
    known = {"email": getattr(request.user, "email", ""), "language": get_language()}
    form = InterestForm(request.POST if request.method == "POST" else None, initial=known)
    if request.method == "POST" and not ratelimit.consume(request, action="interest"):
        return render(request, "429.html", status=429)
    if form.is_valid():
        leave_address(**form.cleaned_data, at=timezone.now())
        return redirect("enrollment:interest_left")
    return render(request, "enrollment/interest.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@login_not_required
def left(request: HttpRequest) -> HttpResponse:
    """Where to go on: the mailbox."""
    return render(request, "enrollment/interest_left.html")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_not_required
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm with a button: programs that look into mails follow links, but press nothing."""
    at, interest = timezone.now(), interest_of_token(token, "confirm")
    if interest is None:
        raise Http404
    if request.method == "POST":
        confirm_address(interest=interest, at=at)
        return redirect("enrollment:confirm_interest", token)
    over = not (interest.confirmed_at or interest.may_be_confirmed(at))
    return render(
        request,
        "enrollment/interest_confirm.html",
        {"interest": interest, "over": over},
        status=410 if over else 200,
    )


@csrf_exempt  # a mail program presses the button for its reader (RFC 8058); the token is the key
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_not_required
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Take an address off the list, from a mail, signed in or not; twice is as good as once."""
    if not TOKEN.fullmatch(token):
        raise Http404
    interest = interest_of_token(token, "leave")
    if interest and request.method == "POST":
        take_address_off(interest=interest)
        interest = None
    return render(request, "enrollment/interest_leave.html", {"interest": interest})
