"""Messages in other languages: from the .po files we write to the .mo files Python reads."""

from pathlib import Path

import polib


def compile_messages(folder: Path) -> list[Path]:
    """Write each .mo in `folder` and below that is older than its .po; return those written."""
    written = []
    for source in sorted(folder.rglob("LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            draft = target.with_suffix(f".{source.stat().st_mtime_ns}")
            polib.pofile(str(source)).save_as_mofile(str(draft))
            draft.rename(target)
            written.append(target)
    return written
