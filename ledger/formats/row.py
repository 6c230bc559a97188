"""The private containers of the stored row: msgpack, read strictly.

msgpack has no canonical form, and its reader takes duplicate keys, over-long
integers and extension types.  Nothing signed is msgpack; what is stored must
be byte for byte what our writer would have written, or it is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgpack

from ledger.errors import MalformedInput

MAX_ROW_BYTES = 512 * 1024
_TEXT = frozenset({str})
_ATOMS = frozenset({str, bytes, int, bool, type(None)})


@dataclass(frozen=True, slots=True)
class Row:
    """What one log entry stores: the statement, and its fields under a key.

    Attributes:
        statement: the issuer-signed JWT, verbatim.
        ciphertext: the encrypted disclosures; None when there are none, or
            when they were erased.
    """

    statement: bytes
    ciphertext: bytes | None


def pack(value: object) -> bytes:
    """Write a msgpack value of arrays, text, bytes, integers, booleans and nil."""
    return bytes(msgpack.packb(value, use_bin_type=True))


def unpack(data: bytes) -> object:
    """Read a msgpack value, refusing every spelling but our writer's.

    Args:
        data: the value.

    Raises:
        MalformedInput: not msgpack, a duplicate key, a longer integer than
            needed, an extension type, or trailing bytes.
    """
    if len(data) > MAX_ROW_BYTES:
        raise MalformedInput("A stored row is too long.", kind="bad-msgpack")
    value = unpack_own(data)
    try:
        canonical = msgpack.packb(value, use_bin_type=True)
    except (ValueError, TypeError):
        canonical = b""
    # Re-encoding catches duplicate keys, over-long integers, floats' odd forms.
    if canonical != data or not _is_plain(value):
        raise MalformedInput("A stored row is not in its one form.", kind="bad-msgpack")
    return value


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return _ATOMS.issuperset(map(type, value)) or all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(type(key) is str and _is_plain(inner) for key, inner in value.items())
    return type(value) in _ATOMS


def unpack_own(data: bytes) -> object:
    """Read a msgpack value that this program wrote and nobody else could.

    Args:
        data: the value, authenticated; of any length, in any spelling.

    Raises:
        MalformedInput: not msgpack.
    """
    try:
        return msgpack.unpackb(data, raw=False, strict_map_key=True)
    except (ValueError, TypeError, msgpack.exceptions.UnpackException):
        raise MalformedInput("A stored row is malformed.", kind="bad-msgpack") from None


def pack_row(row: Row) -> bytes:
    """Write a row as the eventsourcing library's `state`."""
    return pack([row.statement, row.ciphertext])


def unpack_row(data: bytes) -> Row:
    """Read a row.

    Raises:
        MalformedInput: not what `pack_row` writes.
    """
    match unpack(data):
        case [bytes() as statement, (bytes() | None) as ciphertext]:
            return Row(statement, ciphertext)
        case _:
            raise MalformedInput("A stored row has another shape.", kind="bad-msgpack")


def pack_contents(texts: Sequence[str]) -> bytes:
    """Write the disclosure texts of one statement, before padding and encryption."""
    return pack(list(texts))


def unpack_contents(data: bytes) -> list[str]:
    """Read the disclosure texts of one statement.

    Raises:
        MalformedInput: not what `pack_contents` writes.
    """
    value = unpack(data)
    if not isinstance(value, list) or not _TEXT.issuperset(map(type, value)):
        raise MalformedInput("Stored contents have another shape.", kind="bad-msgpack")
    return value
