"""The score grid: a whole class on one page, saved as draft, published in one act."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from assessments.access import records_every_test, tests_open_to
from assessments.actions.scores import (
    ScoresChangedMeanwhile,
    kept_waiting,
    publish_scores,
    record_scores,
    refuse_too_early,
    reopen_scores,
    sign_scores,
)
from assessments.forms.scores import ScoreGrid, seen_before
from assessments.marking import ATTEMPTS, results_due_on
from assessments.models import ModuleTest, ScoreEntry
from assessments.progress import overdue_since
from courses.refusals import Refusal

PAGES = {1: "assessments:scores", 2: "assessments:retake_scores"}
PUBLISHING = {1: "assessments:publish_scores", 2: "assessments:publish_retake_scores"}
FILES = {1: "assessments:score_file", 2: "assessments:retake_score_file"}
REOPENING = {1: "assessments:reopen_scores", 2: "assessments:reopen_retake_scores"}
LEDGER_LINES = 100
PUBLISHED = gettext_lazy("Published: every participant can now see their own result.")
SIGNED = gettext_lazy(
    "Signed: these scores are final. Participants do not see them before they are published."
)


@require_http_methods(["GET", "HEAD", "POST"])
def scores(request: HttpRequest, pk: int, attempt: int = 1) -> HttpResponse:
    """The grid of one attempt; POST saves it as draft, and leads on to publishing if so asked."""
    test, at = open_test(request, pk), timezone.now()
    if request.method != "POST":
        return grid_page(request, ScoreGrid(test, attempt=attempt, at=at), at)
    asked = request.POST.get("do")
    if asked not in ("save", "publish"):  # the last field: a form cut short on its way has none
        raise BadRequest
    grid = ScoreGrid(test, attempt=attempt, at=at, data=request.POST)
    if grid.faulty:
        return grid_page(request, grid, at, status=422)
    try:
        changed = record_scores(test=test, cells=grid.cells, attempt=attempt, by=request.user, at=at)
    except ScoresChangedMeanwhile as conflict:
        grid.show_conflicts(conflict.current)
        return grid_page(request, grid, at, status=409, refusal=str(conflict))
    except Refusal as refusal:
        return grid_page(request, grid, at, status=409, refusal=str(refusal))
    if asked == "publish":
        return towards_publishing(request, ScoreGrid(test, attempt=attempt, at=at), at)
    if changed:
        words = ngettext("%d score saved as a draft.", "%d scores saved as a draft.", changed) % changed
        messages.success(request, words)
    else:
        messages.info(request, _("Nothing had changed."))
    return redirect(PAGES[attempt], pk)


def open_test(request: HttpRequest, pk: int) -> ModuleTest:
    """The test, if this person may record it: 403 for who records none, 404 for another's."""
    tests = tests_open_to(request.user).select_related("session", "module", "cohort")
    return get_object_or_404(tests, pk=pk)


def towards_publishing(request: HttpRequest, grid: ScoreGrid, at) -> HttpResponse:
    """The saved grid again with what is missing, or the page that publishes it."""
    if grid.missing:
        grid.demand_outcomes()
        refusal = _("Saved as a draft. It can be published once everybody has an outcome.")
        return grid_page(request, grid, at, status=422, refusal=refusal)
    return redirect(PUBLISHING[grid.attempt], grid.test.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, pk: int, attempt: int = 1) -> HttpResponse:
    """Who is about to see what; POST signs it, and unless asked for no more shows it to all at once."""
    test, at = open_test(request, pk), timezone.now()
    status, refusal = 200, ""
    if request.method == "POST":
        only_sign = request.POST.get("do") == "sign"
        act = sign_scores if only_sign else publish_scores
        try:
            seen = seen_before(request.POST, test.marks)
            act(test=test, attempt=attempt, seen=seen, by=request.user, at=at)
        except Refusal as caught:
            status, refusal = 409, str(caught)
        else:
            messages.success(request, SIGNED if only_sign else PUBLISHED)
            return redirect(PAGES[attempt], pk)
    grid = ScoreGrid(test, attempt=attempt, at=at)
    if not grid.drafts and status == 200:
        return redirect(PAGES[attempt], pk)
    back = reverse(PAGES[attempt], args=[pk])
    context = {
        "test": test,
        "grid": grid,
        "refusal": refusal,
        "kept_waiting": kept_waiting(request.user, [row.score for row in grid.drafts if row.score]),
        "trail": [*trail_to(test), (back, test.module.title)],
        "back": back,
    }
    return render(request, "assessments/publish.html", context, status=status)


@require_POST
def reopen(request: HttpRequest, pk: int, attempt: int = 1) -> HttpResponse:
    """What is final and not published becomes a draft again."""
    reopen_scores(test=open_test(request, pk), attempt=attempt, by=request.user, at=timezone.now())
    messages.info(request, _("Reopened: the scores are drafts again, and whoever signed has to sign anew."))
    return redirect(PAGES[attempt], pk)


def grid_page(request: HttpRequest, grid: ScoreGrid, at, *, status=200, refusal="") -> HttpResponse:
    """The page of the grid, below it its ledger."""
    test, attempt = grid.test, grid.attempt
    entries = ScoreEntry.objects.filter(test=test, attempt=attempt).select_related("by")
    changes = entries.changes().select_related("enrollment__user", "batch")
    shown = None if request.GET.get("ledger") == "all" else LEDGER_LINES
    ledger = list(changes[: shown + 1] if shown else changes)
    context = {
        "test": test,
        "grid": grid,
        "attempt": attempt,
        "refusal": refusal,
        "not_yet": why_not_yet(grid, at),
        "tabs": [(reverse(PAGES[number], args=[test.pk]), number) for number in range(1, ATTEMPTS + 1)],
        "file": reverse(FILES[attempt], args=[test.pk]),
        "reopening": reverse(REOPENING[attempt], args=[test.pk]),
        "publishing": reverse(PUBLISHING[attempt], args=[test.pk]),
        "due_on": results_due_on(timezone.localdate(test.session.starts_at)),
        "overdue": overdue_since(test, at=at),
        "publication": entries.publications().last() if test.published_at else None,
        "ledger": ledger[:shown],
        "more": shown and len(ledger) > shown,
        "may_correct": records_every_test(request.user),
        "trail": trail_to(test),
    }
    return render(request, "assessments/scores.html", context, status=status)


def why_not_yet(grid: ScoreGrid, at) -> str:
    """Why nothing can be typed yet, in words; empty when it can."""
    try:
        refuse_too_early(grid.test, grid.attempt, at)
    except Refusal as refusal:
        return str(refusal)
    return ""


def trail_to(test: ModuleTest) -> list[tuple[str, str]]:
    """Where the pages of a test are."""
    return [(reverse("assessments:teaching"), _("Teaching"))]
