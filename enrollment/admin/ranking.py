"""The ranking: looked at before it is published, and as it was."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.admin.office import REFUSED, LedgerAdmin, words_of
from courses.views.once import once
from enrollment import exports
from enrollment.access import is_blind_in
from enrollment.actions.offers import can_be_agreed_to
from enrollment.actions.ranking import publish_ranking
from enrollment.exports import Entry
from enrollment.models import Agreement, Application, Call, Offer, Ranking, RankingLine
from enrollment.standings import UNCHECKED, Missing, Stand, Standing, standing_of

from .pipeline import list_of

State = Application.State

OUTCOMES = dict(RankingLine.Outcome.choices)
# name of the file: what makes it, and its kind
FILES = {
    "csv": (exports.as_csv, "text/csv; charset=utf-8"),
    "xlsx": (exports.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (exports.minutes, "application/pdf"),
}


class PublishForm(forms.Form):
    """That one means it; `seen` is the digest of what was looked at, the reason is for a later version."""

    seen = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=AdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Why the ranking is published anew. Every applicant reads it: name nobody."),
    )
    sure = forms.BooleanField(label=_("I have looked at the ranking: publish it."))

    def __init__(self, *args, current: Ranking | None, **kwargs):
        super().__init__(*args, **kwargs)
        if current is None:
            del self.fields["reason"]
        elif self.data.get("seen") == current.digest:  # sent again: what it asked for is done
            self.fields["reason"].required = False


class BuildsRankings:
    """The part of the calls' admin that previews and publishes the ranking of one."""

    def get_urls(self):
        view = self.admin_site.admin_view(once(self.ranking_view))
        return [path("<int:pk>/ranking/", view, name="enrollment_call_ranking"), *super().get_urls()]

    def ranking_view(self, request, pk):
        """The ranking as it stands, what is missing, and the button that publishes it.

        A member of the committee who has not judged everybody sees neither order nor points.
        """
        call = get_object_or_404(Call.objects.select_related("cohort__hub"), pk=pk)
        blind = is_blind_in(call.cohort, request.user)
        if not request.user.has_perm("enrollment.view_ranking"):
            raise PermissionDenied
        if request.method == "POST" and (blind or not request.user.has_perm("enrollment.add_ranking")):
            raise PermissionDenied
        standing = standing_of(call, timezone.now())
        form = self.form_to_publish(request, standing)
        status = 422 if form.errors else 200
        if form.is_valid():
            try:
                return self.published(request, call, form.cleaned_data)
            except REFUSED as refusal:
                messages.error(request, words_of(refusal))
                status, standing = 409, standing_of(call, timezone.now())
                form = self.form_to_publish(request, standing, again=True)
        context = {
            **self.admin_site.each_context(request),
            **({} if blind else what_is_shown(standing)),
            "blind": blind,
            # How many could not be offered a seat depends on the points.
            "missing": [
                (why, where_to_mend(why.code, call))
                for why in standing.missing
                if not blind or why.code != Missing.DEADLINE
            ],
            "title": _("Ranking"),
            "subtitle": str(call.cohort),
            "standing": standing,
            "agreed": can_be_agreed_to(Agreement.objects.in_force(timezone.now())),
            "opts": self.opts,
            "adminform": AdminForm(form, [(None, {"fields": list(form.fields)})], {}),
            "errors": form.errors,
            "media": self.media + form.media,
            "back": self.page_of(call),
        }
        return TemplateResponse(request, "admin/enrollment/ranking.html", context, status=status)

    def form_to_publish(self, request, standing: Standing, *, again: bool = False) -> PublishForm:
        """With what was typed; `again`, once refused, upon what stands now."""
        typed = request.POST if request.method == "POST" else None
        initial = {"seen": standing.digest, "reason": request.POST.get("reason", "")}
        return PublishForm(None if again else typed, initial=initial, current=standing.current)

    def published(self, request, call: Call, answers: dict) -> HttpResponse:
        """Publish it and lead to the version."""
        ranking = publish_ranking(
            call=call,
            by=request.user,
            at=timezone.now(),
            reason=answers.get("reason", ""),
            seen=answers["seen"],
        )
        self.log_change(request, call, f"{_('Ranking')} {ranking.version}")
        words = _("Version %(number)d of the ranking is published.") % {"number": ranking.version}
        messages.success(request, words)
        return HttpResponseRedirect(reverse("admin:enrollment_ranking_change", args=[ranking.pk]))


def where_to_mend(missing: Missing, call: Call) -> str:
    """The page on which the office does, or sees, what is missing."""
    mine = {"cohort__id__exact": call.cohort_id}
    match missing:
        case Missing.COMMITTEE:
            return f"{reverse('admin:courses_role_add')}?cohort={call.cohort_id}"
        case Missing.UNCHECKED:
            return list_of("application", state__in=",".join(sorted(UNCHECKED)), **mine)
        case Missing.INTERVIEWS:
            return list_of("interviewslot", call__cohort__id__exact=call.cohort_id, turnout__exact="")
        case Missing.SHEETS | Missing.ALONE:
            return list_of("application", state__exact=State.ELIGIBLE, **mine)
        case Missing.OVERDUE:
            return list_of("offer", state__exact=Offer.State.OPEN, **mine)
        case Missing.NOBODY:
            return list_of("application", **mine)
        case _:  # its dates and criteria
            return reverse("admin:enrollment_call_change", args=[call.pk])


class Group(NamedTuple):
    """Neighbours with the same outcome; before the first on reserve the seats end."""

    outcome: str
    entries: list[Entry]
    seats_end: bool


def grouped(entries: Iterable[Entry]) -> list[Group]:
    """The lines of a ranking as they follow each other."""
    groups: list[Group] = []
    for outcome, neighbours in groupby(entries, attrgetter("outcome")):
        waiting = outcome == OUTCOMES[RankingLine.Outcome.ON_RESERVE]
        first = not any(group.seats_end for group in groups)
        groups.append(Group(capfirst(outcome), list(neighbours), waiting and first))
    return groups


def what_is_shown(standing: Standing) -> dict:
    """What somebody who is not blind sees of it."""
    names = {key: person.name for key, person in standing.people.items()}
    receipt = f"{standing.inputs['edition']}/{{:04}}".format
    found = [
        Entry(
            line.place,
            receipt(line.receipt),
            names[line.key],
            *line.points,
            OUTCOMES[line.outcome],
            exports.note_of(line),
        )
        for line in standing.ranking
    ]
    changes = standing.changes if standing.current else []
    return {
        "groups": grouped(found),
        "seats": standing.inputs["seats"],
        "unjudged": [
            (person.key, receipt(person.receipt), names[person.key]) for person in standing.unjudged
        ],
        "changes": [(change.person.name, spoken(change.before), spoken(change.after)) for change in changes],
    }


def spoken(stand: Stand | None) -> str:
    """Outcome, place and points in words."""
    if stand is None:
        return "–"
    parts = [OUTCOMES[stand.outcome]]
    if stand.place:
        parts.append(gettext("position %(place)d") % {"place": stand.place})
    if stand.total is not None:
        parts.append(gettext("%(points)s points") % {"points": number_format(stand.total, 2)})
    return ", ".join(map(str, parts))


@admin.register(Ranking)
class RankingAdmin(LedgerAdmin):
    """Versions as they were published."""

    change_form_template = "admin/enrollment/published.html"
    list_display = ["edition", "version", "published_at", "published_by", "reason"]
    list_filter = ["call__cohort"]
    ordering = ["-published_at", "-id"]
    fields = readonly_fields = ["call", "version", "published_at", "published_by", "reason", "digest"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("call__cohort", "published_by").defer("inputs")

    def has_view_permission(self, request, obj=None):
        """Points of somebody excluded, then taken in again, stay closed to a member who has yet to judge."""
        blind = obj is not None and is_blind_in(obj.call.cohort, request.user)
        return super().has_view_permission(request, obj) and not blind

    def get_urls(self):
        view = self.admin_site.admin_view(self.file_view)
        return [
            path("<int:pk>/ranking.<str:kind>", view, name="enrollment_ranking_file"),
            *super().get_urls(),
        ]

    def file_view(self, request, pk, kind):
        """A version to carry away: CSV, XLSX, or the minutes as PDF."""
        if kind not in FILES:
            raise Http404
        ranking = get_object_or_404(
            Ranking.objects.select_related("call__cohort__programme", "published_by"), pk=pk
        )
        if not self.has_view_permission(request, ranking):
            raise PermissionDenied
        make, content_type = FILES[kind]
        name = exports.name_of_file(ranking, kind)
        return HttpResponse(
            make(ranking),
            content_type=content_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["groups"] = grouped(exports.entries(obj))
        context["seats"] = obj.inputs["seats"]
        context["kinds"] = list(FILES)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    @admin.display(description=_("edition"), ordering="call__cohort__code")
    def edition(self, ranking) -> str:
        return str(ranking.call.cohort)
