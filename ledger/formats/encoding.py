"""Strict text encodings shared by every format.

base64url without padding (RFC 7515 §2), standard base64 (RFC 4648 §4) and the
JSON of RFC 8259 without what makes two readers disagree: duplicate names,
floats, NaN.  A decoder here accepts exactly what its encoder can produce.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any, NoReturn

import orjson
import pybase64

from ledger.errors import MalformedInput

BASE64URL = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""The characters of RFC 4648 §5, in order."""
_URL = b"-_"
# Last characters whose spare bits are zero, by length modulo 4: one value, one spelling.
_LAST = {2: b"AQgw", 3: b"AEIMQUYcgkosw048"}
_ZERO = b'"\\u0000"'
_BETWEEN = b"," + _ZERO + b","


def _parting(length: int, newlines: int) -> bytes:
    """Give what follows a value's base64url, so that line feeds and `_BETWEEN` follow the value.

    The spare bits of its last character are zero, as are the first of a line feed.
    """
    residue = bytes(length * 3 // 4)
    return pybase64.b64encode(residue + b"\n" * newlines + _BETWEEN, _URL)[length:]


# By length modulo 4, then by last character; of each, the line feeds are the characters less 14.
_PARTING: tuple[dict[int, bytes], ...] = (
    dict.fromkeys(range(256), _parting(0, 2)),
    {},
    dict.fromkeys(_LAST[2], _parting(2, 4)),
    dict.fromkeys(_LAST[3], _parting(3, 3)),
)
_PARTING_LESS_NEWLINES = 14


def b64url(data: bytes) -> str:
    """Encode as base64url without padding (RFC 7515 §2)."""
    return pybase64.b64encode_as_string(data, _URL).rstrip("=")


def b64url_each(values: Sequence[bytes]) -> list[str]:
    """Encode values as `b64url` does, all in one call: sealing encodes dozens an entry."""
    return [pybase64.b64encode_as_string(value, _URL).rstrip("=") for value in values]


def b64url_blocks(blocks: Sequence[bytes]) -> list[str]:
    """Encode values of one length as `b64url` does, all in one call.

    Zero bytes put between them bring each to whole groups of three, so that one
    conversion serves all; the characters they add are left out again.
    """
    if not blocks:
        return []
    size = len(blocks[0])
    padding = bytes(-size % 3)
    text = pybase64.b64encode_as_string(padding.join([*blocks, b""]), _URL)
    used, step = (4 * size + 2) // 3, 4 * (size + len(padding)) // 3
    return [text[at : at + used] for at in range(0, step * len(blocks), step)]


def unb64url(text: str | bytes) -> bytes:
    """Decode base64url without padding.

    Raises:
        MalformedInput: a foreign character, padding, an impossible length, or
            spare bits that are not zero (so each value has one spelling).
    """
    data = text.encode("ascii", "replace") if isinstance(text, str) else text
    left = len(data) % 4
    if left == 1 or (left and data[-1] not in _LAST[left]) or _is_foreign(data):
        raise MalformedInput("A base64url value is malformed.", kind="bad-base64url")
    try:
        return pybase64.b64decode(data + b"=" * (-left % 4), _URL, validate=True)
    except binascii.Error:
        raise MalformedInput("A base64url value is malformed.", kind="bad-base64url") from None


def _is_foreign(data: bytes) -> bool:
    # Characters of standard base64, which the decoder would take too.
    return b"+" in data or b"/" in data or b"=" in data


def read_each(texts: Sequence[bytes]) -> list[Any] | None:
    """Read base64url texts of JSON values, each spelt as `compact_json` spells it, in one call.

    Unlike `strict_json`, it reads a number that is not whole as one: that is for the caller
    to refuse.

    Returns:
        The values; None where a text is malformed or spelt otherwise, and where it holds a
        zero character as a text of its own.
    """
    parted = _decode_parted(texts)
    if parted is None:
        return None
    # Between two values stands a text that is in neither.  Where what is read has it at every
    # second place, and is spelt like the whole, each value is spelt like its own text.
    between = len(texts) - 1
    whole = b"[" + parted.removesuffix(_BETWEEN) + b"]"
    if whole.count(_ZERO) != between:
        return None
    try:
        values = orjson.loads(whole)
        same = orjson.dumps(values) == whole
    except (ValueError, TypeError):  # TypeError: nested more deeply than it writes
        return None
    apart = len(values) == len(texts) + between and values[1::2].count("\0") == between
    return values[::2] if same and apart else None


def _decode_parted(texts: Sequence[bytes]) -> bytes | None:
    """Decode values as `unb64url` does, all in one call, with `_BETWEEN` after each.

    None also where one holds a line feed, which JSON has nowhere but between its parts.
    """
    try:
        parted = [text + _PARTING[len(text) % 4][text[-1]] for text in texts]
    except (KeyError, IndexError):
        return None
    whole = b"".join(parted)
    if _is_foreign(whole):
        return None
    try:
        lines = pybase64.b64decode(whole, _URL, validate=True)
    except binascii.Error:
        return None
    values = lines.translate(None, b"\n")
    newlines = len(whole) - sum(map(len, texts)) - _PARTING_LESS_NEWLINES * len(texts)
    return values if len(lines) - len(values) == newlines else None


def b64(data: bytes) -> str:
    """Encode as standard base64 with padding (RFC 4648 §4)."""
    return base64.b64encode(data).decode("ascii")


def unb64(text: str) -> bytes:
    """Decode standard base64 with padding.

    Raises:
        MalformedInput: anything that `b64` would not have written.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedInput("A base64 value is malformed.", kind="bad-base64") from None
    if b64(data) != text:
        raise MalformedInput("A base64 value has stray bits.", kind="bad-base64")
    return data


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedInput("A JSON object names a member twice.", kind="duplicate-member")
    return members


def _refuse_number(_: str) -> NoReturn:
    raise MalformedInput("A JSON number is not a plain integer.", kind="bad-number")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_DECODER = json.JSONDecoder(
    object_pairs_hook=_no_duplicates, parse_float=_refuse_number, parse_constant=_refuse_number
)


def strict_json(text: str | bytes) -> object:
    """Parse JSON that any two readers understand alike.

    Args:
        text: one JSON value, UTF-8 when bytes.

    Raises:
        MalformedInput: not UTF-8, not JSON, duplicate names, floats, NaN, or
            nested so deeply that a parser could run out of stack.
    """
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
        value = _read_json(decoded)
        if "\\u" in decoded:  # only an escape can spell half a character
            compact_json(value).encode("utf-8")
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError, ValueError):
        raise MalformedInput("A JSON value is malformed.", kind="bad-json") from None
    return value


def _read_json(text: str) -> object:
    # What our own writer wrote has no white space around it, and is read in one step.
    try:
        value, end = _DECODER.raw_decode(text)
    except json.JSONDecodeError:
        return _DECODER.decode(text)
    return value if end == len(text) else _DECODER.decode(text)


def compact_json(value: object) -> str:
    """Write JSON without white space, members in the order given, text as UTF-8."""
    return _ENCODER.encode(value)


def demand_one_spelling(data: bytes, value: object) -> None:
    """Demand that what was signed is spelt as `compact_json` spells it.

    Every reader then finds the same in it, whether it parses JSON or compares text.

    Args:
        data: the text, UTF-8.
        value: what `strict_json` read in it.

    Raises:
        MalformedInput: kind "bad-spelling".
    """
    if compact_json(value).encode("utf-8") != data:
        raise MalformedInput(
            "A signed text is not spelt as this format spells it.", kind="bad-spelling"
        )
