"""What every page promises: nothing inline, nothing from elsewhere, and little of it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# A mail is another medium: its styles are put inline when it is written.
MAILS = {ROOT / "templates/academy/mail.html", *(ROOT / "templates").glob("*/notices/*.html")}
PAGES = sorted(set((ROOT / "templates").rglob("*.html")) - MAILS)
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
FIRST_VISIT = ["tokens", "base", "layouts", "components", "public", "print"]

REFUSED_BY_THE_POLICY = {
    "a style attribute": r"\sstyle\s*=",
    "a style element": r"<style\b",
    "an inline handler": r"<[^>]*\son[a-z]+\s*=",
    "an inline script": r"<script(?![^>]*\bsrc=)(?![^>]*application/json)",
    "a javascript: address": r"javascript:",
    "something fetched from elsewhere": r"(?:src|srcset|<link[^>]*href)\s*=\s*[\"'](?:https?:)?//",
}


COMMENT_OVER_LINES = r"\{#(?!.*#\})"  # Django prints it


def named(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_template_holds_nothing_the_content_policy_refuses(page):
    text = page.read_text()

    found = [what for what, pattern in REFUSED_BY_THE_POLICY.items() if re.search(pattern, text)]

    assert found == []


@pytest.mark.parametrize(
    ("what", "markup"),
    [
        ("a style attribute", '<p style="color: red">'),
        ("a style element", "<style>p { color: red }</style>"),
        ("an inline handler", '<button type="button" onclick="go()">'),
        ("an inline script", "<script>go()</script>"),
        ("a javascript: address", '<a href="javascript:go()">'),
        ("something fetched from elsewhere", '<link rel="stylesheet" href="https://fonts.example/a.css">'),
    ],
)
def test_the_guard_above_sees_what_it_should(what, markup):
    assert [name for name, pattern in REFUSED_BY_THE_POLICY.items() if re.search(pattern, markup)] == [what]


def test_no_comment_of_a_template_is_printed():
    templates = (ROOT / "templates").rglob("*.*")
    assert [named(one) for one in templates if re.search(COMMENT_OVER_LINES, one.read_text())] == []
    assert re.search(COMMENT_OVER_LINES, "{# one\n two #}")
    assert not re.search(COMMENT_OVER_LINES, "{# one #}\n")


@pytest.mark.parametrize("file", [*SHEETS, *SCRIPTS], ids=named)
def test_sheets_and_scripts_fetch_nothing_from_elsewhere(file):
    assert re.findall(r"@import|(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", file.read_text()) == []


def test_the_sheets_of_a_first_visit_weigh_at_most_25_kilobytes():
    weight = sum((ROOT / "static" / "css" / f"{name}.css").stat().st_size for name in FIRST_VISIT)

    assert weight <= 25_600


def test_every_colour_has_a_light_and_a_dark_form():
    tokens = (ROOT / "static" / "css" / "tokens.css").read_text()
    colours = re.findall(r"--([a-z-]+): (light-dark\(#\w+, #\w+\)|#\w+)", tokens)

    assert len(colours) > 20
    assert [name for name, value in colours if not value.startswith("light-dark")] == []
