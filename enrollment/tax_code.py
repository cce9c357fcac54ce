"""The Italian tax code (codice fiscale): whether it is one, and what may be shown of it.

It tells sex, date and place of birth, so pages show its last three characters only.
"""

from __future__ import annotations

from datetime import date

from stdnum.exceptions import ValidationError
from stdnum.it import codicefiscale

SHOWN = 3  # characters


def read(text: str) -> str | None:
    """The code as it is kept, from what was typed; None when its check letter or its date is wrong.

    Codes changed because two people would share one (omocodia) and temporary ones of 11 digits are
    as good.
    """
    try:
        return codicefiscale.validate(text)
    except ValidationError:
        return None


def masked(code: str) -> str:
    """Stars and the last three characters."""
    return "*" * (len(code) - SHOWN) + code[-SHOWN:]


def born_otherwise(code: str, born_on: date) -> bool:
    """Whether the code speaks of another date of birth; a temporary one speaks of none.

    A reason to look again, never to refuse: codes keep the date they were made with. Of the year the
    code has two digits.
    """
    if len(code) != 16:
        return False
    said = codicefiscale.get_birth_date(code)
    return (said.day, said.month, said.year % 100) != (born_on.day, born_on.month, born_on.year % 100)
