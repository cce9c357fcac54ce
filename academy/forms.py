"""What people tell us about themselves: on signing up, and later."""

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from academy.models import User
from academy.models.user import one_line


class SignUpForm(forms.Form):
    """What we ask beside what the sign-in library asks: address and, if wanted, a password."""

    name = forms.CharField(
        label=_("Name and surname"),
        max_length=150,
        validators=[one_line],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    privacy_read = forms.BooleanField(
        label=_("I have read the privacy notice"),
        error_messages={"required": _("Read the privacy notice and tick this box to go on.")},
    )
    field_order = ("name", "email", "password1", "privacy_read")

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by the library once the account is there: mails speak the language of the page."""
        user.name = self.cleaned_data["name"]
        user.language = get_language() or user.language
        user.consented_at = timezone.now()
        user.save(update_fields=["name", "language", "consented_at"])


class ProfileForm(forms.ModelForm):
    """Name and language; the address has its own page, because a new one must be confirmed."""

    class Meta:
        model = User
        fields = ["name", "language"]
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "language": forms.RadioSelect,
        }
