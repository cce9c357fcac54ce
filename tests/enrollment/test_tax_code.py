"""The tax code: what is one, what may be shown of it, what it says of the day of birth."""

from datetime import date

import pytest

from enrollment.tax_code import born_otherwise, masked, read


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("RSSMRA85E17L219R", "RSSMRA85E17L219R"),
        (" rss mra 85e17-l219r ", "RSSMRA85E17L219R"),
        ("RSSMRA85E17L21VG", "RSSMRA85E17L21VG"),  # omocodia
        ("00743110157", "00743110157"),  # temporary, of eleven digits
        ("RSSMRA85E17L219A", None),  # another check letter
        ("RSSMRA85E17L219", None),
        ("RSSMRA85B30L219U", None),  # 30 February
        ("00743110158", None),
        ("RSSMRA85E17L219R\0", None),
        ("٠٠٧٤٣١١٠١٥٧", None),
        ("", None),
        ("R" * 10_000, None),
    ],
)
def test_a_tax_code_is_read_in_every_spelling_and_no_other_is_taken(typed, kept):
    assert read(typed) == kept


def test_three_characters_are_shown():
    assert masked("RSSMRA85E17L219R") == "*************19R"
    assert masked("00743110157") == "********157"
    assert masked("") == ""


@pytest.mark.parametrize(
    ("code", "born_on", "otherwise"),
    [
        ("RSSMRA85E17L219R", date(1985, 5, 17), False),
        ("RSSMRA85E17L219R", date(1985, 5, 18), True),
        ("RSSMRA85E57L219V", date(1985, 5, 17), False),  # of a woman: the day and 40
        ("RSSMRA05E17L219Z", date(1905, 5, 17), False),  # the code has two digits of the year
        ("00743110157", date(1985, 5, 17), False),
    ],
)
def test_another_day_of_birth_is_seen(code, born_on, otherwise):
    assert born_otherwise(code, born_on) is otherwise
