"""Applicants in a spreadsheet: which column says what, and what each row would write."""

from collections.abc import Mapping
from datetime import date
from functools import cache

from django import forms
from django.contrib.auth import get_user_model
from django.utils.text import capfirst
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from courses.forms import TableField, sentence_of
from courses.reasons import Refused
from courses.tables import Row, Table, day_in
from enrollment.actions.importing import MOST, Entry, Verdict
from enrollment.models import WRITTEN, Application, Call

from .application import WorkForm, YouForm

LANGUAGES = ("it", "en")
PERSON = {
    "email": _("e-mail"),
    "name": _("name and surname"),
    "first_name": _("first name"),
    "surname": _("surname"),
}
FIELDS = forms.fields_for_model(Application, WRITTEN)
CHOICES = ("employer_kind", "sector", "region", "access")
BOXES = ("foreign", "employer_may_know")
YES, NO = {"sì", "si", "yes", "x", "vero", "true", "1"}, {"", "no", "falso", "false", "0"}


class ImportForm(forms.Form):
    """The file, the call its people apply to, and how far their applications go."""

    call = forms.ModelChoiceField(Call.objects.none(), label=_("Call"))
    table = TableField(label=_("Spreadsheet"), help_text=_("XLSX or CSV, one person in each row."))
    send = forms.TypedChoiceField(
        label=_("Applications"),
        coerce=lambda value: value == "send",
        choices=[
            ("draft", _("Left as drafts, which the applicants complete and send")),
            ("send", _("Sent at once, for people who have read the privacy notice on paper")),
        ],
        initial="draft",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, calls, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["call"].queryset = calls

    def clean_table(self):
        """Its columns are known and it is not too long."""
        file = self.cleaned_data["table"]
        columns_of(file.table)
        return file


class PersonForm(forms.Form):
    """Whose row it is, and why this person wants to take part."""

    email = forms.EmailField(max_length=254)
    name = forms.fields_for_model(get_user_model(), ["name"])["name"]
    motivation = forms.CharField(max_length=3000, required=False)


def folded(text: object) -> str:
    """How titles and choices are compared: Valle D'Aosta is Valle d’Aosta."""
    return " ".join(str(text).casefold().replace("'", "’").split())


@cache
def titles() -> Mapping[str, str]:
    """What a column may be called, in small letters, and the field it fills."""
    found = {name: name for name in (*PERSON, *WRITTEN)}
    for language in LANGUAGES:
        with override(language):
            found |= {folded(title): name for name, title in PERSON.items()}
            found |= {folded(field.label): name for name, field in FIELDS.items()}
    return found


@cache
def choices() -> Mapping[str, Mapping[str, str]]:
    """For each field with choices what a cell may say, in small letters, and the choice it makes."""
    found: dict[str, dict[str, str]] = {name: {} for name in CHOICES}
    for language in LANGUAGES:
        with override(language):
            for name in CHOICES:
                for value, label in made_of(name):
                    found[name] |= {folded(value): value, folded(label): value}
    return found


def made_of(name: str) -> list[tuple[str, str]]:
    """The choices of a field, without the empty one."""
    return [(value, label) for value, label in FIELDS[name].choices if value]


def heads() -> list[str]:
    """The columns of a spreadsheet to be filled in, in the reader's language."""
    written = [field.label for field in FIELDS.values()]
    return [capfirst(str(title)) for title in (PERSON["email"], PERSON["name"], *written)]


def columns_of(table: Table) -> dict[str, str]:
    """Each column's field; ValidationError for unknown or missing columns and for too many rows."""
    fields = {column: titles().get(folded(column), "") for column in table.columns}
    faults = [
        gettext("The column “%(column)s” is not known.") % {"column": column}
        for column, name in fields.items()
        if not name
    ]
    known = list(fields.values())
    if "email" not in known or not ("name" in known or {"first_name", "surname"} <= set(known)):
        faults.append(gettext("Each row needs an e-mail address and a name."))
    faults += [
        gettext("Two columns are “%(column)s”.") % {"column": column}
        for column, name in fields.items()
        if name and known.count(name) > 1
    ]
    if len(table.rows) > MOST:
        faults.append(gettext("At most %(most)d people are imported at once.") % {"most": MOST})
    if faults:
        raise forms.ValidationError(faults)
    return fields


def judge(table: Table, today: date) -> tuple[list[Entry], list[Verdict]]:
    """What each row would write, and the rows that cannot be taken."""
    columns = columns_of(table)
    entries: dict[str, Entry] = {}
    wrong: list[Verdict] = []
    for row in table.rows:
        verdict = judge_row(row, columns, today)
        if isinstance(verdict, Verdict):
            wrong.append(verdict)
        elif twin := entries.get(verdict.email):
            sentence = gettext("This person is already in line %(line)d.") % {"line": twin.line}
            column = column_of(columns, "email")
            wrong.append(Verdict(row.line, verdict.email, column=column, refusal=sentence))
        else:
            entries[verdict.email] = verdict
    return list(entries.values()), wrong


def judge_row(row: Row, columns: Mapping[str, str], today: date) -> Entry | Verdict:
    """The forms an applicant fills in judge the cells, too."""
    cells = {columns[column]: cell for column, cell in row.cells.items()}
    cells.setdefault("name", f"{cells.get('first_name', '')} {cells.get('surname', '')}".strip())

    def wrong(name: str, sentence: str) -> Verdict:
        column = column_of(columns, name)
        return Verdict(row.line, cells.get("email", ""), cells["name"], column=column, refusal=sentence)

    try:
        data = {name: value_of(name, cell) for name, cell in cells.items()}
    except UnknownCell as unknown:
        return wrong(unknown.name, unknown.sentence)
    person = PersonForm(data)
    steps = [YouForm(data, today=today), WorkForm(data)]
    for form in (person, *steps):
        for name, faults in form.errors.items():
            return wrong(name, " ".join(map(str, faults)))
    email, motivation = person.cleaned_data["email"], person.cleaned_data["motivation"]
    said = {name: value for form in steps for name, value in form.written().items()}
    written = {name: value for name, value in (said | {"motivation": motivation}).items() if name in data}
    return Entry(row.line, address_of(email), " ".join(person.cleaned_data["name"].split()), written)


class UnknownCell(Exception):
    """A cell that says none of what it may say."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name, self.sentence = name, sentence


def value_of(name: str, cell: str) -> str:
    """What the form's field expects for what the cell says."""
    if name in BOXES:
        if folded(cell) in YES:
            return "on"
        if folded(cell) in NO:
            return ""
        raise UnknownCell(name, gettext("Write yes or no."))
    if name in CHOICES and cell:
        if folded(cell) not in choices()[name]:
            labels = ", ".join(str(label) for _value, label in made_of(name))
            raise UnknownCell(name, gettext("Write one of these: %(labels)s.") % {"labels": labels})
        return choices()[name][folded(cell)]
    if name == "born_on" and cell:
        try:
            return day_in(cell).isoformat()
        except Refused as refused:
            raise UnknownCell(name, sentence_of(refused.reasons[0])) from refused
    return cell


def address_of(email: str) -> str:
    """The one spelling accounts keep of an address."""
    person = get_user_model()(email=email)
    person.clean()
    return person.email


def column_of(columns: Mapping[str, str], name: str) -> str:
    """What the file calls the column that fills a field."""
    return next((column for column, filled in columns.items() if filled == name), name)
