"""The statement: `docs/formats/statement.md`."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from tests.mini_verifier.encoding import (
    MAX_INT,
    Refused,
    b64url,
    check_signature,
    read_json,
    sha256,
    thumbprint,
    unb64url,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_JWT = 65_535
MAX_FILE = 3_211_263
COMMON = {"v", "lid", "stream", "seq", "prev", "recorded_at", "anchor", "auth", "role"}
COMMON |= {"_sd", "_sd_alg"}
ROLES = {
    "root",
    "head",
    "senco",
    "administrator",
    "teacher",
    "dpo",
    "governor",
    "inspector",
    "responsible-body",
    "system",
    "log",
    "cosigner",
    "access",
}
AUTHORITY = {"key-registered", "key-revoked", "role-granted", "role-withdrawn", "succession"}


def _bytes(size: int) -> Callable[[Any], bool]:
    def check(value: Any) -> bool:
        if not isinstance(value, str):
            return False
        try:
            unb64url(value, size)
        except Refused:
            return False
        return True

    return check


_id, _hash, _signature = _bytes(16), _bytes(32), _bytes(64)


def _one_of(*words: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in words


def _count(value: Any, least: int = 0) -> bool:
    return type(value) is int and least <= value <= MAX_INT


def _matches(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _day(value: Any) -> bool:
    return _matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")(value) and _real(date.fromisoformat, value)


def _instant(value: Any) -> bool:
    return _matches("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")(value) and _real(
        datetime.fromisoformat, value
    )


def _real(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _day_or_null(value: Any) -> bool:
    return value is None or _day(value)


def _object(**members: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, dict)
        and list(value) == list(members)
        and all(check(value[name]) for name, check in members.items())
    )


def _list_of(check: Callable[[Any], bool], most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) <= most and all(map(check, value))


def _place(value: Any) -> bool:
    return _count(value, 1)


_tokens = _list_of(_hash, most=64)
_anchor = _object(size=_count, root=_hash, tokens=_tokens)
_range = _object(stream=_id, **{"from": _place, "to": _place})
_jwk = _object(kty=_one_of("OKP"), crv=_one_of("Ed25519"), x=_hash)
_basis = _matches("[a-z0-9-]{1,64}")


def _ranges(value: Any) -> bool:
    sound = _list_of(_range, most=256)(value) and bool(value)
    return sound and all(one["from"] <= one["to"] for one in value)


KINDS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "event": {},
    "key-registered": {
        "person": _id,
        "jwk": _jwk,
        "custody": _one_of("passphrase", "server-session", "device"),
        "possession": _signature,
    },
    "key-revoked": {
        "kid": _hash,
        "from_index": _count,
        "reason": _one_of("compromised", "lost", "superseded", "left"),
    },
    "role-granted": {
        "person": _id,
        "granted": _one_of(*ROLES),
        "from": _day,
        "until": _day_or_null,
    },
    "role-withdrawn": {"person": _id, "withdrawn": _one_of(*ROLES), "from_index": _count},
    "stream-head": {"head": _object(stream=_id, seq=_place, hash=_hash)},
    "anchor": {"size": _count, "root": _hash, "tokens": _tokens},
    "erasure": {"ranges": _ranges, "basis": _basis},
    "hold": {"ranges": _ranges, "basis": _basis, "until": _day_or_null},
    "succession": {
        "origin": _matches("send-ledger/v1/[A-Za-z0-9_-]{21}[AQgw]"),
        "size": _count,
        "root": _hash,
    },
    "countersignature": {"of": _hash},
    "manifest": {},
    "receipt": {},
    "access-record": {},
    "directory": {},
}
CLEAR_NAMES = COMMON.union({"alg", "typ", "kid", "..."}, *KINDS.values())


@dataclass(frozen=True)
class Statement:
    """A statement taken apart; nothing is checked against a key yet."""

    jwt: bytes
    kind: str
    kid: str
    payload: dict[str, Any]
    signature: bytes

    @property
    def signed(self) -> bytes:
        """The ASCII text `header.payload`."""
        return self.jwt.rpartition(b".")[0]

    @property
    def hash(self) -> str:
        """What `prev`, `auth` and stream heads call this statement."""
        return b64url(sha256(self.signed))

    @property
    def recorded_at(self) -> datetime:
        """The ledger's clock, UTC."""
        return datetime.fromisoformat(self.payload["recorded_at"]).astimezone(UTC)


def _layer(word: str, text: str) -> Any:
    """One JSON value in base64url, both in their one spelling."""
    try:
        data = unb64url(text)
        value = read_json(data)
    except Refused as refused:
        raise Refused(word, refused.why) from None
    spelt = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    _demand(word, "JSON in another spelling", spelt.encode() == data)
    return value


def _demand(word: str, what: str, truth: object) -> None:
    if not truth:
        raise Refused(word, what)


def read_statement(jwt: bytes) -> Statement:
    """Steps 1 of "Checking a statement": the form alone."""
    _demand("malformed-jwt", "too long or not ASCII", len(jwt) <= MAX_JWT and jwt.isascii())
    parts = jwt.decode("ascii").split(".")
    _demand("malformed-jwt", "not three parts", len(parts) == 3)
    header = _layer("malformed-header", parts[0])
    wanted = _object(
        alg=_one_of("Ed25519"), typ=_one_of(*(f"send-{kind}+sd-jwt" for kind in KINDS)), kid=_hash
    )
    _demand("malformed-header", "members", wanted(header))
    kind = header["typ"].removeprefix("send-").removesuffix("+sd-jwt")
    payload = _layer("malformed-payload", parts[1])
    _check_payload(kind, payload)
    try:
        signature = unb64url(parts[2], 64)
    except Refused as refused:
        raise Refused("malformed-signature", refused.why) from None
    return Statement(jwt, kind, header["kid"], payload, signature)


def _check_payload(kind: str, payload: Any) -> None:
    checks: dict[str, Callable[[Any], bool]] = {
        "v": lambda value: type(value) is int and value == 1,
        "lid": _id,
        "stream": _id,
        "seq": _place,
        "prev": lambda value: value is None or _hash(value),
        "recorded_at": _instant,
        "anchor": lambda value: value is None or _anchor(value),
        "auth": lambda value: value is None or _object(seq=_place, hash=_hash)(value),
        "role": _one_of(*ROLES),
        **KINDS[kind],
        "_sd": _digests,
        "_sd_alg": _one_of("sha-256"),
    }
    _demand(
        "malformed-payload", "members", isinstance(payload, dict) and list(payload) == list(checks)
    )
    for name, check in checks.items():
        _demand("malformed-payload", name, check(payload[name]))
    _demand("malformed-payload", "prev", (payload["prev"] is None) == (payload["seq"] == 1))


def _digests(value: Any) -> bool:
    return (
        _list_of(_hash, most=128)(value)
        and len(value) in {16, 32, 64, 128}
        and all(one < next_one for one, next_one in itertools.pairwise(value))
    )


def check_statement(jwt: bytes, public_key: bytes) -> dict[str, Any]:
    """Form and signature of one statement.

    Args:
        jwt: header.payload.signature, ASCII.
        public_key: 32 bytes, from wherever the caller trusts.

    Raises:
        Refused: with the layer that fails.
    """
    statement = read_statement(jwt)
    _demand("other-key", "kid names another key", statement.kid == thumbprint(public_key))
    check_signature(public_key, statement.signature, statement.signed)
    return statement.payload


def check_sd_jwt(data: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Form of a statement and of the fields shown with it (the key is another matter).

    Returns:
        The payload; name → value of each field shown.
    """
    _demand("malformed-sd-jwt", "too long or not ASCII", len(data) <= MAX_FILE and data.isascii())
    jwt, *texts = data.removesuffix(b"\n").split(b"~")
    _demand("malformed-sd-jwt", "does not end in ~", texts and texts.pop() == b"")
    payload = read_statement(jwt).payload
    fields: dict[str, Any] = {}
    for text in texts:
        signed = b64url(sha256(text)) in payload["_sd"]
        _demand("unsigned-disclosure", "its digest is not in _sd", signed)
        name, value = _read_disclosure(text)
        _demand("duplicate-disclosure", name, name not in fields)
        fields[name] = value
    return payload, fields


def _read_disclosure(text: bytes) -> tuple[str, Any]:
    word = "malformed-disclosure"
    array = _layer(word, text.decode("ascii"))
    _demand(word, "not [salt, name, value]", isinstance(array, list) and len(array) == 3)
    salt, name, value = array
    _demand(word, "no text", isinstance(salt, str) and isinstance(name, str))
    try:
        _demand(word, "short salt", len(unb64url(salt)) >= 16)
    except Refused as refused:
        raise Refused(word, refused.why) from None
    _demand(word, "the name of a clear member", name and name not in CLEAR_NAMES)
    _demand(word, "not flat", _flat(value))
    return name, value


def _flat(value: Any, levels: int = 8) -> bool:
    if not isinstance(value, dict | list):
        return True
    if isinstance(value, dict) and {"_sd", "..."} & set(value):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_flat(one, levels - 1) for one in inner)
