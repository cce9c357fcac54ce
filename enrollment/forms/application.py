"""Forms of people who apply."""

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.models import PROFILE_FIELDS, Application


class ApplicationForm(forms.ModelForm):
    """What an applicant writes; person, edition and state are never taken from it."""

    privacy_read = forms.BooleanField(
        label=_("I have read the privacy notice"),
        error_messages={"required": _("Read the privacy notice and tick this box to apply.")},
    )

    class Meta:
        model = Application
        fields = [*PROFILE_FIELDS, "motivation"]
        widgets = {
            "employer": forms.TextInput(attrs={"autocomplete": "organization"}),
            "role": forms.TextInput(attrs={"autocomplete": "organization-title"}),
            "sector": forms.RadioSelect,
            "access": forms.RadioSelect,
            "motivation": forms.Textarea(attrs={"rows": 8}),
        }
        labels = {
            "region": _("Region where you work"),
            "access": _("How you would mostly attend"),
            "motivation": _("Why you want to take part"),
        }
        help_texts = {
            "employer": _("Leave empty if you are between two jobs."),
            "role": _("What you are responsible for, in a few words."),
            "motivation": _("What you do today and what you want to be able to do. Up to 3,000 characters."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sector"].choices = Application.Sector.choices  # radio buttons: none is chosen yet
        for name in ("employer_kind", "region"):
            _blank, *choices = self.fields[name].choices
            self.fields[name].choices = [("", _("Choose…")), *choices]

    def clean(self):
        """Somebody without an employer says so in the kind, and the other way round."""
        super().clean()
        data = self.cleaned_data
        none = Application.EmployerKind.NONE
        kind, employer = data.get("employer_kind"), data.get("employer")
        if kind == none and employer:
            self.add_error("employer_kind", _("You have named an employer: choose its kind."))
        if kind and kind != none and not employer:
            self.add_error("employer", _("Name the employer, or choose “none at present” as its kind."))
        return data
