"""Reports of one session, 4 March 2027 from 14 to 18, as each platform writes them; all people are invented.

The layouts are those `assessments.layouts` describes. Manlio Quercetana drops out from 15:02 to 15:21.
"""

from pathlib import Path

FOLDER = Path(__file__).parent / "assessments" / "reports"


def report(name: str) -> bytes:
    """The bytes of an example."""
    return (FOLDER / f"{name}.csv").read_bytes()
