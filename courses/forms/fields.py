"""Fields that every room uses: somebody with an account, a spreadsheet, files."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from django import forms
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.files import LARGEST_FILE, PAPERS, SUFFIXES, Fault, Upload, clean_name, judge
from courses.reasons import Reason, Refused
from courses.tables import LARGEST, ROWS, Table, Unreadable, read, refuse

SENTENCES = {
    Unreadable.EMPTY: _("The file is empty."),
    Unreadable.TOO_LARGE: _("The file is larger than %(megabytes)s MB."),
    Unreadable.TOO_MANY_ROWS: _("The file has more than %(rows)s rows."),
    Unreadable.TOO_MANY_COLUMNS: _("Line %(line)s: there are more than %(columns)s columns."),
    Unreadable.TOO_LONG: _("Line %(line)s, column %(column)s: more than %(longest)s characters."),
    Unreadable.NO_TABLE: _("This is not a spreadsheet we can read. Save it as XLSX or CSV."),
    Unreadable.OLD_EXCEL: _("This is a file of an Excel before 2007. Save it as XLSX or CSV."),
    Unreadable.ENCODING: _(
        "It is not certain which letters are meant. Save the file as XLSX or as CSV UTF-8."
    ),
    Unreadable.DELIMITER: _("It is not certain what separates the columns. Save the file as XLSX."),
    Unreadable.QUOTES: _("Line %(line)s: a quotation mark is not where it belongs."),
    Unreadable.RAGGED: _("Line %(line)s, column %(column)s: it has more or fewer cells than the first line."),
    Unreadable.NAMELESS: _("Line %(line)s, column %(column)s: the column has no name."),
    Unreadable.TWICE: _("Line %(line)s: there are two columns named %(column)s."),
    Unreadable.SHEETS: _("Several sheets are filled: keep the one to be read."),
    Unreadable.FORMULA: _("Line %(line)s, column %(column)s: a formula without a value. Paste its value."),
    Unreadable.ERROR: _("Line %(line)s, column %(column)s: the cell holds an error (%(cell)s)."),
    Unreadable.LETTERS: _("Line %(line)s, column %(column)s: the cell holds broken letters."),
    Unreadable.SHORTENED: _(
        "Line %(line)s, column %(column)s: Excel has shortened a number (%(cell)s). Format the cell as text."
    ),
    Unreadable.DAY: _("“%(cell)s” is not a day such as 31/12/1985."),
}


def sentence_of(reason: Reason) -> str:
    """A reason of `courses.tables` in the reader's language."""
    facts: defaultdict[str, object] = defaultdict(lambda: "?", reason.facts)
    return SENTENCES[Unreadable(reason.code)] % facts


def read_table(name: str, content: bytes, *, most: int = ROWS) -> Table:
    """The table in a file; ValidationError with every reason against it."""
    try:
        return read(name, content, most=most)
    except Refused as refused:
        raise forms.ValidationError([sentence_of(reason) for reason in refused.reasons]) from refused


class PersonField(forms.ModelChoiceField):
    """Somebody with an account, named by the e-mail address: no list of everybody is needed."""

    widget = forms.EmailInput
    default_error_messages = {
        "invalid_choice": _("Nobody has an account with this address. Add the person first.")
    }

    def __init__(self, **options):
        super().__init__(get_user_model().objects.all(), to_field_name="email", **options)

    def prepare_value(self, value):
        """The address, of a person or of a key."""
        if isinstance(value, int):
            value = get_user_model().objects.filter(pk=value).first()
        return super().prepare_value(value)

    def to_python(self, value):
        """An address is found in whatever case it is typed."""
        return super().to_python(value.strip().lower() if isinstance(value, str) else value)


class TableField(forms.FileField):
    """A spreadsheet; the cleaned file has its `table` and its `bytes`."""

    widget = forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"})

    def __init__(self, *, most: int = ROWS, **options):
        self.most = most
        super().__init__(**options)

    def clean(self, data, initial=None):
        """Read it, unless it is too large to be."""
        file = super().clean(data, initial)
        if file is not None:
            if file.size > LARGEST:
                [reason] = refuse(Unreadable.TOO_LARGE, megabytes=LARGEST // 1024**2).reasons
                raise forms.ValidationError(sentence_of(reason))
            file.bytes = file.read()
            file.table = read_table(file.name, file.bytes, most=self.most)
        return file


class SeveralFiles(forms.ClearableFileInput):
    """An input that takes more than one."""

    template_name = "django/forms/widgets/file.html"
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files of these `kinds`, each an `Upload`; `faults` says why one is not taken.

    `kept` has the good ones, also beside bad ones.
    """

    widget = SeveralFiles

    def __init__(
        self,
        *,
        faults: Mapping[Fault, str | Promise],
        kinds: Collection[str] = PAPERS,
        largest: int = LARGEST_FILE,
        **options,
    ):
        self.kinds, self.largest, self.faults = kinds, largest, faults
        self.kept: list[Upload] = []
        super().__init__(**options)

    def widget_attrs(self, widget) -> dict:
        """What a browser offers."""
        suffixes = [suffix for kind in self.kinds for suffix in SUFFIXES[kind]]
        return super().widget_attrs(widget) | {"accept": ",".join([*suffixes, *self.kinds])}

    def clean(self, data, initial=None) -> list[Upload]:
        """Those sent; ValidationError naming each that is not taken, and why."""
        sent = data if isinstance(data, list) else [data] if data else []
        judged = [self.read(file) for file in sent]
        self.kept = [upload for upload in judged if isinstance(upload, Upload)]
        if faults := [fault for fault in judged if isinstance(fault, forms.ValidationError)]:
            raise forms.ValidationError(faults)
        if self.required and not judged:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return self.kept

    def read(self, file: UploadedFile) -> Upload | forms.ValidationError:
        """What is in `file`, or why it is not taken."""
        content = file.read()
        kind = judge(content, self.kinds, self.largest)
        if isinstance(kind, Fault):
            return forms.ValidationError(str(self.faults[kind]), params={"name": file.name})
        return Upload(clean_name(file.name or "", kind), kind, content)
