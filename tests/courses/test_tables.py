"""Spreadsheets of every spelling: read right, or refused with line and column; written without harm."""

import csv
import io
import re
import time
import tracemalloc
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from courses import tables
from courses.reasons import Refused
from courses.tables import COLUMNS, LARGEST, LONGEST, ROWS, Unreadable, day_in, read, write_csv, write_xlsx

HEAD = ["Nome", "E-mail", "Telefono", "Citta", "Motivazione"]
PEOPLE = [
    HEAD,
    *(
        [
            f"Nicolò Dell’Àcqua {n}",
            f"n{n}@example.org",
            "+39 011 0907",
            "Forlì",
            "«Così», 27,5 €\nperché è più",
        ]
        for n in range(200)
    ),
]


def text(rows, delimiter=";", end="\r\n") -> str:
    """`rows` with every cell quoted that needs it."""

    def cell(value: str) -> str:
        special = any(letter in value for letter in f'{delimiter}"\n')
        return '"' + value.replace('"', '""') + '"' if special else value

    return "".join(delimiter.join(map(cell, row)) + end for row in rows)


def xlsx(*sheets) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def cells(table) -> list[list[str]]:
    return [list(table.columns), *(list(row.cells.values()) for row in table.rows)]


def reason(content: bytes | str, name="people.csv"):
    with pytest.raises(Refused) as refused:
        read(name, content.encode() if isinstance(content, str) else content)
    (reason,) = refused.value.reasons
    return reason.code, {key: value for key, value in reason.facts.items() if key in ("line", "column")}


SPELLINGS = {
    "UTF-8, comma": text(PEOPLE, ",").encode(),
    "UTF-8, semicolon": text(PEOPLE).encode(),
    "UTF-8 with its mark": text(PEOPLE).encode("utf-8-sig"),
    "UTF-16 with tabs, Excel's Unicode text": text(PEOPLE, "\t").encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + text(PEOPLE).encode("utf-16-be"),
    "Windows-1252": text(PEOPLE).encode("cp1252"),
    "a line that names the delimiter": ("sep=,\r\n" + text(PEOPLE, ",")).encode(),
    "lines that end as on an old Macintosh": text(PEOPLE, end="\r").encode(),
    "blank lines and trailing delimiters": (
        "\r\n" + text([*row, "", ""] for row in PEOPLE) + ";;\r\n\r\n"
    ).encode(),
    "every cell quoted": "\r\n".join(
        ";".join(f'"{cell}"' for cell in row) for row in PEOPLE
    ).encode(),
    "XLSX": xlsx(PEOPLE),
}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_gives_the_same_rows(spelling):
    assert cells(read("people", SPELLINGS[spelling])) == PEOPLE


def test_text_of_an_old_macintosh_is_refused_and_not_corrupted():
    for words in ("Nicolò", "Forlì", "CAFFÈ", "NICOLÒ", "«qui»", "l’orso", "20 €", "ecc…", "“Rossi”"):
        assert reason(f"Nome;Citta\r\n{words};Torino\r\n".encode("mac-roman")) == (Unreadable.ENCODING, {})


def test_control_without_the_doubt_an_old_macintosh_would_be_corrupted(monkeypatch):
    monkeypatch.setattr(tables, "BELIEVED", frozenset(map(chr, range(0x10000))))
    monkeypatch.setattr(tables, "MACINTOSH", re.compile(r"(?!)"))
    found = read("a.csv", "Nome;Citta\r\nCAFFÈ;Torino\r\n".encode("mac-roman"))
    assert found.rows[0].cells["Nome"] == "CAFFé"


@pytest.mark.parametrize("words", ["CITTà", "PIù", "José", "Zoë", "50 °C", "dell’anno", "“Città”"])
def test_what_italians_write_is_believed_in_windows_letters(words):
    assert read("a.csv", f"Nome;Citta\r\n{words};Torino\r\n".encode("cp1252")).rows[0].cells["Nome"] == words


def test_lines_are_counted_as_a_spreadsheet_program_does():
    table = read("a.csv", b'sep=;\r\nNome;Nota\r\nAda;"uno\r\ndue"\r\n\r\nBice;tre\r\n')
    assert [(row.line, row.cells["Nota"]) for row in table.rows] == [(2, "uno\ndue"), (4, "tre")]


@pytest.mark.parametrize(
    ("content", "answer"),
    {
        "nothing": ("", (Unreadable.EMPTY, {})),
        "blank lines": ("\r\n\r\n;;\r\n", (Unreadable.EMPTY, {})),
        "a web page called .xls": ("<html><table>", (Unreadable.NO_TABLE, {})),
        "Excel of before 2007": (b"\xd0\xcf\x11\xe0" + b"x" * 600, (Unreadable.OLD_EXCEL, {})),
        "a broken archive": (b"PK\x03\x04" + b"x" * 600, (Unreadable.NO_TABLE, {})),
        "UTF-16 without its mark": ("Nome;Nota\r\n".encode("utf-16-le"), (Unreadable.NO_TABLE, {})),
        "UTF-16 cut short": ("Nome;Nota".encode("utf-16")[:-1], (Unreadable.ENCODING, {})),
        "two delimiters": ("Cognome, nome;Nota\r\na;b\r\n", (Unreadable.DELIMITER, {})),
        "a quote left open": ('Nome;Nota\r\n"Ada;b\r\n', (Unreadable.QUOTES, {"line": 2})),
        "a cell too many": ("Nome;Nota\r\na;b;c\r\n", (Unreadable.RAGGED, {"line": 2, "column": "C"})),
        "a line broken in two": ("A;B;C\r\na\r\nb;c\r\n", (Unreadable.RAGGED, {"line": 2, "column": "B"})),
        "a column without a name": ("A;;C\r\na;b;c\r\n", (Unreadable.NAMELESS, {"line": 1, "column": "B"})),
        "a column twice": ("Nome;nome\r\na;b\r\n", (Unreadable.TWICE, {"line": 1, "column": "nome"})),
        "letters decoded twice": (
            "Nome;Nota\r\na;Forl\u00c3\u00ac\r\n",
            (Unreadable.LETTERS, {"line": 2, "column": "Nota"}),
        ),
        "a control character": ("A;B\r\na;b\x07\r\n", (Unreadable.LETTERS, {"line": 2, "column": "B"})),
        "a number Excel shortened": (
            "Nome;Telefono\r\nAda;3,93E+11\r\n",
            (Unreadable.SHORTENED, {"line": 2, "column": "Telefono"}),
        ),
    }.values(),
)
def test_what_cannot_be_read_for_certain_is_refused_with_its_place(content, answer):
    assert reason(content) == answer


def test_cells_of_a_sheet_are_spelled_as_a_person_would():
    typed = {
        "day": (date(2022, 4, 3), "2022-04-03"),
        "moment": (datetime.fromisoformat("2022-04-03 14:30"), "2022-04-03 14:30"),
        "decimal": (27.5, "27,5"),
        "whole": (28, "28"),
        "sum": (0.1 + 0.2, "0,3"),
        "truth": (True, "VERO"),
        "words": (" Ada ", "Ada"),
    }
    content = xlsx([list(typed), [value for value, _text in typed.values()]])
    assert dict(read("a.xlsx", content).rows[0].cells) == {key: text for key, (_v, text) in typed.items()}


def test_a_number_shown_with_leading_zeros_keeps_them():
    book = Workbook()
    book.active.append(["CAP"])
    book.active.append([128])
    book.active["A2"].number_format = "00000"
    file = io.BytesIO()
    book.save(file)
    assert read("a.xlsx", file.getvalue()).rows[0].cells == {"CAP": "00128"}


def test_a_formula_without_a_value_and_an_error_are_refused():
    assert reason(xlsx([["a", "b"], ["x", "=1+1"]])) == (Unreadable.FORMULA, {"line": 2, "column": "B"})
    assert reason(xlsx([["a", "b"], ["x", "#N/A"]])) == (Unreadable.ERROR, {"line": 2, "column": "B"})


def test_of_several_sheets_exactly_one_may_be_filled():
    assert cells(read("a.xlsx", xlsx([["a"], ["1"]], []))) == [["a"], ["1"]]
    assert reason(xlsx([["a"], ["1"]], [["b"]])) == (Unreadable.SHEETS, {})
    assert reason(xlsx([])) == (Unreadable.EMPTY, {})


def bomb(row: str, rows: int) -> bytes:
    """A sheet of `rows` times the XML `row`, in an archive that hides its size."""
    original = zipfile.ZipFile(io.BytesIO(xlsx([["a"]])))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in original.namelist():
            content = original.read(name)
            if name.endswith("sheet1.xml"):
                before, rest = content.split(b"<sheetData>")
                content = (
                    before
                    + b"<sheetData>"
                    + (row * rows).encode()
                    + b"</sheetData>"
                    + rest.split(b"</sheetData>")[1]
                )
            archive.writestr(name, content)
    return file.getvalue()


CELL = '<c t="inlineStr"><is><t>x</t></is></c>'
WIDE = '<row><c r="XFD1" t="n"><v>1</v></c></row>'
FAR = f'<row r="1">{CELL}</row><row r="2000000000">{CELL}</row>'
TOO_MUCH = {
    "200 MB": (lambda: b"a;b\r\n" * 40_000_000, Unreadable.TOO_LARGE),
    "a million rows": (lambda: b"a\r\n" + b"b\r\n" * 1_000_000, Unreadable.TOO_MANY_ROWS),
    "10,000 columns": (lambda: b";".join([b"c"] * 10_000), Unreadable.TOO_MANY_COLUMNS),
    "one field of 200 KB": (lambda: b"a;b\r\nx;" + b"y" * 200_000, Unreadable.TOO_LONG),
    "an archive of 500 MB": (lambda: bomb(f"<row>{CELL * 100}</row>", 125_000), Unreadable.TOO_LARGE),
    "100,000 rows of a sheet": (lambda: bomb(f"<row>{CELL}</row>", 100_000), Unreadable.TOO_MANY_ROWS),
    "a row numbered two thousand million": (lambda: bomb(FAR, 1), Unreadable.TOO_MANY_ROWS),
    "rows as wide as a sheet": (lambda: bomb(WIDE, 3_000), Unreadable.TOO_MANY_COLUMNS),
}


@pytest.mark.parametrize("much", TOO_MUCH)
def test_too_much_is_refused_at_once_and_without_much_memory(much):
    make, code = TOO_MUCH[much]
    content = make()
    tracemalloc.start()
    began = time.thread_time()
    found, _place = reason(content)
    seconds, (_now, peak) = time.thread_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == code
    assert seconds < 2
    assert peak < 100 * 1024**2


def test_the_limits_themselves_are_allowed_and_one_more_is_not():
    row = ";".join(f"c{n}" for n in range(COLUMNS)) + "\r\n"
    assert len(read("a", (row + row * ROWS).encode()).rows) == ROWS
    assert reason(row + row * (ROWS + 1)) == (Unreadable.TOO_MANY_ROWS, {})
    assert reason(row.replace("\r\n", ";one more\r\n"))[0] == Unreadable.TOO_MANY_COLUMNS
    assert read("a", b"a\r\n" + b"x" * LONGEST).rows[0].cells["a"] == "x" * LONGEST
    assert reason(b"a\r\n" + b"x" * (LONGEST + 1)) == (Unreadable.TOO_LONG, {"line": 2, "column": "a"})
    assert reason(b"a\r\n" + b"x" * (LARGEST - 3))[0] == Unreadable.TOO_LONG
    assert reason(b"a\r\n" + b"x" * (LARGEST - 2))[0] == Unreadable.TOO_LARGE


@pytest.mark.parametrize("cell", ["03/04/2022", "3/4/2022", "3.4.2022", "2022-04-03", "44654"])
def test_a_day_is_read_as_italians_mean_it(cell):
    assert day_in(cell) == date(2022, 4, 3)


@pytest.mark.parametrize(
    "cell", ["31/02/2022", "04/13/2022", "3/4/22", "٣/٤/٢٠٢٢", "2022-4-3", "3/4.2022", "", "4465", "446540"]
)
def test_what_is_no_day_for_certain_is_refused(cell):
    with pytest.raises(Refused):
        day_in(cell)


FORMULAS = [
    '=HYPERLINK("http://evil")',
    "+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "'=1",
]
HARMLESS = ["+39 011 0907", "-5,3", "Ada", "'quoted'", "a=b"]


NOON = datetime(2022, 4, 3, 12, tzinfo=UTC)


def test_csv_opens_in_an_italian_excel():
    columns = ["Nome", "Punti", "Giorno", "Ora"]
    content = write_csv(columns, [["Àda", Decimal("27.50"), NOON.date(), NOON], [None, 28, True, ""]])
    assert content == "\ufeff".encode() + (
        "Nome;Punti;Giorno;Ora\r\nÀda;27,50;03/04/2022;03/04/2022 14:00\r\n;28;VERO;\r\n".encode()
    )


def test_no_cell_of_csv_begins_as_a_formula_and_a_telephone_number_stays_as_it_is():
    content = write_csv(["Cella"], [[cell] for cell in FORMULAS + HARMLESS])
    _head, *written = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    assert written == [[f"'{cell}"] for cell in FORMULAS] + [[cell] for cell in HARMLESS]
    assert [row.cells["Cella"] for row in read("a.csv", content).rows] == [
        cell.strip() for cell in FORMULAS + HARMLESS
    ]


def test_control_without_the_mark_a_formula_would_be_one(monkeypatch):
    monkeypatch.setattr(tables, "FORMULA", re.compile(r"(?!)"))
    assert b"\r\n=1+1\r\n" in write_csv(["Cella"], [["=1+1"]])


def test_xlsx_holds_text_where_text_was_given():
    content = write_xlsx("Graduatoria: 2022/1", ["Cella"], [[cell] for cell in FORMULAS + HARMLESS])
    sheet = load_workbook(io.BytesIO(content)).active
    assert {cell.data_type for (cell,) in sheet.iter_rows()} == {"s"}
    marks = [cell.quotePrefix for (cell,) in sheet.iter_rows(min_row=2)]
    assert marks == [True] * len(FORMULAS) + [False] * len(HARMLESS)
    assert sheet.title == "Graduatoria  2022 1"


def test_xlsx_keeps_numbers_and_days():
    content = write_xlsx("a", ["n", "d", "t"], [[Decimal("27.50"), NOON.date(), NOON]])
    (row,) = load_workbook(io.BytesIO(content)).active.iter_rows(min_row=2, values_only=True)
    assert [str(cell) for cell in row] == ["27.5", "2022-04-03 00:00:00", "2022-04-03 14:00:00"]


LETTERS = st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), exclude_characters="\ufffd")
WORDS = st.text(LETTERS, max_size=20).map(lambda word: " ".join(word.split()))


@given(st.lists(st.tuples(WORDS.filter(bool), WORDS), max_size=5))
def test_what_is_written_is_read_again_or_refused_but_never_changed(rows):
    columns = ("Prima", "Seconda")
    for name, content in (("a.csv", write_csv(columns, rows)), ("a.xlsx", write_xlsx("a", columns, rows))):
        try:
            found = cells(read(name, content))
        except Refused:
            continue
        assert [[normalize("NFC", cell) for cell in row] for row in [columns, *rows]] == found
