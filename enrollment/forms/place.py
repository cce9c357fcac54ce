"""The forms of a participant about the place: how one usually attends, and giving it up."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Hub
from enrollment.models import Enrollment

REMOTELY = "remotely"


class UsualPlaceForm(forms.Form):
    """In person at one of `hubs`, or remotely; `saved` says what is chosen: a mode and a hub, or None."""

    where = forms.ChoiceField(label=_("Where you usually attend"), widget=forms.RadioSelect)

    def __init__(self, *args, enrollment: Enrollment, hubs: Iterable[Hub], **kwargs):
        super().__init__(*args, **kwargs)
        self.prefix = f"place-{enrollment.pk}"
        self.hubs = {str(hub.pk): hub for hub in hubs}
        where = self.fields["where"]
        where.choices = [
            *((pk, _("in person, %(hub)s") % {"hub": hub}) for pk, hub in self.hubs.items()),
            (REMOTELY, _("remotely")),
        ]
        remote = enrollment.access == Enrollment.Access.REMOTE
        where.initial = REMOTELY if remote else str(enrollment.hub_id or enrollment.cohort.hub_id)

    @property
    def saved(self) -> tuple[str, Hub | None]:
        hub = self.hubs.get(self.cleaned_data["where"])
        return (Enrollment.Access.IN_PERSON if hub else Enrollment.Access.REMOTE), hub


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
