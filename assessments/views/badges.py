"""Badges: what a stranger's verifier reads at addresses that stay, and what their owners download."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import override
from django.views.decorators.http import require_safe

from assessments.badges import documents
from assessments.exports.badge import achievement, baked, issuer, keys, may_sign, picture
from assessments.models import Badge, Certificate, RevocationList
from assessments.views.certificates import shown

KINDS = {"png": "image/png", "svg": "image/svg+xml"}
LANGUAGES = ("it", "en")


def published(view):
    """For everybody and for verifiers in a browser; nothing of it where no badge is signed."""

    @login_not_required
    @require_safe
    @wraps(view)
    def respond(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not may_sign():
            raise Http404
        answer = view(request, *args, **kwargs)
        answer.headers["Access-Control-Allow-Origin"] = "*"
        answer.headers.setdefault("Cache-Control", "public, max-age=300")
        return answer

    return respond


@published
def badge_issuer(_request: HttpRequest) -> HttpResponse:
    """Who awards, and with which keys."""
    return JsonResponse(documents.profile(issuer(), keys()))


@published
def badge_key(_request: HttpRequest, name: str) -> HttpResponse:
    """The public half of a key, also of one that signs no more."""
    for key in keys():
        if key.address.endswith(f"/{name}"):
            return JsonResponse(key.published)
    raise Http404


@published
def revoked_badges(_request: HttpRequest) -> HttpResponse:
    """The signed list of those that no longer stand."""
    jws = get_object_or_404(RevocationList).jws
    return HttpResponse(
        jws, content_type="application/vc+jwt", headers={"Cache-Control": "public, max-age=60"}
    )


@published
def badge_achievement(_request: HttpRequest, edition: str, language: str) -> HttpResponse:
    """What is awarded in an edition that has awarded it."""
    certificate = Certificate.objects.filter(cohort__code=edition, badge__isnull=False).first()
    if certificate is None or language not in LANGUAGES:
        raise Http404
    with override(language):
        return JsonResponse(documents.awarded(issuer(), achievement(certificate.facts, language)))


@published
def badge_picture(_request: HttpRequest, edition: str, language: str) -> HttpResponse:
    """The picture of an edition's badge, without anybody's badge in it."""
    if language not in LANGUAGES or not Certificate.objects.filter(cohort__code=edition).exists():
        raise Http404
    return HttpResponse(picture(edition, language, "png"), content_type=KINDS["png"])


@login_not_required
@require_safe
def badge(_request: HttpRequest, code: str) -> HttpResponse:
    """The address that names a badge leads to the page of its certificate."""
    return redirect("assessments:check", get_object_or_404(Certificate, code=code).code)


@require_safe
def own_badge(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """One's own badge: the signed text, or a picture with it inside."""
    mine = Badge.objects.select_related("certificate").filter(certificate__enrollment__user=request.user.pk)
    found = get_object_or_404(mine, certificate=pk)
    if form == "jwt":
        answer = shown(found.jws.encode(), f"{found}.jwt")
        answer.headers["Content-Type"] = "text/plain"
    else:
        answer = shown(baked(found, form), f"{found}.{form}")
        answer.headers["Content-Type"] = KINDS[form]
    answer.headers["Content-Disposition"] = f'attachment; filename="{found}.{form}"'
    return answer
