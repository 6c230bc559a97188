"""Disclosures: one salted field each (RFC 9901 §4.2).

A disclosure is the base64url text of the JSON array `[salt, name, value]`; its
digest is SHA-256 over that *text*, so nothing is ever canonicalised.  Digests
are sorted, and filled up with decoys (RFC 9901 §4.2.7) to one of four counts,
so that neither order nor number tells what was recorded.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ledger.errors import InputRefused, MalformedInput
from ledger.formats.encoding import compact_json, strict_json, unb64url
from ledger.formats.kinds import RESERVED_NAMES

JsonValue: TypeAlias = object
"""A JSON value: str, int, bool, None, list or dict of the same; never a float."""

SALT_BYTES = 16
"""128 bits: low-entropy fields must not be guessable from their digests."""
DIGEST_COUNTS = (16, 32, 64, 128)
MAX_FIELD_BYTES = 16 * 1024
MAX_FIELDS_BYTES = 64 * 1024
MAX_VALUE_DEPTH = 8

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


def make_disclosure(name: str, value: JsonValue, salt: bytes) -> Disclosure:
    """Make the disclosure of one field.

    Args:
        name: the field's name.
        value: its JSON value.
        salt: 16 random bytes, used once.

    Raises:
        InputRefused: the field's JSON is longer than 16 KiB.
    """
    salt_text = urlsafe_b64encode(salt).rstrip(b"=").decode("ascii")
    json_text = compact_json([salt_text, name, value]).encode("utf-8")
    if len(json_text) > MAX_FIELD_BYTES:
        raise InputRefused(
            f"The field “{name}” is too long to be an entry.",
            f"A field may hold {MAX_FIELD_BYTES} bytes.",
            "Attach the long text as a document, and keep a short summary here.",
            kind="field-too-long",
        )
    return Disclosure(name, value, urlsafe_b64encode(json_text).rstrip(b"=").decode("ascii"))


def make_disclosures(fields: Mapping[str, JsonValue], entropy: Entropy) -> list[Disclosure]:
    """Make the disclosures of all fields of one statement.

    Args:
        fields: name → JSON value, in the order in which they will be kept.
        entropy: gives that many random bytes.

    Raises:
        MalformedInput: a name belongs to the clear part, or a value hides
            further digests (flat disclosures only: a recursive digest defeats
            a check with coreutils).
        InputRefused: a field, or all together, is too long.
    """
    salts = entropy(SALT_BYTES * len(fields))
    made = []
    for number, (name, value) in enumerate(fields.items()):
        _check_name(name)
        _check_value(value)
        start = SALT_BYTES * number
        made.append(make_disclosure(name, value, salts[start : start + SALT_BYTES]))
    if sum(len(one.text) for one in made) > MAX_FIELDS_BYTES * 4 // 3:
        raise InputRefused(
            "The entry is too long.",
            f"All its fields together may hold {MAX_FIELDS_BYTES} bytes.",
            "Attach the long texts as documents.",
            kind="entry-too-long",
        )
    return made


def read_disclosure(text: str) -> Disclosure:
    """Read one disclosure.

    Raises:
        MalformedInput: not base64url of a three-element JSON array with a
            128-bit salt, a permitted name and a flat value.
    """
    array = strict_json(unb64url(text))
    if not isinstance(array, list) or len(array) != 3:  # noqa: PLR2004  [salt, name, value]
        raise MalformedInput("A disclosure is not [salt, name, value].", kind="bad-disclosure")
    salt, name, value = array
    if not isinstance(salt, str) or len(unb64url(salt)) < SALT_BYTES:
        raise MalformedInput("A disclosure has a short salt.", kind="bad-disclosure")
    if not isinstance(name, str):
        raise MalformedInput("A disclosure has no name.", kind="bad-disclosure")
    _check_name(name)
    _check_value(value)
    return Disclosure(name, value, text)


def digest(text: str) -> str:
    """Give the digest of a disclosure's text (RFC 9901 §4.2.3), 43 characters."""
    hashed = hashlib.sha256(text.encode("ascii")).digest()
    return urlsafe_b64encode(hashed).rstrip(b"=").decode("ascii")


def fill_digests(texts: Iterable[str], entropy: Entropy) -> list[str]:
    """Give the sorted `_sd` array: the digests of the texts and decoys.

    Raises:
        InputRefused: more than 128 fields.
    """
    digests = [digest(text) for text in texts]
    for count in DIGEST_COUNTS:
        if len(digests) <= count:
            break
    else:
        raise InputRefused(
            "The entry has too many fields.",
            f"A statement holds {DIGEST_COUNTS[-1]}.",
            "Split it into several entries.",
            kind="too-many-fields",
        )
    decoys = entropy(32 * (count - len(digests)))
    for start in range(0, len(decoys), 32):
        decoy = decoys[start : start + 32]
        digests.append(urlsafe_b64encode(decoy).rstrip(b"=").decode("ascii"))
    digests.sort()
    return digests


def check_disclosures(texts: Sequence[str], digests: Sequence[str]) -> list[Disclosure]:
    """Open disclosures against the digests that the signature covers (RFC 9901 §7.1).

    Raises:
        MalformedInput: a text is malformed, two bear one name, or one has no
            digest among those signed.
    """
    signed = set(digests)
    opened = []
    for text in texts:
        if digest(text) not in signed:
            raise MalformedInput(
                "A field does not belong to the statement it came with.",
                kind="unsigned-disclosure",
            )
        opened.append(read_disclosure(text))
    if len({one.name for one in opened}) != len(opened):
        raise MalformedInput("A statement shows one field twice.", kind="duplicate-disclosure")
    return opened


def _check_name(name: str) -> None:
    if name in RESERVED_NAMES or not name:
        raise MalformedInput(f"A field may not be called “{name}”.", kind="reserved-name")


def _check_value(value: JsonValue, depth: int = 0) -> None:
    if depth > MAX_VALUE_DEPTH:
        raise MalformedInput("A field is nested too deeply.", kind="bad-disclosure")
    if isinstance(value, dict):
        if "_sd" in value or "..." in value:
            raise MalformedInput("A field hides further digests.", kind="nested-digests")
        for inner in value.values():
            _check_value(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check_value(inner, depth + 1)
    elif isinstance(value, float):
        raise MalformedInput("A field holds a number that is not whole.", kind="bad-number")
