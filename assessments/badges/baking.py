"""A signed badge inside a picture of it, PNG or SVG, as Open Badges 3.0 (5.3) bakes it."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from xml.parsers import expat

JWS = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
PLAIN = b"\0\0\0\0\0"  # end of the keyword, not compressed (two), no language, no translated keyword

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
ROOT = re.compile(rb"""<svg\b(?:[^>"'/]|"[^"]*"|'[^']*'|/(?!>))*>""")


def baked_png(png: bytes, jws: str) -> bytes:
    """The picture with the badge in a chunk right behind its header."""
    _refuse(read_png(png), jws)
    kind, content = b"iTXt", KEYWORD + PLAIN + jws.encode()
    chunk = struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    header = len(SIGNATURE) + 25
    return png[:header] + chunk + png[header:]


def read_png(png: bytes) -> str | None:
    """The badge in a picture; None where there is none. Whether it is genuine is for its signature to say."""
    for kind, content in _chunks(png):
        if kind == b"iTXt" and content.startswith(KEYWORD + PLAIN):
            return _badge(content.removeprefix(KEYWORD + PLAIN).decode("ascii", "replace"))
    return None


def baked_svg(svg: bytes, jws: str) -> bytes:
    """The drawing with the badge as its first element."""
    _refuse(read_svg(svg), jws)
    found = ROOT.search(svg)
    if not found:
        raise ValueError("no SVG that could hold anything")
    opened = found[0][:-1] + f' xmlns:openbadges="{NAMESPACE}">'.encode()
    badge = f'<openbadges:credential verify="{jws}"></openbadges:credential>'.encode()
    return svg[: found.start()] + opened + badge + svg[found.end() :]


def read_svg(svg: bytes) -> str | None:
    """The badge in a drawing; None where there is none. A drawing with a DOCTYPE may be a trap."""
    found: list[str] = []

    def see(name: str, attributes: dict[str, str]) -> None:
        if name == f"{NAMESPACE} credential":
            found.append(attributes.get("verify", ""))

    def refuse(*_: object) -> None:
        raise ValueError("a DOCTYPE")

    reader = expat.ParserCreate(namespace_separator=" ")
    reader.StartElementHandler = see
    reader.StartDoctypeDeclHandler = refuse
    try:
        reader.Parse(svg, True)
    except expat.ExpatError as error:
        raise ValueError("no XML") from error
    return _badge(found[0]) if found else None


def _badge(text: str) -> str | None:
    return text if JWS.fullmatch(text) else None


def _refuse(present: str | None, jws: str) -> None:
    if present is not None:
        raise ValueError("a badge is baked in already, and there may be one only")
    if not JWS.fullmatch(jws):
        raise ValueError("no compact JWS")


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not png.startswith(SIGNATURE + b"\0\0\0\rIHDR"):
        raise ValueError("no PNG")
    place = len(SIGNATURE)
    while place + 12 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        yield kind, png[place + 8 : place + 8 + length]
        place += 12 + length
