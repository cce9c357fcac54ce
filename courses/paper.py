"""Papers for people and archives: PDF/A-2a and PDF/UA-1, set with Typst.

What people wrote reaches Typst as data (`sys_inputs`) and is never read as markup. The same paper at
the same moment is the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from fontpkg_titillium_web import ROOT

if TYPE_CHECKING:
    from typst import Fonts, PDFStandard

LAYOUT = Path(__file__).with_suffix(".typ")
FONTS = ROOT / "files"
STANDARDS: list[PDFStandard] = ["a-2a", "ua-1"]


@dataclass(frozen=True, slots=True)
class Data:
    """A table: its columns by name; `numbers` stand right, `wide` ones take the room that is left."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()
    wide: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """An address as a QR code, with the words that stand beside it and are read instead of it."""

    address: str
    words: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it; facts are pairs of a name and a value."""

    heading: str
    paragraphs: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    tables: Sequence[Data] = ()
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """What is to be set, in `language`; the `footer` stands on every page beside its number."""

    title: str
    subtitle: str
    language: str
    footer: str
    sections: Sequence[Section]
    landscape: bool = False


def set_paper(paper: Paper, at: datetime) -> bytes:
    """The PDF of `paper`, made at `at`."""
    return set_layout(LAYOUT, as_data(paper), at)


def set_layout(layout: Path, data: dict[str, str], at: datetime) -> bytes:
    """The PDF of what this layout makes of `data`.

    Where a name has letters none of the fonts has, it is a plain PDF: the standards allow no gaps.
    """
    from typst import TypstError

    try:
        return compile_layout(layout, data, at, STANDARDS)
    except TypstError:
        return compile_layout(layout, data, at, [])


def compile_paper(paper: Paper, at: datetime, standards: list[PDFStandard]) -> bytes:
    """The PDF after these standards; `typst.TypstError` where it cannot keep them."""
    return compile_layout(LAYOUT, as_data(paper), at, standards)


def compile_layout(layout: Path, data: dict[str, str], at: datetime, standards: list[PDFStandard]) -> bytes:
    """The same of any layout; it may import from folders beside its own."""
    import typst

    return typst.compile(
        str(layout),
        root=str(layout.parent.parent),
        format="pdf",
        font_paths=fonts(),
        ignore_system_fonts=True,
        sys_inputs=data,
        pdf_standards=standards,
        timestamp=at.astimezone(UTC).replace(microsecond=0),  # Typst takes whole seconds only
    )


@cache
def fonts() -> Fonts:
    """Ours and those Typst brings along, read once by a process that sets papers."""
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])


def as_data(paper: Paper) -> dict[str, str]:
    """The paper as the layout reads it."""
    data = asdict(paper)
    for section in data["sections"]:
        if section["code"]:
            section["code"]["image"] = as_squares(section["code"]["address"])
    return {"paper": json.dumps(data, ensure_ascii=False)}


@lru_cache(maxsize=8)  # several papers in a row lead to one address
def as_squares(address: str) -> str:
    """`address` as the SVG of a QR code, which a quarter of it may be missing from."""
    from qrcode import QRCode
    from qrcode.constants import ERROR_CORRECT_Q

    code = QRCode(error_correction=ERROR_CORRECT_Q)
    code.add_data(address)
    squares = code.get_matrix()
    drawn = "".join(
        f"M{x} {y}h1v1h-1z" for y, line in enumerate(squares) for x, dark in enumerate(line) if dark
    )
    side = len(squares)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{drawn}"/></svg>'
