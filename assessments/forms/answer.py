"""What the tutor or the office answers to what a participant sent in."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.models import AnswerState

ANSWERS = (AnswerState.ACCEPTED, AnswerState.REFUSED)


class AnswerForm(forms.Form):
    """`do` is the button; `seen` the state of the thing when the page was opened."""

    do = forms.ChoiceField(choices=[(one.value, one.label) for one in ANSWERS])
    seen = forms.ChoiceField(choices=AnswerState, widget=forms.HiddenInput)
    words = forms.CharField(
        label=pgettext_lazy("of the office", "Answer"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The participant reads it."),
    )

    def __init__(self, *args, wordless: bool, **kwargs):
        """`wordless`: a yes needs no words."""
        super().__init__(*args, **kwargs)
        self.fields["words"].required = not wordless

    def clean(self):
        """A no always says why."""
        cleaned = super().clean() or {}
        if cleaned.get("do") == AnswerState.REFUSED and "words" in cleaned and not cleaned["words"]:
            self.add_error("words", _("Say why: the participant reads it."))
        return cleaned
