"""The person's own account."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from academy.forms import ProfileForm
from academy.frame import remember


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name and language; saved, the next page speaks the language just chosen."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        with override(user.language):
            messages.success(request, _("Your profile has been saved."))
        response = redirect("profile")
        remember(response, settings.LANGUAGE_COOKIE_NAME, user.language)
        return response
    return render(request, "academy/profile.html", {"form": form}, status=422 if form.errors else 200)
