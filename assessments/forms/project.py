"""What a team hands in, what a mentor notes, what an assessor judges."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.actions.panels import Said
from assessments.models import Deposit, MentorNote, PanelJudgement, RubricCriterion
from courses.forms.material import material_files, material_link


class HandInForm(forms.Form):
    """`replaces` is one of what the team has handed in for the milestone, if there is any."""

    replaces = forms.ModelChoiceField(
        Deposit.objects.none(),
        label=_("In place of"),
        required=False,
        empty_label=_("nothing: it is something new"),
        help_text=_("What is replaced stays recorded, with its number."),
    )

    def __init__(self, *args, present: Iterable[Deposit], **kwargs):
        super().__init__(*args, **kwargs)
        present = list(present)
        if present:
            field = self.fields["replaces"]
            field.queryset = Deposit.objects.filter(pk__in=[one.pk for one in present])
            field.choices = [("", field.empty_label), *((one.pk, one.name) for one in present)]
        else:
            del self.fields["replaces"]

    @property
    def replaced(self) -> Deposit | None:
        return self.cleaned_data.get("replaces")


class FilesForm(HandInForm):
    """One file or several; only a single one takes the place of another."""

    uploads = material_files(label=_("Files"), help_text=_("You can choose several at once."))
    field_order = ["uploads", "replaces"]

    def clean(self):
        super().clean()
        if len(self.cleaned_data.get("uploads", [])) > 1 and self.replaced:
            self.add_error("replaces", _("Several files cannot take the place of one: send it by itself."))
        return self.cleaned_data

    def parcels(self) -> list[dict]:
        """What the action is told of each."""
        return [{"upload": one, "replaces": self.replaced} for one in self.cleaned_data["uploads"]]


class LinkForm(HandInForm):
    """An address, and what is there."""

    link = material_link()
    name = forms.CharField(label=_("What is there"), max_length=120)
    field_order = ["link", "name", "replaces"]

    def parcels(self) -> list[dict]:
        """What the action is told of it."""
        told = {name: self.cleaned_data[name] for name in ("link", "name")}
        return [told | {"replaces": self.replaced}]


class NoteForm(forms.ModelForm):
    """What a mentor writes down."""

    class Meta:
        model = MentorNote
        fields = ["text", "for_team"]
        help_texts = {"for_team": _("Otherwise only the mentors of the project and the office read it.")}
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}


class JudgementForm(forms.Form):
    """A level and why for each criterion, and words on the whole; `giving` wants every criterion.

    Whatever else is sent is ignored.
    """

    def __init__(
        self,
        *args,
        criteria: Iterable[RubricCriterion],
        judgement: PanelJudgement | None,
        giving: bool = False,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.criteria = list(criteria)
        written = said_in(judgement)
        for criterion in self.criteria:
            known = written.get(criterion.pk, Said(None, ""))
            levels = sorted(criterion.levels.all(), key=lambda level: -level.value)
            self.fields[f"level-{criterion.pk}"] = forms.TypedChoiceField(
                label=_("Level"),
                choices=[(level.value, f"{level.value} – {level.text}") for level in levels],
                coerce=int,
                empty_value=None,
                required=giving,
                initial=known.level,
                widget=forms.RadioSelect,
            )
            self.fields[f"words-{criterion.pk}"] = forms.CharField(
                label=_("Why"),
                max_length=1000,
                required=giving,
                initial=known.words,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        for field in self.fields.values():
            field.needed = True  # in the end: a draft may leave it out
        self.fields["words"] = forms.fields_for_model(PanelJudgement, ["words"])["words"]
        self.fields["words"].widget.attrs["rows"] = 4
        self.initial.setdefault("words", judgement.words if judgement else "")

    @property
    def groups(self) -> list[tuple[RubricCriterion, forms.BoundField, forms.BoundField]]:
        """The criteria with their two fields."""
        return [(one, self[f"level-{one.pk}"], self[f"words-{one.pk}"]) for one in self.criteria]

    @property
    def said(self) -> dict[int, Said]:
        """What was judged, by the key of the criterion."""
        return {
            one.pk: Said(self.cleaned_data[f"level-{one.pk}"], self.cleaned_data[f"words-{one.pk}"])
            for one in self.criteria
        }

    def differing_from(self, judgement: PanelJudgement) -> list[tuple[str, str]]:
        """What `judgement` says where something else was typed."""
        kept = said_in(judgement)
        found = [
            (one.title, " · ".join(filter(None, [str(there.level or ""), there.words])) or "–")
            for one in self.criteria
            if self.said[one.pk] != (there := kept.get(one.pk, Said(None, "")))
        ]
        if self.cleaned_data["words"] != judgement.words:
            found.append((str(self.fields["words"].label), judgement.words or "–"))
        return found


def said_in(judgement: PanelJudgement | None) -> dict[int, Said]:
    """By the key of the criterion."""
    rows = judgement.criteria.all() if judgement else ()
    return {one.criterion_id: Said(one.level, one.words) for one in rows}
