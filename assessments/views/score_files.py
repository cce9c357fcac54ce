"""Files of scores: uploaded, looked at row by row, taken over, undone."""

import secrets
from functools import partial
from hashlib import sha256

from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.access import records_every_test, tests_open_to
from assessments.actions.score_files import take_over_scores, undo_scores
from assessments.forms.score_files import HEADS, SHOWN, Preview, ScoreFileForm
from assessments.models import ModuleTest, Score, ScoreBatch, ScoreEntry
from assessments.models.wording import as_typed
from assessments.roster import roster
from assessments.score_files import Column
from courses.models import Cohort
from courses.refusals import Refusal
from courses.tables import write_xlsx
from courses.views.once import once

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEPT = 30 * 60  # seconds between preview and confirmation
BATCHES = 20


class Scope:
    """What a file may speak of: one attempt of one test, or every test of an edition."""

    def __init__(self, request: HttpRequest, *, pk: int | None, attempt: int, cohort: int | None):
        tests = tests_open_to(request.user).select_related("session", "module", "cohort")
        self.test = get_object_or_404(tests, pk=pk) if pk else None
        if self.test is None and not records_every_test(request.user):
            raise Http404
        self.cohort = self.test.cohort if self.test else get_object_or_404(Cohort, pk=cohort)
        self.tests = [self.test] if self.test else list(tests.filter(cohort=self.cohort))
        self.attempt = attempt
        self.key = f"scores-to-take-over:{request.user.pk}:{pk}:{attempt}:{cohort}"

    def address(self, what: str = "", *more: int) -> str:
        """Of one of its pages."""
        if self.test is None:
            return reverse(f"assessments:edition_scores{what}", args=[self.cohort.pk, *more])
        retake = "retake_" if self.attempt == 2 else ""
        return reverse(f"assessments:{retake}score_file{what}", args=[self.test.pk, *more])

    @property
    def batches(self):
        """What was taken over before; of a test, into this attempt."""
        found = ScoreBatch.objects.select_related("by", "undone_by", "test__module", "cohort")
        if self.test is None:
            return found.filter(cohort=self.cohort)
        written = ScoreEntry.objects.filter(batch=OuterRef("pk"), attempt=self.attempt)
        return found.filter(Exists(written), test=self.test)

    @property
    def trail(self) -> list[tuple[str, str]]:
        """Where its pages are."""
        teaching = (reverse("assessments:teaching"), _("Teaching"))
        if self.test is None:
            return [teaching]
        name = "scores" if self.attempt == 1 else "retake_scores"
        return [teaching, (reverse(f"assessments:{name}", args=[self.test.pk]), self.test.module.title)]


@require_http_methods(["GET", "HEAD", "POST"])
def score_file(
    request: HttpRequest, pk: int | None = None, attempt: int = 1, cohort: int | None = None
) -> HttpResponse:
    """Ask for the file; POST shows what each of its rows would do, and writes nothing."""
    scope, at = Scope(request, pk=pk, attempt=attempt, cohort=cohort), timezone.now()
    typed = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ScoreFileForm(*typed, one_test=scope.test is not None)
    if not form.is_valid():
        batches = [(one, scope.address("_undo", one.pk)) for one in scope.batches[:BATCHES]]
        context = {"form": form, "batches": batches, "list": scope.address("_list")}
        return page(request, scope, "score_file.html", context, status=422 if form.errors else 200)
    file = form.cleaned_data["file"]
    parcel = {
        "name": file.name,
        "table": file.table,
        "digest": sha256(file.bytes).hexdigest(),
        "token": secrets.token_urlsafe(),
    }
    return preview_page(request, scope, parcel, Preview(file.table, scope.tests, attempt=attempt, at=at))


def preview_page(
    request: HttpRequest, scope: Scope, parcel: dict, preview: Preview, *, refusal="", status=200
):
    """What would happen; the file waits for the confirmation."""
    cache.set(scope.key, parcel | {"fingerprint": preview.fingerprint}, KEPT)
    context = {
        "preview": preview,
        "token": parcel["token"],
        "name": parcel["name"],
        "shown": f":{SHOWN}",
        "confirm": scope.address("_confirm"),
        "back": scope.address(),
        "refusal": refusal,
    }
    return page(request, scope, "score_file_preview.html", context, status=status)


@require_POST
@once
def take_over(
    request: HttpRequest, pk: int | None = None, attempt: int = 1, cohort: int | None = None
) -> HttpResponse:
    """Do what the preview showed, with the very file it showed; shown again where things have changed."""
    scope, at = Scope(request, pk=pk, attempt=attempt, cohort=cohort), timezone.now()
    parcel = cache.get(scope.key)
    if not parcel or not secrets.compare_digest(request.POST.get("token", ""), parcel["token"]):
        raise Refusal(_("The file is no longer kept, or another one was uploaded since. Upload it again."))
    preview = Preview(parcel["table"], scope.tests, attempt=attempt, at=at)
    if preview.fingerprint != parcel["fingerprint"]:
        words = _("Something changed meanwhile. Nothing was written: look at it again.")
        return preview_page(request, scope, parcel, preview, refusal=words, status=409)
    given = preview.given(request.POST.getlist("replace"))
    take_over_scores(
        cohort=scope.cohort,
        test=scope.test,
        name=parcel["name"],
        digest=parcel["digest"],
        given=given,
        by=request.user,
        at=at,
    )
    transaction.on_commit(partial(cache.delete, scope.key))
    number = len(given)
    messages.success(
        request,
        ngettext("%d score taken over as a draft.", "%d scores taken over as drafts.", number) % number,
    )
    return redirect(scope.address())


@require_POST
def undo(
    request: HttpRequest,
    batch: int,
    pk: int | None = None,
    attempt: int = 1,
    cohort: int | None = None,
) -> HttpResponse:
    """Each score has again what it had before the file."""
    scope = Scope(request, pk=pk, attempt=attempt, cohort=cohort)
    done = undo_scores(batch=get_object_or_404(scope.batches, pk=batch), by=request.user, at=timezone.now())
    words = ngettext("%d score restored.", "%d scores restored.", done.restored) % done.restored
    if done.left:
        words += (
            " "
            + ngettext(
                "%d stays: it has been changed or signed since.",
                "%d stay: they have been changed or signed since.",
                done.left,
            )
            % done.left
        )
    messages.success(request, words)
    return redirect(scope.address())


@require_safe
def empty_list(
    request: HttpRequest, pk: int | None = None, attempt: int = 1, cohort: int | None = None
) -> HttpResponse:
    """A spreadsheet to fill in: everybody who sits the test, or each test, with what they have so far."""
    scope, at = Scope(request, pk=pk, attempt=attempt, cohort=cohort), timezone.now()
    several = scope.test is None
    kept = Score.objects.filter(test__in=scope.tests, attempt=attempt)
    scores = {(one.test_id, one.enrollment_id): one for one in kept}
    columns = [HEADS[Column.EMAIL], HEADS[Column.NAME]]
    columns += [HEADS[Column.MODULE]] if several else []
    rows = [
        [
            person.user.email,
            str(person.user),
            *([test.module.code] if several else []),
            typed(scores, test, person),
        ]
        for test in scope.tests
        for person in roster(test, attempt=attempt, at=at)
    ]
    content = write_xlsx(_("Scores"), [*columns, HEADS[Column.SCORE]], rows)
    of_what = [scope.test.module.code] if scope.test else []
    of_what += [slugify(_("Retake"))] if scope.attempt == 2 else []
    name = "-".join([scope.cohort.code, *of_what])
    return HttpResponse(
        content,
        content_type=XLSX,
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=f"{name}.xlsx")
        },
    )


def typed(scores: dict, test: ModuleTest, person) -> str:
    """What stands in a place, as one would type it."""
    score = scores.get((test.pk, person.pk))
    return as_typed(score.result if score else None)


def page(request: HttpRequest, scope: Scope, template: str, context: dict, *, status: int = 200):
    """One of the two pages with what both show."""
    context |= {"scope": scope, "trail": scope.trail}
    return render(request, f"assessments/{template}", context, status=status)
