"""Scores, their correction, and the ledger of every change."""

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.actions.scores import correct_score
from assessments.marking import Outcome, Result
from assessments.models import Score, ScoreEntry
from assessments.models.wording import as_typed, in_words
from courses.admin.office import LedgerAdmin, OfficeForm, RecordAdmin

PARTIES = ["enrollment__user", "enrollment__cohort", "test__module", "test__cohort"]
SEARCHED = ["enrollment__user__name", "enrollment__user__email", "test__module__code"]


class CorrectionForm(OfficeForm):
    """A published score may only be corrected, and only for a reason."""

    # A list: a number field would read "2_7" and Arabic digits as Python does.
    value = forms.TypedChoiceField(label=_("Mark"), coerce=int, empty_value=None, required=False)
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It goes into the ledger, which keeps who changed what, when and why."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.before = self.instance.result
        marks = [Result(Outcome.MARK, mark, scale=self.before.scale) for mark in self.before.range.marks]
        self.fields["value"].choices = [("", "–"), *((mark.value, in_words(mark)) for mark in marks)]
        self.now = as_typed(self.before)
        self.initial["seen"] = self.now

    def _get_validation_exclusions(self):
        """What a mark may be depends on the scale, which nobody types here."""
        return super()._get_validation_exclusions() - {"scale"}

    def clean(self):
        """A score is not overwritten by who has not seen it, nor somebody's correction of it."""
        cleaned = super().clean()
        if cleaned.get("seen") != self.now:
            sentence = _("The form did not show what the score is now: %(now)s. Save again to replace it.")
            self.add_error(None, sentence % {"now": self.now})
            self.data = self.data.copy()  # saved once more, it has been seen
            self.data["seen"] = self.now
        return cleaned


class SubjectAdmin:
    """The columns a score and a line of the ledger share."""

    @admin.display(description=_("participant"), ordering="enrollment__user__name")
    def participant(self, row) -> str:
        return str(row.enrollment.user)

    @admin.display(description=_("module"), ordering="test__module__code")
    def module(self, row) -> str:
        return row.test.module.code

    @admin.display(description=_("edition"), ordering="test__cohort__code")
    def edition(self, row) -> str:
        return row.test.cohort.code


@admin.register(Score)
class ScoreAdmin(SubjectAdmin, RecordAdmin):
    form = CorrectionForm
    list_display = ["participant", "module", "edition", "attempt", "result", "published_at"]
    list_filter = ["test__cohort", "test__module", "attempt", "outcome"]
    list_select_related = PARTIES
    search_fields = SEARCHED
    corrected = ("outcome", "value", "honours")
    typed = ("reason", "seen")
    fields = ["enrollment", "test", "attempt", "published_at", *corrected, *typed]
    readonly_fields = ["enrollment", "test", "attempt", "published_at"]

    def has_change_permission(self, request, obj=None):
        """A draft belongs to who teaches; once published the office corrects."""
        draft = obj is not None and obj.published_at is None
        return not draft and super().has_change_permission(request, obj)

    def get_fields(self, request, obj=None):
        able = self.has_change_permission(request, obj)
        return self.fields if able else [name for name in self.fields if name not in self.typed]

    def save_model(self, request, obj, form, change):
        """Who, when, old, new and why go into the ledger with it."""
        correct_score(
            score=obj,
            seen=form.before,
            result=obj.result,
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=timezone.now(),
        )

    @admin.display(description=_("score"), ordering="value")
    def result(self, score) -> str:
        return in_words(score.result)


@admin.register(ScoreEntry)
class ScoreEntryAdmin(SubjectAdmin, LedgerAdmin):
    list_display = [
        "at",
        "participant",
        "module",
        "edition",
        "attempt",
        "change",
        "before",
        "after",
        "by",
        "reason",
    ]
    list_filter = ["test__cohort", "test__module", "change"]
    list_select_related = [*PARTIES, "by"]
    search_fields = [*SEARCHED, "reason"]

    @admin.display(description=_("before"))
    def before(self, entry) -> str:
        return in_words(entry.before) if entry.before else "–"

    @admin.display(description=_("after"))
    def after(self, entry) -> str:
        return in_words(entry.after) if entry.after else "–"
