"""The ZIP file of a bundle or receipt: `docs/formats/bundle-container.md`, "The ZIP file"."""

from __future__ import annotations

import re
import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

from tests.mini_verifier.encoding import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ZIP, MAX_TOTAL, MAX_MEMBER = 134_217_728, 268_435_456, 67_108_864
MAX_MEMBERS, MAX_RATIO, MAX_NAME, MAX_DEPTH = 20_000, 100, 120, 4
END = struct.Struct("<4s4H2IH")
CENTRAL = struct.Struct("<4s6H3I5H2I")
LOCAL = struct.Struct("<4s5H3I2H")
MIDNIGHT_OF_1980 = 0, 33
DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
PART = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")


class Header(NamedTuple):
    """What the local and the central header of a file both say."""

    needed: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    size: int
    name: bytes


def _demand(words: str, truth: object) -> None:
    if not truth:
        raise Refused("zip-malformed", words)


def read_archive(data: bytes) -> dict[str, bytes]:
    """Give every file of an archive, name → bytes, or refuse the whole."""
    _demand("too short or too long", END.size <= len(data) <= MAX_ZIP)
    mark, disk, disk_too, here, count, length, start, comment = END.unpack(data[-END.size :])
    sound = mark == b"PK\5\6" and disk == disk_too == comment == 0 and 0 < here == count
    _demand("the end record", sound and start + length == len(data) - END.size)
    _demand("too many files", count <= MAX_MEMBERS)
    headers, place = [], start
    for _ in range(count):
        header, at, place = _central(data, place)
        headers.append((header, at))
    _demand("the directory", place == start + length)
    _check_names([header.name for header, _ in headers])
    _check_sizes([header for header, _ in headers])
    members, place = {}, 0
    for header, at in headers:
        _demand("a gap", at == place)
        members[header.name.decode("ascii")], place = _member(data, place, header)
    _demand("bytes before the directory", place == start)
    return members


def _central(data: bytes, place: int) -> tuple[Header, int, int]:
    _demand("a directory entry", place + CENTRAL.size <= len(data))
    fields = CENTRAL.unpack_from(data, place)
    mark, made, needed, flags, method, time, date, crc, packed, size = fields[:10]
    name_length, extra, comment, disk, _, outside, at = fields[10:]
    end = place + CENTRAL.size + name_length
    header = Header(
        needed, flags, method, time, date, crc, packed, size, data[place + CENTRAL.size : end]
    )
    kind = outside >> 28 if made >> 8 == 3 else 0  # as Unix has it: a file, or nothing said
    regular = kind in (0, 8) and not outside & 0x10
    _demand("a directory entry", mark == b"PK\1\2" and extra == comment == disk == 0 and regular)
    _demand("its version or flags", needed & 0xFF <= 20 and not flags & ~0x0806)
    _demand("its method", method == 8 or (method == 0 and packed == size))
    return header, at, end


def _check_names(names: list[bytes]) -> None:
    texts = [name.decode("latin-1") for name in names]
    for text in texts:
        parts = text.split("/")
        sound = all(PART.fullmatch(part) and not DEVICE.fullmatch(part) for part in parts)
        _demand("a name", sound and len(text) <= MAX_NAME and len(parts) <= MAX_DEPTH)
    folded = {text.lower() for text in texts}
    _demand("a name twice", len(folded) == len(texts))
    folders = {
        "/".join(text.split("/")[:depth])
        for text in folded
        for depth in range(1, text.count("/") + 1)
    }
    _demand("a file that is a folder", not folders & folded)


def _check_sizes(headers: list[Header]) -> None:
    total = sum(header.size for header in headers)
    modest = all(
        header.size <= MAX_MEMBER and header.size <= MAX_RATIO * header.packed for header in headers
    )
    _demand("too large", total <= MAX_TOTAL and modest)


def _member(data: bytes, place: int, header: Header) -> tuple[bytes, int]:
    _demand("a local header", place + LOCAL.size <= len(data))
    mark, *said, name_length, extra = LOCAL.unpack_from(data, place)
    start = place + LOCAL.size + name_length
    local = Header._make([*said, data[place + LOCAL.size : start]])
    _demand("a local header", mark == b"PK\3\4" and extra == 0 and local == header)
    packed = data[start : start + header.packed]
    _demand("a file that is cut", len(packed) == header.packed)
    content = packed if header.method == 0 else _inflated(packed, header.size)
    _demand("a checksum", len(content) == header.size and zlib.crc32(content) == header.crc)
    return content, start + header.packed


def _inflated(packed: bytes, size: int) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = stream.decompress(packed, size + 1)
    except zlib.error:
        raise Refused("zip-malformed", "deflate") from None
    _demand("deflate", stream.eof and not stream.unused_data and not stream.unconsumed_tail)
    return content


def write_archive(members: Mapping[str, bytes]) -> bytes:
    """Write files in the one way of the document: sorted, stored, of 1 January 1980."""
    local, central = bytearray(), bytearray()
    for name, content in sorted(members.items()):
        size = len(content)
        said = (20, 0, 0, *MIDNIGHT_OF_1980, zlib.crc32(content), size, size, len(name), 0)
        more = (0, 0, 0, 0o100600 << 16, len(local))
        central += CENTRAL.pack(b"PK\1\2", 3 << 8 | 20, *said, *more) + name.encode()
        local += LOCAL.pack(b"PK\3\4", *said) + name.encode() + content
    count = len(members)
    end = END.pack(b"PK\5\6", 0, 0, count, count, len(central), len(local), 0)
    return bytes(local + central) + end
