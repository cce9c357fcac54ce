"""Messages in other languages: from the .po files we write to the .mo files Python reads."""

from pathlib import Path

import polib
from django.utils.translation.reloader import translation_file_changed


def compile_messages(folder: Path) -> list[Path]:
    """Write each .mo in `folder` and below that is older than its .po; return those written.

    The process that does so speaks with the new words at once, also if it has spoken before.
    """
    written = []
    for source in sorted(folder.rglob("LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            draft = target.with_suffix(f".{source.stat().st_mtime_ns}")
            polib.pofile(str(source)).save_as_mofile(str(draft))
            draft.rename(target)
            translation_file_changed(None, target)
            written.append(target)
    return written
