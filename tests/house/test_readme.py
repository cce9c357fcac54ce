"""The README points somewhere: every rule, every proof, every picture and every page it links."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
ROW = re.compile(
    r"^\| (?P<rule>[^|]+) \| `(?P<file>[^`]+)` `(?P<name>\w+)` "
    r"\| `(?P<tests>[^`]+)` `(?P<test>\w+)` \|$",
    re.MULTILINE,
)
    assert re.search(rf"^def {row['test']}\(", (ROOT / row["tests"]).read_text(), re.MULTILINE)


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_what_the_readme_links_is_there(target):
    assert (ROOT / target).exists()
