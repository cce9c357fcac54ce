"""What a member of the committee fills in."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import ngettext_lazy

from enrollment.models import Criterion, Evaluation

POINTS = ngettext_lazy("From 0 to %(maximum)d point.", "From 0 to %(maximum)d points.", "maximum")


class PointsField(forms.IntegerField):
    """A number every sheet needs in the end; a draft may still leave it out."""

    def __init__(self, *, draft: bool, **kwargs):
        super().__init__(**kwargs)
        self.draft = draft

    def validate(self, value):
        if value is not None or not self.draft:
            super().validate(value)


class ScoreSheetForm(forms.Form):
    """Points for each criterion, in fields named by its key, and a remark; `signing` wants them all.

    Whatever else is sent is ignored.
    """

    def __init__(
        self, *args, criteria: Sequence[Criterion], sheet: Evaluation | None, signing: bool = False, **kwargs
    ):
        super().__init__(*args, **kwargs)
        given = points_in(sheet)
        self.names = {f"points-{criterion.pk}": criterion.pk for criterion in criteria}
        for (name, key), criterion in zip(self.names.items(), criteria, strict=True):
            self.fields[name] = PointsField(
                draft=not signing,
                label=criterion.title,
                min_value=0,
                max_value=criterion.maximum,
                initial=given.get(key),
                help_text=POINTS % {"maximum": criterion.maximum},
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )
        self.fields["remark"] = forms.fields_for_model(Evaluation, ["remark"])["remark"]
        self.initial.setdefault("remark", sheet.remark if sheet else "")

    @property
    def points(self) -> dict[int, int | None]:
        """What was given, by the key of the criterion; None where nothing was."""
        return {key: self.cleaned_data[name] for name, key in self.names.items()}

    def differing_from(self, sheet: Evaluation) -> list[tuple[str, str]]:
        """What `sheet` says where something else was typed: each with its label."""
        given = points_in(sheet)
        saved = {name: given.get(key) for name, key in self.names.items()} | {"remark": sheet.remark}
        return [
            (str(self.fields[name].label), "–" if value in (None, "") else str(value))
            for name, value in saved.items()
            if value != self.cleaned_data[name]
        ]


def points_in(sheet: Evaluation | None) -> dict[int, int]:
    """What a sheet gives, by the key of the criterion."""
    return dict(sheet.points.values_list("criterion", "value")) if sheet else {}
