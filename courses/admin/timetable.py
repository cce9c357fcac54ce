"""Timetables in the making: the draft as weeks with what is to be said of it, and its releases."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime, AdminTextInputWidget, AdminURLFieldWidget
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.actions.appointments import ask_instructors
from courses.actions.drafting import (
    add_draft_session,
    cancel_draft_session,
    catch_up_draft,
    drop_draft,
    edit_draft_session,
    lay_out_draft,
    open_draft,
    permit,
    restore_draft_session,
)
from courses.actions.planning import ask_planner
from courses.actions.releasing import release_draft
from courses.changes import Change, change_of
from courses.drafts import Found, Judgement, Level
from courses.hours import Sum, show_minutes
from courses.models import (
    Block,
    DraftSession,
    Instructor,
    Module,
    Override,
    Room,
    Session,
    TeachingKind,
    TimetableDraft,
    TimetableRelease,
)
from courses.refusals import Refusal
from courses.timetable import changed_meanwhile, changes_in, judgement_of, mark_of, sessions_of
from courses.views.once import once
from courses.wording import in_words, kinds_in_words

from .office import Act, LedgerAdmin, OfficeAdmin, OfficeForm, words_of
from .planning import PlanForm, page_of_run, why_here

ALIKE = 3  # findings of one kind shown one by one; more fold up


class DraftForm(OfficeForm):
    """A draft to be."""

    anew = forms.BooleanField(
        label=_("Lay it out anew by the weekly pattern"),
        required=False,
        help_text=_("Otherwise it begins as what is released. Holidays and closures are left out."),
    )


class NoteForm(forms.Form):
    """Why this release: those concerned read it."""

    note = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        widget=AdminTextInputWidget,
        help_text=_("Those concerned read it."),
    )


class PermitForm(forms.Form):
    """Why a soft clash is right all the same."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=AdminTextInputWidget)


class DraftSessionForm(forms.Form):
    """A session as the draft is to have it."""

    starts_at = forms.SplitDateTimeField(label=_("Begins"), widget=AdminSplitDateTime)
    ends_at = forms.SplitDateTimeField(label=_("Ends"), widget=AdminSplitDateTime)
    mode = forms.ChoiceField(label=_("Mode"), choices=Session.Mode)
    rooms = forms.ModelMultipleChoiceField(
        Room.objects.select_related("hub"), label=_("Rooms"), required=False
    )
    link = forms.URLField(label=_("Link"), required=False, assume_scheme="https", widget=AdminURLFieldWidget)
    instructors = forms.ModelMultipleChoiceField(
        Instructor.objects.all(), label=_("Instructors"), required=False
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("each instructor’s own")), *TeachingKind.choices], required=False
    )
    parallel = forms.BooleanField(
        label=_("Parallel groups"),
        required=False,
        help_text=_("Each instructor teaches a group for the whole time."),
    )
    topic_it = forms.CharField(
        label=_("Topic in Italian"), max_length=200, required=False, widget=AdminTextInputWidget
    )
    topic_en = forms.CharField(
        label=_("Topic in English"), max_length=200, required=False, widget=AdminTextInputWidget
    )
    pinned = forms.BooleanField(
        label=_("Pinned"), required=False, help_text=_("It stays where it is when the rest is planned anew.")
    )
    cancelled = forms.BooleanField(
        label=_("Cancelled"),
        required=False,
        help_text=_("A session nobody has released yet is taken out of the draft."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)  # what the page showed


class NewDraftSessionForm(DraftSessionForm):
    """Another session of the draft."""

    module = forms.ModelChoiceField(Module.objects.none(), label=_("Module"))
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Session.Purpose)
    cancelled = seen = None
    field_order = ["module", "purpose"]

    def __init__(self, *args, programme: int, **kwargs):
        super().__init__(*args, **kwargs)
        modules = Module.objects.filter(block__programme=programme).select_related("block")
        self.fields["module"].queryset = modules


@dataclass
class Line:
    """A session of a draft, with what changes and what is to be said of it."""

    row: DraftSession
    change: Change | None
    found: tuple[Found, ...]

    @property
    def changes(self) -> str:
        """In what it differs from what is released."""
        return kinds_in_words(self.change) if self.change else ""

    @property
    def level(self) -> str:
        """The worst that is said of it."""
        levels = {one.level for one in self.found if not one.permit}
        return next((str(level) for level in Level if level in levels), "")


@dataclass
class Week:
    """A week of a draft."""

    monday: date
    lines: list[Line]

    @property
    def length(self) -> str:
        """How long its sessions last together, cancelled ones apart."""
        return show_minutes(sum(line.row.minutes for line in self.lines if not line.row.cancelled))


def weeks_of(draft: TimetableDraft, judgement: Judgement) -> list[Week]:
    """The sessions of a draft by week."""
    changes = {change.standing.session: change for change in changes_in(draft) if change.before}
    weeks: defaultdict[date, list[Line]] = defaultdict(list)
    for row in sessions_of(draft).order_by("starts_at", "pk"):
        day = timezone.localdate(row.starts_at)
        change = changes.get(row.session_id) if row.session_id else None
        line = Line(row, change, () if row.cancelled else judgement.of(row.pk))
        weeks[day - timedelta(days=day.weekday())].append(line)
    return [Week(monday, lines) for monday, lines in weeks.items()]


@dataclass
class Said:
    """Findings of one kind: the first of them, and those that are folded up."""

    shown: list[tuple[str, Found]]
    folded: list[tuple[str, Found]]


def said(found: tuple[Found, ...]) -> list[Said]:
    """What is to be said, in words, by kind."""
    kinds: defaultdict[str, list[tuple[str, Found]]] = defaultdict(list)
    for one in found:
        kinds[str(one.reason.code)].append((in_words(one.reason), one))
    return [Said(ones[:ALIKE], ones[ALIKE:]) for ones in kinds.values()]


def figures_of(draft: TimetableDraft, judgement: Judgement) -> dict:
    """Hours and loads as a page shows them."""
    tally, programme = judgement.tally, draft.cohort.programme
    blocks = Block.objects.filter(programme=programme)
    share = round(100 * judgement.remote / judgement.teaching) if judgement.teaching else 0
    return {
        "figures": [
            (_("Hours"), show_minutes(tally.total.planned), show_minutes(programme.minutes)),
            (_("Academic"), show_minutes(tally.total.academic), show_minutes(programme.academic_minutes)),
            (_("Company"), show_minutes(tally.total.company), show_minutes(programme.company_minutes)),
            (_("Remote share"), f"{share} %", ""),
            (_("Fullest day"), show_minutes(judgement.most_a_day), ""),
            (_("Fullest week"), show_minutes(judgement.most_a_week), ""),
        ],
        "blocks": [
            (block, show_minutes(sums.planned), show_minutes(sums.due), sums.planned == sums.due)
            for block in blocks
            for sums in (tally.blocks.get(block.code, Sum()),)
        ],
        "loads": [
            (load, show_minutes(load.minutes), load.confirmed is not None and show_minutes(load.confirmed))
            for load in judgement.loads
        ],
    }


def difference_of(draft: TimetableDraft) -> dict:
    """What a release would change, what stands in its way, and what changed meanwhile."""
    judgement = judgement_of(draft)
    return {
        "changes": lines_of(changes_in(draft)),
        "barring": [in_words(one.reason) for one in judgement.barring],
        "permitted": [(in_words(one.reason), one.permit) for one in judgement.permitted],
        "meanwhile": lines_of(changed_meanwhile(draft)),
    }


def lines_of(changes) -> list[tuple[str, Change]]:
    """Changes with their kinds in words."""
    return [(kinds_in_words(change), change) for change in changes]


def beginning(row: DraftSession) -> dict:
    """What the form of a session says before anybody types."""
    names = ("starts_at", "ends_at", "mode", "link", "kind", "parallel", "topic_it", "topic_en")
    facts = {name: getattr(row, name) for name in (*names, "pinned", "cancelled")}
    return facts | {"rooms": row.rooms.all(), "instructors": row.instructors.all(), "seen": mark_of(row)}


def edit(row: DraftSession, timetabledraft: TimetableDraft, *, cancelled: bool, seen: str, by, at, **facts):
    """What was typed about a session, done."""
    if cancelled:
        return cancel_draft_session(draftsession=row, seen=seen, by=by, at=at)
    row = edit_draft_session(draftsession=row, seen=seen, by=by, at=at, **facts)
    return restore_draft_session(draftsession=row, by=by, at=at) if row.cancelled else row


def still_open(draft: TimetableDraft) -> bool:
    """Whether it may still be changed."""
    return draft.open


@admin.register(TimetableDraft)
class TimetableDraftAdmin(OfficeAdmin):
    form = DraftForm
    change_form_template = "admin/courses/draft.html"
    list_display = ["cohort", "state", "opened_at", "opened_by", "closed_at"]
    list_filter = ["state", "cohort"]
    list_select_related = ["cohort", "opened_by"]
    search_fields = ["cohort__code"]
    acts = (
        Act(
            "release",
            _("Release the timetable"),
            release_draft,
            form=NoteForm,
            when=still_open,
            note=lambda _draft: _(
                "Exactly those concerned are told: ten minutes from now, and at once of what begins within "
                "24 hours. A release is kept as it is."
            ),
            template="admin/courses/release.html",
            shows=difference_of,
        ),
        Act(
            "ask",
            _("Ask the instructors"),
            ask_instructors,
            when=still_open,
            note=lambda _draft: _("Whoever teaches in this draft is asked to confirm the hours, by mail."),
        ),
        Act(
            "plan",
            _("Let the planner work"),
            ask_planner,
            form=PlanForm,
            when=still_open,
            note=lambda _draft: _(
                "It seeks days, rooms and instructors for everything that is not pinned and has not begun, "
                "within a few minutes. What it finds is shown beside the draft; nothing changes before "
                "somebody takes it over."
            ),
            leads=page_of_run,
        ),
        Act(
            "catch-up",
            _("Take over what changed"),
            catch_up_draft,
            when=lambda draft: draft.open and bool(changed_meanwhile(draft)),
            note=lambda _draft: _(
                "What was released otherwise since the draft was made comes into it; "
                "what the draft itself changes stays."
            ),
            template="admin/courses/release.html",
            shows=lambda draft: {"meanwhile": lines_of(changed_meanwhile(draft))},
        ),
        Act(
            "drop",
            _("Drop the draft"),
            drop_draft,
            when=still_open,
            note=lambda _draft: _(
                "Nothing of it is released, and instructors asked for its sake alone are told that they are "
                "not needed. Another can be opened."
            ),
            danger=True,
        ),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("cohort__hub", "cohort__programme", "opened_by")

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change=change, **({"form": OfficeForm} if obj else {}) | kwargs)

    def get_fields(self, request, obj=None):
        return [] if obj else ["cohort", "anew"]

    def has_delete_permission(self, request, obj=None):
        return False  # a draft is dropped, not forgotten

    def get_urls(self):
        pages = {
            "sessions/add": self.add_session_view,
            "sessions/<int:pk>": self.session_view,
            "sessions/<int:pk>/why": self.why_view,
            "permit/<slug:fingerprint>": self.permit_view,
        }
        return [
            path(
                f"<int:object_id>/{where}/",
                self.admin_site.admin_view(once(view)),
                name=f"courses_timetabledraft_{view.__name__.removesuffix('_view')}",
            )
            for where, view in pages.items()
        ] + super().get_urls()

    def save_model(self, request, obj, form, change):
        """A draft is opened or laid out."""
        do = lay_out_draft if form.cleaned_data["anew"] else open_draft
        obj.pk = do(cohort=obj.cohort, by=request.user, at=timezone.now()).pk

    def save_related(self, request, form, formsets, change):
        """Nothing hangs on the form of a draft."""

    def response_add(self, request, obj, post_url_continue=None):
        """To the draft."""
        return HttpResponseRedirect(self.page_of(obj))

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj:
            judgement = judgement_of(obj)
            context |= figures_of(obj, judgement) | {
                "weeks": weeks_of(obj, judgement),
                "barring": said(judgement.barring),
                "permitted": judgement.permitted
                and [(in_words(one.reason), one.permit) for one in judgement.permitted],
                "remarks": said(tuple(one for one in judgement.found if not one.bars and one.permit is None)),
                "counts": Counter(str(one.level) for one in judgement.found),
                "add_session": reverse("admin:courses_timetabledraft_add_session", args=[obj.pk]),
                "is_open": obj.open,
                "run": obj.runs.first(),
            }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def draft_of(self, request, object_id) -> TimetableDraft:
        """The draft; 404 for one that does not exist."""
        return self.get_object(request, str(object_id))

    def session_view(self, request, object_id, pk):
        """One session of the draft, with what is to be said of it."""
        draft = self.draft_of(request, object_id)
        row = get_object_or_404(sessions_of(draft), pk=pk)
        act = Act(
            "session",
            str(row),
            partial(edit, row),
            form=DraftSessionForm,
            template="admin/courses/draft_session.html",
            shows=lambda draft: {"found": said(judgement_of(draft).of(row.pk)), "row": row},
            given=lambda _draft: {"initial": beginning(row)},
            press=_("Save"),
        )
        return self.act_on(request, draft, act)

    def why_view(self, request, object_id, pk):
        """Why a session of the draft is where it is, and every other half-day it could have."""
        draft = self.draft_of(request, object_id)
        row = get_object_or_404(sessions_of(draft), pk=pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Why here?"),
            "subtitle": str(row),
            "opts": self.opts,
            "back": reverse("admin:courses_timetabledraft_session", args=[draft.pk, row.pk]),
            "media": self.media,
        }
        try:
            context["told"] = why_here(draft, row, timezone.now())
        except Refusal as refusal:
            context["refusal"] = words_of(refusal)
        return TemplateResponse(request, "admin/courses/why.html", context)

    def add_session_view(self, request, object_id):
        """Another session."""
        draft = self.draft_of(request, object_id)

        def add(timetabledraft, **facts):
            return add_draft_session(draft=timetabledraft, **facts)

        programme = {"programme": draft.cohort.programme_id}
        act = Act("add", _("Add a session"), add, form=NewDraftSessionForm, given=lambda _draft: programme)
        return self.act_on(request, draft, act)

    def permit_view(self, request, object_id, fingerprint):
        """Permit a soft clash; 404 for what is not found in the draft."""
        draft = self.draft_of(request, object_id)
        found = [one for one in judgement_of(draft).found if one.fingerprint == fingerprint]
        if not found:
            raise Http404
        note = in_words(found[0].reason)

        def allow(timetabledraft, **facts):
            return permit(draft=timetabledraft, fingerprint=fingerprint, **facts)

        act = Act("permit", _("Permit"), allow, form=PermitForm, note=lambda _draft: note)
        return self.act_on(request, draft, act)


@admin.register(TimetableRelease)
class TimetableReleaseAdmin(LedgerAdmin):
    change_form_template = "admin/courses/timetable_release.html"
    list_display = ["cohort", "number", "at", "by", "note", "size"]
    list_filter = ["cohort"]
    list_select_related = ["cohort", "by"]
    search_fields = ["cohort__code", "note"]
    fields = ["cohort", "number", "at", "by", "note"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("snapshot")

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["changes"] = lines_of(change_of(one) for one in obj.difference)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    @admin.display(description=_("changes"))
    def size(self, release) -> int:
        return len(release.difference)


@admin.register(Override)
class OverrideAdmin(LedgerAdmin):
    list_display = ["at", "cohort", "what", "level", "reason", "by"]
    list_filter = ["cohort", "level"]
    list_select_related = ["cohort", "by"]
    search_fields = ["reason", "by__name"]
    fields = ["cohort", "what", "level", "reason", "by", "at"]

    @admin.display(description=_("what is permitted"))
    def what(self, override) -> str:
        return override.facts.get("said", override.code)
