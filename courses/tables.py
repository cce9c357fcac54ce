"""Spreadsheets: read from whatever an Italian Excel saves, written so that it opens them unchanged.

`read` takes CSV in UTF-8, UTF-16 or Windows-1252, with `;`, `,` or tabs, and XLSX. It gives text, or
says with line and column why it cannot: where two readings are possible it refuses. What is written
holds no formula, and a telephone number stays as it is.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import islice, zip_longest
from typing import Any
from zipfile import ZipFile

from courses.reasons import Reason, Refused
from courses.workdays import ROME

LARGEST = 5 * 1024 * 1024  # bytes, of the file
LARGEST_UNPACKED = 4 * LARGEST  # bytes, of an XLSX: more cells than this hold are no table of ours
ROWS = 2_000
COLUMNS = 60
LONGEST = 5_000  # characters in one cell
LINES = 20_000  # blank ones included
WIDEST = 60  # characters, of a column we write
TRUTH = {True: "VERO", False: "FALSO"}


class Unreadable(StrEnum):
    """Why a file, or a cell of it, cannot be read."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_LONG = "too_long"
    NO_TABLE = "no_table"
    OLD_EXCEL = "old_excel"
    ENCODING = "encoding"
    DELIMITER = "delimiter"
    QUOTES = "quotes"
    RAGGED = "ragged"
    NAMELESS = "nameless"
    TWICE = "twice"
    SHEETS = "sheets"
    FORMULA = "formula"
    ERROR = "error"
    LETTERS = "letters"
    SHORTENED = "shortened"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `line` as a spreadsheet program numbers it, `cells` the text under each column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds, without blank rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def refuse(code: Unreadable, **facts: object) -> Refused:
    """The refusal for `code`; `line` counts from 1, `column` is a name or, without one, a letter."""
    return Refused(Reason(code, facts))


# Reading.

BOMS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
XLSX = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
DELIMITERS = ";,\t"
SAID = re.compile(r'"?sep=([;,\t|])"?(\r\n|\r|\n)', re.IGNORECASE)
QUOTED = re.compile(r'"[^"]*"')

# Windows-1252 gives a letter to nearly every byte, so text of an old Macintosh reads as nonsense
# rather than as an error: CAFFÈ as CAFFé, Marìa as Mar“a, «qui» as ÇquiÈ. Beyond ASCII only what
# Italian texts hold is believed, and only where it may stand.
BELIEVED = frozenset("àáâäçèéêëìíîïñòóôöùúûüßÀÁÂÄÇÈÉÊÌÍÑÒÖÙÚÜ‘’“”«»–—…€£§°ªº·\u00a0")
MACINTOSH = re.compile(r"[A-Z]{2}[éíñô](?![a-z])|[a-z][ÀÇÈÉÌÒÙ]|Ò\w|\w“|”\w")
DECODED_TWICE = re.compile(r"[ÂÃ][\u0080-\u00bf]|â€")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ufffe\uffff\ud800-\udfff]")
SHORTENED = re.compile(r"[+-]?\d([.,]\d+)?E\+\d+", re.IGNORECASE)


def read(name: str, content: bytes, *, most: int = ROWS) -> Table:
    """The table in the file `content` that its owner calls `name`; `Refused` with the reasons.

    The first row that is not blank names the columns; more than `most` others are too many.
    """
    if len(content) > LARGEST:
        raise refuse(Unreadable.TOO_LARGE, megabytes=LARGEST // 1024**2)
    if not content.strip():
        raise refuse(Unreadable.EMPTY)
    if content.startswith(OLD_EXCEL):
        raise refuse(Unreadable.OLD_EXCEL)
    lines = lines_of_xlsx(content) if content.startswith(XLSX) else lines_of_csv(name, content)
    return table_of(lines, most)


def table_of(lines: Iterable[Sequence[str]], most: int) -> Table:
    """Name the columns and judge every cell; stops at the first row too many."""
    columns: tuple[str, ...] = ()
    rows: list[Row] = []
    for number, raw in enumerate(lines, 1):
        if number > LINES:
            raise refuse(Unreadable.TOO_MANY_ROWS, rows=most)
        cells = without_blank_end([cell.strip() for cell in raw])
        if not cells:
            continue
        if len(cells) > COLUMNS:
            raise refuse(Unreadable.TOO_MANY_COLUMNS, line=number, columns=COLUMNS)
        if not columns:
            columns = named_columns(cells, number)
            continue
        if len(rows) == most:
            raise refuse(Unreadable.TOO_MANY_ROWS, rows=most)
        if len(cells) > len(columns):
            raise refuse(Unreadable.RAGGED, line=number, column=column_letter(len(columns) + 1))
        named = zip_longest(columns, cells, fillvalue="")
        rows.append(Row(number, {column: judged(cell, number, column) for column, cell in named}))
    if not columns:
        raise refuse(Unreadable.EMPTY)
    return Table(columns, tuple(rows))


def without_blank_end(cells: list[str]) -> list[str]:
    """Trailing empty cells are no cells."""
    while cells and not cells[-1]:
        cells.pop()
    return cells


def named_columns(cells: Sequence[str], line: int) -> tuple[str, ...]:
    """The names of the columns: each has one, and none has another's."""
    names: list[str] = []
    for position, cell in enumerate(cells, 1):
        name = judged(cell, line, column_letter(position))
        if not name:
            raise refuse(Unreadable.NAMELESS, line=line, column=column_letter(position))
        if name.casefold() in map(str.casefold, names):
            raise refuse(Unreadable.TWICE, line=line, column=name)
        names.append(name)
    return tuple(names)


def judged(cell: str, line: int, column: str) -> str:
    """The text of a cell as its author meant it, or a refusal where that cannot be known."""
    if len(cell) > LONGEST:
        raise refuse(Unreadable.TOO_LONG, line=line, column=column, longest=LONGEST)
    if CONTROL.search(cell) or DECODED_TWICE.search(cell):
        raise refuse(Unreadable.LETTERS, line=line, column=column)
    if SHORTENED.fullmatch(cell):
        raise refuse(Unreadable.SHORTENED, line=line, column=column, cell=cell)
    return unicodedata.normalize("NFC", cell.replace("\r\n", "\n").replace("\r", "\n"))


def lines_of_csv(name: str, content: bytes) -> Iterator[list[str]]:
    """The records of a text file. A first line such as `sep=;`, which Excel hides, is not counted."""
    text = decoded(name, content)
    if said := SAID.match(text):
        text = text[said.end() :]
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=said[1] if said else delimiter_of(text), strict=True)
    width = 0
    number = 0
    while True:
        number += 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            code = Unreadable.TOO_LONG if "field limit" in str(error) else Unreadable.QUOTES
            raise refuse(code, line=number, longest=LONGEST) from error
        if any(cell.strip() for cell in record):
            width = width or len(record)
            if len(record) < width:
                raise refuse(Unreadable.RAGGED, line=number, column=column_letter(len(record) + 1))
        yield [cell[1:] if PROTECTED.match(cell) else cell for cell in record]


def decoded(name: str, content: bytes) -> str:
    """The text of a file: by its mark, else UTF-8, else Windows-1252 as Italians write it."""
    coding = next((coding for mark, coding in BOMS.items() if content.startswith(mark)), "utf-8")
    try:
        return content.decode(coding)
    except UnicodeDecodeError as error:
        if coding != "utf-8":
            raise refuse(Unreadable.ENCODING, name=name) from error
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise refuse(Unreadable.ENCODING, name=name) from error
    if not BELIEVED.issuperset(letter for letter in text if letter > "\x7f") or MACINTOSH.search(text):
        raise refuse(Unreadable.ENCODING, name=name)
    return text


def delimiter_of(text: str) -> str:
    """The one delimiter in the first line that is not blank. Decimal commas are in the rows below it."""
    if text.lstrip().startswith("<") or "\0" in text:
        raise refuse(Unreadable.NO_TABLE)
    header = re.split(r"[\r\n]", QUOTED.sub("quoted", text).strip("\r\n "), maxsplit=1)[0]
    found = [delimiter for delimiter in DELIMITERS if delimiter in header]
    if len(found) > 1:
        raise refuse(Unreadable.DELIMITER)
    return found[0] if found else ";"


def lines_of_xlsx(content: bytes) -> Iterator[list[str]]:
    """The rows of the only sheet that is shown and holds something."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > LARGEST_UNPACKED:
            raise refuse(Unreadable.TOO_LARGE, megabytes=LARGEST // 1024**2)
        with warnings.catch_warnings():  # of what it does not read: colours, drop-down lists
            warnings.simplefilter("ignore")
            values = sheets_of(content, data_only=True)
            formulas = sheets_of(content, data_only=False)
            if len(values) != 1:
                raise refuse(Unreadable.SHEETS if values else Unreadable.EMPTY)
            pairs = zip(values[0].iter_rows(), formulas[0].iter_rows(), strict=True)
            for line, (row, written) in enumerate(pairs, 1):
                for position, (cell, source) in enumerate(zip(row, written, strict=True), 1):
                    if source.data_type == "f" and cell.value is None:
                        column = column_letter(position)
                        raise refuse(Unreadable.FORMULA, line=line, column=column)
                yield [text_of(cell, line, column_letter(n)) for n, cell in enumerate(row, 1)]
    except Refused:
        raise
    except Exception as error:  # whatever a broken or hostile archive provokes in the library
        raise refuse(Unreadable.NO_TABLE) from error


def sheets_of(content: bytes, *, data_only: bool) -> list[Any]:
    """The sheets that are shown and hold something, whatever size they say they have."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=data_only)
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    for sheet in shown:
        sheet.reset_dimensions()
    return [sheet for sheet in shown if any(row for row in islice(sheet.values, LINES))]


def column_letter(position: int) -> str:
    """What a spreadsheet calls its column, from 1: A, B … AA."""
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(position))


def text_of(cell: Any, line: int, column: str) -> str:
    """What a cell of a sheet says, in the spelling a person would have typed."""
    value = cell.value
    if cell.data_type == "e":
        raise refuse(Unreadable.ERROR, line=line, column=column, cell=str(value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return TRUTH[value]
    if isinstance(value, int) and set(cell.number_format or "") == {"0"}:
        return str(value).zfill(len(cell.number_format))  # a code with leading zeros
    if isinstance(value, float):
        return f"{value:.15g}".replace(".", ",").upper()
    return "" if value is None else str(value)


DAYS = (
    re.compile(r"(?P<day>[0-9]{1,2})([/.-])(?P<month>[0-9]{1,2})\2(?P<year>[0-9]{4})"),
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"),
)
SERIAL = re.compile(r"[1-9][0-9]{4}")
ORIGIN = date(1899, 12, 30)  # day 0 of Excel, counted so that its 29 February 1900 does no harm


def day_in(cell: str) -> date:
    """The day a cell names: 3/4/2022 is 3 April, also 2022-04-03 and Excel's own number 44654."""
    found = next(filter(None, (spelling.fullmatch(cell) for spelling in DAYS)), None)
    try:
        if found:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError as error:
        raise refuse(Unreadable.DAY, cell=cell[:40]) from error
    if SERIAL.fullmatch(cell):
        return ORIGIN + timedelta(days=int(cell))
    raise refuse(Unreadable.DAY, cell=cell[:40])


# Writing.

# What a spreadsheet program would take for a formula. A telephone number or a number is none.
FORMULA = re.compile(r"'*[=@\t\r＝＠＋－]|'*[+-](?![0-9][0-9 ]*([.,][0-9]+)?$)")
PROTECTED = re.compile(r"'+[=@\t\r＝＠＋－+-]")


def protected(text: str) -> str:
    """`text` as a spreadsheet program shows and does not compute it; `read` takes the mark away."""
    return f"'{text}" if FORMULA.match(text) else text


def local(value: object) -> object:
    """A moment on the wall clock in Italy; a text without what no spreadsheet holds."""
    if isinstance(value, datetime):
        return value.astimezone(ROME).replace(tzinfo=None)
    if value is None or isinstance(value, bool | int | float | Decimal | date):
        return value
    return CONTROL.sub("", str(value))


def spelled(value: object) -> str:
    """A value as Italians write it."""
    value = local(value)
    if isinstance(value, bool):
        return TRUTH[value]
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal | float):
        return str(value).replace(".", ",")
    return "" if value is None else protected(str(value))


def write_csv(columns: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """CSV that an Italian Excel opens with a double click: UTF-8 with its mark, `;`, CRLF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([spelled(column) for column in columns])
    writer.writerows([spelled(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(title: object, columns: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """XLSX with one sheet `title`; its first row stays in sight. Numbers and days stay what they are."""
    lines = [[local(value) for value in row] for row in rows]
    heads = [str(local(column)) for column in columns]
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", str(title)).strip(" '")[:31] or None)
    sheet.freeze_panes = "A2"
    for position, head in enumerate(heads):
        longest = max((len(str(line[position])) for line in lines), default=0)
        width = min(max(longest, len(head)) + 2, WIDEST)
        sheet.column_dimensions[column_letter(position + 1)].width = width
    sheet.append([cell_of(sheet, head, bold=True) for head in heads])
    for line in lines:
        sheet.append([cell_of(sheet, value) for value in line])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def cell_of(sheet: Any, value: object, *, bold: bool = False) -> Any:
    """A cell in which text is text, whatever it begins with, also when somebody edits it."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = bool(FORMULA.match(value))
    elif isinstance(value, datetime):
        cell.number_format = "dd/mm/yyyy hh:mm"
    elif isinstance(value, date):
        cell.number_format = "dd/mm/yyyy"
    if bold:
        cell.font = Font(bold=True)
    return cell
