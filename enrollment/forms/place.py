"""The form of a participant who gives up the place."""

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.models import Enrollment


class LeaveForm(forms.Form):
    """Why, and that one means it. `way` is how one leaves: of the two only a withdrawal needs a reason."""

    way = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why you leave"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5})
    )
    sure = forms.BooleanField(
        label=_("I know that this cannot be undone"),
        error_messages={"required": _("Tick this box if you mean it: this cannot be undone.")},
    )

    def __init__(self, *args, way: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["way"] = way
        reason = self.fields["reason"]
        reason.required = way == Enrollment.State.WITHDRAWN
        reason.help_text = (
            _("A withdrawal is in writing: the office reads this.")
            if reason.required
            else _("If you like: the office reads it.")
        )
