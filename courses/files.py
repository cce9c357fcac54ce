"""What a file is, judged by its content and never by its name.

Knows PDF, JPEG and PNG, and the documents, sheets and slides of Office since 2007 and OpenDocument.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto
from io import BytesIO
from zipfile import ZIP_STORED, BadZipFile, ZipFile

LARGEST_FILE = 5 * 1024 * 1024  # bytes
LONGEST_NAME = 120  # characters
PAPERS = {"application/pdf": (".pdf",), "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}
OOXML = "application/vnd.openxmlformats-officedocument."
OFFICE = {  # the part that makes it one
    f"{OOXML}wordprocessingml.document": ("word/document.xml", ".docx"),
    f"{OOXML}spreadsheetml.sheet": ("xl/workbook.xml", ".xlsx"),
    f"{OOXML}presentationml.presentation": ("ppt/presentation.xml", ".pptx"),
}
ODF = "application/vnd.oasis.opendocument."
OPEN = {f"{ODF}text": ".odt", f"{ODF}spreadsheet": ".ods", f"{ODF}presentation": ".odp"}
DOCUMENTS = {kind: (suffix,) for kind, (_part, suffix) in OFFICE.items()} | {
    kind: (suffix,) for kind, suffix in OPEN.items()
}
SUFFIXES = PAPERS | DOCUMENTS

PDF = re.compile(rb"%PDF-[12]\.\d")
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
# Telephones hang previews and films on a photograph; what must not hang there is another document,
# which would make one file two things to two programs. A ZIP is read from its end.
ANOTHER_DOCUMENT = re.compile(
    rb"%PDF-|PK\x05\x06|<\?php|<(?:!doctype|html|head|body|script|svg|iframe)\b", re.I
)
PACKED = b"PK\x03\x04"
END_OF_PACK = b"PK\x05\x06"  # 22 bytes, at the very end; the last two are the length of a comment
PROGRAMS = re.compile(r"(^|/)(vbaProject\.bin|Basic/|Scripts/)|\.(exe|dll|js|vbs|jar|ps1|bat)$", re.I)
MOST_PARTS = 10_000
MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)  # inside, FF is followed by 00 or a restart
END_OF_IMAGE, SCAN = 0xD9, 0xDA
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # their segment says height and width


class Fault(Enum):
    """Why a file is not taken."""

    EMPTY = auto()
    TOO_LARGE = auto()
    UNKNOWN = auto()  # none of the kinds
    BROKEN = auto()  # begins as one of them and does not hold together
    AMBIGUOUS = auto()  # another document hangs behind it
    PROGRAM = auto()  # macros


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that may be kept."""

    name: str
    content_type: str
    content: bytes


def judge(content: bytes, kinds: Collection[str] = PAPERS, largest: int = LARGEST_FILE) -> str | Fault:
    """The content type of `content`, one of `kinds`, or why it is not taken. `largest` is in bytes."""
    if not content:
        return Fault.EMPTY
    if len(content) > largest:
        return Fault.TOO_LARGE
    packed = content.startswith(PACKED) and any(kind in DOCUMENTS for kind in kinds)
    found = judge_pack(content) if packed else judge_paper(content)
    return found if isinstance(found, Fault) or found in kinds else Fault.UNKNOWN


def judge_paper(content: bytes) -> str | Fault:
    """A PDF or a picture."""
    if PDF.match(content):
        kind, end = "application/pdf", end_of_pdf(content)
    elif content.startswith(JPEG):
        kind, end = "image/jpeg", end_of_jpeg(content)
    elif content.startswith(PNG):
        kind, end = "image/png", end_of_png(content)
    else:
        return Fault.UNKNOWN
    if end is None:
        return Fault.BROKEN
    return Fault.AMBIGUOUS if ANOTHER_DOCUMENT.search(content, end) else kind


def judge_pack(content: bytes) -> str | Fault:
    """A document of an office program: parts in a ZIP, of which none is unpacked but a short label.

    The directory at its end must begin where it says, so nothing hangs before or behind it.
    """
    end = content[-22:]
    if end[:4] != END_OF_PACK or end[20:] != b"\0\0":
        return Fault.BROKEN
    size, begins = (int.from_bytes(end[place : place + 4], "little") for place in (12, 16))
    if begins + size != len(content) - 22:
        return Fault.AMBIGUOUS
    try:
        with ZipFile(BytesIO(content)) as pack:
            return kind_of_pack(pack)
    except (BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        return Fault.BROKEN


def kind_of_pack(pack: ZipFile) -> str | Fault:
    """By the parts it has."""
    parts = pack.namelist()
    if len(parts) > MOST_PARTS:
        return Fault.UNKNOWN
    label = pack.getinfo("mimetype") if parts[:1] == ["mimetype"] else None
    found = None
    if label and label.compress_type == ZIP_STORED and label.file_size < 100:
        found = next((kind for kind in OPEN if kind.encode() == pack.read(label)), None)
    elif "[Content_Types].xml" in parts:
        found = next((kind for kind, (part, _suffix) in OFFICE.items() if part in parts), None)
    if found is None:
        return Fault.UNKNOWN
    return Fault.PROGRAM if any(PROGRAMS.search(part) for part in parts) else found


def end_of_pdf(content: bytes) -> int | None:
    """Behind its last end-of-file mark."""
    mark = content.rfind(b"%%EOF")
    return None if mark < 0 else mark + 5


def end_of_png(content: bytes) -> int | None:
    """Behind its last chunk; every chunk must have its check sum, the first the size of the picture."""
    place = len(PNG)
    while place + 12 <= len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        name, after = content[place + 4 : place + 8], place + 12 + length
        said = content[after - 4 : after]
        if len(said) < 4 or zlib.crc32(content[place + 4 : after - 4]) != int.from_bytes(said, "big"):
            return None
        if (place == len(PNG)) != (name == b"IHDR"):
            return None
        if name == b"IHDR" and (length != 13 or not any(content[place + 8 : place + 12])):
            return None
        if name == b"IEND":
            return after
        place = after
    return None


def end_of_jpeg(content: bytes) -> int | None:
    """Behind its end-of-image mark, found segment by segment; a frame with a size must be among them."""
    place, sized = 2, False
    while found := MARKER.match(content, place):
        marker, place = found[1][0], found.end()
        if marker == END_OF_IMAGE:
            return place if sized else None
        length = int.from_bytes(content[place : place + 2], "big")
        sized |= marker in FRAMES and any(content[place + 3 : place + 7])
        place += max(length, 2)
        if marker == SCAN:
            after = AFTER_SCAN.search(content, place)
            place = after.start() if after else len(content)
    return None


def clean_name(name: str, content_type: str) -> str:
    """`name` fit to be shown and offered for saving: no folders, no controls, the ending of its kind.

    Invisible characters go, above all those that turn the direction of writing and so hide an ending.
    """
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(
        " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFC", last)
        if letter.isspace() or unicodedata.category(letter)[0] != "C"
    )
    stem = " ".join(visible.split()).lstrip(". ")
    suffixes = SUFFIXES[content_type]
    found = next((suffix for suffix in suffixes if stem.lower().endswith(suffix)), "")
    ending = stem[len(stem) - len(found) :] if found else suffixes[0]
    stem = stem[: len(stem) - len(found)][: LONGEST_NAME - len(ending)].rstrip(". ")
    return f"{stem or 'file'}{ending}"
