"""The payload of a statement, read and checked against the closed table of kinds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from operator import lt
from typing import Any, NamedTuple

from ledger.errors import MalformedInput
from ledger.formats import kinds
from ledger.formats.encoding import BASE64URL, demand_one_spelling, strict_json

VERSION = 1
SD_ALGORITHM = "sha-256"
_INSTANT_PATTERN = r"([0-9]{4}-[0-9]{2}-[0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"
_INSTANT = re.compile(_INSTANT_PATTERN + r"\Z")
_LAST_OF_DIGEST = b"AEIMQUYcgkosw048"  # spare bits zero: one value, one spelling
_DIGEST_COUNTS = frozenset({16, 32, 64, 128})
_DIGEST_CHARACTERS = 43
DIGEST_SEPARATOR = '","'
_DIGEST_STEP = _DIGEST_CHARACTERS + len(DIGEST_SEPARATOR)

# An event's payload as `unsigned` spells it, up to its digests.
_PLAIN_HEAD = re.compile(
    r'\{"v":1,"lid":"([A-Za-z0-9_-]{21}[AQgw])","stream":"([A-Za-z0-9_-]{21}[AQgw])"'
    r',"seq":([1-9][0-9]{0,17}),"prev":(?:null|"([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])")'
    f',"recorded_at":"({_INSTANT_PATTERN})"'
    r',"anchor":(?:null|(\{[^{}]*\})),"auth":(?:null|(\{[^{}]*\})),"role":"'
    f"({'|'.join(sorted(kinds.ROLES))})"
    r'","_sd":\["'
)
_PLAIN_END = b'"],"_sd_alg":"sha-256"}'


def read_payload(kind: str, data: bytes) -> Mapping[str, Any]:
    """Read the JSON of a payload and check it against the closed table.

    Args:
        kind: one of `ledger.formats.kinds`.
        data: UTF-8.

    Raises:
        MalformedInput: other members than the table has, in another order, or spelt
            otherwise than `unsigned` does; or a value of another shape.
    """
    # Nearly every statement is an event: one pattern reads it and checks it.  Whatever does
    # not match is read member by member, which says what is wrong with which.
    if kind == kinds.EVENT and (plain := plain_payload(data)) is not None:
        return _members(plain)
    payload = strict_json(data)
    if not isinstance(payload, dict) or tuple(payload) != kinds.MEMBERS[kind]:
        raise MalformedInput(
            f"A statement of kind {kind} has other members, or has them in another order.",
            kind="bad-member",
        )
    _check_common_members(payload)
    kinds.check_further_members(kind, payload)
    demand_one_spelling(data, payload)
    return payload


class PlainPayload(NamedTuple):
    """The members of an event's payload, as texts.

    Attributes:
        lid: base64url, as are stream and prev.
        stream: its stream.
        seq: its place there, decimal; "1" where there is no prev, and there alone.
        prev: the previous statement's hash.
        recorded_at: the ledger's clock.
        day: the beginning of `recorded_at`, shaped like a day; see `is_day`.
        anchor: JSON text, or None; see `read_place`.
        auth: JSON text, or None; see `read_place`.
        role: one of the roles.
        digests: the sorted `_sd` array.
    """

    lid: str
    stream: str
    seq: str
    prev: str | None
    recorded_at: str
    day: str
    anchor: str | None
    auth: str | None
    role: str
    digests: list[str]


def plain_payload(data: bytes) -> PlainPayload | None:
    """Read an event's payload by one pattern; None where it is not spelt as `unsigned` does.

    What it gives is checked but for the day, the anchor and the head of the authority
    stream, of which thousands of statements quote one.
    """
    head = _PLAIN_HEAD.match(data.decode("latin-1"))
    if head is None or not data.endswith(_PLAIN_END):
        return None
    digests = _read_plain_digests(data[head.end() : -len(_PLAIN_END)])
    lid, stream, seq, prev, recorded_at, day, anchor, auth, role = head.groups()
    if digests is None or (prev is None) != (seq == "1"):
        return None
    return PlainPayload(lid, stream, seq, prev, recorded_at, day, anchor, auth, role, digests)


def _members(plain: PlainPayload) -> Mapping[str, Any]:
    lid, stream, seq, prev, recorded_at, day, anchor, auth, role, digests = plain
    if not is_day(day):
        raise MalformedInput("A statement has a malformed member.", kind="bad-member")
    return {
        "v": VERSION,
        "lid": lid,
        "stream": stream,
        "seq": int(seq),
        "prev": prev,
        "recorded_at": recorded_at,
        "anchor": read_place(anchor, kinds.is_anchor),
        "auth": read_place(auth, kinds.is_stream_place),
        "role": role,
        "_sd": digests,
        "_sd_alg": SD_ALGORITHM,
    }


def _read_plain_digests(data: bytes) -> list[str] | None:
    more, rest = divmod(len(data) - _DIGEST_CHARACTERS, _DIGEST_STEP)
    quotes = data[_DIGEST_CHARACTERS::_DIGEST_STEP] + data[_DIGEST_CHARACTERS + 2 :: _DIGEST_STEP]
    plain = (
        not rest
        and more + 1 in _DIGEST_COUNTS
        and data.translate(None, BASE64URL) == b'","' * more
        and quotes == b'""' * more
        and not data[_DIGEST_CHARACTERS - 1 :: _DIGEST_STEP].translate(None, _LAST_OF_DIGEST)
    )
    if not plain:
        return None
    digests = data.decode("ascii").split('","')
    return digests if all(map(lt, digests, digests[1:])) else None


def read_place(text: str | None, check: kinds.Check) -> dict[str, Any] | None:
    """Read an anchor, or a head of the authority stream.

    Raises:
        MalformedInput: it is none, or is spelt otherwise than `unsigned` spells it.
    """
    read = _read_known_place(text, check)
    return None if read is None else dict(read)  # its caller may change its own


@lru_cache(maxsize=1024)
def _read_known_place(text: str | None, check: kinds.Check) -> Mapping[str, Any] | None:
    # One anchor and one authority head are quoted by thousands of statements.
    if text is None:
        return None
    value = strict_json(text)
    if not isinstance(value, dict) or not check(value):
        raise MalformedInput("A statement has a malformed member.", kind="bad-member")
    demand_one_spelling(text.encode("latin-1"), value)
    return value


def _check_common_members(payload: Mapping[str, Any]) -> None:
    seq, recorded_at = payload["seq"], payload["recorded_at"]
    sound = (
        payload["v"] is not True
        and payload["v"] == VERSION
        and kinds.is_id(payload["lid"])
        and kinds.is_id(payload["stream"])
        and kinds.is_index(seq)
        and (seq == 1 if payload["prev"] is None else seq > 1 and kinds.is_hash(payload["prev"]))
        and isinstance(recorded_at, str)
        and (instant := _INSTANT.match(recorded_at))
        and is_day(instant[1])
        and (payload["anchor"] is None or kinds.is_anchor(payload["anchor"]))
        and (payload["auth"] is None or kinds.is_stream_place(payload["auth"]))
        and isinstance(payload["role"], str)
        and payload["role"] in kinds.ROLES
        and payload["_sd_alg"] == SD_ALGORITHM
        and _are_digests(payload["_sd"])
    )
    if not sound:
        raise MalformedInput("A statement has a malformed member.", kind="bad-member")


@lru_cache(maxsize=1024)
def is_day(text: str) -> bool:
    """Tell whether an ISO text is a day."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _are_digests(value: object) -> bool:
    if not isinstance(value, list) or len(value) not in _DIGEST_COUNTS:
        return False
    if not all(map(kinds.is_hash, value)):
        return False
    # Sorted and without repeats: one list has one spelling.
    return all(map(lt, value, value[1:]))
