"""Editions for the public: which there are, and each with its call and its whole calendar."""

import json
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from courses.models import Cohort, Hub
from enrollment.models import Call, Criterion, RequiredDocument
from enrollment.models.ready import ready
from enrollment.views.public_calendar import read_calendar

CALL = (
    "opens_at",
    "closes_at",
    "requirements_it",
    "requirements_en",
    "minimum",
    "suitable_from",
    "ranking_on",
    "answers_by",
)
A_DAY = 24 * 60 * 60  # seconds; whatever changes makes another key, so this only tidies up


def state_of_call(call: Call | None, at: datetime) -> dict[str, Any]:
    """What `enrollment/_call.html` shows: the call if there is one, its phase and its days left."""
    return {
        "call": call,
        "phase": call and call.phase(at),
        "days_left": call and call.days_left(at),
    }


@require_safe
@login_not_required
def cohorts(request: HttpRequest) -> HttpResponse:
    """Every edition shown to the public, the newest first."""
    at = timezone.now()
    listed = [
        (cohort, state_of_call(getattr(cohort, "call", None), at)["phase"])
        for cohort in Cohort.objects.listed().select_related("hub", "call")
    ]
    return render(request, "enrollment/cohorts.html", {"today": timezone.localdate(at), "cohorts": listed})


@require_safe
@login_not_required
def cohort(request: HttpRequest, code: str) -> HttpResponse:
    """One edition for everybody: rooms and modes of its sessions, never a link.

    One short query finds what the page depends on; the rest is asked for and written only where the
    shared cache holds no copy of that. A visitor who is not signed in may keep the page and ask whether
    it is still true.
    """
    at = timezone.now()
    cover = cover_of(code)
    if cover is None:
        raise Http404
    state = state_of_call(cover.call, at)
    facts = digest((settings.RELEASE, get_language(), cover, state["phase"], state["days_left"]))
    headers = {}
    if signed_out(request):
        etag = f'"{digest((facts, request.headers.get("Cookie")))}"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Cookie"}
        unchanged = get_conditional_response(request, etag, response=HttpResponse(headers=headers))
        if unchanged and unchanged.status_code == 304:
            return unchanged
    calendar = partial(read_calendar, cover.pk, cover.hub_id)
    context = {"cohort": cover, "facts": facts, "calendar": calendar, **state}
    return HttpResponse(page_of(request, f"cohort:{facts}", context), headers=headers)


def page_of(request: HttpRequest, key: str, context: dict[str, Any]) -> str:
    """The page, from the shared cache for those who see the same: no cookie, nothing after the "?".

    For all others only the piece without the frame is shared (the template says which): the frame
    names the person.
    """
    alike = not (request.headers.get("Cookie") or request.META["QUERY_STRING"])
    page = cache.get(key) if alike else None
    if page is None:
        page = render_to_string("enrollment/cohort.html", context, request)
        if alike:
            cache.set(key, page, A_DAY)
    return page


def signed_out(request: HttpRequest) -> bool:
    """Nothing on the page is personal: no session, and no message waiting ("you have signed out")."""
    return not {settings.SESSION_COOKIE_NAME, "messages"} & request.COOKIES.keys()


def digest(facts: object) -> str:
    """Equal for equal facts; short."""
    return sha256(repr(facts).encode()).hexdigest()[:32]


class Cover(NamedTuple):
    """What the page of an edition shows above its calendar, and the version of that."""

    pk: int
    code: str
    starts_on: date
    ends_on: date
    seats: int
    version: int
    hub_id: int
    hub_name: str
    address: str
    postal_code: str
    city: str
    province: str
    opens_at: datetime | None
    closes_at: datetime | None
    requirements_it: str | None
    requirements_en: str | None
    minimum: int | None
    suitable_from: int | None
    ranking_on: date | None
    answers_by: datetime | None
    documents: list[str]  # each as JSON, so that the page depends on their words
    criteria: list[str]

    @property
    def call(self) -> Call | None:
        if not self.opens_at:
            return None
        return Call(**{name: getattr(self, name) for name in CALL})

    def scheme(self) -> dict[str, Any]:
        """What the call asks for, and what earns points, phase by phase, with the points in all."""
        criteria = [Criterion(**json.loads(row)) for row in self.criteria]
        phases = [
            (Criterion.Phase(phase).label, of_phase, sum(criterion.maximum for criterion in of_phase))
            for phase in Criterion.Phase.values
            if (of_phase := [criterion for criterion in criteria if criterion.phase == phase])
        ]
        return {
            "documents": [RequiredDocument(**json.loads(row)) for row in self.documents],
            "phases": phases,
            "points": sum(points for *_rest, points in phases),
        }

    @property
    def hub(self) -> Hub:
        return Hub(
            name=self.hub_name,
            address=self.address,
            postal_code=self.postal_code,
            city=self.city,
            province=self.province,
        )


def cover_of(code: str) -> Cover | None:
    """The listed edition with this code."""
    return next((Cover(*row) for row in covers_of(code)), None)


@ready
def covers_of(code: str) -> QuerySet:
    """What `Cover` holds."""
    hub = ("hub__name", "hub__address", "hub__postal_code", "hub__city", "hub__province")
    row = ("pk", "code", "starts_on", "ends_on", "seats", "version", "hub_id", *hub)
    call = (f"call__{name}" for name in CALL)
    documents = rows_of(RequiredDocument.objects.order_by("position"), "required")
    criteria = rows_of(Criterion.objects.order_by("phase", "position"), "phase", "maximum")
    editions = Cohort.objects.listed().order_by().filter(code=code)
    return editions.values_list(*row, *call, documents, criteria)


def rows_of(below: QuerySet, *fields: str) -> ArraySubquery:
    """What stands below the call of an edition, each row with its title as JSON."""
    row = JSONObject(**{name: name for name in ("title_it", "title_en", *fields)})
    return ArraySubquery(below.filter(call=OuterRef("call")).values(row=row))
