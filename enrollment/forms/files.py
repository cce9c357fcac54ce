"""Files people send: judged by what is in them, named so that the name hides nothing."""

from collections.abc import Iterable, Iterator

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.files import Fault, Upload
from courses.forms import FilesField
from enrollment.models import RequiredDocument

FAULTS = {
    Fault.EMPTY: _("%(name)s is empty."),
    Fault.TOO_LARGE: _("%(name)s is larger than 5 MB."),
    Fault.UNKNOWN: _("%(name)s is neither a PDF nor a JPEG or PNG picture, whatever its name says."),
    Fault.BROKEN: _("%(name)s is damaged or incomplete: open it on your device, save it again and retry."),
    Fault.AMBIGUOUS: _("%(name)s holds a second document behind the first: save it again and retry."),
}


class TakesFiles(forms.BaseForm):
    """A form with a field for the files of each of `documents`."""

    def __init__(self, *args, documents: Iterable[RequiredDocument], **kwargs):
        super().__init__(*args, **kwargs)
        self.documents = {f"document_{document.pk}": document for document in documents}
        for name, document in self.documents.items():
            self.fields[name] = field = FilesField(faults=FAULTS, label=document.title, required=False)
            field.needed = document.required

    def uploads(self) -> Iterator[tuple[RequiredDocument, Upload]]:
        """The files that can be kept, with what they are for; a bad one takes no good one with it."""
        for name, document in self.documents.items():
            for upload in self.fields[name].kept:
                yield document, upload


class DocumentsForm(TakesFiles, forms.Form):
    """Files for the documents the office asked for."""
