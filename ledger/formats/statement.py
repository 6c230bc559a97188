"""The statement: the signed unit of the log, an SD-JWT in compact form.

Specification with a worked example: `docs/formats/statement.md`.  Formats know
no keys: `unsigned` gives the bytes to sign, `finish` joins the signature, and
`read_statement` takes a statement apart without judging its signature.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from ledger.errors import MalformedInput
from ledger.formats import kinds
from ledger.formats.encoding import (
    b64url,
    compact_json,
    demand_one_spelling,
    strict_json,
    unb64url,
)
from ledger.formats.payload import (
    DIGEST_SEPARATOR,
    SD_ALGORITHM,
    VERSION,
    read_payload,
)
from ledger.values.dates import instant_text

ALGORITHM = "Ed25519"  # RFC 9864 §2.2
MAX_HEADER_CHARACTERS = 512
MAX_STATEMENT_BYTES = 65_535
"""A leaf fits the 16-bit length of a tlog-tiles entry bundle."""
SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head that was time-stamped or cosigned, quoted to bound time from below.

    Attributes:
        size: leaves in that head's tree.
        root: its root hash, 32 bytes.
        tokens: SHA-256 of each token file or cosignature line, as received.
    """

    size: int
    root: bytes
    tokens: tuple[bytes, ...]

    def members(self) -> dict[str, object]:
        """Give the JSON members."""
        return {
            "size": self.size,
            "root": b64url(self.root),
            "tokens": [b64url(token) for token in self.tokens],
        }


@dataclass(frozen=True, slots=True)
class StreamPlace:
    """A place in a stream: sequence number and the hash of the statement there."""

    seq: int
    hash: bytes

    def members(self) -> dict[str, object]:
        """Give the JSON members."""
        return {"seq": self.seq, "hash": b64url(self.hash)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearPart:
    """What a statement says in the clear, before it is signed.

    Attributes:
        kind: one of `ledger.formats.kinds`.
        kid: RFC 7638 thumbprint of the signer's key, 43 characters.
        lid: the ledger's 128-bit id.
        stream: the stream's 128-bit id.
        seq: place in the stream, from 1.
        prev: hash of the previous statement of the stream, or None for the first.
        recorded_at: the ledger's clock, aware UTC, whole seconds.
        anchor: the newest logged anchor, or None before the first.
        auth: head of the authority stream, or None at leaf 0.
        role: the authority under which it is signed.
        further: the members that the kind adds.
        digests: the sorted `_sd` array.
    """

    kind: str
    kid: str
    lid: bytes
    stream: bytes
    seq: int
    prev: bytes | None
    recorded_at: datetime
    anchor: Anchor | None
    auth: StreamPlace | None
    role: str
    further: Mapping[str, object]
    digests: Sequence[str]


class Statement(NamedTuple):
    """A statement taken apart; `jwt` is verbatim, everything else is read from it.

    Attributes:
        jwt: the issuer-signed JWT, ASCII, without disclosures: the leaf.
        kind: one of `ledger.formats.kinds`.
        kid: thumbprint of the key that the signature claims.
        payload: the clear members, checked against the closed table.
        hash: SHA-256 of `header.payload`, 32 bytes; what `prev` and `auth` quote.
        signature: 64 bytes.
    """

    jwt: bytes
    kind: str
    kid: str
    payload: Mapping[str, Any]
    hash: bytes
    signature: bytes

    @property
    def signing_input(self) -> bytes:
        """ASCII `header.payload` (RFC 7515 §5.1)."""
        return self.jwt[: self.jwt.rindex(b".")]

    @property
    def lid(self) -> bytes:
        """The ledger's 128-bit id."""
        return unb64url(self.payload["lid"])

    @property
    def stream(self) -> bytes:
        """The stream's 128-bit id."""
        return unb64url(self.payload["stream"])

    @property
    def seq(self) -> int:
        """Place in the stream, from 1."""
        return int(self.payload["seq"])

    @property
    def prev(self) -> bytes | None:
        """Hash of the previous statement of the stream."""
        text = self.payload["prev"]
        return None if text is None else unb64url(text)

    @property
    def auth(self) -> StreamPlace | None:
        """The authority stream's head that the signer saw."""
        place = self.payload["auth"]
        return None if place is None else StreamPlace(place["seq"], unb64url(place["hash"]))

    @property
    def anchor(self) -> Anchor | None:
        """The anchor that it quotes."""
        return None if (text := self.payload["anchor"]) is None else read_anchor(text)

    @property
    def role(self) -> str:
        """The authority under which it was signed."""
        return str(self.payload["role"])

    @property
    def recorded_at(self) -> str:
        """The ledger's clock when it was made, `2026-03-03T17:00:00Z`."""
        return str(self.payload["recorded_at"])

    @property
    def digests(self) -> list[str]:
        """The sorted `_sd` array."""
        return list(self.payload["_sd"])


def read_anchor(members: Mapping[str, Any]) -> Anchor:
    """Read the checked `{size, root, tokens}` of a payload."""
    tokens = tuple(unb64url(token) for token in members["tokens"])
    return Anchor(members["size"], unb64url(members["root"]), tokens)


def unsigned(part: ClearPart) -> bytes:
    """Give the signing input: ASCII `header.payload` (RFC 7515 §5.1).

    Raises:
        MalformedInput: a further member does not fit the closed table.
    """
    if part.further.keys() != kinds.CLEAR_MEMBERS[part.kind].keys():
        raise MalformedInput(
            f"A statement of kind {part.kind} has other members.", kind="bad-member"
        )
    kinds.check_further_members(part.kind, part.further)
    further = "".join(
        f"{compact_json(name)}:{compact_json(part.further[name])},"
        for name in kinds.CLEAR_MEMBERS[part.kind]
    )
    # As `compact_json` writes it; what base64url and digits spell needs no escapes.
    payload = (
        f'{{"v":{VERSION},"lid":"{b64url(part.lid)}","stream":"{b64url(part.stream)}"'
        f',"seq":{part.seq},"prev":{compact_json(part.prev and b64url(part.prev))}'
        f',"recorded_at":"{instant_text(part.recorded_at)}"'
        f',"anchor":{_place(part.anchor)},"auth":{_place(part.auth)},"role":"{part.role}",{further}'
        f'"_sd":["{DIGEST_SEPARATOR.join(part.digests)}"],"_sd_alg":"{SD_ALGORITHM}"}}'
    )
    return f"{_header(part.kind, part.kid)}.{b64url(payload.encode())}".encode("ascii")


@lru_cache(maxsize=1024)
def _place(place: Anchor | StreamPlace | None) -> str:
    # One anchor and one authority head are quoted by thousands of statements.
    return compact_json(place and place.members())


@lru_cache(maxsize=4096)
def _header(kind: str, kid: str) -> str:
    header = {"alg": ALGORITHM, "typ": kinds.typ_of(kind), "kid": kid}
    return b64url(compact_json(header).encode("ascii"))


def finish(signing_input: bytes, signature: bytes) -> bytes:
    """Join signing input and signature to the issuer-signed JWT (RFC 7515 §7.1).

    Raises:
        MalformedInput: longer than a leaf may be.
    """
    jwt = signing_input + b"." + urlsafe_b64encode(signature).rstrip(b"=")
    if len(jwt) > MAX_STATEMENT_BYTES:
        raise MalformedInput("A statement is longer than 65,535 bytes.", kind="statement-too-long")
    return jwt


def statement_hash(jwt: bytes) -> bytes:
    """SHA-256 of ASCII `header.payload`: what `prev` and `auth.hash` quote."""
    return hashlib.sha256(jwt[: jwt.rindex(b".")]).digest()


def read_statement(jwt: bytes) -> Statement:
    """Take a statement apart and check it against the closed table.

    The signature is *not* checked: that needs a key and a place in a log.

    Raises:
        MalformedInput: too long, not three base64url parts, a header or payload with
            other members than the table has or in another spelling, or a value of
            another shape.
    """
    if len(jwt) > MAX_STATEMENT_BYTES:
        raise MalformedInput("A statement is longer than 65,535 bytes.", kind="statement-too-long")
    parts = jwt.split(b".")
    if len(parts) != 3 or not jwt.isascii():  # noqa: PLR2004  header.payload.signature
        raise MalformedInput("A statement is not a compact JWS.", kind="bad-jws")
    kind, kid = read_header(parts[0])
    signature = unb64url(parts[2])
    if len(signature) != SIGNATURE_BYTES:
        raise MalformedInput("A signature is not 64 bytes long.", kind="bad-jws")
    payload = read_payload(kind, unb64url(parts[1]))
    hashed = hashlib.sha256(jwt[: -len(parts[2]) - 1]).digest()
    return Statement(jwt, kind, kid, payload, hashed, signature)


def read_header(encoded: bytes) -> tuple[str, str]:
    """Read a header: the kind, and the thumbprint of the key.

    Raises:
        MalformedInput: other members than the table has, in another order or spelling.
    """
    if len(encoded) > MAX_HEADER_CHARACTERS:  # before it is kept among those already read
        raise MalformedInput("A statement has another header.", kind="bad-header")
    return _read_short_header(encoded)


@lru_cache(maxsize=4096)
def _read_short_header(encoded: bytes) -> tuple[str, str]:
    # RFC 8725 §3.1: one algorithm; no crit, jku, x5u, jwk: the set is closed.
    data = unb64url(encoded)
    header = strict_json(data)
    if not isinstance(header, dict) or tuple(header) != ("alg", "typ", "kid"):
        raise MalformedInput("A statement has another header.", kind="bad-header")
    if header["alg"] != ALGORITHM:
        raise MalformedInput("A statement names another algorithm.", kind="bad-header")
    kind = kinds.KIND_OF_TYP.get(header["typ"]) if isinstance(header["typ"], str) else None
    if kind is None or not kinds.is_hash(header["kid"]):
        raise MalformedInput("A statement is of an unknown kind.", kind="bad-header")
    demand_one_spelling(data, header)
    return kind, header["kid"]
