"""Papers are readable by a screen reader and by an archive, and nobody's words are read as markup."""

import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from re import DOTALL, findall, search

import pytest
import typst

from courses.paper import (
    FONTS,
    LAYOUT,
    STANDARDS,
    Data,
    Paper,
    Section,
    as_data,
    compile_paper,
    set_paper,
)

AT = datetime(2021, 12, 17, 8, tzinfo=UTC)
TABLE = Data(["N.", "Nome", "Totale"], [["1", "Ada Docente", "70,00"]], numbers=[0, 2], wide=[1])
PAPER = Paper(
    title="Verbale della commissione",
    subtitle="SMTC-2022-1",
    language="it",
    footer="Versione 1",
    sections=[Section("Graduatoria", ["Una frase."], [("Edizione", "SMTC-2022-1")], [TABLE])],
)


def streams(pdf: bytes) -> bytes:
    """All that is in it, unpacked; what ends in a carriage return loses it with the end of its line."""
    packed = findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, DOTALL)
    return pdf + b"".join(zlib.decompressobj().decompress(part) for part in packed if part[:1] == b"x")


def texts(paper: Paper, element: str) -> Iterator[str]:
    """What the elements of this kind say, as Typst has understood it."""
    found = typst.query(str(LAYOUT), element, font_paths=[str(FONTS)], sys_inputs=as_data(paper))
    todo = json.loads(found)
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            yield from [node["text"]] if node.get("func") == "text" else []
            todo += node.values()
        elif isinstance(node, list):
            todo += node


def named(name: str) -> Paper:
    rows = [["1", name, "70,00"]]
    return replace(PAPER, sections=[Section("Graduatoria", tables=[replace(TABLE, rows=rows)])])


def test_a_paper_says_that_it_keeps_both_standards_and_which_language_it_speaks():
    content = streams(set_paper(PAPER, AT))
    assert content.startswith(b"%PDF-1.7")
    assert search(rb"<pdfaid:part>2</pdfaid:part>", content)
    assert search(rb"<pdfaid:conformance>A</pdfaid:conformance>", content)
    assert search(rb"<pdfuaid:part>1</pdfuaid:part>", content)
    assert search(rb"/Lang ?\(it", content)
    assert b"Verbale della commissione" in content


def test_its_tables_have_heads_for_who_listens():
    content = streams(set_paper(PAPER, AT))
    assert len(findall(rb"/S ?/TH\b", content)) == len(TABLE.columns)


def test_a_paper_is_made_at_any_moment_of_a_second():
    assert set_paper(PAPER, AT.replace(microsecond=31)) == set_paper(PAPER, AT)


def test_the_same_paper_at_the_same_moment_is_the_same_bytes():
    assert set_paper(PAPER, AT) == set_paper(PAPER, AT)
    assert set_paper(PAPER, AT) != set_paper(PAPER, AT.replace(day=18))
    assert set_paper(PAPER, AT) != set_paper(replace(PAPER, language="en"), AT)


@pytest.mark.parametrize(
    "name",
    [
        "#panic()",
        '#read("/etc/passwd")',
        "$x^2$ *forte* _corsivo_ <a> @b",
        '"); #let x = 1 //',
        "#import sys: inputs",
        "\\u{41} ] } [ {",
    ],
)
def test_what_people_write_is_not_read_as_markup(name):
    assert name in set(texts(named(name), "table"))
    assert name in set(texts(replace(PAPER, title=name), "heading"))
    assert set_paper(named(name), AT)


def test_control_as_source_such_a_name_would_run():
    with pytest.raises(typst.TypstError, match="panicked"):
        typst.compile(b"#panic()")


@pytest.mark.parametrize("name", ["Ἀλέξανδρος", "Иван Петров", "محمد", "Łukasz Ḥusain"])
def test_names_in_other_letters_keep_the_standards(name):
    assert b"pdfuaid" in streams(compile_paper(named(name), AT, STANDARDS))


def test_a_name_in_letters_no_font_has_does_not_keep_a_paper_from_being_made():
    paper = named("王伟 😀")
    with pytest.raises(typst.TypstError):
        compile_paper(paper, AT, STANDARDS)
    assert set_paper(paper, AT).startswith(b"%PDF-1.7")
