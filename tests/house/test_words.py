"""Every text has its Italian, and the two say the same."""

import re
from collections.abc import Iterator

import polib
import pytest
from django.conf import settings
from django.template import engines
from django.template.base import Template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

CATALOGUE = settings.LOCALE_PATHS[0] / "it" / "LC_MESSAGES" / "django.po"
ENTRIES = list(polib.pofile(str(CATALOGUE)))

# Names, and words that Italian took as they are.
SAME = {
    "Project work",
    "project work",
    "badge",
    "Badge",
    "Politecnico di Torino",
    "%(seconds).1f s",
    "Academy",
    "account",
    "Agenda",
    "file",
    "Home",
    "hub",
    "link",
    "Link",
    "mentor",
    "N.",
    "No",
    "online",
    "Online",
    "online: %(page)s",
    "Online:",
    "Passkey",
    "P",
    "Password",
    "Privacy",
    "R",
    "tutor",
    "Tutor",
}

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\w*\}")
TAG = re.compile(r"</?\w+|\w+=\"[^\"]*\"")


def italian(entry: polib.POEntry) -> list[str]:
    """One text, or one for each number."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def pairs() -> Iterator[tuple[str, str]]:
    """English and Italian, singular beside singular and plural beside plural."""
    for entry in ENTRIES:
        english = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
        yield from zip(english, italian(entry), strict=True)


def test_every_text_has_its_italian():
    assert ENTRIES
    assert [entry.msgid for entry in ENTRIES if not entry.translated() or entry.fuzzy] == []


@pytest.mark.parametrize("what", [PLACEHOLDER, TAG], ids=["placeholders", "tags"])
def test_what_is_filled_in_is_the_same_in_both_languages(what):
    different = [
        english for english, ours in pairs() if set(what.findall(english)) != set(what.findall(ours))
    ]

    assert different == []


def test_no_text_was_left_in_english():
    words = [(english, ours) for english, ours in pairs() if re.search(r"\w", PLACEHOLDER.sub("", english))]

    assert {english for english, ours in words if english == ours} == SAME


def test_apostrophes_are_typographic():
    assert [ours for _, ours in pairs() if re.search(r"\w'|'\w", TAG.sub("", ours))] == []


def ending(text: str) -> str:
    return text[-1:] if text.endswith(tuple(".:?!…,")) else ""


def test_a_text_begins_and_ends_as_its_english():
    """A capital or a full stop less, beside others, looks careless."""
    texts = list(pairs())

    assert [english for english, ours in texts if ending(english) != ending(ours)] == []
    words = [(english, ours) for english, ours in texts if english[0].isalpha() and ours[:1].isalpha()]
    assert [english for english, ours in words if english[0].isupper() != ours[0].isupper()] == []


def texts_of(template: Template) -> Iterator[tuple[str | None, str, str]]:
    """Context, English and its plural, of what a template says, as Django asks for them."""
    for node in template.nodelist.get_nodes_by_type((BlockTranslateNode, TranslateNode)):
        context = node.message_context.var if node.message_context else None
        if isinstance(node, BlockTranslateNode):
            plural = node.render_token_list(node.plural)[0] if node.plural else ""
            yield context, node.render_token_list(node.singular)[0], plural
        elif literal := node.filter_expression.var.literal:
            yield context, literal.replace("%", "%%"), ""


def test_the_extractor_misses_no_text_of_a_template():
    """It has eyes of its own: of `trimmed count …` it sees nothing, of `count … trimmed` all, and of
    a text used both counted and not only one of the two.
    """
    known = {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in ENTRIES}
    folder = settings.BASE_DIR / "templates"
    engine = engines["django"].engine
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*.*") if path.is_file()]
    unseen = {
        (name, text) for name in names for text in texts_of(engine.get_template(name)) if text not in known
    }

    assert names
    assert unseen == set()
