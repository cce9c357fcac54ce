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
ROWS = list(ROW.finditer(README))


def test_there_are_about_25_rules_and_no_row_is_left_out():
    table = README.split("## Where is the rule that…")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert len(rows) - 1 == len(ROWS) >= 25


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["rule"])
def test_a_rule_is_where_the_readme_says_and_its_proof_too(row):
    rule = (ROOT / row["file"]).read_text()
    named = rf'(def|class) {row["name"]}\b|"{row["name"]}"|^{row["name"]}\b'
    assert re.search(named, rule, re.MULTILINE)
    assert re.search(rf"^def {row['test']}\(", (ROOT / row["tests"]).read_text(), re.MULTILINE)


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_what_the_readme_links_is_there(target):
    assert (ROOT / target).exists()
