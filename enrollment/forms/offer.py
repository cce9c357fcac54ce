"""The form of somebody who has been offered a seat."""

from collections.abc import Iterable, Iterator

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _

from enrollment.models import Agreement


class AcceptForm(forms.Form):
    """A box for each agreement in force, none of them ticked before; those required need a yes."""

    def __init__(self, *args, agreements: Iterable[Agreement], **kwargs):
        super().__init__(*args, **kwargs)
        self.agreements = {self.name_of(agreement): agreement for agreement in agreements}
        for name, agreement in self.agreements.items():
            self.fields[name] = forms.BooleanField(
                label=_("I agree: %(title)s") % {"title": agreement.title},
                required=agreement.required,
                error_messages={"required": _("Without this agreement the place cannot be accepted.")},
            )

    @staticmethod
    def name_of(agreement: Agreement) -> str:
        """Names the version too: a box ticked beside an older text says nothing about a newer one."""
        return f"agreement-{agreement.pk}"

    @property
    def texts(self) -> Iterator[tuple[Agreement, BoundField]]:
        """Each agreement with its box."""
        return ((agreement, self[name]) for name, agreement in self.agreements.items())

    @property
    def answers(self) -> dict[int, bool]:
        """Yes or no to each agreement, by its key."""
        return {agreement.pk: self.cleaned_data[name] for name, agreement in self.agreements.items()}
