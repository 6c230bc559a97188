"""The closed table of statement kinds and of the members each may show in the clear.

What stands in the clear survives erasure for ever, so this table is the whole
list: `docs/formats/statement.md` prints it, and nothing else is ever written.
Every name has one meaning across all kinds (decision 0002).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from ledger.errors import MalformedInput
from ledger.formats.encoding import BASE64URL

MAX_INDEX = 2**63 - 1
MAX_TOKENS = 64
MAX_RANGES = 256

ROLES = frozenset(
    {
        "root",
        "head",
        "senco",
        "administrator",
        "teacher",
        "dpo",
        "governor",
        "inspector",
        "system",
        "log",
        "cosigner",
        "access",
        "responsible-body",
    }
)
CUSTODIES = frozenset({"passphrase", "server-session", "device"})
REVOCATION_REASONS = frozenset({"compromised", "lost", "superseded", "left"})

ID_CHARACTERS = 22
_ID = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]\Z")
_HASH = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]\Z")
_SIGNATURE = re.compile(r"[A-Za-z0-9_-]{85}[AQgw]\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_BASIS = re.compile(r"[a-z0-9-]{1,64}\Z")
_ORIGIN = re.compile(r"send-ledger/v1/[A-Za-z0-9_-]{21}[AQgw]\Z")

Check = Callable[[object], bool]


def is_id(value: object) -> bool:
    """Tell whether it is a 128-bit id: 22 characters of base64url."""
    return isinstance(value, str) and _ID.match(value) is not None


def are_ids(texts: Sequence[str]) -> bool:
    """Tell whether every text is a 128-bit id, as `is_id` tells of one."""
    joined = "".join(texts).encode("ascii", "replace")
    return (
        {*map(len, texts)} <= {ID_CHARACTERS}
        and not joined.translate(None, BASE64URL)
        and not joined[ID_CHARACTERS - 1 :: ID_CHARACTERS].translate(None, b"AQgw")
    )


def is_hash(value: object) -> bool:
    """Tell whether it is a SHA-256 value: 43 characters of base64url."""
    return isinstance(value, str) and _HASH.match(value) is not None


def is_index(value: object) -> bool:
    """Tell whether it is an integer from 0 to 2^63 - 1."""
    return type(value) is int and 0 <= value <= MAX_INDEX


def is_anchor(value: object) -> bool:
    """Tell whether it is `{size, root, tokens}` of a logged anchor."""
    return (
        isinstance(value, dict)
        and tuple(value) == ("size", "root", "tokens")
        and is_index(value["size"])
        and is_hash(value["root"])
        and _is_tokens(value["tokens"])
    )


def is_stream_place(value: object) -> bool:
    """Tell whether it is `{seq, hash}`: a place in a stream and the statement there."""
    return (
        isinstance(value, dict)
        and tuple(value) == ("seq", "hash")
        and is_index(value["seq"])
        and value["seq"] > 0
        and is_hash(value["hash"])
    )


def _is_tokens(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MAX_TOKENS and all(map(is_hash, value))


def _is_day(value: object) -> bool:
    if not isinstance(value, str) or _DAY.match(value) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:  # 30 February
        return False
    return True


def _is_day_or_null(value: object) -> bool:
    return value is None or _is_day(value)


def _is_jwk(value: object) -> bool:
    return (
        isinstance(value, dict)
        and tuple(value) == ("kty", "crv", "x")
        and value["kty"] == "OKP"
        and value["crv"] == "Ed25519"
        and is_hash(value["x"])
    )


def _is_head(value: object) -> bool:
    return (
        isinstance(value, dict)
        and tuple(value) == ("stream", "seq", "hash")
        and is_id(value["stream"])
        and is_stream_place({"seq": value["seq"], "hash": value["hash"]})
    )


def _is_range(value: object) -> bool:
    return (
        isinstance(value, dict)
        and tuple(value) == ("stream", "from", "to")
        and is_id(value["stream"])
        and is_index(value["from"])
        and is_index(value["to"])
        and 1 <= value["from"] <= value["to"]
    )


def _is_ranges(value: object) -> bool:
    return isinstance(value, list) and 1 <= len(value) <= MAX_RANGES and all(map(_is_range, value))


def _is_signature(value: object) -> bool:
    return isinstance(value, str) and _SIGNATURE.match(value) is not None


def _is_basis(value: object) -> bool:
    return isinstance(value, str) and _BASIS.match(value) is not None


def _is_origin(value: object) -> bool:
    return isinstance(value, str) and _ORIGIN.match(value) is not None


def _one_of(words: frozenset[str]) -> Check:
    return lambda value: isinstance(value, str) and value in words


_is_role = _one_of(ROLES)

EVENT = "event"
KEY_REGISTERED = "key-registered"
KEY_REVOKED = "key-revoked"
ROLE_GRANTED = "role-granted"
ROLE_WITHDRAWN = "role-withdrawn"
STREAM_HEAD = "stream-head"
ANCHOR = "anchor"
ERASURE = "erasure"
HOLD = "hold"
SUCCESSION = "succession"
COUNTERSIGNATURE = "countersignature"
MANIFEST = "manifest"
RECEIPT = "receipt"
ACCESS_RECORD = "access-record"
DIRECTORY = "directory"

BARE_KINDS = frozenset({STREAM_HEAD, ANCHOR})
"""Kinds that say all they say in the clear, and so have no contents; they are signed unattended."""
AUTHORITY_KINDS = frozenset({KEY_REGISTERED, KEY_REVOKED, ROLE_GRANTED, ROLE_WITHDRAWN, SUCCESSION})
"""What the authority stream is made of, and nothing else is."""

_NOTHING: Mapping[str, Check] = MappingProxyType({})

CLEAR_MEMBERS: Mapping[str, Mapping[str, Check]] = MappingProxyType(
    {
        EVENT: _NOTHING,
        KEY_REGISTERED: {
            "person": is_id,
            "jwk": _is_jwk,
            "custody": _one_of(CUSTODIES),
            "possession": _is_signature,
        },
        KEY_REVOKED: {
            "kid": is_hash,
            "from_index": is_index,
            "reason": _one_of(REVOCATION_REASONS),
        },
        ROLE_GRANTED: {
            "person": is_id,
            "granted": _is_role,
            "from": _is_day,
            "until": _is_day_or_null,
        },
        ROLE_WITHDRAWN: {"person": is_id, "withdrawn": _is_role, "from_index": is_index},
        STREAM_HEAD: {"head": _is_head},
        ANCHOR: {"size": is_index, "root": is_hash, "tokens": _is_tokens},
        ERASURE: {"ranges": _is_ranges, "basis": _is_basis},
        HOLD: {"ranges": _is_ranges, "basis": _is_basis, "until": _is_day_or_null},
        SUCCESSION: {"origin": _is_origin, "size": is_index, "root": is_hash},
        COUNTERSIGNATURE: {"of": is_hash},
        MANIFEST: _NOTHING,
        RECEIPT: _NOTHING,
        ACCESS_RECORD: _NOTHING,
        DIRECTORY: _NOTHING,
    }
)
"""Kind → name of each further clear member → the check its value must pass."""

_FIRST = ("v", "lid", "stream", "seq", "prev", "recorded_at", "anchor", "auth", "role")
_LAST = ("_sd", "_sd_alg")
MEMBERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {kind: (*_FIRST, *further, *_LAST) for kind, further in CLEAR_MEMBERS.items()}
)
"""Kind → every member of its payload, in the order in which they are written."""
RESERVED_NAMES = frozenset({"...", "alg", "typ"}).union(*MEMBERS.values())
"""Names that no disclosure may bear: every clear member of every kind."""


def typ_of(kind: str) -> str:
    """Give the `typ` header value of a kind, e.g. `send-event+sd-jwt`."""
    return f"send-{kind}+sd-jwt"


KIND_OF_TYP: Mapping[str, str] = MappingProxyType({typ_of(kind): kind for kind in CLEAR_MEMBERS})


def check_further_members(kind: str, payload: Mapping[str, object]) -> None:
    """Check the members that this kind adds to the common ones.

    Raises:
        MalformedInput: a value is not of the shape that the table demands.
    """
    for name, check in CLEAR_MEMBERS[kind].items():
        if not check(payload[name]):
            raise MalformedInput(
                f"A statement of kind {kind} has a malformed member “{name}”.", kind="bad-member"
            )
