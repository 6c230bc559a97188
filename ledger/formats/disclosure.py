"""Disclosures: one salted field each (RFC 9901 §4.2).

A disclosure is the base64url text of the JSON array `[salt, name, value]`; its
digest is SHA-256 over that *text*, so nothing is ever canonicalised.  Digests
are sorted, and filled up with decoys (RFC 9901 §4.2.7) to one of four counts,
so that neither order nor number tells what was recorded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from ledger.errors import InputRefused, MalformedInput
from ledger.formats.encoding import (
    b64url,
    b64url_blocks,
    b64url_each,
    compact_json,
    demand_one_spelling,
    read_each,
    strict_json,
    unb64url,
)
from ledger.formats.kinds import RESERVED_NAMES, are_ids, is_id

JsonValue: TypeAlias = object
"""A JSON value: str, int, bool, None, list or dict of the same; never a float."""

SALT_BYTES = 16
"""128 bits: low-entropy fields must not be guessable from their digests."""
HASH_BYTES = 32
DIGEST_COUNTS = (16, 32, 64, 128)
MAX_FIELD_BYTES = 16 * 1024
MAX_FIELDS_BYTES = 64 * 1024
MAX_VALUE_DEPTH = 8
"""Lists and objects that may stand one within another."""

_ATOMS = frozenset({str, int, bool, type(None)})
_REFUSED_NAMES = RESERVED_NAMES | {""}
_DIGEST_NAMES = frozenset({"_sd", "..."})
"""Members under which RFC 9901 §4.2 hides digests in an object, or in a list."""

Entropy = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One field with its salt.

    Attributes:
        name: field name, never the name of a clear member.
        value: its JSON value; null says "recorded as absent".
        text: the base64url text as signed over; kept verbatim.
    """

    name: str
    value: JsonValue
    text: str


def disclosure_texts(fields: Mapping[str, JsonValue], entropy: Entropy) -> list[str]:
    """Make the texts of all disclosures of one statement.

    Args:
        fields: name → JSON value, in the order in which they will be kept.
        entropy: gives that many random bytes.

    Returns:
        The base64url text of `[salt, name, value]` of each field.

    Raises:
        MalformedInput: a name belongs to the clear part, or a value hides
            further digests (flat disclosures only: a recursive digest defeats
            a check with coreutils).
        InputRefused: a field, or all together, is too long.
    """
    salts = b64url_blocks(_blocks(entropy(SALT_BYTES * len(fields)), SALT_BYTES))
    try:
        arrays = [
            f'["{salt}",{_written_name(name)},{_written(value)}]'.encode()
            for salt, (name, value) in zip(salts, fields.items(), strict=True)
        ]
    except UnicodeEncodeError:
        raise MalformedInput("A field holds half a character.", kind="bad-text") from None
    _check_lengths(fields, arrays)
    return b64url_each(arrays)


def make_disclosures(fields: Mapping[str, JsonValue], entropy: Entropy) -> list[Disclosure]:
    """Make the disclosures of all fields of one statement; as `disclosure_texts`."""
    texts = disclosure_texts(fields, entropy)
    return [
        Disclosure(name, value, text)
        for text, (name, value) in zip(texts, fields.items(), strict=True)
    ]


@lru_cache(maxsize=4096)
def _written_name(name: str) -> str:
    _check_name(name)
    return compact_json(name)


def _written(value: JsonValue) -> str:
    _check_value(value)
    return compact_json(value)


def _check_lengths(names: Iterable[str], arrays: Sequence[bytes]) -> None:
    lengths = [*map(len, arrays)]
    if max(lengths, default=0) > MAX_FIELD_BYTES:
        longest = next(name for name, n in zip(names, lengths, strict=True) if n > MAX_FIELD_BYTES)
        raise InputRefused(
            f"The field “{longest}” is too long to be an entry.",
            f"A field may hold {MAX_FIELD_BYTES} bytes.",
            "Attach the long text as a document, and keep a short summary here.",
            kind="field-too-long",
        )
    if sum(lengths) > MAX_FIELDS_BYTES:
        raise InputRefused(
            "The entry is too long.",
            f"All its fields together may hold {MAX_FIELDS_BYTES} bytes.",
            "Attach the long texts as documents.",
            kind="entry-too-long",
        )


def _read_array(data: bytes) -> tuple[str, JsonValue]:
    array = strict_json(data)
    if not isinstance(array, list) or len(array) != 3:  # noqa: PLR2004  [salt, name, value]
        raise MalformedInput("A disclosure is not [salt, name, value].", kind="bad-disclosure")
    salt, name, value = array
    if not is_id(salt) and not (isinstance(salt, str) and len(unb64url(salt)) >= SALT_BYTES):
        raise MalformedInput("A disclosure has a short salt.", kind="bad-disclosure")
    if not isinstance(name, str):
        raise MalformedInput("A disclosure has no name.", kind="bad-disclosure")
    _check_name(name)
    if value is not None and not isinstance(value, str):
        _check_value(value)
    demand_one_spelling(data, array)
    return name, value


def digest(text: str) -> str:
    """Give the digest of a disclosure's text (RFC 9901 §4.2.3), 43 characters.

    Raises:
        MalformedInput: it is not ASCII, so it is no disclosure's text.
    """
    if not text.isascii():
        raise MalformedInput("A disclosure is not base64url.", kind="bad-disclosure")
    return b64url(hashlib.sha256(text.encode("ascii")).digest())


def fill_digests(texts: Iterable[str], entropy: Entropy) -> list[str]:
    """Give the sorted `_sd` array: the digests of the texts and decoys.

    Raises:
        InputRefused: more than 128 fields.
    """
    hashes = [hashlib.sha256(text.encode("ascii")).digest() for text in texts]
    for count in DIGEST_COUNTS:
        if len(hashes) <= count:
            break
    else:
        raise InputRefused(
            "The entry has too many fields.",
            f"A statement holds {DIGEST_COUNTS[-1]}.",
            "Split it into several entries.",
            kind="too-many-fields",
        )
    decoys = _blocks(entropy(HASH_BYTES * (count - len(hashes))), HASH_BYTES)
    return sorted(b64url_blocks(hashes + decoys))


def _blocks(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def check_disclosures(texts: Sequence[str], digests: Sequence[str]) -> list[Disclosure]:
    """Open disclosures against the digests that the signature covers (RFC 9901 §7.1).

    Raises:
        MalformedInput: a text is malformed, two bear one name, or one has no
            digest among those signed.
    """
    fields = check_fields(texts, digests)
    named = zip(fields.items(), texts, strict=True)
    return [Disclosure(name, value, text) for (name, value), text in named]


def check_fields(texts: Sequence[str], digests: Sequence[str]) -> dict[str, JsonValue]:
    """Open disclosures as `check_disclosures` does, for those who need only name → value.

    Raises:
        MalformedInput: see `check_disclosures`.
    """
    try:
        signed = [text.encode("ascii") for text in texts]
    except UnicodeEncodeError:
        raise MalformedInput("A disclosure is not base64url.", kind="bad-disclosure") from None
    hashes = [hashlib.sha256(text).digest() for text in signed]
    if not set(digests).issuperset(b64url_blocks(hashes)):
        raise MalformedInput(
            "A field does not belong to the statement it came with.", kind="unsigned-disclosure"
        )
    plain = _read_plain(signed)
    if plain is None:  # read one by one, which says what is wrong with which
        fields = dict(_read_array(unb64url(text)) for text in signed)
    else:
        fields = dict(zip(*plain, strict=True))
    if len(fields) != len(texts):
        raise MalformedInput("A statement shows one field twice.", kind="duplicate-disclosure")
    return fields


def plain_fields(
    opened: Sequence[tuple[Sequence[str], Sequence[str]]],
) -> list[dict[str, JsonValue] | None]:
    """Open the disclosures of many statements as `check_fields` does, in a few calls.

    Args:
        opened: of each statement, the texts and the digests that the signature covers.

    Returns:
        Of each, what `check_fields` gives; or None, where it might refuse.
    """
    try:
        signed = [text.encode("ascii") for texts, _ in opened for text in texts]
        names, values = _read_plain(signed) or ((), ())
    except (UnicodeEncodeError, MalformedInput):
        return [None] * len(opened)
    if not names:
        return [None] * len(opened)
    made = b64url_blocks([hashlib.sha256(text).digest() for text in signed])
    found, at = list[dict[str, JsonValue] | None](), 0
    for texts, digests in opened:
        end = at + len(texts)
        fields = dict(zip(names[at:end], values[at:end], strict=True))
        fits = len(fields) == len(texts) and set(digests).issuperset(made[at:end])
        found.append(fields if fits else None)
        at = end
    return found


def _read_plain(signed: Sequence[bytes]) -> tuple[Sequence[str], Sequence[JsonValue]] | None:
    """Read arrays as our own writer makes them, all in one call; None for any other.

    Returns:
        The names, and the values.
    """
    arrays = read_each(signed)
    if arrays is None or {*map(type, arrays)} != {list} or {*map(len, arrays)} != {3}:
        return None
    salts, names, values = zip(*arrays, strict=True)
    if {*map(type, (*salts, *names))} != {str}:
        return None
    for value in values:
        if type(value) not in _ATOMS:
            _check_value(value)
    plain = are_ids(salts) and _REFUSED_NAMES.isdisjoint(names)
    return (names, values) if plain else None


def _check_name(name: str) -> None:
    if name in _REFUSED_NAMES:
        raise MalformedInput(f"A field may not be called “{name}”.", kind="reserved-name")


def _check_value(value: JsonValue, depth: int = 0) -> None:
    parts: Iterable[JsonValue]
    if isinstance(value, dict):
        if not _DIGEST_NAMES.isdisjoint(value):
            raise MalformedInput("A field hides further digests.", kind="nested-digests")
        parts = value.values()
    elif isinstance(value, (list, tuple)):
        parts = value
    elif isinstance(value, float):
        raise MalformedInput("A field holds a number that is not whole.", kind="bad-number")
    else:
        return
    if depth == MAX_VALUE_DEPTH:
        raise MalformedInput("A field is nested too deeply.", kind="bad-disclosure")
    if not _ATOMS.issuperset(map(type, parts)):
        for inner in parts:
            _check_value(inner, depth + 1)
