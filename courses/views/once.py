"""A form that comes again, by a double click, a replay or a second tab, is done once.

The template writes `{% once %}` inside its form, the view carries `@once`.
"""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Once
from courses.refusals import Refusal
from courses.templatetags.once import FIELD

View = Callable[..., HttpResponse]


def once(view: View) -> View:
    """`view`, whose POST is done once per key: sent again it leads to the same page and changes nothing.

    The view runs in one transaction with its key, so a second sending at the same time waits for the
    first. Only an answer that leads on uses the key up; any other undoes all that the view wrote, so a
    form shown again with its errors is sent again under the same key. Without a key, or for somebody
    not signed in, the view is called as it is. Locks: the key comes before everything else.
    """

    @wraps(view)
    def respond(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.method != "POST" or FIELD not in request.POST or not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        key = key_of(request)
        with transaction.atomic():
            sending = Once(user=request.user, key=key, what=request.path, done_at=timezone.now())
            Once.objects.bulk_create([sending], ignore_conflicts=True)  # waits for another one under way
            sent = Once.objects.get(user=request.user, key=key)
            if sent.answer:  # else it is ours, which nobody else sees yet
                return as_before(sent, request)
            response = view(request, *args, **kwargs)
            if 300 <= response.status_code < 400:
                sent.answer = response["Location"]
                sent.save(update_fields=["answer"])
            else:
                transaction.set_rollback(True)
            return response

    return respond


def key_of(request: HttpRequest) -> UUID:
    """The key a form came with; BadRequest for one we never wrote."""
    try:
        return UUID(request.POST[FIELD])
    except ValueError as error:
        raise BadRequest("the key of the form is malformed") from error


def as_before(sent: Once, request: HttpRequest) -> HttpResponse:
    """Where the form led when it was done; Refusal for a key taken from another form."""
    if sent.what != request.path:
        raise Refusal(_("This form belongs to another page. Reload this one and try again."))
    return redirect(sent.answer)
