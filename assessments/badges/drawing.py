"""The picture of a badge, drawn with Typst: the same words are the same bytes.

Letters become outlines, so the drawing looks the same where our font is not known. Whoever shows it says
beside it, as text, what it is.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from courses.paper import FONTS

LAYOUT = Path(__file__).with_suffix(".typ")
PIXELS_PER_INCH = 144.0  # 600 by 600


def drawn(title: str, line: str, language: str, form: Literal["png", "svg"]) -> bytes:
    """What is awarded, and below it of which edition."""
    import typst

    return typst.compile(
        str(LAYOUT),
        format=form,
        ppi=PIXELS_PER_INCH,
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"words": json.dumps({"title": title, "line": line, "language": language})},
    )
