"""A ZIP file as a transfer bundle holds it: a strict subset, read in memory.

Source: PKWARE APPNOTE 6.3.10 §4.3.7 (local file header), §4.3.12 (central
directory header), §4.3.16 (end of central directory record).

Two programs can read one ZIP file differently, because the format names every
member twice and may be found anywhere in a file.  Here the local headers
stand back to back from the first byte, the central directory repeats each of
them exactly, and the file ends with its end record.  So there is nothing
before, between or after that another reader could see and this one not.

Nothing is ever written to disk, and nothing is inflated before all sizes that
the file declares have been checked.
"""

from __future__ import annotations

import stat
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.errors import InputRefused, MalformedInput
from ledger.formats.file_names import is_plain_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

ZIP_BYTES_MAX = 128 * 1024 * 1024
MEMBERS_MAX = 20_000
MEMBER_BYTES_MAX = 64 * 1024 * 1024
TOTAL_BYTES_MAX = 256 * 1024 * 1024
RATIO_MAX = 100
"""Bytes that one compressed byte may become; judged for each member."""
NAME_LENGTH_MAX = 120
DEPTH_MAX = 4
"""Parts of a name: `anchor/tokens/first.tsr` has three."""

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"

_STORED, _DEFLATED = 0, 8
_VERSION_MAX = 20  # 2.0: deflate; anything newer is ZIP64, another method or encryption
_ENCRYPTED = 0x0001
_FLAGS_ALLOWED = 0x0806  # how hard deflate tried, and "names are UTF-8"; no data descriptor
_MADE_ON_UNIX = 3 << 8 | _VERSION_MAX
_REGULAR_FILE = (stat.S_IFREG | 0o600) << 16
_DOS_EPOCH_DATE = 0x0021  # 1 January 1980, the earliest date that the format has
_DOS_DIRECTORY = 0x10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """One row of the central directory: where its local header is and what it must say."""

    name: str
    flags: int
    method: int
    time_and_date: tuple[int, int]
    crc: int
    packed_size: int
    size: int
    attributes: int
    offset: int


def pack(members: Mapping[str, bytes]) -> bytes:
    """Write a ZIP file: the same members give the same bytes on every machine.

    Members are sorted by name, dated 1 January 1980 and stored uncompressed:
    deflate's output differs from one zlib to the next, and the length of a
    compressed text tells something about the text when it is then encrypted.

    Args:
        members: name → bytes; names as `check_names` allows.

    Raises:
        InputRefused: a limit of this module is passed, or a name is refused.
    """
    check_names(members)
    local, central = bytearray(), bytearray()
    for name, data in sorted(members.items()):
        _check_size(len(data), len(data))
        encoded = name.encode("ascii")
        facts = (0, _STORED, 0, _DOS_EPOCH_DATE, zlib.crc32(data), len(data), len(data))
        central += _CENTRAL.pack(
            _CENTRAL_MARK, _MADE_ON_UNIX, _VERSION_MAX, *facts, len(encoded),
            0, 0, 0, 0, _REGULAR_FILE, len(local),
        )  # fmt: skip
        central += encoded
        local += _LOCAL.pack(_LOCAL_MARK, _VERSION_MAX, *facts, len(encoded), 0) + encoded + data
    _check_total(len(data) for data in members.values())
    count = len(members)
    end = _END.pack(_END_MARK, 0, 0, count, count, len(central), len(local), 0)
    archive = bytes(local + central + end)
    _check_archive_size(archive)
    return archive


def archive_size(sizes: Mapping[str, int]) -> int:
    """Give the length in bytes of the file that `pack` writes for members of these sizes."""
    # Of each: both headers, its name in both, its bytes.
    each = _LOCAL.size + _CENTRAL.size
    return _END.size + sum(each + 2 * len(name) + size for name, size in sizes.items())


def unpack(data: bytes, *, allow: Callable[[str], bool] = lambda _: True) -> dict[str, bytes]:
    """Read a ZIP file into memory.

    Args:
        data: the whole file.
        allow: says of a well-formed name whether this container may hold it.

    Returns:
        Name → bytes, in the file's order.

    Raises:
        MalformedInput: kind "zip-malformed" (not this subset of the format,
            a CRC that does not match, bytes before, between or after) or
            "zip-encrypted".
        InputRefused: kind "zip-over-limit", "zip-ratio", "member-name",
            "member-twice", "member-not-a-file" (a link or a folder) or
            "member-unknown".  Names are not quoted: a sender's mistake may
            have put a pupil's name into one.
    """
    _check_archive_size(data)
    rows, directory_start = _read_directory(data)
    check_names([row.name for row in rows])
    for row in rows:
        _check_row(row)
        if not allow(row.name):
            raise _refused("The ZIP holds a file that does not belong there.", "member-unknown")
    _check_total(row.size for row in rows)
    starts = _data_starts(data, rows, directory_start)
    return {row.name: _inflate(data, start, row) for row, start in zip(rows, starts, strict=True)}


def check_names(names: Collection[str]) -> None:
    """Check all names of a ZIP file together.

    A name has at most DEPTH_MAX parts and NAME_LENGTH_MAX characters; a part
    is ASCII letters, digits, `.`, `_` and `-`, begins with neither `.` nor
    `-`, does not end with `.`, and is no device of Windows.  So no name is
    absolute, climbs out, names a drive or uses a backslash.

    Raises:
        InputRefused: kind "zip-over-limit" (too many names, or none),
            "member-name", or "member-twice": two names that one disk could
            not tell apart, or that need one thing to be a file and a folder.
    """
    if not 1 <= len(names) <= MEMBERS_MAX:
        raise _refused("The ZIP holds no file, or too many.", "zip-over-limit")
    for name in names:
        parts = name.split("/")
        if (
            len(name) > NAME_LENGTH_MAX
            or len(parts) > DEPTH_MAX
            or not all(map(is_plain_name, parts))
        ):
            raise _refused("The ZIP holds a file with an unsafe name.", "member-name")
    folded = {name.lower() for name in names}
    folders = {
        "/".join(parts[:depth])
        for parts in (name.split("/") for name in folded)
        for depth in range(1, len(parts))
    }
    if len(folded) != len(names) or folded & folders:
        raise _refused("Two files in the ZIP have the same name.", "member-twice")


def _read_directory(data: bytes) -> tuple[list[_Member], int]:
    if len(data) < _END.size:
        raise _malformed("It is too short.")
    mark, disk, first_disk, here, count, length, start, comment = _END.unpack_from(
        data, len(data) - _END.size
    )
    end = len(data) - _END.size
    if (
        mark != _END_MARK
        or (disk, first_disk, comment) != (0, 0, 0)
        or here != count
        or start + length != end
    ):
        raise _malformed("Its end record does not fit the file.")
    rows, at = [], start
    for _ in range(count):
        row, at = _read_row(data, at, end)
        rows.append(row)
    if at != end:
        raise _malformed("Its directory does not fit its length.")
    return rows, start


def _read_row(data: bytes, at: int, end: int) -> tuple[_Member, int]:
    if at + _CENTRAL.size > end:
        raise _malformed("Its directory breaks off.")
    (
        mark, _, version, flags, method, time, date, crc, packed_size, size,
        name_length, extra_length, comment_length, disk, _, attributes, offset,
    ) = _CENTRAL.unpack_from(data, at)  # fmt: skip
    if mark != _CENTRAL_MARK or version > _VERSION_MAX:
        raise _malformed("Its directory is malformed.")
    if (extra_length, comment_length, disk) != (0, 0, 0):
        raise _malformed("Its directory has extra fields, comments or other disks.")
    name_start = at + _CENTRAL.size
    name_end = name_start + name_length
    row = _Member(
        name=data[name_start:name_end].decode("latin-1"),  # check_names lets ASCII pass only
        flags=flags,
        method=method,
        time_and_date=(time, date),
        crc=crc,
        packed_size=packed_size,
        size=size,
        attributes=attributes,
        offset=offset,
    )
    return row, name_end


def _check_row(row: _Member) -> None:
    if row.flags & _ENCRYPTED:
        raise MalformedInput("A file in the ZIP is encrypted.", kind="zip-encrypted")
    if row.flags & ~_FLAGS_ALLOWED or row.method not in (_STORED, _DEFLATED):
        raise _malformed("A file in it uses a feature that a bundle may not use.")
    kind = stat.S_IFMT(row.attributes >> 16)
    if kind not in (0, stat.S_IFREG) or row.attributes & _DOS_DIRECTORY:
        raise _refused("The ZIP holds a link or a folder.", "member-not-a-file")
    if row.method == _STORED and row.size != row.packed_size:
        raise _malformed("A file in it has two lengths.")
    _check_size(row.size, row.packed_size)


def _data_starts(data: bytes, rows: list[_Member], end: int) -> list[int]:
    """Where each member's bytes start; local headers stand back to back from byte 0."""
    starts, at = [], 0
    for row in rows:
        name = row.name.encode("ascii")
        expected = (row.flags, row.method, *row.time_and_date, row.crc, row.packed_size, row.size)
        start = at + _LOCAL.size + len(name)
        if row.offset != at or start + row.packed_size > end:
            raise _malformed("Its files do not stand back to back.")
        mark, version, *facts, name_length, extra_length = _LOCAL.unpack_from(data, at)
        if (
            mark != _LOCAL_MARK
            or version > _VERSION_MAX
            or tuple(facts) != expected
            or (name_length, extra_length) != (len(name), 0)
            or data[start - len(name) : start] != name
        ):
            raise _malformed("A file's own header and the directory say different things.")
        starts.append(start)
        at = start + row.packed_size
    if at != end:
        raise _malformed("Its files do not stand back to back.")
    return starts


def _inflate(data: bytes, start: int, row: _Member) -> bytes:
    packed = data[start : start + row.packed_size]
    if row.method == _STORED:
        content = packed
    else:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            # One byte more than declared, so that a lie shows without being inflated.
            content = inflater.decompress(packed, row.size + 1)
        except zlib.error:
            raise _malformed("A file in it cannot be inflated.") from None
        if not inflater.eof or inflater.unused_data or len(content) != row.size:
            raise _malformed("A file in it is not as long as declared.")
    if zlib.crc32(content) != row.crc:
        raise _malformed("A file in it does not match its checksum.")
    return content


def _check_size(size: int, packed_size: int) -> None:
    if size > MEMBER_BYTES_MAX:
        raise _refused("A file in the ZIP is too large.", "zip-over-limit")
    if size > packed_size * RATIO_MAX:
        raise _refused("A file in the ZIP would grow beyond reason.", "zip-ratio")


def _check_total(sizes: Iterable[int]) -> None:
    if sum(sizes) > TOTAL_BYTES_MAX:
        raise _refused("The files in the ZIP are too large together.", "zip-over-limit")


def _check_archive_size(data: bytes) -> None:
    if len(data) > ZIP_BYTES_MAX:
        raise _refused("The ZIP is too large.", "zip-over-limit")


def _malformed(why: str) -> MalformedInput:
    return MalformedInput(
        "The ZIP inside is malformed.",
        why,
        "Ask the sender to make the bundle again.",
        kind="zip-malformed",
    )


def _refused(what: str, kind: str) -> InputRefused:
    return InputRefused(
        what,
        "A bundle holds plain files with plain names, within published limits.",
        "Ask the sender to make the bundle again; do not open it with another program.",
        kind=kind,
    )
