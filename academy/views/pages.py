"""Pages about the portal itself, and two switches: language for everybody, colours for who is signed in."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from academy.frame import THEME_COOKIE, THEMES, remember
from academy.models import User


@require_safe
@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    """What we know about people, why, for how long, and what they may ask."""
    return render(request, "pages/privacy.html")


@require_safe
@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    """What works, what does not yet, and whom to tell."""
    return render(request, "pages/accessibility.html")


@require_safe
@login_not_required
def contacts(request: HttpRequest) -> HttpResponse:
    """Where we are and who answers."""
    return render(request, "pages/contacts.html")


# Both switches take no CSRF token, so that a public page is the same bytes for every visitor. Another
# site can at worst change language or colours of a page: with SameSite=Lax it arrives signed out.


@csrf_exempt
@require_POST
@login_not_required
def switch_language(request: HttpRequest) -> HttpResponse:
    """The language of this browser and, for who is signed in, of mails too."""
    response = back(request)
    language = request.POST.get("language")
    if language in User.Language.values:
        remember(response, settings.LANGUAGE_COOKIE_NAME, language)
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=language)
    return response


@csrf_exempt
@require_POST
@login_not_required
def switch_theme(request: HttpRequest) -> HttpResponse:
    """Light or dark for this browser; anything else leaves it to the device."""
    response = back(request)
    theme = request.POST.get("theme")
    if theme in THEMES:
        remember(response, THEME_COOKIE, theme)
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


def back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page the switch was on, never to another site."""
    page = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(page if ours else "/")
