"""Small real files of each kind, as an applicant would send them."""

import struct
import zlib

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def a_png(width: int = 1, height: int = 1) -> bytes:
    """One grey point, or a picture that says it is of another size."""
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0),
        b"IDAT": zlib.compress(b"\0\x80"),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks.items()
    )


def a_jpeg(width: int = 1, height: int = 1, *, progressive: bool = False) -> bytes:
    """The segments of a photograph, with one or two scans of nonsense."""

    def segment(marker: int, data: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data

    scan = segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"\x12\xff\0\x34\xff\xd0\x56"
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\0"
    return b"".join(
        [
            b"\xff\xd8",
            segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
            segment(0xC2 if progressive else 0xC0, frame),
            scan * (2 if progressive else 1),
            b"\xff\xd9",
        ]
    )


PNG, JPEG = a_png(), a_jpeg()
