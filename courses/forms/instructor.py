"""What an instructor says: when not to be counted on, and yes or no."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Appointment, Availability


class AbsenceForm(forms.ModelForm):
    """When somebody cannot teach."""

    class Meta:
        model = Availability
        fields = ["starts_on", "ends_on", "weekday", "half", "note"]
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {"weekday": _("Leave empty for every day."), "half": _("Leave empty for the whole day.")}


class AnswerForm(forms.Form):
    """Yes or no to an appointment of these minutes, as the page showed them."""

    minutes = forms.IntegerField(min_value=0, max_value=32767)

    state = forms.ChoiceField(
        choices=[(state, state.label) for state in (Appointment.State.CONFIRMED, Appointment.State.DECLINED)]
    )
    note = forms.CharField(max_length=200, required=False)
