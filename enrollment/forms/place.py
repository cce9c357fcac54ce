"""The forms of a participant about the place: how one usually attends, and giving it up."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Hub
from enrollment.models import Enrollment

REMOTELY, ANYWHERE = "remotely", "anywhere"


class UsualPlaceForm(forms.Form):
    """In person wherever the session is, at one of `hubs`, or remotely.

    `saved` says what is chosen: a mode and a hub, or None for wherever it is.
    """

    where = forms.ChoiceField(label=_("Where you usually attend"), widget=forms.RadioSelect)

    def __init__(self, *args, enrollment: Enrollment, hubs: Iterable[Hub], **kwargs):
        super().__init__(*args, **kwargs)
        self.prefix = f"place-{enrollment.pk}"
        self.hubs = {str(hub.pk): hub for hub in hubs}
        where = self.fields["where"]
        where.choices = [
            (ANYWHERE, _("in person, wherever the session is held: in the main hub if it has a room there")),
            *((pk, _("in person, %(hub)s") % {"hub": hub}) for pk, hub in self.hubs.items()),
            (REMOTELY, _("remotely")),
        ]
        remote = enrollment.access == Enrollment.Access.REMOTE
        where.initial = REMOTELY if remote else str(enrollment.hub_id or ANYWHERE)
        if enrollment.access == Enrollment.Access.HYBRID:
            where.help_text = _(
                "You applied to attend sometimes in person, sometimes remotely: unless you choose, you are"
                " expected in person."
            )

    @property
    def saved(self) -> tuple[str, Hub | None]:
        where = self.cleaned_data["where"]
        access = Enrollment.Access.REMOTE if where == REMOTELY else Enrollment.Access.IN_PERSON
        return access, self.hubs.get(where)


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
