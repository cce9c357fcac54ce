"""Where those who teach a module, and the office, keep its materials."""

from collections.abc import Callable
from copy import copy
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import Prefetch
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from courses.access import materials_kept_by, may_keep_materials
from courses.actions.materials import (
    add_material,
    describe_material,
    publish_material,
    replace_material,
    withdraw_material,
)
from courses.forms.material import (
    DetailsForm,
    FilesForm,
    LinkForm,
    PublishForm,
    ReplaceForm,
    WithdrawForm,
)
from courses.models import LARGEST_MATERIAL, Cohort, Material, MaterialVersion, Module
from courses.refusals import Refusal
from courses.views.files import leading_to, takes_up_to, to_be_saved
from courses.views.once import once

LARGEST_PARCEL = 3 * LARGEST_MATERIAL + 64 * 1024  # bytes of one request, with what stands beside the files
ADDING = {"files": FilesForm, "link": LinkForm}
ACTS: dict[str, Callable] = {
    "replace": replace_material,
    "publish": publish_material,
    "withdraw": withdraw_material,
    "change": describe_material,
}
takes_files = takes_up_to(LARGEST_PARCEL)


@require_http_methods(["GET", "HEAD", "POST"])
@takes_files
@once
def materials(request: HttpRequest, code: str, module: int) -> HttpResponse:
    """Those of a module in an edition, and forms for more; 404 for whoever does not keep them."""
    cohort = get_object_or_404(Cohort, code=code)
    taught = get_object_or_404(Module.objects.select_related("block"), pk=module)
    if not may_keep_materials(request.user, cohort, taught):
        raise Http404
    at, wanted = timezone.now(), asked(request, ADDING)
    given = {"cohort": cohort, "module": taught}
    forms = {name: bound(request, form, wanted == name, **given) for name, form in ADDING.items()}
    if wanted and forms[wanted].is_valid():
        facts = given | forms[wanted].facts(at) | {"by": request.user, "at": at}
        with transaction.atomic():  # all files of a parcel or none
            added = [add_material(**facts, **one) for one in forms[wanted].materials()]
        words = ngettext("%(number)d material added.", "%(number)d materials added.", len(added))
        messages.success(request, words % {"number": len(added)})
        return redirect("courses:materials", code, module)
    versions = MaterialVersion.objects.current().filter(material__cohort=cohort, material__module=taught)
    context = {
        **given,
        "versions": versions.select_related("material__session__module", "by"),
        "forms": forms,
        "at": at,
        "largest": LARGEST_MATERIAL,
        "largest_parcel": 3 * LARGEST_MATERIAL,
        "trail": [(reverse("assessments:teaching"), _("Teaching"))],
    }
    return render(request, "courses/materials.html", context, status=422 if wanted else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@takes_files
@once
def material(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them, its versions, and what can be done with it; 404 for whoever does not keep it."""
    found = kept(request, pk)
    at, wanted = timezone.now(), asked(request, ACTS)
    forms: dict[str, BaseForm] = {
        "replace": bound(request, ReplaceForm, wanted == "replace", material=found),
        "publish": bound(request, PublishForm, wanted == "publish"),
        "withdraw": bound(request, WithdrawForm, wanted == "withdraw"),
        "change": bound(request, DetailsForm, wanted == "change", instance=copy(found)),
    }
    if wanted and forms[wanted].is_valid() and done(request, found, wanted, forms[wanted], at):
        messages.success(request, _("Saved."))
        return redirect("courses:material", pk)
    home = reverse("courses:materials", args=[found.cohort.code, found.module_id])
    context = {
        "material": found,
        "versions": list(found.versions.all()),
        "at": at,
        "visible": found.visible(at),
        "wrong": any(form.errors for form in forms.values()),
        "forms": forms,
        "largest": LARGEST_MATERIAL,
        "trail": [(reverse("assessments:teaching"), _("Teaching")), (home, found.module)],
    }
    return render(request, "courses/material.html", context, status=422 if wanted else 200)


@require_safe
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A version as it was, for whoever keeps the material: a file to be saved, or on to a link."""
    found = get_object_or_404(
        MaterialVersion.objects.defer(None),
        material__in=materials_kept_by(request.user),
        material=pk,
        number=number,
    )
    return leading_to(found.link) if found.link else to_be_saved(found)


def kept(request: HttpRequest, pk: int) -> Material:
    """The material, with its versions and who made them."""
    versions = MaterialVersion.objects.select_related("by").order_by("-number")
    rows = materials_kept_by(request.user).select_related(
        "cohort", "module", "session__module", "published_by", "withdrawn_by"
    )
    return get_object_or_404(rows.prefetch_related(Prefetch("versions", versions)), pk=pk)


def asked(request: HttpRequest, known) -> str | None:
    """Which of the forms of a page was sent; BadRequest for none of them."""
    if request.method != "POST":
        return None
    wanted = request.POST.get("do", "")
    if wanted not in known:
        raise BadRequest("no form of this page")
    return wanted


def bound(request: HttpRequest, form: type, sent: bool, **given: Any) -> Any:
    """`form`, with what was typed if it is the one that was sent; ids differ, as a page has several."""
    typed = (request.POST, request.FILES) if sent else ()
    return form(*typed, auto_id=f"{form.__name__.lower()}_%s", **given)


def done(request: HttpRequest, material: Material, wanted: str, form: Any, at) -> bool:
    """Whether it could be done; otherwise the form says why not."""
    try:
        ACTS[wanted](material=material, **form.cleaned_data, by=request.user, at=at)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
    return not form.errors
