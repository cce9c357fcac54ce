from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder servers can run in: each start of pytest closes `tmp_path` to the user they run as."""
    with TemporaryDirectory(prefix="academy-") as name:
        yield Path(name).resolve()
