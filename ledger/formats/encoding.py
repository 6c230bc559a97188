"""Strict text encodings shared by every format.

base64url without padding (RFC 7515 §2), standard base64 (RFC 4648 §4) and the
JSON of RFC 8259 without what makes two readers disagree: duplicate names,
floats, NaN.  A decoder here accepts exactly what its encoder can produce.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from typing import NoReturn

from ledger.errors import MalformedInput

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*\Z")
_TO_URL = bytes.maketrans(b"+/", b"-_")


def b64url(data: bytes) -> str:
    """Encode as base64url without padding (RFC 7515 §2)."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL, b"=").decode("ascii")


def b64url_each(values: Sequence[bytes]) -> list[str]:
    """Encode values as `b64url` does, all in one call: sealing encodes dozens an entry."""
    texts = [binascii.b2a_base64(value, newline=False) for value in values]
    return b" ".join(texts).translate(_TO_URL, b"=").decode("ascii").split(" ") if texts else []


def b64url_blocks(data: bytes, size: int) -> list[str]:
    """Encode each `size` bytes of `data` as `b64url` does, all in one call.

    Zero bytes put between them bring each to whole groups of three, so that one
    conversion serves all; the characters they add are left out again.
    """
    padding = bytes(-size % 3)
    blocks = [data[at : at + size] for at in range(0, len(data), size)]
    whole = binascii.b2a_base64(padding.join(blocks) + padding, newline=False)
    text = whole.translate(_TO_URL).decode("ascii")
    used, step = (4 * size + 2) // 3, 4 * (size + len(padding)) // 3
    return [text[at : at + used] for at in range(0, step * len(blocks), step)]


def unb64url(text: str) -> bytes:
    """Decode base64url without padding.

    Raises:
        MalformedInput: a foreign character, padding, an impossible length, or
            spare bits that are not zero (so each value has one spelling).
    """
    if not _BASE64URL.match(text) or len(text) % 4 == 1:
        raise MalformedInput("A base64url value is malformed.", kind="bad-base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64url(data) != text:
        raise MalformedInput("A base64url value has stray bits.", kind="bad-base64url")
    return data


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
        value = _DECODER.decode(decoded)
        if "\\u" in decoded:  # only an escape can spell half a character
            compact_json(value).encode("utf-8")
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError, ValueError):
        raise MalformedInput("A JSON value is malformed.", kind="bad-json") from None
    return value


def compact_json(value: object) -> str:
    """Write JSON without white space, members in the order given, text as UTF-8."""
    return _ENCODER.encode(value)
