"""What an applicant fills in, step by step. A draft may lack anything; what is there must be right."""

import re
from datetime import date

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.forms.files import TakesFiles
from enrollment.models import NEEDED, WRITTEN, Application
from enrollment.tax_code import read

EARLIEST_BIRTH = date(1900, 1, 1)
BOTH = _(
    "You have written a tax code and said that you have none. Leave this box empty, or delete the code above."
)
PHONE = re.compile(r"\+?[0-9(][0-9 ()./-]{4,28}")


class StepForm(forms.ModelForm):
    """One step of an application; without the `needed` fields a draft is kept but cannot be sent."""

    slug: str
    title: str | Promise

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.needed = name in NEEDED
            field.required = False
        for name in ("employer_kind", "region"):
            if name in self.fields:
                _blank, *choices = self.fields[name].choices
                self.fields[name].choices = [("", _("Choose…")), *choices]

    def written(self) -> dict[str, object]:
        """What can be kept of what was sent, by field: neither what is wrong nor what was left out."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name in WRITTEN
            and not self.fields[name].widget.value_omitted_from_data(self.data, self.files, name)
        }


class YouForm(StepForm):
    """Who applies. The tax code is asked for once and never shown again."""

    slug, title = "you", pgettext_lazy("step", "You")

    tax_code = forms.CharField(
        label=_("Tax code"),
        help_text=_("As on your health card. Once it is saved, only its last three characters are shown."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    class Meta:
        model = Application
        fields = ["born_on", "phone", "tax_code", "foreign", "special_needs"]
        widgets = {
            "born_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "bday"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
            "special_needs": forms.Textarea(attrs={"rows": 4}),
        }
        labels = {"special_needs": _("What you need in order to attend")}
        help_texts = {
            "phone": _("For the day of the interview, should something go wrong."),
            "special_needs": _(
                "Access, hearing, sight, diet, times. The office alone reads it, never the committee."
            ),
        }

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["tax_code"].needed = True
        self.initial["tax_code"] = ""

    def clean_born_on(self):
        """A day on which somebody who applies can have been born."""
        born_on = self.cleaned_data["born_on"]
        if born_on and not EARLIEST_BIRTH <= born_on < self.today:
            raise forms.ValidationError(_("This cannot be the date of your birth."))
        return born_on

    def clean_phone(self):
        """Digits, with whatever people put between them."""
        phone = self.cleaned_data["phone"]
        if phone and not PHONE.fullmatch(phone):
            raise forms.ValidationError(_("Write the number with digits, such as +39 011 090 0000."))
        return phone

    def clean_tax_code(self):
        """As it is kept: in capitals and without spaces."""
        typed = self.cleaned_data["tax_code"]
        if typed and read(typed) is None:
            raise forms.ValidationError(_("This is not an Italian tax code: one of its characters is wrong."))
        return typed and read(typed)

    def clean(self):
        """Nothing typed keeps the code there is; who has none says so, and then there is none.

        Of two answers that exclude each other, were the code right or wrong, neither is kept.
        """
        super().clean()
        if self.cleaned_data.get("foreign") and (self.data.get("tax_code") or "").strip():
            self.add_error("foreign", BOTH)
            self.cleaned_data.pop("tax_code", None)
        return self.cleaned_data

    def written(self):
        """Without the tax code where none was typed, unless the person has none."""
        written = super().written()
        if not written.get("tax_code") and not written.get("foreign"):
            written.pop("tax_code", None)
        return written


class WorkForm(StepForm):
    """What the person does. The employer may be empty: people in relocation."""

    slug, title = "work", pgettext_lazy("step", "Your work")

    nomination_code = forms.CharField(
        label=_("Code from your employer"),
        help_text=_("Only if your employer nominates you and has given you one, such as 12-7KQF-M2XW."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-by-hand": ""}),
    )

    class Meta:
        model = Application
        fields = [
            "employer",
            "employer_kind",
            "role",
            "sector",
            "region",
            "access",
            "employer_may_know",
        ]
        widgets = {
            "employer": forms.TextInput(attrs={"autocomplete": "organization"}),
            "role": forms.TextInput(attrs={"autocomplete": "organization-title"}),
            "sector": forms.RadioSelect,
            "access": forms.RadioSelect,
        }
        labels = {
            "region": _("Region where you work"),
            "access": _("How you would mostly attend"),
            "employer_may_know": _("My employer may know what became of my application"),
        }
        help_texts = {
            "employer": _("Leave empty if you are between two jobs."),
            "role": _("What you are responsible for, in a few words."),
            "employer_may_know": _(
                "Otherwise an employer that nominates you learns only that you applied and enrolled."
            ),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sector"].choices = Application.Sector.choices  # radio buttons: none is chosen yet
        self.fields["access"].needed = True  # one is always chosen
        if self.instance.nomination_id:
            del self.fields["nomination_code"]

    def clean(self):
        """Somebody without an employer says so in the kind; a kind still to be chosen is a gap, no error."""
        super().clean()
        if self.cleaned_data.get("employer_kind") == Application.EmployerKind.NONE and self.cleaned_data.get(
            "employer"
        ):
            self.add_error("employer_kind", _("You have named an employer: choose its kind."))
        return self.cleaned_data


class MotivationForm(TakesFiles, StepForm):
    """Why the person wants to take part, and the files the call asks for."""

    slug, title = "motivation", pgettext_lazy("step", "Motivation and files")

    class Meta:
        model = Application
        fields = ["motivation"]
        widgets = {"motivation": forms.Textarea(attrs={"rows": 10})}
        labels = {"motivation": _("Why you want to take part")}
        help_texts = {
            "motivation": _("What you do today and what you want to be able to do. Up to 3,000 characters."),
        }


class ReviewForm(forms.Form):
    """The last look before sending."""

    slug, title = "review", pgettext_lazy("step", "Review and send")

    privacy_read = forms.BooleanField(
        label=_("I have read the privacy notice"),
        error_messages={"required": _("Read the privacy notice and tick this box to send the application.")},
    )


STEPS = {form.slug: form for form in (YouForm, WorkForm, MotivationForm)}
