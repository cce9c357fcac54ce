"""What somebody leaves who wants to hear of the next call."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class InterestForm(forms.Form):
    """An address and the language to write in."""

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    language = forms.ChoiceField(
        label=_("Language of the mail"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )
