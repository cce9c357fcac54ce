"""What a person may change about the own account."""

from django import forms

from academy.models import User


class ProfileForm(forms.ModelForm):
    """Name and language; the address has its own page, because a new one must be confirmed."""

    class Meta:
        model = User
        fields = ["name", "language"]
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "language": forms.RadioSelect,
        }
