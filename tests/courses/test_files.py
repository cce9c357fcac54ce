"""Files are what is in them: PDF, JPEG and PNG are taken, whatever they are called, and nothing else."""

import struct
import time
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.files import LARGEST_FILE, LONGEST_NAME, SUFFIXES, Fault, clean_name, judge
from tests.paperwork import JPEG, PDF, PNG, a_jpeg, a_png

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
ZIP = b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + bytes(18)
KINDS = {"application/pdf": PDF, "image/jpeg": JPEG, "image/png": PNG}


@pytest.mark.parametrize(("kind", "content"), KINDS.items())
def test_the_three_kinds_are_taken(kind, content):
    assert judge(content) == kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF + b"\r\n\0\0", "application/pdf"),
        (PDF + b"1 0 obj\nendobj\n%%EOF", "application/pdf"),  # changed after it was made
        (a_jpeg(progressive=True), "image/jpeg"),
        (JPEG + JPEG, "image/jpeg"),  # a telephone's preview
        (JPEG + b"\0\0\0\x18ftypmp42" + bytes(200), "image/jpeg"),  # a telephone's film
        (PNG + b"\0" * 64, "image/png"),
    ],
)
def test_what_telephones_and_offices_make_is_taken(content, kind):
    assert judge(content) == kind


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", Fault.EMPTY),
        (HTML, Fault.UNKNOWN),
        (SVG, Fault.UNKNOWN),
        (ZIP, Fault.UNKNOWN),
        (b"MZ\x90\0", Fault.UNKNOWN),
        (b"GIF89a" + bytes(20), Fault.UNKNOWN),
        (b"<html>" + PDF, Fault.UNKNOWN),
        (b"\n" + PDF, Fault.UNKNOWN),
        (b"\xef\xbb\xbf" + PNG, Fault.UNKNOWN),
        (b"%PDF-", Fault.UNKNOWN),
        (b"%PDF-x.y" + HTML, Fault.UNKNOWN),
        (PDF[:-7], Fault.BROKEN),
        (b"%PDF-1.4\n" + HTML, Fault.BROKEN),
        (PNG[:-1], Fault.BROKEN),
        (PNG[:8], Fault.BROKEN),
        (PNG[:8] + HTML, Fault.BROKEN),
        (PNG.replace(b"IHDR", b"IHDX"), Fault.BROKEN),
        (a_png(width=0, height=0), Fault.BROKEN),
        (JPEG[:-2], Fault.BROKEN),
        (JPEG[:3] + HTML, Fault.BROKEN),
        (JPEG[:2] + b"\xff\xd9", Fault.BROKEN),
        (a_jpeg(width=0, height=0), Fault.BROKEN),
        (PDF + HTML, Fault.AMBIGUOUS),
        (PNG + HTML, Fault.AMBIGUOUS),
        (JPEG + SVG, Fault.AMBIGUOUS),
        (JPEG + b"<?PHP phpinfo();", Fault.AMBIGUOUS),
        (PNG + ZIP, Fault.AMBIGUOUS),
        (JPEG + PDF, Fault.AMBIGUOUS),
        (PDF + bytes(LARGEST_FILE), Fault.TOO_LARGE),
    ],
)
def test_everything_else_is_refused_with_its_reason(content, fault):
    assert judge(content) is fault


@pytest.mark.parametrize("whole", KINDS.values())
def test_the_largest_file_is_taken_and_a_byte_more_is_not(whole):
    padded = whole + bytes(LARGEST_FILE - len(whole))
    assert judge(padded) == judge(whole)
    assert judge(padded + b"\0") is Fault.TOO_LARGE


@given(st.sampled_from([b"", b"%PDF-1.7", PNG[:8], JPEG[:3], PNG[:33], JPEG[:40]]), st.binary(max_size=300))
def test_no_content_breaks_the_judgement(beginning, rest):
    assert isinstance(judge(beginning + rest), str | Fault)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8" + b"\xff\xe0\0\2" * 1_000_000 + b"\xff\xd9",
        b"\xff\xd8" + b"\xff" * 4_000_000,
        PNG[:33] + (struct.pack(">I", 0) + b"tEXt" + struct.pack(">I", zlib.crc32(b"tEXt"))) * 300_000,
        PDF + b"<" * 4_000_000,
    ],
    ids=["segments", "padding", "chunks", "brackets"],
)
def test_five_megabytes_made_to_be_slow_are_judged_soon(content):
    began = time.process_time()
    judge(content)
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("name", "kind", "shown"),
    [
        ("cv.pdf", "application/pdf", "cv.pdf"),
        ("Curriculum di Zoë.PDF", "application/pdf", "Curriculum di Zoë.PDF"),
        ("../../settings.py", "application/pdf", "settings.py.pdf"),
        (r"C:\Documenti\cv.pdf", "application/pdf", "cv.pdf"),
        ("cv\0.pdf", "application/pdf", "cv.pdf"),
        ("cv.pdf\0.html", "application/pdf", "cv.pdf.html.pdf"),
        ("cv\u202efdp.exe", "application/pdf", "cvfdp.exe.pdf"),
        ("\u2066a\u200bb\u2069.png", "image/png", "ab.png"),
        ("foto.jpeg", "image/jpeg", "foto.jpeg"),
        ("foto.heic", "image/jpeg", "foto.heic.jpg"),
        ("a\r\nSet-Cookie: x=1.pdf", "application/pdf", "a Set-Cookie: x=1.pdf"),
        (".pdf", "application/pdf", "pdf.pdf"),
        ("...", "application/pdf", "file.pdf"),
        ("", "image/png", "file.png"),
        ("/", "image/png", "file.png"),
        ("Cafe\u0301.pdf", "application/pdf", "Café.pdf"),
        ("a" * 300 + ".pdf", "application/pdf", "a" * 116 + ".pdf"),
    ],
)
def test_a_name_hides_nothing(name, kind, shown):
    assert clean_name(name, kind) == shown


@given(st.text(max_size=400), st.sampled_from(sorted(KINDS)))
def test_every_name_becomes_one_that_can_be_shown(name, kind):
    shown = clean_name(name, kind)

    assert shown.isprintable()
    assert 5 <= len(shown) <= LONGEST_NAME
    assert not set(shown) & {"/", "\\"}
    assert not shown.startswith(".")
    assert clean_name(shown, kind) == shown


# Documents of office programs, where they are asked for.


def packed(parts: dict[str, bytes], compression: int = ZIP_DEFLATED) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w", compression) as pack:
        for name, data in parts.items():
            pack.writestr(name, data, ZIP_STORED if name == "mimetype" else compression)
    return content.getvalue()


TYPES = {"[Content_Types].xml": b"<Types/>"}
DOCX = packed(TYPES | {"word/document.xml": b"<w/>"})
ODT = packed({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<o/>"})
FOREIGN = DOCX[:-6] + (int.from_bytes(DOCX[-6:-2], "little") + 9).to_bytes(4, "little") + b"\0\0"


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (DOCX, ".docx"),
        (packed(TYPES | {"xl/workbook.xml": b""}), ".xlsx"),
        (packed(TYPES | {"ppt/presentation.xml": b""}), ".pptx"),
        (ODT, ".odt"),
        (packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), ".ods"),
        (packed({"mimetype": b"application/vnd.oasis.opendocument.presentation"}), ".odp"),
        (PDF, ".pdf"),
    ],
)
def test_documents_sheets_and_presentations_are_told_apart_by_their_parts(content, suffix):
    kind = judge(content, SUFFIXES)
    assert SUFFIXES[kind][0] == suffix
    assert clean_name("x", kind) == f"x{suffix}"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (packed({"a.txt": b""}), Fault.UNKNOWN),
        (packed({"word/document.xml": b""}), Fault.UNKNOWN),
        (packed({"mimetype": b"text/html", "content.xml": b""}), Fault.UNKNOWN),
        (packed({"content.xml": b"", "mimetype": b"application/vnd.oasis.opendocument.text"}), Fault.UNKNOWN),
        (packed(TYPES | {"word/document.xml": b"", "word/vbaProject.bin": b"x"}), Fault.PROGRAM),
        (packed(TYPES | {"word/document.xml": b"", "word/embeddings/a.exe": b"x"}), Fault.PROGRAM),
        (
            packed({"mimetype": b"application/vnd.oasis.opendocument.text", "Basic/Standard/a.xml": b""}),
            Fault.PROGRAM,
        ),
        (DOCX[:-1], Fault.BROKEN),
        (DOCX + HTML, Fault.BROKEN),
        (DOCX[:60] + HTML + DOCX[60:], Fault.AMBIGUOUS),
        (FOREIGN, Fault.AMBIGUOUS),
        (PDF + DOCX, Fault.AMBIGUOUS),
        (packed({f"{n}": b"" for n in range(10_001)} | TYPES), Fault.UNKNOWN),
    ],
)
def test_what_only_looks_like_one_is_refused_with_its_reason(content, fault):
    assert judge(content, SUFFIXES) is fault


def test_applicants_send_no_documents_of_office_programs():
    assert judge(DOCX) is Fault.UNKNOWN


@given(place=st.integers(0, len(DOCX) - 1), byte=st.integers(0, 255))
def test_a_pack_with_a_wrong_byte_is_judged_and_never_raises(place, byte):
    wrong = DOCX[:place] + bytes([byte]) + DOCX[place + 1 :]
    assert isinstance(judge(wrong, SUFFIXES), str | Fault)


def test_a_pack_that_would_unpack_to_a_thousand_times_its_size_is_not_unpacked():
    bomb = packed(TYPES | {"word/document.xml": bytes(200 * 1024**2)})
    started = time.perf_counter()
    assert judge(bomb, SUFFIXES).endswith("wordprocessingml.document")
    assert time.perf_counter() - started < 0.5
