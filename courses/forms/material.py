"""Materials: files and links added, replaced, published and withdrawn."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.files import SUFFIXES, Fault
from courses.models import LARGEST_MATERIAL, Cohort, Material, Module, Session

from .fields import FilesField

MATERIAL_FAULTS = {
    Fault.EMPTY: _("%(name)s is empty."),
    Fault.TOO_LARGE: _("%(name)s is larger than 20 MB: put it where large files live and add a link."),
    Fault.UNKNOWN: _(
        "%(name)s is not a PDF, a JPEG or PNG picture, or a document, sheet or presentation of Office or "
        "OpenDocument, whatever its name says."
    ),
    Fault.BROKEN: _("%(name)s is damaged or incomplete: open it on your device, save it again and retry."),
    Fault.AMBIGUOUS: _("%(name)s holds a second document behind the first: save it again and retry."),
    Fault.PROGRAM: _("%(name)s holds macros: save it without them and retry."),
}


def material_files(**options) -> FilesField:
    """A field for files that become materials."""
    return FilesField(faults=MATERIAL_FAULTS, kinds=SUFFIXES, largest=LARGEST_MATERIAL, **options)


def material_link(**options) -> forms.URLField:
    """A field for an address of the encrypted web."""
    return forms.URLField(
        label=_("Link"),
        max_length=500,
        assume_scheme="https",
        validators=[URLValidator(["https"], message=_("A link begins with https://."))],
        **options,
    )


class HourInput(forms.DateTimeInput):
    """A day and an hour, by the browser's own calendar where it has one."""

    input_type = "datetime-local"

    def __init__(self, **options):
        super().__init__(format="%Y-%m-%dT%H:%M", **options)


class Visible(models.TextChoices):
    """When participants see what is added."""

    NOW = "now", _("At once")
    HOUR = "hour", _("From an hour on")
    LATER = "later", _("Not yet: I publish it by hand")


class MaterialForm(forms.Form):
    """What is said of whatever is added: of which session it is, and from when it is seen."""

    session = forms.ModelChoiceField(
        Session.objects.none(), label=_("Session"), required=False, empty_label=_("The whole module")
    )
    visible = forms.ChoiceField(
        label=_("When participants see it"),
        choices=Visible,
        initial=Visible.LATER,
        widget=forms.RadioSelect,
    )
    hour = forms.DateTimeField(label=_("The hour"), required=False, widget=HourInput)

    def __init__(self, *args, cohort: Cohort, module: Module, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["session"].queryset = sessions_for_materials(cohort, module)

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("visible") == Visible.HOUR and not cleaned.get("hour") and "hour" not in self.errors:
            self.add_error("hour", _("Say from which hour on."))
        return cleaned

    def facts(self, at: datetime) -> dict[str, Any]:
        """What the action is told: the session, and from when it is seen, if that is known."""
        moments = {Visible.NOW: at, Visible.HOUR: self.cleaned_data["hour"]}
        return {
            "session": self.cleaned_data["session"],
            "published_at": moments.get(self.cleaned_data["visible"]),
        }


def sessions_for_materials(cohort: Cohort, module: Module):
    """Those a material of the module can be of, in order of time."""
    return Session.objects.filter(cohort=cohort, module=module).select_related("module")


class FilesForm(MaterialForm):
    """Files, each a material named after its file; a single one may be given titles."""

    uploads = material_files(label=_("Files"), help_text=_("You can choose several at once."))
    title_it = forms.CharField(
        label=_("Title in Italian"),
        max_length=200,
        required=False,
        help_text=_("For a single file. Without one, the name of the file."),
    )
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    field_order = ["uploads", "title_it", "title_en"]

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        if len(cleaned.get("uploads", [])) > 1 and (cleaned.get("title_it") or cleaned.get("title_en")):
            self.add_error("title_it", _("Several files cannot have one title: give them theirs afterwards."))
        return cleaned

    def materials(self) -> Iterator[dict[str, Any]]:
        """What the action is told of each file."""
        first, second = self.cleaned_data["title_it"], self.cleaned_data["title_en"]
        for upload in self.cleaned_data["uploads"]:
            stem = upload.name.rpartition(".")[0]
            yield {"upload": upload, "title_it": first or second or stem, "title_en": second or first or stem}


class LinkForm(MaterialForm):
    """A link with its titles."""

    link = material_link()
    title_it = forms.CharField(label=_("Title in Italian"), max_length=200)
    title_en = forms.CharField(label=_("Title in English"), max_length=200)
    field_order = ["link", "title_it", "title_en"]

    def materials(self) -> Iterator[dict[str, Any]]:
        """What the action is told of it."""
        yield {name: self.cleaned_data[name] for name in ("link", "title_it", "title_en")}


class ReplaceForm(forms.Form):
    """Another version: a file for a file, a link for a link."""

    note = forms.CharField(
        label=_("What is different"), max_length=200, required=False, help_text=_("Participants read it.")
    )
    field_order = ["upload", "link"]

    def __init__(self, *args, material: Material, **kwargs):
        super().__init__(*args, **kwargs)
        if material.kind == Material.Kind.FILE:
            self.fields["upload"] = material_files(label=_("New file"), widget=forms.FileInput)
        else:
            self.fields["link"] = material_link()
        self.order_fields(self.field_order)

    def clean_upload(self):
        """The one file there is."""
        [upload] = self.cleaned_data["upload"]
        return upload


class PublishForm(forms.Form):
    """From when it is seen."""

    published_at = forms.DateTimeField(
        label=_("Visible from"),
        required=False,
        widget=HourInput,
        help_text=_("Leave empty to publish it now."),
    )


class WithdrawForm(forms.Form):
    """Why it goes."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("For you and the office: participants no longer see the material."),
    )


class DetailsForm(forms.ModelForm):
    """How a material is called, of which session it is, and where it stands."""

    class Meta:
        model = Material
        fields = ["title_it", "title_en", "session", "position"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["session"].queryset = sessions_for_materials(self.instance.cohort, self.instance.module)
        self.fields["session"].empty_label = _("The whole module")
