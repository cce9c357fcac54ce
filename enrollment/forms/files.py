"""Files people send: judged by what is in them, named so that the name hides nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from enrollment.files import Fault, clean_name, judge
from enrollment.models import RequiredDocument

FAULTS = {
    Fault.EMPTY: _("%(name)s is empty."),
    Fault.TOO_LARGE: _("%(name)s is larger than 5 MB."),
    Fault.UNKNOWN: _("%(name)s is neither a PDF nor a JPEG or PNG picture, whatever its name says."),
    Fault.BROKEN: _("%(name)s is damaged or incomplete: open it on your device, save it again and retry."),
    Fault.AMBIGUOUS: _("%(name)s holds a second document behind the first: save it again and retry."),
}
KINDS = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"


@dataclass(frozen=True)
class Upload:
    """A file that may be kept."""

    name: str
    content_type: str
    content: bytes


class SeveralFiles(forms.ClearableFileInput):
    """An input that takes more than one."""

    template_name = "django/forms/widgets/file.html"
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, each an `Upload` or why it is not taken."""

    widget = SeveralFiles

    def clean(self, data, initial=None) -> list[Upload | forms.ValidationError]:
        """Those sent, each judged by itself: a bad one takes no good one with it."""
        return [read(file) for file in data or []]


def read(file: UploadedFile) -> Upload | forms.ValidationError:
    """What is in `file`, or why it is not taken."""
    content = file.read()
    kind = judge(content)
    if isinstance(kind, Fault):
        return forms.ValidationError(FAULTS[kind], params={"name": file.name})
    return Upload(clean_name(file.name or "", kind), kind, content)


class TakesFiles(forms.BaseForm):
    """A form with a field for the files of each of `documents`."""

    def __init__(self, *args, documents: Iterable[RequiredDocument], **kwargs):
        super().__init__(*args, **kwargs)
        self.documents = {f"document_{document.pk}": document for document in documents}
        self.kept: dict[str, list[Upload]] = {}
        for name, document in self.documents.items():
            self.fields[name] = field = FilesField(label=document.title, required=False)
            field.needed = document.required
            field.widget.attrs["accept"] = KINDS

    def clean(self):
        """Put the files that can be kept apart from the faults of the others."""
        super().clean()
        for name in self.documents:
            judged = self.cleaned_data.get(name, [])
            self.kept[name] = [upload for upload in judged if isinstance(upload, Upload)]
            if faults := [fault for fault in judged if isinstance(fault, forms.ValidationError)]:
                self.add_error(name, faults)
        return self.cleaned_data

    def uploads(self) -> Iterator[tuple[RequiredDocument, Upload]]:
        """The files that can be kept, with what they are for."""
        for name, document in self.documents.items():
            for upload in self.kept.get(name, []):
                yield document, upload


class DocumentsForm(TakesFiles, forms.Form):
    """Files for the documents the office asked for."""
