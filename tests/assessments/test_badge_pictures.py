"""A badge travels in its picture: what was baked in comes out, here and elsewhere, and the picture stays."""

from xml.etree import ElementTree

import png
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from openbadgeslib import baking as elsewhere

from assessments.badges.baking import baked_png, baked_svg, read_png, read_svg
from assessments.badges.drawing import drawn
from tests import badges

WORDS = {"it": "Certificato", "en": "Certificate"}
LINE = "SMTC-2022-1"
PNG, SVG = (drawn(WORDS["it"], LINE, "it", form) for form in ("png", "svg"))
JWS = badges.badge(badges.ED25519)
TEXTS = st.from_regex(r"[\w-]+\.[\w-]+\.[\w-]+", fullmatch=True, alphabet=st.characters(codec="ascii"))


def pixels(picture: bytes):
    width, height, rows, _ = png.Reader(bytes=picture).asRGBA8()
    return width, height, [bytes(row) for row in rows]


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_picture_is_the_same_each_time_and_speaks_both_languages(language):
    for form in ("png", "svg"):
        picture = drawn(WORDS[language], LINE, language, form)
        assert picture == drawn(WORDS[language], LINE, language, form)
        assert language == "it" or picture not in (PNG, SVG)
    width, height, rows = pixels(drawn(WORDS[language], LINE, language, "png"))
    assert (width, height, rows[0][:4]) == (600, 600, b"\0\0\0\0")  # nothing around the hexagon


def test_words_are_words_and_never_markup():
    assert drawn('#panic("x") $1$', "*2022*", "it", "svg")


def test_a_baked_png_is_the_same_picture_and_gives_the_badge_back():
    baked = baked_png(PNG, JWS)
    assert pixels(baked) == pixels(PNG)
    assert elsewhere.extract_png(baked, keyword=elsewhere.ITXT_KEYWORD_OB3) == JWS == read_png(baked)


def test_a_baked_svg_is_the_same_drawing_and_gives_the_badge_back():
    baked = baked_svg(SVG, JWS)
    assert elsewhere.extract_svg(baked, element=elsewhere.SVG_ELEMENT_OB3) == JWS == read_svg(baked)
    before, after = ElementTree.fromstring(SVG), ElementTree.fromstring(baked)
    assert after[0].tag == "{https://purl.imsglobal.org/ob/v3p0}credential"
    after.remove(after[0])
    assert ElementTree.tostring(after) == ElementTree.tostring(before)


def test_what_was_baked_verifies():
    world = badges.published(badges.ED25519)
    for baked in (read_png(baked_png(PNG, JWS)), read_svg(baked_svg(SVG, JWS))):
        with time_machine.travel(badges.AT):
            assert badges.checked(baked, world).id == badges.AWARD.id


@given(TEXTS)
def test_any_signed_text_comes_out_as_it_went_in(text):
    assert read_png(baked_png(PNG, text)) == read_svg(baked_svg(SVG, text)) == text


def test_an_svg_of_another_hand_holds_a_badge_too():
    written = (
        b"""<?xml version='1.0'?>\n<svg a='1 > 0'\n xmlns="http://www.w3.org/2000/svg"><path d=""/></svg>"""
    )
    assert read_svg(baked_svg(written, JWS)) == JWS


def test_a_picture_without_a_badge_has_none():
    assert read_png(PNG) is read_svg(SVG) is None


def test_a_picture_holds_one_badge_only():
    with pytest.raises(ValueError, match="already"):
        baked_png(baked_png(PNG, JWS), JWS)
    with pytest.raises(ValueError, match="already"):
        baked_svg(baked_svg(SVG, JWS), JWS)


@pytest.mark.parametrize("text", ["", "a.b", 'a.b.c" onload="x', "a.b.c\n", "à.b.c"])
def test_what_is_no_signed_text_is_not_baked(text):
    with pytest.raises(ValueError, match="JWS"):
        baked_png(PNG, text)
    with pytest.raises(ValueError, match="JWS"):
        baked_svg(SVG, text)


@pytest.mark.parametrize("written", [b"", b"<svg", b"<svg/>", b"<p/>", b"<!DOCTYPE svg><svg></svg>"])
def test_what_is_no_drawing_is_refused(written):
    with pytest.raises(ValueError, match=r"no XML|no SVG|DOCTYPE"):
        baked_svg(written, JWS)


@given(st.binary(max_size=64), st.integers(0, 200))
def test_whatever_is_uploaded_is_read_or_refused(tail, cut):
    for read, picture in ((read_png, baked_png(PNG, JWS)), (read_svg, baked_svg(SVG, JWS))):
        try:
            found = read(picture[:cut] + tail)
        except ValueError:
            continue
        assert found is None or found in JWS
