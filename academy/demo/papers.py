"""What the people of the demo hold in their hands: a tax code, and small files to attach."""

from stdnum.it import codicefiscale

from academy.demo import cast
from academy.demo.cast import Person

NOWHERE = "Z999"  # a place of birth that no register of places has
MONTHS = "ABCDEHLMPRST"
VOWELS = "AEIOU"
OMOCODIA = "LMNPQRSTUV"  # instead of 0 … 9, where two people would share a code


def tax_code(person: Person, *, omocodia: bool = False) -> str:
    """The code of `person`, born nowhere; changed in its last digit as if somebody else had the same."""
    *first, last = person.name.split()
    day = person.born.day + (40 if person.sex == "F" else 0)
    code = f"{_letters(last)}{_letters(''.join(first), given=True)}"
    code += f"{person.born:%y}{MONTHS[person.born.month - 1]}{day:02}{NOWHERE}"
    if omocodia:
        code = code[:-1] + OMOCODIA[int(code[-1])]
    return code + codicefiscale.calc_check_digit(code)


def _letters(name: str, *, given: bool = False) -> str:
    """Three letters: consonants, then vowels, then X; of four consonants of a given name not the second."""
    plain = [letter for letter in cast.plain(name).upper() if letter.isalpha()]
    consonants = [letter for letter in plain if letter not in VOWELS]
    if given and len(consonants) > 3:
        del consonants[1]
    vowels = [letter for letter in plain if letter in VOWELS]
    return "".join((*consonants, *vowels))[:3].ljust(3, "X")


def pdf(*lines: str) -> bytes:
    """A page of A4 with these lines, some hundred bytes."""
    escaped = (line.translate({ord(sign): f"\\{sign}" for sign in "\\()"}) for line in lines)
    text = "BT /F 12 Tf 60 780 Td 20 TL " + " ".join(f"({line}) '" for line in escaped) + " ET"
    stream = text.encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Font << /F 5 0 R >> >>",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(content))
    return content + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer
