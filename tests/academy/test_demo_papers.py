"""Tax codes and files of the demo's people."""

from datetime import date

import pytest

from academy.demo import cast
from academy.demo.papers import NOWHERE, pdf, tax_code
from courses.files import clean_name, judge
from enrollment.tax_code import born_otherwise, read

EVERYBODY = cast.people(*"PXRYAU")


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: person.code)
def test_every_tax_code_is_right_and_of_a_place_that_is_nowhere(person):
    code = tax_code(person)
    assert read(code) == code
    assert code[11:15] == NOWHERE
    assert not born_otherwise(code, person.born)


def test_no_two_people_share_one():
    assert len({tax_code(person) for person in EVERYBODY}) == len({person.name for person in EVERYBODY})


def test_a_code_changed_because_two_would_share_it_ends_in_letters_and_is_as_good():
    person = EVERYBODY[0]
    code, changed = tax_code(person), tax_code(person, omocodia=True)
    assert (code[:14], code[14], changed[14]) == (changed[:14], "9", "V")
    assert read(changed) == changed != code


@pytest.mark.parametrize(
    ("name", "sex", "born", "beginning"),
    [
        ("Adelmo Arcavera", "M", date(1978, 3, 14), "RCVDLM78C14"),
        ("Celeste Zuccalà", "F", date(1979, 5, 19), "ZCCCST79E59"),
        ("Pia Tornavento", "F", date(1988, 3, 8), "TRNPIA88C48"),
        ("Ivano Lamporosso", "M", date(1985, 9, 1), "LMPVNI85P01"),
    ],
)
def test_letters_come_from_the_names_and_the_day_of_women_is_forty_more(name, sex, born, beginning):
    [person] = [one for one in EVERYBODY if one.name == name]
    assert (person.sex, person.born) == (sex, born)
    assert tax_code(person).startswith(beginning + NOWHERE)


def test_a_file_is_a_pdf_of_some_hundred_bytes_that_the_portal_takes():
    content = pdf("Curriculum", "Celeste Zuccalà", "R&S (prototipi)")
    assert judge(content) == "application/pdf"
    assert len(content) < 1000
    assert b"(Celeste Zuccal\xe0)" in content
    assert b"(R&S \\(prototipi\\))" in content
    assert clean_name("Curriculum Celeste Zuccalà.pdf", "application/pdf") == "Curriculum Celeste Zuccalà.pdf"


def test_its_table_says_where_each_object_begins():
    content = pdf("Curriculum")
    start = int(content.split(b"startxref\n")[1].split(b"\n")[0])
    assert content[start:].startswith(b"xref\n")
    places = [int(line[:10]) for line in content[start:].split(b"\n")[3:] if line.endswith(b" n ")]
    assert [content[place:].split(b" obj")[0] for place in places] == [
        b"%d 0" % number for number in range(1, len(places) + 1)
    ]
